"""One unit that must learn how long to remember: the valley of its loss, and descent in it, nothing sampled.

    h_t = λ h_{t-1} + x_t, |λ| < 1, x white with variance 1;    L = ½ E (y - y*)², y* from the wanted λ*

The output is h itself, or y = √(1 - λ²) h, whose variance is 1 for every memory: "normalised".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..kept import kept

MEMORIES = (10, 30, 100, 300, 1000)  # 1 / (1 - λ*)
MANTISSAS, DECADES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0), range(-11, 2)
RATES = tuple(float(f"{m}e{k}") for k in DECADES for m in MANTISSAS)
UPDATES = 1000
KEPT = (*range(21), 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, UPDATES)
CLOSE = 0.01  # a memory that is off by less, after all updates, is right


class Form(NamedTuple):
    """How a unit's λ is made from the parameter that descent moves, and whether its output is normalised.

    Attributes
    ----------
    to_factor, to_parameter : callable
        λ of w, and w of λ; both take arrays, the first complex ones too.
    slope : callable
        dλ/dw, of λ.
    normalised : bool
    """

    to_factor: Callable
    to_parameter: Callable
    slope: Callable
    normalised: bool


FORMS = {
    "λ": Form(lambda w: w, lambda f: f, np.ones_like, False),
    "λ, normalised": Form(lambda w: w, lambda f: f, np.ones_like, True),
    "tanh w": Form(np.tanh, np.arctanh, lambda f: 1 - f**2, True),
    "exp(−exp ν)": Form(
        lambda w: np.exp(-np.exp(w)), lambda f: np.log(-np.log(f)), lambda f: f * np.log(np.maximum(f, 1e-300)), True
    ),
}


def wanted_factor(memory):
    """λ* = 1 - 1/memory."""
    return 1 - 1 / np.asarray(memory, float)


def loss(factor, wanted, normalised):
    """½ E (y - y*)² over endless white input; complex factors serve a complex step.

    Parameters
    ----------
    factor, wanted : float or ndarray
        λ and λ*, between -1 and 1.
    normalised : bool

    Returns
    -------
    float or ndarray
    """
    own, target, both = 1 - factor**2, 1 - wanted**2, 1 - factor * wanted
    if normalised:
        return 1 - np.sqrt(own * target) / both
    return (1 / own + 1 / target - 2 / both) / 2


def loss_slope(factor, wanted, normalised):
    """dL/dλ of `loss`; the same arguments."""
    own, both = 1 - factor**2, 1 - factor * wanted
    if normalised:
        return np.sqrt((1 - wanted**2) / own) * (factor - wanted) / both**2
    return factor / own**2 - wanted / both**2


def sensitivity(factor, form):
    """E (dy/dw)² at λ, which is the curvature d²L/dw² at the bottom of the valley.

        h itself: (1 + λ²) / (1 - λ²)³,    normalised: 1 / (1 - λ²)²,    times (dλ/dw)²

    Parameters
    ----------
    factor : float or ndarray
        λ.
    form : Form
    """
    own = 1 - factor**2
    of_factor = 1 / own**2 if form.normalised else (1 + factor**2) / own**3
    return of_factor * form.slope(factor) ** 2


class Descent(NamedTuple):
    """The way of gradient descent.

    Attributes
    ----------
    way : ndarray (k, ...)
        w after some updates; one that is out stays where it landed.
    out : ndarray (...) of int
        The update that makes |λ| 1 or more, after which h grows without end; updates + 1 if none does.
    """

    way: np.ndarray
    out: np.ndarray


def descend(form, memory, learning_rate, at=KEPT) -> Descent:
    """Gradient descent on w, from half the memory that is wanted.

    Parameters
    ----------
    form : Form
    memory, learning_rate : float or ndarray (...)
        Of shapes that go together.
    at : sequence of k int
        Rising: the updates of which w is returned; 0 is the start.

    Returns
    -------
    Descent
    """
    wanted = wanted_factor(memory)
    w = np.array(
        np.broadcast_to(form.to_parameter(wanted_factor(memory / 2)), np.broadcast(wanted, learning_rate).shape)
    )
    factor, out, way = form.to_factor(w), np.full(w.shape, at[-1] + 1), [w]
    with np.errstate(over="ignore"):  # of exp(ν), where λ is 0
        for k in range(1, at[-1] + 1):
            step = learning_rate * loss_slope(factor, wanted, form.normalised) * form.slope(factor)
            w = w - np.where(out > at[-1], step, 0)
            landed = form.to_factor(w)
            gone = np.abs(landed) >= 1
            out = np.where(gone & (out > at[-1]), k, out)
            factor = np.where(gone, 0, landed)
            if k in at:
                way.append(w)
    return Descent(np.array(way), out)


def memory_of(factor):
    """1 / (1 - λ), the steps for which h remembers; inf where it never forgets."""
    factor = np.asarray(factor, float)
    return np.divide(1, 1 - factor, out=np.full(factor.shape, np.inf), where=np.abs(factor) < 1)


def is_right(factor, memory):
    """Whether the memory of λ is within a hundredth of `memory`."""
    return np.abs(memory_of(factor) / memory - 1) < CLOSE


@kept(1)
def all_descents() -> dict:
    """For each name of FORMS the Descent with every memory and rate: axes KEPT, MEMORIES, RATES."""
    memories, rates = np.array(MEMORIES)[:, None], np.array(RATES)
    return {name: descend(form, memories, rates) for name, form in FORMS.items()}


@kept(1)
def solving() -> dict:
    """For each name of FORMS which rates solve: ``(memories, rates)`` of bool."""
    memories = np.array(MEMORIES)[:, None]
    return {name: is_right(FORMS[name].to_factor(run.way[-1]), memories) for name, run in all_descents().items()}


def solving_range(name, memory) -> tuple[float, float]:
    """The lowest and the highest of RATES that solve.

    Parameters
    ----------
    name : str
        Of FORMS.
    memory : int
        One of MEMORIES.
    """
    solves = np.flatnonzero(solving()[name][MEMORIES.index(memory)])
    return RATES[solves[0]], RATES[solves[-1]]


def sampled_sensitivities(memories, correlation=0.0, seeds=range(5), sequences=40, steps=8000):
    """E (dh/dλ)², and E (dy/dw)² for λ = tanh w and y = √(1 - λ²) h, from random inputs instead of formulas.

        x_t = ρ x_{t-1} + √(1 - ρ²) ε_t,    dh_t/dλ = h_{t-1} + λ dh_{t-1}/dλ

    Every 20th step of the last 3000 counts; before, a memory of 1000 steps has filled.

    Parameters
    ----------
    memories : sequence of m floats
    correlation : float
        ρ of the input, 0 for white.
    seeds : sequence of k int
    sequences, steps : int
        Of every seed.

    Returns
    -------
    of_h, of_tanh : ndarrays (m, k)
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    factor, fresh = wanted_factor(memories)[:, None, None], np.sqrt(1 - correlation**2)
    x = np.stack([rng.normal(size=sequences) for rng in rngs])
    noise = np.stack([rng.normal(size=(steps, sequences)) for rng in rngs], axis=1)
    h = dh = np.zeros((len(factor), *x.shape))
    of_h, of_tanh, norm = [], [], np.sqrt(1 - factor**2)
    for t, new in enumerate(noise):
        x = correlation * x + fresh * new
        dh, h = h + factor * dh, factor * h + x
        if t >= steps - 3000 and t % 20 == 0:
            dy = norm * dh - factor / norm * h
            of_h.append((dh**2).mean(-1))
            of_tanh.append((dy**2).mean(-1) * norm[..., 0] ** 4)
    return np.mean(of_h, 0), np.mean(of_tanh, 0)
