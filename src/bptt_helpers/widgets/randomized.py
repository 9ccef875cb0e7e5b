"""Explorers: draws of a randomly truncated gradient, and the variance of a scalar chain."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..cells.initial import init_params
from ..cells.params import recurrent_part
from ..figures.randomized import ChainPicture, RandomizedPicture
from ..passes.backward import bptt
from ..passes.forward import forward
from ..tasks.losses import squared_error
from ..tasks.sequences import sine
from ..truncation.every_window import gradient_by_window
from ..truncation.hazards import constant_hazard, power_law_hazard
from ..truncation.random_cuts import chain_variance, exact_moments, randomized_gradients
from .controls import float_slider, int_slider, menu
from .live import Live

N_HIDDEN, N_DRAWS, LONGEST, CHAIN_STEPS = 8, 1000, 100, 100
HAZARDS = {"constant": constant_hazard, "power law": power_law_hazard}
LENGTHS = np.array([2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100])  # mean lengths of the curve


class Problem(NamedTuple):
    """One network on one sequence, and what does not depend on the mean length.

    Attributes
    ----------
    run : tuple
        trace, dL_do.
    exact : ndarray (n, n + d + 1)
        Exact gradient of the recurrent weights.
    sliding, chunked : WindowCurve
        Truncated gradients for every window.
    """

    run: tuple
    exact: np.ndarray
    sliding: object
    chunked: object


class RandomizedData(NamedTuple):
    """What the picture shows; all gradients in units of the exact one's length.

    Attributes
    ----------
    along : ndarray (1000,)
        Each draw's component along the exact gradient.
    standard_error : float
        Of the mean of `along`.
    uncompensated, sliding, chunked : float
        The same component of the mean without compensation, and of the truncated gradients.
    curves : tuple of four pairs of ndarrays (k,)
        Exact spread of one draw, of the mean of 100 draws, by mean length, constant hazard; distance from the exact
        gradient by window, sliding and chunked.
    now : ndarray (4,)
        The same at `mean_length`, but the spread is that of the draws.
    mean_length : int
    exact_spread : float
        Of one draw at `mean_length`; nan unless the hazard is constant.
    """

    along: np.ndarray
    standard_error: float
    uncompensated: float
    sliding: float
    chunked: float
    curves: tuple
    now: np.ndarray
    mean_length: int
    exact_spread: float


@lru_cache(maxsize=8)
def problem(sequence_length, spectral_radius, seed) -> Problem:
    """A tanh network with 8 units that continues a sine wave, loss at every step.

    Parameters
    ----------
    sequence_length, seed : int
    spectral_radius : float
    """
    batch = sine(sequence_length, 1, rng=seed)
    params = init_params(1, N_HIDDEN, 1, spectral_radius=spectral_radius, rng=seed)
    trace = forward(params, batch.x)
    _, dL_do = squared_error(trace.o, batch.y)
    run = trace, dL_do
    exact = recurrent_part(bptt(*run).params)
    return Problem(run, exact, *(gradient_by_window(*run, scheme=scheme) for scheme in ("sliding", "chunked")))


@lru_cache(maxsize=8)
def randomized_data(sequence_length, mean_length, hazard, spectral_radius, seed) -> RandomizedData:
    """Draws of the gradient at one mean length, and all methods compared.

    Parameters
    ----------
    sequence_length, mean_length, seed : int
    hazard : {"constant", "power law"}
    spectral_radius : float
    """
    p = problem(sequence_length, spectral_radius, seed)
    size = np.linalg.norm(p.exact)
    direction = (p.exact / size**2).ravel()
    chance = HAZARDS[hazard](mean_length)
    draws = randomized_gradients(*p.run, chance, n_draws=N_DRAWS, rng=seed).reshape(N_DRAWS, -1)
    plain = randomized_gradients(*p.run, chance, n_draws=N_DRAWS, rng=seed, compensate=False).reshape(N_DRAWS, -1)
    along = draws @ direction
    one = np.sqrt(((draws - draws.mean(0)) ** 2).sum() / (N_DRAWS - 1)) / size

    k = min(mean_length, sequence_length) - 1

    def component(curve):
        return curve.cosine[k] * 10 ** (curve.log10_norm[k] - np.log10(size))

    windows = [(curve.window, 10**curve.log10_error) for curve in (p.sliding, p.chunked)]
    *spread, exact_spread = np.sqrt(np.maximum(exact_moments(*p.run, [*LENGTHS, mean_length]).variance, 0)) / size
    spread = np.array(spread)

    return RandomizedData(
        along=along,
        standard_error=along.std(ddof=1) / np.sqrt(N_DRAWS),
        uncompensated=float(plain.mean(0) @ direction),
        sliding=component(p.sliding),
        chunked=component(p.chunked),
        curves=((LENGTHS, spread), (LENGTHS, spread / 10), *windows),
        now=np.array([one, one / 10, *(error[k] for _, error in windows)]),
        mean_length=mean_length,
        exact_spread=exact_spread if hazard == "constant" else np.nan,
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    mean, four = data.along.mean(), 4 * data.standard_error
    exactly = "" if np.isnan(data.exact_spread) else f" in these draws, {data.exact_spread:.2g} in truth"
    *_, sliding, chunked = data.now
    return (
        f"Mean length {data.mean_length}: along the exact gradient the mean of 1000 draws lies at {mean:.3f} ± "
        f"{four:.3f} (4 standard errors), without compensation at {data.uncompensated:.3f}, sliding at "
        f"{data.sliding:.3f}, chunked at {data.chunked:.3f}. Spread of one draw: {data.now[0]:.2g} times the exact "
        f"gradient{exactly}; bias of a window of {data.mean_length}: sliding {sliding:.2g}, chunked {chunked:.2g}."
    )


def explore_randomized(sequence_length=100, mean_length=10, hazard="constant", spectral_radius=1.2, seed=0) -> Live:
    """Sliders for random cuts, and what they do to the gradient.

    Parameters
    ----------
    sequence_length : int
        T, 2 to 100.
    mean_length : int
        Mean number of steps between cuts T₀, 2 to 100.
    hazard : {"constant", "power law"}
    spectral_radius : float
        0.1 to 1.6.
    seed : int
        0 to 9; draws network, sequence and cuts.

    Returns
    -------
    Live
        A widget with ``controls``, ``image``, ``update(**values)`` and ``sentence``.

    Raises
    ------
    ValueError
        If a start value is out of range.
    """
    return Live(
        RandomizedPicture(),
        randomized_data,
        describe,
        {
            "sequence_length": int_slider("sequence_length", sequence_length, 2, LONGEST, "Sequence length T"),
            "mean_length": int_slider("mean_length", mean_length, 2, LONGEST, "Mean length T₀"),
            "hazard": menu("hazard", hazard, tuple(HAZARDS), "Hazard"),
            "spectral_radius": float_slider("spectral_radius", spectral_radius, 0.1, 1.6, "Spectral radius ρ"),
            "seed": int_slider("seed", seed, 0, 9, "Seed"),
        },
    )


class ChainData(NamedTuple):
    """What the picture of the scalar chain shows.

    Attributes
    ----------
    log10_variance : ndarray (100,)
        Of z_t for t = 1 … 100; -300 where nothing varies.
    factor, survival : float
    """

    log10_variance: np.ndarray
    factor: float
    survival: float


@lru_cache(maxsize=8)
def chain_data(factor, survival) -> ChainData:
    """Variance of z_t = 1 + ξ_t c z_{t-1} for t = 1 … 100.

    Parameters
    ----------
    factor, survival : float
    """
    variance = chain_variance(factor, survival, CHAIN_STEPS)
    return ChainData(np.log10(np.maximum(variance, 1e-300)), factor, survival)


def describe_chain(data) -> str:
    """The numbers of the picture in one sentence."""
    ratio = data.factor**2 / data.survival
    sentence = f"c = {data.factor:.2f}, π = {data.survival:.2f}: c²/π = {ratio:.2f}"
    if data.survival == 1:
        return f"{sentence}, but nothing is ever cut: no variance at all."
    if data.factor == 0:
        return f"{sentence}, and nothing is carried on: no variance at all."
    verdict = "bounded" if ratio < 1 else "growing without end"
    return (
        f"{sentence}, so the variance is {verdict}; it is 10^{data.log10_variance[-1]:z.1f} after {CHAIN_STEPS} steps."
    )


def explore_chain(factor=0.9, survival=0.9) -> Live:
    """Sliders for a chain of one number: how far the variance grows.

    Parameters
    ----------
    factor : float
        c, 0 to 1.5.
    survival : float
        π, the chance of no cut, 0.05 to 1.

    Returns
    -------
    Live
        A widget with ``controls``, ``image``, ``update(**values)`` and ``sentence``.

    Raises
    ------
    ValueError
        If a start value is out of range.
    """
    return Live(
        ChainPicture(),
        chain_data,
        describe_chain,
        {
            "factor": float_slider("factor", factor, 0, 1.5, "Factor c"),
            "survival": float_slider("survival", survival, 0.05, 1, "Survival π"),
        },
    )
