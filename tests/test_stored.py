"""Stored results are found from any working directory, and from an installed wheel."""

import io
import json

import numpy as np
import pytest

from bptt_helpers import Params, Vocabulary, forward, init_params, load_text, squared_error
from bptt_helpers.measures.bits import bits_per_character
from bptt_helpers.tasks import stored
from bptt_helpers.tasks.sequences import adding
from bptt_helpers.tasks.stored import RESULTS, WEIGHTS, data_file, load_results, load_weights
from bptt_helpers.tasks.text_layouts import split_text
from tools import cue_recall, frameworks, language_model, listening, long_memory, temporal_order, trained


def test_results_do_not_depend_on_the_working_directory(tmp_path, monkeypatch):
    wanted = load_results("temporal_order")
    monkeypatch.chdir(tmp_path)
    assert load_results("temporal_order") == wanted
    assert data_file("temporal_order.json").is_absolute()


def test_each_tool_writes_the_file_that_the_notebook_reads():
    for tool in (cue_recall, frameworks, language_model, listening, long_memory, temporal_order):
        assert data_file(f"{tool.__name__.rpartition('.')[2]}.json") == tool.STORE


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_that_is_offered_is_there(name):
    assert load_results(name)["runs"]


def test_a_wheel_carries_its_results_inside_the_package(tmp_path, monkeypatch):
    """As a wheel lays them out: no checkout above the package."""
    (tmp_path / "bptt_helpers" / "data").mkdir(parents=True)
    file = tmp_path / "bptt_helpers" / "data" / "temporal_order.json"
    file.write_text(json.dumps({"runs": ["from the wheel"]}))
    monkeypatch.setattr(stored, "__file__", str(tmp_path / "bptt_helpers" / "tasks" / "stored.py"))
    assert load_results("temporal_order") == {"runs": ["from the wheel"]}
    file.unlink()
    with pytest.raises(FileNotFoundError, match=r"want what is stored, got 'temporal_order', whose file .* not exist"):
        load_results("temporal_order")


@pytest.mark.parametrize("name", ["temporal_order.json", "../data/temporal_order", "", None])
def test_another_name_is_refused_in_one_sentence(name):
    with pytest.raises(ValueError, match=f"^name: want one of {', '.join(map(repr, RESULTS))}, got "):
        load_results(name)


@pytest.mark.parametrize("content", [b'{"runs": [{"up', b"", b"\xff\xfe", b"[]", b'{"settings": {}}'])
def test_a_damaged_file_gets_one_sentence(tmp_path, monkeypatch, content):
    (tmp_path / "bptt_helpers" / "data").mkdir(parents=True)
    (tmp_path / "bptt_helpers" / "data" / "temporal_order.json").write_bytes(content)
    monkeypatch.setattr(stored, "__file__", str(tmp_path / "bptt_helpers" / "tasks" / "stored.py"))
    wanted = r"^name: want what is stored, got 'temporal_order', whose file .* is damaged \(.*\); take the file from"
    with pytest.raises(ValueError, match=wanted):
        load_results("temporal_order")


def params_of(name):
    """Stored weights as this package has them, written out here by hand."""
    rnn, readout = load_weights(name).values()
    b_h = rnn["bias_ih_l0"] + rnn["bias_hh_l0"]
    if name in ("gru", "adding"):  # the bias inside the reset stands alone
        n = rnn["weight_hh_l0"].shape[1]
        b_h = np.concatenate([b_h[: 2 * n], rnn["bias_ih_l0"][2 * n :], rnn["bias_hh_l0"][2 * n :]])
    return Params(rnn["weight_ih_l0"], rnn["weight_hh_l0"], b_h, readout["weight"], readout["bias"])


def bits_held_out(params, cell):
    text = load_text()
    learned, held_out = split_text(text)
    return bits_per_character(params, held_out, Vocabulary.of(text), cell=cell, before=learned[-200:])


@pytest.mark.parametrize(("name", "cell", "most"), [("rnn", "tanh", 2.7), ("gru", "gru", 2.2), ("lstm", "lstm", 2.35)])
def test_stored_networks_have_learned_the_story(name, cell, most):
    assert bits_held_out(params_of(name), cell) < most


def test_the_stored_gru_has_learned_to_add():
    batch = adding(100, 200, rng=999)
    loss, _ = squared_error(forward(params_of("adding"), batch.x, cell="gru").o, batch.y, weight=batch.weight)
    assert loss < 0.01  # always saying 1 costs 1/12 by this measure


def test_a_network_trained_anew_is_about_as_good_as_the_stored_one():
    assert (
        abs(bits_held_out(trained.of_story(**trained.STORY["rnn"]), "tanh") - bits_held_out(params_of("rnn"), "tanh"))
        < 0.1
    )


def test_the_tool_stores_what_is_missing_and_leaves_the_rest(tmp_path, monkeypatch):
    of_story, asked = trained.of_story, []
    monkeypatch.setattr(
        trained, "of_story", lambda **options: asked.append(options["cell"]) or of_story(**options, updates=1)
    )
    monkeypatch.setattr(trained, "of_adding", lambda: asked.append("adding") or init_params(2, 3, 1, cell="gru"))
    assert trained.main(tmp_path / "trained.npz") == 0
    assert asked == ["tanh", "gru", "lstm", "adding"]
    with np.load(trained.STORE) as stored_weights:
        weights = dict(stored_weights)
    with np.load(tmp_path / "trained.npz") as made:
        assert sorted(made) == sorted(weights)
    np.savez(tmp_path / "some.npz", **{key: w for key, w in weights.items() if not key.startswith("gru/")})
    assert trained.main(tmp_path / "some.npz") == 0
    assert asked[4:] == ["gru"]


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_name_without_bias_inside_the_reset_has_one_bias(name):
    second, n = load_weights(name)["rnn"]["bias_hh_l0"], load_weights(name)["rnn"]["weight_hh_l0"].shape[1]
    assert not second[:-n].any()
    assert second[-n:].any() == (name in ("gru", "adding"))


def damaged():
    """An archive without networks, half of one, and what is none at all."""
    archive = io.BytesIO()
    np.savez(archive, other=np.ones(3))
    return [archive.getvalue(), data_file("trained.npz").read_bytes()[:5000], b"", b"no archive"]


@pytest.mark.parametrize("content", damaged())
def test_damaged_weights_get_one_sentence(tmp_path, monkeypatch, content):
    (tmp_path / "bptt_helpers" / "data").mkdir(parents=True)
    (tmp_path / "bptt_helpers" / "data" / "trained.npz").write_bytes(content)
    monkeypatch.setattr(stored, "__file__", str(tmp_path / "bptt_helpers" / "tasks" / "stored.py"))
    with pytest.raises(
        ValueError, match=r"^name: want what is stored, got 'gru', whose file '.*' is damaged \(.*\); take"
    ):
        load_weights("gru")


def test_missing_weights_get_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "__file__", str(tmp_path / "bptt_helpers" / "tasks" / "stored.py"))
    with pytest.raises(FileNotFoundError, match=r"^name: want what is stored, got 'gru', .* does not exist"):
        load_weights("gru")
