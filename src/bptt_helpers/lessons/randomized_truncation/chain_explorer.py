"""Explorer: a chain of one number that is cut at random, and how far its draws scatter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...truncation.random_cuts import chain_variance
from ..explorer import Explorer, Real
from ..gradient_pictures import power
from ..kept import kept
from .chain_picture import ChainPicture

CHAIN_STEPS, CHAIN_DRAWS = 100, 30


class ChainData(NamedTuple):
    """What the picture of the scalar chain shows.

    Attributes
    ----------
    log10_draws : ndarray (100, 30)
        Of z_t for t = 1 … 100, in thirty draws.
    log10_exact : ndarray (100,)
        Of the z_t that is never cut, which is their mean.
    log10_spread : ndarray (100,)
        Of the standard deviation of z_t; -300 where nothing varies.
    factor, survival : float
    """

    log10_draws: np.ndarray
    log10_exact: np.ndarray
    log10_spread: np.ndarray
    factor: float
    survival: float


@kept(8)
def chain_data(factor, survival) -> ChainData:
    """z_t = 1 + ξ_t c z_{t-1} for t = 1 … 100: draws, mean and spread.

    Parameters
    ----------
    factor, survival : float
    """
    kept_on = np.random.default_rng(0).random((CHAIN_STEPS, CHAIN_DRAWS)) < survival  # the same chances for every π
    z, exact, draws = np.zeros(CHAIN_DRAWS), 0.0, []
    for survives in kept_on:
        z, exact = 1 + survives / survival * factor * z, 1 + factor * exact
        draws.append([*z, exact])
    draws = np.log10(draws)
    spread = np.sqrt(chain_variance(factor, survival, CHAIN_STEPS))
    return ChainData(draws[:, :-1], draws[:, -1], np.log10(np.maximum(spread, 1e-300)), factor, survival)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    ratio = data.factor**2 / data.survival
    sentence = f"c = {data.factor:.2f}, π = {data.survival:.2f}: c²/π = {ratio:.3f}"
    if data.survival == 1:
        return f"{sentence}, but nothing is ever cut: no variance at all."
    if data.factor == 0:
        return f"{sentence}, and nothing is carried on: no variance at all."
    verdict = "stays bounded" if ratio < 1 else "grows without end"
    below = (data.log10_draws[-1] < data.log10_exact[-1]).sum()
    return (
        f"{sentence}, so the variance {verdict}. After {CHAIN_STEPS} steps z is {power(data.log10_exact[-1])} on "
        f"average and its spread {power(data.log10_spread[-1])}; {below} of these {CHAIN_DRAWS} draws lie below."
    )


CHAIN = Explorer(
    title="A chain of one number: how far its draws scatter.",
    controls={
        "factor": Real(0.9, 0, 1.5, "Factor c", "c, of one step."),
        "survival": Real(0.75, 0.05, 1, "Survival π", "π, the chance of no cut."),
    },
    leading=("factor", "survival"),
    compute=chain_data,
    picture=ChainPicture,
    describe=describe,
    touch="Click or drag on the right map: factor and survival.",
)
