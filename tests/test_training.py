"""Gradient descent: one update by hand, stopping, interruption, and what clipping does to the temporal-order task."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bptt_helpers import Params, bptt, cross_entropy, forward, init_params
from bptt_helpers.cells import CELLS
from bptt_helpers.tasks.sequences import Batch
from bptt_helpers.tasks.stored import load_results
from bptt_helpers.tasks.text_layouts import text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import classification, reached
from bptt_helpers.training.run import History, start
from bptt_helpers.training.sweep import grid, sweep
from tools import results, temporal_order

LATELY = 50
SOLVED = reached(at_least=0.99)


def draw(update):
    """A task of three steps: which of two inputs came last?"""
    rng = np.random.default_rng(update)
    symbols = rng.integers(0, 2, (3, 8))
    return Batch(np.eye(2)[symbols], symbols[-1], "last")


@pytest.fixture
def run():
    return start(init_params(2, 5, 2, rng=1))


def assert_same_run(a, b):
    for ours, theirs in zip(a.history, b.history, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(a.params.flat(), b.params.flat())
    assert a.solved == b.solved


@pytest.mark.parametrize("clip_norm", [None, 0.01])
def test_one_update_is_the_formula(run, clip_norm):
    after = train(run, draw, updates=1, learning_rate=0.5, clip_norm=clip_norm)
    batch = draw(0)
    trace = forward(run.params, batch.x)
    loss, dL_do = cross_entropy(trace.o, batch.y, weight="last")
    g = bptt(trace, dL_do).params.flat()
    norm = np.linalg.norm(g)
    shortened = g if clip_norm is None else g * clip_norm / norm
    np.testing.assert_allclose(after.params.flat(), run.params.flat() - 0.5 * shortened, rtol=1e-13)
    assert (after.history.loss[0], after.history.norm[0]) == pytest.approx((loss, norm))
    assert after.history.score[0] == np.mean(trace.o[-1].argmax(1) == batch.y)


def test_it_learns_and_stops_when_the_task_is_solved(run):
    done = train(run, draw, updates=1000, learning_rate=0.5, stop=SOLVED)
    assert done.solved
    assert LATELY <= done.updates < 1000
    assert done.history.score[-LATELY:].mean() >= 0.99
    assert_same_run(train(done, draw, updates=1000, learning_rate=0.5, stop=SOLVED), done)
    assert train(run, draw, updates=300, learning_rate=0.5).updates == 300


@pytest.mark.parametrize("cell", ["gru", "lstm", "relu"])
def test_every_cell_learns(cell):
    begin = start(init_params(2, 5, 2, cell=cell, rng=1))
    one = train(begin, draw, updates=1, learning_rate=0.5, cell=cell)
    batch = draw(0)
    trace = forward(begin.params, batch.x, cell=cell)
    loss, dL_do = cross_entropy(trace.o, batch.y, weight="last")
    wanted = begin.params.flat() - 0.5 * bptt(trace, dL_do).params.flat()
    np.testing.assert_allclose(one.params.flat(), wanted, rtol=1e-13)
    assert one.history.loss[0] == pytest.approx(loss)
    done = train(begin, draw, updates=300, learning_rate=0.5, cell=CELLS[cell])
    assert done.history.loss[-20:].mean() < 0.2 * done.history.loss[:20].mean()
    assert_same_run(train(one, draw, updates=300, learning_rate=0.5, cell=cell), done)


T = 400
ONLY_LAST_WRONG, ONLY_LAST_RIGHT = np.arange(T) == T - 1, np.arange(T) < T - 1
IGNORED = np.where(np.arange(T) < 8, ONLY_LAST_WRONG, -1)  # what counts is right, and the padding is no answer
HALF = np.where(np.arange(T) % 2, 3.0, 1.0)  # three quarters of the weight at every other step


@pytest.mark.parametrize(
    ("y", "weight", "ignored", "share"),
    [
        (ONLY_LAST_WRONG, "last", None, 0),  # was .9975, and solved: the last answer was compared with every label
        (ONLY_LAST_WRONG[:, None], "last", None, 0),
        (ONLY_LAST_WRONG[-1:], "last", None, 0),
        (ONLY_LAST_RIGHT, "last", None, 1),
        (ONLY_LAST_WRONG, None, None, 1 - 1 / T),
        (ONLY_LAST_RIGHT[:, None], None, None, 1 / T),  # was 1, and solved: only the last of T answers was judged
        (ONLY_LAST_WRONG, ONLY_LAST_RIGHT, None, 1),
        (np.arange(T) % 2, HALF, None, 1 / 4),
        (IGNORED, None, -1, 1),
        (IGNORED[:, None], "last", -1, 1),
        (1 - np.where(IGNORED < 0, 2, IGNORED), "last", -1, 0),
    ],
)
def test_right_answers_are_counted_where_the_loss_counts(y, weight, ignored, share):
    """A network whose answer is 0 at every step, and whose updates are too small to change that."""
    always_0 = Params(np.eye(2), np.zeros((2, 2)), np.zeros(2), np.eye(2), np.array([1.0, 0.0]))
    batch = Batch(np.zeros((T, 1, 2)), y.astype(int), weight)
    options = {"updates": LATELY, "learning_rate": 1e-12, "objective": classification(ignored), "stop": SOLVED}
    run = train(start(always_0), lambda _: batch, **options)
    np.testing.assert_allclose(run.history.score, share, rtol=1e-14)
    assert run.solved == (share >= 0.99)


def test_it_learns_from_sequences_of_unequal_lengths(run):
    """Each sequence's own last step is asked; a mask and an ignored label make the same run."""

    def draw_padded(update, *, masked):
        rng = np.random.default_rng(update)
        symbols, lengths = rng.integers(0, 2, (5, 8)), rng.integers(1, 6, 8)
        step = np.arange(5)[:, None]
        x = np.eye(2)[np.where(step < lengths, symbols, 0)]
        if masked:
            return Batch(x, symbols, step == lengths - 1)
        return Batch(x, np.where(step < lengths, symbols, -1), "last")

    options = {"updates": 1000, "learning_rate": 0.5, "objective": classification(-1), "stop": SOLVED}
    done, same = (train(run, lambda k, m=m: draw_padded(k, masked=m), **options) for m in (True, False))
    assert done.solved
    assert_same_run(done, same)


