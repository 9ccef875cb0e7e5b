"""Times of several functions that share a machine with others: in turns, so that all meet the same disturbances."""

from __future__ import annotations

import time

import numpy as np

SAMPLE = 1e-3  # seconds; a faster function is called several times in a row


def seconds_per_call(function, calls) -> float:
    """Mean time of `calls` calls in a row."""
    started = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - started) / calls


def in_turns(functions, budget, rounds=(3, 25)) -> dict:
    """Time every function once a round, for as many rounds as fit.

    Parameters
    ----------
    functions : dict of callable
        Called once before, so that nothing is timed cold.
    budget : float
        Seconds that all rounds together should take.
    rounds : tuple of int
        Fewest and most.

    Returns
    -------
    dict of ndarray (rounds,)
        Seconds per call.
    """
    calls, a_round = {}, 0.0
    for name, function in functions.items():
        function()
        once = seconds_per_call(function, 1)
        calls[name] = max(1, round(SAMPLE / once))
        a_round += once * calls[name]
    count = int(np.clip(budget / a_round, *rounds))
    times = {name: np.empty(count) for name in functions}
    for k in range(count):
        for name, function in functions.items():
            times[name][k] = seconds_per_call(function, calls[name])
    return times


def ratios(times, reference) -> dict:
    """Median over the rounds of each time divided by the reference's time in the same round."""
    return {name: float(np.median(t / times[reference])) for name, t in times.items()}
