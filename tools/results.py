"""What the tools that store results have in common: every job on all cores, each result stored as it arrives."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from bptt_helpers.training.sweep import sweep


def make(record, settings, store, shared) -> int:
    """Do the jobs that `store` does not hold yet, and say which failed; arguments as for `sweep`.

    Returns
    -------
    int
        For the shell: 0 if all are done.
    """
    with ProcessPoolExecutor() as executor:
        done = sweep(record, settings, store, shared=shared, executor=executor, progress=True)
    for setting, problem in done.failed:
        print(f"{setting}: {problem}", file=sys.stderr)
    return int(bool(done.failed))


def thin(curve, every, of_each=np.mean, digits=4) -> list[float]:
    """One number for each `every` points of a curve."""
    return [rounded(of_each(curve[k : k + every]), digits) for k in range(0, len(curve), every)]


def rounded(value, digits=4) -> float:
    """A number as it is stored."""
    return float(f"{value:.{digits}g}")
