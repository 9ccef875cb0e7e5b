"""Explorer: two runs that part, and the gradient that goes back through the same steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...measures.influence import gradient_profile
from ...measures.lyapunov import driven_network, log_gradient_slope, lyapunov_exponents
from ...passes.forward import forward
from ..explorer import Explorer, Guess, Real, Stages, Whole
from ..kept import kept
from ..predict import marked
from .picture import PARTED, STEPS, ChaosPicture

SETTLE = 30  # steps before the two runs begin
EPS = 1e-6  # how far apart they begin
GAINS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0)
MOVES = 0.7  # a unit that is shown moves at least so much, as a share of the one that moves most


class ChaosData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    step : int
        The step that is marked.
    unit : int
        The unit that is shown: of those that move much, the one that moves slowest. Others only zigzag.
    runs : ndarray (STEPS + 1, 2)
        Its state in both runs.
    parted : int
        The first step at which they differ by PARTED; -1 if they never do.
    distance, gradient : ndarrays (STEPS + 1,), (STEPS,)
        log10 of the distance of the runs, and of the norm of the gradient by lag, both divided by their first value.
    exponent, slope : float
        λ₁ of the first run, and the slope of its log gradient: natural logarithms a step.
    guess : float
        Steps until the distance has grown a million times; nan if there is none.
    """

    step: int
    unit: int
    runs: np.ndarray
    parted: int
    distance: np.ndarray
    gradient: np.ndarray
    exponent: float
    slope: float
    guess: float


@kept(32)
def two_runs(gain, noise, seed):
    """A network that has settled, twice: as it is, and EPS beside it.

    Parameters
    ----------
    gain, noise : float
        As for `driven_network`; the network has 64 units.
    seed : int

    Returns
    -------
    one : Trace
        The first run, STEPS steps.
    both : ndarray (STEPS + 1, 2, 64)
        The states of both.
    """
    settled = driven_network(gain, noise, sequence_length=SETTLE + STEPS, batch=1, seed=seed)
    params, x, h = settled.params, settled.x[SETTLE:], settled.h[SETTLE, 0]
    u = np.random.default_rng(seed).normal(size=h.shape)
    beside = h + EPS * u / np.linalg.norm(u)
    both = forward(params, np.repeat(x, 2, axis=1), h0=np.stack([h, beside])).h
    return forward(params, x, h0=h[None]), both


@kept(32)
def _measured(gain, noise, seed):
    one, both = two_runs(gain, noise, seed)
    spread = both[:, 0].std(0)
    jump = np.abs(np.diff(both[:, 0], axis=0)).mean(0)
    unit = int(np.where(spread >= MOVES * spread.max(), jump / spread, np.inf).argmin())
    runs = both[:, :, unit]
    apart = np.abs(runs[:, 1] - runs[:, 0]) > PARTED
    with np.errstate(divide="ignore"):
        distance = np.log10(np.linalg.norm(both[:, 1] - both[:, 0], axis=1))
    dL_do = np.zeros_like(one.o)
    dL_do[-1] = 1  # a loss at the last step only
    gradient = gradient_profile(one, dL_do)
    exponent = lyapunov_exponents(one, discard=10, rng=seed).value[0, 0]
    slope = log_gradient_slope(gradient)[0]
    return (
        unit,
        runs,
        int(apart.argmax()) if apart.any() else -1,
        distance - distance[0],
        gradient[:, 0] - gradient[0, 0],
        float(exponent),
        float(slope),
    )


def chaos_data(gain, noise, seed, step, guess="") -> ChaosData:
    """Two runs of a random tanh network, how fast they part, and how fast a gradient grows on its way back.

    Parameters
    ----------
    gain, noise : float
        As for `driven_network`.
    seed : int
        Draws weights, inputs, the first state and the direction in which the second run begins.
    step : int
        The step that is marked.
    guess : str
        Of the steps until the distance has grown a million times.

    Returns
    -------
    ChaosData
    """
    return ChaosData(step, *_measured(gain, noise, seed), marked(guess))


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    if abs(data.exponent) < 0.03:
        verdict = "too close to 0 to say whether gradients grow or shrink"
    else:
        verdict = "gradients explode" if data.exponent > 0 else "gradients vanish"
    parted = f"are first {PARTED} apart at step {data.parted}" if data.parted >= 0 else "do not part"
    return (
        f"The two runs {parted}. The exponent λ₁ is {data.exponent:z.3f} a step, the slope of the log gradient "
        f"{data.slope:z.3f}; {verdict}."
    )


CHAOS = Explorer(
    title="Two runs of a random network that begin a millionth apart, and its gradient.",
    controls={
        "gain": Stages(2.5, GAINS, "Gain g", "g: the weights have standard deviation g/√n.", plays=True),
        "noise": Real(0.0, 0, 3, "Noise", "Standard deviation of the inputs.", step=0.1),
        "seed": Whole(1, 0, 9, "Seed", "Draws weights, inputs and states."),
        "step": Whole(30, 0, STEPS - 1, "Step", "The step at which both growths are read.", plays=True),
        "guess": Guess("Your guess", "Steps until the distance has grown a million times."),
    },
    leading=("gain", "noise"),
    compute=chaos_data,
    picture=ChaosPicture,
    describe=describe,
    touch="Click or drag in the picture: the step at which both growths are read.",
)
