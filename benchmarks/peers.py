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


class TorchModel:
    """PyTorch's layer for the cell of a case, and a linear readout, with the weights of the case.

    The layer has two biases where this package has one: the second stays at 0. That of the GRU's block n is within the
    reset, and trained; the gradients of the others are set to 0.

    Attributes
    ----------
    trained : list of Tensor
    """

    def __init__(self, case):
        import torch

        params, n = case.params, case.params.n_hidden
        dtype = torch.tensor(case.x).dtype
        layer = {"tanh": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[case.cell]
        self.layer = layer(params.n_in, n, dtype=dtype)
        self.readout = torch.nn.Linear(n, params.n_out, dtype=dtype)
        bias, second = self.layer.bias_ih_l0, self.layer.bias_hh_l0
        self.weights = [self.layer.weight_ih_l0, self.layer.weight_hh_l0, bias, self.readout.weight, self.readout.bias]
        self.inside = params.b_h[len(bias) :]
        values = params._replace(b_h=params.b_h[: len(bias)])
        with torch.no_grad():
            second.zero_()
            for weight, value in zip(self.weights, values, strict=True):
                weight.copy_(torch.tensor(value))
        self.trained = list(self.weights)
        if len(self.inside):
            with torch.no_grad():
                second[-n:] = torch.tensor(self.inside)
            reaches = torch.zeros_like(second)
            reaches[-n:] = 1
            second.register_hook(lambda gradient: gradient * reaches)
            self.trained.append(second)
        else:
            second.requires_grad_(False)

    def outputs(self, x):
        """The outputs of all steps of all sequences, one a row."""
        return self.readout(self.layer(x)[0]).flatten(0, 1)

    def read(self, of) -> Params:
        """What `of` says of every weight, as this package lays it out."""
        W_hx, W_hh, b_h, W_qh, b_q = (of(weight).detach().numpy().copy() for weight in self.weights)
        inside = of(self.trained[-1]).detach().numpy()[-len(self.inside) :] if len(self.inside) else self.inside
        return Params(W_hx, W_hh, np.concatenate([b_h, inside]), W_qh, b_q)


def torch_layer(case):
    """PyTorch: `nn.RNN`, `nn.LSTM` or `nn.GRU`, by the cell of the case, whose loops are compiled C++; autograd."""
    import torch

    model = TorchModel(case)
    x, y = torch.tensor(case.x), torch.tensor(case.y).reshape(-1)

    def run():
        for weight in model.trained:
            weight.grad = None
        loss = torch.nn.functional.cross_entropy(model.outputs(x), y)
        loss.backward()
        return loss

    return run, lambda loss: (loss.item(), model.read(lambda weight: weight.grad))


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

    x, y = torch.tensor(case.x), torch.tensor(case.y).reshape(-1)
    readout = torch.nn.Linear(case.params.n_hidden, case.params.n_out, dtype=x.dtype)
    weights = (cell.weight_ih, cell.weight_hh, cell.bias_ih, readout.weight, readout.bias)
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
    "PyTorch nn.RNN": (torch_layer, "torch"),
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
