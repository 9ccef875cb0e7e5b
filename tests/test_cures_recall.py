"""Recall of a cue: the stored runs, made again in part; what arrives at the first cell; the pictures of both."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Circle, Rectangle
from matplotlib.quiver import Quiver

from bptt_helpers import bptt, cross_entropy, forward
from bptt_helpers.lessons.cures import agreement, angles_to_mean, draw_recall, draw_windows
from bptt_helpers.lessons.cures.recall_picture import SOLVED, Field
from bptt_helpers.lessons.gradient_pictures import gradient_colours
from bptt_helpers.tasks.stored import load_results
from bptt_helpers.training.sweep import sweep
from tools import cue_recall, results

NAMES = ("sequence_length", "forget", "inputs", "window", "seed")
STORED = load_results("cue_recall")
CHRONO = {"sequence_length": 50, "forget": "chrono", "inputs": "closed"}


def setting_of(run):
    return {name: run[name] for name in NAMES}


def solved(within=1000, **setting):
    """How many stored runs of a setting were right within so many updates, and how many there are."""
    runs = [run for run in STORED["runs"] if {name: run[name] for name in setting} == setting]
    return sum(run["solved"] and run["updates"] <= within for run in runs), len(runs)


def test_the_stored_runs_are_complete_and_made_with_the_present_settings():
    assert STORED["settings"] == cue_recall.SHARED
    assert [setting_of(run) for run in STORED["runs"]] == cue_recall.settings()
    every, updates = cue_recall.SHARED["every"], cue_recall.SHARED["updates"]
    for run in STORED["runs"]:
        assert run["solved"] == (run["in_the_end"] >= 0.99)
        assert run["solved"] or run["updates"] == updates
        assert len(run["correct"]) == -(-run["updates"] // every)


@pytest.mark.parametrize("changed", [{"window": None}, {"window": 49}, {"forget": "ln(T-1)", "inputs": "open"}])
def test_a_stored_run_made_again_is_the_same_at_the_beginning(monkeypatch, changed):
    """40 updates: what follows depends on the processor's rounding."""
    wanted = CHRONO | {"window": None, "seed": 2} | changed
    stored = next(run for run in STORED["runs"] if setting_of(run) == wanted)
    monkeypatch.setitem(cue_recall.SHARED, "updates", 40)
    again = cue_recall.record(**wanted)
    assert again["reaches"] == pytest.approx(stored["reaches"], rel=1e-3)
    np.testing.assert_allclose(again["correct"], stored["correct"][:2], atol=0.004)


def test_the_command_does_what_is_not_stored(tmp_path, monkeypatch):
    todo = cue_recall.settings()[:2] + cue_recall.settings()[-1:]
    monkeypatch.setitem(cue_recall.SHARED, "updates", 2)
    monkeypatch.setattr(cue_recall, "settings", lambda: todo)
    monkeypatch.setattr(results, "ProcessPoolExecutor", ThreadPoolExecutor)  # which see the settings above
    store = tmp_path / "runs.json"
    sweep(cue_recall.record, todo[:1], store, shared=cue_recall.SHARED)
    first = json.loads(store.read_text())["runs"]
    assert cue_recall.main(store) == 0
    kept = json.loads(store.read_text())["runs"]
    assert [setting_of(run) for run in kept] == todo
    assert kept[:1] == first


@pytest.mark.parametrize("forget", ["0", "3", "ln(T-1)", "chrono"])
@pytest.mark.parametrize("inputs", ["open", "closed"])
def test_only_the_biases_of_two_gates_are_not_0(forget, inputs):
    params = cue_recall.network(100, forget, inputs, 1)
    n = cue_recall.SHARED["n_hidden"]
    b_i, b_f, b_g, b_o = params.b_h.reshape(4, n)
    if forget == "chrono":
        assert len(set(b_f)) == n
        assert 0 <= b_f.min() < b_f.max() <= np.log(99)
    else:
        assert (b_f == {"0": 0, "3": 3, "ln(T-1)": np.log(99)}[forget]).all()
    assert (b_i == (-b_f if inputs == "closed" else 0)).all()
    assert not np.any([b_g, b_o])
    assert not params.b_q.any()
    cut = cue_recall.network(100, forget, "cut", 1)
    assert not cut.W_hh.any()
    assert (cut.b_h == cue_recall.network(100, forget, "open", 1).b_h).all()
    for weights in (params.W_hx, params.W_hh, params.W_qh):
        assert 0.9 / np.sqrt(n) < np.abs(weights).max() <= 1 / np.sqrt(n)


