"""The gradient of one network: every peer, every size; growth with the number of steps and of units."""

from __future__ import annotations

import time

import numpy as np

from .case import check, make_case
from .peers import OURS, installed, jax_compile_seconds
from .timing import in_turns, ratios

GRID = [(T, n, B) for B in (1, 32) for T in (10, 100, 1000) for n in (2, 16, 64, 256)]
QUICK = [(4, 3, 1), (8, 3, 1)]


def measure(T, n, B, peers, budget) -> dict:
    """One cell of the grid: all answers are compared before anything is timed.

    Parameters
    ----------
    T, n, B : int
        Steps, hidden units, batch.
    peers : dict of callable
        Functions of a case, `OURS` among them.
    budget : float
        Seconds.

    Returns
    -------
    dict
        ``ms`` of this package, ``ratio`` to it by peer, ``compile`` seconds of JAX.

    Raises
    ------
    DisagreementError
        If a peer's loss or gradient is not ours.
    """
    case = make_case(T, n, B)
    times = agreed_times(case, peers, budget)
    return {
        "T": T,
        "n": n,
        "B": B,
        "ms": 1e3 * float(np.median(times[OURS])),
        "ratio": ratios(times, OURS),
        "compile": jax_compile_seconds(case) if "JAX scan" in peers else None,
    }


def agreed_times(case, peers, budget, clock=time.perf_counter) -> dict:
    """Seconds of every peer, see `in_turns`, once all have given the first one's loss and gradient."""
    runs, wanted, (T, B, _) = {}, None, case.x.shape
    for name, peer in peers.items():
        runs[name], read = peer(case)
        answer = read(runs[name]())
        wanted = answer if wanted is None else wanted
        check(f"{name} at T = {T}, n = {case.params.n_hidden}, B = {B}", answer, wanted)
    return in_turns(runs, budget, clock=clock)


def run(progress, store, quick=False) -> list:
    """All cells of the grid, one dict each (see `measure`)."""
    rows = []
    for T, n, B in QUICK if quick else GRID:
        progress(f"gradient: T = {T}, n = {n}, B = {B}")
        budget = 0.05 if quick else 4
        rows.append(store.get(f"gradient {T} {n} {B}", lambda: measure(T, n, B, installed(), budget)))  # noqa: B023
    return rows


def exponent(sizes, times) -> float:
    """The a of time ∝ size^a, by least squares on the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def growth(rows, along, **fixed) -> tuple[list, dict]:
    """Sizes measured along one axis (``"T"`` or ``"n"``) where the others are `fixed`, and each peer's exponent."""
    line = sorted((r for r in rows if all(r[k] == v for k, v in fixed.items())), key=lambda row: row[along])
    sizes = [row[along] for row in line]
    if len(sizes) < 2:
        return sizes, {}
    return sizes, {name: exponent(sizes, [r["ms"] * r["ratio"][name] for r in line]) for name in line[0]["ratio"]}


def digits(value, count=2) -> str:
    """`value` with `count` significant digits, or all those before the point, never as a power of ten."""
    return f"{value:.0f}" if value >= 10**count else f"{value:.{count}g}"


def markdown(rows) -> str:
    """The grid and the exponents as tables."""
    names = [name for name in rows[0]["ratio"] if name != OURS]
    compiled = rows[0]["compile"] is not None
    lines = [
        f"| T | n | B | {OURS}, ms | {' | '.join(names)} |" + (" JAX compiles, s |" if compiled else ""),
        "|--:|--:|--:|--:|" + "--:|" * (len(names) + compiled),
    ]
    for row in rows:
        cells = " | ".join(digits(row["ratio"][name]) for name in names)
        line = f"| {row['T']} | {row['n']} | {row['B']} | {digits(row['ms'], 3)} | {cells} |"
        lines.append(line + (f" {row['compile']:.2f} |" if compiled else ""))
    lines += ["", "Growth, as the exponent a of time ∝ size^a, fitted by least squares to the logarithms:", ""]
    lines += [f"| along | {OURS} | {' | '.join(names)} |", "|---|--:|" + "--:|" * len(names)]
    for along, fixed in [
        ("T", {"n": 16, "B": 1}),
        ("T", {"n": 256, "B": 32}),
        ("n", {"T": 1000, "B": 1}),
        ("n", {"T": 1000, "B": 32}),
    ]:
        sizes, exponents = growth(rows, along, **fixed)
        if exponents:
            where = ", ".join(f"{name} = {value}" for name, value in fixed.items())
            values = " | ".join(f"{exponents[name]:.2f}" for name in [OURS, *names])
            lines.append(f"| {along} = {', '.join(map(str, sizes))} at {where} | {values} |")
    return "\n".join(lines) + "\n"
