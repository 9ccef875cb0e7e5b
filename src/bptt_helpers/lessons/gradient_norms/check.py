"""Check of notebook 03: a gradient profile that never overflows."""

from __future__ import annotations

import numpy as np

from ..feedback import Wrong, exercise, same, want_array


@exercise
def check_log_profile(answer) -> str:
    """Judge a function (W_hh, slopes, signal) -> log10 norms by lag.

    Few steps are compared with numeric derivatives, a thousand steps with a closed form outside float64's range.

    Parameters
    ----------
    answer : callable (ndarray (n, n), ndarray (T, n), ndarray (n,)) -> ndarray (T,)

    Returns
    -------
    Feedback
    """
    rng = np.random.default_rng(0)
    T, n = 7, 4
    W_hh, slopes, signal = rng.normal(size=(n, n)), rng.uniform(0.2, 1, (T, n)), rng.normal(size=n)
    given = want_array("your profile", answer(W_hh.copy(), slopes.copy(), signal.copy()), (T,))
    right = numeric_profile(W_hh, slopes, signal)
    if not same(given, right):
        for hint, wrong in known_mistakes(W_hh, slopes, signal, right).items():
            if same(given, wrong):
                raise Wrong(hint)
        lag = int(np.argmax(~np.isclose(given, right, rtol=0, atol=1e-6)))
        raise Wrong(f"at lag {lag} you return {given[lag]:.4f}, a numeric derivative says {right[lag]:.4f}.")

    for radius in (3.0, 0.1):
        W = radius * np.linalg.qr(rng.normal(size=(n, n)))[0]
        with np.errstate(all="ignore"):
            far = np.asarray(answer(W, np.ones((1000, n)), np.ones(n)))
        if not np.isfinite(far).all():
            raise Wrong(
                f"for radius {radius:g} and 1000 steps a number is not finite; rescale the signal at every step."
            )
        far = want_array(f"for radius {radius:g} and 1000 steps your profile", far, (1000,))
        if not same(far, np.log10(2) + np.arange(1000) * np.log10(radius)):
            raise Wrong(
                f"for radius {radius:g} and 1000 steps the last value should be near {999 * np.log10(radius):.0f}."
            )
    return "it agrees with numeric derivatives, and with 1000 steps at radius 3 and 0.1."


def numeric_profile(W_hh, slopes, signal):
    """log10 norms from forward differences of the linearised network: no backward pass is used."""
    T, n = slopes.shape
    logs = []
    for lag in range(T):
        moved = np.eye(n)  # one column for each unit of the state that is moved
        for slope in slopes[T - lag :]:
            moved = slope[:, None] * (W_hh @ moved)
        logs.append(np.log10(np.linalg.norm(signal @ moved)))
    return np.array(logs)


def known_mistakes(W_hh, slopes, signal, right):
    """What each mistake the check knows would return, by its hint."""
    changes, back = np.append(right[0], np.diff(right)), slopes[:0:-1]

    def sent(journey, step):
        return _sent_back(journey, signal, step)

    return {
        "these look like natural logarithms; use log10.": np.log(10) * right,
        "these are the norms themselves; take log10 of them.": 10**right,
        "these are the logarithms of squared norms; take the root, or half.": 2 * right,
        "the profile is back to front: entry 0 is lag 0, the last step.": right[::-1],
        "these are the changes from lag to lag: add up what you took away at every step.": changes,
        "the profile starts at 0: what the signal measured before its first step counts too.": right - right[0],
        "every entry is one lag late: note the norm before you go on to the next step.": np.append(0, right[:-1]),
        "every entry is one lag too far: entry 0 is the signal as it arrives, before any step back.": sent(
            slopes[::-1], lambda signal, slope: W_hh.T @ (slope * signal)
        )[1:],
        "the signal must be multiplied by the transpose of W_hh.": sent(
            back, lambda signal, slope: W_hh @ (slope * signal)
        ),
        "the slopes are used in forward order; the last step comes first on the way back.": sent(
            slopes[1:], lambda signal, slope: W_hh.T @ (slope * signal)
        ),
        "the slopes are shifted by one step: leaving state t uses the slope of step t.": sent(
            slopes[-2::-1], lambda signal, slope: W_hh.T @ (slope * signal)
        ),
        "the slope must be applied before W_hh transposed, not after it.": sent(
            back, lambda signal, slope: slope * (W_hh.T @ signal)
        ),
        "the signal is multiplied by the Jacobian J_t; it must be the transpose of J_t.": sent(
            back, lambda signal, slope: slope * (W_hh @ signal)
        ),
        "the slopes are missing: multiply the signal by f′(a_t) before W_hh transposed.": sent(
            back, lambda signal, slope: W_hh.T @ signal
        ),
        "the product with W_hh transposed is one entry by entry; it must be a matrix product, @.": sent(
            back, lambda signal, slope: W_hh.T * (slope * signal)
        ),
    }


def _sent_back(journey, signal, step):
    """log10 norms of a signal on its way back, with `step` for each slope of the journey."""
    logs = [np.log10(np.linalg.norm(signal))]
    for slope in journey:
        signal = step(signal, slope)
        logs.append(np.log10(np.linalg.norm(signal)))
    return np.array(logs)