@pytest.mark.parametrize("where", ["draw", "progress"])
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(run, where):
    whole = train(run, draw, updates=40, learning_rate=0.5)

    def interrupting_draw(update):
        if where == "draw" and update == 17:
            raise KeyboardInterrupt
        return draw(update)

    def progress(done, wanted):
        assert wanted == 40
        if where == "progress" and done == 17:
            raise KeyboardInterrupt

    part = train(run, interrupting_draw, updates=40, learning_rate=0.5, progress=progress)
    assert {len(values) for values in part.history} == {17} == {part.updates}
    assert_same_run(train(part, draw, updates=40, learning_rate=0.5), whole)


def linear(scale=1.0):
    """A linear network of one unit."""
    return start(Params(*(scale * np.ones(shape) for shape in ((1, 2), (1, 1), 1, (2, 1), 2))))


def test_an_overflow_keeps_the_run_and_names_update_rate_and_way_out():
    """A linear network, whose weights a huge step throws to where the next pass overflows: it was all lost."""
    options = {"updates": 40, "cell": "identity"}
    good = train(linear(), draw, **(options | {"updates": 7, "learning_rate": 1e-3}))
    with pytest.warns(RuntimeWarning, match=r"^train: update 8 of 40 led out of the range") as caught:
        run = train(good, draw, learning_rate=1e60, **options)
    sentence = str(caught[0].message)
    assert "learning_rate = 1e+60;" in sentence
    assert sentence.endswith("with a smaller learning_rate, such as 1e+59, or with clip_norm=1")
    assert run.overflow == sentence
    assert not run.solved
    assert run.updates == 8
    np.testing.assert_array_equal(run.history.loss[:7], good.history.loss)
    assert all(np.isfinite(kept).all() for kept in (*run.params, *run.history))
    assert_same_run(run._replace(overflow=""), train(good, draw, learning_rate=1e60, **(options | {"updates": 8})))
    after = train(run, draw, learning_rate=1e-3, clip_norm=1, **options)  # which can go on
    assert (after.updates, after.overflow) == (40, "")


def test_a_step_that_leaves_the_range_is_not_made():
    with pytest.warns(RuntimeWarning, match=r"^train: update 0 of 3 led out .* or with a clip_norm below 1e\+300$"):
        after = train(linear(10), draw, updates=3, learning_rate=1e308, clip_norm=1e300, cell="identity")
    assert after.updates == 0
    np.testing.assert_array_equal(after.params.flat(), linear(10).params.flat())


