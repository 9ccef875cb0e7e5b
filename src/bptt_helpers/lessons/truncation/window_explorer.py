"""Explorer: the window that cuts the text, what every loss keeps of its past, and where the gradient then points."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from ..explorer import Choice, Explorer, Guess, Real, Whole
from ..predict import marked
from .reach import SCHEMES, first_heard, kept_pairs, pairs_of, stride_of, text_of
from .window_picture import GOOD, GUESSED, TOP, TruncationPicture

LENGTH = 60


class TruncationData(NamedTuple):
    """What the picture shows; T is `LENGTH`, losses and states are counted from 1.

    Attributes
    ----------
    text : str
    scheme : str
    window, stride, loss : int
        τ, how many steps lie between two walks back, and the loss that is looked at.
    relative : ndarray (T, T)
        log10 ‖dL_t/dh_s‖ / ‖dL_t/dh_t‖, row t, column s; nan for s > t.
    kept : ndarray of bool (T, T)
    first_heard : ndarray of int (T,)
        The earliest state that each loss reaches.
    lost, all_lost : float
        Sum of the cut ‖dL_t/dh_s‖, divided by the sum of all: for this loss, and for all of them.
    cosine : dict of str to ndarray (T,)
        By scheme, for windows 1 … T: between truncated and exact gradient.
    good : int
        The first window with a cosine of .99 in this scheme.
    worse : ndarray of int
        Windows that point further off than the one a step shorter, in this scheme; all above .9999 count as equal.
    guess : float
        What a reader guessed as the cosine at τ = 4; nan for no guess.
    """

    text: str
    scheme: str
    window: int
    stride: int
    loss: int
    relative: np.ndarray
    kept: np.ndarray
    first_heard: np.ndarray
    lost: float
    all_lost: float
    cosine: dict
    good: int
    worse: np.ndarray
    guess: float


def truncation_data(window, scheme, loss, spectral_radius, seed, guess="") -> TruncationData:
    """What one window does to the gradient of one network.

    Parameters
    ----------
    window, loss, seed : int
        τ and t, 1 to 60; the seed draws weights and text.
    scheme : {"sliding", "stride τ/2", "chunked"}
    spectral_radius : float
        Largest |eigenvalue| of W_hh.
    guess : str
        The cosine at τ = 4, if a reader has guessed it.
    """
    pairs, stride = pairs_of(LENGTH, spectral_radius, seed), stride_of(scheme, window)
    kept = kept_pairs(LENGTH, window, stride)
    sent = 10.0 ** np.nan_to_num(pairs.log10_norm, nan=-np.inf)
    cosine = pairs.cosine[scheme]
    return TruncationData(
        text=text_of(LENGTH, seed),
        scheme=scheme,
        window=window,
        stride=stride,
        loss=loss,
        relative=pairs.log10_norm - np.diag(pairs.log10_norm)[:, None],
        kept=kept,
        first_heard=first_heard(LENGTH, window, stride),
        lost=float(sent[loss - 1, ~kept[loss - 1]].sum() / sent[loss - 1].sum()),
        all_lost=float(sent[~kept].sum() / sent.sum()),
        cosine=pairs.cosine,
        good=int((cosine >= GOOD).argmax() + 1),
        worse=np.flatnonzero(np.diff(np.minimum(cosine, TOP)) < 0) + 2,
        guess=marked(guess),
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    start = f"Window τ = {data.window}, {data.scheme}:"
    if data.window == LENGTH:
        return f"{start} nothing is cut, the gradient is exact."
    reached = data.loss - data.first_heard[data.loss - 1] + 1
    states = "1 state" if reached == 1 else f"{reached} states"
    return (
        f"{start} loss {data.loss} reaches {states}, {data.lost:.0%} of what it sends back is cut, and "
        f"{data.all_lost:.0%} of what all losses send. Cosine to the exact gradient "
        f"{data.cosine[data.scheme][data.window - 1]:.3f}; .99 is reached at τ = {data.good}, and {len(data.worse)} of "
        f"{LENGTH - 1} steps to a longer window make it worse."
    )


TRUNCATION = Explorer(
    title="A text and a window: what every loss still hears, and where the gradient then points.",
    controls={
        "window": Whole(8, 1, LENGTH, "Window τ", f"τ; {LENGTH} is exact.", plays=True),
        "scheme": Choice(
            "sliding",
            SCHEMES,
            "Scheme",
            "Every loss looks back τ steps; or the losses of τ/2 steps walk back together, τ steps from the last of "
            "them; or no signal crosses a cut between blocks of τ steps.",
        ),
        "loss": Whole(41, 1, LENGTH, "Loss at character t", "The loss that is looked at."),
        "spectral_radius": Real(1.0, 0, 2, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "seed": Whole(0, 0, 9, "Seed", "Draws the weights and the piece of text."),
        "guess": Guess(f"Guess at τ = {GUESSED}", "The cosine there, marked by a cross."),
    },
    leading=("window", "scheme"),
    compute=truncation_data,
    picture=partial(TruncationPicture, LENGTH),
    describe=describe,
    touch="Drag above the boxes: the window's edge or a cut. Click a box or a row of the map: the loss. A curve: τ.",
)
