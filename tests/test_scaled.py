"""Numbers beyond float64: against Decimal, whose exponents do not end."""

from decimal import Decimal

import numpy as np
import pytest

from bptt_helpers import (
    Params,
    forward,
    gradient_profile,
    influence,
    init_params,
    jacobian_product_norms,
    lyapunov_exponents,
)
from bptt_helpers.cells.activations import ACTIVATIONS, sigmoid_and_slope, slope_and_power
from bptt_helpers.cells.elementwise import preactivation
from bptt_helpers.measures.jacobians import frobenius_map
from bptt_helpers.measures.lyapunov import exponent_by_gain
from bptt_helpers.numbers.scaled import length, shifted, times_own_powers


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-170, 1e-130, 1.0, 1e130, 1e160, 4e307])
def test_length_is_right_at_every_size(scale):
    a, b = scale * np.array([[3.0, 0]]), scale * np.array([4.0])
    norm, power = length(a, b)
    digits = 1e-3 if scale < 1e-307 else 1e-14  # numbers below 2e-308 have few digits
    wanted = np.log2(5) + np.log2(scale)
    assert np.log2(norm) + power == pytest.approx(wanted, rel=0, abs=digits * abs(wanted))
    assert (power == 0) == (1e-150 < scale < 1e150)


def test_length_of_complex_small_and_infinite_numbers():
    assert length(np.array([3 + 4j]), np.array([12])) == (13, 0)
    norm, power = length(np.array([1.5e308 + 1.5e308j]))  # its absolute value alone is infinite
    assert np.log2(norm) + power == pytest.approx(np.log2(1.5e308) + 0.5, rel=1e-15)
    assert length(np.float32([3e38, 4e38 / 2])) == (pytest.approx(np.hypot(3e38, 2e38), rel=1e-7), 0)
    assert length(np.zeros(3)) == (0, 0)
    assert length(np.array([np.inf, 1.0]))[0] == np.inf
    assert np.isnan(length(np.array([np.inf, np.nan]))[0])
    assert np.isnan(length(np.array([1, np.nan, 0]))[0])


