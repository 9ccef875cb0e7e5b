"""Lyapunov exponents against exact ones, and the claim of notebook 05: they are the rate of the gradient's growth."""

import numpy as np
import pytest

from bptt_helpers import Params, forward, gradient_profile, jacobian_product_norms
from bptt_helpers.lessons.chaos.picture import draw_exponents
from bptt_helpers.measures.lyapunov import driven_network, exponent_by_gain, log_gradient_slope, lyapunov_exponents


def linear_run(W, T=200, B=2):
    n = len(W)
    params = Params(np.eye(n), np.asarray(W, float), np.zeros(n), np.ones((1, n)), np.zeros(1))
    return forward(params, np.zeros((T, B, n)), activation="identity")


def test_exponents_of_a_diagonal_system_are_the_logarithms_of_its_entries():
    entries = [3.0, 1.0, -0.5, 0.1]
    found = lyapunov_exponents(linear_run(np.diag(entries)), count=4, discard=60)
    assert np.allclose(found.value, np.log(np.abs(entries))[:, None], atol=1e-9)
    assert np.allclose(found.standard_error, 0, atol=1e-9)


def test_exponents_of_a_linear_system_are_the_logarithms_of_its_eigenvalues_not_of_its_singular_values():
    W = np.array([[0.9, 10, 0], [0, 0.6, 3], [0, 0, 0.3]])  # far from normal: σ₁ is above 10
    found = lyapunov_exponents(linear_run(W), count=3, discard=100)
    assert np.allclose(found.value, np.log([[0.9], [0.6], [0.3]]), atol=1e-6)


def test_the_sum_of_all_exponents_is_the_mean_log_determinant():
    trace = driven_network(1.5, 0.3, n_hidden=5, sequence_length=60, batch=2)
    found = lyapunov_exponents(trace, count=5).value.sum(0)
    slope = 1 - trace.h[1:] ** 2
    log_det = np.log(slope).sum(2).mean(0) + np.log(abs(np.linalg.det(trace.params.W_hh)))
    assert np.allclose(found, log_det, atol=1e-9)


def test_the_first_exponent_is_the_growth_of_a_random_tangent_vector():
    """QR of several directions, one normalised direction, finite differences of two runs: three routes."""
    trace = driven_network(2, 0.5, n_hidden=12, sequence_length=40, batch=1, seed=3)
    one = lyapunov_exponents(trace, rng=7).value[0, 0]
    several = lyapunov_exponents(trace, count=3, rng=7).value[0, 0]
    assert np.isclose(one, several, atol=1e-12)  # the first column of QR never sees the others

    v = np.random.default_rng(7).normal(size=(1, 12))
    v /= np.linalg.norm(v)
    ends = [forward(trace.params, trace.x, h0=trace.h[0] + step * v).h[-1] for step in (1e-7, -1e-7)]
    growth = np.log(np.linalg.norm(ends[0] - ends[1]) / 2e-7) / 40
    assert np.isclose(one, growth, atol=1e-5)


def test_value_and_standard_error_of_one_unit_by_hand():
    w, x = 1.7, np.random.default_rng(0).normal(size=(107, 1, 1))
    params = Params(np.ones((1, 1)), np.array([[w]]), np.zeros(1), np.ones((1, 1)), np.zeros(1))
    trace = forward(params, x)
    rates = np.log(w * (1 - trace.h[8:, 0, 0] ** 2))  # the steps after the first 7
    blocks = rates.reshape(5, 20).mean(1)
    found = lyapunov_exponents(trace, discard=7, blocks=5)
    assert np.isclose(found.value[0, 0], rates.mean())
    assert np.isclose(found.standard_error[0, 0], np.sqrt(blocks.var(ddof=1) / 5))


@pytest.mark.parametrize(("discard", "blocks"), [(0, 2), (7, 6), (7, 99), (57, 50), (105, 2)])
def test_steps_that_fill_no_block_count_in_the_value_and_not_in_the_error(discard, blocks):
    w, x = 1.7, np.random.default_rng(0).normal(size=(107, 2, 1))
    trace = forward(Params(np.ones((1, 1)), np.array([[w]]), np.zeros(1), np.ones((1, 1)), np.zeros(1)), x)
    rates = np.log(w * (1 - trace.h[1 + discard :, :, 0] ** 2))
    length = len(rates) // blocks
    means = [rates[k * length : (k + 1) * length].mean(0) for k in range(blocks)]
    found = lyapunov_exponents(trace, discard=discard, blocks=blocks)
    np.testing.assert_allclose(found.value[0], rates.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.standard_error[0], np.std(means, axis=0, ddof=1) / np.sqrt(blocks), rtol=1e-10)


def test_the_slope_is_that_of_a_least_squares_line():
    log_norm = np.random.default_rng(0).normal(size=(40, 2)).cumsum(0)
    lag = np.column_stack([np.arange(15.0, 40), np.ones(25)])
    expected = np.linalg.lstsq(lag, log_norm[15:] * np.log(10))[0][0]
    assert np.allclose(log_gradient_slope(log_norm, discard=15), expected)


def test_the_driven_network_has_the_gain_and_the_noise_it_was_asked_for():
    trace = driven_network(1.5, 0.4, n_hidden=200, sequence_length=50, batch=20)
    params = trace.params
    assert np.isclose(params.W_hh.std(), 1.5 / np.sqrt(200), rtol=0.02)
    assert np.isclose(trace.x.std(), 0.4, rtol=0.02)
    assert np.isclose(trace.h[0].std(), 1, rtol=0.05)
    assert np.allclose(trace.h[1], np.tanh(trace.h[0] @ params.W_hh.T + trace.x[0]))
    louder = driven_network(3.0, 0.4, n_hidden=200)
    assert np.allclose(louder.params.W_hh, 2 * params.W_hh)


