"""Check of notebook 07: clipping by the global norm."""

from __future__ import annotations

import numpy as np

from ..feedback import Wrong, exercise, same, want_array


def _norm(arrays):
    return np.linalg.norm(np.concatenate([a.ravel() for a in arrays]))


def _known_mistakes(arrays, max_norm):
    norm = _norm(arrays)
    return {
        "each array is clipped by its own norm; take one norm over all arrays together, or the direction changes.": [
            a * min(1, max_norm / np.linalg.norm(a)) for a in arrays
        ],
        "you cut every entry by itself, which turns the gradient; scale all of them by one number.": [
            np.clip(a, -max_norm, max_norm) for a in arrays
        ],
        "you divide by ‖g‖ but do not multiply by max_norm.": [a / norm for a in arrays],
        "the square root is missing from the norm.": [a * min(1, max_norm / norm**2) for a in arrays],
        "the norm sums absolute values; sum squares and take the square root.": [
            a * min(1, max_norm / sum(np.abs(b).sum() for b in arrays)) for a in arrays
        ],
        "the norms of the arrays are added; ‖g‖ is the square root of the sum of all squares.": [
            a * min(1, max_norm / sum(np.linalg.norm(b) for b in arrays)) for a in arrays
        ],
        "the gradient comes back as it was: did you return the shortened arrays?": arrays,
        "a gradient shorter than max_norm must stay as it is; yours is made longer.": [
            a * max_norm / norm for a in arrays
        ],
    }


@exercise
def check_clip(answer) -> str:
    """Judge a function (list of arrays, max_norm) -> list of arrays by length and direction.

    Parameters
    ----------
    answer : callable (list of ndarrays, float) -> list of ndarrays
    """
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in [(4, 3), (4, 4), (4,), (2, 4)]]
    norm = _norm(arrays)
    for max_norm in (0.3 * norm, 2.0 * norm, 0.01):
        _judge(answer, arrays, max_norm)
    try:
        stays_zero = not any(np.any(g) for g in answer([np.zeros(a.shape) for a in arrays], 1.0))
    except ZeroDivisionError:
        stays_zero = False
    if not stays_zero:
        raise Wrong("a gradient of zero must come back as zero: do not divide by its norm.")
    for bad in (np.nan, np.inf):
        spoilt = [a.copy() for a in arrays]
        spoilt[1][2, 1] = bad
        try:
            answer(spoilt, 1.0)
            outcome = "nothing was raised"
        except ValueError:
            continue
        except Exception as error:
            outcome = f"it raised {type(error).__name__}"
        raise Wrong(f"want a ValueError for a gradient with {bad} in it, {outcome}: a clipped nan is still a nan.")
    return "long gradients are shortened and not turned, short ones stay, and one that is not finite is refused."


def _judge(answer, arrays, max_norm):
    handed = [a.copy() for a in arrays]
    given = answer(handed, max_norm)
    if isinstance(given, tuple) and len(given) == 2 and np.ndim(given[1]) == 0:
        raise Wrong("return the list of arrays only, without the norm.")
    if given is None or len(given) != len(arrays):
        raise Wrong(f"want a list of {len(arrays)} arrays back; does your function end with `return`?")
    given = [want_array(f"array {k}", g, a.shape) for k, (g, a) in enumerate(zip(given, arrays, strict=True))]
    if any((h != a).any() for h, a in zip(handed, arrays, strict=True)):
        raise Wrong("the arrays you were given have changed; make new ones instead of writing into them.")
    flat, original = (np.concatenate([a.ravel() for a in v]) for v in (given, arrays))
    want = min(_norm(arrays), max_norm)
    turned = flat @ original / (np.linalg.norm(flat) * np.linalg.norm(original) or 1)
    if abs(turned - 1) < 1e-9 and abs(np.linalg.norm(flat) - want) < 1e-9 * want:
        return
    for hint, wrong in _known_mistakes(arrays, max_norm).items():
        if all(same(g, w) for g, w in zip(given, wrong, strict=True)):
            raise Wrong(hint)
    raise Wrong(
        f"for ‖g‖ = {_norm(arrays):.3f} and max_norm = {max_norm:.3f} your gradient has norm "
        f"{np.linalg.norm(flat):.3f}, want {want:.3f}, and the cosine to the gradient is {turned:.3f}, want 1."
    )
