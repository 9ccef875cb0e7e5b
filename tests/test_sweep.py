"""Sweeps: in this process, in others, killed and taken up again, with jobs that fail."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bptt_helpers.training.sweep import grid, sweep

from .sweep_jobs import SETTINGS, SHARED, add, dies_at_2, fails_at_2, slow_add

ROOT = Path(__file__).parents[1]
WANTED = [setting | add(**setting) for setting in SETTINGS]


def test_each_setting_is_done_once_and_kept(tmp_path):
    file, calls = tmp_path / "sums.json", []

    def job(**setting):
        calls.append(setting)
        return add(**setting)

    assert sweep(job, SETTINGS, file, shared=SHARED) == (WANTED, [])
    assert json.loads(file.read_text()) == {"settings": SHARED, "runs": WANTED}
    assert sweep(job, SETTINGS, file, shared=SHARED).runs == WANTED
    assert calls == SETTINGS
    more = grid(a=[3, 4], b=[10])
    assert sweep(job, more, file, shared=SHARED).runs == [more[0] | add(3, 10), more[1] | add(4, 10)]
    assert len(json.loads(file.read_text())["runs"]) == 7, "what another grid made is kept"
    assert os.listdir(tmp_path) == ["sums.json"]


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_file_does_not_depend_on_where_the_jobs_run_nor_on_what_comes_first(tmp_path, pool):
    sweep(add, SETTINGS, tmp_path / "here.json", shared=SHARED)
    backwards = [*reversed(SETTINGS)]
    with pool(3) as executor:
        sweep(slow_add, backwards[:4], tmp_path / "there.json", shared=SHARED, executor=executor)
        done = sweep(slow_add, SETTINGS, tmp_path / "there.json", shared=SHARED, executor=executor)
    assert done.runs == WANTED
    assert (tmp_path / "there.json").read_bytes() == (tmp_path / "here.json").read_bytes()


@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor])
def test_a_job_that_fails_is_named_and_tried_again_and_the_rest_go_on(tmp_path, pool):
    file, executor = tmp_path / "sums.json", pool and pool(2)
    done = sweep(fails_at_2, SETTINGS, file, shared=SHARED, executor=executor)
    assert done.runs == [run for run in WANTED if run["a"] != 2]
    assert done.failed == [({"a": 2, "b": b}, "ArithmeticError: 2 is too much") for b in (10, 20)]
    assert sweep(add, SETTINGS, file, shared=SHARED, executor=executor) == (WANTED, [])


def test_a_worker_that_dies_is_reported_and_what_is_done_is_kept(tmp_path):
    file = tmp_path / "sums.json"
    with ProcessPoolExecutor(1) as executor:
        done = sweep(dies_at_2, SETTINGS, file, shared=SHARED, executor=executor)
    assert [problem.split(":")[0] for _, problem in done.failed] == ["BrokenProcessPool"] * len(done.failed)
    assert {2} <= {setting["a"] for setting, _ in done.failed}
    assert len(done.runs) + len(done.failed) == len(SETTINGS)
    assert sweep(add, SETTINGS, file, shared=SHARED) == (WANTED, [])


def test_an_interrupt_keeps_what_was_done(tmp_path):
    file = tmp_path / "sums.json"

    def job(a, b):
        if (a, b) == (2, 20):
            raise KeyboardInterrupt
        return add(a, b)

    with pytest.raises(KeyboardInterrupt):
        sweep(job, SETTINGS, file, shared=SHARED)
    assert json.loads(file.read_text())["runs"] == WANTED[:3]


def killed_after(file, jobs):
    """A sweep in a process of its own, killed with no warning after some jobs; was there time to do so?"""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sweep_jobs", file], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    for line in process.stdout:
        if int(line) >= jobs:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("kills", [[2], pytest.param([1, 2, 3, 4, 5], marks=pytest.mark.slow)])
def test_a_sweep_that_was_killed_ends_with_the_same_file(tmp_path, kills):
    whole, killed = tmp_path / "whole.json", tmp_path / "killed.json"
    sweep(add, SETTINGS, whole, shared=SHARED)
    for jobs in kills:
        assert killed_after(killed, jobs)
    subprocess.run([sys.executable, "-m", "tests.sweep_jobs", killed], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    assert killed.read_bytes() == whole.read_bytes()


def test_results_of_numpy_become_numbers_and_lists(tmp_path):
    done = sweep(
        lambda seed: {"mean": np.float64(0.5), "curve": np.arange(3), "right": np.True_},
        grid(seed=np.arange(2)),
        tmp_path / "numbers.json",
    )
    assert done.runs[1] == {"seed": 1, "mean": 0.5, "curve": [0, 1, 2], "right": True}


@pytest.mark.parametrize("result", [3, {"a": 7}, {"value": np.nan}, {"value": object()}])
def test_a_result_that_cannot_be_kept_is_a_failure(tmp_path, result):
    done = sweep(lambda a: result, grid(a=[1]), tmp_path / "numbers.json")
    assert done.runs == []
    assert len(done.failed) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"job": 3}, "job: want a function"),
        ({"settings": {"a": 1}}, "settings: want a list of dicts"),
        ({"settings": [{"a": 1, "b": 2}] * 2}, "settings: want different ones, got the same setting twice"),
        ({"shared": {"what": "products"}}, "which differs in what: remove it to start again, or name another"),
        ({"progress": 3}, "progress: want a function"),
    ],
)
def test_bad_input_is_named(tmp_path, change, sentence):
    file = tmp_path / "sums.json"
    sweep(add, SETTINGS[:1], file, shared=SHARED)
    before = file.read_bytes()
    arguments = {"job": add, "settings": SETTINGS, "file": file, "shared": SHARED} | change
    with pytest.raises(ValueError, match=sentence):
        sweep(**arguments)
    assert file.read_bytes() == before


def test_a_damaged_file_is_named_and_left(tmp_path):
    file = tmp_path / "sums.json"
    file.write_text('{"settings": {')
    with pytest.raises(ValueError, match=r"file: want a file of `sweep`, got .* damaged"):
        sweep(add, SETTINGS, file)
    assert file.read_text() == '{"settings": {'


@pytest.mark.slow
def test_a_sweep_runs_on_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install bptt-helpers[dask]")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.upload_file(str(ROOT / "tests" / "sweep_jobs.py"))
        done = sweep(slow_add, SETTINGS, tmp_path / "there.json", shared=SHARED, executor=client.get_executor())
    sweep(add, SETTINGS, tmp_path / "here.json", shared=SHARED)
    assert done == (WANTED, [])
    assert (tmp_path / "there.json").read_bytes() == (tmp_path / "here.json").read_bytes()


def test_a_stop_while_writing_leaves_the_file_before(tmp_path, monkeypatch):
    file = tmp_path / "sums.json"
    sweep(add, SETTINGS[:1], file, shared=SHARED)
    before = file.read_bytes()

    def stop(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", stop)  # the last thing that is done
    with pytest.raises(OSError, match="no space left"):
        sweep(add, SETTINGS, file, shared=SHARED)
    assert file.read_bytes() == before
    assert os.listdir(tmp_path) == ["sums.json"]
