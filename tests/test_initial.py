"""What the weights of every cell start from: blocks, gates that keep the state, and PyTorch's own start."""

import re

import numpy as np
import pytest

from bptt_helpers import init_params
from bptt_helpers.cells import CELLS

BLOCKS = {"tanh": (1, 1), "relu": (1, 1), "gru": (3, 4), "lstm": (4, 4)}
INITS = ("gaussian", "orthogonal", "identity", "pytorch")


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize(("d", "n", "q"), [(3, 5, 2), (1, 1, 1), (4, 1, 3)])
def test_every_cell_has_its_blocks(name, init, d, n, q):
    gates, biases = BLOCKS[name]
    for cell in (name, CELLS[name]):
        params = init_params(d, n, q, cell=cell, init=init)
        assert [w.shape for w in params] == [(gates * n, d), (gates * n, n), (biases * n,), (q, n), (q,)]
        assert (params.n_in, params.n_hidden, params.n_out) == (d, n, q)
        assert all(w.dtype == np.float64 for w in params)
        assert (init == "pytorch") == bool(params.b_h.any()) == bool(params.b_q.any())


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("radius", [1e-3, 0.9, 3])
def test_every_block_has_the_spectral_radius_asked_for(name, init, radius):
    n = 7
    blocks = init_params(3, n, 2, cell=name, init=init, spectral_radius=radius).W_hh.reshape(-1, n, n)
    for block in blocks:
        assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(radius, rel=1e-10, abs=0)
    others = init_params(3, n, 2, cell=name, init=init, spectral_radius=2 * radius)
    np.testing.assert_allclose(others.W_hh, 2 * blocks.reshape(-1, n), rtol=1e-12)
    as_drawn = init_params(3, n, 2, cell=name, init=init)
    np.testing.assert_array_equal(others.W_hx, as_drawn.W_hx)
    np.testing.assert_array_equal(others.b_h, as_drawn.b_h)


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_blocks_are_drawn_apart(name):
    n = 6
    for init in ("gaussian", "orthogonal", "pytorch"):
        blocks = init_params(3, n, 2, cell=name, init=init).W_hh.reshape(-1, n, n)
        for i, block in enumerate(blocks):
            assert all(np.abs(block - other).max() > 0.1 for other in blocks[:i])
            if init == "orthogonal":
                np.testing.assert_allclose(block.T @ block, np.eye(n), atol=1e-13)
    biases = init_params(3, n, 2, cell=name, init="pytorch").b_h.reshape(4, n)
    assert all(np.abs(biases[i] - biases[j]).max() > 0.1 for i in range(4) for j in range(i))
    blocks = init_params(3, n, 2, cell=name, init="identity").W_hh.reshape(-1, n, n)
    np.testing.assert_array_equal(blocks, np.tile(np.eye(n), (len(blocks), 1, 1)))


def test_rotations_and_reflections_are_drawn_equally_often():
    """QR alone gives the first entry one sign, and all matrices the same determinant."""
    rng, N, n = np.random.default_rng(0), 3000, 3
    Q = np.array([init_params(1, n, 1, init="orthogonal", rng=rng).W_hh for _ in range(N)])
    error = 4.5 / np.sqrt(N)
    assert np.abs(Q.mean(0)).max() < error * np.sqrt(1 / n)  # the entries have mean 0 and variance 1/n
    assert np.abs((Q**2).mean(0) - 1 / n).max() < error * (Q**2).std(0).max()
    assert abs(np.linalg.det(Q).mean()) < error
    trace = np.trace(Q, axis1=1, axis2=2)  # mean 0 and variance 1 for all n
    assert abs(trace.mean()) < error
    assert abs((trace**2).mean() - 1) < error * (trace**2).std()


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_gaussian_weights_have_the_stated_variance(name):
    params = init_params(100, 200, 150, cell=name)
    for w, variance in [(params.W_hx, 1 / 100), (params.W_hh, 1 / 200), (params.W_qh, 1 / 200)]:
        assert w.var() == pytest.approx(variance, rel=0.05)
        assert abs(w.mean()) < 5 * np.sqrt(variance / w.size)


