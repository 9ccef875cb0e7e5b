"""The gradient of one LSTM and one GRU, in both floating-point types, against PyTorch's."""

from __future__ import annotations

import importlib.util

import numpy as np

from .case import make_case
from .gradients import agreed_times, digits
from .peers import OURS, ours, torch_layer
from .timing import ratios

GRID = [
    (1000, 16, 1, "float64"),
    (35, 128, 32, "float64"),
    (256, 128, 32, "float64"),
    (35, 128, 32, "float32"),
    (256, 128, 32, "float32"),
]
QUICK = [(4, 3, 1, "float64"), (4, 3, 2, "float32")]
PEERS = {"lstm": "PyTorch nn.LSTM", "gru": "PyTorch nn.GRU"}


def measure(cell, T, n, B, dtype, peers, budget) -> dict:
    """One row: all answers are compared before anything is timed.

    Parameters
    ----------
    cell : {"lstm", "gru"}
    T, n, B : int
        Steps, hidden units, batch.
    dtype : str
    peers : dict of callable
        Functions of a case, `OURS` first.
    budget : float
        Seconds.

    Returns
    -------
    dict
        ``ms`` of this package, ``ratio`` to it by peer.

    Raises
    ------
    DisagreementError
        If a peer's loss or gradient is not ours.
    """
    case = make_case(T, n, B, cell=cell, dtype=dtype)
    times = agreed_times(case, peers, budget)
    row = {"cell": cell, "T": T, "n": n, "B": B, "dtype": dtype}
    return row | {"ms": 1e3 * float(np.median(times[OURS])), "ratio": ratios(times, OURS)}


def installed(cell) -> dict:
    """This package and, where it can be imported, PyTorch's layer for the cell."""
    return {OURS: ours} | ({PEERS[cell]: torch_layer} if importlib.util.find_spec("torch") else {})


def run(progress, store, quick=False) -> list:
    """All rows, one dict each (see `measure`)."""
    rows, budget = [], 0.05 if quick else 4
    for cell in PEERS:
        for size in QUICK if quick else GRID:
            T, n, B, dtype = size
            progress(f"{cell}: T = {T}, n = {n}, B = {B}, {dtype}")
            key = " ".join(map(str, (cell, *size)))
            rows.append(store.get(key, lambda: measure(cell, *size, installed(cell), budget)))  # noqa: B023
    return rows


def markdown(rows) -> str:
    """The rows as a table; without PyTorch the last column is empty."""
    lines = [f"| cell | type | T | n | B | {OURS}, ms | PyTorch |", "|---|---|--:|--:|--:|--:|--:|"]
    for row in rows:
        ratio = row["ratio"].get(PEERS[row["cell"]])
        size = f"{row['T']} | {row['n']} | {row['B']} | {digits(row['ms'], 3)}"
        lines.append(f"| {row['cell']} | {row['dtype']} | {size} | {'' if ratio is None else digits(ratio)} |")
    return "\n".join(lines) + "\n"
