"""Why a small network is no faster, nor its windows: what calls and products alone cost, and what lies below.

A step needs two calls forward (product, activation) and two backward (product, slope), each waiting for the one before.
Below the time of these calls there are two ways. One leaves Python: JAX compiles the loop. The other waits less, which
the backward pass allows because it is linear: `blockwise_signals` cuts the sequence into blocks that travel side by
side, finds for each how it passes a signal on, and joins them.

The logarithmic windows of `gradient_by_window` come by doubling, which squares a product of Jacobians at every state:
`matrix_products` does nothing else.
"""

from __future__ import annotations

import numpy as np

from bptt_helpers import bptt, cross_entropy, forward, gradient_by_window
from bptt_helpers.cells.loops import signals_of_one, states_of_one
from bptt_helpers.truncation.every_window import logarithmic_windows

from .case import TOLERANCE, DisagreementError, make_case
from .peers import installed
from .timing import in_turns

SIZES = [(T, n) for T in (100, 1000) for n in (2, 16, 64)]
QUICK = [(40, 2)]


def bare_calls(n, columns, steps):
    """A function that makes the four calls of a step on memory of the right size, `steps` times, and nothing else."""
    weights_times = np.random.default_rng(0).normal(size=(n, columns)).dot
    row, h = np.ones(columns), np.ones(n)
    tanh, multiply = np.tanh, np.multiply

    def run():
        for _ in range(steps):
            weights_times(row, h)
            tanh(h, h)
            weights_times(row, h)
            multiply(h, h, h)

    return run


