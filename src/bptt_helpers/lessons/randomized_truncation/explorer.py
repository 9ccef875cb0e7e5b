"""Explorer: draws of a randomly truncated gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...cells.params import recurrent_part
from ...passes.backward import bptt
from ...passes.forward import forward
from ...tasks.losses import squared_error
from ...tasks.sequences import sine
from ...truncation.every_window import gradient_by_window
from ...truncation.hazards import constant_hazard, power_law_hazard
from ...truncation.random_cuts import exact_moments, randomized_gradients
from ..explorer import Choice, Explorer, Real, Whole
from ..kept import kept
from .picture import RandomizedPicture

N_HIDDEN, N_DRAWS, LONGEST = 8, 1000, 100
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


@kept(8)
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


@kept(8)
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


RANDOMIZED = Explorer(
    title="Random cuts, and what they do to the gradient.",
    controls={
        "sequence_length": Whole(100, 2, LONGEST, "Sequence length T", "T."),
        "mean_length": Whole(10, 2, LONGEST, "Mean length T₀", "T₀, the mean number of steps between cuts."),
        "hazard": Choice(
            "constant", tuple(HAZARDS), "Hazard", "How the chance of a cut depends on the steps since the last."
        ),
        "spectral_radius": Real(1.2, 0.1, 1.6, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "seed": Whole(0, 0, 9, "Seed", "Draws network, sequence and cuts."),
    },
    leading=("mean_length",),
    compute=randomized_data,
    picture=RandomizedPicture,
    describe=describe,
)
