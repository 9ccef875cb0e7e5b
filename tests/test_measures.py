"""Influence and profiles: equal to products of Jacobians, and exact where float64 ends."""

import re

import numpy as np
import pytest

from bptt_helpers import (
    Params,
    Trace,
    bptt,
    cosine,
    forward,
    gradient_profile,
    influence,
    init_params,
    relative_error,
)
from bptt_helpers.cells import CELLS


def at_rest(params, T, B, cell="identity"):
    """A trace whose states are all 0: what a linear network would do, without the overflow of its states."""
    d, n, q = params.n_in, params.n_hidden, params.n_out
    return Trace(params, CELLS[cell], np.zeros((T, B, d)), np.zeros((T + 1, B, n)), np.zeros((T, B, q)))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize(("B", "sizes"), [(1, (3, 5, 2)), (3, (2, 4, 3)), (2, (1, 1, 1))])
def test_influence_equals_explicit_products_of_jacobians(make_case, transposed_jacobians, activation, B, sizes):
    case = make_case(9, B, sizes, activation, h0=True, seed=5)
    _, J_T = transposed_jacobians(case)
    got = influence(case.trace, case.dL_do)
    assert got.shape == (9, 9, B)
    for t in range(9):
        for b in range(B):
            signal = case.params.W_qh.T @ case.dL_do[t, b]
            for s in range(t, -1, -1):
                norm = np.linalg.norm(signal)
                if norm == 0:
                    assert got[t, s, b] == -np.inf
                else:
                    assert got[t, s, b] == pytest.approx(np.log10(norm), abs=1e-12)
                signal = J_T[s, b] @ signal
            assert np.isnan(got[t, t + 1 :, b]).all()
            assert not np.isnan(got[t, : t + 1, b]).any()


def test_losses_selects_rows(make_case):
    case = make_case(20, 2)
    every = influence(case.trace, case.dL_do)
    for losses in ([0], [19], [7], [0, 3, 4, 19], np.array([5, 11]), range(20)):
        got = influence(case.trace, case.dL_do, losses=losses)
        np.testing.assert_allclose(got, every[list(losses)], rtol=0, atol=1e-12)


def test_a_batch_is_its_sequences_one_by_one(make_case):
    case = make_case(15, 4, h0=True, scale=1.5)
    for measure in (influence, gradient_profile):
        together = measure(case.trace, case.dL_do)
        for b in range(4):
            one = forward(case.params, case.x[:, b : b + 1], h0=case.h0[b : b + 1])
            alone = measure(one, case.dL_do[:, b : b + 1])
            np.testing.assert_allclose(together[..., b], alone[..., 0], rtol=0, atol=1e-11)


@pytest.mark.parametrize("B", [1, 2])
@pytest.mark.parametrize("radius", [3, 0.1])
def test_a_thousand_rotations_grow_by_the_radius_at_every_step(B, radius):
    T = 1000
    params = init_params(2, 6, 3, init="orthogonal", spectral_radius=radius)
    dL_do = np.random.default_rng(0).normal(size=(T, B, 3))
    trace, lag = at_rest(params, T, B), np.arange(T)
    start = np.log10(np.linalg.norm(dL_do @ params.W_qh, axis=-1))  # lag 0
    losses = [0, 500, 999]
    got = influence(trace, dL_do, losses=losses)
    for row, t in zip(got, losses, strict=True):
        expected = start[t] + (t - lag[: t + 1, None]) * np.log10(radius)
        np.testing.assert_allclose(row[: t + 1], expected, rtol=0, atol=1e-9)
    dL_do[:-1] = 0
    profile = gradient_profile(trace, dL_do)
    np.testing.assert_allclose(profile, start[-1] + lag[:, None] * np.log10(radius), rtol=0, atol=1e-9)


