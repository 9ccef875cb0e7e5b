"""Networks of every kind of cell with data, and what numbers alone say about them: complex steps, no algebra.

The loss is linear in the outputs, L = Σ dL_do ⊙ o, so that any dL_do will do.
"""

from typing import NamedTuple

import numpy as np

from bptt_helpers import Params, Trace, forward
from bptt_helpers.cells.catalogue import find_cell

NAMES = ("tanh", "relu", "gru", "lstm")
GATED = ("gru", "lstm")
EPS = 1e-30


class CellCase(NamedTuple):
    """A network, its data and its forward pass."""

    cell: str
    params: Params
    x: np.ndarray
    s0: np.ndarray
    dL_do: np.ndarray
    trace: Trace

    @property
    def width(self):
        """Width m of the state."""
        return self.s0.shape[1]


def draw(name, T=6, B=2, sizes=(3, 5, 2), seed=0, scale=1.0):
    """Weights of a size that keeps signals alive, biases and an initial state other than zero."""
    cell, rng, (d, n, q) = find_cell(name), np.random.default_rng(seed), sizes
    params = Params(
        scale * rng.normal(size=(cell.gates * n, d)) / np.sqrt(d),
        scale * rng.normal(size=(cell.gates * n, n)) / np.sqrt(n),
        scale * rng.normal(size=cell.biases * n),
        rng.normal(size=(q, n)) / np.sqrt(n),
        rng.normal(size=q),
    )
    x, s0 = rng.normal(size=(T, B, d)), rng.normal(size=(B, cell.parts * n))
    return CellCase(name, params, x, s0, rng.normal(size=(T, B, q)), forward(params, x, cell=name, s0=s0))


def complex_step(loss, array):
    """dL/d(array), one entry after the other: Im L(w + iε) / ε."""
    moved, gradient = array.astype(complex), np.empty(array.shape)
    for i in np.ndindex(array.shape):
        moved[i] += 1j * EPS
        gradient[i] = loss(moved).imag / EPS
        moved[i] = array[i]
    return gradient


def frozen_loss(case, params, x, s0, window, stride, dL_ds_end=0.0):
    """The loss that a truncated gradient is the gradient of.

    The losses of each block of `stride` steps see `window` steps, counted from the block's nominal end; the state
    before is a number that no longer depends on anything. A block that reaches the start sees s0.
    """
    T, total = len(x), 0
    for end in range(stride, T + stride, stride):
        start = max(0, end - window)
        s = case.trace.states[start] if start else s0
        steps = slice(start, min(end, T))
        run = forward(params.astype(complex), x[steps].astype(complex), cell=case.cell, s0=s)
        of_block = end - stride - start  # the first of its own losses
        total += (case.dL_do[end - stride : end] * run.o[of_block:]).sum()
        if end >= T:
            total += (dL_ds_end * run.states[-1]).sum()
    return total


def numeric(case, window=None, stride=1, dL_ds_end=0.0):
    """dL/d(weights), dL/dx and dL/ds0 of `frozen_loss`; exact without a window."""
    T = len(case.x)
    if window is None:
        window = stride = T

    def loss(params=case.params, x=case.x, s0=case.s0):
        return frozen_loss(case, params, x, s0, window, stride, dL_ds_end)

    gradient = [
        complex_step(lambda w, k=k: loss(case.params._replace(**{k: w})), getattr(case.params, k))
        for k in Params._fields
    ]
    return Params(*gradient), complex_step(lambda x: loss(x=x), case.x), complex_step(lambda s: loss(s0=s), case.s0)


def numeric_jacobians(case):
    """ds_t/ds_{t-1} of every step, (T, B, m, m), by complex steps: all unit changes of one state side by side."""
    T, B, m = case.trace.states[1:].shape
    jacobians = np.empty((T, B, m, m))
    params = case.params.astype(complex)
    for t, b in np.ndindex(T, B):
        before = case.trace.states[t, b] + 1j * EPS * np.eye(m)
        after = forward(params, np.tile(case.x[t, b], (1, m, 1)).astype(complex), cell=case.cell, s0=before)
        jacobians[t, b] = after.states[1].imag.T / EPS
    return jacobians


def assert_close(got, wanted, rtol=1e-12):
    """Largest difference relative to the largest entry wanted."""
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= rtol * max(np.abs(wanted).max(), 1e-30)


def in_pytorch(torch, case):
    """The layer of PyTorch with the same weights: module, readout weights, and the split of b_h over its two biases."""
    d, n = case.params.n_in, case.params.n_hidden
    made = {
        "tanh": lambda: torch.nn.RNN(d, n, nonlinearity="tanh"),
        "relu": lambda: torch.nn.RNN(d, n, nonlinearity="relu"),
        "gru": lambda: torch.nn.GRU(d, n),
        "lstm": lambda: torch.nn.LSTM(d, n),
    }
    layer = made[case.cell]().double()
    b_hh = np.random.default_rng(99).normal(size=len(layer.bias_hh_l0))
    if case.cell == "gru":  # the last block of each stands alone
        b_hh[2 * n :] = case.params.b_h[3 * n :]
        b_ih = case.params.b_h[: 3 * n] - np.append(b_hh[: 2 * n], np.zeros(n))
    else:
        b_ih = case.params.b_h - b_hh
    with torch.no_grad():
        for name, value in [
            ("weight_ih_l0", case.params.W_hx),
            ("weight_hh_l0", case.params.W_hh),
            ("bias_ih_l0", b_ih),
            ("bias_hh_l0", b_hh),
        ]:
            getattr(layer, name).copy_(torch.tensor(value))
    readout = [torch.tensor(w, requires_grad=True) for w in (case.params.W_qh, case.params.b_q)]
    return layer, readout


def torch_gradients(torch, case, chunk=None):
    """Outputs, gradient, dL/ds0 and dL/dx by PyTorch's own layers; the state is detached between chunks."""
    layer, (W_qh, b_q) = in_pytorch(torch, case)
    n, T = case.params.n_hidden, len(case.x)
    x, s0 = torch.tensor(case.x, requires_grad=True), torch.tensor(case.s0, requires_grad=True)
    parts = [part[None].contiguous() for part in s0.split(n, 1)]
    outputs = []
    for start in range(0, T, chunk or T):
        state = tuple(parts) if case.cell == "lstm" else parts[0]
        h, after = layer(x[start : start + (chunk or T)], state)
        parts = [part.detach() for part in (after if case.cell == "lstm" else (after,))]
        outputs.append(h @ W_qh.T + b_q)
    o = torch.cat(outputs)
    (o * torch.tensor(case.dL_do)).sum().backward()
    of_x, of_h = layer.bias_ih_l0.grad.numpy(), layer.bias_hh_l0.grad.numpy()
    b_h = np.append(of_x, of_h[2 * n :]) if case.cell == "gru" else of_x
    gradient = Params(
        layer.weight_ih_l0.grad.numpy(), layer.weight_hh_l0.grad.numpy(), b_h, W_qh.grad.numpy(), b_q.grad.numpy()
    )
    return o.detach().numpy(), gradient, s0.grad.numpy(), x.grad.numpy()
