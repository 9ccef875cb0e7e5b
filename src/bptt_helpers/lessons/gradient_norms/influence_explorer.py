"""Explorer: which states does every loss feel, at two spectral radii?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...measures.influence import influence
from ...tasks.text import Vocabulary, load_text
from ..explorer import Explorer, Real, Whole
from ..gradient_pictures import power
from ..kept import kept
from .influence_picture import InfluencePicture
from .networks import HIGHEST, LOWEST, NETWORKS, STEP, T, pieces, run

FIXED = 0.8  # radius of the map on the left
FELT = -3  # log10 of a norm that counts as felt


class InfluenceData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    maps : ndarray (2, T, T)
        log10 ‖dL_t/dh_s‖ at radius 0.8 and at the one chosen: row t, column s; nan where s > t.
    text : str
        What the network reads, T characters.
    radius : float
        Of the second map.
    loss, state : int
        The steps t and s that are marked, counted from 1.
    reach : ndarray (2,) of int
        In each map, for how many states, back from its own, the marked loss has a gradient of at least 10⁻³.
    """

    maps: np.ndarray
    text: str
    radius: float
    loss: int
    state: int
    reach: np.ndarray


@kept(1)
def texts():
    """What each network reads, as text."""
    vocabulary = Vocabulary.of(load_text())
    return tuple(vocabulary.decode(piece) for piece in pieces()[0].argmax(2).T)


@kept(NETWORKS + 8)
def influence_map(spectral_radius, network):
    """log10 ‖dL_t/dh_s‖ of one network, ``(T, T)``."""
    return influence(*run(spectral_radius, network))[:, :, 0]


@kept(8)
def influence_data(spectral_radius, network, loss, state) -> InfluenceData:
    """One untrained tanh network on its piece of text, at radius 0.8 and at another.

    Parameters
    ----------
    spectral_radius : float
        Largest |eigenvalue| of W_hh, 0.5 to 2.
    network, loss, state : int
        Number of the network, which is its seed; steps t and s, counted from 1.
    """
    maps = np.array([influence_map(radius, network) for radius in (FIXED, spectral_radius)])
    felt = maps[:, loss - 1, loss - 1 :: -1] >= FELT  # by lag
    reach = np.where(felt.all(1), loss, felt.argmin(1))
    return InfluenceData(maps, texts()[network], spectral_radius, loss, state, reach)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    t, s = data.loss, data.state
    reach = (
        f"Back from its own step it stays above 10⁻³ for {data.reach[0]} and {data.reach[1]} "
        f"state{'' if data.reach[1] == 1 else 's'}."
    )
    if s > t:
        return f"The loss at step {t} does not depend on state {s}, which comes after it."
    low, high = (power(one[t - 1, s - 1]) for one in data.maps)
    before = f"{t - s} step{'' if t - s == 1 else 's'} before"
    return (
        f"The loss at step {t} feels state {s}, {before}, with a gradient of norm {low} "
        f"at radius {FIXED:.2f} and {high} at radius {data.radius:.2f}. {reach}"
    )


INFLUENCE = Explorer(
    title="Which states every loss feels, at radius 0.8 and at another.",
    controls={
        "spectral_radius": Real(1.2, LOWEST, HIGHEST, "Spectral radius ρ", "Of the map on the right.", STEP),
        "network": Whole(1, 0, NETWORKS - 1, "Network", "Its number is the seed of its weights and of its text."),
        "loss": Whole(81, 1, T, "Loss t", "The step of the loss whose row is marked.", plays=True),
        "state": Whole(46, 1, T, "State s", "The step of the state whose column is marked."),
    },
    leading=("spectral_radius",),
    compute=influence_data,
    picture=InfluencePicture,
    describe=describe,
    touch="Click or drag on a map: loss and state. On the text: the state.",
)
