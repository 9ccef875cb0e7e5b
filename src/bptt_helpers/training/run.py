"""A training run: its weights, its history, and the file that keeps both."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

from ..cells.params import Params, check_gradient
from ..numbers.validate import shown
from .whole_files import replacing


class History(NamedTuple):
    """What was measured at every update, before it.

    Attributes
    ----------
    loss : ndarray (k,)
        Loss of the update's batch.
    norm : ndarray (k,)
        Norm of the gradient, before clipping.
    score : ndarray (k,)
        What the objective calls so: the share of right answers, or the squared error.
    rate : ndarray (k,)
        Learning rate.
    """

    loss: np.ndarray
    norm: np.ndarray
    score: np.ndarray
    rate: np.ndarray


class Run(NamedTuple):
    """A training run so far; give it back to `train` to go on.

    Attributes
    ----------
    params : Params
        Weights after the last update.
    moments : tuple of Params
        What the optimiser remembers; empty before the first update.
    history : History
    solved : bool
        Whether the run ended because its stop rule said so.
    overflow : str
        What ended the run, if an update led out of the range of the floating-point type: which one, and what to do.
        Else empty.
    state : ndarray (B, m) or None
        State that each sequence of the last batch ended in, for a batch that goes on there; None before the first.
    """

    params: Params
    moments: tuple
    history: History
    solved: bool = False
    overflow: str = ""
    state: np.ndarray | None = None

    @property
    def updates(self) -> int:
        """How many there were."""
        return len(self.history.loss)


def start(params) -> Run:
    """A run with no updates yet.

    Parameters
    ----------
    params : Params

    Raises
    ------
    ValueError
        If `params` is no Params of finite numbers.
    """
    check_gradient(params, name="params")
    return Run(params, (), History(*(np.empty(0) for _ in History._fields)))


def save_run(run, file) -> None:
    """Keep a run in a file, so that it can go on after a restart as if nothing had happened.

    The file is replaced as a whole: a stop while writing, however hard, leaves the one before. The same run gives the
    same bytes.

    Parameters
    ----------
    run : Run
    file : str or Path
        An archive of arrays, as `numpy.savez` writes it; its name ends with ``.npz``.

    Raises
    ------
    ValueError
        If `run` is no Run, or the name ends otherwise.
    OSError
        If the file cannot be written.
    """
    if not isinstance(run, Run):
        raise ValueError(f"run: want a Run, as train returns it, got {shown(run)}")
    file = _named(file)
    arrays = {f"params.{name}": w for name, w in run.params._asdict().items()}
    for number, moment in enumerate(run.moments):
        arrays |= {f"moments.{number}.{name}": w for name, w in moment._asdict().items()}
    arrays |= {f"history.{name}": values for name, values in run.history._asdict().items()}
    arrays |= {"solved": np.array(run.solved), "overflow": np.array(run.overflow)}
    if run.state is not None:
        arrays["state"] = run.state
    with replacing(file) as new, open(new, "wb") as stream:
        np.savez(stream, **arrays)


def load_run(file) -> Run:
    """The run that `save_run` kept in a file.

    Parameters
    ----------
    file : str or Path

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If the file is not one of a run, or damaged.
    FileNotFoundError
        If there is none.
    """
    file = _named(file)
    if not file.exists():
        raise FileNotFoundError(f"file: want a run that save_run kept, got {str(file)!r}, which does not exist")
    try:
        # opened here: numpy leaves open what turns out to be no archive
        with open(file, "rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            kept = dict(arrays)
        params = _params(kept, "params")
        count = len({name.split(".")[1] for name in kept if name.startswith("moments.")})
        moments = tuple(_params(kept, f"moments.{number}") for number in range(count))
        history = History(*(kept[f"history.{name}"] for name in History._fields))
        return Run(params, moments, history, bool(kept["solved"]), str(kept["overflow"]), kept.get("state"))
    except (KeyError, ValueError, BadZipFile, EOFError) as error:
        raise ValueError(
            f"file: want a run that save_run kept, got {str(file)!r}, which holds none ({error})"
        ) from error


def _params(kept, part):
    return Params(*(kept[f"{part}.{name}"] for name in Params._fields))


def _named(file) -> Path:
    if not isinstance(file, str | os.PathLike) or not os.fspath(file).endswith(".npz"):
        raise ValueError(f"file: want a name that ends with .npz, got {shown(file)}")
    return Path(file)
