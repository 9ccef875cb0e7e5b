"""Second check of notebook 09: the bias of a forget gate through which half of a signal comes after T steps."""

from __future__ import annotations

import numpy as np

from ...cells.params import Params
from ...passes.forward import forward
from ..answers import want_number
from ..feedback import Wrong, exercise

STEPS = (10, 100, 1, 1000, 10**6)
TRIED = STEPS[:2]  # a known mistake must be recognised at both: one alone could be a coincidence
WALKED = 1000  # up to so many steps an LSTM is run
CLOSE = 1e-5  # of what is left, against ½
EPS = 1e-30
SCALE = "that makes T the time scale, 1/(1 - f): after T steps about 1/e = 0.37 is left, not half."

# b by the hint that names what went wrong
MISTAKES = {
    SCALE: lambda T: np.log(T - 1),
    "1 + e^b is the time scale, and you set e^b to T: after T steps about 1/e is left, not half.": lambda T: np.log(T),
    "1/e is left after T steps, not ½.": lambda T: -np.log(np.expm1(1 / T)),
    "the sign is wrong: a gate that keeps has a bias above 0.": lambda T: -right(T),
    "that is f itself; the bias goes into the sigmoid, so solve σ(b) = f for b.": lambda T: 0.5 ** (1 / T),
    "that is f/(1 - f); its logarithm is the bias.": lambda T: np.exp(right(T)),
    "that is the time scale 1/(1 - f); want the bias, σ(b) = f.": lambda T: 1 + np.exp(right(T)),
    "that is ln f; the bias is ln(f/(1 - f)).": lambda T: -np.log(2) / T,
    "that is -ln(1 - f); the bias is ln(f/(1 - f)).": lambda T: np.log1p(np.exp(right(T))),
    "the logarithm must be the natural one, not that to base 2.": lambda T: right(T) / np.log(2),
    "the logarithm must be the natural one, not that to base 10.": lambda T: right(T) / np.log(10),
    "1/(1 - f) is near T/ln 2 for a long T only.": lambda T: np.log(T / np.log(2) - 1),
    "f/(1 - f) is near T/ln 2 for a long T only.": lambda T: np.log(T / np.log(2)),
    "each step takes a part of what is left, not of what was there at first: f^T = ½, not 1 - T (1 - f) = ½.": (
        lambda T: np.log(2 * T - 1)
    ),
    "f is ½ to the power of 1/T, not of T.": lambda T: -np.log(np.expm1(T * np.log(2))),
    "f is the T-th root of ½, not ½ divided by T.": lambda T: -np.log(2 * T - 1),
    "the gate is a sigmoid, not a tanh.": lambda T: np.arctanh(0.5 ** (1 / T)),
    "half is left after T - 1 steps; c_0 is multiplied by f once in each of T steps.": lambda T: right(T - 1),
    "half is left after T + 1 steps; c_0 is multiplied by f once in each of T steps.": lambda T: right(T + 1),
}


def right(T):
    """b with σ(b)^T = ½: f/(1 - f) = 1 / (2^(1/T) - 1), without the loss of digits for long T."""
    return -np.log(np.expm1(np.log(2) / T))


def left_after(b, T) -> float:
    """What an LSTM whose forget gate has bias `b` leaves of a signal on the direct path, dc_T/dc_0.

    Up to 1000 steps a network of one unit is run, all of whose weights and other biases are 0, and c_0 is moved by a
    complex step. Beyond, the same product as exp(-T ln(1 + e^-b)).

    Parameters
    ----------
    b : float
    T : int

    Returns
    -------
    float

    Examples
    --------
    >>> f"{left_after(0.0, 3):.3f}"
    '0.125'
    """
    if T > WALKED:
        return float(np.exp(-T * np.logaddexp(0.0, -b)))
    zeros = np.zeros((4, 1))
    params = Params(zeros, zeros, np.array([0.0, b, 0.0, 0.0]), np.zeros((1, 1)), np.zeros(1))
    trace = forward(params, np.zeros((T, 1, 1)), cell="lstm", s0=np.array([0.0, 1 + EPS * 1j]))
    return float(trace.states[-1, 0, 1].imag / EPS)


@exercise
def check_bias(answer) -> str:
    """Judge a function T -> b by what an LSTM with this bias leaves of a signal after T steps.

    Parameters
    ----------
    answer : callable (int) -> float
        The bias of the forget gate for which dc_T/dc_0 on the direct path is ½.

    Returns
    -------
    Feedback
    """
    for T in STEPS:
        b = want_number(f"bias({T})", answer(T))
        left = left_after(b, T)
        if abs(left - 0.5) <= CLOSE:
            continue
        for hint, wrong in MISTAKES.items():
            if T in TRIED and all(_is(answer(t), wrong(t)) for t in TRIED):
                raise Wrong(f"for T = {T} your b = {b:.4g} leaves {left:.3f}: {hint}")
        if max(TRIED) < T:
            raise Wrong(
                f"right for short sequences, but for T = {T} your b = {b:.6g} leaves {left:.6f}: are digits lost? "
                "np.expm1(x) is e^x - 1 without loss where x is near 0."
            )
        raise Wrong(f"for T = {T} your b = {b:.4g} leaves {left:.4f} of the signal, want 0.5.")
    return (
        f"half is left after 1, 10, 100, 1000 and a million steps. For T = 100, b = {right(100):.2f}; "
        f"a time scale of 100 steps, b = {np.log(99):.2f}, leaves {left_after(np.log(99), 100):.2f}."
    )


def _is(given, wrong) -> bool:
    return bool(abs(float(given) - wrong) <= 1e-6 * max(abs(wrong), 1e-3))
