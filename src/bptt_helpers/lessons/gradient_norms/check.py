"""Check of notebook 03: a gradient profile that never overflows."""

from __future__ import annotations

import numpy as np

from ..answers import same, want_array
from ..feedback import Wrong, exercise

# Radius and steps. The last is outside the range of an 80-bit number too, which needs no rescaling before.
FAR = ((3.0, 1000), (0.1, 1000), (30.0, 3400))
CLOSE = 1e-3  # what adding up thousands of float32 numbers may cost


@exercise
def check_log_profile(answer) -> str:
    """Judge a function (W_hh, slopes, signal) -> log10 norms by lag.

    Few steps are compared with numeric derivatives, thousands with a closed form outside the range of any float.

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
        raise Wrong(_first_difference(given, right))
    for radius, steps in FAR:
        _judge_far(answer, radius, steps, radius * np.linalg.qr(rng.normal(size=(n, n)))[0])
    return "it agrees with numeric derivatives, and with 1000 steps at radius 3 and 0.1."


def _judge_far(answer, radius, steps, W):
    where = f"for radius {radius:g} and {steps} steps"
    with np.errstate(all="ignore"):
        far = answer(W, np.ones((steps, len(W))), np.ones(len(W)))
    try:
        finite = np.isfinite(far).all()
    except Exception:  # want_array says what it is
        finite = True
    if not finite:
        raise Wrong(f"{where} a number is not finite; keep the signal at a handy size on its whole way.")
    far = want_array(f"{where} your profile", far, (steps,))
    if not same(far, np.log10(2) + np.arange(steps) * np.log10(radius), CLOSE):
        raise Wrong(f"{where} your last value is {far[-1]:.0f}; want {(steps - 1) * np.log10(radius):.0f}.")


def _first_difference(given, right):
    """Where a profile leaves the right one, and to which side."""
    lag = int(np.argmax(~np.isclose(given, right, rtol=0, atol=1e-6)))
    off = given[lag] - right[lag]
    before = "before any step back" if lag == 0 else "lag 0 is right" if lag == 1 else f"lags 0 to {lag - 1} are right"
    return (
        f"at lag {lag} you return {given[lag]:.4f}: too {'large' if off > 0 else 'small'} by {abs(off):.2g} ({before})."
    )


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

    def sent(journey, step, norm=np.linalg.norm):
        return _sent_back(journey, signal, step, norm)

    def measured(norm):
        return sent(back, lambda signal, slope: W_hh.T @ (slope * signal), norm)

    straight = right[0] + np.arange(len(right)) * np.log10(np.abs(np.linalg.eigvals(W_hh)).max())
    return {
        "these look like natural logarithms; use log10.": np.log(10) * right,
        "these look like logarithms to base 2; use log10.": np.log2(10) * right,
        "the norm is the largest entry; want the length, the root of the sum of squares.": measured(
            lambda v: np.abs(v).max()
        ),
        "the norm is the sum of the entries; want the length, the root of the sum of squares.": measured(
            lambda v: np.abs(v).sum()
        ),
        "the norm has the mean of the squares; want their sum.": measured(lambda v: np.sqrt((v**2).mean())),
        "the last factor is counted twice: once in what you took away, once in the norm.": right + changes,
        "the norms are added up, but the signal keeps its size: divide it by what you take away.": np.cumsum(right),
        "this is the straight line of the spectral radius; send the signal back step by step.": straight,
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
        "W_hh transposed meets the slope first; want it to meet slope times signal: mind the parentheses.": sent(
            back, lambda signal, slope: (W_hh.T @ slope) * signal
        ),
        "the product with W_hh transposed is one entry by entry; it must be a matrix product, @.": sent(
            back, lambda signal, slope: W_hh.T * (slope * signal)
        ),
    }


def _sent_back(journey, signal, step, norm):
    """log10 norms of a signal on its way back, with `step` for each slope of the journey."""
    logs = [np.log10(norm(signal))]
    for slope in journey:
        signal = step(signal, slope)
        logs.append(np.log10(norm(signal)))
    return np.array(logs)
