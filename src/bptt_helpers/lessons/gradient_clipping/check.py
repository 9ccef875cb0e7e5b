"""Check of notebook 08: clipping by the global norm."""

from __future__ import annotations

import numpy as np

from ..answers import as_numbers, came, same, want_array, want_unchanged
from ..feedback import Wrong, exercise

SHAPES = ((4, 3), (4, 4), (4,), (2, 4))
CLOSE = 1e-5  # a small number in the denominator, as many libraries have it, is no mistake, nor is float32


def _norm(arrays):
    return np.linalg.norm(np.concatenate([np.ravel(a) for a in arrays]))


def known_mistakes(arrays, max_norm):
    """(hint, what it returns) for each mistake."""
    norm = _norm(arrays)
    rms = "that is a mean of squares; ‖g‖ is the root of their sum."
    own = "each array is clipped by its own norm; take one norm over all arrays together, or the direction changes."

    def by(wrong_norm):
        return [a * min(1, max_norm / wrong_norm) for a in arrays]

    longer = "a gradient shorter than max_norm must stay as it is; yours is made longer."
    return [
        *([(longer, [a * max_norm / norm for a in arrays])] if norm < max_norm else []),
        (own, [a * min(1, max_norm / np.linalg.norm(a)) for a in arrays]),
        (own, [a * min(1, max_norm / np.linalg.norm(a, 2)) for a in arrays]),
        (
            "you cut every entry by itself, which turns the gradient; scale all of them by one number.",
            [np.clip(a, -max_norm, max_norm) for a in arrays],
        ),
        ("you divide by ‖g‖ but do not multiply by max_norm.", [a / norm for a in arrays]),
        ("the square root is missing from the norm.", by(norm**2)),
        (
            "the norm sums absolute values; sum squares and take the square root.",
            by(sum(np.abs(a).sum() for a in arrays)),
        ),
        (
            "the norms of the arrays are added; ‖g‖ is the square root of the sum of all squares.",
            by(sum(np.linalg.norm(a) for a in arrays)),
        ),
        (rms, by(norm / np.sqrt(sum(a.size for a in arrays)))),
        (rms, by(np.sqrt(sum((a**2).mean() for a in arrays)))),
        ("you take the largest entry for the norm; every entry counts.", by(max(np.abs(a).max() for a in arrays))),
        ("you take the largest norm of one array; all arrays count.", by(max(np.linalg.norm(a) for a in arrays))),
        ("only the norm of the last array counts in yours; all arrays count.", by(np.linalg.norm(arrays[-1]))),
        ("only the norm of the first array counts in yours; all arrays count.", by(np.linalg.norm(arrays[0]))),
        (
            "`np.linalg.norm(a, 2)` of a matrix is its largest singular value; ‖g‖ is made from its entries.",
            by(np.sqrt(sum(np.linalg.norm(a, 2) ** 2 for a in arrays))),
        ),
        ("the gradient comes back as it was: did you return the shortened arrays?", arrays),
    ]


@exercise
def check_clip(answer) -> str:
    """Judge a function (list of arrays, max_norm) -> list of arrays by length and direction.

    Parameters
    ----------
    answer : callable (list of ndarrays, float) -> list of ndarrays
    """
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in SHAPES]
    norm = _norm(arrays)
    for max_norm in (0.01, 0.3 * norm, 2.0 * norm):  # the least first: no wrong norm is below it
        _judge(answer, arrays, max_norm)
    _judge_huge(answer, arrays, norm)
    zeros = [np.zeros(s) for s in SHAPES]
    try:
        with np.errstate(all="ignore"):
            returned = answer([a.copy() for a in zeros], 1.0)
    except (ArithmeticError, ValueError):  # 0 / 0 in Python, or its nan taken for a gradient that is not finite
        returned = [np.full(s, np.nan) for s in SHAPES]
    if any(np.any(g) for g in _want_arrays(returned, zeros, finite=False)):
        raise Wrong("a gradient of zero must come back as zero: do not divide by its norm.")
    for bad in (np.nan, np.inf):
        spoilt = [a.copy() for a in arrays]
        spoilt[1][2, 1] = bad
        try:
            with np.errstate(all="ignore"):
                answer(spoilt, 1.0)
            outcome = "nothing was raised"
        except ValueError:
            continue
        except Exception as error:
            outcome = f"it raised {type(error).__name__}"
        raise Wrong(f"want a ValueError for a gradient with {bad} in it, {outcome}: a clipped nan is still a nan.")
    return (
        "long gradients are shortened and not turned, even where squares overflow, short ones stay, "
        "and one that is not finite is refused."
    )


def _judge_huge(answer, arrays, norm):
    """Entries of 1e200 fit, their squares do not."""
    huge = [a * 1e200 for a in arrays]
    try:
        with np.errstate(all="ignore"):
            given = answer([a.copy() for a in huge], 1.0)
    except (ValueError, ArithmeticError) as error:
        outcome = f"your function raises {type(error).__name__}"
    else:
        if all(same(g, a / norm, CLOSE) for g, a in zip(_want_arrays(given, huge, finite=False), arrays, strict=True)):
            return
        outcome = "yours does not come back with norm 1"
    raise Wrong(
        f"a gradient with entries of 1e200 is finite, yet {outcome} for max_norm = 1: their squares overflow. "
        "Divide by the largest entry before you square, as in notebook 03."
    )


def _want_arrays(given, arrays, finite=True):
    """What was returned, as a list of arrays; of zeros nan may come back, which has a sentence of its own."""
    count = len(arrays)
    if given is None:
        raise Wrong(f"want a list of {count} arrays back; does your function end with `return`?")
    if not isinstance(given, list | tuple):
        raise Wrong(f"return a list of {count} arrays; got {came(given)}.")
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], list | tuple):
        raise Wrong("return the list of arrays only, without the norm.")
    if len(given) != count:
        raise Wrong(f"return a list of {count} arrays, as many as came; yours has {len(given)}.")
    if not finite:
        given = [g if as_numbers(g) is None else np.nan_to_num(as_numbers(g), nan=1.0) for g in given]
    return [want_array(f"array {k}", g, a.shape) for k, (g, a) in enumerate(zip(given, arrays, strict=True))]


def _judge(answer, arrays, max_norm):
    handed = [a.copy() for a in arrays]
    given = _want_arrays(answer(handed, max_norm), arrays)
    want_unchanged(**{f"array {k}": pair for k, pair in enumerate(zip(arrays, handed, strict=True))})
    flat, original = (np.concatenate([a.ravel() * np.float64(1) for a in v]) for v in (given, arrays))
    norm = _norm(arrays)
    want = min(norm, max_norm)
    with np.errstate(all="ignore"):  # squares of a wrong answer may overflow
        length = np.linalg.norm(flat)
        turned = flat @ original / (length * norm or 1)
    if abs(turned - 1) < 1e-9 and abs(length - want) < CLOSE * want:
        return
    for hint, wrong in known_mistakes(arrays, max_norm):
        if all(same(g, w, CLOSE) for g, w in zip(given, wrong, strict=True)):
            raise Wrong(hint)
    raise Wrong(
        f"for ‖g‖ = {norm:.3f} and max_norm = {max_norm:.3f} your gradient has norm "
        f"{length:.3f}, want {want:.3f}, and the cosine to the gradient is {turned:.3f}, want 1."
    )
