"""Train the temporal-order task with and without clipping, over several seeds: `make results`.

Every finished run is stored at once in data/temporal_order.json, so an interrupted command goes on where it stopped.
"""

from __future__ import annotations

import sys

import numpy as np

from bptt_helpers import init_params
from bptt_helpers.tasks.sequences import temporal_order
from bptt_helpers.tasks.stored import data_file
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import reached
from bptt_helpers.training.run import start
from bptt_helpers.training.sweep import grid
from tools.results import make, rounded, thin

STORE = data_file("temporal_order.json")
SHARED = {
    "n_hidden": 50,
    "batch_size": 20,
    "updates": 2000,
    "every": 20,  # updates that share one stored point of a curve
}
GRID = {"learning_rate": [0.1, 0.01], "sequence_length": [20, 30], "clip_norm": [1.0, None], "seed": [0, 1, 2, 3, 4]}


def run_once(learning_rate, sequence_length, clip_norm, seed):
    """One training run with the settings above.

    Parameters
    ----------
    learning_rate : float
    sequence_length, seed : int
    clip_norm : float or None

    Returns
    -------
    Run
    """

    def draw(update):
        return temporal_order(sequence_length, SHARED["batch_size"], rng=np.random.default_rng([seed, update]))

    params = init_params(draw(0).x.shape[2], SHARED["n_hidden"], 4, rng=seed)
    options = {"updates": SHARED["updates"], "learning_rate": learning_rate, "clip_norm": clip_norm}
    return train(start(params), draw, stop=reached(at_least=0.99), **options)


def record(**setting):
    """What is stored of a run: how it ended, and of every 20 updates the share right and the largest norm.

    The largest: one long gradient is enough to throw the weights away, and a sample of the norms would miss it.
    """
    run, every = run_once(**setting), SHARED["every"]
    return {
        "solved": run.solved,
        "updates": run.updates,
        "largest_norm": rounded(run.history.norm.max()),
        "correct": thin(run.history.score, every),
        "norm": thin(run.history.norm, every, np.max),
    }


def main(store=STORE) -> int:
    """Do the runs that are not stored yet."""
    return make(record, grid(**GRID), store, SHARED)


if __name__ == "__main__":
    sys.exit(main())
