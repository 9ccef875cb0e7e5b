"""Notebook 12: how far back a language model listens, its stored runs, and the two stills that show it."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from bptt_helpers import Vocabulary, bptt, cross_entropy, forward, init_params, load_text
from bptt_helpers.lessons.cures.cells_picture import OF_CELL
from bptt_helpers.lessons.language_model import Listener, Reader, draw_contexts, draw_stages, heard, listening, reach
from bptt_helpers.lessons.language_model.context_picture import signed
from bptt_helpers.lessons.language_model.page_picture import HeardPage, felt
from bptt_helpers.tasks.stored import load_results
from bptt_helpers.tasks.text import one_hot
from bptt_helpers.training.sweep import grid
from tools import listening as tool
from tools import results

TEXT = load_text()[:400]
VOCABULARY = Vocabulary.of(TEXT)
CELLS = ("tanh", "gru", "lstm")
STORED = load_results("listening")


def network(cell, seed=0, n=7):
    d = len(VOCABULARY)
    return init_params(d, n, d, cell=cell, rng=seed)


def shares_of(params, piece, cell):
    """log10 of the share of its signal that the loss of the last but one character sends to every state."""
    numbers = VOCABULARY.encode(piece)[:, None]
    trace = forward(params, one_hot(numbers[:-1], len(VOCABULARY)), cell=cell)
    signal = bptt(trace, cross_entropy(trace.o, numbers[1:], weight="last")[1]).dL_ds[:, 0]
    norms = np.log10(np.linalg.norm(signal, axis=1))
    return norms[-len(piece) + 1 :] - norms[-1]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("picked", [0, 1, 25, 58])
def test_a_loss_is_heard_at_each_character_as_the_backward_pass_says(cell, picked):
    params = network(cell)
    values = heard(params, TEXT[:60], VOCABULARY, picked, cell=cell)
    assert values.shape == (60,)
    np.testing.assert_allclose(values[: picked + 1], shares_of(params, TEXT[: picked + 2], cell), atol=1e-9)
    assert np.isnan(values[picked + 1 :]).all()


@pytest.mark.parametrize("cell", CELLS)
def test_losses_all_over_the_text_are_followed_back(cell):
    params = network(cell)
    profile = listening(params, TEXT, VOCABULARY, lags=20, count=5, cell=cell)
    assert profile.shape == (20, 5)
    starts = [0, 94, 189, 284, 379]  # so that the last one to be guessed is the last of the text
    for column, start in zip(profile.T, starts, strict=True):
        np.testing.assert_allclose(column[::-1], shares_of(params, TEXT[start : start + 21], cell), atol=1e-9)


def test_reach_counts_the_characters_before_the_signal_is_below_a_hundredth():
    profile = np.array([[0, 0, 0, 0], [-1, -2.1, -2, -0.1], [-2.5, -1, -1.9, -0.2], [-1, -3, -2.01, -0.3]])
    assert reach(profile).tolist() == [2, 1, 3, 4]
    assert [felt(column[::-1], 3) for column in profile.T] == [2, 1, 3, 4]
    assert reach(profile, least=-1).tolist() == [2, 1, 1, 4]


@pytest.mark.parametrize("picked", [-1, 59, 1.5])
def test_a_character_with_nothing_behind_it_has_no_loss(picked):
    with pytest.raises(ValueError, match=r"^picked: want "):
        heard(network("tanh"), TEXT[:60], VOCABULARY, picked)


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match=r"^text: want more than lags = 60 characters, got 60"):
        listening(network("tanh"), TEXT[:60], VOCABULARY, lags=60)
    with pytest.raises(ValueError, match=r"^text: want at least 2 characters, got 1"):
        heard(network("tanh"), "T", VOCABULARY, 0)


def listeners():
    """Two rows of three stages, made up."""
    rng = np.random.default_rng(0)
    rows = {}
    for row, window in (("first", 10), ("second", 35)):
        pages = {k: np.r_[rng.uniform(-4, 0, 180), -0.02 * np.arange(10 + k % 7, -1, -1)] for k in (0, 100, 2000)}
        rows[row] = Listener(
            window, {k: page[-191:] for k, page in pages.items()}, {k: rng.integers(1, 201, 33) for k in pages}
        )
    return rows


def test_every_stage_has_its_page_its_frame_and_a_dot_for_each_loss():
    rows = listeners()
    figure = draw_stages(TEXT[:210], rows, 190, "what it shows", longest=200)
    assert figure.sentence == "what it shows"
    pages = [ax for ax in figure.axes if ax.images or any(isinstance(a, HeardPage) for a in ax.get_children())][:-1]
    panels = [ax for ax in figure.axes if ax.get_xscale() == "log"]
    wanted = [(listener, k) for listener in rows.values() for k in listener.pages]
    words = [text.get_text() for text in figure.texts]
    assert [word for word in words if "✂" in word] == ["first (✂)", "second (✂)"]
    for ax, panel, (listener, k) in zip(pages, panels, wanted, strict=True):
        shown = next(a for a in ax.get_children() if isinstance(a, HeardPage))
        np.testing.assert_array_equal(np.ma.getdata(shown.get_array()).ravel()[:191], listener.pages[k])
        frame, _, cut, scissors = ax.lines
        count = felt(listener.pages[k], 190)
        widths = [np.ptp(line[:5, 0]) for line in frame.get_xydata().reshape(-1, 6, 2)]
        assert sum(widths) == count
        name = f"after {k:,} updates" if k else "untrained"
        assert f"{name}: {count} felt" in words
        first = 191 - listener.window
        assert scissors.get_xydata().tolist() == ([[first % 30, first // 30]] if k else [])
        assert len(cut.get_xdata()) == (2 if k else 0)
        dots, middle = panel.lines
        assert sorted(dots.get_xdata()) == sorted(listener.reaches[k])
        assert len({*map(tuple, dots.get_xydata())}) >= 20  # not all on each other
        assert set(middle.get_xdata()) == {np.median(listener.reaches[k])}
        assert panel.texts[0].get_text() == f"median of 33 losses: {np.median(listener.reaches[k]):.0f}"
        assert panel.get_xlim() == pytest.approx((1, 230))


CONTEXTS = [1, 2, 5, 20, 50, 200]


def test_bits_stand_above_what_arrives():
    rng = np.random.default_rng(1)
    readers = {
        "a": Reader("GRU", rng.uniform(2, 5, (3, 6)), -np.sort(rng.uniform(0, 9, (3, 6)))),
        "b": Reader("RNN", rng.uniform(2, 5, (1, 6)), -np.sort(rng.uniform(0, 9, (1, 6)))),
    }
    figure = draw_contexts(CONTEXTS, readers, "what it shows")
    above, below = figure.axes[:2], figure.axes[2:]
    for one, other, (title, reader) in zip(above, below, readers.items(), strict=True):
        seeds = len(reader.bits)
        for ax, values in ((one, reader.bits), (other, np.clip(reader.left, -6, 1))):
            curves = [line for line in ax.lines if list(line.get_xdata()) == CONTEXTS]
            assert len(curves) == seeds + 1
            np.testing.assert_allclose([line.get_ydata() for line in curves], [*values, np.median(values, 0)])
            assert {line.get_color() for line in curves} == {OF_CELL[reader.cell]}
            shade = [
                patch for patch in ax.patches if not isinstance(patch, PolyCollection) and patch.get_alpha() == 0.12
            ]
            assert [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in shade] == [(20, 200)]
        bits, left = np.median(reader.bits, 0), np.median(reader.left, 0)
        change = np.median(reader.bits[:, -1] - reader.bits[:, 3])
        assert one.get_title(loc="left") == title
        assert {text.get_text() for text in one.texts} == {
            f"{bits[-1]:.2f}",
            f"reading beyond 20:\n{signed(change)} bits",
        }
        (mark,) = [line for line in other.lines if line.get_marker() == "s"]
        assert mark.get_xydata().tolist() == [[50, max(left[4], -6)]]
        assert other.texts[0].get_text().startswith("50 back: ")
        assert (one.get_ylim(), other.get_ylim()) == ((1.8, 6), (-6, 1))


def test_the_stored_runs_are_complete_and_made_with_the_present_settings():
    assert STORED["settings"] == tool.SHARED
    wanted = grid(**tool.GRID)
    assert [{name: run[name] for name in tool.GRID} for run in STORED["runs"]] == wanted
    for run in STORED["runs"]:
        for stage in range(len(tool.SHARED["stages"])):
            assert len(run["reach"][stage]) == tool.SHARED["losses"]
            assert len(run["left"][stage]) == len(run["bits"][stage]) == len(tool.SHARED["contexts"])
            assert len(run["page"][stage]) == tool.SHARED["picked"] + 1
            assert run["page"][stage][-1] == run["left"][stage][0] == 0


@pytest.mark.parametrize(("cell", "sequence_length"), [("RNN", 35), ("GRU", 10)])
def test_a_stored_run_made_again_is_the_same_at_the_beginning(cell, sequence_length):
    """Two stages of 10 updates: what follows depends on the processor's rounding."""
    stored = next(
        r for r in STORED["runs"] if (r["cell"], r["sequence_length"], r["seed"]) == (cell, sequence_length, 1)
    )
    stages = tool.trained(cell, sequence_length, 1)
    for stage, params in zip(range(2), stages, strict=False):
        _, held_out, vocabulary = tool.texts()
        kind = {"cell": tool.NETWORKS[cell]["cell"]}
        page = heard(params, held_out[:210], vocabulary, 190, **kind)[:191]
        near = page > -6
        np.testing.assert_allclose(page[near], np.array(stored["page"][stage])[near], atol=0.02)
        again = reach(listening(params, held_out, vocabulary, **kind))
        np.testing.assert_allclose(again, stored["reach"][stage], atol=1)


def test_the_command_does_what_is_not_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "GRID", {"cell": ["RNN"], "sequence_length": [10], "seed": [0, 1]})
    small = {
        "n_hidden": 8,
        "stages": [0, 2],
        "contexts": [1, 3],
        "losses": 3,
        "characters": 40,
        "page": 30,
        "picked": 20,
    }
    for name, value in small.items():
        monkeypatch.setitem(tool.SHARED, name, value)
    monkeypatch.setattr(results, "ProcessPoolExecutor", ThreadPoolExecutor)  # which see the settings above
    store = tmp_path / "runs.json"
    assert tool.main(store) == 0
    runs = json.loads(store.read_text())["runs"]
    assert [(run["cell"], run["seed"]) for run in runs] == [("RNN", 0), ("RNN", 1)]
    assert [len(part) for part in runs[0]["page"]] == [21, 21]
    assert runs[0]["bits"][0] != runs[0]["bits"][1]
