"""Train an LSTM to name a cue that it saw at the first step, from several biases and with windows: `make results`.

Every finished run is stored at once in data/cue_recall.json, so an interrupted command goes on where it stopped.
"""

from __future__ import annotations

import sys

import numpy as np

from bptt_helpers import bptt, cross_entropy, forward, init_params
from bptt_helpers.tasks.sequences import cue_recall
from bptt_helpers.tasks.stored import data_file
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import reached
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start
from bptt_helpers.training.sweep import grid
from tools.results import make, rounded, thin

STORE = data_file("cue_recall.json")
SHARED = {
    "n_hidden": 16,
    "batch_size": 32,
    "learning_rate": 0.01,
    "clip_norm": 1.0,
    "updates": 1000,
    "every": 20,  # updates that share one stored point of a curve, and over which a run must be right to be solved
}
SEEDS = list(range(8))
# forget gates: a bias, "ln(T-1)" or "chrono"; input gates: "open" at bias 0, "closed" at minus the bias of the forget
# gates, "cut" at bias 0 and without the way through h: W_hh is 0 in the beginning
GATES = [("0", "open"), ("1", "open"), ("3", "open"), ("3", "closed"), ("ln(T-1)", "open"), ("ln(T-1)", "closed")]
GATES += [("chrono", "closed"), ("ln(T-1)", "cut")]
WINDOWS = [1, 25, 40, 45, 48, 49]  # of 50 steps


def settings() -> list[dict]:
    """What is stored: both lengths with all gates, then windows for the gates that solve every run of 50 steps."""
    by_gates = [
        setting
        for T in (50, 100)
        for forget, inputs in GATES
        for setting in grid(sequence_length=[T], forget=[forget], inputs=[inputs], window=[None], seed=SEEDS)
    ]
    return by_gates + grid(sequence_length=[50], forget=["chrono"], inputs=["closed"], window=WINDOWS, seed=SEEDS[:5])


def network(sequence_length, forget, inputs, seed):
    """An LSTM before training: weights uniform between ±1/√n, biases 0 but those of two gates.

    Parameters
    ----------
    sequence_length, seed : int
    forget, inputs : str
        As in `GATES`.

    Returns
    -------
    Params
    """
    if forget == "chrono":
        keep = {"chrono": sequence_length}
    else:
        keep = {"forget_bias": np.log(sequence_length - 1) if forget == "ln(T-1)" else float(forget)}
    params = init_params(8, SHARED["n_hidden"], 4, cell="lstm", init="pytorch", rng=seed, **keep)
    b_i, b_f, b_g, b_o = params.b_h.reshape(4, -1)
    b_i[:] = -b_f if inputs == "closed" else 0
    b_g[:] = b_o[:] = 0
    if inputs == "cut":
        params.W_hh[:] = 0
    params.b_q[:] = 0
    return params


def draw_of(sequence_length, seed):
    """The batches of a run, by the number of the update."""

    def draw(update):
        return cue_recall(sequence_length, SHARED["batch_size"], rng=np.random.default_rng([seed, update]))

    return draw


def last_steps(window):
    """The gradient of the last `window` steps, all if None, as `train` takes it: there is a loss at the last only."""

    def gradient(trace, dL_do, update):
        T = len(dL_do)
        first = 0 if window is None else T - window
        return bptt(trace.part(first, T), dL_do[first:]).params

    return gradient


def reaching(params, batch) -> float:
    """log10 of ‖dL/dc_1‖ ÷ ‖dL/dc_T‖, total derivatives."""
    trace = forward(params, batch.x, cell="lstm")
    _, dL_do = cross_entropy(trace.o, batch.y, weight="last")
    signal, n = bptt(trace, dL_do).dL_ds, params.n_hidden
    dL_dc = signal[..., n:] + signal[..., :n] * trace.cell.local(trace).h_to_c  # through c_{t+1}, and through h_t
    return float(np.log10(np.linalg.norm(dL_dc[0]) / np.linalg.norm(dL_dc[-1])))


def run_once(sequence_length, forget, inputs, window, seed):
    """One training run with the settings above.

    Parameters
    ----------
    sequence_length, seed : int
    forget, inputs : str
    window : int or None
        Steps of the gradient; None: all.

    Returns
    -------
    Run
    """

    options = {name: SHARED[name] for name in ("updates", "learning_rate", "clip_norm")}
    return train(
        start(network(sequence_length, forget, inputs, seed)),
        draw_of(sequence_length, seed),
        cell="lstm",
        optimiser=Adam(),
        gradient=last_steps(window),
        stop=reached(at_least=0.99, lately=SHARED["every"]),
        **options,
    )


def record(**setting):
    """What is stored of a run: what reaches c_1 before it, how it ended, the share right of every 20 updates."""
    T, seed, every = setting["sequence_length"], setting["seed"], SHARED["every"]
    params = network(T, setting["forget"], setting["inputs"], seed)
    run = run_once(**setting)
    right = run.history.score
    return {
        "reaches": rounded(reaching(params, draw_of(T, seed)(0))),
        "solved": run.solved,
        "updates": run.updates,
        "correct": thin(right, every),
        "in_the_end": rounded(right[-every:].mean()),
    }


def main(store=STORE) -> int:
    """Do the runs that are not stored yet."""
    return make(record, settings(), store, SHARED)


if __name__ == "__main__":
    sys.exit(main())