@pytest.mark.parametrize("measure", [influence, gradient_profile])
def test_dead_units_and_silent_losses_are_exactly_minus_infinity(measure):
    params = init_params(3, 5, 2)._replace(b_h=np.full(5, -1e3))
    trace = forward(params, np.ones((30, 2, 3)), activation="relu")  # no unit is ever on
    got = measure(trace, np.ones((30, 2, 2)))
    if measure is influence:
        below = np.tril(np.ones((30, 30), bool), -1)
        assert (got[below] == -np.inf).all()
        assert np.isfinite(got[np.eye(30, dtype=bool)]).all()
    silent = measure(trace, np.zeros((30, 2, 2)))
    assert (silent[~np.isnan(silent)] == -np.inf).all()


def test_saturated_slopes_count_though_the_state_is_rounded_to_one():
    """tanh(30) is 1 in float64, but the slope 4 e^{-60} is not 0."""
    one = np.ones((1, 1))
    params = Params(one, one, np.full(1, 29.0), one, np.zeros(1))
    trace = forward(params, np.zeros((400, 1, 1)))
    got = influence(trace, np.ones((400, 1, 1)), losses=[399])[0, ::-1, 0]
    step = np.log10(4) - 60 * np.log10(np.e)  # log10 of the slope at a = 29 + 1
    np.testing.assert_allclose(got[:399], np.arange(399) * step, rtol=1e-12)


def test_tiny_slopes_times_tiny_weights_are_not_zero():
    one = np.ones((1, 1))
    params = Params(one, 1e-29 * one, np.full(1, 34.0), one, np.zeros(1))
    trace = forward(params, np.zeros((50, 1, 1)))
    got = influence(trace, np.ones((50, 1, 1)), losses=[49])[0, ::-1, 0]
    step = np.log10(4) - 68 * np.log10(np.e) - 29
    np.testing.assert_allclose(got, np.arange(50) * step, rtol=1e-11)
    profile = gradient_profile(trace, np.eye(50)[-1].reshape(50, 1, 1))
    np.testing.assert_allclose(profile[:, 0], got, rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
@pytest.mark.parametrize("steps", ["all", "last", "two far apart"])
def test_profile_is_the_norm_of_dL_dh(make_case, activation, steps):
    T = 60
    case = make_case(T, 2, activation=activation, scale=0.9)
    dL_do = case.dL_do.copy()
    if steps != "all":
        dL_do[1 if steps == "last" else 12 : -1] = 0
        dL_do[: 1 if steps == "last" else 11] = 0
    profile = gradient_profile(case.trace, dL_do)
    norms = np.linalg.norm(bptt(case.trace, dL_do).dL_dh, axis=-1)[::-1]
    assert profile.shape == (T, 2)
    np.testing.assert_array_equal(profile == -np.inf, norms == 0)
    np.testing.assert_allclose(10**profile, norms, rtol=1e-9)
    if steps == "last":
        row = influence(case.trace, dL_do, losses=[T - 1])[0]
        np.testing.assert_allclose(profile, row[::-1], rtol=0, atol=1e-11)


def test_a_loss_far_before_a_vanished_or_exploded_signal():
    """Each sequence keeps its own scale: neither another's loss nor a zero signal may flush it away."""
    T, one = 1000, np.ones((1, 1))
    for radius in (0.1, 10):
        params = Params(one, radius * one, np.zeros(1), one, np.zeros(1))
        dL_do = np.zeros((T, 2, 1))
        dL_do[-1, 0] = 1  # sequence 0 has a loss at the end, sequence 1 in the middle only
        dL_do[500, 1] = 1
        got = gradient_profile(at_rest(params, T, 2), dL_do)
        lag = np.arange(T) * np.log10(radius)
        np.testing.assert_allclose(got[:, 0], lag, atol=1e-9)
        assert (got[:499, 1] == -np.inf).all()
        np.testing.assert_allclose(got[499:, 1], lag[: T - 499], atol=1e-9)


def test_a_loss_before_an_exploded_signal_that_died():
    one = np.ones((1, 1))
    params = Params(one, 10 * one, np.zeros(1), one, np.zeros(1))
    trace = at_rest(params, 1000, 1, "relu")
    trace.x[:] = 1e-3  # all units on, except at step 300
    trace.x[300] = -1e3
    dL_do = np.zeros((1000, 1, 1))
    dL_do[[-1, 290]] = 1
    got = gradient_profile(trace, dL_do)[::-1, 0]
    np.testing.assert_allclose(got[300:], np.arange(699, -1, -1.0), atol=1e-9)
    assert (got[291:300] == -np.inf).all()
    np.testing.assert_allclose(got[:291], np.arange(290, -1, -1.0), atol=1e-9)


def test_a_float32_network_is_measured_in_float64():
    params = init_params(2, 6, 3, init="orthogonal", spectral_radius=0.1)
    trace = at_rest(params, 500, 1)
    dL_do = np.zeros((500, 1, 3))
    dL_do[-1] = 1
    single = trace.astype(np.float32)
    assert single.states.dtype == np.float32
    for measure in (influence, gradient_profile):
        got = measure(single, dL_do.astype(np.float32))
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, measure(trace, dL_do), rtol=1e-6, atol=1e-4)


