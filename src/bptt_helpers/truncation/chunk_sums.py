"""Gradients of a sequence cut into blocks, for many block lengths in one journey back."""

from __future__ import annotations

import numpy as np

from ..cells.base import at, beside, each
from ..numbers.scaled import steps_between

# Signals above this are scaled down: eight more steps must not reach 2^1024.
LARGE = 2.0**400


def chunked_sums(way, windows):
    """What each window keeps, what it leaves out, and the exact gradient: as many signals side by side.

    From step to step all signals travel alike. Where a window has a cut, its kept signal is set to zero, and its
    left-out one to the exact signal that would have crossed. Kept plus left out is the exact signal at every step,
    but neither comes from a difference, so each is right however small it is beside the other.

    Parameters
    ----------
    way : Way
    windows : ndarray of int (K,)

    Returns
    -------
    kept, left_out, exact : tuple of (ndarray (K, m), ndarray of int (K,)), K = 1 for the exact one
        Gradients of the weights, biases · n · (n + d + 1) numbers in a row, as mantissas and powers of two.
    """
    T, B, _ = way.own.shape
    at_once = max(1, 2**21 // (T * B * len(way.params.b_h)))  # what arrives at all steps is kept until the end: 32 MB
    kept, left_out, exact = [], [], None
    for start in range(0, len(windows), at_once):
        some = windows[start : start + at_once]
        sums, exponent = _journey(way, some)
        kept.append((sums[1 : len(some) + 1], exponent[1 : len(some) + 1]))
        left_out.append((sums[len(some) + 1 :], exponent[len(some) + 1 :]))
        exact = sums[:1], exponent[:1]
    kept, left_out = (tuple(map(np.concatenate, zip(*pairs, strict=True))) for pairs in (kept, left_out))
    return kept, left_out, exact


def _journey(way, windows):
    """Signals, in this order: the exact one, those kept by each window, those left out by each."""
    own, cell, params = way.own, way.cell, way.params
    T, B, m = own.shape
    K = len(windows)
    signals = 2 * K + 1
    nothing = signals  # a further signal, always zero
    comes_from = _origins(T, windows, nothing)

    width = len(params.b_h)
    arrived, exponent = np.empty((T, B, signals, width)), np.zeros((T, B, signals), int)
    carried, here, power = np.zeros((B, signals + 1, m)), np.empty((B, signals, m)), np.zeros((B, signals + 1), int)
    with_own = here[:, : K + 1]
    every, scaled = steps_between(*cell.reach(params, way.local)), False
    if B == 1:  # two axes do: a product needs no other shape, and the part of `carried` is contiguous
        steps, sent, arrivals = each(beside(at(way.local, np.s_[:, 0]))), here[0], arrived[:, 0]
        before = carried[0, :-1]
    else:
        steps, sent, arrivals, before = each(beside(way.local)), here, arrived, np.empty((B, signals, m))
    for t in range(T - 1, -1, -1):
        carried.take(comes_from[t], 1, here, "clip")
        if scaled:
            power[:, :-1] = power[:, comes_from[t]]
            exponent[t] = power[:, :-1]
            with_own += own[t, :, None] * np.ldexp(1.0, -power[:, : K + 1, None])
        else:
            with_own += own[t, :, None]
        cell.back(params, steps[t], sent, arrivals[t], before)
        if B > 1:
            carried[:, :-1] = before
        if t % every == 0 and not -LARGE < carried.min() <= carried.max() < LARGE:
            scaled = True
            shift = np.maximum(np.frexp(np.abs(carried).max(2))[1], 0)
            carried *= np.ldexp(1.0, -shift)[..., None]
            power += shift
    top = exponent.max((0, 1))
    if scaled:
        arrived *= np.ldexp(1.0, np.maximum(exponent - top, -2000))[..., None]
    return way.into_weights_of_each(arrived).reshape(signals, -1), top


def _origins(T, windows, nothing):
    """Which carried signal each one continues at step t, ``(T, 2K + 1)``: itself, unless a cut follows the step."""
    K = len(windows)
    comes_from = np.tile(np.arange(2 * K + 1), (T, 1))
    cut = (np.arange(1, T + 1)[:, None] % windows) == 0
    comes_from[:, 1 : K + 1][cut] = nothing
    comes_from[:, K + 1 :][cut] = 0
    return comes_from
