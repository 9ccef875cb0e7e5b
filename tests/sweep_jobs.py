"""Jobs for the tests of sweeps: in a module, so that other processes can import them."""

import os
import signal
import sys
import time
from pathlib import Path

from bptt_helpers.training.sweep import grid, sweep

SETTINGS = grid(a=[1, 2, 3], b=[10, 20])
SHARED = {"what": "sums"}


def add(a, b):
    return {"sum": a + b, "list": [a, b]}


def slow_add(a, b):
    time.sleep(0.05 * a)
    return add(a, b)


def fails_at_2(a, b):
    if a == 2:
        raise ArithmeticError(f"{a} is too much")
    return add(a, b)


def dies_at_2(a, b):
    if a == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return add(a, b)


if __name__ == "__main__":
    sweep(slow_add, SETTINGS, Path(sys.argv[1]), shared=SHARED, progress=lambda done, wanted: print(done, flush=True))
