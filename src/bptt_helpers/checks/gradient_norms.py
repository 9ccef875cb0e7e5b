"""Check of notebook 03: a gradient profile that never overflows."""

from __future__ import annotations

import numpy as np

from .feedback import Wrong, exercise, same, want_array


def _sent_back(W_hh, journey, signal):
    """log10 norms of a signal sent back through the slopes of `journey`; a wrong journey is a known mistake."""
    logs = [np.log10(np.linalg.norm(signal))]
    for slope in journey:
        signal = W_hh.T @ (slope * signal)
        logs.append(np.log10(np.linalg.norm(signal)))
    return np.array(logs)


@exercise
def check_log_profile(answer) -> str:
    """Judge a function (W_hh, slopes, signal) -> log10 norms by lag.

    Few steps are compared with numeric derivatives, a thousand steps with a closed form outside float64's range.

    Parameters
    ----------
    answer : callable (ndarray (n, n), ndarray (T, n), ndarray (n,)) -> ndarray (T,)
    """
    rng = np.random.default_rng(0)
    T, n = 7, 4
    W_hh, slopes, signal = rng.normal(size=(n, n)), rng.uniform(0.2, 1, (T, n)), rng.normal(size=n)
    given = want_array("your profile", answer(W_hh.copy(), slopes.copy(), signal.copy()), (T,))
    right = _numeric(W_hh, slopes, signal)
    if not same(given, right):
        known = {
            "these look like natural logarithms; use log10.": np.log(10) * right,
            "these are the norms themselves; take log10 of them.": 10**right,
            "the signal must be multiplied by the transpose of W_hh.": _sent_back(W_hh.T, slopes[:0:-1], signal),
            "the slopes are used in forward order; the last step comes first on the way back.": _sent_back(
                W_hh, slopes[1:], signal
            ),
            "the slopes are shifted by one step: leaving state t uses the slope of step t.": _sent_back(
                W_hh, slopes[-2::-1], signal
            ),
            "the slope must be applied before W_hh transposed, not after it.": _slope_last(W_hh, slopes, signal),
        }
        for hint, wrong in known.items():
            if same(given, wrong, 1e-4):
                raise Wrong(hint)
        raise Wrong(f"at lag 1 you return {given[1]:.4f}, a numeric derivative says {right[1]:.4f}.")

    for radius in (3.0, 0.1):
        W = radius * np.linalg.qr(rng.normal(size=(n, n)))[0]
        with np.errstate(all="ignore"):
            far = answer(W, np.ones((1000, n)), np.ones(n))
        if not np.isfinite(far).all():
            raise Wrong(
                f"for radius {radius:g} and 1000 steps a number is not finite; rescale the signal at every step."
            )
        if not same(far, np.log10(2) + np.arange(1000) * np.log10(radius)):
            raise Wrong(
                f"for radius {radius:g} and 1000 steps the last value should be near {999 * np.log10(radius):.0f}."
            )
    return "it agrees with numeric derivatives, and with 1000 steps at radius 3 and 0.1."


def _numeric(W_hh, slopes, signal):
    """log10 norms from forward differences of the linearised network: no backward pass is used."""
    T, n = slopes.shape
    logs = []
    for lag in range(T):
        moved = np.eye(n)  # one column for each unit of the state that is moved
        for slope in slopes[T - lag :]:
            moved = slope[:, None] * (W_hh @ moved)
        logs.append(np.log10(np.linalg.norm(signal @ moved)))
    return np.array(logs)


def _slope_last(W_hh, slopes, signal):
    logs = [np.log10(np.linalg.norm(signal))]
    for slope in slopes[:0:-1]:
        signal = slope * (W_hh.T @ signal)
        logs.append(np.log10(np.linalg.norm(signal)))
    return np.array(logs)
