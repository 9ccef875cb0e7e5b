"""How long must a window be? Measured on a network and a batch: every window, against the exact gradient."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from ..cells.params import recurrent_part
from ..measures.influence import influence
from ..numbers.validate import items, positive, room, shown
from ..passes.backward import bptt, checked_signal
from ..passes.forward import Trace
from ..truncation.cuts import measured
from ..truncation.lag_sums import way_of
from ..truncation.safe_window import error_bounds, most_into_weights, safe_windows
from ..truncation.window_search import Found, search, window_needed
from .progress import reporting

ERRORS = (0.1, 0.05, 0.01)
NAMES = {"gru": "GRU", "lstm": "LSTM"}
NOT_FOUND, NONE = "?", "none"  # a window that an interrupted search had not come to; one that there is not
ROWS = 64  # losses in the map: a picture shows no more rows


class WindowReport(NamedTuple):
    """What `window_report` measured.

    Attributes
    ----------
    cell : str
    n_hidden, sequence_length, batch_size : int
    dtype : str
        Of the network.
    errors : tuple of float
        The relative errors asked for.
    window : ndarray of int (K,)
        τ = 1 … K; K < T where the search stopped because nothing was left.
    error : ndarray (K,)
        ‖g_τ - g‖ / ‖g‖ of dL/d(W_hx, W_hh, b_h), sliding windows; right to the precision of the network's numbers.
    cosine : ndarray (K,)
        Cosine of the angle between g_τ and g.
    length : ndarray (K,)
        ‖g_τ‖ / ‖g‖.
    left : ndarray (K,)
        Mean of ‖dL_t/ds_{t-k}‖ over the losses that have a step t - k, k = 0 … K - 1, divided by that at k = 0.
    needed : tuple of int or None
        For each of `errors` the smallest window from which on the error stays at or below it; None where an interrupted
        search had not come to it.
    bound : ndarray (K,)
        What the bound of Aicher, Foti & Fox says of `error` without knowing g (`safe_window`); inf for nothing.
    safe : tuple of int or None
        For each of `errors` the window that this bound would choose; None where it chooses none.
    sequence : int
        The sequence of the batch that the map shows: the one with most losses, the first of them.
    losses : ndarray of int (L,)
        A sample of its losses, as steps counted from 0: at most 64, spread evenly.
    influence : ndarray (L, T)
        log10 ‖dL_t/ds_s‖ of these, nan for s > t.
    stored : tuple of Cut or None
        The exact gradient; then for each of `errors` a cut that costs little and lets every loss see at least the τ
        steps needed: the losses of τ steps walk back together, 2 τ - 1 steps from the last of them.
    blocks : tuple of Cut or None
        For each of `errors` the cut into blocks of τ steps, as by `detach` after every τ: only the last loss of a block
        sees τ steps there.
    complete : bool
        False if the search was interrupted; the numbers found until then are right.
    seconds : float
        The time it took.
    """

    cell: str
    n_hidden: int
    sequence_length: int
    batch_size: int
    dtype: str
    errors: tuple
    window: np.ndarray
    error: np.ndarray
    cosine: np.ndarray
    length: np.ndarray
    left: np.ndarray
    needed: tuple
    bound: np.ndarray
    safe: tuple
    sequence: int
    losses: np.ndarray
    influence: np.ndarray
    stored: tuple
    blocks: tuple
    complete: bool
    seconds: float

    @property
    def sentence(self) -> str:
        """The answer in words and numbers."""
        name = NAMES.get(self.cell, f"RNN ({self.cell})")
        several = "" if self.batch_size == 1 else "s"
        text = (
            f"{name} of {self.n_hidden} units, {self.batch_size} sequence{several} of {self.sequence_length} steps: "
            f"from a window of {_in_words(self.needed, NOT_FOUND)} steps on, the gradient is within "
            f"{_listed(map(_percent, self.errors))} of the exact one."
        )
        if any(self.blocks):
            missed = [_percent(cut.error) if cut else NOT_FOUND for cut in self.blocks]
            text += f" Cut into blocks of so many steps, it is {_listed(missed)} away."
        if any(self.safe):
            text += f" The bound of Aicher, Foti & Fox would choose {_in_words(self.safe, NONE)}."
        else:
            text += " The bound of Aicher, Foti & Fox chooses no window here."
        if not self.complete:
            text += f" Interrupted after window {len(self.window)}: what longer windows change is not known."
        return text


def window_report(trace, dL_do, *, errors=ERRORS, progress=True) -> WindowReport:
    """How far back must the gradient of this network look, on this batch?

    The gradient of every window is compared with the exact one, in the precision of the network (float32 or float64),
    until what is left can move no error by a tenth of the smallest of `errors`. A window is counted from each loss
    (sliding): the answer for blocks stands beside it. It says how wrong a gradient is, here and now, not what a network
    can learn with it, and not how it will be after training.

    Parameters
    ----------
    trace : Trace
        Of the network on a batch; `from_torch` brings the weights of one in PyTorch.
    dL_do : ndarray (T, B, q)
    errors : sequence of float
        Relative errors of the gradient that would be accepted, each from 1000 roundings up to 1.
    progress : bool or callable (int, int)
        True shows a bar; a function is called with the windows done and wanted. An interrupt ends the search, and what
        it found until then is returned.

    Returns
    -------
    WindowReport

    Raises
    ------
    ValueError
        If `dL_do` does not fit the trace or has no gradient, an error is out of range, or it would not fit in memory.
    OverflowError
        If the exact gradient leaves the range of the floating-point type.

    References
    ----------
    Williams & Peng (1990), Neural Computation 2(4) (the cut with a stride); Aicher, Foti & Fox (2019),
    arXiv:1905.07473 (the bound).

    Examples
    --------
    >>> from bptt_helpers import forward, init_params, squared_error
    >>> x = np.random.default_rng(0).normal(size=(50, 4, 3))
    >>> trace = forward(init_params(3, 16, 2), x)
    >>> report = window_report(trace, squared_error(trace.o, np.zeros((50, 4, 2)))[1], progress=False)
    >>> report.needed
    (3, 4, 7)
    """
    begun = time.perf_counter()
    dL_do = checked_signal(trace, dL_do)
    dtype = np.float32 if trace.o.dtype == np.float32 else float
    errors = _checked(errors, 1000 * np.finfo(dtype).eps)
    (T, B, _), b_h = trace.o.shape, trace.params.b_h
    room("trace", T, B, len(b_h))
    name, trace, dL_do = str(trace.o.dtype), trace.astype(dtype), dL_do.astype(dtype, copy=False)
    way, exact = way_of(trace, dL_do, dtype), recurrent_part(bptt(trace, dL_do).params)
    if not exact.any():
        raise ValueError("dL_do: want a loss with a gradient, got one whose gradient is zero: nothing is to be cut")
    found, complete = _search(way, exact, min(errors), progress)
    sent = way.own.any(2)
    count = sent.sum(1)[::-1].cumsum()[::-1]  # losses at step t or later
    mean = found.total / count[: len(found.total)]
    needed = tuple(_needed(found.error, e, T, complete) for e in errors)
    bound = error_bounds(count[0] * mean, found.length, most_into_weights(way))
    losses = _sample(sent)
    by_stride = [None if w is None else measured(trace, dL_do, exact, 2 * w - 1, w) for w in needed]
    in_blocks = [None if w is None else measured(trace, dL_do, exact, w, w) for w in needed]
    return WindowReport(
        cell=trace.cell.name,
        n_hidden=trace.params.n_hidden,
        sequence_length=T,
        batch_size=B,
        dtype=name,
        errors=errors,
        window=np.arange(1, len(mean) + 1),
        error=found.error,
        cosine=found.cosine,
        length=found.length,
        left=mean / mean[0],
        needed=needed,
        bound=bound,
        safe=safe_windows(bound, errors),
        sequence=losses[0],
        losses=losses[1],
        influence=_map(trace, dL_do, *losses),
        stored=(measured(trace, dL_do, exact, T, T), *by_stride),
        blocks=tuple(in_blocks),
        complete=complete,
        seconds=time.perf_counter() - begun,
    )


def _checked(errors, least):
    """The errors asked for, as a tuple of numbers that mean something in the precision at hand."""
    errors = tuple(positive("errors", e, 1) for e in items("errors", errors, "relative errors, such as (0.1, 0.01)"))
    if not errors or min(errors) < least:
        raise ValueError(
            f"errors: want at least one number from {least:.1g}, a thousand roundings of the network's numbers, up to "
            f"1, got {shown(errors)}"
        )
    return errors


def _search(way, exact, finest, progress):
    """All windows as one `Found` of arrays (K,), and whether the search came to its end."""
    found, complete, T = [], True, len(way.own)
    with reporting(progress, 0, T, "window") as report:
        try:
            for window in search(way, exact, finest):
                found.append(window)
                report(len(found))
            if len(found) < T:
                report(T)
        except KeyboardInterrupt:
            if not found:
                raise
            complete = False
    return Found(*map(np.array, zip(*found, strict=True))), complete


def _needed(error, wanted, T, complete):
    """The smallest window that is enough; a complete search stops where one step more leaves nothing to miss."""
    return window_needed(error, wanted) or (min(len(error) + 1, T) if complete else None)


def _sample(sent):
    """The sequence with most losses, and at most `ROWS` of these; from which steps send anything, (T, B)."""
    sequence = int(sent.sum(0).argmax())
    steps = np.flatnonzero(sent[:, sequence])
    return sequence, steps[np.unique(np.linspace(0, len(steps) - 1, ROWS).round().astype(int))]


def _map(trace, dL_do, sequence, losses):
    """The influence map of one sequence, (L, T)."""
    one = slice(sequence, sequence + 1)
    kept, mask = (None if v is None else v[..., one, :] for v in (trace.kept, trace.mask))
    alone = Trace(trace.params, trace.cell, trace.x[:, one], trace.states[:, one], trace.o[:, one], kept, mask)
    return influence(alone, dL_do[:, one], losses=losses)[..., 0]


def _percent(share):
    return f"{100 * share:.2g} %"


def _in_words(windows, missing):
    return _listed(missing if window is None else str(window) for window in windows)


def _listed(words):
    """a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
