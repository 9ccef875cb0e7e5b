"""The gradient of one network, computed by each peer in the way its own users would.

A peer is a function of a case that prepares everything that does not belong to a gradient (conversion, compilation) and
returns `run`, which computes loss and gradient, and `read`, which turns what `run` returned into NumPy.
"""

from __future__ import annotations

import importlib.util
import time

import numpy as np

from bptt_helpers import Params, bptt, cross_entropy, forward, textbook


def ours(case):
    """This package."""

    def run():
        trace = forward(case.params, case.x, cell=case.cell)
        loss, dL_do = cross_entropy(trace.o, case.y)
        return loss, bptt(trace, dL_do).params

    return run, lambda answer: answer


def textbook_loop(case):
    """The plain NumPy loop that `textbook` teaches."""

    def run():
        h, o = textbook.forward(case.params, case.x)
        loss, dL_do = cross_entropy(np.array(o), case.y)
        return loss, textbook.bptt(case.params, case.x, h, dL_do)

    return run, lambda answer: answer


def torch_rnn(case):
    """PyTorch: `nn.RNN`, whose loop over time is compiled C++, with autograd."""
    import torch

    model = torch.nn.RNN(case.x.shape[2], case.params.n_hidden, dtype=torch.float64)
    with torch.no_grad():
        model.bias_hh_l0.zero_()
    model.bias_hh_l0.requires_grad_(False)
    weights = model.weight_ih_l0, model.weight_hh_l0, model.bias_ih_l0
    return _torch(case, weights, lambda x: model(x)[0])


def torch_gated(case):
    """PyTorch: `nn.LSTM` or `nn.GRU`, by the cell of the case, with autograd."""
    import torch

    params, n = case.params, case.params.n_hidden
    x = torch.tensor(case.x)
    model = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[case.cell](x.shape[2], n, dtype=x.dtype)
    weights = model.weight_ih_l0, model.weight_hh_l0, model.bias_ih_l0
    inside = params.b_h[len(model.bias_ih_l0) :]  # the GRU's bias within the reset
    with torch.no_grad():
        model.bias_hh_l0.zero_()
        if len(inside):
            model.bias_hh_l0[-n:] = torch.tensor(inside)
    model.bias_hh_l0.requires_grad_(bool(len(inside)))
    outside = case._replace(params=params._replace(b_h=params.b_h[: len(model.bias_ih_l0)]))
    run, read = _torch(outside, weights, lambda x: model(x)[0])
    if not len(inside):
        return run, read

    def run_with_both():
        model.bias_hh_l0.grad = None
        return run()

    def read_both(loss):
        loss, gradient = read(loss)
        return loss, gradient._replace(b_h=np.concatenate([gradient.b_h, model.bias_hh_l0.grad[-n:].numpy()]))

    return run_with_both, read_both


def torch_cell(case):
    """PyTorch: `nn.RNNCell` in a Python loop, with autograd."""
    import torch

    cell = torch.nn.RNNCell(case.x.shape[2], case.params.n_hidden, dtype=torch.float64)
    with torch.no_grad():
        cell.bias_hh.zero_()
    cell.bias_hh.requires_grad_(False)

    def states(x):
        h, all_h = torch.zeros(x.shape[1], case.params.n_hidden, dtype=torch.float64), []
        for x_t in x:
            h = cell(x_t, h)
            all_h.append(h)
        return torch.stack(all_h)

    return _torch(case, (cell.weight_ih, cell.weight_hh, cell.bias_ih), states)


def _torch(case, weights, states):
    import torch

    x, y = torch.tensor(case.x), torch.tensor(case.y).reshape(-1)
    readout = torch.nn.Linear(case.params.n_hidden, case.params.n_out, dtype=x.dtype)
    weights = (*weights, readout.weight, readout.bias)
    with torch.no_grad():
        for weight, value in zip(weights, case.params, strict=True):
            weight.copy_(torch.tensor(value))

    def run():
        for weight in weights:
            weight.grad = None
        loss = torch.nn.functional.cross_entropy(readout(states(x)).flatten(0, 1), y)
        loss.backward()
        return loss

    return run, lambda loss: (loss.item(), Params(*(weight.grad.numpy() for weight in weights)))


def jax_scan(case):
    """JAX: `lax.scan`, differentiated and compiled; compilation is timed apart (`jax_compile_seconds`)."""
    compiled, arguments = _jax(case)

    def run():
        loss, gradient = compiled(*arguments)
        loss.block_until_ready()
        return loss, gradient

    return run, lambda answer: (float(answer[0]), Params(*map(np.asarray, answer[1])))


def jax_compile_seconds(case) -> float:
    """How long JAX takes to trace and compile the gradient for one shape."""
    started = time.perf_counter()
    _jax(case)
    return time.perf_counter() - started


def _jax(case):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(params, x, y):
        W_hx, W_hh, b_h, W_qh, b_q = params

        def step(h, x_t):
            h = jnp.tanh(x_t @ W_hx.T + h @ W_hh.T + b_h)
            return h, h

        _, h = jax.lax.scan(step, jnp.zeros((x.shape[1], len(b_h))), x)
        log_p = jax.nn.log_softmax(h @ W_qh.T + b_q)
        return -jnp.take_along_axis(log_p, y[..., None], 2).mean()

    arguments = tuple(map(jnp.asarray, case.params)), jnp.asarray(case.x), jnp.asarray(case.y)
    return jax.jit(jax.value_and_grad(loss)).lower(*arguments).compile(), arguments


def autograd_loop(case):
    """HIPS autograd: the plain loop, differentiated by tracing it."""
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    x, labels = case.x, np.eye(case.params.n_out)[case.y]

    def loss(params):
        W_hx, W_hh, b_h, W_qh, b_q = params
        h, o = anp.zeros((x.shape[1], len(b_h))), []
        for x_t in x:
            h = anp.tanh(anp.dot(x_t, W_hx.T) + anp.dot(h, W_hh.T) + b_h)
            o.append(anp.dot(h, W_qh.T) + b_q)
        o = anp.array(o)
        return anp.mean(logsumexp(o, axis=2) - anp.sum(labels * o, axis=2))

    gradient = autograd.value_and_grad(loss)
    return lambda: gradient(tuple(case.params)), lambda answer: (float(answer[0]), Params(*answer[1]))


OURS = "this package"
PEERS = {
    OURS: (ours, None),
    "textbook loop": (textbook_loop, None),
    "PyTorch nn.RNN": (torch_rnn, "torch"),
    "PyTorch RNNCell": (torch_cell, "torch"),
    "JAX scan": (jax_scan, "jax"),
    "HIPS autograd": (autograd_loop, "autograd"),
}


def installed() -> dict:
    """The peers that can be imported here, by name, this package first."""
    return {
        name: peer
        for name, (peer, module) in PEERS.items()
        if module is None or importlib.util.find_spec(module) is not None
    }
