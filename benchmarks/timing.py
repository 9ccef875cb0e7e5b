"""Times of several functions that share a machine with others: in turns, so that all meet the same disturbances."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager

import numpy as np

SAMPLE = 1e-3  # seconds; a faster function is called several times in a row
# a function faster than this is called once untimed first: it finds its data in the cache, as in training
SHORT = 20e-3


def seconds_per_call(function, calls, clock=time.perf_counter) -> float:
    """Mean time of `calls` calls in a row."""
    started = clock()
    for _ in range(calls):
        function()
    return (clock() - started) / calls


@contextmanager
def no_collection():
    """Without the garbage collector, as in `timeit`: one peer would wait for what another has left behind."""
    gc.collect()
    gc.freeze()  # what is there now need not be looked through again between the samples
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def in_turns(functions, budget, rounds=(5, 25), clock=time.perf_counter) -> dict:
    """Time every function once a round, for as many rounds as fit.

    Parameters
    ----------
    functions : dict of callable
        Called once before, so that nothing is timed cold.
    budget : float
        Seconds that all rounds together should take.
    rounds : tuple of int
        Fewest and most.
    clock : callable () -> float
        Seconds; `time.process_time` counts those of the processor, for one thread on a machine that others use, too.

    Returns
    -------
    dict of ndarray (rounds,)
        Seconds per call.
    """
    calls, warm, a_round = {}, {}, 0.0
    for name, function in functions.items():
        function()
        once = seconds_per_call(function, 1)
        calls[name] = max(1, round(SAMPLE / once))
        warm[name] = once < SHORT
        a_round += once * (calls[name] + warm[name])
    count = int(np.clip(budget / a_round, *rounds))
    times = {name: np.empty(count) for name in functions}
    with no_collection():
        for k in range(count):
            for name, function in functions.items():
                if warm[name]:
                    function()
                times[name][k] = seconds_per_call(function, calls[name], clock)
                gc.collect()
    return times


def ratios(times, reference) -> dict:
    """Median over the rounds of each time divided by the reference's time in the same round."""
    return {name: float(np.median(t / times[reference])) for name, t in times.items()}
