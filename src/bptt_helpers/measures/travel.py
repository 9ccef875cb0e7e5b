"""Signals from many losses sent back together, each with a power of two beside it, so that none is lost on the way."""

from __future__ import annotations

import numpy as np

from ..cells.base import beside, each
from ..numbers.scaled import renormalise, steps_between, times_own_powers
from ..numbers.validate import items, whole_number


def travel_back(trace, signal, losses):
    """Send signals from many steps t back together, one step s a round.

        signal_t ← signal_t J_{s+1},    J_{s+1} = ds_{s+1}/ds_s

    Parameters
    ----------
    trace : Trace
        In float64.
    signal : ndarray (len(losses), B, k, m)
        k row vectors that start at each step t of `losses`; overwritten.
    losses : ndarray of int
        The steps t, rising.

    Yields
    ------
    s : int
        The step reached: from the last of `losses` down to 0.
    first : int
        Rows from here on are on their way: those of the losses at t >= s.
    mantissa : ndarray (len(losses) - first, B, k, m)
        Their signals at s; a view, valid until the next round.
    exponent : ndarray of int (len(losses) - first, B)
        Power of two that belongs to each.
    """
    params, back = trace.params, trace.cell.back
    local, powers = trace.cell.scaled_local(trace)
    every = steps_between(*trace.cell.reach(params, local))
    steps = each(beside(local))
    exponent, dL_da = np.zeros(signal.shape[:2], int), np.empty((*signal.shape[:3], len(params.b_h)))
    renormalise(signal.reshape(*signal.shape[:2], -1), exponent)
    first_row_of = np.searchsorted(losses, np.arange(len(trace.x) + 1))  # rows from here on have t >= s
    for s in range(losses[-1], -1, -1):
        sent, here = first_row_of[s + 1], first_row_of[s]
        if sent < len(losses):
            later = signal[sent:]
            if powers is not None:
                times_own_powers(later, powers[s + 1][:, None], exponent[sent:])
            back(params, steps[s + 1], later, dL_da[sent:], later)
            if s % every == 0:
                renormalise(later.reshape(*later.shape[:2], -1), exponent[sent:])
        yield s, here, signal[here:], exponent[here:]


def loss_steps(losses, T) -> np.ndarray:
    """`losses` as an array of steps, if it is a rising sequence of them; all steps for None; else a ValueError."""
    if losses is None:
        return np.arange(T)
    losses = [whole_number("losses", t, 0, T - 1) for t in items("losses", losses, "steps in rising order")]
    if not losses or sorted(set(losses)) != losses:
        raise ValueError(f"losses: want steps in rising order without repetition, got {losses[:10]}")
    return np.array(losses)
