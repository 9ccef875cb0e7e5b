"""The twenty networks of notebook 03: 16 units each, each with weights and a piece of the story of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.activations import ACTIVATIONS
from ...cells.initial import init_params
from ...passes.forward import forward
from ...tasks.losses import cross_entropy
from ...tasks.text import load_text, text_batch
from ..kept import kept

T, N_HIDDEN, NETWORKS = 100, 16, 20
# The slider of the radius, and so the grid on which a question about it is answered.
LOWEST, HIGHEST, STEP = 0.5, 2.0, 0.01


class Twenty(NamedTuple):
    """What is measured in all networks at one spectral radius.

    Attributes
    ----------
    profile : ndarray (20, T)
        log10 ‖dL_T/dh_{T−lag}‖ by lag.
    inputs : ndarray (T, 20, n)
        a_t, what goes into the activation.
    slope : float
        Median over the networks of f′(a_t), mean over steps and units.
    """

    profile: np.ndarray
    inputs: np.ndarray
    slope: float


@kept(1)
def pieces():
    """What the networks read, and what should come next: x (T, 20, d), y (T, 20)."""
    batch = text_batch(load_text(), T, NETWORKS, rng=0)
    return batch.x, batch.y


@kept(NETWORKS)
def network(seed):
    """The weights of one network, at radius 1."""
    d = pieces()[0].shape[2]
    return init_params(d, N_HIDDEN, d, spectral_radius=1.0, rng=seed)


def run(spectral_radius, seed):
    """One network reads its piece: the trace, and the gradient of every loss by itself, dL_t/do_t ``(T, 1, q)``."""
    x, y = (array[:, seed : seed + 1] for array in pieces())
    params = network(seed)
    trace = forward(params._replace(W_hh=spectral_radius * params.W_hh), x)
    _, dL_do = cross_entropy(trace.o, y)
    return trace, T * dL_do  # not its share in the mean


@kept(1)
def _side_by_side():
    """Weights of all networks, the network first, and what the text adds to a_t: W_hx x_t + b_h ``(T, 20, n)``."""
    W_hx, W_hh, b_h, W_qh, b_q = (np.array(arrays) for arrays in zip(*map(network, range(NETWORKS)), strict=True))
    return W_hh, W_qh, b_q, np.einsum("knd,tkd->tkn", W_hx, pieces()[0]) + b_h


@kept(8)
def twenty(spectral_radius, activation="tanh") -> Twenty:
    """All networks at one radius, side by side: eight times faster than one after another.

    Nothing is rescaled on the way: in 100 steps no signal leaves the range of float64.

    Parameters
    ----------
    spectral_radius : float
        Largest |eigenvalue| of W_hh, 0.5 to 2.
    activation : {"tanh", "relu", "sigmoid", "identity"}
    """
    f, slope_of = ACTIVATIONS[activation].f, ACTIVATIONS[activation].slope
    W_hh, W_qh, b_q, inputs = _side_by_side()
    W_hh, inputs = spectral_radius * W_hh, inputs.copy()
    h = np.zeros((NETWORKS, N_HIDDEN, 1))
    for a in inputs:  # one step, all networks
        a += (W_hh @ h)[:, :, 0]
        f(a[:, :, None], h)
    slopes = slope_of(inputs)
    o = (W_qh @ h)[:, :, 0] + b_q
    _, dL_do = cross_entropy(o[None], pieces()[1][-1:])
    signal, back = W_qh.transpose(0, 2, 1) @ (NETWORKS * dL_do[0, :, :, None]), W_hh.transpose(0, 2, 1)
    signals = np.empty((T, NETWORKS, N_HIDDEN))
    for lag in range(T):
        signals[lag] = signal[:, :, 0]
        signal = back @ (slopes[T - 1 - lag, :, :, None] * signal)
    with np.errstate(divide="ignore"):  # every unit of relu may be off
        profile = np.log10(np.linalg.norm(signals, axis=2)).T
    return Twenty(profile, inputs, float(np.median(slopes.mean((0, 2)))))
