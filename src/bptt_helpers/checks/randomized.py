"""Check of notebook 06: the recursion of randomised truncation, on a scalar chain."""

from __future__ import annotations

from itertools import product

import numpy as np

from .feedback import Wrong, exercise, same

KEEP = 0.7  # π, the chance of no cut


def _estimate(b, c, kept, pi, factor=None, carried=None):
    """The right recursion, and by its options known mistakes: another factor, or another value carried on."""
    z = 0.0
    for t in range(len(b)):
        before = z if carried is None else carried[t]
        z = b[t] + (kept[t] * (1 / pi if factor is None else factor)) * c[t] * before
    return z


def _exact(b, c):
    """a_0, a_1 …: the full recursion a_t = b_t + c_t a_{t-1}."""
    a = [0.0]
    for b_t, c_t in zip(b, c, strict=True):
        a.append(b_t + c_t * a[-1])
    return np.array(a)


@exercise
def check_estimate(answer) -> str:
    """Judge a function (b, c, kept, pi) -> z_T by the mean over all cut patterns, each weighted with its chance.

    Parameters
    ----------
    answer : callable (ndarray (T,), ndarray (T,), ndarray of bool (T,), float) -> float
    """
    rng = np.random.default_rng(0)
    for T in (1, 2, 6):
        b, c = rng.uniform(0.5, 1.5, T), rng.uniform(0.5, 1.2, T)
        patterns = [np.array(p) for p in product([False, True], repeat=T)]
        given = np.array([_one_number(answer(b.copy(), c.copy(), p.copy(), KEEP)) for p in patterns])
        chance = np.array([np.prod(np.where(p, KEEP, 1 - KEEP)) for p in patterns])
        _judge(given, b, c, patterns, chance)
    return "every cut pattern gives the right number, and their mean is the exact gradient."


def _one_number(value):
    if value is None:
        raise Wrong("your function returns None; does it end with `return`?")
    if np.ndim(value) != 0:
        raise Wrong(f"want one number, z of the last step, got shape {np.shape(value)}.")
    return float(value)


def _judge(given, b, c, patterns, chance):
    exact = _exact(b, c)
    known = {
        "the recursion runs on the exact value of the step before, which we cannot afford. Run it on z itself.": (
            lambda p: _estimate(b, c, p, KEEP, carried=exact[:-1])
        ),
        "what survives is not compensated: multiply by 1/π where nothing is cut.": lambda p: _estimate(
            b, c, p, KEEP, factor=1
        ),
        "you multiply by π; divide by it: what survives must also stand for what was cut.": lambda p: _estimate(
            b, c, p, KEEP, factor=KEEP
        ),
        "you divide by 1 - π, the chance of a cut; divide by π, the chance of none.": lambda p: _estimate(
            b, c, p, KEEP, factor=1 / (1 - KEEP)
        ),
        "cut and kept are exchanged: `kept` is True where the past survives.": lambda p: _estimate(b, c, ~p, KEEP),
        "nothing is cut: use `kept`.": lambda p: exact[-1],
        "a cut must not remove the immediate term b_t, only what comes from before.": lambda p: _cuts_all(b, c, p),
    }
    right = [_estimate(b, c, p, KEEP) for p in patterns]
    if same(given, right, 1e-9):
        return
    for hint, wrong in known.items():
        if same(given, [wrong(p) for p in patterns], 1e-9):
            raise Wrong(hint)
    raise Wrong(
        f"for T = {len(b)} the mean over all cut patterns, each weighted with its chance, is {chance @ given:.4f}; "
        f"the exact gradient is {exact[-1]:.4f}."
    )


def _cuts_all(b, c, kept):
    z = 0.0
    for t in range(len(b)):
        z = kept[t] / KEEP * (b[t] + c[t] * z)
    return z
