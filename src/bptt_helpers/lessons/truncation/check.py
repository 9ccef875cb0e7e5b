"""Check of notebook 06: losses that walk back together, a stride of them at a time, over a window of steps."""

from __future__ import annotations

import numpy as np

from ..answers import same, sizes, want_array, want_unchanged
from ..feedback import Wrong, exercise
from .mistakes import frozen_gradient, known_mistakes, walks

# T, τ and h′; the last block of the first case is not full, and there every known mistake gives another gradient
CASES = ((11, 5, 3), (10, 4, 4), (9, 3, 1), (12, 6, 4), (5, 9, 2), (1, 1, 1))
UNITS, INPUTS = 6, 2  # n is none of T, d, τ, h′ and the number of walks: what is divided by one of them is told apart


@exercise
def check_windowed(answer) -> str:
    """Judge a function (W_hx, W_hh, x, y, window, stride) -> dL/dW_hh.

    What is right is found without any backward pass: the state before the first step of a walk is a number that is not
    moved, so the truncated gradient is the plain derivative, by complex steps, of the losses with these states frozen.

    Parameters
    ----------
    answer : callable (ndarray (n, d), ndarray (n, n), ndarray (T, d), ndarray (T, n), int, int) -> ndarray (n, n)

    Returns
    -------
    Feedback
    """
    rng = np.random.default_rng(0)
    n, d = UNITS, INPUTS
    W_hx, W_hh = rng.normal(size=(n, d)), rng.normal(size=(n, n))
    for T, window, stride in CASES:
        x, y = rng.normal(size=(T, d)), rng.normal(size=(T, n))
        case = W_hx, W_hh, x, y
        handed = [a.copy() for a in case]
        with sizes(f"T = {T}, τ = {window}, h′ = {stride}, n = {n}, d = {d}"):
            returned = answer(*handed, window, stride)
        given = want_array("your gradient", returned, (n, n))
        want_unchanged(**dict(zip(("W_hx", "W_hh", "x", "y"), zip(case, handed, strict=True), strict=True)))
        right = frozen_gradient(*case, walks(T, window, stride))
        if same(given, right, 1e-5):  # float32 is good enough
            continue
        for hint, wrong in known_mistakes(*case, window, stride, right).items():
            if same(given, wrong, 1e-5):
                raise Wrong(hint)
        i, j = np.unravel_index(np.abs(given - right).argmax(), right.shape)
        raise Wrong(
            f"for T = {T}, τ = {window} and h′ = {stride} your entry [{i}, {j}] is {given[i, j]:.4f}; moving that "
            f"weight, with the states before each window held still, says {right[i, j]:.4f}."
        )
    return "it agrees with numeric derivatives, from sliding (h′ = 1) to blocks (h′ = τ)."
