"""Stored runs over lengths, networks and seeds, and the pictures of notebook 09 that show them and what memory is."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bptt_helpers.lessons.cures import draw_memory, draw_solved
from bptt_helpers.tasks.stored import data_file, load_results
from bptt_helpers.training.sweep import grid
from tools import long_memory, results


def test_the_stored_runs_are_complete_and_made_with_the_present_settings():
    stored = load_results("long_memory")
    assert data_file("long_memory.json") == long_memory.STORE
    assert stored["settings"] == long_memory.SHARED
    settings = grid(**long_memory.GRID)
    assert [{name: run[name] for name in long_memory.GRID} for run in stored["runs"]] == settings
    for run in stored["runs"]:
        assert run["solved"] or run["updates"] == long_memory.NETWORKS[run["network"]]["updates"]
        assert len(run["score"]) == -(-run["updates"] // stored["settings"]["every"])


@pytest.mark.parametrize(
    ("task", "network"),
    [
        ("adding", "tanh, gaussian"),
        ("adding", "LSTM, chrono"),
        ("order", "LSTM, 3, closed"),
        ("order", "ReLU, identity"),
        ("order", "GRU, bias 3"),
    ],
)
def test_a_stored_run_made_again_is_the_same_at_the_beginning(task, network):
    """100 updates of one run: what follows depends on the processor's rounding."""
    setting = {"task": task, "sequence_length": 30, "network": network, "seed": 3}
    stored = next(run for run in load_results("long_memory")["runs"] if run | setting == run)
    again = long_memory.run_once(**setting, updates=100).history.score.mean()
    np.testing.assert_allclose(again, stored["score"][0], rtol=0.02)


def test_the_command_does_what_is_not_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(long_memory, "GRID", long_memory.GRID | {"sequence_length": [4], "network": ["GRU, chrono"]})
    monkeypatch.setitem(long_memory.NETWORKS, "GRU, chrono", long_memory.NETWORKS["GRU, chrono"] | {"updates": 3})
    monkeypatch.setattr(results, "ProcessPoolExecutor", ThreadPoolExecutor)  # which see the settings above
    store = tmp_path / "runs.json"
    assert long_memory.main(store) == 0
    runs = json.loads(store.read_text())["runs"]
    assert [(run["task"], run["seed"], run["updates"]) for run in runs] == [
        (task, seed, 3) for task in ("adding", "order") for seed in range(5)
    ]


def test_every_seed_is_a_dot_filled_where_it_solved_the_task():
    updates = np.full((3, 2, 5), np.inf)
    updates[0, 1] = [300, 100, np.inf, 200, np.inf]
    updates[1:, 0, :2] = 50
    names = ["tanh, gaussian", "LSTM, bias 1", "GRU, bias 1"]
    figure = draw_solved({"adding": updates, "order": updates}, names, [10, 30], "Words.")
    assert figure.sentence == "Words."
    for ax in figure.axes:
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        filled = [line for line in dots if line.get_markerfacecolor() != "white" and len(line.get_xdata())]
        # column and row of the first dot, and how many there are
        first = [(int(line.get_xdata()[0]), int(line.get_ydata()[0]), len(line.get_xdata())) for line in filled]
        assert first == [(1, 0, 3), (0, 1, 2), (0, 2, 2)]
        assert len({line.get_color() for line in filled}) == 3  # one for each cell
        assert sum(len(line.get_xdata()) for line in dots) == updates.size
        # the middle seed of five; where it has not solved the task there is no number
        assert [(text.get_text(), text.get_position()[1]) for text in ax.texts] == [("300", 0)]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == names


def test_the_curves_of_memory_are_the_means_and_their_areas_are_written():
    lags = np.arange(1, 101)
    kept = {
        "orthogonal": (lags <= [[30], [50]]).astype(float),
        "gaussian": np.clip(1 - lags / [[20], [20]], 0, 1),
    }
    profiles = {"linear": np.zeros((3, 1000)), "tanh": -0.03 * np.arange(1000) * np.ones((3, 1))}
    ax, back = draw_memory(kept, 50, profiles, "Words.").axes
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["orthogonal\nkeeps 40 of 50 inputs", "gaussian\nkeeps 10"]  # 40 and 9.5, the sums
    for line, of_seeds in zip(ax.lines, kept.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), of_seeds.mean(0))
    linear, tanh = (line.get_ydata() for line in back.lines if len(line.get_ydata()) == 1000)
    assert not linear.any()
    assert tanh[100] == pytest.approx(-3)
    assert np.nanmin(tanh) == back.get_ylim()[0] == -6
    assert np.isnan(tanh[202:]).all(), "a line along the edge would say that nothing changes any more"
    assert [line.get_xydata().tolist() for line in back.lines if line.get_marker() == "v"] == [[[200, -6]]]
    assert [text.get_text() for text in back.texts] == ["linear: 1 after 1000 steps", "tanh: 10⁻³⁰ after 1000 steps"]
