"""Explorer: the variance of a scalar chain that is cut at random."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...truncation.random_cuts import chain_variance
from ..explorer import Explorer, Real
from ..kept import kept
from .chain_picture import ChainPicture

CHAIN_STEPS = 100


class ChainData(NamedTuple):
    """What the picture of the scalar chain shows.

    Attributes
    ----------
    log10_variance : ndarray (100,)
        Of z_t for t = 1 … 100; -300 where nothing varies.
    factor, survival : float
    """

    log10_variance: np.ndarray
    factor: float
    survival: float


@kept(8)
def chain_data(factor, survival) -> ChainData:
    """Variance of z_t = 1 + ξ_t c z_{t-1} for t = 1 … 100.

    Parameters
    ----------
    factor, survival : float
    """
    variance = chain_variance(factor, survival, CHAIN_STEPS)
    return ChainData(np.log10(np.maximum(variance, 1e-300)), factor, survival)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    ratio = data.factor**2 / data.survival
    sentence = f"c = {data.factor:.2f}, π = {data.survival:.2f}: c²/π = {ratio:.2f}"
    if data.survival == 1:
        return f"{sentence}, but nothing is ever cut: no variance at all."
    if data.factor == 0:
        return f"{sentence}, and nothing is carried on: no variance at all."
    verdict = "bounded" if ratio < 1 else "growing without end"
    return (
        f"{sentence}, so the variance is {verdict}; it is 10^{data.log10_variance[-1]:z.1f} after {CHAIN_STEPS} steps."
    )


CHAIN = Explorer(
    title="A chain of one number: how far the variance grows.",
    controls={
        "factor": Real(0.9, 0, 1.5, "Factor c", "c, of one step."),
        "survival": Real(0.9, 0.05, 1, "Survival π", "π, the chance of no cut."),
    },
    leading=("factor", "survival"),
    compute=chain_data,
    picture=ChainPicture,
    describe=describe,
)
