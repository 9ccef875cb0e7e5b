"""Check of notebook 07: how often a chain may be cut if the variance is to stay below a bound."""

from __future__ import annotations

from itertools import product

import numpy as np

from ..answers import same, sizes, want_number, want_unchanged
from ..feedback import Wrong, exercise

TOLERANCE = 1e-3  # of π; what the exercise asks for
CHANCES = {6: 0.62, 4: 0.23, 8: 0.87}  # steps, and the right answer: the bound is the variance at it


@exercise
def check_chance(answer) -> str:
    """Judge a function (b, c, bound) -> π by the variance over all patterns of cuts.

    Parameters
    ----------
    answer : callable (ndarray (T,), ndarray (T,), float) -> float
    """
    cases = draw_cases()
    given = np.array([_ask(answer, *case) for case in cases])
    right = np.array(list(CHANCES.values()))
    if same(given, right, 1.001 * TOLERANCE / right.max()):
        return "at your π the variance over all patterns of cuts is the bound, and at any smaller one it is above."
    for hint, rule in known_mistakes():
        if np.abs(given - [rule(*case) for case in cases]).max() <= 2 * TOLERANCE:
            raise Wrong(hint)
    k = int(np.abs(given - right).argmax())
    b, c, bound = cases[k]
    if not 0 < given[k] <= 1:
        raise Wrong(f"π is a chance, above 0 and at most 1; yours is {given[k]:.4g}.")
    came = variance_by_patterns(b, c, given[k])
    verdict = "a smaller π will do" if came < bound else "that is more than the bound"
    raise Wrong(
        f"for T = {len(b)} and bound = {bound:.4g} you return {given[k]:.4f}. There the variance over all patterns of "
        f"cuts, each weighted with its chance, is {came:.4g}: {verdict}."
    )


def draw_cases() -> list:
    """(b, c, bound) for each of `CHANCES`; signals of both signs."""
    rng, cases = np.random.default_rng(4), []
    for T, pi in CHANCES.items():
        b, c = rng.uniform(0.5, 1.5, T), rng.uniform(0.6, 0.98, T)
        b[T // 2] *= -1
        c[4:] *= 0.6  # the longer chains have their largest variance before the end
        cases.append((b, c, variance_by_patterns(b, c, pi)))
    return cases


def variance_by_patterns(b, c, pi) -> float:
    """Variance of z_T, with no recursion for moments: every pattern of cuts is run, and weighted with its chance."""
    kept = np.array(list(product([0, 1], repeat=len(b) - 1))).reshape(-1, len(b) - 1)
    z = np.full(len(kept), b[0])
    for t in range(1, len(b)):
        z = b[t] + kept[:, t - 1] / pi * c[t] * z
    chance = np.where(kept, pi, 1 - pi).prod(axis=1)
    return float(chance @ (z - chance @ z) ** 2)


def _ask(answer, b, c, bound):
    handed = b.copy(), c.copy()
    with sizes(f"T = {len(b)}"):
        returned = answer(*handed, bound)
    want_unchanged(b=(b, handed[0]), c=(c, handed[1]))
    return want_number("π", returned)


def _smallest(spread):
    """A rule (b, c, bound) -> π: the smallest chance at which spread(b, c, π), falling in π, is at most the bound."""

    def rule(b, c, bound):
        low, high = 0.0, 1.0
        for _ in range(14):
            middle = (low + high) / 2
            low, high = (low, middle) if spread(b, c, middle) <= bound else (middle, high)
        return high

    return rule


def _variances(b, c, pi, square_of_factor=None, cross=2.0, carried=1.0, subtract=True):
    """Var z_t for t = 1 … T by the recursion for E z and E z²; the options are what can be wrong with it."""
    again, mean, square, out = square_of_factor or 1 / pi, 0.0, 0.0, []
    for b_t, c_t in zip(b, c, strict=True):
        square = b_t**2 + cross * b_t * c_t * mean + c_t**2 * again * square
        mean = b_t + carried * c_t * mean
        out.append(square - subtract * mean**2)
    return np.array(out)


def _oldest(b, c, pi):
    return (b[0] * c[1:].prod()) ** 2 * (pi ** (1 - len(b)) - 1)


def _independent(b, c, pi):
    """Every signal for itself, as if each had cuts of its own."""
    later = np.append(np.cumprod(c[:0:-1])[::-1], 1)
    return ((b * later) ** 2 * (pi ** -np.arange(len(b) - 1.0, -1, -1) - 1)).sum()


def known_mistakes() -> list:
    """Hints, and the rule (b, c, bound) -> π that each is about."""

    def last(**wrong):
        return _smallest(lambda b, c, pi: _variances(b, c, pi, **wrong)[-1])

    line = "at c² the variance of a long chain begins to grow without end; a bound after T steps is another matter."
    right = last()
    return [
        ("you return the chance of a cut; want that of none.", lambda *case: 1 - right(*case)),
        ("the largest chance would always be 1; want the smallest.", lambda *_: 1.0),
        (
            "for you no chance is too small. What survives is multiplied by 1/π, not by 1, so E ξ² = π · (1/π)² = 1/π.",
            lambda *_: 0.0,
        ),
        ("E ξ² = π · (1/π)² is 1/π, not 1/π².", _smallest(lambda b, c, pi: _variances(b, c, pi, 1 / pi**2)[-1])),
        ("E z² is not yet the variance: subtract (E z)².", last(subtract=False)),
        ("the cross term is missing: (b + ξ c z)² has 2 b c ξ z in it, whose mean is 2 b c E z.", last(cross=0.0)),
        ("the cross term counts twice: (x + y)² = x² + 2xy + y².", last(cross=1.0)),
        (
            "the bound is for the variance; you compare the standard deviation with it.",
            _smallest(lambda b, c, pi: np.sqrt(max(_variances(b, c, pi)[-1], 0))),
        ),
        (
            "the bound is for the variance after the last step; you ask it of every step.",
            _smallest(lambda b, c, pi: _variances(b, c, pi).max()),
        ),
        (
            "the variance after the last step is wanted; yours stops one step before.",
            _smallest(lambda b, c, pi: _variances(b, c, pi)[-2]),
        ),
        (
            "you follow the oldest signal only; those from later steps vary too.",
            _smallest(_oldest),
        ),
        (
            "you add up the variances of the single signals, as if each had its own cuts; a cut takes all older ones.",
            _smallest(_independent),
        ),
        (
            "`c[t]` belongs to the way from step t - 1 to step t; you use that of another step.",
            _smallest(lambda b, c, pi: _variances(b, np.roll(c, 1), pi)[-1]),
        ),
        (line, lambda b, c, bound: (c**2).max()),
        (line, lambda b, c, bound: (c**2).mean()),
    ]
