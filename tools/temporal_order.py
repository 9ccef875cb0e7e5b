"""Train the temporal-order task with and without clipping, over several seeds: `make results`.

Every finished run is stored at once in data/temporal_order.json, so an interrupted command goes on where it stopped.
"""

from __future__ import annotations

import json
import sys
from itertools import product

import numpy as np

from bptt_helpers import init_params
from bptt_helpers.tasks.sequences import temporal_order
from bptt_helpers.tasks.stored import data_file
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import reached
from bptt_helpers.training.run import start

STORE = data_file("temporal_order.json")
SETTINGS = {
    "n_hidden": 50,
    "batch_size": 20,
    "updates": 2000,
    "learning_rates": [0.1, 0.01],
    "sequence_lengths": [20, 30],
    "clip_norms": [1.0, None],
    "seeds": [0, 1, 2, 3, 4],
}
RUN = ("learning_rate", "sequence_length", "clip_norm", "seed")  # what differs between two runs
SOLVED = reached(at_least=0.99)
EVERY = 20  # updates between two stored points of a curve


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
    s = SETTINGS

    def draw(update):
        return temporal_order(sequence_length, s["batch_size"], rng=np.random.default_rng([seed, update]))

    params = init_params(draw(0).x.shape[2], s["n_hidden"], 4, rng=seed)
    options = {"updates": s["updates"], "learning_rate": learning_rate, "clip_norm": clip_norm, "stop": SOLVED}
    return train(start(params), draw, **options)


def record(learning_rate, sequence_length, clip_norm, seed, run):
    """What is stored of a run: how it ended, and every twentieth point of its curves to four digits."""

    def thin(curve):
        return [float(f"{value:.4g}") for value in curve[::EVERY]]

    return {
        "learning_rate": learning_rate,
        "sequence_length": sequence_length,
        "clip_norm": clip_norm,
        "seed": seed,
        "solved": run.solved,
        "updates": run.updates,
        "largest_norm": float(f"{run.history.norm.max():.4g}"),
        "loss": thin(run.history.loss),
        "norm": thin(run.history.norm),
    }


def main(store=STORE) -> int:
    """Do the runs that are not stored yet."""
    stored = json.loads(store.read_text()) if store.exists() else {"settings": SETTINGS, "every": EVERY, "runs": []}
    if stored["settings"] != SETTINGS:
        print(f"{store.name} was made with other settings: remove it to start again", file=sys.stderr)
        return 1
    done = {tuple(run[name] for name in RUN) for run in stored["runs"]}
    wanted = list(product(*(SETTINGS[name + "s"] for name in RUN)))
    for number, setting in enumerate(wanted, 1):
        if setting not in done:
            print(f"run {number} of {len(wanted)}: {', '.join(RUN)} = {setting} ... ", end="", flush=True)
            run = run_once(*setting)
            print(f"{'solved' if run.solved else 'not solved'} after {run.updates} updates", flush=True)
            stored["runs"].append(record(*setting, run))
            text = json.dumps(stored, separators=(",", ":")).replace('{"learning_rate"', '\n{"learning_rate"')
            new = store.with_suffix(".new")  # so that an interrupt while writing leaves the old file whole
            new.write_text(text + "\n")
            new.replace(store)
    return 0


if __name__ == "__main__":
    sys.exit(main())