@pytest.mark.parametrize("shift", [-2000, -1074, -1, 0, 1, 1074, 2000])
def test_shifted_is_exact(shift):
    number = np.ldexp(0.75, -shift // 2)
    np.testing.assert_array_equal(shifted(np.array([number, 0]), shift), [np.ldexp(number, shift), 0])


def test_own_powers_leave_the_largest_entry_near_one_and_lose_no_other():
    tiny = 2.0**-1060  # counts as 2^-1060 times its power
    mantissa, exponent = np.array([[tiny, 6 * tiny, 0.0], [0.0, 0.0, 0.0]]), np.array([7, 8])
    own = np.array([[-(10**6), -(10**6) - 40, 5], [3, 4, 5]])
    times_own_powers(mantissa, own, exponent)
    np.testing.assert_array_equal(mantissa, [[0.5, 3 * 2.0**-40, 0], [0, 0, 0]])
    np.testing.assert_array_equal(exponent, [7 - 10**6 - 1059, 8])


def test_own_powers_of_a_block_share_one_exponent():
    mantissa, exponent = np.array([[[1.0, 1.0], [1.0, 0.0]]]), np.array([0])
    times_own_powers(mantissa, np.array([[[-5000, -5010]]]), exponent)
    np.testing.assert_array_equal(np.ldexp(mantissa, exponent[0] + 5000), [[[1, 2.0**-10], [1, 0]]])


def decimals(array):
    return np.vectorize(lambda v: Decimal(float(v)), otypes=[object])(array)


# slopes below float64

ONE = np.ones((1, 1))
GRID = np.array([-800, -745.1, -700, -37, -20.5, -1.3, -1e-9, 0, 1e-9, 0.7, 19, 30.25, 360, 372, 700, 745.1, 800])


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_slopes_are_right_to_the_last_digits_at_every_size(name):
    e = np.vectorize(lambda v: (-abs(v)).exp(), otypes=[object])(decimals(GRID))
    exact = 4 * e * e / (1 + e * e) ** 2 if name == "tanh" else e / (1 + e) ** 2
    activation = ACTIVATIONS[name]
    slope = activation.slope(GRID)
    np.testing.assert_allclose(slope, exact.astype(float), rtol=4e-16 * 800, atol=1e-320)
    logs = np.array([float(v.ln()) for v in exact])
    np.testing.assert_allclose(activation.log_slope(GRID), logs, rtol=1e-15, atol=1e-15)
    mantissa, power = slope_and_power(activation, GRID)
    np.testing.assert_allclose(np.log(mantissa) + power * np.log(2), logs, rtol=1e-14, atol=1e-14)
    assert (mantissa >= 0.5).all()
    assert (mantissa < 2).all()
    if name == "sigmoid":
        value, _ = sigmoid_and_slope(GRID)
        exact = np.where(GRID < 0, e, 1) / (1 + e)
        np.testing.assert_allclose(value, exact.astype(float), rtol=4e-16 * 800, atol=1e-320)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_that_fit_stay_as_they_are(name):
    a = GRID[np.abs(GRID) < 340]
    slope, power = slope_and_power(ACTIVATIONS[name], a)
    assert power is None
    np.testing.assert_array_equal(slope, ACTIVATIONS[name].slope(a))
    many, power = slope_and_power(ACTIVATIONS[name], a, 1e-300)
    assert (power is None) == (name in ("relu", "identity"))
    if power is not None:
        np.testing.assert_array_equal(np.ldexp(many, power), slope)


def saturated(cell, a, T=4, w=1.0):
    """One unit whose pre-activation is `a` at every step."""
    h = {"tanh": np.sign(a), "sigmoid": float(a > 0)}[cell]
    return forward(
        Params(ONE, w * ONE, np.full(1, float(a) - w * h), ONE, np.zeros(1)),
        np.zeros((T, 1, 1)),
        cell=cell,
        h0=np.array([h]),
    )


@pytest.mark.parametrize("cell", ["tanh", "sigmoid"])
@pytest.mark.parametrize("a", [300.0, 360, 371, -372, 374, -500, -742, 745, -746, 800, -65680, 1e10, 1e14])
@pytest.mark.parametrize("w", [1.0, -1e-200])
def test_the_logarithm_of_a_slope_that_underflows(cell, a, w):
    trace = saturated(cell, a, w=w)
    step = (np.log10(4) - 2 * abs(a) / np.log(10)) if cell == "tanh" else -abs(a) / np.log(10)
    wanted = (step + np.log10(abs(w))) * np.arange(4)
    last = np.eye(4)[-1].reshape(4, 1, 1)
    for got in (
        gradient_profile(trace, last)[:, 0],
        influence(trace, last, losses=[3])[0, ::-1, 0],
        jacobian_product_norms(trace)[:, 0],
        jacobian_product_norms(trace, norm="frobenius")[:, 0],
    ):
        np.testing.assert_allclose(got, wanted, rtol=1e-12)
    rate = lyapunov_exponents(trace, blocks=2).value[0, 0]
    assert rate == pytest.approx(wanted[1] * np.log(10), rel=1e-12)
    single = lyapunov_exponents(saturated(cell, a).astype(np.float32), blocks=2).value[0, 0]
    assert single == pytest.approx(step * np.log(10), rel=1e-6)


def decimal_jacobians(trace, b):
    """J_t of one sequence, (T, n, n), objects."""
    e = np.vectorize(lambda v: (-abs(v)).exp(), otypes=[object])(decimals(preactivation(trace)[:, b]))
    slope = 4 * e * e / (1 + e * e) ** 2 if trace.cell.name == "tanh" else e / (1 + e) ** 2
    return slope[..., None] * decimals(trace.params.W_hh)


def log10_size(signal):
    return float((signal * signal).sum().sqrt().log10())


def decimal_norms(trace, b, start):
    """log10 norms of row vectors `start` (k, n) sent back from the last step, by lag."""
    signal, norms = decimals(start), []
    for J in decimal_jacobians(trace, b)[::-1]:
        norms.append(log10_size(signal))
        signal = signal @ J
    return np.array(norms)


@pytest.mark.parametrize("cell", ["tanh", "sigmoid"])
@pytest.mark.parametrize("scale", [1, 100, 1e4, 1e5])
def test_networks_deep_in_saturation_equal_decimals(cell, scale):
    params = init_params(2, 3, 2, rng=1)
    params = params._replace(W_hh=scale * params.W_hh, b_h=scale * np.array([1.0, -3, 0.5]))
    T, B, rng = 8, 2, np.random.default_rng(0)
    trace = forward(params, np.sqrt(scale) * rng.normal(size=(T, B, 2)), cell=cell)
    dL_do = np.zeros((T, B, 2))
    dL_do[-1] = rng.normal(size=(B, 2))
    directions = np.random.default_rng(5).normal(size=(B, 1, 3))[:, 0]
    rates = lyapunov_exponents(trace, blocks=2, rng=5).value[0]
    close = {"rtol": 1e-11, "atol": 1e-11}
    for b in range(B):
        wanted = decimal_norms(trace, b, dL_do[-1, b] @ params.W_qh)
        np.testing.assert_allclose(gradient_profile(trace, dL_do)[:, b], wanted, **close)
        np.testing.assert_allclose(influence(trace, dL_do)[-1, ::-1, b], wanted, **close)
        wanted = decimal_norms(trace, b, np.eye(3))
        np.testing.assert_allclose(frobenius_map(trace)[-1, ::-1, b], wanted, **close)
        assert wanted[-1] < -400 or scale < 1e4
        moved = decimals(directions[b])
        for J in decimal_jacobians(trace, b):
            moved = J @ moved
        stretched = log10_size(moved) - np.log10(np.linalg.norm(directions[b]))
        assert rates[b] * T / np.log(10) == pytest.approx(stretched, rel=1e-11)


def test_a_loss_beside_a_signal_far_below_it():
    """Own losses join a signal of any exponent, and a silent sequence does not set the scale."""
    T = 6
    trace = forward(Params(ONE, ONE, np.full(1, 1e10), ONE, np.zeros(1)), np.zeros((T, 2, 1)), h0=np.ones((2, 1)))
    dL_do = np.zeros((T, 2, 1))
    dL_do[-1, 0] = dL_do[2, 1] = 1
    step = -2e10 / np.log(10)
    got = gradient_profile(trace, dL_do)
    np.testing.assert_allclose(got[:, 0], np.arange(T) * step, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(got[3:, 1], np.arange(3) * step, rtol=1e-9, atol=1e-9)
    assert (got[:3, 1] == -np.inf).all()


def test_an_exponent_of_a_gain_that_saturates_every_unit():
    got = exponent_by_gain([1e4], 0.0, n_hidden=1, sequence_length=40, batch=1, discard=5, seed=0)[0, 0]
    trace_a = 1e4 * np.random.default_rng(0).normal()  # the one weight: h is ±1, so |a| is its size
    wanted = np.log(4) - 2 * abs(trace_a) + np.log(abs(trace_a))
    assert got == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("size", [1e-310, 1e-170, 1e-100, 1e100, 1e160, 1e300])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_exponents_of_tiny_and_huge_weights(size, count):
    n = 3
    params = Params(np.eye(n), size * np.diag([1.0, 2, 3]), np.zeros(n), np.eye(n), np.zeros(n))
    trace = forward(params, np.zeros((200, 2, n)), cell="identity")
    got = lyapunov_exponents(trace, count=count, discard=100).value
    wanted = (np.log(size) + np.log([3, 2, 1]))[:count, None]
    np.testing.assert_allclose(got, np.tile(wanted, 2), rtol=1e-9)
