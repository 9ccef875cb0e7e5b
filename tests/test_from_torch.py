"""Weights of PyTorch's layers, copied: outputs and gradients are its own, and what cannot be copied is refused."""

import numpy as np
import pytest

from bptt_helpers import Params, bptt, cross_entropy, forward, from_torch
from bptt_helpers.numbers.tensors import as_array
from tests.cell_cases import NAMES, assert_close, draw, in_pytorch

T, B, D, N, Q = 6, 2, 3, 5, 2
# dtype → relative difference allowed in outputs, and in gradients
PRECISION = {"float64": (1e-12, 1e-10), "float32": (2e-6, 2e-5)}


def layer_of(torch, name, dtype="float64", **options):
    """PyTorch's layer with the weights of a drawn network, and a readout."""
    layer = in_pytorch(torch, draw(name, sizes=(D, N, Q)))[0].to(getattr(torch, dtype))
    for option, value in options.items():
        setattr(layer, option, value)
    return layer, torch.nn.Linear(N, Q, dtype=layer.weight_hh_l0.dtype)


def keys(blocks=3, dtype=float, **changed):
    """A mapping by PyTorch's keys, every number another."""
    shapes = {
        "weight_ih_l0": (blocks * N, D),
        "weight_hh_l0": (blocks * N, N),
        "bias_ih_l0": (blocks * N,),
        "bias_hh_l0": (blocks * N,),
    }
    rng = np.random.default_rng(0)
    return {key: rng.normal(size=shape).astype(dtype) for key, shape in shapes.items()} | changed


