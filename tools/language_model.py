"""Train character models on the story, with many windows, layouts and ways to cut the gradient: `make results`.

Every finished run is stored at once in data/language_model.json, so an interrupted command goes on where it stopped.
"""

from __future__ import annotations

import sys

import numpy as np

from bptt_helpers import Vocabulary, init_params, load_text
from bptt_helpers.lessons.language_model.schemes import gradient as gradient_of
from bptt_helpers.measures.bits import bits_per_character
from bptt_helpers.tasks.stored import data_file
from bptt_helpers.tasks.text_layouts import HELD_OUT, split_text, text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start
from bptt_helpers.training.schedules import cosine
from bptt_helpers.training.sweep import grid
from tools.results import make, rounded

# Updates that take 10 s of one core of an AMD EPYC of 2023 (float32, one thread), by window
IN_10_S = {
    "tanh": {5: 12000, 10: 8000, 35: 2900, 100: 1000},
    "gru": {5: 6300, 10: 3900, 35: 1100, 100: 410},
    "lstm": {5: 5300, 10: 2900, 35: 900, 100: 330},
}
STORE = data_file("language_model.json")
SHARED = {
    "n_hidden": 128,
    "batch_size": 32,
    "init": "orthogonal",
    "learning_rate": {"tanh": 0.004, "gru": 0.01, "lstm": 0.01},  # at the start; it falls to 0 along a cosine
    "dropout": {"tanh": 0.2, "gru": 0.4, "lstm": 0.4},
    "forget_bias": {"lstm": 1},
    "held_out": HELD_OUT,  # share of the text, its end, that no update reads
    "tests": 10,  # times in a run that the held-out text is read
    "updates_in_10_s": IN_10_S,
}
SEEDS = [0, 1, 2]
CLIP_NORM = 1.0
SAME_UPDATES = 1000, (5, 10, 35)  # updates, and windows
CUTS = [("chunked", 5), ("sliding", 5), ("stride τ/2", 10), ("random", 5)]
# besides streams whose state is carried
LAYOUTS = [("streams", False), ("shuffled", False), ("in_order", True), ("shuffled", True)]


def setting(cell, window, updates, *, layout="streams", carried=True, scheme="full", reach=None, clip=CLIP_NORM):
    """A run as it is stored, but for its seed.

    Parameters
    ----------
    cell : {"tanh", "gru", "lstm"}
    window : int
        Characters that a sequence reads in one update; the gradient ends at its first.
    updates : int
    layout, carried
        As `text_batches` takes them.
    scheme : str
        How the gradient is cut within the window: one of `lessons.language_model.schemes.SCHEMES`.
    reach : int, optional
        τ of that scheme.
    clip : float or None
    """
    return {
        "cell": cell,
        "window": window,
        "updates": updates,
        "layout": layout,
        "carried": carried,
        "scheme": scheme,
        "reach": reach,
        "clip_norm": clip,
    }


def settings() -> list[dict]:
    """Windows at equal time and at equal updates; layouts; cuts within a window; no clipping."""
    kinds = [setting(cell, window, updates) for cell, by in IN_10_S.items() for window, updates in by.items()]
    same, windows = SAME_UPDATES
    kinds += [setting(cell, window, same) for cell in IN_10_S for window in windows]
    for cell, window in (("gru", 5), ("gru", 35), ("tanh", 5)):
        by = {"updates": IN_10_S[cell][window]}
        kinds += [setting(cell, window, **by, layout=layout, carried=carried) for layout, carried in LAYOUTS]
    kinds += [setting("gru", 35, same, scheme=scheme, reach=reach) for scheme, reach in CUTS]
    kinds += [setting(cell, 35, IN_10_S[cell][35], clip=None) for cell in IN_10_S]
    return [kind | seed for kind in kinds for seed in grid(seed=SEEDS)]


def network(cell, d, seed):
    """A network before training, in float32."""
    options = {"cell": cell, "init": SHARED["init"], "forget_bias": SHARED["forget_bias"].get(cell), "rng": seed}
    return init_params(d, SHARED["n_hidden"], d, **options).astype(np.float32)


def course(cell, window, updates, layout, carried, scheme, reach, clip_norm, seed):
    """A run with a look at it ten times: yields the Run so far, and its bits a character on the held-out text.

    Arguments as for `setting`, and the seed, which draws weights, layout, dropout and cuts.
    """
    text = load_text()
    vocabulary, (learned, held_out) = Vocabulary.of(text), split_text(text)
    options = {"layout": layout, "carried": carried, "vocabulary": vocabulary, "seed": seed, "dtype": "float32"}
    draw = text_batches(learned, window, SHARED["batch_size"], **options)

    def gradient(trace, dL_do, update):
        return gradient_of(scheme, reach, trace, dL_do, np.random.default_rng([seed, update]))

    run = start(network(cell, len(vocabulary), seed))
    for done in np.linspace(0, updates, SHARED["tests"] + 1).round().astype(int)[1:]:
        run = train(
            run,
            draw,
            updates=int(done),
            learning_rate=cosine(SHARED["learning_rate"][cell], updates),
            optimiser=Adam(),
            clip_norm=clip_norm,
            cell=cell,
            gradient=gradient,
            dropout=Dropout(SHARED["dropout"][cell], seed),
        )
        yield run, bits_per_character(run.params, held_out, vocabulary, cell=cell, before=learned[-200:])


def record(**setting):
    """What is stored of a run: bits a character of the held-out text ten times, and of its last 100 batches."""
    looks = list(course(**setting))
    history = looks[-1][0].history
    tested = [rounded(bits) for _, bits in looks]
    return {
        "bits": tested[-1],
        "tested": tested,
        "learned": rounded(history.loss[-100:].mean() / np.log(2)),
        "clipped": rounded(np.mean(history.norm > (setting["clip_norm"] or np.inf))),
    }


def main(store=STORE) -> int:
    """Do the runs that are not stored yet."""
    return make(record, settings(), store, SHARED)


if __name__ == "__main__":
    sys.exit(main())
