"""Check of notebook 06: the recursion of randomised truncation, on a scalar chain."""

from __future__ import annotations

from itertools import product

import numpy as np

from ..feedback import Wrong, exercise, same

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
    for T in (1, 3, 6):  # not 2: running on the exact value would then make no difference
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
    before = exact[:-1]

    def run(**mistake):
        return lambda kept: _estimate(b, c, kept, KEEP, **mistake)

    known = {
        "both mistakes are still there. Which value should be carried on? What must survive count for?": (
            run(carried=before, factor=1)
        ),
        "the recursion runs on the exact value of the step before, which we cannot afford. Run it on z itself.": (
            run(carried=before)
        ),
        "what survives is not compensated: multiply by 1/π where nothing is cut.": run(factor=1),
        "you multiply by π; divide by it: what survives must also stand for what was cut.": run(factor=KEEP),
        "you divide by 1 - π, the chance of a cut; divide by π, the chance of none.": run(factor=1 / (1 - KEEP)),
        "cut and kept are exchanged: `kept` is True where the past survives.": lambda kept: run()(~kept),
        "`kept[t]` belongs to the way from step t - 1 to step t; you use that of another step.": (
            lambda kept: run()(np.roll(kept, 1))
        ),
        "nothing is cut: use `kept`.": lambda kept: exact[-1],
        "a cut must not remove the immediate term b_t, only what comes from before.": (
            lambda kept: _cuts_all(b, c, kept, 1 / KEEP)
        ),
        "where the past is cut, z is b_t, not 0: only what comes from before goes.": (
            lambda kept: _cuts_all(b, c, kept, 1)
        ),
    }
    right = [_estimate(b, c, p, KEEP) for p in patterns]
    if same(given, right, 1e-9):
        return
    for hint, wrong in known.items():
        if same(given, [wrong(p) for p in patterns], 1e-9):
            raise Wrong(hint)
    mean = chance @ given
    if same(mean, exact[-1], 1e-9):
        k = int(np.abs(given - right).argmax())
        raise Wrong(
            f"the mean is right, but for kept = {patterns[k].tolist()} want {right[k]:.4f}, got {given[k]:.4f}."
        )
    raise Wrong(
        f"for T = {len(b)} the mean over all cut patterns, each weighted with its chance, is {mean:.4f}; "
        f"the exact gradient is {exact[-1]:.4f}."
    )


def _cuts_all(b, c, kept, own_factor):
    """A wrong recursion: a cut takes b_t too, which is otherwise multiplied by `own_factor`."""
    z = 0.0
    for t in range(len(b)):
        z = kept[t] * (own_factor * b[t] + c[t] * z / KEEP)
    return z
