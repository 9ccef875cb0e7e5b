"""How wrong is a numeric gradient, and which step ε makes it least wrong?"""

from __future__ import annotations

import contextlib
import warnings

import numpy as np

from ..cells.catalogue import find_cell
from ..numbers.scaled import length, squared_norm
from ..numbers.validate import array, choice, room, shape, shown
from ..tasks.losses import squared_error
from .backward import bptt
from .forward import forward

METHODS = ("forward", "central", "complex")


def best_step(method, dtype) -> float:
    """The step the rule of thumb recommends, from the machine precision u of a floating-point type.

        forward:  error ≈ ε |L″|/2 + u |L|/ε    is least near ε = u^(1/2)
        central:  error ≈ ε² |L‴|/6 + u |L|/ε   is least near ε = u^(1/3)

    Both take L and its derivatives to be of the size of one.

    Parameters
    ----------
    method : {"forward", "central"}
    dtype : dtype
        float64 or float32; u is 2.2e-16 or 1.2e-7.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `method` is unknown or `dtype` is no floating-point type.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, section 8.1.

    Examples
    --------
    >>> print(f"{best_step('forward', 'float64'):.1e} {best_step('central', 'float64'):.1e}")
    1.5e-08 6.1e-06
    """
    root = {"forward": 2, "central": 3}[choice("method", method, METHODS[:2])]
    return float(np.finfo(_float_type(dtype)).eps) ** (1 / root)


def _float_type(dtype):
    """`dtype` as NumPy knows it, if it is a floating-point type; else a ValueError."""
    found = None
    if isinstance(dtype, str | type | np.dtype):
        with warnings.catch_warnings(), contextlib.suppress(TypeError, Warning):
            warnings.simplefilter("error")  # an old name
            found = np.dtype(dtype)
    if found is None or found.kind != "f":
        raise ValueError(f"dtype: want a floating-point type, such as 'float64', got {shown(dtype)}")
    return found


def step_errors(params, x, y, eps) -> dict:
    """Relative error of the numeric dL/dW_hh, for many steps ε and three methods at once.

        forward:  (L(w + ε) - L(w)) / ε
        central:  (L(w + ε) - L(w - ε)) / 2ε
        complex:  Im L(w + iε) / ε

    L is the mean squared error of a tanh network that starts from zero. All perturbed copies of W_hh run side by
    side as one stack, in the floating-point type of `params`. They are compared with backpropagation in float64.

    Parameters
    ----------
    params : Params
    x : ndarray (T, d)
        One sequence, T >= 2: the first step alone says nothing about W_hh.
    y : ndarray (T, q)
    eps : ndarray (E,)
        Steps > 0.

    Returns
    -------
    dict of str to ndarray (E,)
        By method: ‖numeric - exact‖ / ‖exact‖.

    Raises
    ------
    ValueError
        If an argument is not finite or does not fit `params`, or the exact gradient is zero.
    """
    find_cell("tanh").check(params)
    dtype, n, d, q = params.W_hh.dtype, params.n_hidden, params.n_in, params.n_out
    x, y, eps = array("x", x), array("y", y), array("eps", eps)
    shape("x", x, (len(x) if x.ndim else 0, d), "(T, d)")
    shape("y", y, (len(y) if y.ndim else 0, q), "(T, q)")
    if len(x) != len(y) or not len(x):
        raise ValueError(f"x, y: want as many steps in both, at least one, got {len(x)} and {len(y)}")
    if eps.ndim != 1 or not eps.size or eps.min() <= 0:
        raise ValueError(f"eps: want steps > 0, an array (E,), got {shown(eps)}")
    room("params, eps", len(eps), n**4)
    exact = _exact(params.astype(float), x, y)
    if not exact.any():
        raise ValueError("x: want a sequence whose gradient is not zero, at least two steps, got a gradient of zero")
    eps = eps.astype(dtype)
    units = np.eye(n * n, dtype=dtype).reshape(n * n, n, n)  # one moved entry each
    moves = eps[:, None, None, None] * units  # (E, n², n, n)

    def loss(W_hh):
        shape = W_hh.shape[:-2]
        return _losses(params, W_hh.reshape(-1, n, n), x.astype(dtype), y.astype(dtype)).reshape(shape)

    here, plus, minus = loss(params.W_hh[None]), loss(params.W_hh + moves), loss(params.W_hh - moves)
    step = eps[:, None]
    numeric = {
        "forward": (plus - here) / step,
        "central": (plus - minus) / (2 * step),
        "complex": loss(params.W_hh + 1j * moves).imag / step,
    }
    norm, power = length(exact)
    errors = {}
    for method, gradient in numeric.items():
        squared, own_power = squared_norm(gradient - exact.ravel(), np.zeros(len(eps), int))
        errors[method] = np.ldexp(np.sqrt(squared) / norm, own_power - power)
    return errors


def _exact(params, x, y):
    trace = forward(params, x[:, None].astype(float))
    return bptt(trace, squared_error(trace.o, y[:, None].astype(float))[1]).params.W_hh


def _losses(params, W_hh, x, y):
    """Mean squared error of one network for each W_hh of a stack ``(K, n, n)``; real or complex, ``(K,)``."""
    drive = x @ params.W_hx.T + params.b_h
    h = np.zeros(W_hh.shape[:2], W_hh.dtype)
    total = np.zeros(len(W_hh), W_hh.dtype)
    for drive_t, y_t in zip(drive, y, strict=True):
        h = np.tanh(np.einsum("kij,kj->ki", W_hh, h) + drive_t)
        # einsum, not @: a matrix product may round the same row differently in a stack of another height, and
        # L(w + ε) - L(w) would not be zero where ε is lost in w
        total += ((np.einsum("qi,ki->kq", params.W_qh, h) + params.b_q - y_t) ** 2).sum(1)
    return total / len(x)
