"""A run kept in a file goes on as one that was never stopped: to the last bit, whatever stopped it."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from bptt_helpers import bptt, init_params
from bptt_helpers.tasks.sequences import adding
from bptt_helpers.tasks.text_layouts import text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import reached, regression
from bptt_helpers.training.optimisers import SGD, Adam
from bptt_helpers.training.run import load_run, save_run, start
from bptt_helpers.training.schedules import cosine

OPTIONS = {
    "learning_rate": cosine(0.01, 60),
    "optimiser": Adam(),
    "objective": regression(),
    "clip_norm": 1.0,
    "cell": "gru",
    "dropout": Dropout(0.2, seed=4),
    "gradient": lambda trace, dL_do, update: bptt(trace, dL_do, window=3 + update % 5).params,
}


def begun(dtype=float):
    return start(init_params(2, 6, 1, cell="gru", rng=0).astype(dtype))


def draw(update):
    return adding(12, 5, rng=update)


def arrays_of(run):
    return [*run.params, *(w for moment in run.moments for w in moment), *run.history, run.state]


def assert_same(a, b):
    assert (a.solved, a.overflow) == (b.solved, b.overflow)
    for ours, theirs in zip(arrays_of(a), arrays_of(b), strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimiser", [SGD(), SGD(0.9), Adam()])
def test_a_run_that_was_saved_and_loaded_goes_on_to_the_last_bit(tmp_path, optimiser, dtype):
    options = OPTIONS | {"optimiser": optimiser}
    whole = train(begun(dtype), draw, updates=60, **options)
    file = tmp_path / "run.npz"
    save_run(train(begun(dtype), draw, updates=23, **options), file)
    assert_same(train(load_run(file), draw, updates=60, **options), whole)
    assert whole.params.W_hh.dtype == dtype


def test_a_carried_state_goes_through_the_file(tmp_path):
    draw_text = text_batches("it was the best of times, it was the worst of times, it was " * 2, 6, 4, dtype="float32")
    d = draw_text(0).x.shape[2]
    begun = start(init_params(d, 7, d, cell="lstm").astype(np.float32))
    options = {"learning_rate": 0.01, "optimiser": Adam(), "clip_norm": 1.0, "cell": "lstm", "dropout": Dropout(0.2)}
    whole, file = train(begun, draw_text, updates=9, **options), tmp_path / "run.npz"
    for stop in (2, 5, 9):  # the first within a pass over the text
        assert draw_text(2).goes_on
        save_run(train(load_run(file) if file.exists() else begun, draw_text, updates=stop, **options), file)
    assert_same(load_run(file), whole)
    assert whole.state.shape == (4, 14)


def test_a_run_that_was_kept_before_states_were_carried_is_still_read(tmp_path):
    file = tmp_path / "run.npz"
    save_run(train(begun(), draw, updates=3, **OPTIONS), file)
    with np.load(file) as arrays:
        np.savez(file, **{name: kept for name, kept in arrays.items() if name != "state"})
    assert load_run(file).state is None
    assert load_run(file).updates == 3


def test_the_file_is_kept_while_the_run_goes_on_and_holds_its_end(tmp_path):
    file, seen = tmp_path / "run.npz", []

    def look(done, wanted):
        seen.append(load_run(file).updates if file.exists() else 0)

    run = train(begun(), draw, updates=25, file=file, every=10, progress=look, **OPTIONS)
    assert seen == [0] * 10 + [10] * 10 + [20] * 5
    assert_same(load_run(file), run)
    assert os.listdir(tmp_path) == ["run.npz"]


def test_the_same_run_gives_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        train(begun(), draw, updates=5, file=tmp_path / name, **OPTIONS)
        time.sleep(0.01)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_what_ended_a_run_is_kept(tmp_path):
    file = tmp_path / "run.npz"
    stop = reached(at_most=1e9, lately=3)
    run = train(begun(), draw, updates=60, stop=stop, file=file, **OPTIONS)
    assert run.solved
    assert run.updates == 3
    assert_same(load_run(file), run)
    save_run(run._replace(overflow="train: …"), file)
    assert load_run(file).overflow == "train: …"


def test_a_run_with_other_moments_is_refused(tmp_path):
    run = train(begun(), draw, updates=2, **OPTIONS)
    with pytest.raises(ValueError, match="optimiser: want the one that the run was made with, got one with 1 moments"):
        train(run, draw, updates=4, **(OPTIONS | {"optimiser": SGD(0.5)}))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"text", None])
def test_a_damaged_file_is_named(tmp_path, content):
    file = tmp_path / "run.npz"
    if content is None:
        np.savez(file, a=np.ones(3))
    else:
        file.write_bytes(content)
    with pytest.raises(ValueError, match=r"file: want a run that save_run kept, got '.*run.npz', which holds none"):
        load_run(file)
    with pytest.raises(FileNotFoundError, match="which does not exist"):
        load_run(tmp_path / "none.npz")


def test_a_file_with_pickled_objects_is_not_opened(tmp_path):
    file = tmp_path / "run.npz"
    np.savez(file, **{"params.W_hx": np.array([{}], object)})
    with pytest.raises(ValueError, match="which holds none"):
        load_run(file)


TRAINING = """
import sys
from pathlib import Path
from bptt_helpers import init_params
from bptt_helpers.tasks.sequences import adding
from bptt_helpers.tasks.text_layouts import text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import regression
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import load_run, start

file = Path(sys.argv[1])
run = load_run(file) if file.exists() else start(init_params(2, 6, 1, rng=0))
train(run, lambda k: adding(20, 5, rng=k), updates=400, learning_rate=0.01, optimiser=Adam(), objective=regression(),
      dropout=Dropout(0.2), file=file, every=10, progress=lambda done, wanted: print(done, flush=True))
"""


def killed_after(file, updates):
    """Train in a process of its own, and kill it with no warning after some updates; was there time to do so?"""
    process = subprocess.Popen([sys.executable, "-c", TRAINING, file], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) >= updates:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("kills", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_a_run_that_was_killed_ends_with_the_same_file(tmp_path, kills):
    subprocess.run([sys.executable, "-c", TRAINING, tmp_path / "whole.npz"], check=True, stdout=subprocess.DEVNULL)
    killed = tmp_path / "killed.npz"
    for k in range(kills):
        assert killed_after(killed, 25 + 70 * k)
    subprocess.run([sys.executable, "-c", TRAINING, killed], check=True, stdout=subprocess.DEVNULL)
    assert killed.read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_a_stop_while_writing_leaves_the_file_before(tmp_path, monkeypatch):
    file = tmp_path / "run.npz"
    save_run(train(begun(), draw, updates=2, **OPTIONS), file)
    before = file.read_bytes()
    monkeypatch.setattr("numpy.savez", lambda stream, **_: (stream.write(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        save_run(begun(), file)
    assert file.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.npz"]