@pytest.mark.parametrize("name", ["gru", "lstm"])
@pytest.mark.parametrize("init", INITS)
def test_the_bias_that_keeps_the_state_is_the_one_asked_for(name, init):
    n, keeps = 5, 1  # f of (i, f, g, o); z of (r, z, n, p)
    plain = init_params(3, n, 2, cell=name, init=init)
    for bias in (1, -2.5, 0):
        params = init_params(3, n, 2, cell=name, init=init, forget_bias=bias)
        wanted = plain.b_h.reshape(4, n).copy()
        wanted[keeps] = bias
        np.testing.assert_array_equal(params.b_h.reshape(4, n), wanted)
        np.testing.assert_array_equal(params.W_hh, plain.W_hh)


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_chrono_spreads_the_times_evenly(name):
    n, longest = 5000, 100
    rng = np.random.default_rng(0)
    nets = [init_params(1, 50, 1, cell=name, chrono=longest, rng=rng) for _ in range(n // 50)]
    b_h = np.concatenate([params.b_h.reshape(4, 50) for params in nets], 1)
    times = 1 + np.exp(b_h[1])
    assert 2 <= times.min() < 2.2
    assert longest - 0.2 < times.max() <= longest
    # uniform: the distribution function is a straight line, to the scatter of 5000 draws
    off = np.sort(times) - np.linspace(2, longest, n)
    assert np.abs(off).max() < 1.63 / np.sqrt(n) * (longest - 2)
    np.testing.assert_array_equal(b_h[0], -b_h[1] if name == "lstm" else 0)
    assert not b_h[2:].any()


# drawn with rng=3 when only elementwise cells existed: W_hx (2, 1), W_hh (2, 2), b_h, W_qh (1, 2), b_q
BEFORE = {
    "gaussian": [-0.45264929211044586, -0.2155971630897659, 1.1989279701067124, -1.5013129409001895]
    + [0.24561012553436248, -0.33353348216035217, 0, 0, -1.428345889822786, -0.16400095700892559, 0],
    "orthogonal": [-0.45264929211044586, -0.2155971630897659, 0.8816892766338332, 0.1806212043723215]
    + [0.1806212043723215, -0.8816892766338332, 0, 0, -1.428345889822786, -0.16400095700892559, 0],
    "identity": [2.0409191213851825, -2.5556650313141818, 0.9, 0]
    + [0, 0.9, 0, 0, 0.29564052972607313, -0.4014737386446743, 0],
}
LAYERS = {"tanh": "RNN", "gru": "GRU", "lstm": "LSTM"}


@pytest.mark.parametrize("name", LAYERS)
def test_the_start_of_pytorch_is_drawn_alike(torch, name):
    d, n, q, draws = 3, 4, 5, 400
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    ours, theirs = [], []
    for _ in range(draws):
        ours.append(init_params(d, n, q, cell=name, init="pytorch", rng=rng))
        layer, readout = getattr(torch.nn, LAYERS[name])(d, n), torch.nn.Linear(n, q)
        W_hx, W_hh, of_x, of_h = (w.detach().numpy() for w in layer.parameters())
        b_h = of_x + of_h
        if name == "gru":
            b_h = np.concatenate([b_h[: 2 * n], of_x[2 * n :], of_h[2 * n :]])
        theirs.append((W_hx, W_hh, b_h, *(w.detach().numpy() for w in readout.parameters())))
    bound, gates = 1 / np.sqrt(n), len(W_hh) // n
    for k, blocks in enumerate([gates, gates, len(b_h) // n, 1, 1]):
        mine, other = (np.array([w[k] for w in side]).reshape(draws, blocks, -1) for side in (ours, theirs))
        for a, b in zip(mine.swapaxes(0, 1), other.swapaxes(0, 1), strict=True):
            assert a.var() == pytest.approx(b.var(), rel=0.12)
            assert abs(a.mean()) < 5 * np.sqrt(a.var() / a.size)
            assert np.abs(a).max() == pytest.approx(np.abs(b).max(), rel=0.12)
        if k != 2:
            assert np.abs(mine).max() <= bound
            assert mine.var() == pytest.approx(bound**2 / 3, rel=0.06)
    b_h = np.array([params.b_h for params in ours]).reshape(draws, -1, n)
    sums = [2, 2, 1, 1] if name == "gru" else [2] * b_h.shape[1]  # how many uniform numbers are added
    for block, summed in zip(b_h.swapaxes(0, 1), sums, strict=True):
        assert np.abs(block).max() <= summed * bound
        assert block.var() == pytest.approx(summed * bound**2 / 3, rel=0.12)


@pytest.mark.parametrize("init", BEFORE)
def test_a_seed_gives_the_numbers_it_gave_before_there_were_gates(init):
    got = init_params(1, 2, 1, init=init, spectral_radius=0.9, rng=3).flat()
    np.testing.assert_allclose(got, BEFORE[init], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"cell": "elman"},
            "cell: want one of 'tanh', 'relu', 'sigmoid', 'identity', 'gru', 'lstm', or a Cell, got 'elman'",
        ),
        ({"cell": None}, "cell: want one of 'tanh', 'relu', 'sigmoid', 'identity', 'gru', 'lstm', or a Cell, got None"),
        (
            {"forget_bias": 1},
            "forget_bias: want a cell with a gate that keeps the state, such as 'lstm', got 'tanh'",
        ),
        ({"chrono": 9}, "chrono: want a cell with a gate that keeps the state, such as 'lstm', got 'tanh'"),
        (
            {"cell": "lstm", "forget_bias": 1, "chrono": 9},
            "forget_bias, chrono: want one of them, got both: each sets the same bias",
        ),
        ({"cell": "lstm", "chrono": 2}, "chrono: want a number of steps > 2, got 2"),
        ({"cell": "gru", "chrono": -1}, "chrono: want a number of steps > 2, got -1"),
        ({"cell": "gru", "chrono": "long"}, "chrono: want a finite number, got 'long'"),
        ({"cell": "gru", "forget_bias": np.inf}, "forget_bias: want a finite number, got inf"),
        ({"cell": "gru", "forget_bias": True}, "forget_bias: want a finite number, got True"),
        ({"cell": "lstm", "spectral_radius": -1}, "spectral_radius: want a finite number >= 0, got -1"),
        ({"init": "xavier"}, "init: want one of 'gaussian', 'orthogonal', 'identity', 'pytorch', got 'xavier'"),
    ],
)
def test_bad_input_is_named(options, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        init_params(3, 5, 2, **options)
