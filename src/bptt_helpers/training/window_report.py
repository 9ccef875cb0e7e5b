"""How long must a window be? Measured on a network and a batch: every window, against the exact gradient."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from ..cells.params import recurrent_part
from ..measures.influence import influence
from ..numbers.scaled import length
from ..numbers.validate import items, number
from ..passes.backward import bptt, checked_signal
from ..passes.forward import Trace
from ..truncation.lag_sums import journey, way_of
from ..truncation.safe_window import most_into_weights, safe_windows
from .progress import reporting

ERRORS = (0.1, 0.05, 0.01)
NAMES = {"tanh": "RNN (tanh)", "relu": "RNN (relu)", "gru": "GRU", "lstm": "LSTM"}
ROWS = 64  # losses of the map: a picture has no more rows


class Cut(NamedTuple):
    """One way to cut the way back, and what it costs.

    Attributes
    ----------
    window, stride : int
        As `bptt` takes them.
    error : float
        ‖g_τ - g‖ / ‖g‖, measured.
    numbers : int
        Numbers kept for the way back, of the whole batch (`cost.stored_numbers`).
    operations : int
        Multiply-adds, forward and back (`cost.operations`).
    """

    window: int
    stride: int
    error: float
    numbers: int
    operations: int


class WindowReport(NamedTuple):
    """What `window_report` measured.

    Attributes
    ----------
    cell : str
    n_hidden, sequence_length, batch_size : int
    dtype : str
    errors : tuple of float
        What was asked for.
    window : ndarray of int (K,)
        τ = 1 … K; K < T where the search stopped because nothing was left.
    error : ndarray (K,)
        ‖g_τ - g‖ / ‖g‖ of dL/d(W_hx, W_hh, b_h), sliding windows; right to the precision of the network's numbers.
    cosine : ndarray (K,)
        Cosine of the angle between g_τ and g.
    length : ndarray (K,)
        ‖g_τ‖ / ‖g‖.
    left : ndarray (K,)
        Mean over the losses of ‖dL_t/ds_{t-k}‖, k = 0 … K - 1, divided by that at k = 0.
    needed : tuple of int or None
        For each of `errors` the smallest window from which on the error stays at or below it; None if it was not
        found before the search was interrupted.
    safe : tuple of int or None
        What the bound of Aicher, Foti & Fox (2019) would choose; None if it chooses none.
    sequence : int
        The sequence of the batch whose influence map follows.
    losses : ndarray of int (L,)
        Steps t (from 0) of a sample of its losses.
    influence : ndarray (L, T)
        log10 ‖dL_t/ds_s‖ of these, nan for s > t.
    stored : tuple of Cut
        The exact gradient, and for each of `errors` what `bptt` takes and gives with the window needed.
    complete : bool
        Whether all windows were looked at that matter; False after an interrupt.
    seconds : float
        How long it took.
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
    safe: tuple
    sequence: int
    losses: np.ndarray
    influence: np.ndarray
    stored: tuple
    complete: bool
    seconds: float

    @property
    def sentence(self) -> str:
        """The answer in words and numbers."""
        T, errors = self.sequence_length, _listed([f"{100 * e:.3g} %" for e in self.errors])
        several = "sequences" if self.batch_size > 1 else "sequence"
        network = f"{NAMES.get(self.cell, self.cell)}, {self.n_hidden} units, {self.batch_size} {several} of {T} steps"
        found = _listed(["?" if w is None else str(w) for w in self.needed])
        text = f"{network}: the gradient is right to {errors} from a window of {found} steps on."
        if all(w is None for w in self.safe):
            text += " The bound of Aicher, Foti & Fox chooses none: it finds no end of what is left."
        else:
            chosen = _listed(["none" if w is None else str(w) for w in self.safe])
            text += f" The bound of Aicher, Foti & Fox would choose {chosen}."
        if not self.complete:
            text += f" The search was interrupted after window {len(self.window)}; what comes later is not known."
        return text


def _listed(words):
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def window_report(trace, dL_do, *, errors=ERRORS, progress=True) -> WindowReport:
    """How far must the gradient of this network on this batch look back?"""
    begun = time.perf_counter()
    errors = tuple(number("errors", e, 0) for e in items("errors", errors, "relative errors"))
    dL_do = checked_signal(trace, dL_do)
    T, B, _ = trace.o.shape
    dtype = np.float32 if trace.o.dtype == np.float32 else float
    way = way_of(trace, dL_do, dtype)
    exact = recurrent_part(bptt(trace, dL_do).params).astype(dtype)
    norm, power_of_norm = length(exact)
    if norm == 0:
        raise ValueError("dL_do: want a loss with a gradient, got one whose gradient is 0: there is nothing to cut")
    exact *= np.ldexp(1.0, -power_of_norm) / norm
    senders = way.own.any(2).sum(1)[::-1].cumsum()[::-1]  # losses at step t or later
    most, count = most_into_weights(way), senders[0]
    curves = np.zeros((4, T))  # error, cosine, length, φ
    unit = lambda power: float(np.ldexp(1 / norm, power - power_of_norm))  # noqa: E731
    kept, largest, complete, K = np.zeros_like(exact), [0.0], True, 0

    def nothing_left(lag, signal, power):
        phi = np.sqrt(np.einsum("im,im->i", signal, signal)).sum(dtype=float) * unit(power) / max(senders[lag], 1)
        curves[3, lag] = phi
        largest[0] = max(largest[0], phi)
        return most * count * phi * (T - lag) <= 0.1 * min(errors)

    with reporting(progress, 0, T, "window") as report:
        try:
            for lag, dL_da, power in journey(way, nothing_left):
                part = way.into_weights(dL_da)
                part *= unit(power)
                kept += part
                np.subtract(exact, kept, out=part)
                flat, whole = kept.ravel(), exact.ravel()
                size = np.sqrt(flat.dot(flat))
                curves[:3, lag] = np.sqrt(part.ravel().dot(part.ravel())), flat.dot(whole) / size, size
                K = lag + 1
                report(K)
        except KeyboardInterrupt:
            if K == 0:
                raise
            complete = False
    error, cosine, size, phi = curves[:, :K]
    needed = tuple(_needed(error, e, complete) for e in errors)
    sequence = int(np.argmax(way.own.any(2).sum(0)))
    losses, rows = _map(trace, dL_do, way.own, sequence)
    return WindowReport(
        trace.cell.name,
        trace.params.n_hidden,
        T,
        B,
        str(trace.o.dtype),
        errors,
        np.arange(1, K + 1),
        error,
        cosine,
        size,
        phi / phi[0],
        needed,
        safe_windows(count * phi, size, most, errors),
        sequence,
        losses,
        rows,
        (),
        complete,
        time.perf_counter() - begun,
    )


def _needed(error, wanted, complete):
    above = np.flatnonzero(error > wanted)
    first = above[-1] + 2 if len(above) else 1
    return int(first) if complete or first <= len(error) else None


def _map(trace, dL_do, own, sequence):
    one = slice(sequence, sequence + 1)
    kept, mask = (None if v is None else v[..., one, :] for v in (trace.kept, trace.mask))
    alone = Trace(trace.params, trace.cell, trace.x[:, one], trace.states[:, one], trace.o[:, one], kept, mask)
    steps = np.flatnonzero(own[:, sequence].any(1))
    losses = steps[np.unique(np.linspace(0, len(steps) - 1, min(ROWS, len(steps))).round().astype(int))]
    return losses, influence(alone, dL_do[:, one], losses=losses)[..., 0]
