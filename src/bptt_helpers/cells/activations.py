"""One step of the network: the activation f and its slope f′.

a_t = W_hx x_t + W_hh h_{t-1} + b_h,    h_t = f(a_t)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_FITS = 2.0**-1000  # numbers above this have all their digits, and more room below


class Activation(NamedTuple):
    """A function f applied to every unit, with its slope in two forms.

    Attributes
    ----------
    f : callable (a, out) -> h
        Writes f(a) to `out`; works for complex `a` too, which the complex-step gradient check needs.
    slope_of_state : callable (h) -> f′
        The slope from the state h = f(a): what backpropagation uses, nothing else has to be stored.
    slope : callable (a) -> f′
        The slope from the pre-activation, exact where h has already been rounded: 1 - tanh(20)² is 0 in
        float64, the true slope is 2e-17.
    log_slope : callable (a) -> ln f′, or None
        For slopes that leave the range of float64, as that of tanh does from |a| = 373 on; None if none can.
    """

    f: Callable
    slope_of_state: Callable
    slope: Callable
    log_slope: Callable | None = None


def _sigmoid(a, out):
    # σ(a) = ½ + ½ tanh(a/2): no exponential that could overflow
    np.multiply(a, 0.5, out)
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    return np.add(out, 0.5, out)


def _tanh_slope_of_state(h):  # 1 - h²; in place, for a second array would be fetched page by page
    slope = h * h
    return np.subtract(1, slope, out=slope)


def _sigmoid_slope_of_state(h):  # h (1 - h)
    slope = 1 - h
    return np.multiply(slope, h, out=slope)


def sech_squared(a) -> np.ndarray:
    """The slope of tanh at a, right also where tanh(a) is rounded to ±1."""
    # 4 e^{-2|a|} / (1 + e^{-2|a|})²: cosh(a) itself would overflow from |a| = 711
    e = np.exp(-2 * np.abs(a))
    return 4 * e / (1 + e) ** 2


def sigmoid_and_slope(a) -> tuple[np.ndarray, np.ndarray]:
    """σ(a) and σ′(a), both right to the last digits also where σ(a) is rounded to 0 or 1."""
    e = np.exp(-np.abs(a))
    return np.where(a < 0, e, 1) / (1 + e), e / (1 + e) ** 2


def _sigmoid_slope(a):
    return sigmoid_and_slope(a)[1]


def _log_sech_squared(a):
    return 2 * (np.log(2) - np.abs(a) - np.log1p(np.exp(-2 * np.abs(a))))


def _log_sigmoid_slope(a):
    return -np.abs(a) - 2 * np.log1p(np.exp(-np.abs(a)))


ACTIVATIONS = {
    "tanh": Activation(np.tanh, _tanh_slope_of_state, sech_squared, _log_sech_squared),
    "relu": Activation(
        lambda a, out: np.maximum(a, 0, out=out),
        lambda h: (h.real > 0).astype(h.dtype),
        lambda a: (a > 0).astype(a.dtype),
    ),
    "sigmoid": Activation(_sigmoid, _sigmoid_slope_of_state, _sigmoid_slope, _log_sigmoid_slope),
    "identity": Activation(lambda a, out: np.positive(a, out=out), np.ones_like, np.ones_like),
}


def slope_and_power(activation, a, weight=1.0) -> tuple[np.ndarray, np.ndarray | None]:
    """f′(a) as a mantissa and a power of two for every entry of `a`, or as it is and None where it fits.

    `weight` is the smallest number a slope is multiplied by next; that product must fit too.
    """
    slope = activation.slope(a)
    if activation.log_slope is None or slope.min() * weight > _FITS:
        return slope, None
    mantissa, power = np.frexp(slope)
    deep = slope < _FITS
    # from |a| = 1e15 on a slope of 2^-4.5e15: no float64 tells such a from those beside it
    log2 = np.maximum(activation.log_slope(a[deep]) / np.log(2), -(2.0**52))
    power = power.astype(np.int64)
    power[deep] = np.floor(log2)
    mantissa[deep] = np.exp2(log2 - power[deep])
    return mantissa, power
