"""A reader's guess beside what was measured: by how much it is off, in words."""

from __future__ import annotations

import numpy as np

from ..numbers.validate import number, shown

CLOSE = 1.1  # a factor below which a guess is called right


def compare(guess, measured, digits=3) -> str:
    """How far is a guess from what was measured?

    By a factor where both are above 0, else by the difference.

    Parameters
    ----------
    guess : object
        What stands in the reader's cell: a number, None for no guess, or anything else.
    measured : float
    digits : int
        Significant digits of what is printed.

    Returns
    -------
    str
        Both numbers and the verdict; for what is no number, how to write one.

    Examples
    --------
    >>> print(compare(20, 215))
    Your guess: 20, measured: 215. 11 times too small.
    >>> print(compare(0.9, 0.87))
    Your guess: 0.9, measured: 0.87. Right, to a tenth.
    >>> print(compare(0.4, -0.1))
    Your guess: 0.4, measured: -0.1. 0.5 too large.
    >>> print(compare(None, 215))
    No guess yet. Measured: 215.
    >>> print(compare("many", 215))
    Your guess, 'many', is no number: write one, such as 20. Measured: 215.
    """
    came = _text(measured, digits)
    if guess is None:
        return f"No guess yet. Measured: {came}."
    value = guess.item() if isinstance(guess, np.ndarray) and guess.size == 1 else guess
    try:
        value = number("guess", value)
    except ValueError:
        return f"Your guess, {shown(guess)}, is no number: write one, such as 20. Measured: {came}."
    return f"Your guess: {_text(value, digits)}, measured: {came}. {_verdict(value, float(measured), digits)}"


def marked(guess) -> float:
    """Where a picture marks a guess that was written into its box.

    Parameters
    ----------
    guess : str

    Returns
    -------
    float
        nan if the text is no finite number.

    Examples
    --------
    >>> marked("20"), marked("")
    (20.0, nan)
    """
    try:
        value = float(guess)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def _verdict(guess, measured, digits):
    if guess == measured:
        return "Exactly right."
    if guess > 0 and measured > 0:
        factor = max(guess / measured, measured / guess)
        if factor <= CLOSE:
            return "Right, to a tenth."
        return f"{_text(factor, 2)} times too {'large' if guess > measured else 'small'}."
    return f"{_text(abs(guess - measured), digits)} too {'large' if guess > measured else 'small'}."


def _text(value, digits):
    """A number with so many significant digits, whole ones in full up to a million."""
    if float(value).is_integer() and abs(value) < 1e6:
        return f"{int(value)}"
    return f"{float(value):.{digits}g}"
