"""Explorer: chaos, noise, and the gradients that follow."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..figures.lyapunov import GAINS, LyapunovPicture
from ..measures.influence import gradient_profile
from ..measures.lyapunov import driven_network, exponent_by_gain, log_gradient_slope, lyapunov_exponents
from .controls import float_slider, int_slider
from .live import Live

STEPS, SETTLE, SEQUENCES = 110, 30, 8
CURVE = np.linspace(*GAINS, 11)


class LyapunovData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    gain, noise : float
    profile : ndarray (T, B)
        log10 gradient norms by lag, of 8 sequences of one network, over 80 steps after 30 in which it settles.
    exponent, exponent_error, slope, slope_error : float
        λ₁ and the slope of the log gradient, means over the sequences with standard errors; natural logarithm a step.
    gains, curve : ndarrays (11,)
        λ₁ against the gain, at the same noise.
    """

    gain: float
    noise: float
    profile: np.ndarray
    exponent: float
    exponent_error: float
    slope: float
    slope_error: float
    gains: np.ndarray
    curve: np.ndarray


@lru_cache(maxsize=8)
def _curve(noise, n_hidden, seed):
    sizes = {"n_hidden": n_hidden, "sequence_length": STEPS, "batch": SEQUENCES, "discard": SETTLE}
    return exponent_by_gain(CURVE, noise, seed=seed, **sizes).mean(1)


@lru_cache(maxsize=8)
def lyapunov_data(gain, noise, n_hidden, seed) -> LyapunovData:
    """λ₁ of a random tanh network, forwards, and the growth of its gradient, backwards.

    Parameters
    ----------
    gain, noise : float
        As for `driven_network`.
    n_hidden, seed : int

    Returns
    -------
    LyapunovData

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    trace = driven_network(gain, noise, n_hidden=n_hidden, sequence_length=STEPS, batch=SEQUENCES, seed=seed)
    exponent = lyapunov_exponents(trace, discard=SETTLE, rng=seed).value[0]
    dL_do = np.zeros_like(trace.o)
    dL_do[-1] = 1
    profile = gradient_profile(trace, dL_do)[: STEPS - SETTLE]
    slope = log_gradient_slope(profile)
    return LyapunovData(
        gain,
        noise,
        profile,
        *_mean_and_error(exponent),
        *_mean_and_error(slope),
        CURVE,
        _curve(noise, n_hidden, seed),
    )


def _mean_and_error(values):
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    if abs(data.exponent) < max(0.03, 2 * data.exponent_error):
        verdict = "too close to 0 to say whether gradients grow or shrink"
    else:
        verdict = "gradients explode" if data.exponent > 0 else "gradients vanish"
    exponent, slope = _rate(data.exponent, data.exponent_error), _rate(data.slope, data.slope_error)
    return (
        f"Gain {data.gain:.2f}, noise {data.noise:.2f}: the exponent λ₁ is {exponent} a step, "
        f"the slope of the log gradient {slope}; {verdict}."
    )


def _rate(value, error):
    return f"{value:z.3f} ± {error:.3f}"


def explore_lyapunov(gain=2.0, noise=0.0, n_hidden=64, seed=0) -> Live:
    """Sliders for the gain of a random network and the noise that drives it, and how its gradients grow.

    Parameters
    ----------
    gain : float
        g, 0.5 to 3: the weights have standard deviation g/√n.
    noise : float
        Standard deviation of the inputs, 0 to 3.
    n_hidden : int
        8 to 64.
    seed : int
        0 to 9; draws weights, inputs and initial states.

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
        LyapunovPicture(),
        lyapunov_data,
        describe,
        {
            "gain": float_slider("gain", gain, *GAINS, "Gain g", step=0.05),
            "noise": float_slider("noise", noise, 0, 3, "Noise", step=0.05),
            "n_hidden": int_slider("n_hidden", n_hidden, 8, 64, "Hidden units n"),
            "seed": int_slider("seed", seed, 0, 9, "Seed"),
        },
    )
