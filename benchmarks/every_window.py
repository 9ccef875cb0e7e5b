"""Truncated gradients of many windows: all at once here, against PyTorch's truncated gradient once per window."""

from __future__ import annotations

import numpy as np

from bptt_helpers import bptt, cross_entropy, forward, gradient_by_window
from bptt_helpers.truncation.every_window import logarithmic_windows

from .case import TOLERANCE, DisagreementError, make_case
from .gradients import digits
from .timing import in_turns

# T, n, scheme, which windows
GRID = [
    (100, 16, "sliding", "every"),
    (1000, 16, "sliding", "logarithmic"),
    (100, 16, "chunked", "every"),
    (1000, 16, "chunked", "logarithmic"),
]
QUICK = [(12, 3, "sliding", "every"), (12, 3, "chunked", "logarithmic")]
# for these our own time alone, in single backward passes
ALONE = [
    (1000, n, scheme, which)
    for n in (2, 16, 64)
    for scheme in ("sliding", "chunked")
    for which in ("every", "logarithmic")
]


def torch_sliding(case, h, weight_of):
    """PyTorch's gradient of a sliding window: every loss is a row of one batch that starts τ steps before it."""
    import torch

    x, y, starts = torch.tensor(case.x[:, 0]), torch.tensor(case.y[:, 0]), torch.tensor(h[:, 0])
    T = len(x)
    weights = [torch.tensor(w, requires_grad=True) for w in case.params]
    W_hx, W_hh, b_h, W_qh, b_q = weights
    loss_steps = torch.arange(T)

    def gradient(window):
        for w in weights:
            w.grad = None
        first = loss_steps - window + 1
        state = starts[first.clamp(min=0)]
        for k in range(window):
            step = first + k
            new = torch.tanh(x[step.clamp(min=0)] @ W_hx.T + state @ W_hh.T + b_h)
            state = torch.where((step >= 0)[:, None], new, state)  # a window that begins before the sequence waits
        torch.nn.functional.cross_entropy(state @ W_qh.T + b_q, y).backward()
        return weight_of([w.grad.numpy() for w in weights])

    return gradient


def torch_chunked(case, weight_of):
    """PyTorch's gradient with `detach` after every block of τ steps, each block run by `nn.RNN`."""
    import torch

    model = torch.nn.RNN(case.x.shape[2], case.params.n_hidden, dtype=torch.float64)
    readout = torch.nn.Linear(case.params.n_hidden, case.params.n_out, dtype=torch.float64)
    weights = [model.weight_ih_l0, model.weight_hh_l0, model.bias_ih_l0, readout.weight, readout.bias]
    with torch.no_grad():
        model.bias_hh_l0.zero_()
        for weight, value in zip(weights, case.params, strict=True):
            weight.copy_(torch.tensor(value))
    model.bias_hh_l0.requires_grad_(False)
    x, y = torch.tensor(case.x), torch.tensor(case.y[:, 0])

    def gradient(window):
        for w in weights:
            w.grad = None
        state, outputs = None, []
        for block in x.split(window):
            out, state = model(block, None if state is None else state.detach())
            outputs.append(readout(out[:, 0]))
        torch.nn.functional.cross_entropy(torch.cat(outputs), y).backward()
        return weight_of([w.grad.numpy() for w in weights])

    return gradient


def measure(T, n, scheme, which, budget, with_torch=True) -> dict:
    """One row: milliseconds of all windows, single backward passes they cost, ratio of PyTorch's time to ours.

    Raises
    ------
    DisagreementError
        If norm, cosine or error of a window differ from those of PyTorch's gradients.
    """
    case = make_case(T, n, 1)
    trace = forward(case.params, case.x)
    _, dL_do = cross_entropy(trace.o, case.y)
    windows = np.arange(1, T + 1) if which == "every" else logarithmic_windows(T)
    runs = {
        "ours": lambda: gradient_by_window(trace, dL_do, scheme=scheme, windows=windows),
        "backward": lambda: bptt(trace, dL_do),
    }
    if with_torch:

        def recurrent(gradient):
            return np.concatenate([g.ravel() for g in gradient[:3]])

        one = torch_chunked(case, recurrent) if scheme == "chunked" else torch_sliding(case, trace.h, recurrent)
        runs["PyTorch"] = lambda: [one(int(window)) for window in windows]
        _compare(runs["ours"](), np.array(runs["PyTorch"]()))
    times = in_turns(runs, budget)
    row = {"T": T, "n": n, "scheme": scheme, "which": which, "count": len(windows)}
    row["ms"] = 1e3 * float(np.median(times["ours"]))
    row["passes"] = float(np.median(times["ours"] / times["backward"]))
    row["ratio"] = float(np.median(times["PyTorch"] / times["ours"])) if with_torch else None
    return row


def _compare(curve, gradients):
    exact = gradients[-1]
    norm = np.linalg.norm(gradients, axis=1)
    error = np.linalg.norm(gradients - exact, axis=1) / norm[-1]
    found = np.abs(
        [
            10**curve.log10_norm / norm - 1,
            curve.cosine - gradients @ exact / (norm * norm[-1]),
            10**curve.log10_error - error,
        ]
    ).max()
    if not found <= TOLERANCE:
        raise DisagreementError(f"windows: want PyTorch's gradients to {TOLERANCE:g}, got a difference of {found:.1e}")


def run(progress, store, quick=False) -> list:
    """All rows, one dict each (see `measure`)."""
    rows = []
    for against_torch, grid in [(True, QUICK if quick else GRID), (False, QUICK if quick else ALONE)]:
        for T, n, scheme, which in grid:
            progress(f"windows: T = {T}, n = {n}, {scheme}, {which}")
            key = f"windows {T} {n} {scheme} {which} {against_torch}"
            rows.append(
                store.get(key, lambda: measure(T, n, scheme, which, 0.05 if quick else 3, against_torch))  # noqa: B023
            )
    return rows


def markdown(rows) -> str:
    """Both tables."""
    lines = ["| scheme | windows | T | n | all at once, ms | PyTorch once per window |", "|---|---|--:|--:|--:|--:|"]
    lines += [f"{_start(row)} {row['ratio']:.0f} |" for row in rows if row["ratio"] is not None]
    lines += [
        "",
        "The same in single backward passes (one call of `bptt` on the same network):",
        "",
        "| scheme | windows | T | n | ms | backward passes |",
        "|---|---|--:|--:|--:|--:|",
    ]
    lines += [f"{_start(row)} {row['passes']:.1f} |" for row in rows if row["ratio"] is None]
    return "\n".join(lines) + "\n"


def _start(row):
    return f"| {row['scheme']} | {row['which']}, {row['count']} | {row['T']} | {row['n']} | {digits(row['ms'], 3)} |"
