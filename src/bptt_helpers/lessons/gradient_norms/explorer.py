"""Explorer: how far back does the last loss reach, and every other loss?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.activations import ACTIVATIONS
from ...cells.initial import init_params
from ...measures.influence import influence, true_slope
from ...passes.forward import forward
from ..explorer import Choice, Explorer, Real, Whole
from ..inputs import INPUTS, LONGEST, sequence
from ..kept import kept
from .picture import InfluencePicture

ROWS = 100  # losses in the map: more would not be seen


class InfluenceData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    profile : ndarray (T,)
        log10 ‖dL_T/dh_s‖ by lag.
    rule : ndarray (T,)
        What the rule of thumb expects: the first entry of `profile` times the spectral radius at every step.
    map : ndarray (rows, T)
        log10 ‖dL_t/dh_s‖ for up to 100 losses t, evenly spaced, the last one included.
    slope : float
        f′(a_t), mean over steps and units.
    """

    profile: np.ndarray
    rule: np.ndarray
    map: np.ndarray
    slope: float


@kept(8)
def _network(n_in, n_hidden, n_out, seed):
    """Weights as drawn, and their spectral radius: a moved radius slider finds the eigenvalues computed."""
    params = init_params(n_in, n_hidden, n_out, rng=seed)
    return params, np.abs(np.linalg.eigvals(params.W_hh)).max()


@kept(8)
def influence_data(sequence_length, spectral_radius, activation, n_hidden, inputs, seed) -> InfluenceData:
    """One untrained network on the first T steps of a sequence, and the influence of its states on its losses.

    Parameters
    ----------
    sequence_length, n_hidden, seed : int
        T (1 to 1000) and n; the seed draws weights and sequence.
    spectral_radius : float
        Largest |eigenvalue| of W_hh.
    activation : {"tanh", "relu", "sigmoid", "identity"}
    inputs : {"text", "sine", "adding"}
    """
    T = sequence_length
    x, y, n_out, loss = sequence(inputs, seed)
    params, drawn_radius = _network(x.shape[2], n_hidden, n_out, seed)
    params = params._replace(W_hh=params.W_hh * (spectral_radius / drawn_radius))
    trace = forward(params, x[:T], activation=activation)
    with np.errstate(over="ignore"):  # a linear network's squared error may be 10^600; its gradient still fits
        _, dL_do = loss(trace.o, y[:T])
        dL_do *= T  # every loss by itself, not its share in the mean
    losses = np.unique(np.linspace(0, T - 1, ROWS).astype(int))
    log_norm = influence(trace, dL_do, losses=losses)[:, :, 0]
    profile = log_norm[-1, ::-1]
    with np.errstate(divide="ignore", invalid="ignore"):  # radius 0: nothing is left from lag 1 on
        log_radius = np.log10(spectral_radius)
        rule = profile[0] + np.append(0, np.arange(1, T) * log_radius)
    return InfluenceData(profile, rule, log_norm, float(true_slope(trace).mean()))


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    T = len(data.profile)
    here, there = data.profile[[0, -1]]
    if T == 1:
        return f"One step: the gradient of its loss has norm 10^{here:z.1f}; nothing travels back."
    slope = f"mean slope f′ = {data.slope:.2f}"
    start = f"Last of {T} losses: gradient norm 10^{here:z.1f} at lag 0"
    if there == -np.inf:
        return f"{start}, exactly zero at lag {T - 1}; {slope}."
    rule = "zero" if data.rule[-1] == -np.inf else f"10^{data.rule[-1]:z.1f}"
    return f"{start}, 10^{there:z.1f} at lag {T - 1}, where the rule expects {rule}; {slope}."


INFLUENCE = Explorer(
    title="A network, and how far back its losses reach.",
    controls={
        "sequence_length": Whole(
            100,
            1,
            LONGEST,
            "Sequence length T",
            "T: the first T steps of a sequence that depends on `inputs` and `seed` only.",
        ),
        "spectral_radius": Real(1.0, 0, 2, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "activation": Choice("tanh", tuple(ACTIVATIONS), "Activation f", "Of the hidden units."),
        "n_hidden": Whole(16, 2, 64, "Hidden units n", "n."),
        "inputs": Choice("text", INPUTS, "Inputs x", "What the network reads."),
        "seed": Whole(0, 0, 9, "Seed", "Draws weights and sequence."),
    },
    leading=("sequence_length", "spectral_radius"),
    compute=influence_data,
    picture=InfluencePicture,
    describe=describe,
)
