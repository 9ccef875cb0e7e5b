"""When to cut a sequence by chance: hazards, and the lengths of the pieces they leave.

A hazard says how likely a cut is right now, given how many steps have passed since the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..numbers.validate import array, generator, number, room, shown, whole_number

LONGEST = 100_000_000  # steps that `mean_piece_length` sums: 800 MB an array


class Hazard(NamedTuple):
    """The chance of a cut between two steps, as a function of the age of the piece.

    Attributes
    ----------
    name : str
    cut : callable (ndarray of int) -> ndarray
        c(δ), the chance of a cut after a piece of δ = 1, 2 … steps, from 0 to below 1.
    """

    name: str
    cut: Callable


def want_hazard(hazard) -> None:
    """Raise a ValueError if `hazard` is no Hazard."""
    if not isinstance(hazard, Hazard):
        raise ValueError(f"hazard: want a Hazard, such as constant_hazard(10), got {shown(hazard)}")


def constant_hazard(mean_length) -> Hazard:
    """A cut is always equally likely: piece lengths are geometric.

        c(δ) = 1/T₀

    Parameters
    ----------
    mean_length : float
        T₀ > 1: at 1 every step is cut and nothing could be compensated.

    Returns
    -------
    Hazard

    Raises
    ------
    ValueError
        If `mean_length` is not above 1.
    """
    T_0 = above_1("mean_length", mean_length)
    return Hazard("constant", partial(_constant, 1 / T_0))


def power_law_hazard(mean_length, alpha=4) -> Hazard:
    """The longer a piece has become, the less likely is a cut: a few pieces are very long.

        c(δ) = α / ((α - 1) T₀ + δ)

    Parameters
    ----------
    mean_length : float
        T₀ > 1.
    alpha : float
        α from 1.0001 to 1000: the chance of a piece longer than δ falls as δ^-α. As α grows, the hazard becomes the
        constant one.

    Returns
    -------
    Hazard

    Raises
    ------
    ValueError
        If `mean_length` is not above 1, or `alpha` is out of range.

    References
    ----------
    Tallec & Ollivier (2017), arXiv:1705.08209.
    """
    T_0, alpha = above_1("mean_length", mean_length), number("alpha", alpha, 1.0001, 1000)
    return Hazard("power law", partial(_power_law, alpha, T_0))


# Functions of their own, for a lambda cannot be pickled.
def _constant(chance, age):
    return np.full(np.shape(age), chance)


def _power_law(alpha, T_0, age):
    return alpha / ((alpha - 1) * T_0 + age)


def mean_piece_length(hazard, longest=100_000) -> float:
    """Mean number of steps in a piece, by summing the chances of surviving.

        E[length] = Σ_{δ≥0} P(length > δ) = 1 + (1 - c(1)) + (1 - c(1)) (1 - c(2)) + …

    Parameters
    ----------
    hazard : Hazard
    longest : int
        Where the sum ends, 1 to a hundred million: longer pieces count as this long. What it leaves out is of the order
        of longest^(1-α) for a power law.

    Returns
    -------
    float
        In steps.

    Raises
    ------
    ValueError
        If `hazard` is no Hazard or gives a chance that is none, or `longest` is out of range.
    """
    longest = whole_number("longest", longest, 1, LONGEST)
    return float(1 + np.cumprod(1 - _chances(hazard, longest - 1)).sum())


def draw_factors(hazard, steps, n_draws, rng) -> np.ndarray:
    """Draw where to cut, and what compensates for it.

        ξ_t = 0 with chance c(δ_t), a cut; else 1 / (1 - c(δ_t)):  E ξ_t = 1

    Parameters
    ----------
    hazard : Hazard
    steps : int
        T.
    n_draws : int
        Independent draws N.
    rng : numpy.random.Generator or int

    Returns
    -------
    ndarray (T, N)
        Factor between step t and the step before; row 0 is 0: nothing comes before the first step.

    Raises
    ------
    ValueError
        If `hazard` is no Hazard or gives a chance that is none, or of 1, `steps` or `n_draws` is not an integer >= 1,
        both together are too large, or `rng` is no source of randomness.
    """
    steps, n_draws = whole_number("steps", steps), whole_number("n_draws", n_draws)
    room("steps, n_draws", steps, n_draws)
    return factors_of(hazard, generator("rng", rng).random((steps, n_draws)))


def factors_of(hazard, uniform) -> np.ndarray:
    """The factors ξ_t of `draw_factors` from given random numbers.

    Parameters
    ----------
    hazard : Hazard
    uniform : ndarray (T, N)
        Uniform between 0 and 1: there is a cut before step t where this is below c(δ_t).

    Returns
    -------
    ndarray (T, N)

    Raises
    ------
    ValueError
        If `hazard` is no Hazard, or `uniform` no array (T, N) of numbers from 0 to 1.
    """
    uniform = array("uniform", uniform)
    if uniform.ndim != 2 or not (uniform.min(initial=0) >= 0 and uniform.max(initial=0) <= 1):
        raise ValueError(f"uniform: want an array (T, N) of numbers from 0 to 1, got {shown(uniform)}")
    chances = _chances(hazard, len(uniform) - 1)
    factor, age = np.zeros(uniform.shape), np.ones(uniform.shape[1], int)
    for t in range(1, len(uniform)):
        chance = chances[age - 1]
        kept = uniform[t] >= chance
        np.divide(kept, 1 - chance, out=factor[t])
        age = np.where(kept, age + 1, 1)
    return factor


def _chances(hazard, longest) -> np.ndarray:
    """c(1) … c(longest), or a ValueError that says which of them is no chance that could be compensated."""
    want_hazard(hazard)
    age = np.arange(1, longest + 1)
    chance = np.asarray(hazard.cut(age), float)
    if chance.shape not in ((), age.shape):
        raise ValueError(f"hazard.cut: want a chance for each of {longest} ages, got shape {chance.shape}")
    chance = np.broadcast_to(chance, age.shape)
    bad = ~((chance >= 0) & (chance < 1))
    if bad.any():
        raise ValueError(
            f"hazard.cut: want chances from 0 to below 1, got {chance[bad][0]:g} after {age[bad][0]} steps; what is "
            "always cut cannot be compensated"
        )
    return chance


def above_1(name, value) -> float:
    """A mean length as a float, if it is a finite number > 1; else a ValueError that says so."""
    value = number(name, value)
    if value <= 1:
        raise ValueError(f"{name}: want a number > 1, got {value:g}")
    return value
