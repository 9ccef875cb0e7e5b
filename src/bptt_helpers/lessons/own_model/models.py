"""Five networks to ask for their window: three that learned the story, two that have learned nothing."""

from __future__ import annotations

import numpy as np

from ...cells.from_torch import Imported, from_torch
from ...cells.initial import init_params
from ...numbers.validate import choice
from ...tasks.stored import load_weights
from ...tasks.text import Vocabulary, load_text
from ...tasks.text_layouts import split_text, text_batches
from ..kept import kept

TRAINED = {"RNN, trained": "rnn", "GRU, trained": "gru", "LSTM, trained": "lstm"}
# as PyTorch draws it, and with a forget bias for about 100 steps
UNTRAINED = {"GRU, untrained": ("gru", {}), "LSTM, chrono": ("lstm", {"chrono": 100})}
MODELS = (*TRAINED, *UNTRAINED)
UNITS = 64


@kept(len(MODELS))
def own_model(name) -> Imported:
    """One of the five, in float32; its arrays cannot be written to.

    Parameters
    ----------
    name : str
        One of `MODELS`. All have 64 units and read the 60 characters of the story, one-hot.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    if choice("name", name, MODELS) in TRAINED:
        weights = load_weights(TRAINED[name])
        return from_torch(weights["rnn"], weights["readout"])
    cell, gates = UNTRAINED[name]
    d = len(Vocabulary.of(load_text()))
    params = init_params(d, UNITS, d, cell=cell, init="pytorch", rng=0, **gates)
    return Imported(cell, params.astype(np.float32), False)


def story_batch(sequence_length, batch_size, *, seed=0):
    """Pieces of the part of the story that no model has learned.

    Parameters
    ----------
    sequence_length, batch_size : int
        T and B; at most 4000 characters are there, and pieces may overlap.
    seed : int
        Draws where the pieces begin.

    Returns
    -------
    Batch
        x ``(T, B, 60)`` of float32, y ``(T, B)``.

    Raises
    ------
    ValueError
        If a number is no whole number >= 1, or there is too little text.
    """
    text = load_text()
    _, held_out = split_text(text)
    options = {"layout": "shuffled", "carried": False, "vocabulary": Vocabulary.of(text), "dtype": "float32"}
    return text_batches(held_out, sequence_length, batch_size, seed=seed, **options)(0)
