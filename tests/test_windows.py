"""Every window at once: equal to one window after the other, and right in the far tail."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, Trace, bptt, cosine, forward, gradient_by_window, init_params
from bptt_helpers.windows import lag_contributions, logarithmic_windows

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
    exact = recurrent(bptt(case.params, case.trace, case.dL_do).params)
    curve = gradient_by_window(case.params, case.trace, case.dL_do, scheme=scheme)
    np.testing.assert_array_equal(curve.window, np.arange(1, T + 1))
    for k, tau in enumerate(curve.window):
        g = recurrent(bptt(case.params, case.trace, case.dL_do, window=int(tau), scheme=scheme).params)
        assert 10 ** curve.log10_norm[k] == pytest.approx(np.linalg.norm(g), rel=1e-10)
        assert curve.cosine[k] == pytest.approx(cosine(g, exact), abs=1e-10)
        error = np.linalg.norm(g - exact) / np.linalg.norm(exact)
        assert 10 ** curve.log10_error[k] == pytest.approx(error, rel=1e-8, abs=1e-14)
    assert curve.log10_error[-1] == -np.inf


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_choice_of_windows_is_a_choice_of_entries(make_case, scheme):
    case = make_case(20)
    every = gradient_by_window(case.params, case.trace, case.dL_do, scheme=scheme)
    some = gradient_by_window(case.params, case.trace, case.dL_do, scheme=scheme, windows=logarithmic_windows(20))
    assert some.window.tolist() == [1, 2, 3, 4, 6, 8, 12, 16, 20]
    for got, wanted in zip(some, every, strict=True):
        np.testing.assert_allclose(got, wanted[some.window - 1], rtol=1e-12)


def one_unit(w, T):
    """A linear unit at rest with state 0 and input 1, and a loss dL/do_t = 1 at every step.

    c_k has no share in W_hh (the state is 0), and W_hx and b_h get (T - k) w^k each.
    """
    one = np.ones((1, 1))
    trace = Trace(np.ones((T, 1, 1)), np.zeros((T + 1, 1, 1)), np.zeros((T, 1, 1)), "identity")
    return Params(one, w * one, np.zeros(1), one, np.zeros(1)), trace, np.ones((T, 1, 1))


@pytest.mark.parametrize("w", [0.1, 0.5, 0.8])
def test_error_is_right_far_below_the_rounding_of_the_gradient(w):
    T = 200
    c = (T - np.arange(T)) * w ** np.arange(T)  # no cancellation: all terms are positive
    left_out = np.append(c[::-1].cumsum()[::-1][1:], 0)
    expected = np.log10(left_out[:-1] / c.sum())
    curve = gradient_by_window(*one_unit(w, T))
    seen = expected > -50
    assert seen.sum() > 45
    assert expected[seen].min() < -19
    np.testing.assert_allclose(curve.log10_error[:-1][seen], expected[seen], rtol=1e-9, atol=1e-9)
    assert (curve.log10_error[:-1][~seen] < -49.9).all()  # below 1e-60 the journey stops
    assert curve.log10_error[-1] == -np.inf
    np.testing.assert_allclose(10**curve.log10_norm, np.sqrt(2) * c.cumsum(), rtol=1e-12)


def test_chunked_error_is_right_far_below_the_rounding_of_the_gradient():
    T, w = 200, 0.1
    params, trace, dL_do = one_unit(w, T)
    dL_do[:-1] = 0  # the loss at the end: dL/da_s = w^(T-1-s); a window of τ leaves out all before its last cut
    curve = gradient_by_window(params, trace, dL_do, scheme="chunked")
    signal = w ** np.arange(T - 1, -1, -1.0)
    for tau in range(1, T):
        cut = (T - 1) // tau * tau
        expected = np.log10(signal[:cut].sum() / signal.sum())
        assert curve.log10_error[tau - 1] == pytest.approx(expected, abs=1e-9)
    assert curve.log10_error[98] == pytest.approx(-2, abs=1e-9)  # τ = 99: the cut is at 198
    assert curve.log10_error[99] == pytest.approx(-100, abs=1e-9)  # τ = 100: the cut is at 100


def test_exploding_gradients_stay_finite_as_logarithms():
    T, radius = 1000, 3
    params, trace, dL_do = one_unit(radius, T)
    dL_do[:-1] = 0  # c_k = 3^k
    curve = gradient_by_window(params, trace, dL_do)
    log_sum = np.log10(np.sqrt(2) / 2) + curve.window * np.log10(3)  # log10 of (3^τ - 1)/2 for large τ
    np.testing.assert_allclose(curve.log10_norm[40:], log_sum[40:], rtol=0, atol=1e-9)
    np.testing.assert_allclose(10 ** curve.log10_norm[:3], np.sqrt(2) * np.array([1, 4, 13]), rtol=1e-9)
    np.testing.assert_allclose(curve.cosine, 1, rtol=1e-12)
    with pytest.raises(OverflowError, match="gradient_by_window: want gradients that fit float64, got overflow"):
        gradient_by_window(params, trace, dL_do, scheme="chunked")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_zero_gradient_has_no_size_and_no_direction(scheme):
    params, trace, dL_do = one_unit(0.5, 10)
    curve = gradient_by_window(params, trace, 0 * dL_do, scheme=scheme)
    assert (curve.log10_norm == -np.inf).all()
    assert np.isnan(curve.cosine).all()
    assert (curve.log10_error == -np.inf).all()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_float32_network_is_measured_in_float64(make_case, scheme):
    case = make_case(12)
    single = case.params.astype(np.float32)
    got = gradient_by_window(single, forward(single, case.x), case.dL_do.astype(np.float32), scheme=scheme)
    wanted = gradient_by_window(case.params, case.trace, case.dL_do, scheme=scheme)
    for a, b in zip(got[1:], wanted[1:], strict=True):
        assert a.dtype == np.float64
        np.testing.assert_allclose(a[:-1], b[:-1], atol=1e-4)


def test_lag_contributions_add_up_to_the_gradient(make_case):
    case = make_case(12, 3)
    parts, exponent = lag_contributions(case.params, case.trace, case.dL_do)
    total = np.ldexp(parts, exponent[:, None, None]).sum(0)
    exact = bptt(case.params, case.trace, case.dL_do).params
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
        gradient_by_window(**({"params": case.params, "trace": case.trace, "dL_do": case.dL_do} | arguments))


@pytest.mark.parametrize("T", [0, -1, 2.0])
def test_logarithmic_windows_want_a_length(T):
    with pytest.raises(ValueError, match=re.escape(f"T: want an integer >= 1, got {T}")):
        logarithmic_windows(T)


def test_nothing_on_a_slider_warns():
    """Radius 0.1 … 3 and a thousand steps: finite numbers, no warning (warnings are errors in this run)."""
    rng = np.random.default_rng(0)
    x, dL_do = rng.normal(size=(1000, 1, 2)), rng.normal(size=(1000, 1, 2))
    for radius in (0.1, 1, 3):
        for activation in ("tanh", "sigmoid"):
            params = init_params(2, 8, 2, spectral_radius=radius)
            trace = forward(params, x, activation=activation)
            curve = gradient_by_window(params, trace, dL_do)
            assert np.isfinite(curve.log10_norm).all()
            assert np.isfinite(curve.cosine).all()