def torch_gradient(layer, readout, cell):
    """PyTorch's own gradient as a `Params`."""
    of_x, of_h = (b.grad.numpy() for b in (layer.bias_ih_l0, layer.bias_hh_l0))
    b_h = np.append(of_x, of_h[2 * N :]) if cell == "gru" else of_x
    W_hx, W_hh, W_qh, b_q = (
        w.grad.numpy() for w in (layer.weight_ih_l0, layer.weight_hh_l0, readout.weight, readout.bias)
    )
    return Params(W_hx, W_hh, b_h, W_qh, b_q)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_outputs_and_gradients_are_those_of_pytorch(torch, name, batch_first, dtype):
    layer, readout = layer_of(torch, name, dtype, batch_first=batch_first)
    sizes = (B, T, D) if batch_first else (T, B, D)
    x = torch.randn(*sizes, dtype=layer.weight_hh_l0.dtype, generator=torch.Generator().manual_seed(1))
    y = torch.arange(T * B).reshape(sizes[:2]) % Q
    o = readout(layer(x)[0])
    torch.nn.functional.cross_entropy(o.flatten(0, 1), y.flatten()).backward()

    model = from_torch(layer, readout)
    assert (model.cell, model.batch_first) == (name, batch_first)
    trace = forward(model.params, model.time_first(x), cell=model.cell)
    assert trace.o.dtype == dtype
    of_outputs, of_gradients = PRECISION[dtype]
    assert_close(trace.o, model.time_first(o), of_outputs)
    _loss, dL_do = cross_entropy(trace.o, model.time_first(y))
    gradient = bptt(trace, dL_do).params
    for got, wanted in zip(gradient, torch_gradient(layer, readout, name), strict=True):
        assert_close(got, wanted, of_gradients)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_any_head_and_any_loss_enter_through_the_gradient_of_h(torch, name, batch_first):
    layer, _ = layer_of(torch, name, batch_first=batch_first)
    head = torch.nn.Sequential(torch.nn.LayerNorm(N), torch.nn.Tanh(), torch.nn.Linear(N, 4)).double()
    embedding = torch.nn.Embedding(7, D).double()
    x = embedding(torch.arange(T * B).reshape((B, T) if batch_first else (T, B)) % 7)
    h = layer(x)[0]
    h.retain_grad()
    head(h).exp().sum().backward()

    model = from_torch(layer)
    trace = forward(model.params, model.time_first(x), cell=model.cell)
    assert np.array_equal(trace.o, trace.h[1:])
    assert_close(trace.o, model.time_first(h), 1e-12)
    gradient = bptt(trace, model.time_first(h.grad))
    assert_close(gradient.params.W_hh, layer.weight_hh_l0.grad.numpy(), 1e-10)
    assert_close(gradient.params.W_hx, layer.weight_ih_l0.grad.numpy(), 1e-10)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_state_that_is_carried_is_carried(torch, name, batch_first):
    layer, _ = layer_of(torch, name, batch_first=batch_first)
    x = torch.randn(B, 2 * T, D, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    x = x if batch_first else x.transpose(0, 1)
    first, second = x.split(T, dim=int(batch_first))
    _, state = layer(first)
    model = from_torch(layer)
    trace = forward(model.params, model.time_first(second), cell=model.cell, s0=model.initial_state(state))
    assert_close(trace.o, model.time_first(layer(second, state)[0]), 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_weights_as_arrays_are_the_layer(torch, name):
    layer, readout = layer_of(torch, name)
    wanted = from_torch(layer, readout)
    whole = {f"net.rnn.{key}": w.numpy() for key, w in layer.state_dict().items()}
    whole |= {f"net.head.{key}": w.numpy() for key, w in readout.state_dict().items()}
    for weights, of_readout in [
        (layer.state_dict(), readout.state_dict()),
        (whole, whole),
        ({key: w.tolist() for key, w in layer.state_dict().items()}, {"weight": readout.weight, "bias": readout.bias}),
    ]:
        got = from_torch(weights, of_readout, cell=name)
        assert got.cell == name
        assert not got.batch_first
        assert all(np.array_equal(a, b) for a, b in zip(got.params, wanted.params, strict=True))
    assert from_torch(layer.state_dict(), batch_first=True).batch_first


def test_blocks_of_rows_say_which_cell_a_mapping_is():
    assert [from_torch(keys(blocks)).cell for blocks in (1, 3, 4)] == ["tanh", "gru", "lstm"]
    assert [from_torch(keys(1), cell=name).cell for name in ("relu", "sigmoid")] == ["relu", "sigmoid"]


def test_biases_that_are_not_there_are_zero(torch):
    layer, readout = torch.nn.GRU(D, N, bias=False), torch.nn.Linear(N, Q, bias=False)
    params = from_torch(layer, readout).params
    assert not params.b_h.any()
    assert params.b_h.shape == (4 * N,)
    assert not params.b_q.any()
    assert params.b_q.shape == (Q,)


def test_the_weights_are_a_copy(torch):
    layer, readout = layer_of(torch, "tanh")
    model = from_torch(layer, readout)
    before = [w.copy() for w in model.params]
    x = torch.ones(T, B, D)
    values = model.time_first(x)
    with torch.no_grad():
        for w in (*layer.parameters(), *readout.parameters(), x):
            w.zero_()
    assert all(np.array_equal(w, old) for w, old in zip(model.params, before, strict=True))
    assert values.all()
    assert all(w.flags.c_contiguous and w.flags.writeable for w in (*model.params, values))


def test_dropout_of_one_layer_is_no_obstacle(torch):
    with pytest.warns(UserWarning, match="dropout"):
        layer = torch.nn.LSTM(D, N, dropout=0.5)
    x = torch.randn(T, B, D, generator=torch.Generator().manual_seed(3))
    model = from_torch(layer)
    assert_close(forward(model.params, model.time_first(x), cell="lstm").o, model.time_first(layer(x)[0]), 2e-6)


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, about its parts
def test_a_compiled_layer_is_the_layer_inside(torch):
    layer, readout = layer_of(torch, "gru", batch_first=True)
    model = from_torch(torch.compile(layer), torch.compile(readout))
    assert model.batch_first
    assert all(np.array_equal(a, b) for a, b in zip(model.params, from_torch(layer, readout).params, strict=True))


def test_a_tensor_on_another_device_is_fetched(torch):
    class Far:
        """As a tensor of a graphics card: what `numpy` gives only if forced."""

        dtype = torch.float64

        def detach(self):
            return self

        def numpy(self, force=False):
            if not force:
                raise TypeError("can't convert cuda:0 device type tensor to numpy")
            return np.ones((T, B))

    assert as_array("values", Far()).shape == (T, B)
    assert as_array("values", torch.ones(3, requires_grad=True)).tolist() == [1, 1, 1]


REFUSED = {
    "num_layers": (lambda nn: nn.LSTM(D, N, 2), r"num_layers > 1 \('weight_ih_l1'\)"),
    "12 layers": (lambda nn: nn.RNN(D, N, 12), "num_layers > 1"),
    "bidirectional": (lambda nn: nn.GRU(D, N, bidirectional=True), "bidirectional=True"),
    "proj_size": (lambda nn: nn.LSTM(D, N, proj_size=2), "proj_size > 0"),
    "one step": (lambda nn: nn.GRUCell(D, N), 'GRUCell; give a cell of one step as {key \\+ "_l0"'),
    "weights of one step": (lambda nn: nn.LSTMCell(D, N).state_dict(), 'give a cell of one step as {key \\+ "_l0"'),
    "half": (lambda nn: nn.GRU(D, N).half(), "want float32 or float64, got float16; layer.float"),
    "bfloat16": (lambda nn: nn.GRU(D, N).bfloat16(), r"got torch.bfloat16; .float\(\)"),
    "no numbers": (lambda nn: nn.GRU(D, N, device="meta"), "want a tensor that holds numbers"),
    "a model": (lambda nn: nn.ModuleDict({"rnn": nn.LSTM(D, N)}), "ModuleDict; give the layer in it, .rnn"),
    "another layer": (lambda nn: nn.Linear(D, N), "a module Linear"),
    "a class": (lambda nn: nn.LSTM, "want an nn.RNN, nn.GRU or nn.LSTM"),
    "weight norm": (lambda nn: nn.utils.parametrizations.weight_norm(nn.GRU(D, N), "weight_hh_l0"), "remove_param"),
    "several": (
        lambda nn: nn.ModuleDict({k: nn.RNN(D, N) for k in "ab"}).state_dict(),
        "one layer, got those of 2: a, b",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_layer_that_cannot_be_copied_is_refused_by_name(torch, what):
    make, sentence = REFUSED[what]
    with pytest.raises(ValueError, match=f"^layer.*{sentence}"):
        from_torch(make(torch.nn))


@pytest.mark.filterwarnings("ignore::UserWarning")  # that quantised tensors will go
def test_quantised_and_pruned_layers_are_refused_by_name(torch):
    import torch.nn.utils.prune

    class Quantised(torch.nn.Module):
        mode, batch_first = "LSTM", False

        def state_dict(self):
            return {"_all_weight_values.0.param": None}

    with pytest.raises(ValueError, match=r"^layer: want .* a quantised layer"):
        from_torch(Quantised())
    whole = torch.quantize_per_tensor(torch.ones(3 * N, D), 0.1, 0, torch.qint8)
    with pytest.raises(ValueError, match=r"^layer: weight_ih_l0: want .* torch.qint8; .dequantize\(\)"):
        from_torch(keys(weight_ih_l0=whole))
    pruned = torch.nn.GRU(D, N)
    torch.nn.utils.prune.l1_unstructured(pruned, "weight_hh_l0", 0.5)
    with pytest.raises(ValueError, match=r"prune\.remove"):
        from_torch(pruned)
    torch.nn.utils.prune.remove(pruned, "weight_hh_l0")
    assert (from_torch(pruned).params.W_hh == 0).mean() > 0.4


def test_the_way_out_for_one_step_is_one(torch):
    cell = torch.nn.GRUCell(D, N)
    model = from_torch({key + "_l0": w for key, w in cell.state_dict().items()})
    x = torch.randn(1, B, D, generator=torch.Generator().manual_seed(4))
    assert_close(forward(model.params, model.time_first(x), cell="gru").o[0], as_array("h", cell(x[0])), 2e-6)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"kernel": 1, "recurrent_kernel": 1}, "Keras' names"),
        ({key: w for key, w in keys().items() if key != "bias_ih_l0"}, "both biases or neither"),
        ({key: w for key, w in keys().items() if key != "weight_ih_l0"}, "want the keys weight_ih_l0"),
        (keys(peephole=np.ones(N)), "peephole"),
        ({}, "got none of them"),
        ({3: np.ones(2)}, "want keys of text"),
        (keys(weight_hh_l0=np.ones((N, 3 * N))), r"got \(5, 15\); is it transposed\?"),
        (keys(weight_ih_l0=np.ones((D, 3 * N))), r"got \(3, 15\); is it transposed\?"),
        (keys(weight_hh_l0=np.ones((2 * N, N))), r"\(3n, n\) for a GRU or \(4n, n\) for an LSTM, got \(10, 5\)$"),
        (keys(weight_hh_l0=np.ones(N)), r"got \(5,\)$"),
        (keys(weight_ih_l0=np.ones((4 * N, D))), r"want shape \(15, d\).*got \(20, 3\)$"),
        (keys(weight_ih_l0=np.ones((3 * N, 0))), r"want shape \(15, d\)"),
        (keys(bias_hh_l0=np.ones(N)), "bias_hh_l0: want shape"),
        (keys(weight_hh_l0=np.full((3 * N, N), np.nan)), "weight_hh_l0: want finite"),
        (keys(weight_hh_l0=np.ones((3 * N, N), int)), "want float32 or float64, got int64$"),
        (keys(weight_hh_l0=np.ones((3 * N, N), np.float32)), "want one floating-point type"),
        (keys(weight_hh_l0=None), "weight_hh_l0: want numbers"),
    ],
)
def test_weights_that_are_not_those_of_one_layer_are_refused(weights, sentence):
    with pytest.raises(ValueError, match=f"^layer.*{sentence}"):
        from_torch(weights)


