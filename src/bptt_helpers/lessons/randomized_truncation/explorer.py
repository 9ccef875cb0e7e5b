"""Explorer: draws of a randomly truncated gradient, and the mean of them so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...cells.params import recurrent_part
from ...passes.backward import bptt
from ...passes.forward import forward
from ...tasks.losses import squared_error
from ...tasks.sequences import sine
from ...truncation.hazards import constant_hazard, draw_factors, power_law_hazard
from ...truncation.random_cuts import randomized_gradients
from ..explorer import Choice, Explorer, Real, Stages, Whole
from ..kept import kept
from .bars_picture import growth
from .picture import COUNTS, ROWS, STEPS, RandomizedPicture

N_HIDDEN = 8
HAZARDS = {"constant": constant_hazard, "power law": power_law_hazard}
MEAN_LENGTHS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 28, 34, 40)


class Problem(NamedTuple):
    """One network on one sequence.

    Attributes
    ----------
    run : tuple
        trace, dL_do.
    exact : ndarray (n, n + d + 1)
        Exact gradient of the recurrent weights.
    """

    run: tuple
    exact: np.ndarray


class Draws(NamedTuple):
    """A thousand draws at one mean length; gradients in units of the exact one's length.

    Attributes
    ----------
    factor : ndarray (T, 16)
        ξ_t of the first draws; 0 is a cut.
    along : ndarray (1000,)
        Each draw's component along the exact gradient.
    mean, error : ndarray (20,)
        Mean of the first 1, 2 … 16, 30, 100, 300, 1000 draws, and its standard error; 0 for a single one.
    sliding, chunked : float
        The same component of the truncated gradients, with a window or block of the mean length.
    """

    factor: np.ndarray
    along: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    sliding: float
    chunked: float


class RandomizedData(NamedTuple):
    """What the picture shows: the fields of `Draws`, how many there are so far, and the mean length."""

    factor: np.ndarray
    along: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    sliding: float
    chunked: float
    count: int
    mean_length: int


@kept(8)
def problem(spectral_radius, seed) -> Problem:
    """A tanh network with 8 units that continues a sine wave for 40 steps, loss at every step.

    Parameters
    ----------
    spectral_radius : float
    seed : int
    """
    batch = sine(STEPS, 1, rng=seed)
    trace = forward(init_params(1, N_HIDDEN, 1, spectral_radius=spectral_radius, rng=seed), batch.x)
    run = trace, squared_error(trace.o, batch.y)[1]
    return Problem(run, recurrent_part(bptt(*run).params))


@kept(8)
def drawn(mean_length, draws, hazard, spectral_radius, seed) -> Draws:
    """A thousand draws of the gradient at one mean length, beside the two fixed ways.

    Parameters
    ----------
    mean_length, draws, seed : int
        `draws` is the seed of the cuts, `seed` that of network and sequence.
    hazard : {"constant", "power law"}
    spectral_radius : float
    """
    run, exact = problem(spectral_radius, seed)
    direction = exact.ravel() / (exact**2).sum()
    chance, count = HAZARDS[hazard](mean_length), np.array(COUNTS)
    along = randomized_gradients(*run, chance, n_draws=COUNTS[-1], rng=draws).reshape(COUNTS[-1], -1) @ direction
    mean = along.cumsum()[count - 1] / count
    square = (along**2).cumsum()[count - 1] / count
    error = np.sqrt(np.maximum(square - mean**2, 0) / np.maximum(count - 1, 1))

    def component(scheme):
        cut = recurrent_part(bptt(*run, window=mean_length, scheme=scheme).params)
        return float(cut.ravel() @ direction)

    factor = draw_factors(chance, STEPS, COUNTS[-1], draws)[:, :ROWS]
    return Draws(factor, along, mean, error, component("sliding"), component("chunked"))


def randomized_data(count, draws, mean_length, hazard, spectral_radius, seed) -> RandomizedData:
    """The draws of `drawn`, and how many of them there are so far.

    Parameters
    ----------
    count : int
        One of 1, 2 … 16, 30, 100, 300, 1000.
    draws, mean_length, hazard, spectral_radius, seed
        As for `drawn`.
    """
    return RandomizedData(*drawn(mean_length, draws, hazard, spectral_radius, seed), count, mean_length)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    here, k = COUNTS.index(data.count), min(data.count, ROWS) - 1
    spread = f" ± {data.error[here]:.2f} (standard error)" if data.count > 1 else ""
    longest = np.diff([*np.flatnonzero(data.factor[:, k] == 0), STEPS]).max()
    return (
        f"Along the exact gradient, which counts as 1, blocks of {data.mean_length} steps reach {data.chunked:z.2f}, a "
        f"sliding window {data.sliding:z.2f}, the mean of {data.count} random draws {data.mean[here]:z.2f}{spread}. In "
        f"draw {k + 1} the longest piece has {longest} steps; it grows at most {growth(data.factor[:, k]).max():.3g} "
        f"times, and the draw reaches {data.along[k]:z.3g}."
    )


RANDOMIZED = Explorer(
    title="Random cuts: every draw is wrong, their mean is right.",
    controls={
        "count": Stages(COUNTS[-1], COUNTS, "Draws so far", "How many draws there are.", plays=True),
        "draws": Whole(0, 0, 99, "Draw again", "Seed of the cuts.", plays=True),
        "mean_length": Stages(10, MEAN_LENGTHS, "Mean length T₀", "T₀, mean number of steps between cuts; the window."),
        "hazard": Choice("constant", tuple(HAZARDS), "Hazard", "How the chance of a cut depends on age."),
        "spectral_radius": Real(1.4, 0.1, 1.6, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "seed": Whole(0, 0, 9, "Seed", "Draws network and sequence."),
    },
    leading=("count", "mean_length"),
    compute=randomized_data,
    picture=RandomizedPicture,
    describe=describe,
    touch="Click or drag: on a row, so many draws; on the bar of blocks or window, their length.",
)
