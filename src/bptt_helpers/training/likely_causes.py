"""What explains that an imported layer does not do what it did at home: one mistake after the other, tried out.

A suspect is the network, or its outputs, with one mistake made or undone. One whose first steps are those of the
outputs explains them: a state depends on earlier steps only, so that a few steps are enough to tell.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from ..cells.catalogue import CELLS
from ..passes.forward import forward
from .sampling import softmax

STEPS, SEQUENCES = 12, 4  # of which suspects are computed
ROUGH = 5e-3  # what half precision, bfloat16 or TF32 may account for

AFTER = {
    "softmax": softmax,
    "log_softmax": lambda o: np.log(np.maximum(softmax(o), 1e-300)),
    "sigmoid": lambda o: 0.5 + 0.5 * np.tanh(o / 2),
    "tanh": np.tanh,
    "relu": lambda o: np.maximum(o, 0),
}
RESET = "the reset gate comes before the product with W_hh (Keras: reset_after=False), which no cell here does"


def likely_cause(trace, outputs, part, difference, tolerance) -> str:
    """In words: a suspect that explains the outputs, else what is known from where they part.

    `trace` is in float64, `outputs` (T, B, q) or (T, B, n) are to be compared with its `part`, "o" or "h";
    `difference` (T,) is that of every step, relative to the largest output, and `tolerance` what rounding makes of it.
    """
    limit = 10 * tolerance * np.abs(outputs).max()

    def alike(a, b):
        return a.shape == b.shape and np.abs(a - b).max() <= limit

    own = trace.o if part == "o" else trace.h[1:]
    if not alike(beginning(own), beginning(outputs)):  # else a mistake that changes nothing would explain them
        for says, supposed, theirs in suspects(trace, outputs, part):
            if alike(supposed, theirs):
                return says
    return _where_they_part(trace, outputs, part, difference, tolerance)


def beginning(numbers):
    """The first steps of the first sequences."""
    return numbers[:STEPS, :SEQUENCES]


def suspects(trace, outputs, part):
    """(what is wrong, numbers of the first steps if that is so, numbers of the outputs) of every mistake known here."""
    params, x, s0, cell = trace.params, trace.x, trace.states[0], trace.cell

    def run(params=params, x=x, s0=s0, cell=cell):
        try:
            found = forward(params, beginning(x), cell=cell, s0=None if s0 is None else s0[:SEQUENCES])
        except OverflowError:
            return np.empty(0)
        return found.o if part == "o" else found.h[1:]

    theirs, turned = beginning(outputs), beginning(outputs.swapaxes(0, 1))
    if not s0.any():
        own = run(x=x.swapaxes(0, 1), s0=None)
        yield "x and the outputs have the batch first, taken for time first; model.time_first turns them", own, turned
        yield "x has the batch first, taken for time first; model.time_first turns it", own, theirs
    own = beginning(trace.o if part == "o" else trace.h[1:])
    yield "the outputs have the batch first; model.time_first turns them", own, turned
    if part == "o":
        for name, function in AFTER.items():
            yield f"the outputs went through {name}", function(own), theirs
    if s0.any():
        yield "the layer began with the state 0, and the trace with another", run(s0=None), theirs
    for name, other in CELLS.items():
        if name != cell.name and (other.gates, other.biases) == (cell.gates, cell.biases):
            yield f'the layer is one for cell="{name}"', run(cell=other), theirs
    for says, changed in _other_weights(cell, params):
        yield says, run(changed), theirs
    if cell.name == "gru":
        h = _reset_before(trace)
        yield RESET, h if part == "h" else h @ params.W_qh.T + params.b_q, theirs
    yield "the layer reads the sequence from its end", run(x=x[::-1]), beginning(outputs[::-1])


def _other_weights(cell, params):
    """(what is wrong, weights with that undone): order and sign of gates, biases, matrices turned."""
    n, names = params.n_hidden, {"gru": "rzn", "lstm": "ifgo"}.get(cell.name, "a")
    for order in permutations(range(len(names))):
        if cell.name == "lstm" or order == (1, 0, 2):
            back = list(np.argsort(order))
            says = ", ".join(names[k] for k in back)
            yield f"the gates stand in the order {says} and not {', '.join(names)}", _blocks(params, order)
    if cell.name == "gru":
        keep = "z lets in what is new and 1 - z keeps, not as in PyTorch: the rows of z want the other sign"
        for order, also in ((0, 1, 2), ""), ((1, 0, 2), "; and the gates stand in the order z, r, n"):
            yield keep + also, _signed(_blocks(params, order))
    half = params.b_h / 2
    if cell.name == "gru":
        half = np.concatenate([half[: 2 * n], params.b_h[2 * n : 3 * n], np.zeros(n)])
    yield "one bias stands under both keys; the other wants zeros", params._replace(b_h=half)
    yield "the layer has no biases", params._replace(b_h=np.zeros_like(params.b_h))
    yield "the readout has no bias", params._replace(b_q=np.zeros_like(params.b_q))
    W_hh = params._replace(W_hh=_turned(params.W_hh))
    yield "weight_hh_l0 was given transposed", W_hh
    if params.n_in == n:
        yield "weight_ih_l0 was given transposed", params._replace(W_hx=_turned(params.W_hx))
        yield "weight_ih_l0 and weight_hh_l0 were given transposed", W_hh._replace(W_hx=_turned(params.W_hx))
    if params.n_out == n:
        yield "the weight of the readout was given transposed", params._replace(W_qh=params.W_qh.T.copy())


def _blocks(params, order):
    """The weights with their blocks of rows in another order; a fourth block of biases in a GRU stays."""
    n = params.n_hidden
    rows = np.concatenate([np.arange(k * n, (k + 1) * n) for k in order])
    b_h = np.concatenate([params.b_h[rows], params.b_h[len(rows) :]])
    return params._replace(W_hx=params.W_hx[rows], W_hh=params.W_hh[rows], b_h=b_h)


def _signed(params):
    """The weights of a GRU with the other sign in the rows of z: σ(-a) = 1 - σ(a)."""
    n = params.n_hidden
    sign = np.repeat([1.0, -1.0, 1.0, 1.0], n)
    W_hx, W_hh = (W * sign[: 3 * n, None] for W in (params.W_hx, params.W_hh))
    return params._replace(W_hx=W_hx, W_hh=W_hh, b_h=params.b_h * sign)


def _turned(W):
    """Every block of n rows transposed, (gates · n, n)."""
    n = W.shape[1]
    return np.concatenate([block.T for block in W.reshape(-1, n, n)])


def _reset_before(trace):
    """First states of a GRU with n = tanh(a_n + W_hn (r ⊙ h) + b_p); a step from r ⊙ h keeps that product."""
    params, n = trace.params, trace.params.n_hidden
    h, states = trace.states[0, :SEQUENCES], []
    for x in trace.x[:STEPS, None, :SEQUENCES]:
        r, z, *_ = forward(params, x, cell="gru", s0=h).kept[0]
        p = forward(params, x, cell="gru", s0=r * h).kept[0, 2]
        new = np.tanh(x[0] @ params.W_hx[2 * n :].T + params.b_h[2 * n : 3 * n] + p)
        h = (1 - z) * new + z * h
        states.append(h)
    return np.array(states)


def _where_they_part(trace, outputs, part, difference, tolerance):
    """What is known where no suspect explains the outputs."""
    own = trace.o if part == "o" else trace.h[1:]
    largest = np.abs(outputs).max()
    apart = np.abs(own - outputs) > tolerance * largest
    first = int((difference > tolerance).argmax())
    empty = trace.params.b_q if part == "o" else 0.0
    if (np.abs(outputs - empty) <= tolerance * largest).all(2)[apart.any(2)].all():
        return "they end there in padding, after a shorter sequence; leave these steps out of the loss"
    if (outputs == 0)[apart].mean() > 0.02 and np.ptp(_ratios(outputs, own)) < 1e-3:
        return "the outputs come after dropout; model.eval() switches it off"
    if first == 0 and len(difference) > 1 and difference[-1] < 0.01 * difference[0] and difference[0] > tolerance:
        return "the layer began with a state other than 0; give forward s0=model.initial_state(state)"
    if first == 0 and difference.max() < ROUGH:
        return "fewer digits (autocast, TF32), or weights that were changed a little after they were copied"
    if first == 0:
        return (
            "weights that were changed after they were copied, dropout (model.eval() switches it off), another initial "
            "state or x, or a function between layer and readout; compare the layer's own output h first"
        )
    if first == 1 and not trace.states[0].any() and apart[1].any(1).all():
        return "weight_hh_l0 is another matrix: step 1, which has no use for it, is right"
    if difference[first] < 100 * tolerance:
        return "rounding that grows from step to step, as in a chaotic network; with float64 it would begin later"
    return "another x from there on, or a state that was set anew; up to there the weights are right"


def _ratios(outputs, own):
    """outputs / own where neither is near 0: one number throughout, 1 / (1 - p), after dropout."""
    there = (outputs != 0) & (np.abs(own) > 1e-2 * np.abs(own).max())
    return outputs[there] / own[there] if there.any() else np.array([0.0, 1.0])