@pytest.mark.parametrize(
    ("readout", "sentence"),
    [
        (lambda nn: nn.Sequential(nn.Linear(N, Q)), "a module Sequential; with None o is h"),
        (lambda nn: nn.Embedding(Q, N), "a module Embedding"),
        (lambda nn: nn.Linear(N + 1, Q), r"want shape \(q, 5\), since the layer has 5 units, got \(2, 6\)$"),
        (lambda nn: nn.Linear(N, Q).double(), "want one floating-point type, got float32 and float64"),
        (lambda nn: nn.LazyLinear(Q), "weight: want a tensor that holds numbers"),
        (lambda nn: {"weight": np.ones((N, Q))}, r"is it transposed\?"),
        (lambda nn: {"weight": np.ones((Q, N)), "bias": np.ones(N)}, "bias: want shape"),
        (lambda nn: {"weight": np.ones((Q, N)), "scale": 1}, "want the keys weight and bias"),
        (lambda nn: {"a.weight": np.ones((Q, N)), "b.weight": np.ones((Q, N))}, "got those of 2: a, b"),
        (lambda nn: np.ones((Q, N)), "want an nn.Linear, a mapping {weight, bias} or None"),
    ],
)
def test_a_readout_that_is_none_is_refused(torch, readout, sentence):
    with pytest.raises(ValueError, match=f"readout.*{sentence}"):
        from_torch(torch.nn.LSTM(D, N), readout(torch.nn))


