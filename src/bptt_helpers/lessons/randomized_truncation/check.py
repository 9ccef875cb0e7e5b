"""Check of notebook 07: the recursion of randomised truncation, on a scalar chain."""

from __future__ import annotations

from itertools import product

import numpy as np

from ..answers import same, sizes, want_number, want_unchanged
from ..feedback import Wrong, exercise

KEEP = (0.7, 0.4)  # π, the chance of no cut: two of them, so that it cannot be a number in the code
LENGTHS = (6, 1, 3)  # the longest first: in a short chain different mistakes give the same number


@exercise
def check_estimate(answer) -> str:
    """Judge a function (b, c, kept, pi) -> z_T by its numbers for all cut patterns and two chances of keeping.

    Parameters
    ----------
    answer : callable (ndarray (T,), ndarray (T,), ndarray of bool (T,), float) -> float
    """
    rng = np.random.default_rng(0)
    for T in LENGTHS:
        b, c = rng.uniform(0.5, 1.5, T), rng.uniform(0.5, 1.2, T)
        _judge(answer, b, c, [np.array(p) for p in product([False, True], repeat=T)])
    return "every cut pattern gives the right number, and their mean is the exact gradient."


def _ask(answer, b, c, kept, pi):
    handed = b.copy(), c.copy(), kept.copy()
    with sizes(f"T = {len(b)}"):
        returned = answer(*handed, pi)
    number = want_number("z after the last step", returned)
    want_unchanged(b=(b, handed[0]), c=(c, handed[1]), kept=(kept, handed[2]))
    return number


def _judge(answer, b, c, patterns):
    def for_all(rule):
        return np.array([[rule(b, c, kept, pi) for kept in patterns] for pi in KEEP])

    def ask(*case):
        return _ask(answer, *case)

    given, right = for_all(ask), for_all(_estimate)
    if same(given, right, 1e-5):
        return
    if not same(for_all(ask), given, 1e-5):
        raise Wrong("asked twice, your function gives two answers: draw nothing in it, the cuts stand in `kept`.")
    for hint, rule in known_mistakes():
        if same(given, for_all(rule), 1e-5):
            raise Wrong(hint)
    if same(*given, 1e-5):
        raise Wrong("your answer is the same for two values of `pi`: use the argument, not a number of your own.")
    exact = _exact(b, c)[-1]
    means = [
        np.array([np.prod(np.where(kept, pi, 1 - pi)) for kept in patterns]) @ row
        for pi, row in zip(KEEP, given, strict=True)
    ]
    for pi, mean in zip(KEEP, means, strict=True):
        if not same(mean, exact, 1e-5):
            raise Wrong(
                f"for T = {len(b)} and pi = {pi} the mean over all cut patterns, each weighted with its chance, is "
                f"{mean:.4f}; the exact gradient is {exact:.4f}."
            )
    i, k = np.unravel_index(np.abs(given - right).argmax(), right.shape)
    raise Wrong(
        f"the mean is right, but for kept = {patterns[k].tolist()} and pi = {KEEP[i]} want {right[i, k]:.4f}, "
        f"got {given[i, k]:.4f}."
    )


def _exact(b, c):
    """a_0, a_1 …: the full recursion a_t = b_t + c_t a_{t-1}."""
    a = [0.0]
    for b_t, c_t in zip(b, c, strict=True):
        a.append(b_t + c_t * a[-1])
    return np.array(a)


def _estimate(
    b,
    c,
    kept,
    pi,
    factor=lambda pi, t: 1 / pi,  # of what survives
    own=lambda pi, kept: 1,  # of b_t
    from_exact=False,  # whether the exact value of the step before is carried on
):
    """The right recursion, and by its options wrong ones."""
    z, exact = 0.0, _exact(b, c)
    for t in range(len(b)):
        before = exact[t] if from_exact else z
        z = own(pi, kept[t]) * b[t] + kept[t] * factor(pi, t) * c[t] * before
    return z


def known_mistakes():
    """(hint, rule) for each mistake; a rule takes what the reader's function takes."""

    def run(**wrong):
        return lambda b, c, kept, pi: _estimate(b, c, kept, pi, **wrong)

    def bare(pi, t):
        return 1

    once = "π comes in once, at the end; every way that survives must be paid for where it is kept."
    twice = "1/πᵗ pays twice: z of the step before carries the factors of earlier steps already."
    divides_own = "π divides b_t too; b_t is always there and stands for nothing but itself."
    stops = "you stop at a cut; the steps after it still count."
    return [
        (
            "both mistakes are still there. Which value should be carried on? What must survive count for?",
            run(from_exact=True, factor=bare),
        ),
        (
            "the recursion runs on the exact value of the step before, which we cannot afford. Run it on z itself.",
            run(from_exact=True),
        ),
        ("what survives is not compensated: multiply by 1/π where nothing is cut.", run(factor=bare)),
        (
            "you multiply by π; divide by it: what survives must also stand for what was cut.",
            run(factor=lambda pi, t: pi),
        ),
        (
            "you divide by 1 - π, the chance of a cut; divide by π, the chance of none.",
            run(factor=lambda pi, t: 1 / (1 - pi)),
        ),
        (once, lambda b, c, kept, pi: _estimate(b, c, kept, pi, bare) / pi),
        (once, lambda b, c, kept, pi: _estimate(b, c, kept, pi, bare) / pi ** len(b)),
        (once, lambda b, c, kept, pi: _estimate(b, c, kept, pi, bare) / pi ** kept.sum()),
        (twice, run(factor=lambda pi, t: pi**-t)),
        (twice, run(factor=lambda pi, t: pi ** -(t + 1))),
        (
            "cut and kept are exchanged: `kept` is True where the past survives.",
            lambda b, c, kept, pi: _estimate(b, c, ~kept, pi),
        ),
        (
            "`kept[t]` belongs to the way from step t - 1 to step t; you use that of another step.",
            lambda b, c, kept, pi: _estimate(b, c, np.roll(kept, 1), pi),
        ),
        (
            "`c[t]` belongs to the way from step t - 1 to step t; you use that of another step.",
            lambda b, c, kept, pi: _estimate(b, np.roll(c, 1), kept, pi),
        ),
        (
            "c is missing: on its way the past is multiplied by `c[t]`.",
            lambda b, c, kept, pi: _estimate(b, np.ones(len(b)), kept, pi),
        ),
        ("nothing is cut: use `kept`.", lambda b, c, kept, pi: _exact(b, c)[-1]),
        ("nothing is cut: use `kept`.", lambda b, c, kept, pi: _estimate(b, c, kept | True, pi)),
        (
            "a cut must not remove the immediate term b_t, only what comes from before.",
            run(own=lambda pi, kept: kept / pi),
        ),
        (
            "where the past is cut, z is b_t, not 0: only what comes from before goes.",
            run(own=lambda pi, kept: kept),
        ),
        (divides_own, run(own=lambda pi, kept: 1 / pi)),
        (divides_own, run(own=lambda pi, kept: 1 / pi if kept else 1)),
        (
            "at a cut z stays what it was, and b_t is lost; it is the past that must go.",
            lambda b, c, kept, pi: _estimate(b[kept], c[kept], kept[kept], pi),
        ),
        (stops, lambda b, c, kept, pi: _estimate(*_until_cut(b, c, kept, 0), pi)),
        (stops, lambda b, c, kept, pi: _estimate(*_until_cut(b, c, kept, 1), pi)),
    ]


def _until_cut(b, c, kept, more):
    """The steps before the first cut, and `more` steps after them."""
    end = len(b) if kept.all() else int(kept.argmin()) + more
    return b[:end], c[:end], kept[:end]
