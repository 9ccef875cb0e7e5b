"""Explorer: what eigenvalues and singular values of W_hh promise, and what the Jacobians do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.activations import ACTIVATIONS
from ...cells.params import Params
from ...measures.jacobians import jacobian_product_norms
from ...measures.spectra import LARGEST_SLOPE, matrix_with_spectrum
from ...passes.forward import forward
from ..explorer import Choice, Explorer, Real, Stages, Whole
from ..gradient_pictures import power
from ..kept import kept
from .spectrum_picture import STEPS, SpectrumPicture


class SpectrumData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    activation : str
    radius, largest_slope : float
        ρ and γ.
    eigenvalues : ndarray (n, 2)
        Real and imaginary parts.
    singular : ndarray (n,)
        Singular values of W, falling.
    product : ndarray (T,)
        log10 ‖J_T … J_{T-k+1}‖ by k = 0 … T - 1.
    eigen_line, singular_line : ndarrays (T,)
        k log10(γ ρ) and k log10(γ σ₁).
    peak : int
        The k at which `product` is largest.
    """

    activation: str
    radius: float
    largest_slope: float
    eigenvalues: np.ndarray
    singular: np.ndarray
    product: np.ndarray
    eigen_line: np.ndarray
    singular_line: np.ndarray
    peak: int


@kept(8)
def spectrum_data(
    spectral_radius, off_diagonal, input_strength, activation, n_hidden, seed, sequence_length=STEPS + 1
) -> SpectrumData:
    """A matrix with the wanted spectrum, its network on random inputs, and the products of the network's Jacobians.

    Parameters
    ----------
    spectral_radius, off_diagonal : float
        ρ and s of `matrix_with_spectrum`.
    input_strength : float
        Standard deviation of what the inputs add to every unit; the state starts at zero.
    activation : {"tanh", "relu", "sigmoid", "identity"}
    n_hidden, seed, sequence_length : int
        n, at least 2; `seed` draws matrix and inputs; T.

    Returns
    -------
    SpectrumData

    Raises
    ------
    ValueError
        If `spectral_radius`, `off_diagonal`, `n_hidden` or `activation` is out of range.
    """
    rng = np.random.default_rng(seed)
    W, eigenvalues = matrix_with_spectrum(n_hidden, spectral_radius, off_diagonal, rng=rng)
    x = input_strength * rng.normal(size=(sequence_length, 1, n_hidden))
    params = Params(np.eye(n_hidden), W, np.zeros(n_hidden), np.zeros((1, n_hidden)), np.zeros(1))
    product = jacobian_product_norms(forward(params, x, activation=activation))[:, 0]

    singular = np.linalg.svd(W, compute_uv=False)
    slope, lag = LARGEST_SLOPE[activation], np.arange(sequence_length)
    return SpectrumData(
        activation,
        spectral_radius,
        slope,
        np.column_stack([eigenvalues.real, eigenvalues.imag]),
        singular,
        product,
        eigen_line=_log_power(slope * spectral_radius, lag),
        singular_line=_log_power(slope * singular[0], lag),
        peak=int(product.argmax()),
    )


def _log_power(base, k):
    """log10 of base^k, with 0⁰ = 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(k == 0, 0.0, k * np.log10(base))


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    sigma, gamma = data.singular[0], data.largest_slope
    numbers = f"{data.activation}, ρ = {data.radius:.2f}, γσ₁ = {gamma * sigma:.2f}"
    if gamma * sigma < 1:
        promise = "γσ₁ < 1, so the products must vanish"
    elif data.activation != "identity":
        promise = "γσ₁ is not below 1, so growth is possible, not certain"
    elif data.radius < 1:
        promise = "linear with ρ < 1, so the products vanish in the end, but may grow first"
    else:
        promise = "linear with ρ of at least 1, so the products never fall below ρ^k"
    return f"{numbers}: {promise}. {_outcome(data.product, data.peak)}"


def _outcome(product, peak):
    last, is_zero = len(product) - 1, product == -np.inf
    end = f"exactly zero from lag {is_zero.argmax()} on" if is_zero.any() else f"{power(product[-1])} at lag {last}"
    if peak == 0:
        return f"The true norm starts at 1 and never exceeds it; it is {end}."
    if peak == last:
        return f"The true norm is largest at the end: {end}."
    return f"The true norm peaks at {power(product[peak])} at lag {peak}; it is {end}."


JACOBIAN_SPECTRUM = Explorer(
    title="The spectrum of W_hh, and how the products of the Jacobians grow.",
    controls={
        "spectral_radius": Real(0.9, 0, 2, "Spectral radius ρ", "ρ, the largest |eigenvalue| of W_hh."),
        "off_diagonal": Real(
            3.0, 0, 4, "Off-diagonal s", "How far W_hh is from a normal matrix: 0 is normal, about 1 random.", step=0.05
        ),
        "input_strength": Real(
            0.05, 0, 3, "Input strength", "Standard deviation of the inputs: strong ones saturate the units.", step=0.05
        ),
        "activation": Choice("tanh", tuple(ACTIVATIONS), "Activation f", "Of the hidden units."),
        "n_hidden": Stages(16, (2, 4, 8, 16, 32), "Hidden units n", "n."),
        "seed": Whole(0, 0, 9, "Seed", "Draws matrix and inputs."),
    },
    leading=("spectral_radius", "off_diagonal"),
    compute=spectrum_data,
    picture=SpectrumPicture,
    describe=describe,
)
