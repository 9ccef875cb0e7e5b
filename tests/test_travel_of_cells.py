"""How far signals travel through gated cells: every measure against products of complex-step Jacobians."""

from itertools import product as pairs

import numpy as np
import pytest

from bptt_helpers import (
    Params,
    bptt,
    constant_hazard,
    cosine,
    forward,
    gradient_by_window,
    gradient_profile,
    influence,
    jacobian_product_norms,
    lyapunov_exponents,
    randomized_gradients,
)
from bptt_helpers.cells.base import own_signals
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.measures.jacobians import frobenius_map
from bptt_helpers.truncation.every_window import lag_contributions, logarithmic_windows
from bptt_helpers.truncation.lag_sums import most_growth, sums_by_doubling, way_of
from bptt_helpers.truncation.random_cuts import exact_moments
from tests.cell_cases import GATED, NAMES, draw, numeric_jacobians

T = 7


def products(case):
    """J_t … J_{s+1} for every pair s <= t, a dictionary of (B, m, m)."""
    J = numeric_jacobians(case)
    found = {}
    for t in range(len(J)):
        product = np.tile(np.eye(case.width), (J.shape[1], 1, 1))
        for s in range(t, -1, -1):
            found[t, s] = product
            product = product @ J[s]
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("losses", [None, [0, 3, 5]])
def test_influence_and_maps_follow_from_the_jacobians(name, losses):
    case = draw(name, T, 2, seed=5)
    n, own, rows = case.params.n_hidden, own_signals(case.trace, case.dL_do), losses or list(range(T))
    whole = influence(case.trace, case.dL_do, losses=losses)
    of_h = influence(case.trace, case.dL_do, losses=losses, part="h")
    pictured = frobenius_map(case.trace, losses=losses)
    assert whole.shape == of_h.shape == pictured.shape == (len(rows), T, 2)
    for (t, s), product in products(case).items():
        if t not in rows:
            continue
        signal = np.einsum("bi,bij->bj", own[t], product)
        for got, wanted in [
            (whole, np.linalg.norm(signal, axis=1)),
            (of_h, np.linalg.norm(signal[:, :n], axis=1)),
            (pictured, np.linalg.norm(product, axis=(1, 2))),
        ]:
            with np.errstate(divide="ignore"):
                np.testing.assert_allclose(got[rows.index(t), s], np.log10(wanted), rtol=0, atol=1e-11)
    later = np.arange(T) > np.array(rows)[:, None]
    for got in (whole, of_h, pictured):
        assert np.isnan(got[later]).all()
        assert not np.isnan(got[~later]).any()


def test_an_influence_on_part_of_a_state_is_named():
    case = draw("lstm", 3, 1)
    with pytest.raises(ValueError, match=r"^part: want one of 'all', 'h', got 'c'$"):
        influence(case.trace, case.dL_do, part="c")


@pytest.mark.parametrize("name", NAMES)
def test_the_profile_is_the_norm_of_what_backpropagation_sends(name):
    case = draw(name, T, 2, seed=6)
    for dL_do in (case.dL_do, case.dL_do * (np.arange(T) == T - 1)[:, None, None]):
        dL_ds = bptt(case.trace, dL_do).dL_ds
        with np.errstate(divide="ignore"):
            wanted = np.log10(np.linalg.norm(dL_ds, axis=2))[::-1]
        np.testing.assert_allclose(gradient_profile(case.trace, dL_do), wanted, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_product_norms_are_those_of_the_jacobians(name):
    case = draw(name, T, 2, seed=7)
    found = products(case)
    for norm, of_matrix in [("spectral", 2), ("frobenius", "fro")]:
        wanted = [np.linalg.norm(found[T - 1, T - 1 - lag], of_matrix, (1, 2)) for lag in range(T)]
        with np.errstate(divide="ignore"):
            wanted = np.log10(wanted)
        np.testing.assert_allclose(jacobian_product_norms(case.trace, norm=norm), wanted, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ["tanh", *GATED])
def test_all_exponents_sum_to_the_mean_log_volume(name):
    case = draw(name, 60, 2, (2, 3, 1), seed=8)
    volume = np.log(np.abs(np.linalg.det(numeric_jacobians(case))))
    for discard in (0, 10):
        got = lyapunov_exponents(case.trace, count=case.width, discard=discard).value
        np.testing.assert_allclose(got.sum(0), volume[discard:].mean(0), rtol=1e-10)
        assert got.shape == (case.width, 2)


@pytest.mark.parametrize("name", GATED)
def test_the_first_exponent_is_the_growth_of_a_tangent(name):
    case = draw(name, 60, 2, (2, 3, 1), seed=8)
    rng = np.random.default_rng(4)
    tangent, J = rng.normal(size=(2, 1, case.width)), numeric_jacobians(case)
    tangent /= np.linalg.norm(tangent, axis=2, keepdims=True)
    for b in range(2):
        v = tangent[b, 0]
        for step in J[:, b]:
            v = step @ v
        wanted = np.log(np.linalg.norm(v)) / 60
        assert lyapunov_exponents(case.trace, rng=4).value[0, b] == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["sliding", "chunked"])