@pytest.mark.parametrize("inputs", ["open", "closed"])
def test_what_reaches_the_first_cell_agrees_with_central_differences(inputs):
    """c_1 is moved with its output gate held, c_T likewise."""
    params, batch, n = cue_recall.network(12, "3", inputs, 0), cue_recall.draw_of(12, 0)(0), 16
    h_1, c_1 = np.split(forward(params, batch.x[:1], cell="lstm").states[1], 2, axis=1)

    def norm_at(x, h, c):
        gate, g = h / np.tanh(c), np.zeros_like(c)
        for place in np.ndindex(c.shape):
            two = []
            for eps in (1e-5, -1e-5):
                moved = c.copy()
                moved[place] += eps
                h_moved = gate * np.tanh(moved)
                o = forward(params, x, cell="lstm", s0=np.hstack([h_moved, moved])).o if len(x) else None
                o = h_moved @ params.W_qh.T + params.b_q if o is None else o[-1]
                two.append(cross_entropy(o[None], batch.y, weight="last")[0])
            g[place] = (two[0] - two[1]) / 2e-5
        return np.linalg.norm(g)

    states = forward(params, batch.x, cell="lstm").states
    ratio = norm_at(batch.x[1:], h_1, c_1) / norm_at(batch.x[:0], states[-1, :, :n], states[-1, :, n:])
    assert cue_recall.reaching(params, batch) == pytest.approx(np.log10(ratio), abs=1e-6)


@pytest.mark.parametrize("window", [1, 5, 11, 12, None])
def test_the_last_steps_are_the_window_of_bptt_and_leave_the_columns_of_the_cue_alone(window):
    params, batch = cue_recall.network(12, "chrono", "closed", 0), cue_recall.draw_of(12, 0)(0)
    trace = forward(params, batch.x, cell="lstm")
    dL_do = cross_entropy(trace.o, batch.y, weight="last")[1]
    ours, wanted = cue_recall.last_steps(window)(trace, dL_do, 0), bptt(trace, dL_do, window=window).params
    np.testing.assert_allclose(ours.flat(), wanted.flat(), rtol=1e-9, atol=1e-15)
    assert ours.W_hx[:, :4].any() == (window in (12, None))


def test_agreement_is_1_for_one_direction_and_a_root_for_random_ones():
    rng = np.random.default_rng(0)
    g = rng.normal(size=3)
    assert agreement(np.tile(g, (7, 1))) == pytest.approx(1)
    assert agreement(np.array([g, -g])) == 0
    assert agreement(rng.normal(size=(400, 50))) == pytest.approx(1 / 20, rel=0.2)


def test_angles_are_those_of_the_cosine_and_lie_on_two_sides():
    gradients = np.random.default_rng(1).normal(size=(30, 6)) + 1
    mean, angles = gradients.mean(0), angles_to_mean(gradients)
    cosines = gradients @ mean / np.linalg.norm(gradients, axis=1) / np.linalg.norm(mean)
    np.testing.assert_allclose(np.cos(angles), cosines, rtol=1e-12)
    assert (angles > 0).any()
    assert (angles < 0).any()
    flat = np.array([[1, 1.0], [1, -1], [1, 0.5], [1, -0.5]])
    wanted = np.arctan2(flat[:, 1], flat[:, 0])
    np.testing.assert_allclose(np.abs(angles_to_mean(flat)), np.abs(wanted), rtol=1e-12)
    assert abs(np.sign(angles_to_mean(flat)) @ np.sign(wanted)) == 4  # a side is a side


