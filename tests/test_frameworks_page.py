"""docs/frameworks.md: every line has four answers, names of ours exist, and what is said of PyTorch is so."""

import re
from pathlib import Path

import numpy as np
import pytest

import bptt_helpers
from bptt_helpers import cross_entropy, forward, init_params
from tests.test_docs import rows_of, words_of_the_code

PAGE = Path(__file__).parent.parent / "docs" / "frameworks.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = {row[0]: row[1:] for row in rows_of(TEXT)}


def of_torch(row):
    return ROWS[row][0]


def here(row):
    return ROWS[row][3]


def unknown_names(text):
    """Names in code of the last column that no module or notebook knows."""
    cells = [row[4] for row in rows_of(text)]
    return {
        name for cell in cells for code in re.findall(r"`([^`]+)`", cell) for name in re.findall(r"[A-Za-z]\w+", code)
    } - words_of_the_code()


def test_every_line_has_four_answers():
    assert len(ROWS) >= 20
    for name, answers in ROWS.items():
        assert len(answers) == 4, name
        assert all(answers), name


def test_names_of_this_course_exist_and_one_that_does_not_is_found():
    assert unknown_names(TEXT) == set()
    assert unknown_names(TEXT.replace("`trace.h`, from", "`trace.hidden_states`, from")) == {"hidden_states"}


def test_the_installed_pytorch_is_the_one_that_was_checked(torch):
    assert f"PyTorch {'.'.join(torch.__version__.split('.')[:2])} " in TEXT


@pytest.mark.parametrize("batch_first", [False, True])
def test_layout_and_last_states_of_pytorch(torch, batch_first):
    T, B, d, n = 4, 3, 2, 5
    x = torch.randn((B, T, d) if batch_first else (T, B, d))
    out, (h_n, c_n) = torch.nn.LSTM(d, n, batch_first=batch_first)(x)
    assert tuple(out.shape) == ((B, T, n) if batch_first else (T, B, n))
    assert tuple(h_n.shape) == tuple(c_n.shape) == (1, B, n)
    assert "`h_n`, (1, B, n), also with `batch_first=True`; LSTM (`h_n`, `c_n`)" in of_torch("last state")
    assert of_torch("input") == "(T, B, d); (B, T, d) with `batch_first=True`"


@pytest.mark.parametrize(("kind", "gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_shapes_biases_and_start_of_pytorch(torch, kind, gates):
    d, n = 3, 256
    torch.manual_seed(0)
    layer = getattr(torch.nn, kind)(d, n)
    shapes = {name: tuple(w.shape) for name, w in layer.named_parameters()}
    assert shapes == {
        "weight_ih_l0": (gates * n, d),
        "weight_hh_l0": (gates * n, n),
        "bias_ih_l0": (gates * n,),
        "bias_hh_l0": (gates * n,),
    }
    assert layer.weight_hh_l0.dtype == torch.float32
    for w in layer.parameters():
        sizes = w.detach().abs()
        assert sizes.max() <= 1 / np.sqrt(n)
        assert sizes.mean() == pytest.approx(0.5 / np.sqrt(n), rel=0.06)  # uniform
    for block in layer.weight_hh_l0.detach().numpy().reshape(gates, n, n):
        assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(1 / np.sqrt(3), abs=0.04)
    assert "±1/√n: radius 1/√3 = 0.58" in of_torch("recurrent weights")
    assert of_torch("biases") == "uniform within ±1/√n, each of the two"
    keeps = layer.bias_ih_l0[n : 2 * n] + layer.bias_hh_l0[n : 2 * n]  # z of a GRU, f of an LSTM
    if gates > 1:
        assert torch.sigmoid(keeps).mean().item() == pytest.approx(0.5, abs=0.01)
        assert of_torch("gate that keeps the state") == "about ½"


def one_step(W, kind, h, c, x):
    """A step of PyTorch's layer as the page has it."""
    from_x = x @ W["weight_ih_l0"].T + W["bias_ih_l0"]
    from_h = h @ W["weight_hh_l0"].T + W["bias_hh_l0"]

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    if kind == "LSTM":
        i, f, g, o = np.split(from_x + from_h, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = (np.split(a, 3, axis=-1) for a in (from_x, from_h))
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    return z * h + (1 - z) * np.tanh(x_n + r * h_n), c


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_order_of_gates_and_reset_of_pytorch(torch, kind):
    torch.manual_seed(1)
    layer = getattr(torch.nn, kind)(3, 4).double()
    W = {name: w.detach().numpy() for name, w in layer.named_parameters()}
    x, h, c = torch.randn(6, 2, 3).double(), np.zeros((2, 4)), np.zeros((2, 4))
    for x_t in x.numpy():
        h, c = one_step(W, kind, h, c, x_t)
    assert np.abs(layer(x)[0][-1].detach().numpy() - h).max() < 1e-14
    order = {"GRU": "r, z, n", "LSTM": "i, f, g, o"}[kind]
    assert of_torch(f"{kind}, order of gates") == here(f"{kind}, order of gates") == order
    assert of_torch("GRU, reset") == "after the product: r (W h + b)"
    assert of_torch("GRU, z keeps the state: z h + (1 − z) n") == "yes"


def test_padding_of_pytorch(torch):
    lengths, layer = torch.tensor([5, 2]), torch.nn.GRU(3, 4)
    x = torch.randn(5, 2, 3)
    utils = torch.nn.utils.rnn
    packed, h_n = layer(utils.pack_padded_sequence(x, lengths))
    out, _ = utils.pad_packed_sequence(packed)
    assert torch.allclose(h_n[0, 1], layer(x[:2, 1])[0][-1], atol=1e-6)
    assert (out[2:, 1] == 0).all()
    assert "`h_n` is right, outputs 0 in the padding" in of_torch("sequences of unequal length")


def test_clipping_of_pytorch(torch):
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    for w, g in zip(weights, (3.0, 4.0), strict=True):
        w.grad = torch.tensor([g])
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    assert [w.grad.item() for w in weights] == pytest.approx([0.6, 0.8])
    assert of_torch("clip the whole gradient") == "`clip_grad_norm_`"
    assert here("clip the whole gradient").strip("`") in bptt_helpers.__all__


def test_what_is_said_of_this_course():
    T, B, d, n, q = 4, 3, 2, 200, 5
    for cell, blocks, biases in (("tanh", 1, 1), ("gru", 3, 4), ("lstm", 4, 4)):
        params = init_params(d, n, q, cell=cell)
        assert [w.shape for w in params] == [(blocks * n, d), (blocks * n, n), (biases * n,), (q, n), (q,)]
        assert not params.b_h.any()
        for block in params.W_hh.reshape(blocks, n, n):
            assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(1, abs=0.1)
        assert params.W_hh.std() == pytest.approx(1 / np.sqrt(n), rel=0.05)
        trace = forward(params, np.zeros((T, B, d)), cell=cell)
        assert trace.h.shape == (T + 1, B, n)
        assert trace.o.shape == (T, B, q)
        assert trace.states.shape[2] == n * (1 + (cell == "lstm"))
        weight = np.ones((T, B))
        assert cross_entropy(trace.o, np.zeros((T, B), int), weight=weight)[1].shape == (T, B, q)
    assert here("input") == "(T, B, d)"
    assert here("recurrent weights").startswith("variance 1/n: radius 1")
    assert here("biases") == "0"
