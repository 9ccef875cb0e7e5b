"""Drawing weights: shapes, spectra, and sentences for bad input."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, init_params
from bptt_helpers.cells.params import scale_to_radius

INITS = ("gaussian", "orthogonal", "identity")


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("sizes", [(3, 5, 2), (1, 1, 1), (2, 64, 7)])
def test_weights_have_the_shapes_of_the_equation(init, sizes):
    d, n, q = sizes
    params = init_params(d, n, q, init=init)
    assert [w.shape for w in params] == [(n, d), (n, n), (n,), (q, n), (q,)]
    assert (params.n_in, params.n_hidden, params.n_out) == sizes
    assert all(w.dtype == np.float64 for w in params)
    assert not params.b_h.any()
    assert not params.b_q.any()


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("radius", [0, 1e-3, 0.9, 3])
def test_spectral_radius_is_the_one_asked_for(init, radius):
    W = init_params(3, 20, 2, spectral_radius=radius, init=init).W_hh
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(radius, rel=1e-10, abs=0)


def test_orthogonal_keeps_every_length():
    W = init_params(3, 20, 2, init="orthogonal").W_hh
    np.testing.assert_allclose(W.T @ W, np.eye(20), atol=1e-13)


def test_gaussian_entries_have_the_stated_variance():
    params = init_params(100, 300, 200)
    for w, variance in [(params.W_hx, 1 / 100), (params.W_hh, 1 / 300), (params.W_qh, 1 / 300)]:
        assert w.var() == pytest.approx(variance, rel=0.05)
        assert abs(w.mean()) < 5 * np.sqrt(variance / w.size)


def test_a_seed_repeats_a_generator_moves_on_and_the_global_state_stays():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    np.testing.assert_array_equal(init_params(3, 5, 2, rng=4).flat(), init_params(3, 5, 2, rng=4).flat())
    assert (init_params(3, 5, 2, rng=4).W_hh != init_params(3, 5, 2, rng=5).W_hh).any()
    rng = np.random.default_rng(4)
    first, second = init_params(3, 5, 2, rng=rng), init_params(3, 5, 2, rng=rng)
    np.testing.assert_array_equal(first.flat(), init_params(3, 5, 2, rng=4).flat())
    assert (first.W_hh != second.W_hh).any()
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_flat_and_astype_keep_every_entry_in_order():
    params = init_params(3, 5, 2)
    assert params.flat().size == sum(w.size for w in params)
    np.testing.assert_array_equal(params.flat()[15:40], params.W_hh.ravel())
    single = params.astype(np.float32)
    assert isinstance(single, Params)
    assert all(w.dtype == np.float32 for w in single)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"n_in": 0}, "n_in: want an integer >= 1, got 0"),
        ({"n_hidden": -1}, "n_hidden: want an integer >= 1, got -1"),
        ({"n_out": 2.0}, "n_out: want an integer >= 1, got 2.0"),
        ({"n_hidden": True}, "n_hidden: want an integer >= 1, got True"),
        ({"n_hidden": "5"}, "n_hidden: want an integer >= 1, got '5'"),
        ({"init": "glorot"}, "init: want one of 'gaussian', 'orthogonal', 'identity', 'pytorch', got 'glorot'"),
        ({"spectral_radius": -1}, "spectral_radius: want a finite number >= 0, got -1"),
        ({"spectral_radius": np.nan}, "spectral_radius: want a finite number >= 0, got nan"),
        ({"spectral_radius": np.inf}, "spectral_radius: want a finite number >= 0, got inf"),
        ({"spectral_radius": "big"}, "spectral_radius: want a finite number >= 0, got 'big'"),
    ],
)
def test_bad_input_is_named(change, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        init_params(**({"n_in": 3, "n_hidden": 5, "n_out": 2} | change))


def test_a_matrix_without_eigenvalues_other_than_zero_cannot_be_rescaled():
    sentence = "W: want a matrix with an eigenvalue other than 0 to rescale, got spectral radius 0"
    with pytest.raises(ValueError, match=sentence):
        scale_to_radius([[0, 1], [0, 0]], 0.9)
