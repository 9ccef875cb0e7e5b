"""One entry for every public function, one kind for every argument; `test_bad_input.py` finds the functions itself."""

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np

from bptt_helpers import Vocabulary, bptt, constant_hazard, forward, init_params, squared_error
from bptt_helpers.tasks.ngrams import KneserNey
from bptt_helpers.tasks.sequences import Batch
from bptt_helpers.training.loop import exact
from bptt_helpers.training.objectives import classification
from bptt_helpers.training.optimisers import SGD
from bptt_helpers.training.run import save_run, start
from tests.bad_input import (
    ANY,
    Argument,
    array,
    choice,
    count,
    fine,
    flag,
    function,
    gradient,
    items,
    not_negative,
    number_above_1,
    positive,
    real,
    rng,
    seed,
    trace,
    unlimited,
    weights,
)

T, B, D, N, Q = 5, 2, 3, 4, 2
PARAMS = init_params(D, N, Q)
X = np.random.default_rng(0).normal(size=(T, B, D))
TRACE = forward(PARAMS, X)
DL_DO = squared_error(TRACE.o, np.ones((T, B, Q)))[1]
GRADIENT = bptt(TRACE, DL_DO).params
ONE = forward(PARAMS, X[:, :1])
H = [np.array(h) for h in TRACE.h]


NUMBERS = ("1", "-1", "0", "1.5", "10**12", "numpy integer", "True", "numpy bool")
SHAPES = ("0-d array", "array", "integers", "array with 5 axes")

EMPTY = ("empty array", "empty list", "empty tuple")

SIGNAL = array(DL_DO)
PASS = {"trace": trace(TRACE), "dL_do": SIGNAL}  # of real numbers
COMPLEX_PASS = PASS | {"trace": trace(TRACE, "complex trace")}
ALONE = {"trace": trace(TRACE, "trace")}  # another network is as good, if no dL_do says otherwise
SIZES = {"sequence_length": count(21), "batch_size": count(2), "rng": rng()}
LONG_SIZES = SIZES | {"sequence_length": Argument(21, fine())}
COSTS = {name: unlimited(3) for name in ("sequence_length", "n_in", "n_hidden", "n_out")}
WINDOW, SCHEME = {"window": unlimited(2)}, {"scheme": choice("sliding")}
CELL = {"cell": choice("tanh")}
STRIDE = {"window": unlimited(3), "scheme": choice(None), "stride": count(None)}
OUTPUTS = array(TRACE.o, "as complex", shapes=False)
LABELS = {"weight": array(np.ones(T)), "ignore_label": Argument(-1, fine("-1", "0", "numpy integer", "10**12"))}
CLIFF = {"w": array(5.0, *NUMBERS, *SHAPES, *EMPTY, "1e308", shapes=False)}
LONG = {"sequence_length": count(5)}
NETWORK = {"n_hidden": count(4), "sequence_length": count(40), "batch": count(2), "seed": seed()}
HAZARD = {"hazard": Argument(constant_hazard(4), fine())}


LIKE = weights(GRADIENT, "integers", "matrix W_hh", "tuple of weights")


# the norm of what is not finite is nan or inf
NORM = gradient(GRADIENT, *(f"nan in {name}" for name in GRADIENT._fields), "inf in b_q")


# files of this process: each call of a test reads or replaces them
FOLDER = Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
RUN_FILE, SWEEP_FILE = str(FOLDER / "run.npz"), str(FOLDER / "sweep.json")
save_run(start(PARAMS), RUN_FILE)

# an untrained GRU under the keys of PyTorch
LAYER = {"weight_ih_l0": np.ones((3 * N, D)), "weight_hh_l0": np.ones((3 * N, N))}

READER = init_params(2, N, 2)
READS = {
    "params": weights(READER, "params"),
    "text": choice("abbaab", "text"),
    "vocabulary": Argument(Vocabulary("ab"), fine()),
    "cell": choice("tanh"),
}