def test_cosine(make_case):
    params = make_case().params
    assert cosine(params, params) == pytest.approx(1)
    assert cosine(params, Params(*(-3 * w for w in params))) == pytest.approx(-1)
    assert cosine(np.array([1.0, 0]), np.array([1.0, 1])) == pytest.approx(np.sqrt(0.5))
    with pytest.raises(ValueError, match="cosine: want two gradients that are not zero, got a zero one"):
        cosine(np.zeros(2), np.ones(2))


@pytest.mark.parametrize("scale", [1e-310, 1e-170, 1e160, 1e308])
def test_cosine_of_tiny_and_huge_gradients(scale):
    a, b = np.array([1.0, 0]), np.array([-0.5, 0.5])
    for u, v in [(scale * a, b), (a, scale * b), (scale * a, scale * b)]:
        assert cosine(u, v) == pytest.approx(-np.sqrt(0.5), rel=1e-12, abs=0)


@pytest.mark.parametrize("measure", [cosine, relative_error])
def test_gradients_of_other_shapes_are_not_compared(make_case, measure):
    """A transposed matrix has as many entries."""
    params = make_case().params
    for a, b, sentence in [
        (np.ones(2), np.ones(3), "a: want the shape of b, (3,), got (2,)"),
        (np.ones((2, 3)), np.ones((3, 2)), "a: want the shape of b, (3, 2), got (2, 3)"),
        (params._replace(W_hx=params.W_hx.T), params, "a: want the shape of b, (5, 3), got (3, 5)"),
        (params, params.W_hh, "a, b: want two of a kind, got 5 and 1 arrays"),
    ]:
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            measure(a, b)


@pytest.mark.parametrize("compare", [cosine, relative_error])
def test_a_row_is_not_compared_with_a_vector(compare):
    row, vector = np.arange(1.0, 4)[None], np.arange(1.0, 4)
    with pytest.raises(ValueError, match=re.escape("a: want the shape of b, (3,), got (1, 3)")):
        compare(row, vector)  # (1, 3) and (3,) would be broadcast


@pytest.mark.parametrize(
    ("losses", "sentence"),
    [
        ([6], "losses: want an integer from 0 to 5, got 6"),
        ([-1], "losses: want an integer from 0 to 5, got -1"),
        ([1.0], "losses: want an integer from 0 to 5, got 1.0"),
        ([], "losses: want steps in rising order without repetition, got []"),
        ([3, 1], "losses: want steps in rising order without repetition, got [3, 1]"),
        ([2, 2], "losses: want steps in rising order without repetition, got [2, 2]"),
    ],
)
def test_bad_losses_are_named(make_case, losses, sentence):
    case = make_case()
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        influence(case.trace, case.dL_do, losses=losses)


@pytest.mark.parametrize("measure", [influence, gradient_profile])
def test_a_signal_that_does_not_fit_is_named(make_case, measure):
    case = make_case()
    with pytest.raises(ValueError, match=re.escape("dL_do: want shape (T, B, q) = (6, 2, 2), got (6, 2, 1)")):
        measure(case.trace, case.dL_do[..., :1])
