"""Every window at once: equal to one window after the other, and right in the far tail."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, Trace, bptt, cosine, forward, gradient_by_window, init_params
from bptt_helpers.cells import CELLS
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.truncation.every_window import lag_contributions, logarithmic_windows
from bptt_helpers.truncation.lag_sums import _bits, most_growth, sums_by_doubling, sums_by_lag, way_of

SCHEMES = ("sliding", "chunked")


def recurrent(gradient):
    return np.concatenate([gradient.W_hx.ravel(), gradient.W_hh.ravel(), gradient.b_h])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize(
    ("T", "B", "sizes", "weight"),
    [(7, 2, (3, 5, 2), None), (1, 1, (3, 5, 2), None), (25, 3, (2, 4, 3), "last"), (12, 1, (1, 1, 1), None)],
)
def test_equals_bptt_for_every_window(make_case, scheme, activation, T, B, sizes, weight):
    case = make_case(T, B, sizes, activation, weight=weight, h0=True, seed=4)
    exact = recurrent(bptt(case.trace, case.dL_do).params)
    curve = gradient_by_window(case.trace, case.dL_do, scheme=scheme)
    np.testing.assert_array_equal(curve.window, np.arange(1, T + 1))
    for k, tau in enumerate(curve.window):
        g = recurrent(bptt(case.trace, case.dL_do, window=int(tau), scheme=scheme).params)
        assert 10 ** curve.log10_norm[k] == pytest.approx(np.linalg.norm(g), rel=1e-10)
        assert curve.cosine[k] == pytest.approx(cosine(g, exact), abs=1e-10)
        error = np.linalg.norm(g - exact) / np.linalg.norm(exact)
        assert 10 ** curve.log10_error[k] == pytest.approx(error, rel=1e-8, abs=1e-14)
    assert curve.log10_error[-1] == -np.inf


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_choice_of_windows_is_a_choice_of_entries(make_case, scheme):
    case = make_case(20)
    every = gradient_by_window(case.trace, case.dL_do, scheme=scheme)
    some = gradient_by_window(case.trace, case.dL_do, scheme=scheme, windows=logarithmic_windows(20))
    assert some.window.tolist() == [1, 2, 3, 4, 6, 8, 12, 16, 20]
    for got, wanted in zip(some, every, strict=True):
        np.testing.assert_allclose(got, wanted[some.window - 1], rtol=1e-12)


def one_unit(w, T):
    """A linear unit at rest with state 0 and input 1, and a loss dL/do_t = 1 at every step.

    c_k has no share in W_hh (the state is 0), and W_hx and b_h get (T - k) w^k each.
    """
    one = np.ones((1, 1))
    params = Params(one, w * one, np.zeros(1), one, np.zeros(1))
    arrays = np.ones((T, 1, 1)), np.zeros((T + 1, 1, 1)), np.zeros((T, 1, 1))
    return Trace(params, CELLS["identity"], *arrays), np.ones((T, 1, 1))


@pytest.mark.parametrize("w", [0.1, 0.5, 0.8])
def test_error_is_right_far_below_the_rounding_of_the_gradient(w):
    T = 200
    c = (T - np.arange(T)) * w ** np.arange(T)  # no cancellation: all terms are positive
    left_out = np.append(c[::-1].cumsum()[::-1][1:], 0)
    expected = np.log10(left_out[:-1] / c.sum())
    curve = gradient_by_window(*one_unit(w, T))
    seen = expected > -28
    assert seen.sum() > 25
    assert expected[seen].min() < -19
    np.testing.assert_allclose(curve.log10_error[:-1][seen], expected[seen], rtol=1e-9, atol=1e-9)
    assert (curve.log10_error[:-1][~seen] < -27.9).all()  # what comes from signals below 1e-38 may be missing
    assert curve.log10_error[-1] == -np.inf
    np.testing.assert_allclose(10**curve.log10_norm, np.sqrt(2) * c.cumsum(), rtol=1e-12)


def test_chunked_error_is_right_far_below_the_rounding_of_the_gradient():
    T, w = 200, 0.1
    trace, dL_do = one_unit(w, T)
    dL_do[:-1] = 0  # the loss at the end: dL/da_s = w^(T-1-s); a window of τ leaves out all before its last cut
    curve = gradient_by_window(trace, dL_do, scheme="chunked")
    signal = w ** np.arange(T - 1, -1, -1.0)
    for tau in range(1, T):
        cut = (T - 1) // tau * tau
        expected = np.log10(signal[:cut].sum() / signal.sum())
        assert curve.log10_error[tau - 1] == pytest.approx(expected, abs=1e-9)
    assert curve.log10_error[98] == pytest.approx(-2, abs=1e-9)  # τ = 99: the cut is at 198
    assert curve.log10_error[99] == pytest.approx(-100, abs=1e-9)  # τ = 100: the cut is at 100


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("choose", [lambda T: None, logarithmic_windows])
def test_exploding_gradients_stay_finite_as_logarithms(scheme, choose):
    T, radius = 1000, 3
    trace, dL_do = one_unit(radius, T)
    dL_do[:-1] = 0  # c_k = 3^k
    curve = gradient_by_window(trace, dL_do, scheme=scheme, windows=choose(T))
    reach = curve.window if scheme == "sliding" else T - (T - 1) // curve.window * curve.window  # back to the last cut
    log_sum = np.log10(np.sqrt(2) / 2) + reach * np.log10(3) + np.log10(1 - 3.0**-reach)  # √2 (3^reach - 1)/2
    np.testing.assert_allclose(curve.log10_norm, log_sum, rtol=0, atol=1e-9)
    np.testing.assert_allclose(curve.cosine, 1, rtol=1e-12)
    near_one = curve.log10_error[reach < T - 50]
    np.testing.assert_allclose(near_one, 0, atol=1e-12)  # what is left out is all but everything


@pytest.mark.parametrize("B", [1, 2])
def test_an_exploding_network_of_many_units_agrees_with_its_scaled_down_twin(B):
    """Multiplying W_hh by 2^k multiplies c_lag by 2^(k·lag), exactly: radius 4 from radius 1, T = 1000."""
    rng = np.random.default_rng(1)
    params = init_params(2, 5, 3, init="orthogonal", spectral_radius=1)
    arrays = rng.normal(size=(1000, B, 2)), rng.normal(size=(1001, B, 5)), np.zeros((1000, B, 3))
    trace = Trace(params, CELLS["identity"], *arrays)
    dL_do = rng.normal(size=(1000, B, 3))
    parts, exponent = lag_contributions(trace, dL_do)
    large = trace._replace(params=params._replace(W_hh=4 * params.W_hh))
    big_parts, big_exponent = lag_contributions(large, dL_do)
    unscaled = parts * np.ldexp(1.0, exponent)[:, None, None]
    shifted = big_parts * np.ldexp(1.0, big_exponent - 2 * np.arange(1000))[:, None, None]
    np.testing.assert_allclose(shifted, unscaled, rtol=1e-12, atol=1e-12 * np.abs(unscaled).max())
    for scheme in SCHEMES:
        curve = gradient_by_window(large, dL_do, scheme=scheme, windows=logarithmic_windows(1000))
        assert np.isfinite(curve.log10_norm).all()
        assert np.isfinite(curve.cosine).all()
        assert curve.log10_norm[-1] > 590
        assert curve.log10_error[-1] == -np.inf


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_zero_gradient_has_no_size_and_no_direction(scheme):
    trace, dL_do = one_unit(0.5, 10)
    curve = gradient_by_window(trace, 0 * dL_do, scheme=scheme)
    assert (curve.log10_norm == -np.inf).all()
    assert np.isnan(curve.cosine).all()
    assert (curve.log10_error == -np.inf).all()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_float32_network_is_measured_in_float64(make_case, scheme):
    case = make_case(12)
    single = case.params.astype(np.float32)
    got = gradient_by_window(forward(single, case.x), case.dL_do.astype(np.float32), scheme=scheme)
    wanted = gradient_by_window(case.trace, case.dL_do, scheme=scheme)
    for a, b in zip(got[1:], wanted[1:], strict=True):
        assert a.dtype == np.float64
        np.testing.assert_allclose(a[:-1], b[:-1], atol=1e-4)


@pytest.mark.parametrize("T", [1, 2, 3, 4, 5, 7, 16, 17, 31, 33, 48, 64, 100, 130])
@pytest.mark.parametrize(("activation", "B"), [("tanh", 1), ("relu", 2)])
def test_doubling_gives_the_sums_of_the_lag_sweep(make_case, T, activation, B):
    case = make_case(T, B, activation=activation, h0=True, scale=1.2)
    way = way_of(case.trace, case.dL_do)
    edges = logarithmic_windows(T)
    wanted, exponent = sums_by_lag(way, edges)
    got, zeros = sums_by_doubling(way)
    assert len(got) == len(edges)
    assert not zeros.any()
    wanted = wanted * np.ldexp(1.0, exponent)[:, None, None]
    for a, b in zip(got, wanted, strict=False):  # the sweep may stop early
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(b).max())


def test_sums_between_any_edges_are_sums_of_single_lags(make_case):
    case = make_case(60, 2, scale=1.3)
    way = way_of(case.trace, case.dL_do)
    single, exponent = sums_by_lag(way, np.arange(1, 61))
    single = single * np.ldexp(1.0, exponent)[:, None, None]
    edges = np.array([1, 5, 6, 37, 60])
    parts, exponent = sums_by_lag(way, edges)
    for i, (low, high) in enumerate(zip([0, *edges], edges, strict=False)):
        together = parts[i] * 2.0 ** exponent[i]
        np.testing.assert_allclose(together, single[low:high].sum(0), rtol=0, atol=1e-13 * np.abs(together).max())


@pytest.mark.parametrize("start", [3, 14, 15, 16])
def test_what_arrives_last_is_counted_though_the_journey_ends_within_its_interval(make_case, start):
    """The one loss, at step 15, is through with its way after lag 15, where an interval may just have begun."""
    case = make_case(30, 2, activation="identity", scale=0.9)
    dL_do = case.dL_do * (np.arange(30) == 15)[:, None, None]
    way = way_of(case.trace, dL_do)
    parts, exponent = sums_by_lag(way, np.array([start, 30]))
    total = np.ldexp(parts, exponent[:, None, None]).sum(0)
    wanted = recurrent_part(bptt(case.trace, dL_do).params)
    np.testing.assert_allclose(total, wanted, rtol=1e-11, atol=1e-12)
    curve = gradient_by_window(case.trace, dL_do, windows=[start, 30])
    for k, window in enumerate((start, 30)):
        norm = np.linalg.norm(recurrent_part(bptt(case.trace, dL_do, window=window).params))
        assert curve.log10_norm[k] == pytest.approx(np.log10(norm), rel=0, abs=1e-11)


def test_a_signal_that_all_but_dies_and_grows_again_is_followed():
    """Twelve saturated steps in a row leave 1e-97 of the signal; the steps before them grow it past all it was."""
    T, one = 700, np.ones((1, 1))
    params = Params(one, 8 * one, np.zeros(1), one, np.zeros(1))
    h = np.full((T + 1, 1, 1), 0.5)  # slope h (1 - h) = ¼: the signal doubles at every step …
    h[T - 50 : T - 38] = 1e-9  # … but at these
    trace = Trace(params, CELLS["sigmoid"], np.ones((T, 1, 1)), h, np.zeros((T, 1, 1)))
    dL_do = np.zeros((T, 1, 1))
    dL_do[-1] = 1

    slope = (h * (1 - h))[:0:-1, 0, 0]
    log_signal = np.log10(slope).cumsum() + np.arange(T) * np.log10(8)  # dL/da, by lag
    assert log_signal[80] < -60
    assert log_signal[-1] > log_signal[0] + 60
    curve = gradient_by_window(trace, dL_do)
    size = np.linalg.norm([1, 0.5, 1])  # x, h and 1 are what a signal meets at the weights
    exact = np.log10((10 ** (log_signal - log_signal[-1])).sum()) + log_signal[-1]
    assert curve.log10_norm[-1] == pytest.approx(exact + np.log10(size), abs=1e-6)
    assert curve.log10_error[300] == pytest.approx(0, abs=1e-6)  # by far the most comes from beyond


def test_a_signal_may_die_in_a_sequence_shorter_than_a_block():
    trace, dL_do = one_unit(1e-45, 15)  # the bound of growth knows of no whole block
    curve = gradient_by_window(trace, dL_do)
    np.testing.assert_allclose(curve.log10_norm, np.log10(15 * np.sqrt(2)), rtol=1e-12)


def test_the_growth_bound_is_a_bound_and_lets_the_journey_end(make_case, transposed_jacobians):
    case = make_case(200, 2, scale=1.0, seed=3)
    growth = most_growth(way_of(case.trace, case.dL_do))
    slope, _ = transposed_jacobians(case)
    rng = np.random.default_rng(0)
    for s in range(0, 200, 7):
        for b in range(2):
            signal = rng.normal(size=5)
            signal /= np.linalg.norm(signal)
            for k in range(s - 1, -1, -1):
                signal = slope[k, b] * (case.params.W_hh.T @ signal)
                assert np.log2(np.linalg.norm(signal)) <= growth[s]
    tame = make_case(1000, 1, scale=0.5)
    assert len(lag_contributions(tame.trace, tame.dL_do)[0]) < 500


def test_a_signal_whose_square_is_zero_still_grows():
    signal = np.array([[[1.0, 0]], [[3e-170, 4e-170]], [[0, 0]]])
    bits, least = _bits(signal, np.array([0, 1000, 5000])), 1000 + np.log2(5e-170)
    assert least <= bits <= least + 0.5


def test_lag_contributions_add_up_to_the_gradient(make_case):
    case = make_case(12, 3)
    parts, exponent = lag_contributions(case.trace, case.dL_do)
    total = np.ldexp(parts, exponent[:, None, None]).sum(0)
    exact = bptt(case.trace, case.dL_do).params
    np.testing.assert_allclose(total, np.hstack([exact.W_hh, exact.W_hx, exact.b_h[:, None]]), rtol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"scheme": "both"}, "scheme: want one of 'sliding', 'chunked', got 'both'"),
        ({"windows": [0]}, "windows: want an integer from 1 to 6, got 0"),
        ({"windows": [7]}, "windows: want an integer from 1 to 6, got 7"),
        ({"windows": [2.5]}, "windows: want an integer from 1 to 6, got 2.5"),
        ({"windows": [True]}, "windows: want an integer from 1 to 6, got True"),
        ({"dL_do": np.ones((6, 2, 3))}, "dL_do: want shape (T, B, q) = (6, 2, 2), got (6, 2, 3)"),
    ],
)
def test_bad_input_is_named(make_case, arguments, sentence):
    case = make_case()
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        gradient_by_window(**({"trace": case.trace, "dL_do": case.dL_do} | arguments))


@pytest.mark.parametrize("T", [0, -1, 2.0])
def test_logarithmic_windows_want_a_length(T):
    with pytest.raises(ValueError, match=re.escape(f"T: want an integer from 1 to 1000000000000000, got {T}")):
        logarithmic_windows(T)


def test_nothing_on_a_slider_warns():
    """Radius 0.1 … 3 and a thousand steps: finite numbers, no warning (warnings are errors in this run)."""
    rng = np.random.default_rng(0)
    x, dL_do = rng.normal(size=(1000, 1, 2)), rng.normal(size=(1000, 1, 2))
    for radius in (0.1, 1, 3):
        for activation in ("tanh", "sigmoid"):
            params = init_params(2, 8, 2, spectral_radius=radius)
            trace = forward(params, x, activation=activation)
            curve = gradient_by_window(trace, dL_do)
            assert np.isfinite(curve.log10_norm).all()
            assert np.isfinite(curve.cosine).all()
