"""Stored results are found from any working directory, and from an installed wheel."""

import json

import pytest

from bptt_helpers.tasks import stored
from bptt_helpers.tasks.stored import RESULTS, data_file, load_results
from tools import cue_recall, frameworks, language_model, listening, long_memory, temporal_order


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
    with pytest.raises(FileNotFoundError, match=r"want stored results, got 'temporal_order', whose file .* not exist"):
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
    wanted = r"^name: want stored results, got 'temporal_order', whose file .* is damaged \(.*\); take the file from"
    with pytest.raises(ValueError, match=wanted):
        load_results("temporal_order")
