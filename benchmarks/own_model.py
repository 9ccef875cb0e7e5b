"""The window that somebody's own network needs: the report here, against PyTorch once per window."""

from __future__ import annotations

import importlib.util
import time

import numpy as np

from bptt_helpers import cross_entropy, forward, init_params
from bptt_helpers.tasks.text import one_hot
from bptt_helpers.training.window_report import window_report

from .case import TOLERANCE_FLOAT32, DisagreementError
from .gradients import digits

# n, T, B, what is added to the bias of the gate that keeps
GRID = [(64, 200, 8, 0), (128, 500, 8, 0), (128, 500, 8, 6), (256, 500, 8, 0), (256, 500, 8, 6)]
QUICK = [(3, 20, 2, 0)]
CHARACTERS = 60


def network(n, T, B, bias):
    """Trace and dL_do of a GRU as PyTorch draws it, on characters drawn at random, in float32."""
    rng = np.random.default_rng(0)
    params = init_params(CHARACTERS, n, CHARACTERS, cell="gru", init="pytorch", rng=rng).astype(np.float32)
    params.b_h[n : 2 * n] += bias
    x, y = (rng.integers(0, CHARACTERS, (T, B)) for _ in range(2))
    trace = forward(params, one_hot(x, CHARACTERS).astype(np.float32), cell="gru")
    return trace, cross_entropy(trace.o, y)[1]


def torch_windows(trace, dL_do):
    """PyTorch's gradient of one window: every loss is a row of a batch that starts τ steps before it, detached."""
    import torch

    n, params, states = trace.params.n_hidden, trace.params, torch.tensor(trace.states)
    layer = torch.nn.GRU(trace.params.n_in, n)
    values = (params.W_hx, params.W_hh, params.b_h[: 3 * n], np.append(np.zeros(2 * n), params.b_h[3 * n :]))
    weights = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0]
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(torch.tensor(value))
    x, sent = torch.tensor(trace.x), torch.tensor(dL_do @ params.W_qh)
    T = len(x)

    def gradient(window):
        loss = (layer(x[:window], states[:1])[0] * sent[:window]).sum()  # these losses see the start
        if window < T:
            pieces = torch.cat([x[t - window + 1 : t + 1] for t in range(window, T)], 1)
            start = torch.cat([*states[1 : T - window + 1]])[None]
            loss = loss + (layer(pieces, start)[0][-1] * sent[window:].flatten(0, 1)).sum()
        of_x, of_h, b_ih, b_hh = (g.numpy() for g in torch.autograd.grad(loss, weights))
        return np.concatenate([g.ravel() for g in (of_x, of_h, b_ih, b_hh[2 * n :])])

    return gradient


def measure(n, T, B, bias, with_torch=True) -> dict:
    """One row: seconds of the report, and how many times as long PyTorch takes for the windows it looked at.

    PyTorch is timed for the windows 1, 2, 4, 8 … and the last; what lies between is interpolated. Both in seconds of
    the processor.

    Raises
    ------
    DisagreementError
        If the error of one of these windows is not that of PyTorch's gradients.
    """
    trace, dL_do = network(n, T, B, bias)
    began = time.process_time()
    report = window_report(trace, dL_do, progress=False)
    seconds, K = time.process_time() - began, len(report.window)
    row = {"n": n, "T": T, "B": B, "bias": bias, "windows": K, "needed": report.needed, "seconds": seconds}
    if not with_torch:
        return row | {"ratio": None}
    one, windows, times = torch_windows(trace, dL_do), sorted({*(2 ** np.arange(K.bit_length())), K}), []
    exact = one(T)
    for window in map(int, windows):
        began = time.process_time()
        gradient = one(window)
        times.append(time.process_time() - began)
        found = abs(np.linalg.norm(gradient - exact) / np.linalg.norm(exact) - report.error[window - 1])
        if not found <= TOLERANCE_FLOAT32:
            raise DisagreementError(
                f"report: want PyTorch's error of window {window} to {TOLERANCE_FLOAT32:g}, "
                f"got a difference of {found:.1e}"
            )
    return row | {"ratio": float(np.interp(report.window, windows, times).sum() / seconds)}


def run(progress, store, quick=False) -> list:
    """All rows, one dict each (see `measure`)."""
    rows, with_torch = [], importlib.util.find_spec("torch") is not None
    for size in QUICK if quick else GRID:
        progress("report on a window: n = {}, T = {}, B = {}, bias + {}".format(*size))
        key = f"report {' '.join(map(str, size))}"
        rows.append(store.get(key, lambda: measure(*size, with_torch)))  # noqa: B023
    return rows


def markdown(rows) -> str:
    """The rows as a table; without PyTorch the last column is empty."""
    lines = [
        "| n | T | B | bias of z | needed for 10, 5, 1 % | windows looked at | report, s | PyTorch once per window |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        sizes = f"| {row['n']} | {row['T']} | {row['B']} | + {row['bias']} | {', '.join(map(str, row['needed']))} |"
        ratio = "" if row["ratio"] is None else digits(row["ratio"])
        lines.append(f"{sizes} {row['windows']} | {digits(row['seconds'])} | {ratio} |")
    return "\n".join(lines) + "\n"