def test_standard_error_falls_with_the_length_and_covers_the_truth():
    long = lyapunov_exponents(driven_network(2, 2, sequence_length=4000, batch=1), discard=50)
    short = lyapunov_exponents(driven_network(2, 2, sequence_length=450, batch=16, seed=0), discard=50)
    assert long.standard_error[0, 0] < short.standard_error.mean()
    off = (short.value - long.value) / np.hypot(short.standard_error, long.standard_error)
    assert (np.abs(off) < 3).mean() >= 0.8
    assert np.abs(off).max() > 0.1  # an error that is far too large would be no error


def test_a_direction_that_is_lost_exactly_is_minus_infinity():
    found = lyapunov_exponents(linear_run(np.diag([0.5, 0.0])), count=2)
    assert np.isclose(found.value[0, 0], np.log(0.5), atol=1e-2)
    assert (found.value[1] == -np.inf).all()
    assert np.isnan(found.standard_error[1]).all()
    alone = lyapunov_exponents(linear_run(np.zeros((2, 2))))
    assert (alone.value == -np.inf).all()


def test_many_gains_at_once_are_the_gains_one_by_one():
    gains, sizes = [0.5, 1.3, 2.4], {"n_hidden": 7, "sequence_length": 600, "batch": 3, "seed": 4}
    together = exponent_by_gain(gains, 1.5, discard=100, **sizes)
    alone = [lyapunov_exponents(driven_network(gain, 1.5, **sizes), discard=100).value[0] for gain in gains]
    assert together.shape == (3, 3)
    assert np.allclose(together, alone, atol=1e-9)  # 100 steps have made them forget their first directions


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: lyapunov_exponents(run, count=4), "count: want an integer from 1 to 3, got 4"),
        (
            lambda run: lyapunov_exponents(run, discard=15),
            r"trace: want at least discard \+ blocks = 25 steps, got 20",
        ),
        (lambda run: lyapunov_exponents(run, blocks=1), "blocks: want an integer >= 2"),
        (lambda run: log_gradient_slope(np.zeros((11, 2))), r"log_norm: want shape \(T, B\)"),
        (lambda run: log_gradient_slope(np.zeros(50)), r"log_norm: want shape \(T, B\)"),
        (lambda run: log_gradient_slope(np.full((50, 1), -np.inf)), "log_norm: want finite numbers"),
        (lambda run: driven_network(-1, 0), "gain: want a number from 0"),
        (lambda run: driven_network(1, np.nan), "noise: want a number from 0 to 1e"),
        (lambda run: driven_network(1, 0, n_hidden=0), "n_hidden: want an integer >= 1"),
        (lambda run: exponent_by_gain([1, -2], 0), "gains: want a number from 0"),
        (lambda run: exponent_by_gain([1], 0, discard=110), "discard: want an integer from 0 to 109"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call(linear_run(np.diag([1.0, 2, 3]), T=20))


# the claim: λ₁, from one long run forwards, is the slope of the log gradient, from short runs backwards


def last_loss(trace):
    dL_do = np.zeros_like(trace.o)
    dL_do[-1] = 1
    return dL_do


@pytest.mark.parametrize(("gain", "noise"), [(0.8, 0), (2.5, 0), (3, 0), (2, 2)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_slope_of_the_log_gradient_is_the_largest_exponent(gain, noise, seed):
    long = lyapunov_exponents(driven_network(gain, noise, sequence_length=3000, batch=1, seed=seed), discard=500)
    trace = driven_network(gain, noise, sequence_length=250, batch=16, seed=seed)
    slope = log_gradient_slope(gradient_profile(trace, last_loss(trace))[:200]).mean()
    assert abs(slope - long.value[0, 0]) < 0.03


def test_below_the_transition_the_exponent_is_the_logarithm_of_the_spectral_radius():
    for seed in range(3):
        trace = driven_network(0.8, 0, sequence_length=3000, batch=1, seed=seed)
        radius = np.abs(np.linalg.eigvals(trace.params.W_hh)).max()
        assert np.isclose(lyapunov_exponents(trace, discard=500).value[0, 0], np.log(radius), atol=2e-3)


def test_the_norm_of_the_jacobian_products_grows_at_the_same_rate():
    trace = driven_network(2.5, 0, n_hidden=32, sequence_length=200, batch=4, seed=1)
    product = log_gradient_slope(jacobian_product_norms(trace)[:150]).mean()
    gradient = log_gradient_slope(gradient_profile(trace, last_loss(trace))[:150]).mean()
    assert abs(product - gradient) < 0.01


def test_noise_suppresses_chaos():
    for seed in range(5):
        still, noisy = (exponent_by_gain([2.0], noise, seed=seed).mean() for noise in (0.0, 2.0))
        assert still > 0.05
        assert noisy < -0.1


def test_the_still_shows_every_network_twice():
    exponents, slopes = np.array([[-0.2, -0.1], [0.1, 0.2]]), np.array([[-0.21, -0.11], [0.11, 0.19]])
    still = draw_exponents([0.8, 2], exponents, slopes, "a sentence")
    left, right = still.axes
    assert np.array_equal([line.get_ydata() for line in left.lines[:2]], exponents.T)
    assert np.array_equal([line.get_ydata() for line in left.lines[2:4]], slopes.T)
    shown = {tuple(line.get_xdata()): tuple(line.get_ydata()) for line in right.lines[1:]}
    assert shown == {tuple(x): tuple(y) for x, y in zip(exponents, slopes, strict=True)}
    assert still.sentence == "a sentence"
