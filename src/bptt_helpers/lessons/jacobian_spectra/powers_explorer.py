"""Explorer: the unit circle under the powers of a 2×2 matrix, and its eigenvectors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...measures.spectra import power_norms
from ..explorer import Explorer, Guess, Real, Whole
from ..kept import kept
from ..predict import marked
from .powers_picture import STEPS, PowersPicture


class PowersData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    W : ndarray (2, 2)
        λ₁ and λ₂ on the diagonal, c above it.
    k : int
    powers : ndarray (STEPS + 1, 2, 2)
        W⁰, W¹ …
    eigenvectors : ndarray (2, 2)
        One in each row, of length 1; the first belongs to λ₁. Both are the same if λ₁ = λ₂ and c > 0.
    log_norms, rule : ndarrays (STEPS + 1,)
        log10 of ‖Wᵏ‖, and of ρᵏ.
    shortest : float
        log10 of the least that Wᵏ stretches any vector.
    peak : int
        The k at which ‖Wᵏ‖ is largest.
    guess : float
        Of the largest norm; nan if there is none.
    """

    W: np.ndarray
    k: int
    powers: np.ndarray
    eigenvectors: np.ndarray
    log_norms: np.ndarray
    rule: np.ndarray
    shortest: float
    peak: int
    guess: float


@kept(8)
def _powers(first, second, corner):
    W = np.array([[first, corner], [0.0, second]])
    powers = [np.eye(2)]
    for _ in range(STEPS):
        powers.append(W @ powers[-1])
    v = np.array([corner, second - first])  # (W - λ₂) v = 0
    v = v / np.linalg.norm(v) if v.any() else np.array([0.0, 1.0])
    if v[1] < 0:
        v = -v  # both point to the upper half, as far as they point anywhere
    return W, np.array(powers), np.array([[1.0, 0.0], v]), power_norms(W, STEPS)


def powers_data(k, corner, first, second, guess="") -> PowersData:
    """The powers of W = [[λ₁, c], [0, λ₂]], and what they do to the unit circle.

    Parameters
    ----------
    k : int
        0 to STEPS.
    corner, first, second : float
        c, λ₁ and λ₂.
    guess : str
        Of the largest norm.

    Returns
    -------
    PowersData
    """
    W, powers, eigenvectors, log_norms = _powers(first, second, corner)
    with np.errstate(divide="ignore"):
        log_det = k * np.log10(abs(first * second)) if k else 0.0  # of Wᵏ: the product of its two stretches
        rule = np.append(0.0, np.arange(1, STEPS + 1) * np.log10(max(abs(first), abs(second))))
    shortest = -np.inf if log_norms[k] == -np.inf else float(log_det - log_norms[k])
    peak = int(log_norms.argmax())
    return PowersData(W, k, powers, eigenvectors, log_norms, rule, shortest, peak, marked(guess))


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    first, second = np.abs(np.diag(data.W)) ** data.k
    shrink = (
        f"its eigenvectors by {first:.2g} and {second:.2g}" if first != second else f"its eigenvector by {first:.2g}"
    )
    norm, peak = 10 ** data.log_norms[data.k], 10 ** data.log_norms[data.peak]
    highest = (
        f"It is largest at k = {data.peak}: {peak:.2g}."
        if 0 < data.peak < STEPS
        else "It never exceeds 1."
        if data.peak == 0
        else f"It is still growing at k = {STEPS}."
    )
    return f"After k = {data.k} steps W has stretched a vector by up to {norm:.2g}, {shrink}. {highest}"


MATRIX_POWERS = Explorer(
    title="The unit circle under the powers of a matrix, beside its eigenvectors.",
    controls={
        "k": Whole(4, 0, STEPS, "Steps k", "k, how often W is applied.", plays=True),
        "corner": Real(1.0, 0, 1, "Corner c", "c, how far W is from normal.", step=0.05),
        "first": Real(0.9, 0, 1, "Eigenvalue λ₁", "λ₁.", step=0.05),
        "second": Real(0.9, 0, 1, "Eigenvalue λ₂", "λ₂.", step=0.05),
        "guess": Guess("Your guess", "The largest norm, as you guessed it."),
    },
    leading=("k", "corner"),
    compute=powers_data,
    picture=PowersPicture,
    describe=describe,
    touch="Click or drag on the curve: the number of steps k.",
)