@pytest.mark.parametrize(("length", "B"), [(1, 1), (11, 2), (40, 1)])
def test_every_window_is_the_truncated_gradient_of_that_window(name, scheme, length, B):
    case = draw(name, length, B, seed=9)
    exact = recurrent_part(bptt(case.trace, case.dL_do).params)
    for windows in (None, logarithmic_windows(length)):  # the second one by doubling
        curve = gradient_by_window(case.trace, case.dL_do, scheme=scheme, windows=windows)
        for k, window in enumerate(curve.window):
            wanted = recurrent_part(bptt(case.trace, case.dL_do, window=window, scheme=scheme).params)
            assert curve.log10_norm[k] == pytest.approx(np.log10(np.linalg.norm(wanted)), abs=1e-11)
            assert curve.cosine[k] == pytest.approx(cosine(wanted, exact), abs=1e-11)
            error = np.linalg.norm(wanted - exact) / np.linalg.norm(exact)
            if error > 1e-9:
                assert curve.log10_error[k] == pytest.approx(np.log10(error), abs=1e-5)
            else:
                assert curve.log10_error[k] < -8.5


@pytest.mark.parametrize("name", NAMES)
def test_contributions_by_lag_are_differences_of_windows(name):
    case = draw(name, T, 2, seed=10)
    parts, exponent = lag_contributions(case.trace, case.dL_do)
    before = 0
    for k, (part, power) in enumerate(zip(parts, exponent, strict=True)):
        window = recurrent_part(bptt(case.trace, case.dL_do, window=k + 1).params)
        np.testing.assert_allclose(part * 2.0**power, window - before, rtol=0, atol=1e-11 * np.abs(window).max())
        before = window


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [1, 2, 16, 17, 32, 33, 70, 200, 256])
def test_doubling_is_lag_by_lag(name, length):
    case = draw(name, length, 2, (2, 3, 2), seed=11)
    edges = logarithmic_windows(length)
    parts, exponent = sums_by_doubling(way_of(case.trace, case.dL_do))
    assert not exponent.any()
    windows = [0 * parts[0]] + [recurrent_part(bptt(case.trace, case.dL_do, window=window).params) for window in edges]
    wanted = np.diff(windows, axis=0)
    np.testing.assert_allclose(parts[: len(edges)], wanted, rtol=0, atol=1e-11 * np.abs(wanted).max())


@pytest.mark.parametrize("name", GATED)
def test_random_cuts_are_right_on_average_and_scatter_as_computed(name):
    case, hazard, N = draw(name, 8, 1, (2, 3, 2), seed=12), constant_hazard(3), 20_000
    exact = recurrent_part(bptt(case.trace, case.dL_do).params)
    draws = randomized_gradients(case.trace, case.dL_do, hazard, n_draws=N, rng=1)
    error = draws.std(0) / np.sqrt(N)
    off = np.abs(draws.mean(0) - exact)
    assert (off <= 4 * error + 1e-12).all()
    moments = exact_moments(case.trace, case.dL_do, [2, 3, 1e9])
    np.testing.assert_allclose(moments.mean, exact, rtol=0, atol=1e-12 * np.abs(exact).max())
    assert moments.variance[1] == pytest.approx(draws.var(0).sum(), rel=0.05)
    assert moments.variance[0] > moments.variance[1]
    assert abs(moments.variance[2]) < 1e-6 * (exact**2).sum()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_draws", [2, 70])  # in memory, the units are last, or the draws
