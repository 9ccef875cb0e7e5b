"""How far back a language model listens: what one loss sends to every character before it, and where that is gone."""

from __future__ import annotations

import numpy as np

from ...measures.influence import gradient_profile, influence
from ...numbers.validate import whole_number
from ...passes.forward import forward
from ...tasks.losses import cross_entropy
from ...tasks.text import one_hot
from .page_picture import FELT, share


def heard(params, text, vocabulary, picked, *, cell="tanh") -> np.ndarray:
    """What the loss at one character sends to the states at all characters up to it.

        log10 ‖dL_t/dh_s‖ / ‖dL_t/dh_t‖,    L_t: how wrong the guess of character t + 1 is

    The state is h, and for an LSTM (h | c).

    Parameters
    ----------
    params : Params
    text : str
        Read from the zero state.
    vocabulary : Vocabulary
    picked : int
        t, counted from 0, at most the last but one.
    cell : str or Cell
        As `forward` takes it.

    Returns
    -------
    ndarray (len(text),)
        nan behind `picked`.

    Raises
    ------
    ValueError
        If `picked` is no character with one behind it, or a character is unknown.
    """
    numbers = vocabulary.encode(text)
    if len(numbers) < 2:
        raise ValueError(f"text: want at least 2 characters, got {len(numbers)}")
    picked = whole_number("picked", picked, 0, len(text) - 2)
    trace, dL_do = _read(params, numbers[: picked + 2, None], vocabulary, cell)
    log_norms = np.full(len(text), np.nan)
    log_norms[: picked + 1] = influence(trace, dL_do, losses=[picked])[0, :, 0]
    return share(log_norms, picked)


def listening(params, text, vocabulary, *, lags=200, count=64, cell="tanh") -> np.ndarray:
    """What is left of a loss's signal after travelling back, for losses all over a text.

        log10 ‖dL_t/dh_{t-k}‖ / ‖dL_t/dh_t‖,    k = 0 … lags - 1

    Every loss is that of the last of `lags` characters, read from the zero state. The state is h, and for an LSTM
    (h | c).

    Parameters
    ----------
    params : Params
    text : str
    vocabulary : Vocabulary
    lags : int
    count : int
        Losses, spread evenly over the text.
    cell : str or Cell
        As `forward` takes it.

    Returns
    -------
    ndarray (lags, count)

    Raises
    ------
    ValueError
        If the text is no longer than `lags`, a number is below 1, or a character is unknown.
    """
    lags, count = whole_number("lags", lags), whole_number("count", count)
    numbers = vocabulary.encode(text)
    if len(numbers) <= lags:
        raise ValueError(f"text: want more than lags = {lags} characters, got {len(numbers)}")
    starts = np.linspace(0, len(numbers) - lags - 1, count).astype(int)
    trace, dL_do = _read(params, numbers[np.arange(lags + 1)[:, None] + starts], vocabulary, cell)
    profile = gradient_profile(trace, dL_do)
    return profile - profile[0]


def reach(profile, least=FELT) -> np.ndarray:
    """After how many characters is less than 10 to the `least` left, for the first time?

    Parameters
    ----------
    profile : ndarray (lags, …)
        As `listening` gives it.
    least : float

    Returns
    -------
    ndarray (…) of int
        `lags` where it never is.
    """
    below = np.asarray(profile) < least
    return np.where(below.any(0), below.argmax(0), len(below))


def _read(params, numbers, vocabulary, cell):
    """The trace of characters ``(T + 1, B)``, and what the loss of the last but one sends to the outputs."""
    x = one_hot(numbers[:-1], len(vocabulary)).astype(params.W_hh.dtype)
    trace = forward(params, x, cell=cell)
    return trace, cross_entropy(trace.o, numbers[1:], weight="last")[1]
