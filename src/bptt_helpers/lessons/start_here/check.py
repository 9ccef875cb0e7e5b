"""Check of notebook 00: after how many steps is a signal a millionth?"""

from __future__ import annotations

import math
import numbers

from ..feedback import Wrong, exercise


@exercise
def check_steps(answer) -> str:
    """Judge a function c -> number of steps, by raising c to its answer.

    Parameters
    ----------
    answer : callable (float) -> int
        For 0 < c < 1, the smallest whole T with c^T <= 1e-6.
    """
    for c in (0.5, 0.9, 0.97, 0.995):
        steps = answer(c)
        if steps is None:
            raise Wrong("the function returns None; does it end with `return`?")
        if not isinstance(steps, numbers.Real) or not abs(steps) < math.inf:
            raise Wrong(f"for c = {c} you return {steps!r}; want one whole number.")
        if steps != int(steps):
            raise Wrong(f"for c = {c} you return {steps:.3f}; a number of steps is whole, so round up.")
        if steps < 0:
            raise Wrong(f"for c = {c} you return {int(steps)}; log c is negative, so a minus sign is missing.")
        left, one_less, two_less = c**steps, c ** (steps - 1), c ** (steps - 2)
        if left > 1e-6 >= left * c:
            raise Wrong(f"for c = {c}, {int(steps)} steps leave {left:.2e}, a little too much; round up, not down.")
        if left > 1e-6:
            raise Wrong(
                f"for c = {c}, {int(steps)} steps leave {left:.2e}, more than 1e-6; which logarithm did you use?"
            )
        if one_less <= 1e-6:
            hint = "which logarithm did you use?" if two_less <= 1e-6 else "you count one step too many."
            raise Wrong(f"for c = {c}, {int(steps) - 1} steps are enough; {hint}")
    return "c to the power of your answer is the first to fall below one millionth, for four values of c."
