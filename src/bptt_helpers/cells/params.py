"""The weights of a recurrent network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import COMPLEX, array, number, shown


class Params(NamedTuple):
    """Weights of one recurrent layer with a linear readout; also their gradient.

        h_t = f(W_hx x_t + W_hh h_{t-1} + b_h),    o_t = W_qh h_t + b_q

    ``W_ab`` maps b to a and multiplies from the left. A gradient, an Adam moment or a
    difference of two networks has the same type, so the shapes match by construction.
    With gates, each gate is a block of n rows: four for the LSTM (i, f, g, o), three for the GRU (r, z, n), whose
    ``b_h`` has a fourth, the bias inside the reset.

    Attributes
    ----------
    W_hx : ndarray (gates · n, d)
    W_hh : ndarray (gates · n, n)
    b_h : ndarray (biases · n,)
    W_qh : ndarray (q, n)
    b_q : ndarray (q,)
    """

    W_hx: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    W_qh: np.ndarray
    b_q: np.ndarray

    @property
    def n_in(self) -> int:
        """Number of inputs d."""
        return self.W_hx.shape[1]

    @property
    def n_hidden(self) -> int:
        """Number of hidden units n."""
        return self.W_hh.shape[1]

    @property
    def n_out(self) -> int:
        """Number of outputs q."""
        return self.W_qh.shape[0]

    def astype(self, dtype) -> Params:
        """The same weights in another floating-point type, for example ``np.float32``."""
        return Params(*(w.astype(dtype) for w in self))

    def flat(self) -> np.ndarray:
        """All entries one after the other, field by field: one vector."""
        return np.concatenate([w.ravel() for w in self])


def want_params(name, value) -> None:
    """Raise a ValueError if `value` is no Params."""
    if not isinstance(value, Params):
        raise ValueError(f"{name}: want a Params, as init_params makes it, got {type(value).__name__}")


def check_gradient(gradient, kinds=COMPLEX, name="gradient") -> None:
    """Raise a ValueError if a gradient is no Params or an entry is not finite; its shapes are not looked at."""
    want_params(name, gradient)
    for field, g in zip(Params._fields, gradient, strict=True):
        if not isinstance(g, np.ndarray):
            raise ValueError(f"{name}.{field}: want an array, got {shown(g)}")
        array(f"{name}.{field}", g, kinds)


def recurrent_part(gradient) -> np.ndarray:
    """The part of a gradient that truncation touches, side by side: ``[W_hh | W_hx | b_h]``, (biases · n, n + d + 1).

    A row for each entry of dL/da, a column for each entry of [h_{t-1} | x_t | 1]; zero where a row does not read a
    column, as in a GRU the block n does not read h, and the block p does not read x.

    Parameters
    ----------
    gradient : Params

    Raises
    ------
    ValueError
        If `gradient` is no Params, an entry is not finite, or its parts do not belong to one network.
    """
    check_gradient(gradient)
    W_hx, W_hh, b_h = gradient[:3]
    if not (W_hx.ndim == W_hh.ndim == 2 and b_h.ndim == 1 and len(W_hx) == len(W_hh) <= len(b_h)):
        shapes = ", ".join(str(w.shape) for w in gradient[:3])
        raise ValueError(f"gradient: want W_hx (gates · n, d), W_hh (gates · n, n), b_h (biases · n,), got {shapes}")
    if len(W_hh) == len(b_h):
        return np.hstack([W_hh, W_hx, b_h[:, None]])
    n = gradient.n_hidden
    whole = np.zeros((len(b_h), n + gradient.n_in + 1), W_hh.dtype)
    whole[: 2 * n, :n], whole[3 * n :, :n] = W_hh[: 2 * n], W_hh[2 * n :]
    whole[: 3 * n, n:-1], whole[:, -1] = W_hx, b_h
    return whole


def square(W) -> np.ndarray:
    """`W` as a matrix (n, n) of float64; a ValueError if it is not square, not real or not finite."""
    W = array("W", W)
    if W.ndim != 2 or W.shape[0] != W.shape[1] or not W.size:
        raise ValueError(f"W: want a square matrix (n, n), got shape {W.shape}")
    return W.astype(float)


def scale_to_radius(W, spectral_radius) -> np.ndarray:
    """Multiply a square matrix by the number that makes its spectral radius `spectral_radius`.

        W ← W · ρ / max |λ_i(W)|

    Parameters
    ----------
    W : array_like (n, n)
    spectral_radius : float
        Wanted largest |eigenvalue|, >= 0.

    Returns
    -------
    ndarray (n, n)

    Raises
    ------
    ValueError
        If `W` is not a square matrix of finite real numbers, `spectral_radius` is negative or not finite, or all
        eigenvalues of `W` are zero, so that no scaling helps.
    """
    W, spectral_radius = square(W), number("spectral_radius", spectral_radius, 0)
    radius = np.abs(np.linalg.eigvals(W)).max()
    if radius == 0:
        raise ValueError("W: want a matrix with an eigenvalue other than 0 to rescale, got spectral radius 0")
    return W * (spectral_radius / radius)