def blockwise_signals(params, dL_do, slope, length=32):
    """dL/da of one sequence, in blocks of `length` steps side by side.

        dL/da_t = own_t + P_t dL/da_{end}:    own_t from the losses within the block, P_t from its end

    Parameters
    ----------
    params : Params
    dL_do : ndarray (T, 1, q)
    slope : ndarray (T, 1, n)
    length : int

    Returns
    -------
    ndarray (T, n)
    """
    T, n = len(slope), params.n_hidden
    blocks = -(-T // length)
    own, slopes = np.zeros((blocks * length, n)), np.zeros((blocks * length, n))
    own[:T], slopes[:T] = dL_do[:, 0] @ params.W_qh, slope[:, 0]
    own = own.reshape(blocks, length, n).swapaxes(0, 1).copy()  # step in the block first
    slopes = slopes.reshape(blocks, length, 1, n).swapaxes(0, 1).copy()

    # n rows for how a signal from beyond the block passes, one for the block's own losses
    signals = np.zeros((blocks, n + 1, n))
    signals[:, :n] = np.eye(n)
    arrived = np.empty((length, blocks, n + 1, n))
    for t in range(length - 1, -1, -1):
        signals = signals.reshape(-1, n).dot(params.W_hh).reshape(signals.shape)
        signals[:, n] += own[t]
        signals *= slopes[t]
        arrived[t] = signals

    beyond = np.zeros((blocks, n))
    across, within = arrived[0, :, :n], arrived[0, :, n]
    for block in range(blocks - 1, 0, -1):
        beyond[block - 1] = beyond[block].dot(across[block]) + within[block]
    da = arrived[:, :, n] + np.matmul(beyond[None, :, None], arrived[:, :, :n])[:, :, 0]
    return da.swapaxes(0, 1).reshape(-1, n)[:T]


def matrix_products(T, n):
    """A function that squares T products of Jacobians as often as doubling does, and nothing else."""
    across, squared = np.random.default_rng(0).normal(size=(T, n, n)), np.empty((T, n, n))

    def run():
        a = 1
        while 16 * a < T:
            a *= 2
            needed = T - 2 * a
            np.matmul(across[:needed], across[a // 2 : a // 2 + needed], out=squared[:needed])

    return run


def measure(T, n, budget) -> dict:
    """One row: milliseconds of the whole gradient, its loops, the bare calls, the blockwise backward loop, compiled JAX
    where it is installed, and for few units the logarithmic windows and their matrix products."""
    case = make_case(T, n, 1)
    trace = forward(case.params, case.x)
    _, dL_do = cross_entropy(trace.o, case.y)
    slope, h = 1 - trace.h[1:] ** 2, trace.h.copy()
    dL_dh = np.empty_like(slope)
    wanted = signals_of_one(case.params, dL_do, slope, dL_dh)[:, 0]
    found = np.abs(blockwise_signals(case.params, dL_do, slope) - wanted).max() / np.abs(wanted).max()
    if not found <= TOLERANCE:
        raise DisagreementError(
            f"blocks: want the signals of the loop to {TOLERANCE:g}, got a difference of {found:.1e}"
        )

    def gradient():
        trace = forward(case.params, case.x)
        bptt(trace, cross_entropy(trace.o, case.y)[1])

    windows = logarithmic_windows(T)
    jax = installed().get("JAX scan")
    more = {"jax": jax(case)[0]} if jax else {}
    if n <= 32:  # where the logarithmic windows come by doubling
        more["windows"] = lambda: gradient_by_window(trace, dL_do, windows=windows)
        more["products"] = matrix_products(T, n)
    times = in_turns(
        more
        | {
            "gradient": gradient,
            "forward": lambda: states_of_one(case.params, case.x, h, np.tanh),
            "backward": lambda: signals_of_one(case.params, dL_do, slope, dL_dh),
            "calls": bare_calls(n, n + 9, T),
            "blocks": lambda: blockwise_signals(case.params, dL_do, slope),
            "backward pass": lambda: bptt(trace, dL_do),
        },
        budget,
    )
    return {"T": T, "n": n} | {name: 1e3 * float(np.median(t)) for name, t in times.items()}


def run(progress, store, quick=False) -> list:
    """One row a size (see `measure`)."""
    rows = []
    for T, n in QUICK if quick else SIZES:
        progress(f"floor: T = {T}, n = {n}")
        rows.append(store.get(f"floor {T} {n}", lambda: measure(T, n, 0.05 if quick else 2)))  # noqa: B023
    return rows


def markdown(rows) -> str:
    """Both tables, and what follows from them."""
    row, loops = rows[-1], ("gradient", "forward", "backward", "calls", "blocks", "jax")
    share = row["calls"] / row["gradient"]
    few = min(rows, key=lambda row: (row["n"], -row["T"]))
    below = (few["gradient"] - few["backward"] + few["blocks"]) / few["gradient"]
    lines = [
        "| T | n | gradient | forward loop | backward loop | bare calls of both | backward in blocks | JAX scan |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(_line(row, loops) for row in rows),
        "",
        f"At T = {row['T']}, n = {row['n']} the bare calls are {share:.0%} of the gradient: the floor of any loop over",
        "steps in NumPy. Where compiled JAX stays below them, no such loop can follow it.",
        "",
        f"With the backward pass in blocks the gradient at T = {few['T']}, n = {few['n']} would take {below:.2f}",
        "times as long. The package does not do it: it pays for a handful of units only, and hides the algorithm. The",
        "forward loop is not linear and has to wait.",
        "",
        "Sliding logarithmic windows, and the matrix products that doubling cannot do without, in milliseconds and in",
        "backward passes:",
        "",
        "| T | n | windows, ms | products alone, ms | a backward pass, ms | windows, passes | products, passes |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        if "windows" not in row:
            continue
        passes = {f"{name} passes": row[name] / row["backward pass"] for name in ("windows", "products")}
        lines.append(_line(row | passes, ("windows", "products", "backward pass", *passes)))
    return "\n".join(lines) + "\n"


def _line(row, names):
    values = " | ".join(f"{row[name]:.3g}" if name in row else "" for name in names)
    return f"| {row['T']} | {row['n']} | {values} |"
