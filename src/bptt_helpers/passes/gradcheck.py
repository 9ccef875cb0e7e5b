"""Gradients without backpropagation: change one number, watch the loss."""

from __future__ import annotations

import numpy as np

from ..cells.params import want_params
from ..numbers.scaled import length, shifted
from ..numbers.validate import COMPLEX, array, choice, function, positive, shown, two_alike

DEFAULT_EPS = {"central": 6e-6, "complex": 1e-30}


def numerical_gradient(loss, at, *, method="complex", eps=None):
    """Gradient of any loss by finite differences: slow, and independent of backpropagation.

        central:  dL/dw ≈ (L(w + ε) - L(w - ε)) / 2ε
        complex:  dL/dw ≈ Im L(w + iε) / ε

    The central difference loses digits both ways: ε too large leaves the curvature, ε too small the rounding
    of L. Best near the cube root of the machine precision, 6e-6. The complex step subtracts nothing, so ε can
    be 1e-30 and the result is exact to rounding; it wants a loss that accepts complex numbers, as `forward`
    and the losses here do.

    At a kink, such as a unit of relu at exactly 0, there is no derivative: the central difference gives the mean of
    the slopes on both sides, the complex step that of one side, and backpropagation takes 0 for the slope of relu.
    (With zero biases, an input of zeros is enough for that; the results differed by 1 to 54 %.) So the loss is looked
    at along one random direction too, and a kink or a lost imaginary part that shows there is an error. One that
    changes the slope in this direction by less than a thousandth does not show.

    Parameters
    ----------
    loss : callable (Params or ndarray) -> float
        Loss as a function of the weights, or of an array such as an initial state or the inputs.
    at : Params or ndarray
        Where the gradient is wanted; float64.
    method : {"complex", "central"}
    eps : float, optional
        ε > 0. Default: 6e-6 for "central", 1e-30 for "complex".

    Returns
    -------
    Params or ndarray
        The gradient, in two evaluations of `loss` per entry (central) or one (complex), and up to seven more.

    Raises
    ------
    ValueError
        If `method` is unknown, `eps` is not positive, `at` is not real and finite, `loss` does not return one number or
        drops imaginary parts (with "complex", also if it returns a real number), or there is a kink at `at`.

    References
    ----------
    Squire & Trapp (1998), SIAM Review 40(1) (the complex step).

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> params = init_params(2, 3, 1)
    >>> gradient = numerical_gradient(lambda p: (p.W_hh**3).sum(), params)
    >>> bool(np.allclose(gradient.W_hh, 3 * params.W_hh**2, rtol=1e-14, atol=0))
    True
    >>> numerical_gradient(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    choice("method", method, tuple(DEFAULT_EPS))
    function("loss", loss, "weights or array -> one number")
    eps = DEFAULT_EPS[method] if eps is None else positive("eps", eps)
    step = 1j * eps if method == "complex" else eps
    dtype = complex if method == "complex" else float
    if isinstance(at, tuple):
        want_params("at", at)
    arrays = [array("at", w) for w in (at if isinstance(at, tuple) else (at,))]
    work, gradient = [w.astype(dtype) for w in arrays], [np.empty(w.shape) for w in arrays]
    moved = type(at)(*work) if isinstance(at, tuple) else work[0]  # shares the memory that is moved below
    for w, g in zip(work, gradient, strict=True):
        for i in np.ndindex(w.shape):
            before = w[i]
            w[i] = before + step
            forward_loss = _one_number(loss(moved), method)
            if method == "complex":
                g[i] = forward_loss.imag / eps
            else:
                w[i] = before - step
                g[i] = (forward_loss - _one_number(loss(moved), method)) / (2 * eps)
            w[i] = before

    def along(direction, distance):
        for w, before, d in zip(work, arrays, direction, strict=True):
            w[...] = before + distance * d
        return _one_number(loss(moved), method)

    _look_along_a_line(along, arrays, method)
    return type(at)(*gradient) if isinstance(at, tuple) else gradient[0]


def relative_error(a, b) -> float:
    """‖a - b‖ / ‖b‖ over all entries of two gradients; ‖a‖ itself if b is zero.

    Parameters
    ----------
    a, b : Params or ndarray
        Of the same shapes; b is the one trusted.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the shapes differ, or an entry is not finite.
    """
    a, b = two_alike(a, b, COMPLEX)
    norm, power = length(*b)
    down = -int(max(power, length(*a)[1]) > 0)  # a half each: near the end of float64 a - b may lie beyond it
    difference, own_power = length(*(shifted(u, down) - shifted(v, down) for u, v in zip(a, b, strict=True)))
    if norm == 0:
        norm, power = 1, 0
    with np.errstate(over="ignore"):  # an error beyond float64 is infinite
        return float(np.ldexp(difference / norm, own_power - down - power))


def _one_number(value, method):
    if np.ndim(value) != 0:
        raise ValueError(f"loss: want a function that returns one number, got shape {np.shape(value)}")
    if np.asarray(value).dtype.kind not in COMPLEX:
        raise ValueError(f"loss: want a function that returns one number, got {shown(value)}")
    if method == "complex" and not np.iscomplexobj(value):
        raise ValueError(
            f"loss: want a complex number from complex weights, got {value} of type {type(value).__name__}; compute "
            "with the numbers that are handed over, without float(), abs() or .real, or use method='central'"
        )
    return value


def _look_along_a_line(along, arrays, method):
    """Raise a ValueError if the loss has a kink here, or the complex step misses a part of the slope.

    Both show along a random direction, at the price of a few evaluations; entry by entry they would double. Real steps
    are believed only where two lengths of step agree: a loss that bends sharply or is noisy is not judged by them.
    """
    rng = np.random.default_rng(0)
    direction = [rng.normal(size=w.shape) / np.sqrt(w.size + 1) * np.maximum(1, np.abs(w)) for w in arrays]
    sides = []
    if method == "complex":
        step = DEFAULT_EPS["complex"]
        sides.append([along(direction, sign * 1j * step).imag / (sign * step) for sign in (1, -1)])
    step, here = DEFAULT_EPS["central"], along(direction, 0).real
    long, short = (
        [(along(direction, sign * step).real - here) / (sign * step) for sign in (1, -1)] for step in (step, step / 3)
    )
    if np.abs(np.subtract(long, short)).max() < 1e-4 * np.abs(short).max():
        sides.append(short)
    for ahead, behind in sides:
        if abs(ahead - behind) > 1e-3 * max(abs(ahead), abs(behind)):
            raise ValueError(
                f"at: want a point where the loss has a derivative, got a kink: along one direction the slope is "
                f"{behind:.3g} before and {ahead:.3g} after; is a unit of relu at exactly 0? Move the weights a little"
            )
    if len(sides) == 2 and abs(np.mean(sides[0]) - np.mean(short)) > 1e-3 * np.abs(short).max():
        raise ValueError(
            f"loss: want imaginary parts kept on the whole way, got a slope of {np.mean(sides[0]):.6g} along one "
            f"direction instead of {np.mean(short):.6g}: some are dropped, as by abs() or .real, or there is a kink; "
            "use method='central'"
        )
