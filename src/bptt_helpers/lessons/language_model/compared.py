"""The rows of `draw_baselines`: all baselines, and a network, asked at one place of a held-out text."""

from __future__ import annotations

import numpy as np

from ...measures.bits import bits_per_character
from ...passes.forward import forward
from ...tasks.baselines import COMPRESSORS, ORDERS, baselines
from ...tasks.ngrams import KneserNey
from ...tasks.text import one_hot
from ...training.sampling import softmax
from .baselines_picture import Model

NOTE = "no chances: what a file grows by"
READ_BEFORE = 200  # characters that a network reads before a text that is counted: none that is earlier matters


def baseline_models(learned, held_out, vocabulary, at) -> dict[str, list[Model]]:
    """All baselines in two groups, "counting" and "packing", from bad to good in each.

    Parameters
    ----------
    learned, held_out : str
    vocabulary : Vocabulary
    at : int
        Index in `held_out` of the character that the models are asked for.

    Returns
    -------
    dict of str to list of Model
    """
    bits = baselines(learned, held_out, vocabulary, ("uniform", *COMPRESSORS))
    counting = [Model("uniform", bits.pop("uniform"), 0, np.full(len(vocabulary), 1 / len(vocabulary)))]
    for name, n in ORDERS.items():
        model = KneserNey(learned, n, vocabulary)
        chances = model.probabilities(learned + held_out[:at])
        counting.append(Model(name, model.bits_per_character(held_out, learned), n - 1, chances))
    packing = [Model(name, bits[name], note=NOTE) for name in sorted(bits, key=bits.get, reverse=True)]
    return {"counting": counting, "packing": packing}


def network_model(name, params, learned, held_out, vocabulary, at, cell) -> Model:
    """A network as a row, asked at the same place.

    Parameters
    ----------
    name : str
    params : Params
    learned, held_out, vocabulary, at
        As for `baseline_models`.
    cell : {"tanh", "gru", "lstm"}

    Returns
    -------
    Model
    """
    before = learned[-READ_BEFORE:]
    bits = bits_per_character(params, held_out, vocabulary, cell=cell, before=before)
    x = one_hot(vocabulary.encode(before + held_out[:at]), len(vocabulary)).astype(params.W_hh.dtype)
    o = forward(params, x[:, None], cell=cell).o[-1, 0]
    return Model(name, bits, np.inf, softmax(o), cell="RNN" if cell == "tanh" else cell.upper())
