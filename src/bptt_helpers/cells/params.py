"""The weights of a recurrent network, and ways to choose them."""

from __future__ import annotations

import numbers
from typing import NamedTuple

import numpy as np

from ..numbers.validate import whole_number


class Params(NamedTuple):
    """Weights of one recurrent layer with a linear readout; also their gradient.

        h_t = f(W_hx x_t + W_hh h_{t-1} + b_h),    o_t = W_qh h_t + b_q

    ``W_ab`` maps b to a and multiplies from the left. A gradient, an Adam moment or a
    difference of two networks has the same type, so the shapes match by construction.

    Attributes
    ----------
    W_hx : ndarray (n_hidden, n_in)
    W_hh : ndarray (n_hidden, n_hidden)
    b_h : ndarray (n_hidden,)
    W_qh : ndarray (n_out, n_hidden)
    b_q : ndarray (n_out,)
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
        return self.W_hh.shape[0]

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


def init_params(n_in, n_hidden, n_out, *, spectral_radius=None, init="gaussian", rng=0) -> Params:
    """Draw the weights of a recurrent network.

    Parameters
    ----------
    n_in, n_hidden, n_out : int
        Numbers of inputs d, hidden units n and outputs q, each >= 1.
    spectral_radius : float, optional
        Rescale ``W_hh`` so that its largest |eigenvalue| is this number, >= 0. Default: leave it as drawn.
    init : {"gaussian", "orthogonal", "identity"}
        How ``W_hh`` is drawn: independent normal entries of variance 1/n (radius near 1 for large n),
        a random rotation or reflection (all singular values 1), or the identity.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Params
        ``W_hx`` and ``W_qh`` have normal entries of variance 1/n_in and 1/n_hidden; the biases are zero.

    Raises
    ------
    ValueError
        If a size is not a whole number >= 1, `spectral_radius` is negative or not finite, or `init` is unknown.

    References
    ----------
    Saxe, McClelland & Ganguli (2014), arXiv:1312.6120 (orthogonal);
    Le, Jaitly & Hinton (2015), arXiv:1504.00941 (identity).

    Examples
    --------
    >>> params = init_params(3, 5, 2, spectral_radius=0.9)
    >>> params.W_hh.shape
    (5, 5)
    >>> print(f"{np.abs(np.linalg.eigvals(params.W_hh)).max():.3f}")
    0.900
    """
    n_in, n, n_out = whole_number("n_in", n_in), whole_number("n_hidden", n_hidden), whole_number("n_out", n_out)
    rng = np.random.default_rng(rng)
    if init == "gaussian":
        W_hh = rng.normal(0, 1 / np.sqrt(n), (n, n))
    elif init == "orthogonal":
        q, r = np.linalg.qr(rng.normal(size=(n, n)))
        W_hh = q * np.sign(np.diag(r))  # without the signs, QR does not draw all rotations equally often
    elif init == "identity":
        W_hh = np.eye(n)
    else:
        raise ValueError(f'init: want "gaussian", "orthogonal" or "identity", got {init!r}')
    if spectral_radius is not None:
        W_hh = scale_to_radius(W_hh, spectral_radius)
    W_hx = rng.normal(0, 1 / np.sqrt(n_in), (n, n_in))
    W_qh = rng.normal(0, 1 / np.sqrt(n), (n_out, n))
    return Params(W_hx, W_hh, np.zeros(n), W_qh, np.zeros(n_out))


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
        If `spectral_radius` is negative or not finite, or all eigenvalues of `W` are zero, so that no scaling helps.
    """
    W = np.asarray(W, float)
    if not (isinstance(spectral_radius, numbers.Real) and 0 <= spectral_radius < np.inf):
        raise ValueError(f"spectral_radius: want a finite number >= 0, got {spectral_radius!r}")
    radius = np.abs(np.linalg.eigvals(W)).max()
    if radius == 0:
        raise ValueError("W: want a matrix with an eigenvalue other than 0 to rescale, got spectral radius 0")
    return W * (spectral_radius / radius)