# a network that reads and says the same three letters
SPEAKER, LETTERS = init_params(D, N, D), np.eye(D)[np.arange(T * B).reshape(T, B) % D]
CHANCE = Argument(0.5, fine("0", "1", "fraction"))
WRITES = {
    "params": weights(SPEAKER),
    "vocabulary": Argument(Vocabulary("abc"), fine()),
    "length": count(4, "0"),
    "prefix": choice("ab", "text", "empty text"),
    "temperature": not_negative(1.0),
    "cell": choice("tanh"),
    "rng": rng(),
}


def draw(update):
    return Batch(X, np.ones((T, B), int), "last")


TABLE = {
    "cells.elementwise.Elementwise": {"name": choice("tanh")},
    "cells.catalogue.find_cell": {"cell": choice("tanh"), "name": Argument("cell", frozenset(ANY))},
    "cells.from_torch.from_torch": {
        "layer": Argument(LAYER, fine()),
        "readout": Argument({"weight": np.ones((Q, N))}, fine()),
        "cell": choice("gru"),
        "batch_first": flag(False),
    },
    "cells.initial.init_params": {
        "n_in": count(3),
        "n_hidden": count(4),
        "n_out": count(2),
        "cell": choice("lstm"),
        "spectral_radius": not_negative(0.5),
        "init": choice("gaussian"),
        "forget_bias": real(1.0),
        "chrono": Argument(None, fine()),
        "rng": rng(),
    },
    "cells.params.recurrent_part": {"gradient": weights(GRADIENT, "params", "integers", "of another cell")},
    "cells.params.scale_to_radius": {"W": array(np.diag([1.0, 2.0])), "spectral_radius": not_negative(0.5)},
    "tasks.losses.cross_entropy": {"o": OUTPUTS, "y": array(np.ones((T, B))), **LABELS},
    "tasks.losses.squared_error": {"o": OUTPUTS, "y": array(np.ones((T, B, Q))), "weight": LABELS["weight"]},
    "tasks.losses.accuracy": {"o": OUTPUTS, "y": array(np.ones((T, B))), **LABELS},
    "tasks.sequences.adding": SIZES | {"sequence_length": Argument(21, fine("numpy integer"))},
    "tasks.sequences.copying": LONG_SIZES,
    "tasks.sequences.temporal_order": LONG_SIZES,
    "tasks.sequences.cue_recall": SIZES,
    "tasks.sequences.sine": SIZES,
    "tasks.stored.data_file": {"name": choice("a", "text", "long text", "address")},
    "tasks.stored.load_results": {"name": choice("temporal_order")},
    "tasks.stored.load_weights": {"name": choice("gru")},
    "tasks.ngrams.KneserNey": {
        "text": choice("abcabcabc", "long text", "address"),
        "order": Argument(2, fine("1", "numpy integer")),
        "vocabulary": choice(None),
    },
    "tasks.ngrams.KneserNey.probabilities": {
        "self": KneserNey("abc", 2),
        "context": choice("ab", "text", "empty text"),
    },
    "tasks.ngrams.KneserNey.bits_per_character": {
        "self": KneserNey("abc", 2),
        "text": choice("ab", "text"),
        "before": choice("ab", "text", "empty text"),
    },
    "tasks.compressors.compressed_bits": {
        "text": choice("ab", "text", "long text", "address"),
        "compressor": choice("gzip"),
        "before": choice("ab", "text", "empty text", "long text", "address"),
    },
    "tasks.baselines.baselines": {
        "learned": choice("abcabcabc", "long text", "address"),
        "held_out": choice("abcabc", "text", "long text", "address"),
        "vocabulary": choice(None),
        "names": items(("uniform", "bigram", "bz2"), "empty list", "empty tuple", "empty array"),
    },
    "tasks.text.load_text": {"source": choice(None), "encoding": choice(None)},
    "tasks.text.Vocabulary": {"characters": choice("abc", "text", "long text", "address")},
    "tasks.text.Vocabulary.of": {"text": choice("abc", "text", "long text", "address")},
    "tasks.text.Vocabulary.encode": {
        "self": Vocabulary("abc"),
        "text": choice("abc", "text", "empty text"),
        "name": Argument("text", frozenset(ANY)),
    },
    "tasks.text.Vocabulary.decode": {
        "self": Vocabulary("abc"),
        "indices": array([0, 2], "0", "1", "numpy integer", *EMPTY, "an axis more", "longer", "of no step"),
    },
    "tasks.text.one_hot": {"indices": array([0, 0], "0", "1", "numpy integer", *EMPTY, shapes=False), "size": count(3)},
    "tasks.text.text_batch": {
        "text": choice("abcdabcdabcd", "long text", "address"),
        "sequence_length": count(3),
        "batch_size": count(2),
        "vocabulary": choice(None),
        "rng": rng(),
    },
    "tasks.text_layouts.split_text": {"text": choice("abcdefghij", "text", "long text", "address")},
    "tasks.text_layouts.text_batches": {
        "text": choice("abcd" * 9, "long text", "address"),
        "sequence_length": count(3),
        "batch_size": count(2),
        "layout": choice("in_order"),
        "carried": flag(True),
        "vocabulary": choice(None),
        "seed": seed(),
        "dtype": choice("float32"),
    },
    "measures.bits.bits_per_character": READS | {"before": choice("b", "text", "empty text")},
    "measures.bits.bits_by_context": READS | {"text": choice("abbaab"), "contexts": items([1, 3], "integers", "set")},
    "passes.backward.bptt": {
        **COMPLEX_PASS,
        "window": unlimited(3),
        "stride": count(None),
        "scheme": choice(None),
        "dL_ds_end": array(np.ones((B, N))),
    },
    "passes.forward.forward": {
        "params": weights(PARAMS),
        "x": array(X, "as complex", "longer"),
        "cell": choice("tanh"),
        "h0": array(np.ones((B, N)), "as complex"),
        "mask": array(np.ones((T, B, N)))._replace(good=None),
        "s0": array(np.ones((B, N)), "as complex")._replace(good=None),
        "activation": choice(None),
    },
    "passes.gradcheck.numerical_gradient": {
        "loss": function(lambda p: 0.0, "function"),
        "at": array(np.ones(3), *NUMBERS, *SHAPES, "1e308", "params", *EMPTY[:2], shapes=False),
        "method": choice("central"),
        "eps": positive(1e-6),
    },
    "passes.step_size.best_step": {"method": choice("central"), "dtype": choice("float64")},
    "passes.step_size.step_errors": {
        "params": weights(PARAMS),
        "x": array(X[:, 0]),
        "y": array(np.ones((T, Q))),
        "eps": array(np.array([1e-3, 1e-2]), "array", "integers", "longer"),
    },
    "passes.steps.backward_steps": COMPLEX_PASS,
    "passes.textbook.forward": {
        "params": weights(PARAMS),
        "x": array(X, "as complex", "longer"),
        "f": function(np.tanh),
    },
    "passes.textbook.bptt": {
        "params": weights(PARAMS),
        "x": array(X),
        "h": array(H),
        "dL_do": array(DL_DO),
        "slope": function(lambda h: 1 - h**2),
    },
    "truncation.cost.stored_numbers": COSTS | STRIDE | CELL,
    "truncation.cost.forward_operations": COSTS | CELL,
    "truncation.cost.backward_operations": COSTS | STRIDE | CELL,
    "truncation.cost.operations": COSTS | STRIDE | CELL,
    "truncation.cost.depth": {"sequence_length": unlimited(3)} | WINDOW,
    "truncation.every_window.gradient_by_window": PASS | SCHEME | {"windows": items([1, 3], "set", "integers")},
    "truncation.every_window.logarithmic_windows": {"T": count(7, "10**12")},
    "truncation.every_window.lag_contributions": PASS,
    "truncation.hazards.constant_hazard": {"mean_length": number_above_1(4.0)},
    "truncation.hazards.power_law_hazard": {
        "mean_length": number_above_1(4.0),
        "alpha": Argument(4, fine("1.5", "numpy integer")),
    },
    "truncation.hazards.mean_piece_length": HAZARD | {"longest": count(10)},
    "truncation.hazards.draw_factors": HAZARD | {"steps": count(4), "n_draws": count(2), "rng": rng()},
    "truncation.hazards.factors_of": HAZARD | {"uniform": array(np.full((4, 2), 0.5), "longer", "of no step")},
    "truncation.influence_balancing.sensitivities": {"max_window": count(4)} | SCHEME,
    "truncation.influence_balancing.sensitivity": {"window": count(4)} | SCHEME,
    "truncation.influence_balancing.train": {
        "window": count(4, "10**12", "10**400", "10**5000"),
        **SCHEME,
        "learning_rate": positive(3e-5)._replace(fine=fine("1", "1.5", "10**12", "fraction", "numpy integer")),
        "steps": count(20),
        "theta": Argument(0.5, fine("1", "1.5", "0", "-1", "fraction", "numpy integer")),
    },
    "truncation.influence_balancing.train_randomized": {
        **HAZARD,
        "learning_rate": positive(3e-5)._replace(fine=fine("1", "1.5", "10**12", "fraction", "numpy integer")),
        "steps": count(20),
        "seeds": items([0, 1], "set", "integers", "list of a huge number"),
    },
    "truncation.random_cuts.randomized_gradients": {
        **PASS,
        **HAZARD,
        "n_draws": count(2),
        "rng": rng(),
        "compensate": flag(True),
    },
    "truncation.random_cuts.exact_moments": {
        "trace": trace(ONE),
        "dL_do": array(DL_DO[:, :1]),
        "mean_lengths": items([4.0, 8]),
    },
    "truncation.random_cuts.chain_variance": {
        "factor": Argument(0.9, fine("1", "1.5", "0", "-1", "10**12", "fraction", "numpy integer")),
        "survival": Argument(0.9, fine("1", "fraction")),
        "steps": count(5),
    },
    "measures.influence.influence": PASS | {"losses": items([0, 3], "set", "integers"), "part": choice("h")},
    "measures.influence.gradient_profile": PASS,
    "measures.influence.true_slope": ALONE,
    "measures.influence.cosine": {"a": LIKE, "b": LIKE},
    "passes.gradcheck.relative_error": {"a": LIKE, "b": LIKE},
    "measures.jacobians.jacobian_product_norms": ALONE | {"norm": choice("frobenius")},
    "measures.jacobians.frobenius_map": ALONE | {"losses": items([0, 3], "set", "integers")},
    "measures.lyapunov.lyapunov_exponents": {
        **ALONE,
        "count": count(2),
        "discard": count(1, "0"),
        "blocks": Argument(2, fine("numpy integer")),
        "rng": rng(),
    },
    "measures.lyapunov.log_gradient_slope": {
        "log_norm": array(np.ones((20, 2)), "longer"),
        "discard": count(1, "0"),
    },
    "measures.lyapunov.driven_network": {
        "gain": Argument(1.0, fine("0", "1", "1.5", "10**12", "fraction", "numpy integer")),
        "noise": Argument(1.0, fine("0", "1", "1.5", "10**12", "fraction", "numpy integer")),
        **NETWORK,
    },
    "measures.lyapunov.exponent_by_gain": {
        "gains": items([1.0, 2], "array", "integers", "set"),
        "noise": Argument(1.0, fine("0", "1", "1.5", "10**12", "fraction", "numpy integer")),
        **NETWORK,
        "discard": count(0, "0"),
    },
    "measures.spectra.power_norms": {"W": array(np.diag([1.0, 2.0])), "k": count(3, "0")},
    "measures.spectra.matrix_with_spectrum": {
        "n": Argument(4, fine("numpy integer")),
        "spectral_radius": not_negative(0.5),
        "off_diagonal": not_negative(0.5),
        "rng": rng(),
    },
    "training.cliff.error_and_gradient": CLIFF | {"b": CLIFF["w"]._replace(good=-2.0)} | LONG,
    "training.cliff.wall": CLIFF,
    "training.cliff.wall_gradient": {"w": CLIFF["w"]._replace(fine=CLIFF["w"].fine - {"1e308"})} | LONG,
    "training.cliff.descend": {
        **CLIFF,
        "b": CLIFF["w"]._replace(good=-2.0),
        "learning_rate": positive(0.1),
        "threshold": positive(1.0, "0-d array", "array", "empty array", "integers", "array with 5 axes"),
        "mode": choice("value"),
        "steps": count(2, "0"),
        "bits": count(12),
        **LONG,
    },
    "training.clipping.global_norm": {"gradient": NORM},
    "training.clipping.clip_by_global_norm": {"gradient": gradient(GRADIENT), "max_norm": positive(1.0)},
    "training.clipping.clip_by_value": {"gradient": gradient(GRADIENT), "max_value": positive(1.0)},
    "training.own_model.compare_outputs": {
        "trace": trace(TRACE),
        "outputs": array(TRACE.o),
        "tolerance": positive(1e-12),
    },
    "training.run.start": {"params": gradient(PARAMS)},
    "training.run.save_run": {"run": Argument(start(PARAMS), fine()), "file": Argument(RUN_FILE, fine())},
    "training.run.load_run": {"file": Argument(RUN_FILE, fine())},
    "training.schedules.cosine": {
        "highest": positive(0.1),
        "updates": count(10, "10**12"),
        "warm_up": Argument(0, fine("0", "1", "numpy integer")),
        "lowest": not_negative(0.0),
    },
    "training.sampling.sample": WRITES,
    "training.sampling.write": WRITES,
    "training.sampling.softmax": {
        "o": array(np.ones((2, 3)), "array", "integers", "array with 5 axes", shapes=False),
        "temperature": not_negative(1.0),
    },
    "training.sampled_inputs.sampled_inputs": {
        "params": weights(SPEAKER),
        "x": array(LETTERS, "longer"),
        "chance": CHANCE,
        "cell": choice("tanh"),
        "s0": array(np.ones((B, N))),
        "mask": choice(None),
        "rng": rng(),
    },
    "training.sampled_inputs.fed_its_own": {
        "draw": function(draw, "function", "wrong function"),
        "chance": CHANCE._replace(fine=CHANCE.fine | {"function", "wrong function"}, skip=fine("class")),
        "seed": seed(),
    },
    "training.sampled_inputs.expected_gradient": {
        "params": weights(SPEAKER),
        "x": array(LETTERS[:, :1], shapes=False),
        "y": array(np.ones((T, 1))),
        "chance": CHANCE,
        "cell": choice("tanh"),
    },
    "training.objectives.classification": {
        "ignore_label": Argument(-1, fine("-1", "0", "1", "numpy integer", "10**12"))
    },
    "training.objectives.regression": {},
    "training.objectives.reached": {
        "at_least": real(0.9),
        "at_most": real(1.0),
        "lately": unlimited(5),
    },
    "training.loop.train": {
        "run": Argument(start(PARAMS), fine()),
        "draw": function(draw),
        "updates": count(2, "0"),
        "learning_rate": positive(0.1),
        "optimiser": Argument(SGD(), fine()),
        "clip_norm": positive(1.0),
        "cell": choice("tanh"),
        "objective": function(classification(), "None"),
        "gradient": function(exact),
        "dropout": choice(None),
        "stop": function(lambda history: False, "function", "wrong function"),
        "progress": function(lambda done, wanted: None, "function", "wrong function", "True"),
        "file": choice(None),
        "every": unlimited(5),
    },
    "training.window_report.window_report": PASS
    | {
        "errors": items([0.1, 0.01], "array"),
        "progress": function(False, "function", "wrong function", "True"),
    },
    "training.sweep.sweep": {
        "job": function(lambda a: {"b": a}, "function", "wrong function"),
        "settings": Argument([{"a": 1}], fine("empty list", "empty tuple")),
        "file": Argument(SWEEP_FILE, fine()),
        "shared": Argument(None, fine(), skip=frozenset({"dict"})),  # which would be another file's
        "executor": choice(None),
        "progress": function(lambda done, wanted: None, "function", "wrong function", "True"),
    },
}