def test_the_picture_of_the_four_fields_draws_their_numbers():
    runs = [
        {"correct": [0.2, 0.9, 1.0], "updates": 55, "solved": True},
        {"correct": [0.25] * 5, "updates": 100, "solved": False},
    ]
    reaches = np.array([[0.5, -2], [1.2, -0.4]])
    fields = [
        [Field(f"field {row}{k}", reaches[row, k], np.array([0, 0.3, -1]) + row, 0.1 + k, runs) for k in (0, 1)]
        for row in (0, 1)
    ]
    figure = draw_recall(fields, ("open", "closed"), "Said.", updates=100, every=20, chance=0.25)
    assert figure.sentence == "Said."
    fans = [ax for ax in figure.axes if any(isinstance(one, Quiver) for one in ax.collections)]
    plots = [ax for ax in figure.axes if any(isinstance(one, PathCollection) for one in ax.collections)]
    for k, (fan, plot) in enumerate(zip(fans, plots, strict=True)):
        field = fields[k % 2][k // 2]
        (disc,) = [one for one in fan.patches if isinstance(one, Circle)]
        np.testing.assert_allclose(disc.get_facecolor(), gradient_colours(field.reaches))
        (arrows,) = fan.collections
        np.testing.assert_allclose(np.arctan2(arrows.U, arrows.V), field.angles)
        assert f"agreement: {field.agreement:.2f}" in fan.texts[0].get_text()
        first, second, _ = plot.lines
        np.testing.assert_array_equal(first.get_xydata(), [[20, 0.2], [40, 0.9], [55, 1]])
        np.testing.assert_array_equal(second.get_ydata(), [0.25] * 5)
        assert first.get_color() == SOLVED
        assert second.get_color() != SOLVED
        (dots,) = plot.collections
        assert len(dots.get_offsets()) == 2
        assert (dots.get_facecolors() == 1).all(1).tolist() == [False, True]
        assert plot.texts[0].get_text() == "1 of 2 learn"
    assert len(fans) == 4


def test_the_picture_of_windows_draws_what_they_cover_and_every_share():
    right = {1: [[0.2, 0.3], [0.3, 0.2]], 7: [[0.5, 0.6], [0.7, 1.0]], 10: [[1.0, 1.0], [1.0, 1.0]]}
    steps, shares = draw_windows(right, (40, 90), 10, "Said.", chance=0.25).axes
    bars = [
        one
        for one in steps.patches
        if isinstance(one, Rectangle) and one.get_height() == 0.6 and not one.get_linewidth()
    ]
    assert [(bar.get_x() + 0.5, bar.get_width()) for bar in bars] == [(10, 1), (4, 7), (1, 10)]
    assert [label.get_text() for label in steps.get_yticklabels()] == ["τ = 1", "τ = 7", "τ = 10"]
    dots = [line for line in shares.lines if line.get_marker() == "o"]
    wanted = [(row, early_or_late) for row, both in enumerate(right.values()) for early_or_late in both]
    for k, (line, (row, values)) in enumerate(zip(dots, wanted, strict=True)):
        np.testing.assert_array_equal(line.get_xdata(), values)
        assert (line.get_ydata().round() == row).all()
        assert (line.get_markerfacecolor() == "white") == (k % 2 == 0)
    assert shares.get_xlabel() == "correct after 40 (hollow)\nand 90 updates, 2 seeds"


def test_what_the_text_says_of_the_stored_runs():
    """Both gates right: all learn. Open input gates: hardly any. A window without the cue: late."""
    both = {"sequence_length": 100, "window": None}
    for forget in ("ln(T-1)", "chrono"):
        assert solved(400, **both, forget=forget, inputs="closed") == (8, 8)
    assert solved(400, **both, forget="3", inputs="closed") == (3, 8)
    assert solved(1000, **both, forget="3", inputs="closed") == (6, 8)
    for forget in ("3", "ln(T-1)"):
        assert solved(1000, **both, forget=forget, inputs="open") == (1, 8)
    assert solved(1000, **both, forget="ln(T-1)", inputs="cut") == (1, 8)
    assert solved(400, **CHRONO, window=None) == (8, 8)
    assert solved(400, window=49) == (0, 5)
    assert solved(1000, window=49) == (4, 5)
