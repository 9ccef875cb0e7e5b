"""What eigenvalues and singular values of W_hh say about products of Jacobians, and what they leave open.

    ρᵏ ≤ ‖Wᵏ‖ ≤ σ₁ᵏ,    ‖J_t … J_{s+1}‖ ≤ (γ σ₁)^(t-s),    J_t = diag(f′(a_t)) W,    γ = max f′

ρ is the largest |eigenvalue| of W, σ₁ its largest singular value. For a normal matrix (a symmetric one, a rotation)
both are the same number; the further it is from normal, the wider the gap in which ‖Wᵏ‖ may grow before it falls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.params import square
from ..numbers.scaled import log10_norm, renormalise
from ..numbers.validate import generator, number, room, whole_number

# γ, the steepest slope of each activation, as in Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063
LARGEST_SLOPE = {"tanh": 1.0, "relu": 1.0, "sigmoid": 0.25, "identity": 1.0}


class Spectrum(NamedTuple):
    """A matrix and the eigenvalues it was built from.

    Attributes
    ----------
    W : ndarray (n, n)
    eigenvalues : ndarray (n,), complex
        The largest in modulus first.
    """

    W: np.ndarray
    eigenvalues: np.ndarray


def power_norms(W, k) -> np.ndarray:
    """How far can the powers of a matrix stretch a vector?

        log10 ‖Wʲ‖,    j = 0 … k

    ‖·‖ is the largest singular value. The powers are kept as mantissa and exponent, so that none leaves the range
    of float64.

    Parameters
    ----------
    W : array_like (n, n)
    k : int
        Highest power, >= 0.

    Returns
    -------
    ndarray (k + 1,)
        -inf only where the power is exactly zero.

    Raises
    ------
    ValueError
        If `W` is not a square matrix of finite real numbers, `k` is not a whole number >= 0, or the powers
        would not fit in memory.

    Examples
    --------
    >>> print(f"{10 ** power_norms([[0.9, 10], [0, 0.9]], 100).max():.1f}")
    38.7
    """
    W, k = np.array(square(W), order="C"), whole_number("k", k, 0)
    room("W, k", k + 1, len(W), len(W))
    n, step = len(W), np.zeros(1, int)
    # W itself may be too large to be squared; a view, so that W is scaled in place: hence the order above
    renormalise(W.reshape(1, -1), step)
    power, exponent = np.empty((k + 1, n, n)), np.zeros(k + 1, int)
    power[0] = np.eye(n)
    for j in range(1, k + 1):
        np.dot(W, power[j - 1], out=power[j])
        exponent[j] = exponent[j - 1] + step[0]
        renormalise(power[j].reshape(1, -1), exponent[j : j + 1])
    stretch = np.linalg.svd(power, compute_uv=False)[:, :1]
    return log10_norm(stretch, exponent)


def matrix_with_spectrum(n, spectral_radius, off_diagonal, *, rng=0) -> Spectrum:
    """Draw a matrix whose eigenvalues and whose distance from normal are set apart from each other.

        W = Q (Λ + s N) Qᵀ

    Q is a random orthogonal matrix, Λ holds the eigenvalues (a real one equal to ρ, the others spread evenly over the
    disc of radius ρ; a complex pair is a block of 2 rows and columns), N is strictly upper triangular with normal
    entries of variance 1/n outside these blocks. The eigenvalues do not depend on s. With s = 0 the matrix is normal;
    with s = 1 and ρ = 1 it is about as far from normal as a matrix with independent normal entries of variance 1/n
    (whose Schur form has just such an N).

    Parameters
    ----------
    n : int
        Size, >= 2.
    spectral_radius : float
        ρ, >= 0.
    off_diagonal : float
        s, >= 0.
    rng : numpy.random.Generator or int

    Returns
    -------
    Spectrum
        The eigenvalues are those put in: computed again from a matrix far from normal they would be off by much
        more than rounding.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> W, eigenvalues = matrix_with_spectrum(2, 0.5, 0)
    >>> print(np.linalg.norm(W, 2).round(6), np.abs(eigenvalues).max())
    0.5 0.5
    """
    n = whole_number("n", n, 2)
    radius, s = number("spectral_radius", spectral_radius, 0), number("off_diagonal", off_diagonal, 0)
    rng = generator("rng", rng)
    room("n", n, n)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]  # not uniform, for R's signs: no norm or eigenvalue depends on Q
    triangle = np.triu(rng.normal(0, 1 / np.sqrt(n), (n, n)), 1)
    modulus, angle = np.sqrt(rng.uniform(size=n)), rng.uniform(0, np.pi, n)

    schur, eigenvalues = s * triangle, np.zeros(n, complex)
    schur[0, 0] = eigenvalues[0] = radius
    for i in range(1, n - 1, 2):  # a pair a ± ib is the block [[a, -b], [b, a]]
        pair = radius * modulus[i] * np.exp(1j * angle[i])
        schur[i : i + 2, i : i + 2] = [[pair.real, -pair.imag], [pair.imag, pair.real]]
        eigenvalues[i : i + 2] = pair, pair.conjugate()
    if n % 2 == 0:  # one is left without a partner: a real one of either sign
        schur[-1, -1] = eigenvalues[-1] = radius * modulus[-1] * np.sign(np.cos(angle[-1]))
    return Spectrum(Q @ schur @ Q.T, eigenvalues)
