"""The files of data/, wherever the package was installed: results and weights that take too long to compute again."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import numpy as np

from ..numbers.validate import choice, shown

WEIGHTS = ("rnn", "gru", "lstm", "adding")
RESULTS = ("cue_recall", "frameworks", "language_model", "listening", "long_memory", "temporal_order")


def data_file(name) -> Path:
    """Where a file of data/ lies: inside the package if a wheel was installed, else at the top of the checkout.

    Parameters
    ----------
    name : str

    Returns
    -------
    pathlib.Path
        Absolute, so that it does not depend on the working directory. The file need not exist.

    Raises
    ------
    ValueError
        If `name` is no name of a file.

    Examples
    --------
    >>> data_file("signal_line.txt").exists()
    True
    """
    if not isinstance(name, str) or not name or "\0" in name:
        raise ValueError(f"name: want the name of a file in data/, got {shown(name)}")
    package = Path(__file__).resolve().parents[1]
    inside = package / "data" / name
    return inside if os.path.exists(inside) else package.parents[1] / "data" / name


def load_results(name) -> dict:
    """Read stored results, from any working directory.

    Parameters
    ----------
    name : {"cue_recall", "frameworks", "language_model", "listening", "long_memory", "temporal_order"}
        All made by ``make results``.

        - "cue_recall": an LSTM with gates of several biases, and with windows.
        - "frameworks": what PyTorch and JAX gave in notebook 13, with their versions; ``runs`` are calls of functions.
        - "language_model": character models over windows, layouts of the text, and ways to cut the gradient.
        - "listening": how far back character models listen, and what reading further back is worth.
        - "long_memory": two tasks over lengths, networks and seeds.
        - "temporal_order": training with and without clipping.

    Returns
    -------
    dict
        ``settings``: what all runs share, where there are curves also ``every``, the updates that a point stands for;
        ``runs``: one dict for each run, with its settings, its end and its curves.

    Raises
    ------
    ValueError
        If there are no results of that name, or their file is damaged.
    FileNotFoundError
        If the file is missing.

    Examples
    --------
    >>> results = load_results("temporal_order")
    >>> len(results["runs"]), results["settings"]["every"]
    (40, 20)
    """
    file = data_file(f"{choice('name', name, RESULTS)}.json")
    if not file.exists():
        raise FileNotFoundError(f"name: want what is stored, got {name!r}, whose file {str(file)!r} does not exist")
    try:
        results = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # of JSON or of UTF-8
        raise ValueError(_damaged(name, file, str(error))) from error
    if not isinstance(results, dict) or "runs" not in results:
        raise ValueError(_damaged(name, file, "no runs in it"))
    return results


def load_weights(name) -> dict:
    """Read the weights of a trained network as another program would hand them over: arrays by PyTorch's names.

    Parameters
    ----------
    name : {"rnn", "gru", "lstm", "adding"}
        The first three have 64 units and read the story, 60 different characters; "adding" is a GRU of 32 units that
        adds two numbers. Made by ``make results``.

    Returns
    -------
    dict
        ``rnn``: dict of ``weight_ih_l0``, ``weight_hh_l0``, ``bias_ih_l0`` and ``bias_hh_l0``; ``readout``: dict of
        ``weight`` and ``bias``. Arrays of float32.

    Raises
    ------
    ValueError
        If there are no weights of that name, or their file is damaged.
    FileNotFoundError
        If the file is missing.

    Examples
    --------
    >>> weights = load_weights("gru")
    >>> weights["rnn"]["weight_hh_l0"].shape, weights["readout"]["weight"].shape
    ((192, 64), (60, 64))
    """
    choice("name", name, WEIGHTS)
    file, weights = data_file("trained.npz"), {"rnn": {}, "readout": {}}
    if not file.exists():
        raise FileNotFoundError(f"name: want what is stored, got {name!r}, whose file {str(file)!r} does not exist")
    try:
        with open(file, "rb") as archive, np.load(archive) as stored:
            for key in (key for key in stored if key.startswith(f"{name}/")):
                part, _, of_part = key.removeprefix(f"{name}/").partition(".")
                weights[part][of_part] = stored[key].astype(np.float32)
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(_damaged(name, file, str(error))) from error
    if not all(weights.values()):
        raise ValueError(_damaged(name, file, f"no {name} in it"))
    return weights


def _damaged(name, file, how):
    way_out = "take the file from the repository again, or make it anew with `make results`"
    return f"name: want what is stored, got {name!r}, whose file {str(file)!r} is damaged ({how}); {way_out}"
