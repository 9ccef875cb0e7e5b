"""The live training in a real kernel: what an interrupt, a cell run again and a restart do to it."""

import queue
import time

import pytest

SETUP = """
import asyncio, threading, time
from bptt_helpers import load_text
from bptt_helpers.training.run import load_run, save_run
from bptt_helpers.widgets import training, watch_training

def watching(run=None):
    return watch_training(load_text()[:3000], n_hidden=8, sequence_length=12, batch_size=4, run=run)

def threads():
    return sum(thread.name == training.__name__ for thread in threading.enumerate())
"""


class Kernel:
    """A kernel that is given cells, one after the other."""

    def __init__(self, folder):
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder))
        self._meet()

    def _meet(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        assert self.run(SETUP) == ""

    def begin(self, code):
        return self.client.execute(code, stop_on_error=False)  # else old kernels refuse the next cell for a moment

    def end(self, cell, until="idle"):
        """What a cell printed, and the names of exceptions in it; or what it printed until it says something."""
        printed, end = "", time.monotonic() + 30
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != cell:
                continue
            printed += content.get("text", "") if kind == "stream" else content.get("ename", "")
            if (kind == "status" and content["execution_state"] == until) or printed == until:
                return printed
        raise TimeoutError(printed)

    def run(self, code):
        return self.end(self.begin(code))

    def number(self, code):
        return int(self.run(f"print(int({code}))"))

    def moves(self, what="live.run.updates"):
        """Wait until a number has grown."""
        before, end = self.number(what), time.monotonic() + 10
        while self.number(what) <= before:
            assert time.monotonic() < end, f"{what} stands still"
            time.sleep(0.02)

    def restart(self):
        self.client.stop_channels()
        self.manager.restart_kernel(now=True)
        self._meet()

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    pytest.importorskip("jupyter_client")
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    yield kernel
    kernel.close()


def test_an_interrupt_ends_a_cell_and_neither_kernel_nor_training(kernel):
    kernel.run("live = watching(); live.start(); thread = live._thread")
    kernel.moves()
    kernel.manager.interrupt_kernel()  # no cell runs
    kernel.moves()
    for wait in ("while True: time.sleep(0.01)", "await asyncio.sleep(30)"):
        cell = kernel.begin(f"print('begun', flush=True)\n{wait}")
        kernel.end(cell, until="begun\n")
        kernel.manager.interrupt_kernel()
        assert kernel.end(cell) in ("KeyboardInterrupt", "CancelledError")
        kernel.moves()
    assert kernel.run("print(live._thread is thread and live.running, threads())") == "True 1\n"


def test_pictures_come_while_no_cell_runs_and_while_one_waits(kernel):
    kernel.run("training.REST, shown = 1, []\nlive.image.observe(lambda change: shown.append(1), 'value')")
    kernel.moves("len(shown)")
    waits = "shown.clear(); end = time.monotonic() + 10\nwhile len(shown) < 2 and time.monotonic() < end:"
    assert kernel.run(f"{waits}\n    await asyncio.sleep(0.01)\nprint(len(shown) >= 2)") == "True\n"


def test_a_cell_run_again_stops_its_predecessor(kernel):
    kernel.run("first = live\nlive = watching(); live.start()")
    kernel.moves()
    assert kernel.run("print(first.running, threads())") == "False 1\n"
    assert kernel.run("print(first.sentence.startswith('Paused'))") == "True\n"


def test_an_exception_in_an_update_is_said_by_the_widget_and_the_kernel_lives(kernel):
    kernel.run("def fails(*_): raise ArithmeticError('the chalk broke')\nlive.session._gradient = fails")
    end = time.monotonic() + 10
    while kernel.number("live.running"):
        assert time.monotonic() < end
    assert "Failed: ArithmeticError: the chalk broke" in kernel.run("print(live.sentence, live.readout.value)")
    assert kernel.number("threads()") == 0


def test_a_run_goes_on_after_a_restart_with_the_losses_of_one_that_never_stopped(kernel):
    kernel.run("live = watching(); live.start()")
    while kernel.number("live.run.updates") < 20:
        pass
    kernel.run("live.pause(); save_run(live.run, 'run.npz'); n = live.run.updates")
    done = kernel.number("n")
    kernel.run("live.start()")
    while kernel.number("live.run.updates") < done + 20:
        pass
    whole = kernel.run(f"live.pause(); print([loss.hex() for loss in live.run.history.loss[:{done + 20}].tolist()])")
    kernel.restart()
    assert kernel.run("live = watching(load_run('run.npz')); print(live.sentence)").startswith("Paused: Start goes on.")
    kernel.run("live.start()")
    while kernel.number("live.run.updates") < done + 20:
        pass
    kernel.run("live.pause()")
    resumed = kernel.run(f"print([loss.hex() for loss in live.run.history.loss[:{done + 20}].tolist()])")
    assert resumed == whole
    assert resumed.count("0x") == done + 20
