"""Train character models and measure how far back they listen, before, while and after they learn: `make results`.

Every finished run is stored at once in data/listening.json, so an interrupted command goes on where it stopped.
"""

from __future__ import annotations

import sys
from functools import cache

import numpy as np

from bptt_helpers import Vocabulary, init_params, load_text
from bptt_helpers.lessons.language_model.listening import heard, listening, reach
from bptt_helpers.measures.bits import bits_by_context, bits_per_character
from bptt_helpers.tasks.stored import data_file
from bptt_helpers.tasks.text_layouts import split_text, text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start
from bptt_helpers.training.schedules import cosine
from bptt_helpers.training.sweep import grid
from tools.results import make, rounded

STORE = data_file("listening.json")
SHARED = {
    "n_hidden": 128,
    "batch_size": 32,
    "clip_norm": 1.0,
    "stages": [0, 10, 100, 1000],  # updates at which is measured
    "contexts": [1, 2, 3, 5, 10, 20, 50, 100, 200],
    "losses": 64,  # whose signals are followed back
    "characters": 1200,  # of the held-out text, for the contexts
    "page": 210,  # first characters of the held-out text, on which one loss is followed back
    "picked": 190,  # the character of that loss, counted from 0
}
GRID = {"cell": ["RNN", "GRU"], "sequence_length": [10, 35], "seed": [0, 1, 2]}
NETWORKS = {
    "RNN": {"cell": "tanh", "rate": 0.002, "dropout": None},
    "GRU": {"cell": "gru", "rate": 0.01, "dropout": Dropout(0.3)},
}


@cache
def texts():
    """The text that is learned, the last tenth, which is held out, and the vocabulary of both."""
    text = load_text()
    return *split_text(text), Vocabulary.of(text)


def trained(cell, sequence_length, seed):
    """Yield the weights of one run at every stage.

    Parameters
    ----------
    cell : str
        As in `NETWORKS`.
    sequence_length, seed : int

    Yields
    ------
    Params
    """
    learned, _, vocabulary = texts()
    d, network, last = len(vocabulary), NETWORKS[cell], SHARED["stages"][-1]
    params = init_params(d, SHARED["n_hidden"], d, cell=network["cell"], init="orthogonal", rng=seed)
    run = start(params.astype(np.float32))
    draw = text_batches(
        learned, sequence_length, SHARED["batch_size"], vocabulary=vocabulary, seed=seed, dtype="float32"
    )
    for updates in SHARED["stages"]:
        run = train(
            run,
            draw,
            updates=updates,
            cell=network["cell"],
            learning_rate=cosine(network["rate"], last),
            optimiser=Adam(),
            clip_norm=SHARED["clip_norm"],
            dropout=network["dropout"],
        )
        yield run.params


def measured(params, cell) -> dict:
    """What is stored of one stage of a run.

    Returns
    -------
    dict
        ``reach``: after how many characters less than 1/100 of a signal is left, for each loss; ``left``: log10 of
        the median share that is left at the first of the last k characters, for each context k; ``bits``: bits a
        character if only the last k are read; ``all_bits``: if all are; ``page``: log10 of the share of its signal
        that the picked loss sends to each character up to its own.
    """
    learned, held_out, vocabulary = texts()
    contexts, kind, picked = SHARED["contexts"], {"cell": NETWORKS[cell]["cell"]}, SHARED["picked"]
    profile = listening(params, held_out, vocabulary, lags=contexts[-1], count=SHARED["losses"], **kind)
    left = np.median(profile, axis=1)[np.array(contexts) - 1]
    some = held_out[: SHARED["characters"]]
    bits = bits_by_context(params, some, vocabulary, contexts, **kind)
    whole = bits_per_character(params, held_out, vocabulary, before=learned[-200:], **kind)
    page = heard(params, held_out[: SHARED["page"]], vocabulary, picked, **kind)[: picked + 1]
    return {
        "reach": reach(profile).tolist(),
        "left": [rounded(value) for value in left],
        "bits": [rounded(value) for value in bits],
        "all_bits": rounded(whole),
        "page": [rounded(value, 3) for value in page],
    }


def record(cell, sequence_length, seed) -> dict:
    """What is stored of a run: a list for each measure, with one entry a stage."""
    stages = [measured(params, cell) for params in trained(cell, sequence_length, seed)]
    return {name: [stage[name] for stage in stages] for name in stages[0]}


def main(store=STORE) -> int:
    """Do the runs that are not stored yet."""
    return make(record, grid(**GRID), store, SHARED)


if __name__ == "__main__":
    sys.exit(main())
