"""Train four small networks whose weights notebook 13 asks for their window: `make results`.

The weights are stored in data/trained.npz by PyTorch's names, as somebody's own model would come. A network that is
there already is not trained again.
"""

from __future__ import annotations

import sys

import numpy as np

from bptt_helpers import Vocabulary, init_params, load_text
from bptt_helpers.tasks.sequences import adding
from bptt_helpers.tasks.stored import WEIGHTS, data_file
from bptt_helpers.tasks.text_layouts import split_text, text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import reached, regression
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start
from bptt_helpers.training.schedules import cosine

STORE = data_file("trained.npz")
BATCH, CLIP_NORM, SEED = 32, 1.0, 0
# on the story: updates of ten characters each
STORY = {
    "rnn": {"cell": "tanh", "rate": 0.003, "dropout": 0.2},
    "gru": {"cell": "gru", "rate": 0.01, "dropout": 0.3},
    "lstm": {"cell": "lstm", "rate": 0.01, "dropout": 0.3},
}
UPDATES, WINDOW, UNITS = 1500, 10, 64
ADDING_LENGTH, ADDING_UNITS = 100, 32


def of_story(cell, rate, dropout, updates=UPDATES):
    """A character model of the learned part of the story.

    Parameters
    ----------
    cell : str
    rate, dropout : float
    updates : int

    Returns
    -------
    Params
    """
    text = load_text()
    vocabulary, (learned, _) = Vocabulary.of(text), split_text(text)
    forget_bias = 1 if cell == "lstm" else None
    d = len(vocabulary)
    new = init_params(d, UNITS, d, cell=cell, init="orthogonal", forget_bias=forget_bias, rng=SEED)
    draw = text_batches(learned, WINDOW, BATCH, vocabulary=vocabulary, seed=SEED, dtype="float32")
    run = train(
        start(new.astype(np.float32)),
        draw,
        updates=updates,
        learning_rate=cosine(rate, updates),
        optimiser=Adam(),
        clip_norm=CLIP_NORM,
        cell=cell,
        dropout=Dropout(dropout, SEED),
    )
    return run.params


def of_adding():
    """A GRU that has learned to add two numbers 100 steps after the first of them may have come."""
    new = init_params(2, ADDING_UNITS, 1, cell="gru", init="orthogonal", chrono=ADDING_LENGTH, rng=SEED)
    run = train(
        start(new.astype(np.float32)),
        lambda k: adding(ADDING_LENGTH, BATCH, rng=np.random.default_rng([SEED, k])),
        updates=1000,
        learning_rate=0.01,
        optimiser=Adam(),
        clip_norm=CLIP_NORM,
        cell="gru",
        objective=regression(),
        stop=reached(at_most=0.01),
    )
    if not run.solved:
        raise RuntimeError("the GRU did not learn to add")
    return run.params


def by_pytorch_names(params, cell) -> dict:
    """The weights as a module with a layer `rnn` and a `readout` names them in its state_dict.

    Two biases are added before every gate: only one of them is set, but for the GRU, whose reset needs the second.

    Returns
    -------
    dict of str to ndarray of float16
        Half the bytes; the networks do as well with their weights rounded so.
    """
    rows = len(params.W_hh)
    second = np.zeros(rows)
    if cell == "gru":
        second[-params.n_hidden :] = params.b_h[rows:]
    weights = {
        "rnn.weight_ih_l0": params.W_hx,
        "rnn.weight_hh_l0": params.W_hh,
        "rnn.bias_ih_l0": params.b_h[:rows],
        "rnn.bias_hh_l0": second,
        "readout.weight": params.W_qh,
        "readout.bias": params.b_q,
    }
    return {name: w.astype(np.float16) for name, w in weights.items()}


def main(store=STORE) -> int:
    """Train the networks that are not stored yet."""
    stored = dict(np.load(store)) if store.exists() else {}
    for name in WEIGHTS:
        if not any(key.startswith(name + "/") for key in stored):
            cell = "gru" if name == "adding" else STORY[name]["cell"]
            params = of_adding() if name == "adding" else of_story(**STORY[name])
            stored |= {f"{name}/{key}": w for key, w in by_pytorch_names(params, cell).items()}
            np.savez_compressed(store, **stored)
            print(f"{name}: stored")
    return 0


if __name__ == "__main__":
    sys.exit(main())
