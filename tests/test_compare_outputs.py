"""An imported layer beside the one at home: what agrees agrees, and each mistake is called by its name."""

import numpy as np
import pytest

from bptt_helpers import Params, compare_outputs, forward, from_torch
from bptt_helpers.training.sampling import softmax
from tests.cell_cases import NAMES, draw

T, B, D, N, Q = 20, 6, 3, 5, 2


def network(name, sizes=(D, N, Q), T=T, scale=0.7):
    """Weights and inputs; the state begins at 0."""
    case = draw(name, T=T, B=B, sizes=sizes, scale=scale, seed=3)
    return case.params, case.x


def likely(trace, outputs):
    found = compare_outputs(trace, outputs)
    assert not found.agree
    assert found.likely in found.sentence
    return found.likely


def rows(blocks):
    """Numbers of the rows of blocks, in this order."""
    return np.concatenate([np.arange(k * N, (k + 1) * N) for k in blocks])


def turned(W):
    """Each block of rows transposed."""
    return np.concatenate([W[k : k + W.shape[1]].T for k in range(0, len(W), W.shape[1])])


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def gru_states(p, x, reset_after=True, z_keeps=True):
    """States of a GRU (T, B, n), written out for every step."""
    h, states = np.zeros((x.shape[1], N)), []
    W_r, W_z, W_n = p.W_hh[:N], p.W_hh[N : 2 * N], p.W_hh[2 * N :]
    b_r, b_z, b_n, b_p = p.b_h.reshape(4, N)
    for x_t in x:
        a_r, a_z, a_n = np.split(x_t @ p.W_hx.T, 3, axis=1)
        r, z = sigmoid(a_r + h @ W_r.T + b_r), sigmoid(a_z + h @ W_z.T + b_z)
        inside = r * (h @ W_n.T + b_p) if reset_after else (r * h) @ W_n.T + b_p
        keep = z if z_keeps else 1 - z
        h = (1 - keep) * np.tanh(a_n + b_n + inside) + keep * h
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_a_layer_of_pytorch_agrees_and_rounding_is_allowed_for(torch, name, dtype):
    made = {"tanh": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
    torch.manual_seed(0)
    options = {"batch_first": True, "dtype": getattr(torch, dtype)}
    layer = torch.nn.RNN(20, 64, nonlinearity="relu", **options) if name == "relu" else made[name](20, 64, **options)
    readout = torch.nn.Linear(64, 20, dtype=options["dtype"])
    x = torch.randn(8, 200, 20, dtype=options["dtype"])
    h = layer(x)[0]
    model = from_torch(layer, readout)
    trace = forward(model.params, model.time_first(x), cell=model.cell)
    of_o, of_h = (compare_outputs(trace, model.time_first(v)) for v in (readout(h), h))
    assert of_o.agree
    assert of_h.agree
    assert (of_o.part, of_h.part) == ("o", "h")
    assert of_o.tolerance == {"float64": 1e-12, "float32": 1e-5}[dtype]
    assert 0 < of_o.difference < of_o.tolerance / 10
    assert of_o.sentence.startswith("They agree: the largest difference is ")
    of_x = compare_outputs(forward(model.params, as_array(x), cell=model.cell), as_array(readout(h)))
    assert of_x.likely.startswith("x and the outputs have the batch first")


def as_array(tensor):
    return tensor.detach().numpy()


@pytest.mark.parametrize("name", NAMES)
def test_the_difference_is_relative_to_the_largest_output_and_the_step_is_named(name):
    params, x = network(name)
    trace = forward(params, x, cell=name)
    outputs = trace.o.copy()
    outputs[7:, 2, 1] += 0.25
    found = compare_outputs(trace, outputs)
    assert found.difference == pytest.approx(0.25 / np.abs(outputs).max())
    assert (found.step, found.agree) == (8, False)
    assert found.likely == "another x from there on, or a state that was set anew; up to there the weights are right"
    assert "from step 8 on. Likely: another x" in found.sentence
    assert compare_outputs(trace, outputs, tolerance=1.0).agree
    assert compare_outputs(trace, trace.o.astype("float32")).tolerance == 1e-5


@pytest.mark.parametrize("T", [20, B])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_taken_for_time_first_is_named(name, T):
    params, x = network(name, T=T)
    right = forward(params, x, cell=name)
    trace = forward(params, x.swapaxes(0, 1), cell=name)  # x (B, T, d) as it came
    assert likely(trace, right.o.swapaxes(0, 1)).startswith("x and the outputs have the batch first")
    if T == B:
        assert likely(trace, right.o).startswith("x has the batch first")
        assert likely(right, right.o.swapaxes(0, 1)).startswith("the outputs have the batch first")
    else:
        with pytest.raises(ValueError, match=r"got \(6, 20, 2\); model.time_first\(outputs\) turns it"):
            compare_outputs(right, right.o.swapaxes(0, 1))


@pytest.mark.parametrize("part", ["o", "h"])
@pytest.mark.parametrize("name", NAMES)
def test_mistakes_with_weights_are_named(name, part):
    params, x = network(name)
    right = forward(params, x, cell=name)
    outputs = right.o if part == "o" else right.h[1:]
    W_hx, W_hh, b_h = params[:3]
    wrong = {"weight_hh_l0 was given transposed": params._replace(W_hh=turned(W_hh))}
    if name == "gru":
        order = rows([1, 0, 2])
        wrong["the gates stand in the order z, r, n and not r, z, n"] = Params(
            W_hx[order], W_hh[order], b_h[rows([1, 0, 2, 3])], *params[3:]
        )
        b_r, b_z, b_n, _ = b_h.reshape(4, N)
        single = forward(params._replace(b_h=np.concatenate([b_r, b_z, b_n, 0 * b_n])), x, cell=name)
        both = params._replace(b_h=np.concatenate([2 * b_r, 2 * b_z, b_n, b_n]))
        seen = single.o if part == "o" else single.h[1:]
        assert likely(forward(both, x, cell=name), seen).startswith("one bias stands under both keys")
    else:
        both = params._replace(b_h=2 * b_h)
        assert likely(forward(both, x, cell=name), outputs).startswith("one bias stands under both keys")
    if name == "lstm":
        # a layer whose rows are i, f, o, g, read as i, f, g, o: its block o is taken for g
        order = rows([0, 1, 3, 2])
        wrong["the gates stand in the order i, f, o, g and not i, f, g, o"] = Params(
            W_hx[order], W_hh[order], b_h[order], *params[3:]
        )
        order = rows([3, 0, 1, 2])  # not its own inverse
        wrong["the gates stand in the order o, i, f, g and not i, f, g, o"] = Params(
            W_hx[order], W_hh[order], b_h[order], *params[3:]
        )
    for says, mistaken in wrong.items():
        assert likely(forward(mistaken, x, cell=name), outputs).startswith(says)
    without = forward(params._replace(b_h=0 * b_h), x, cell=name)
    assert likely(right, without.o if part == "o" else without.h[1:]) == "the layer has no biases"


def test_square_matrices_that_were_given_transposed_are_named():
    params, x = network("tanh", sizes=(N, N, N))
    outputs = forward(params, x).o
    W_hx, W_hh, W_qh = params.W_hx.T.copy(), params.W_hh.T.copy(), params.W_qh.T.copy()
    for changed, says in [
        ({"W_hx": W_hx}, "weight_ih_l0 was given transposed"),
        ({"W_hx": W_hx, "W_hh": W_hh}, "weight_ih_l0 and weight_hh_l0 were given transposed"),
        ({"W_qh": W_qh}, "the weight of the readout was given transposed"),
        ({"b_q": params.b_q + 1}, None),
    ]:
        trace = forward(params._replace(**changed), x)
        assert likely(trace, outputs) == says if says else "changed after they were copied" in likely(trace, outputs)
    no_bias = forward(params._replace(b_q=0 * params.b_q), x)
    assert likely(forward(params, x), no_bias.o) == "the readout has no bias"


@pytest.mark.parametrize("part", ["o", "h"])
def test_other_gated_units_are_named(part):
    params, x = network("gru")

    def seen(h):
        return h if part == "h" else h @ params.W_qh.T + params.b_q

    trace = forward(params, x, cell="gru")
    assert compare_outputs(trace, seen(gru_states(params, x))).agree
    before = seen(gru_states(params, x, reset_after=False))
    assert likely(trace, before).startswith("the reset gate comes before the product")
    keep = "z lets in what is new and 1 - z keeps"
    turned = seen(gru_states(params, x, z_keeps=False))
    assert likely(trace, turned).startswith(keep)
    order = rows([1, 0, 2])  # and besides in another order
    mistaken = params._replace(W_hx=params.W_hx[order], W_hh=params.W_hh[order], b_h=params.b_h[rows([1, 0, 2, 3])])
    says = likely(forward(mistaken, x, cell="gru"), turned)
    assert says.startswith(keep)
    assert says.endswith("the gates stand in the order z, r, n")


@pytest.mark.parametrize(("name", "other"), [("tanh", "relu"), ("relu", "tanh"), ("tanh", "identity")])
def test_another_activation_is_named(name, other):
    params, x = network("tanh")
    trace, right = forward(params, x, cell=name), forward(params, x, cell=other)
    assert likely(trace, right.o) == f'the layer is one for cell="{other}"'


@pytest.mark.parametrize("name", NAMES)
def test_what_came_after_the_readout_is_named(name):
    params, x = network(name)
    trace = forward(params, x, cell=name)
    after = {
        "softmax": softmax(trace.o),
        "log_softmax": np.log(softmax(trace.o)),
        "sigmoid": sigmoid(trace.o),
        "tanh": np.tanh(trace.o),
        "relu": np.maximum(trace.o, 0),
    }
    for says, outputs in after.items():
        assert likely(trace, outputs) == f"the outputs went through {says}"


@pytest.mark.parametrize("name", NAMES)
def test_other_beginnings_and_directions_are_named(name):
    params, x = network(name, T=60, scale=0.4)
    trace = forward(params, x, cell=name)
    s0 = 0.5 * np.ones((B, trace.states.shape[2]))
    carried = forward(params, x, cell=name, s0=s0)
    assert (
        likely(trace, carried.o)
        == "the layer began with a state other than 0; give forward s0=model.initial_state(state)"
    )
    assert likely(carried, trace.o) == "the layer began with the state 0, and the trace with another"
    back = forward(params, x[::-1].copy(), cell=name).o[::-1]
    assert likely(trace, back) == "the layer reads the sequence from its end"


def test_dropout_and_padding_are_named():
    params, x = network("gru")
    trace = forward(params, x, cell="gru")
    mask = np.random.default_rng(0).random(trace.h[1:].shape) < 0.7
    assert likely(trace, trace.h[1:] * mask / 0.7) == "the outputs come after dropout; model.eval() switches it off"
    assert "dropout (model.eval() switches it off)" in likely(
        trace, (trace.h[1:] * mask / 0.7) @ params.W_qh.T + params.b_q
    )
    lengths = np.array([20, 20, 15, 9, 3, 1])
    there = np.arange(T)[:, None] < lengths
    padded = trace.h[1:] * there[..., None]
    for outputs in (padded, padded @ params.W_qh.T + params.b_q):
        found = compare_outputs(trace, outputs)
        assert found.step == 2
        assert found.likely.startswith("they end there in padding")


def test_fewer_digits_and_growing_rounding_are_told_from_mistakes():
    params, x = network("tanh")
    trace = forward(params, x)
    half = params.astype("float16").astype(float)
    assert likely(forward(half, x), trace.o).startswith("fewer digits")
    changed = params._replace(W_hx=1.3 * params.W_hx)
    assert likely(forward(changed, x), trace.o).startswith("weights that were changed after they were copied, dropout")
    chaos, x = network("tanh", sizes=(D, 40, Q), T=200, scale=3.0)
    x = 0.1 * x
    moved = chaos._replace(b_h=chaos.b_h * (1 + 1e-15))
    found = compare_outputs(forward(chaos, x), forward(moved, x).o)
    assert found.step > 5
    assert found.likely.startswith("rounding that grows from step to step")


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_that_changes_nothing_explains_nothing(name):
    params, x = network(name)
    trace = forward(params._replace(b_h=0 * params.b_h, b_q=0 * params.b_q), x, cell=name)
    outputs = trace.o.copy()
    outputs[14:] += 0.25  # two steps after the last that suspects are tried on
    assert likely(trace, outputs).startswith("another x from there on")


def test_a_readout_of_none_is_compared_as_it_is():
    weights = dict(zip(("weight_ih_l0", "weight_hh_l0"), network("gru")[0][:2], strict=True))
    model = from_torch(weights)
    trace = forward(model.params, network("gru")[1], cell="gru")
    assert compare_outputs(trace, trace.h[1:]).agree
    assert compare_outputs(trace, [row.tolist() for row in trace.o]).agree


def test_huge_weights_are_looked_at_without_a_warning():
    params, x = network("relu")
    trace = forward(params, x)
    huge = params._replace(W_hh=1e60 * params.W_hh)
    assert likely(forward(huge, x), trace.o).startswith("weight_hh_l0 is another matrix")


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        (np.ones((1, B, N)), r"want shape \(T, B, q\) = \(20, 6, 2\) or \(T, B, n\) = \(20, 6, 5\), got \(1, 6, 5\)$"),
        (np.ones((B, N)), "is it the last state h_n"),
        (np.ones((B, T, N)), r"model.time_first\(outputs\) turns it"),
        (np.full((T, B, Q), np.nan), "want finite numbers"),
    ],
)
def test_outputs_of_another_shape_are_refused(outputs, sentence):
    params, x = network("lstm")
    with pytest.raises(ValueError, match=f"^outputs: .*{sentence}"):
        compare_outputs(forward(params, x, cell="lstm"), outputs)