def test_what_the_layer_says_itself_is_not_contradicted(torch):
    layer = torch.nn.RNN(D, N, nonlinearity="relu", batch_first=True)
    assert from_torch(layer, cell="relu", batch_first=True).cell == "relu"
    with pytest.raises(ValueError, match=r"^cell: want 'relu', as the layer says, or None, got 'tanh'"):
        from_torch(layer, cell="tanh")
    with pytest.raises(ValueError, match=r"^batch_first: want True, as the layer says, or None, got False"):
        from_torch(layer, batch_first=False)
    with pytest.raises(ValueError, match=r"^cell: want one of 'gru', got 'lstm'"):
        from_torch(keys(3), cell="lstm")


def test_values_that_have_no_time_first_are_refused(torch):
    model, turned = from_torch(keys()), from_torch(keys(), batch_first=True)
    packed = torch.nn.utils.rnn.pack_sequence([torch.ones(4, D), torch.ones(3, D)])
    for values, sentence in [
        (packed, r"want a tensor \(T, B, …\), got a PackedSequence; pad_packed_sequence"),
        (None, "o.retain_grad"),
        (torch.ones(4), r"got shape \(4,\); a sequence without a batch is values\[:, None\]"),
        (torch.ones(2, 2, dtype=torch.bfloat16), r"got torch.bfloat16; .float\(\)"),
        (torch.ones(2, 2, dtype=torch.complex64), "want real numbers"),
        (torch.full((2, 2), torch.nan), r"want finite numbers, got nan at index \(0, 0\)"),
        ("a", "want numbers"),
    ]:
        with pytest.raises(ValueError, match=f"^values: .*{sentence}"):
            model.time_first(values)
    with pytest.raises(ValueError, match=r"want \(B, T, …\), .* is values\[None\]"):
        turned.time_first(torch.ones(4))


def test_a_state_that_is_none_is_refused(torch):
    gru, lstm = from_torch(keys(3)), from_torch(keys(4))
    good = torch.ones(1, B, N)
    assert gru.initial_state(good).shape == (B, N)
    assert lstm.initial_state((good, good)).shape == (B, 2 * N)
    for model, state, sentence in [
        (lstm, good, r"^state: want \(h_0, c_0\), as an LSTM returns it, got Tensor"),
        (lstm, (good, torch.ones(1, B + 1, N)), "^state: c_0: want shape"),
        (lstm, (good[0], good[0]), r"^state: h_0: want shape \(1, B, n\) with n = 5, got \(2, 5\)"),
        (gru, torch.ones(2, B, N), r"^state: h_0: want shape \(1, B, n\) with n = 5, got \(2, 2, 5\)"),
        (gru, (good, good), "^state: h_0: want"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            model.initial_state(state)