def test_weights_that_overflow_before_any_update_are_not_blamed_on_the_learning_rate():
    begun = linear(1e200)
    for run in (begun, begun._replace(history=History(*[np.ones(1)] * 4))):
        with pytest.raises(OverflowError, match=r"^forward: want states that fit float64"):
            train(run, draw, updates=3, learning_rate=0.1, cell="identity")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"updates": -1}, "updates: want an integer >= 0, got -1"),
        ({"learning_rate": np.inf}, "learning_rate: want a finite number > 0, got inf"),
        ({"clip_norm": 0}, "clip_norm: want a finite number > 0, got 0"),
        ({"objective": lambda o, batch: 0.5}, "objective: want a function that returns loss, dL_do, score, got 0.5"),
        ({"objective": 1}, "objective: want a function"),
        ({"gradient": 1}, "gradient: want a function"),
        ({"optimiser": "Adam"}, r"optimiser: want SGD\(\) or Adam\(\)"),
        ({"dropout": 0.5}, r"dropout: want a Dropout, such as Dropout\(0.3\), or None, got 0.5"),
        ({"dropout": Dropout(1)}, "dropout.rate: want a number from 0 to below 1, got 1"),
        ({"learning_rate": lambda k: -1}, "learning_rate: want a finite number > 0, got -1"),
        ({"stop": 0.99}, "stop: want a function"),
        ({"progress": 3}, "progress: want a function"),
        ({"every": 0}, "every: want an integer >= 1, got 0"),
        ({"file": "run.txt"}, "file: want a name that ends with .npz, got 'run.txt'"),
    ],
)
def test_bad_input_is_named(run, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        train(run, draw, **({"updates": 2, "learning_rate": 0.1} | arguments))


def test_clipping_solves_temporal_order_more_often():
    """Trained anew: T = 20, five seeds, at most 2000 updates."""
    solved = {c: sum(temporal_order.run_once(0.1, 20, c, seed).solved for seed in range(5)) for c in (1.0, None)}
    assert solved[1.0] >= 4
    assert solved[1.0] > solved[None]


def test_the_stored_runs_are_complete_and_made_with_the_present_settings():
    stored = load_results("temporal_order")
    assert stored["settings"] == temporal_order.SHARED
    settings = grid(**temporal_order.GRID)
    assert [{name: run[name] for name in temporal_order.GRID} for run in stored["runs"]] == settings
    for run in stored["runs"]:
        assert run["solved"] or run["updates"] == stored["settings"]["updates"]
        assert len(run["correct"]) == len(run["norm"]) == -(-run["updates"] // stored["settings"]["every"])


def test_a_stored_run_made_again_is_the_same_at_the_beginning(monkeypatch):
    """100 updates of one run: what follows depends on the processor's rounding."""
    stored = load_results("temporal_order")["runs"][0]
    monkeypatch.setitem(temporal_order.SHARED, "updates", 100)
    again = temporal_order.record(**{name: stored[name] for name in temporal_order.GRID})
    np.testing.assert_allclose(again["norm"], stored["norm"][:5], rtol=2e-3)
    np.testing.assert_allclose(again["correct"], stored["correct"][:5], atol=0.011)


def test_the_command_does_what_is_not_stored(tmp_path, monkeypatch):
    monkeypatch.setitem(temporal_order.SHARED, "updates", 3)
    monkeypatch.setattr(temporal_order, "GRID", temporal_order.GRID | {"seed": [0], "learning_rate": [0.1]})
    monkeypatch.setattr(results, "ProcessPoolExecutor", ThreadPoolExecutor)  # which see the settings above
    store = tmp_path / "runs.json"
    sweep(temporal_order.record, grid(**temporal_order.GRID)[:2], store, shared=temporal_order.SHARED)
    first = json.loads(store.read_text())["runs"]
    assert temporal_order.main(store) == 0
    kept = json.loads(store.read_text())["runs"]
    assert len(kept) == 4
    assert kept[:2] == first


def test_an_interrupt_before_the_question_costs_no_further_update(run):
    whole = train(run, draw, updates=1000, learning_rate=0.5, stop=SOLVED)

    def interrupted(history):
        if len(history.loss) == whole.updates:
            raise KeyboardInterrupt
        return SOLVED(history)

    part = train(run, draw, updates=1000, learning_rate=0.5, stop=interrupted)
    assert (part.updates, part.solved) == (whole.updates, False)
    assert_same_run(train(part, draw, updates=1000, learning_rate=0.5, stop=SOLVED), whole)


def test_a_stricter_rule_lets_a_solved_run_go_on(run):
    done = train(run, draw, updates=1000, learning_rate=0.5, stop=reached(at_least=0.8))
    assert train(done, draw, updates=1000, learning_rate=0.5, stop=SOLVED).updates > done.updates


TEXT = "the cat sat on the mat and the dog lay on the rug; " * 3


def reader(cell):
    draw = text_batches(TEXT, 5, 3)
    d = len(set(TEXT))
    return start(init_params(d, 6, d, cell=cell)), draw


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_where_a_batch_goes_on_the_state_is_carried_and_the_gradient_is_not(cell):
    run, draw = reader(cell)
    first = train(run, draw, updates=1, learning_rate=0.1, cell=cell)
    before = forward(run.params, draw(0).x, cell=cell).states[-1]
    np.testing.assert_array_equal(first.state, before)
    second = train(first, draw, updates=2, learning_rate=0.1, cell=cell)
    trace = forward(first.params, draw(1).x, cell=cell, s0=before)
    loss, dL_do = cross_entropy(trace.o, draw(1).y)
    assert second.history.loss[1] == loss
    for w, old, g in zip(second.params, first.params, bptt(trace, dL_do).params, strict=True):
        np.testing.assert_array_equal(w, old - 0.1 * g)


def test_a_batch_that_does_not_go_on_begins_with_zeros():
    run, draw = reader("gru")
    carried = train(run, draw, updates=3, learning_rate=0.1, cell="gru")
    reset = train(run, draw._replace(carried=False), updates=3, learning_rate=0.1, cell="gru")
    assert carried.history.loss[0] == reset.history.loss[0]
    assert (carried.history.loss[1:] != reset.history.loss[1:]).all()
    loss, _ = cross_entropy(forward(run.params, draw(2).x, cell="gru").o, draw(2).y)
    alone = train(run, lambda update: draw._replace(carried=False)(2), updates=1, learning_rate=0.1, cell="gru")
    assert alone.history.loss[0] == loss


def test_a_state_that_does_not_fit_is_named():
    run, draw = reader("tanh")
    with pytest.raises(ValueError, match="draw: want goes_on=False for the first batch of a run, got goes_on=True at"):
        train(run, lambda update: draw(1), updates=1, learning_rate=0.1)
    begun = train(run, draw, updates=1, learning_rate=0.1)
    other = text_batches(TEXT, 5, 2)
    with pytest.raises(ValueError, match="want 3 sequences, as before, where a batch goes on, got 2 at update 1"):
        train(begun, other, updates=2, learning_rate=0.1)


def test_the_clip_norm_may_be_another_one_in_every_update(run):
    norms = [1e-3, 1e9, 1e-3]
    clipped = train(run, draw, updates=3, learning_rate=0.1, clip_norm=lambda update: norms[update])
    for update, largest in enumerate(norms):
        before = train(run, draw, updates=update, learning_rate=0.1, clip_norm=lambda update: norms[update])
        one = train(before, draw, updates=update + 1, learning_rate=0.1, clip_norm=largest)
        assert one.history.norm[update] == clipped.history.norm[update]
        step = np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(one.params, before.params, strict=True)))
        assert step == pytest.approx(0.1 * min(largest, one.history.norm[update]))
    with pytest.raises(ValueError, match="clip_norm: want a finite number > 0, got 0"):
        train(run, draw, updates=1, learning_rate=0.1, clip_norm=lambda update: 0)


def test_an_overflow_takes_the_carried_state_back_too():
    """The weights after update 1 overflow the pass of update 2: what is returned is the run before update 1."""
    begun, reading = start(init_params(len(set(TEXT)), 1, len(set(TEXT)), cell="identity")), text_batches(TEXT, 5, 3)
    first = train(begun, reading, updates=1, learning_rate=1e-3, cell="identity")
    with pytest.warns(RuntimeWarning, match=r"^train: update 1 of 3 led out"):
        after = train(first, reading, updates=3, learning_rate=1e100, cell="identity")
    assert after.updates == 1
    np.testing.assert_array_equal(after.state, first.state)
