"""Explorer: chaos, noise, and the gradients that follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...measures.influence import gradient_profile
from ...measures.lyapunov import driven_network, exponent_by_gain, log_gradient_slope, lyapunov_exponents
from ..explorer import Explorer, Real, Whole
from ..kept import kept
from .picture import GAINS, LyapunovPicture

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


@kept(8)
def _curve(noise, n_hidden, seed):
    sizes = {"n_hidden": n_hidden, "sequence_length": STEPS, "batch": SEQUENCES, "discard": SETTLE}
    return exponent_by_gain(CURVE, noise, seed=seed, **sizes).mean(1)


@kept(8)
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


LYAPUNOV = Explorer(
    title="The gain of a random network and the noise that drives it, and how its gradients grow.",
    controls={
        "gain": Real(2.0, *GAINS, "Gain g", "g: the weights have standard deviation g/√n.", step=0.05),
        "noise": Real(0.0, 0, 3, "Noise", "Standard deviation of the inputs.", step=0.05),
        "n_hidden": Whole(64, 8, 64, "Hidden units n", "n."),
        "seed": Whole(0, 0, 9, "Seed", "Draws weights, inputs and initial states."),
    },
    leading=("gain", "noise"),
    compute=lyapunov_data,
    picture=LyapunovPicture,
    describe=describe,
)