def test_without_a_cut_every_draw_is_the_gradient(name, n_draws):
    case = draw(name, 8, 3, seed=13)
    exact = recurrent_part(bptt(case.trace, case.dL_do).params)
    for draw_ in randomized_gradients(case.trace, case.dL_do, constant_hazard(1e15), n_draws=n_draws):
        np.testing.assert_allclose(draw_, exact, rtol=0, atol=1e-12 * np.abs(exact).max())


@pytest.mark.parametrize("name", NAMES)
def test_draws_enumerated_have_the_mean_and_the_variance_computed(name):
    """Three steps, two places for a cut: four outcomes, each a gradient by windows or a product of the two parts."""
    case = draw(name, 3, 1, (2, 3, 2), seed=14)
    draws = randomized_gradients(case.trace, case.dL_do, constant_hazard(2), n_draws=64, rng=3)
    kinds = np.unique(draws.round(9), axis=0)
    assert len(kinds) == 4  # each has chance 1/4
    moments = exact_moments(case.trace, case.dL_do, [2])
    np.testing.assert_allclose(moments.mean, kinds.mean(0), rtol=0, atol=1e-8)
    assert moments.variance[0] == pytest.approx(((kinds - kinds.mean(0)) ** 2).sum((1, 2)).mean(), rel=1e-6)


@pytest.mark.parametrize(("name", "shut"), [("gru", [1, 1, 0]), ("lstm", [1, 1, 0, 1])])
def test_a_signal_that_gates_have_all_but_stopped_grows_again(name, shut):
    """At rest, h = 0, a strong block n (or g) lets signals grow tenfold a step; eight steps with shut gates stop it."""
    gates, length = len(shut), 250
    W_hx, W_hh, b_h = -16.0 * np.array(shut)[:, None], np.zeros((gates, 1)), np.zeros(4)
    W_hh[2] = 40
    x = np.zeros((length, 1, 1))
    x[238:246] = 1
    trace = forward(Params(W_hx, W_hh, b_h, np.ones((1, 1)), np.zeros(1)), x, cell=name)
    dL_do = np.zeros((length, 1, 1))
    dL_do[-1] = 1

    def log10_size(**options):
        gradient = recurrent_part(bptt(trace, dL_do, **options).params)
        largest = np.abs(gradient).max()  # its square would be no float
        return np.log10(largest) + np.log10(np.linalg.norm(gradient / largest))

    assert log10_size() > 150
    for scheme, windows in pairs(("sliding", "chunked"), (None, logarithmic_windows(length))):
        curve = gradient_by_window(trace, dL_do, scheme=scheme, windows=windows)
        for k, window in list(enumerate(curve.window))[:: 1 if windows is not None else 7]:
            assert curve.log10_norm[k] == pytest.approx(log10_size(window=window, scheme=scheme), abs=1e-8)


@pytest.mark.parametrize("name", GATED)
def test_the_bound_of_growth_holds_over_many_blocks(name):
    W_hh = np.zeros((4 if name == "lstm" else 3, 1))
    W_hh[2] = 3
    params = Params(0 * W_hh, W_hh, np.zeros(4), np.ones((1, 1)), np.zeros(1))
    trace = forward(params, np.zeros((1000, 1, 1)), cell=name)  # at rest, where every step stretches alike
    J = trace.cell.jacobians(params, trace.cell.local(trace))[0, 0]
    bound, product = most_growth(way_of(trace, np.ones((1000, 1, 1)))), np.eye(len(J))
    for bits in bound:
        assert bits >= np.log2(np.linalg.norm(product, 2))
        product = product @ J
    assert np.log2(np.linalg.norm(product, 2)) > 300
