"""Check of notebook 00: after how many steps is a signal a millionth?"""

from __future__ import annotations

import math
import numbers

import numpy as np

from ..feedback import Wrong, exercise

TRIED = (0.5, 0.97, 0.02)  # known mistakes are compared with at all of them: one c alone could be a coincidence
# Here so many steps leave one millionth to the last bit: "at most" differs from "below", and rounding up from
# rounding down and adding one. Each catches other ways to compute it, and rounding spoils no correct one.
EXACT = {0.5754399373371569: 25, 0.7079457843841379: 40, 0.7626985859023444: 51}
LOGARITHM = "which logarithm did you use?"
ZEROS = "one millionth is 10^-6; count the zeros."
START = "start from c^T = 10^-6 and solve it for T."


@exercise
def check_steps(answer) -> str:
    """Judge a function c -> number of steps, by raising c to its answer.

    One c is drawn afresh at every call, so that a table of the right answers is no answer.

    Parameters
    ----------
    answer : callable (float) -> int
        For 0 < c < 1, the smallest whole T with c^T <= 1e-6.
    """
    drawn = round(float(np.random.default_rng().uniform(0.9, 0.99)), 3)
    for c in (*TRIED, drawn, *EXACT):
        steps, right = _number(answer(c), c), _right(c)
        if steps != right:
            raise Wrong(f"for c = {c} {_hint(answer, c, steps, right)}")
    return "c to the power of your answer is the first to fall below one millionth, for four values of c."


def _right(c):
    return EXACT.get(c) or math.ceil(-6 / math.log10(c))


def _number(steps, c):
    """What came back, as a number, or a `Wrong` that says what it is instead."""
    if steps is None:
        raise Wrong("the function returns None; does it end with `return`?")
    if not isinstance(steps, numbers.Real):
        shown = f"{steps!r:.60}"
        wraps_a_number = callable(getattr(steps, "item", None)) and getattr(steps, "size", None) != 0
        hint = " int(…) makes one of it." if wraps_a_number else ""
        raise Wrong(f"for c = {c} you return {shown}; want one whole number.{hint}")
    if not abs(steps) <= 1e15:
        raise Wrong(f"for c = {c} you return {steps!r:.20}; want one whole number.")
    return steps


def _hint(answer, c, steps, right):
    """What is wrong with an answer, in words; the most certain diagnosis first."""
    whole = math.ceil(steps)
    if whole == right:
        return f"you return {steps:.3f}; a number of steps is whole, so round up."
    if steps == right - 1:
        return f"{steps:g} steps leave {c**steps:.2e}, a little too much; round up, not down."
    if steps == right + 1:
        if c in EXACT:
            return f"{right} steps leave one millionth, and “at most” includes that; you return {steps:g}."
        return f"{right} steps are enough; you count one step too many."
    values = [_number(answer(c), c) for c in TRIED]
    if len(set(values)) == 1:
        return f"you return {values[0]:g}, and the same for any other c; want an answer that depends on c."
    for hint, wrong in KNOWN_MISTAKES:
        if all(_rounded_from(v, wrong(c)) for v, c in zip(values, TRIED, strict=True)):
            return f"you return {steps:.4g}; {hint}"
    if steps < 0:
        return f"you return {steps:.4g}; a number of steps is not negative: {START}"
    if steps < right:
        return f"{steps:.4g} steps leave {c**steps:.2e}, more than 1e-6; {START}"
    return f"you return {steps:.4g}, but fewer steps are enough; {START}"


def _rounded_from(value, x):
    return any(abs(value - y) <= 1e-6 * abs(y) for y in (x, math.floor(x), math.ceil(x)))


# what each mistake the check knows would return before rounding, by its hint
KNOWN_MISTAKES = (
    ("log c is negative, so a minus sign is missing.", lambda c: 6 / math.log10(c)),
    (LOGARITHM, lambda c: -6 / math.log(c)),
    (LOGARITHM, lambda c: -6 / math.log2(c)),
    (f"{LOGARITHM} One and the same in both places.", lambda c: math.log(1e-6) / math.log10(c)),
    ("you multiply where you have to divide.", lambda c: -6 * math.log10(c)),
    ("you multiply where you have to divide.", lambda c: 6 * math.log10(c)),
    ("your fraction is upside down.", lambda c: math.log10(c) / -6),
    ("the division stands inside the logarithm: log(a / c) is not log(a) / log(c).", lambda c: math.log10(1e-6 / c)),
    (ZEROS, lambda c: -7 / math.log10(c)),
    (ZEROS, lambda c: -5 / math.log10(c)),
)
