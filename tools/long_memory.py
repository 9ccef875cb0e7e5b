"""Train two tasks over lengths, networks and seeds: `make results`.

Every finished run is stored at once in data/long_memory.json, so an interrupted command goes on where it stopped.
"""

from __future__ import annotations

import sys

import numpy as np

from bptt_helpers import init_params
from bptt_helpers.tasks.sequences import adding, temporal_order
from bptt_helpers.tasks.stored import data_file
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import classification, reached, regression
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start
from bptt_helpers.training.sweep import grid
from tools.results import make, thin

STORE = data_file("long_memory.json")
# updates allowed: an update of a cell with gates multiplies three or four times as much as one of a plain cell, and
# gets a quarter of them
PLAIN, GATED = {"updates": 4000}, {"updates": 1000, "learning_rate": 0.01, "init": "orthogonal"}
NETWORKS = {
    "tanh, gaussian": PLAIN | {"cell": "tanh", "learning_rate": 0.003, "init": "gaussian"},
    "tanh, orthogonal": PLAIN | {"cell": "tanh", "learning_rate": 0.003, "init": "orthogonal"},
    "ReLU, identity": PLAIN | {"cell": "relu", "learning_rate": 0.001, "init": "identity"},
    "LSTM, bias 0": GATED | {"cell": "lstm", "forget_bias": 0},
    "LSTM, bias 1": GATED | {"cell": "lstm", "forget_bias": 1},
    "LSTM, bias 3": GATED | {"cell": "lstm", "forget_bias": 3},
    "LSTM, 3, closed": GATED | {"cell": "lstm", "forget_bias": 3, "input_bias": -3},
    "LSTM, chrono": GATED | {"cell": "lstm", "chrono": True},
    "GRU, bias 0": GATED | {"cell": "gru", "forget_bias": 0},
    "GRU, bias 3": GATED | {"cell": "gru", "forget_bias": 3},
    "GRU, chrono": GATED | {"cell": "gru", "chrono": True},
}
SHARED = {
    "n_hidden": 32,
    "batch_size": 32,
    "clip_norm": 1.0,
    "solved": {"adding": {"at_most": 0.02}, "order": {"at_least": 0.95}},  # mean score of the last 50 updates
    "every": 100,  # updates that share one stored point of a curve
    "networks": NETWORKS,
}
GRID = {
    "task": ["adding", "order"],
    "sequence_length": [10, 30, 50, 100],
    "network": list(NETWORKS),
    "seed": [0, 1, 2, 3, 4],
}
TASKS = {"adding": (adding, 1, regression), "order": (temporal_order, 4, classification)}  # outputs, objective


def run_once(task, sequence_length, network, seed, updates=None):
    """One training run with the settings above, in float32.

    Parameters
    ----------
    task : {"adding", "order"}
    sequence_length, seed : int
    network : str
        One of `NETWORKS`.
    updates : int, optional
        Most that are made. Default: as many as `NETWORKS` allows it.

    Returns
    -------
    Run
    """
    draw_batch, n_out, objective = TASKS[task]
    options = dict(NETWORKS[network])
    cell, rate, allowed = (options.pop(name) for name in ("cell", "learning_rate", "updates"))
    input_bias = options.pop("input_bias", 0)
    if options.get("chrono"):
        options["chrono"] = sequence_length

    def draw(update):
        return draw_batch(sequence_length, SHARED["batch_size"], rng=np.random.default_rng([seed, update]))

    n_in, n = draw(0).x.shape[2], SHARED["n_hidden"]
    params = init_params(n_in, n, n_out, cell=cell, rng=seed, **options)
    if input_bias:
        params.b_h[:n] = input_bias  # of an LSTM's gate i, the first block
    return train(
        start(params.astype(np.float32)),
        draw,
        updates=updates or allowed,
        learning_rate=rate,
        optimiser=Adam(),
        clip_norm=SHARED["clip_norm"],
        cell=cell,
        objective=objective(),
        stop=reached(**SHARED["solved"][task]),
    )


def record(task, sequence_length, network, seed):
    """What is stored of a run: how it ended, and the mean score of every 100 updates."""
    run, every = run_once(task, sequence_length, network, seed), SHARED["every"]
    return {"solved": run.solved, "updates": run.updates, "score": thin(run.history.score, every, digits=3)}


def main(store=STORE) -> int:
    """Do the runs that are not stored yet."""
    return make(record, grid(**GRID), store, SHARED)


if __name__ == "__main__":
    sys.exit(main())
