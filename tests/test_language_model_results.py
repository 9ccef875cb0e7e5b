"""The stored runs of notebook 12: complete, as good as its text says, and the same when made again."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bptt_helpers.tasks.stored import load_results
from tools import language_model, results
from tools.language_model import IN_10_S, SEEDS, course, settings

RESULTS = load_results("language_model")
RUNS = RESULTS["runs"]


def bits(**wanted):
    """Bits a character of all runs with these settings, by seed."""
    found = [run for run in RUNS if wanted.items() <= run.items()]
    return np.array([run["bits"] for run in found])


def streams(cell, window, updates, **other):
    usual = {"layout": "streams", "carried": True, "scheme": "full", "reach": None, "clip_norm": 1.0}
    return bits(cell=cell, window=window, updates=updates, **(usual | other))


def test_they_are_complete_and_made_with_the_present_settings():
    names = list(settings()[0])
    assert [{name: run[name] for name in names} for run in RUNS] == settings()
    assert RESULTS["settings"] == json.loads(json.dumps(language_model.SHARED))


@pytest.mark.parametrize(
    ("cell", "window", "updates", "most"),
    [("tanh", 5, 12000, 2.35), ("gru", 5, 6300, 2.05), ("gru", 35, 1000, 2.15), ("lstm", 5, 5300, 2.0)],
)
def test_what_ten_seconds_are_enough_for(cell, window, updates, most):
    found = streams(cell, window, updates)
    assert len(found) == len(SEEDS)
    assert (found <= most).all()


@pytest.mark.parametrize("cell", IN_10_S)
def test_at_equal_time_shorter_windows_win_in_every_seed(cell):
    by_window = np.array([streams(cell, window, IN_10_S[cell][window]) for window in sorted(IN_10_S[cell])])
    assert (np.diff(by_window, axis=0) > 0).all()


def test_at_equal_updates_longer_windows_do_better_until_the_text_is_known_by_heart():
    for cell in ("tanh", "lstm"):
        by_window = [streams(cell, window, 1000) for window in (5, 10, 35)]
        assert (np.diff(by_window, axis=0) < 0).all()
    five, ten, thirty_five = (streams("gru", window, 1000) for window in (5, 10, 35))
    assert (ten < five).all()
    assert thirty_five.mean() > ten.mean()


def test_cuts_within_a_window_and_clipping_hardly_matter():
    whole = streams("gru", 35, 1000).mean()
    for scheme, reach in language_model.CUTS:
        assert -0.1 < streams("gru", 35, 1000, scheme=scheme, reach=reach).mean() - whole < 0.02
    for cell, by_window in IN_10_S.items():
        with_it, without = (streams(cell, 35, by_window[35], clip_norm=limit).mean() for limit in (1.0, None))
        assert abs(with_it - without) < 0.02


def test_a_run_made_again_is_the_same_at_its_first_look():
    kind = {"cell": "gru", "window": 5, "updates": 1000, "layout": "streams", "carried": True, "scheme": "full"}
    kind |= {"reach": None, "clip_norm": 1.0, "seed": 1}
    (stored,) = [run for run in RUNS if kind.items() <= run.items()]
    run, found = next(course(**kind))
    assert run.updates == 100
    assert found == pytest.approx(stored["tested"][0], abs=2e-3)  # of float32, on another machine


def test_the_command_does_what_is_not_stored(tmp_path, monkeypatch):
    kinds = [
        language_model.setting("gru", 5, 10, clip=None),
        language_model.setting("lstm", 7, 10, scheme="sliding", reach=3),
        language_model.setting("tanh", 5, 10, layout="in_order", carried=False, scheme="random", reach=2),
    ]
    wanted = [kind | {"seed": 1} for kind in kinds]
    monkeypatch.setitem(language_model.SHARED, "n_hidden", 4)
    monkeypatch.setattr(language_model, "settings", lambda: wanted)
    monkeypatch.setattr(results, "ProcessPoolExecutor", ThreadPoolExecutor)  # which see the settings above
    store = tmp_path / "runs.json"
    assert language_model.main(store) == 0
    runs = json.loads(store.read_text())["runs"]
    assert [{name: run[name] for name in wanted[0]} for run in runs] == wanted
    assert all(len(run["tested"]) == 10 and run["bits"] == run["tested"][-1] for run in runs)
    assert runs[0]["clipped"] == 0
