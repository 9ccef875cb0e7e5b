"""Explorer: twenty networks, and the rule that the spectral radius decides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.activations import ACTIVATIONS
from ..explorer import Choice, Explorer, Guess, Real, Whole
from ..gradient_pictures import power
from ..kept import kept
from ..predict import marked
from .networks import HIGHEST, LOWEST, NETWORKS, STEP, T, twenty
from .profiles_picture import GRID, ProfilesPicture

ASKED = (1.2, 50, "tanh")  # what the question of the notebook is about: radius, lag, activation
BARS = 70  # of the heap
DOTS = 251  # drawn for the 32,000 inputs of units; a prime, so that no unit is left out


class ProfilesData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    change : ndarray (20, T)
        log10 of gradient norm ÷ norm at lag 0, for each network by lag.
    rule : ndarray (T,)
        What the rule expects there: the spectral radius at every step.
    lag, network : int
        The lag that is marked, the network whose line is thick.
    sample : ndarray (2, k)
        Inputs a_t of some units, and f(a_t).
    heap : ndarray (m,)
        How many inputs a_t there are, in m equal steps of the axis; those beyond it count in the outermost.
    curve, slopes : ndarray (g,)
        f and f′ on the grid of the picture.
    activation : str
    radius, slope, factor : float
        Spectral radius; f′(a_t), mean over steps and units; measured factor per step up to the lag; medians of the
        networks.
    guess : float
        How many networks the reader thinks have a larger gradient; nan if there is no guess for what is shown.
    """

    change: np.ndarray
    rule: np.ndarray
    lag: int
    network: int
    sample: np.ndarray
    heap: np.ndarray
    curve: np.ndarray
    slopes: np.ndarray
    activation: str
    radius: float
    slope: float
    factor: float
    guess: float


@kept(8)
def units(spectral_radius, activation):
    """Where the units sit: a sample of a_t with f(a_t), and how many there are by a_t."""
    inputs = twenty(spectral_radius, activation).inputs.ravel()
    sample = inputs[:: len(inputs) // DOTS]
    sample = sample[np.abs(sample) <= GRID[-1]]
    place = (inputs - GRID[0]) * (BARS / (GRID[-1] - GRID[0]))
    heap = np.bincount(np.clip(place, 0, BARS - 1).astype(int), minlength=BARS)
    return np.array([sample, apply(activation, sample)]), heap


def apply(activation, a):
    """f(a)."""
    return ACTIVATIONS[activation].f(a, np.empty_like(a))


@kept(16)
def profiles_data(spectral_radius, lag, network, activation, guess) -> ProfilesData:
    """Twenty untrained networks on pieces of one text: how the last loss's gradient changes on its way back.

    Parameters
    ----------
    spectral_radius : float
        Largest |eigenvalue| of W_hh, 0.5 to 2.
    lag, network : int
    activation : {"tanh", "relu", "sigmoid", "identity"}
    guess : str
    """
    measured = twenty(spectral_radius, activation)
    change = measured.profile - measured.profile[:, :1]
    sample, heap = units(spectral_radius, activation)
    return ProfilesData(
        change=change,
        rule=np.arange(T) * np.log10(spectral_radius),
        lag=lag,
        network=network,
        sample=sample,
        heap=heap,
        curve=apply(activation, GRID),
        slopes=ACTIVATIONS[activation].slope(GRID),
        activation=activation,
        radius=spectral_radius,
        slope=measured.slope,
        factor=float(np.median(10 ** (change[:, lag] / lag))),
        guess=marked(guess) if (spectral_radius, lag, activation) == ASKED else np.nan,
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    here = data.change[:, data.lag]
    return (
        f"At radius {data.radius:.2f} and lag {data.lag} the gradient is larger than at lag 0 in {(here > 0).sum()} of "
        f"{NETWORKS} networks; the rule expects {power(data.rule[data.lag])} times its size, network {data.network} "
        f"has {power(here[data.network])} times. Factor per step, median: {data.factor:.2f}; "
        f"radius × mean slope: {data.radius * data.slope:.2f}."
    )


PROFILES = Explorer(
    title="Twenty networks of one spectral radius, and the rule that it decides.",
    controls={
        "spectral_radius": Real(1.2, LOWEST, HIGHEST, "Spectral radius ρ", "Largest |eigenvalue| of W_hh.", STEP),
        "lag": Whole(50, 1, T - 1, "Lag", "Steps back at which the gradients are compared with lag 0.", plays=True),
        "network": Whole(0, 0, NETWORKS - 1, "Network", "The one whose line is thick; its number is its seed."),
        "activation": Choice("tanh", tuple(ACTIVATIONS), "Activation f", "Of the hidden units."),
        "guess": Guess("Your guess", "In how many of 20 the gradient is larger, at radius 1.2 and lag 50."),
    },
    leading=("spectral_radius", "activation"),
    compute=profiles_data,
    picture=ProfilesPicture,
    describe=describe,
    touch="Click or drag on the lines: the lag.",
)
