"""What each scheme of truncation does to an update, and to a single loss of the page.

Whatever the scheme, an update sees sequences of T characters: no gradient crosses their borders.
"""

from __future__ import annotations

import numpy as np

from ...cells.params import Params
from ...passes.backward import bptt
from ...truncation.hazards import constant_hazard, draw_factors
from ...truncation.random_cuts import randomized_gradients

SCHEMES = ("full", "sliding", "stride τ/2", "chunked", "random")


def stride_of(scheme, window) -> int:
    """How many losses walk back together."""
    return {"sliding": 1, "stride τ/2": max(1, window // 2), "chunked": window}[scheme]


def gradient(scheme, window, trace, dL_do, rng) -> Params:
    """The gradient of an update.

    Parameters
    ----------
    scheme : str
        One of `SCHEMES`. "random" cuts after every step with chance 1/`window` and makes up for it.
    window : int
        τ.
    trace : Trace
    dL_do : ndarray (T, B, q)
    rng : numpy.random.Generator
        Draws the cuts.
    """
    if scheme == "full":
        return bptt(trace, dL_do).params
    if scheme == "random" and window > 1:  # at 1 everything is cut, and nothing is left to make up with
        return _random(trace, dL_do, constant_hazard(window), rng)
    return bptt(trace, dL_do, window=window, stride=1 if scheme == "random" else stride_of(scheme, window)).params


def _random(trace, dL_do, hazard, rng):
    """One draw as Params: the inverse of `recurrent_part`, and the readout, which no cut touches."""
    (whole,) = randomized_gradients(trace, dL_do, hazard, rng=rng).astype(trace.o.dtype)
    exact = bptt(trace, dL_do, window=1).params
    n, gates = trace.params.n_hidden, len(exact.W_hh)
    reads_h = whole[:, :n]
    if gates < len(whole):  # a GRU: the third block of four reads the input alone
        reads_h = np.delete(reads_h, np.s_[2 * n : 3 * n], axis=0)
    return exact._replace(W_hx=whole[:gates, n:-1].copy(), W_hh=reads_h.copy(), b_h=whole[:, -1].copy())


def first_reached(scheme, window, length, t) -> int:
    """The earliest character that the loss of character t reaches, if the page is read in sequences of `length`."""
    start, place = t - t % length, t % length
    if scheme in ("full", "random"):
        return start
    stride = stride_of(scheme, window)
    end = (place // stride + 1) * stride - 1  # of the block of losses that walk back together
    return start + max(0, end - window + 1)


def through_window(exact, scheme, window, length, t, rng) -> np.ndarray:
    """What the training leaves of the log10 norms `exact` (N,) that the loss of character t sends back.

    -inf where it is cut; with random cuts those of one draw, with what makes up for them.
    """
    left = np.full_like(exact, -np.inf)
    left[t + 1 :] = np.nan
    first = first_reached(scheme, window, length, t)
    left[first : t + 1] = exact[first : t + 1]
    if scheme == "random":
        if window > 1:
            factor = draw_factors(constant_hazard(window), t + 1 - first, 1, rng)[1:, 0]
        else:
            factor = np.zeros(t - first)
        with np.errstate(divide="ignore"):
            left[first:t] += np.cumsum(np.log10(factor)[::-1])[::-1]
    return left
