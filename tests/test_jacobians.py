"""Norms of products of Jacobians: equal to explicit products, and right where float64 ends."""

import re

import numpy as np
import pytest

from bptt_helpers import Trace, forward, influence, init_params
from bptt_helpers.cells import CELLS
from bptt_helpers.measures.jacobians import NORMS, frobenius_map, jacobian_product_norms

ORDER = {"spectral": 2, "frobenius": "fro"}


def log10(x):
    with np.errstate(divide="ignore"):
        return np.log10(x)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize(("T", "B", "sizes"), [(9, 2, (3, 5, 2)), (1, 1, (3, 5, 2)), (12, 1, (1, 1, 1))])
def test_equal_explicit_products(make_case, transposed_jacobians, norm, activation, T, B, sizes):
    case = make_case(T, B, sizes, activation, h0=True, seed=6)
    _, J_T = transposed_jacobians(case)
    got = jacobian_product_norms(case.trace, norm=norm)
    every = frobenius_map(case.trace)
    assert got.shape == (T, B)
    assert every.shape == (T, T, B)
    for b in range(B):
        for t in range(T):
            product = np.eye(sizes[1])
            for s in range(t, -1, -1):
                assert every[t, s, b] == pytest.approx(log10(np.linalg.norm(product)), abs=1e-12)
                if t == T - 1:
                    wanted = log10(np.linalg.norm(product, ORDER[norm]))
                    assert got[t - s, b] == pytest.approx(wanted, abs=1e-12)
                product = product @ J_T[s, b].T
            assert np.isnan(every[t, t + 1 :, b]).all()


@pytest.mark.parametrize("radius", [0.1, 3])
@pytest.mark.parametrize("B", [1, 2])
def test_a_thousand_rotations_stretch_by_the_radius_at_every_step(radius, B):
    T, n = 1000, 6
    params = init_params(2, n, 3, init="orthogonal", spectral_radius=radius)
    arrays = np.zeros((T, B, 2)), np.zeros((T + 1, B, n)), np.zeros((T, B, 3))
    trace = Trace(params, CELLS["identity"], *arrays)
    wanted = np.arange(T)[:, None] * np.log10(radius)
    np.testing.assert_allclose(jacobian_product_norms(trace), np.tile(wanted, B), rtol=0, atol=1e-9)
    frobenius = jacobian_product_norms(trace, norm="frobenius")
    np.testing.assert_allclose(frobenius, wanted + 0.5 * np.log10(n) + np.zeros(B), rtol=0, atol=1e-9)


def test_a_matrix_of_radius_zero_can_grow_without_bound_once_a_unit_is_saturated():
    params = init_params(1, 2, 1)._replace(W_hh=1.2 * np.array([[1.0, -1.0], [1.0, -1.0]]))
    arrays = np.zeros((60, 1, 1)), np.zeros((61, 1, 2)), np.zeros((60, 1, 1))
    trace = Trace(params, CELLS["tanh"], *arrays)  # slope 1 everywhere
    both_free = jacobian_product_norms(trace)[:, 0]
    assert both_free[1] == pytest.approx(np.log10(2.4))
    assert (both_free[2:] < -14).all()  # W² = 0
    one_saturated = jacobian_product_norms(trace._replace(params=params._replace(b_h=np.array([0.0, 40.0]))))[:, 0]
    np.testing.assert_allclose(one_saturated[1:], np.log10(np.sqrt(2) * 1.2 ** np.arange(1, 60)), rtol=0, atol=1e-12)


def test_influence_is_at_most_the_spectral_norm_times_the_signal(make_case):
    case = make_case(40, 2, weight="last", scale=1.4)
    reached = influence(case.trace, case.dL_do, losses=[39])[0, ::-1]
    assert (reached - reached[0] <= jacobian_product_norms(case.trace) + 1e-12).all()


def test_dead_units_stretch_nothing():
    params = init_params(3, 5, 2)._replace(b_h=np.full(5, -1e3))
    trace = forward(params, np.ones((30, 2, 3)), activation="relu")
    for norm in NORMS:
        assert (jacobian_product_norms(trace, norm=norm)[1:] == -np.inf).all()


def test_rows_can_be_chosen(make_case):
    case = make_case(20, 2)
    every = frobenius_map(case.trace)
    np.testing.assert_allclose(frobenius_map(case.trace, losses=[3, 19]), every[[3, 19]], atol=1e-12)


def test_bad_input_is_named(make_case):
    case = make_case()
    with pytest.raises(ValueError, match=re.escape("norm: want one of 'spectral', 'frobenius', got 'nuclear'")):
        jacobian_product_norms(case.trace, norm="nuclear")
    with pytest.raises(ValueError, match=re.escape("losses: want an integer from 0 to 5, got 6")):
        frobenius_map(case.trace, losses=[6])
