"""Randomised truncation: unbiased for every network and hazard, its variance known, a wrong compensation noticed."""

import pickle
import re
from itertools import product

import numpy as np
import pytest

from bptt_helpers import bptt
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.truncation.hazards import (
    Hazard,
    constant_hazard,
    draw_factors,
    factors_of,
    mean_piece_length,
    power_law_hazard,
)
from bptt_helpers.truncation.influence_balancing import HOPELESS, SIGN, THETA_BEST, A, train, train_randomized
from bptt_helpers.truncation.random_cuts import chain_variance, exact_moments, randomized_gradients

HAZARDS = [constant_hazard(5), power_law_hazard(5), power_law_hazard(5, 6)]
hazards = pytest.mark.parametrize("hazard", HAZARDS, ids=["constant", "power 4", "power 6"])


def distance_in_standard_errors(draws, exact):
    """‖mean - exact‖ over the standard error of the mean, all entries together."""
    variance = ((draws - draws.mean(0)) ** 2).sum() / (len(draws) - 1)
    return np.linalg.norm(draws.mean(0) - exact) / np.sqrt(variance / len(draws))


NETWORKS = [
    {"T": 30, "B": 1, "sizes": (3, 5, 2), "activation": "tanh"},
    {"T": 12, "B": 3, "sizes": (2, 4, 3), "activation": "sigmoid", "loss": "cross_entropy"},
    {"T": 20, "B": 2, "sizes": (1, 1, 1), "activation": "relu", "seed": 3},
    {"T": 15, "B": 1, "sizes": (2, 6, 1), "activation": "identity", "scale": 0.7, "weight": "last"},
]


@hazards
@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n["activation"])
def test_the_mean_of_the_draws_is_the_exact_gradient(make_case, network, hazard):
    case = make_case(**network)
    exact = recurrent_part(bptt(case.trace, case.dL_do).params)
    draws = randomized_gradients(case.trace, case.dL_do, hazard, n_draws=20_000, rng=1)
    assert distance_in_standard_errors(draws, exact) < 4


@pytest.mark.parametrize("network", NETWORKS[:2], ids=lambda n: n["activation"])
def test_no_compensation_and_a_wrong_one_are_noticed(make_case, network, monkeypatch):
    case = make_case(**network)
    run = case.trace, case.dL_do
    exact = recurrent_part(bptt(*run).params)
    hazard = constant_hazard(5)
    plain = randomized_gradients(*run, hazard, n_draws=20_000, rng=1, compensate=False)
    assert distance_in_standard_errors(plain, exact) > 10

    def compensated_too_little(hazard, steps, n_draws, rng):
        return draw_factors(hazard, steps, n_draws, rng) ** 0.8

    monkeypatch.setattr("bptt_helpers.truncation.random_cuts.draw_factors", compensated_too_little)
    assert distance_in_standard_errors(randomized_gradients(*run, hazard, n_draws=20_000, rng=1), exact) > 10


@pytest.mark.parametrize("B", [1, 2])
def test_a_single_draw_is_backpropagation_with_its_factors(make_case, B):
    case = make_case(7, B)
    hazard = power_law_hazard(3)
    draws = randomized_gradients(case.trace, case.dL_do, hazard, n_draws=5, rng=2)
    factor = draw_factors(hazard, 7, 5, 2)
    h, x = case.trace.h, case.x
    for k in range(5):
        later, total = 0.0, 0.0
        for t in reversed(range(7)):
            dL_da = (1 - h[t + 1] ** 2) * (case.dL_do[t] @ case.params.W_qh + later)
            total = total + dL_da.T @ np.hstack([h[t], x[t], np.ones((B, 1))])
            later = factor[t, k] * (dL_da @ case.params.W_hh)
        np.testing.assert_allclose(draws[k], total, rtol=1e-12, atol=1e-14)


def test_many_draws_do_not_depend_on_how_many_are_held_at_once(make_case, monkeypatch):
    case = make_case(9, 2)
    run = case.trace, case.dL_do, constant_hazard(4)
    whole = randomized_gradients(*run, n_draws=50)
    monkeypatch.setattr("bptt_helpers.truncation.random_cuts._AT_ONCE", 7 * 9 * 2 * 5)
    np.testing.assert_allclose(randomized_gradients(*run, n_draws=50), whole, rtol=1e-13)


def test_exact_moments_equal_the_sum_over_all_cut_patterns(make_case, monkeypatch):
    """T = 7: 64 patterns of cuts, each with its chance: nothing is left to chance."""
    case = make_case(7, 1)
    c = 0.3
    patterns = np.array(list(product([0.0, 1 / (1 - c)], repeat=6))).T
    chance = np.where(patterns > 0, 1 - c, c).prod(0)
    monkeypatch.setattr(
        "bptt_helpers.truncation.random_cuts.draw_factors",
        lambda *_: np.vstack([np.zeros(patterns.shape[1]), patterns]),
    )
    every = randomized_gradients(case.trace, case.dL_do, constant_hazard(1 / c), n_draws=64)
    mean = np.tensordot(chance, every, 1)
    variance = chance @ ((every - mean) ** 2).sum((1, 2))
    moments = exact_moments(case.trace, case.dL_do, [1 / c, 10])
    np.testing.assert_allclose(moments.mean, mean, rtol=1e-10, atol=1e-14)
    assert moments.variance[0] == pytest.approx(variance, rel=1e-10)
    exact = recurrent_part(bptt(case.trace, case.dL_do).params)
    np.testing.assert_allclose(moments.mean, exact, rtol=1e-10, atol=1e-14)
    assert moments.variance[1] < moments.variance[0]


def test_the_spread_of_the_draws_is_the_exact_one_where_the_tail_is_light(make_case):
    case = make_case(25, 1, scale=0.8)
    run = case.trace, case.dL_do
    draws = randomized_gradients(*run, constant_hazard(8), n_draws=20_000)
    sampled = ((draws - draws.mean(0)) ** 2).sum() / (len(draws) - 1)
    assert sampled == pytest.approx(exact_moments(*run, [8]).variance[0], rel=0.05)


@pytest.mark.parametrize("mean_length", [1.5, 4, 16])
@pytest.mark.parametrize("hazard", [constant_hazard, power_law_hazard, lambda m: power_law_hazard(m, 6)])
def test_the_mean_length_is_the_one_asked_for(hazard, mean_length):
    assert mean_piece_length(hazard(mean_length)) == pytest.approx(mean_length, rel=1e-6)
    factor = draw_factors(hazard(mean_length), 20_000, 3, 0)
    pieces = (factor == 0).sum(0)
    assert 20_000 / pieces == pytest.approx(mean_length, rel=0.15)


@hazards
def test_factors_have_mean_one_and_cut_before_the_first_step(hazard):
    factor = draw_factors(hazard, 10, 100_000, 0)
    assert (factor[0] == 0).all()
    error = factor[1:].std(1) / np.sqrt(100_000)
    assert (np.abs(factor[1:].mean(1) - 1) < 4.5 * error).all()


@pytest.mark.parametrize(("factor", "survival", "bounded"), [(0.9, 0.9, True), (0.9, 0.8, False), (1.1, 1.0, False)])
def test_the_scalar_chain_is_bounded_only_below_the_line(factor, survival, bounded):
    variance = chain_variance(factor, survival, 400)
    assert (factor**2 / survival < 1) == bounded
    if bounded:
        square = (1 + 2 * factor / (1 - factor)) / (1 - factor**2 / survival)  # the fixed point
        assert variance[-1] == pytest.approx(square - 1 / (1 - factor) ** 2, rel=1e-6)
    elif survival < 1:
        assert variance[-1] > 0.9 * (factor**2 / survival) ** 299 * variance[100]
    else:
        assert (variance == 0).all()  # nothing is ever cut: nothing varies


def test_the_scalar_chain_equals_its_draws():
    rng = np.random.default_rng(0)
    c, pi, z = 0.8, 0.9, np.zeros(200_000)
    for _ in range(12):
        z = 1 + (rng.random(len(z)) < pi) / pi * c * z
    assert z.var() == pytest.approx(chain_variance(c, pi, 12)[-1], rel=0.02)


# influence balancing


def reached(theta):
    return np.abs(theta - THETA_BEST) < 0.1


def test_randomised_truncation_converges_where_windows_do_not():
    """Mean length 16, rate 3e-5, 30 000 steps: at least 18 of 20 seeds; blocks of 10 and 100 do not arrive."""
    for hazard in (power_law_hazard(16), constant_hazard(16)):
        assert reached(train_randomized(hazard)[-1]).sum() >= 18
    for window in (10, 100):
        assert not reached(train(window, "chunked").theta[-1])


def test_unbiased_is_not_enough():
    """The same mean length at rate 1e-4, or mean length 8 with a constant hazard: the variance is too large."""
    assert reached(train_randomized(constant_hazard(16), learning_rate=1e-4)[-1]).sum() <= 10
    history = train_randomized(constant_hazard(8))
    assert reached(history[-1]).sum() == 0
    lost = [run[np.abs(run) >= HOPELESS] for run in history.T]
    assert max(map(len, lost)) > 1000
    assert all((run == run[0]).all() for run in lost if len(run)), "a run that has left stays where it left"


def test_training_is_the_recursion_run_for_one_seed():
    hazard, steps = power_law_hazard(4), 60
    history = train_randomized(hazard, steps=steps, seeds=[3, 5], learning_rate=1e-3)
    for run, seed in enumerate([3, 5]):
        factor = draw_factors(hazard, steps, 1, seed)[:, 0]
        s, z, theta, collected = np.ones(23), np.zeros(23), 0.5, 0.0
        for t in range(steps):
            s = A @ s + theta * SIGN
            z = SIGN + factor[t] * (A @ z)
            collected += (s[0] - 1) * z[0]
            if t + 1 == steps or factor[t + 1] == 0:  # the piece ends
                theta, collected = theta - 1e-3 * collected, 0.0
            assert history[t + 1, run] == pytest.approx(theta, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: constant_hazard(1), "mean_length: want a number > 1, got 1"),
        (lambda: power_law_hazard(np.nan), "mean_length: want a finite number, got nan"),
        (lambda: power_law_hazard(4, 1), "alpha: want a number from 1.0001 to 1000, got 1"),
        (lambda: draw_factors(HAZARDS[0], 0, 1, 0), "steps: want an integer >= 1, got 0"),
        (lambda: draw_factors(HAZARDS[0], 5, 2.0, 0), "n_draws: want an integer >= 1, got 2.0"),
        (lambda: chain_variance(0.9, 0.0, 5), "survival: want a finite number > 0, got 0.0"),
        (lambda: chain_variance(0.9, 1.5, 5), "survival: want a number from 0 to 1, got 1.5"),
        (
            lambda: train_randomized(HAZARDS[0], learning_rate=0),
            "learning_rate: want a finite number > 0, at most 1e+100, got 0",
        ),
    ],
)
def test_bad_input_is_named(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


def test_moments_want_one_sequence(make_case):
    case = make_case()
    with pytest.raises(ValueError, match="trace: want one sequence, B = 1, got 2"):
        exact_moments(case.trace, case.dL_do, [4])


NEVER = Hazard("never", lambda age: np.zeros(np.shape(age)))


def test_a_hazard_is_a_name_and_a_function():
    np.testing.assert_array_equal(draw_factors(NEVER, 4, 2, 0), [[0, 0], [1, 1], [1, 1], [1, 1]])
    assert draw_factors(Hazard("one number", lambda age: 0.5), 4, 2, 0).shape == (4, 2)
    np.testing.assert_array_equal(draw_factors(Hazard("always", lambda age: 1), 1, 2, 0), [[0, 0]])  # no step to cut


@hazards
def test_a_hazard_can_be_pickled(hazard):
    age = np.arange(1, 9)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(hazard)).cut(age), hazard.cut(age))


def fixed(chance, at=3):
    return Hazard("of one's own", lambda age: np.where(age == at, chance, 0.25))


@pytest.mark.parametrize("chance", [1, 2, -0.5, np.nan, np.inf])
def test_a_chance_that_is_none_is_named(make_case, chance):
    case = make_case()
    sentence = (
        f"hazard.cut: want chances from 0 to below 1, got {chance:g} after 3 steps; what is always cut cannot be "
        "compensated"
    )
    for call in (
        lambda hazard: draw_factors(hazard, 4, 2, 0),
        lambda hazard: randomized_gradients(case.trace, case.dL_do, hazard),
        mean_piece_length,
        lambda hazard: train_randomized(hazard, steps=5),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            call(fixed(chance))
    draw_factors(fixed(chance), 3, 2, 0)  # no piece is as long as three steps before its cut
    with pytest.raises(ValueError, match=re.escape("hazard.cut: want a chance for each of 3 ages, got shape (2,)")):
        draw_factors(Hazard("two", lambda age: np.full(2, chance)), 4, 2, 0)


def test_the_cut_follows_the_age_of_the_piece():
    """Each uniform number is compared with c of the steps since the last cut, which start anew after it."""
    hazard = Hazard("by age", lambda age: age / 10)
    uniform = np.array([0.9, 0.05, 0.15, 0.15, 0.25, 0.9])[:, None]
    kept = [0, 0, 10 / 9, 0, 10 / 9, 10 / 8]  # ages 1, 1, 2, 1, 2
    np.testing.assert_allclose(factors_of(hazard, uniform)[:, 0], kept)


@pytest.mark.parametrize("longest", [1, 2, 7])
def test_the_mean_length_counts_longer_pieces_as_the_longest(longest):
    assert mean_piece_length(NEVER, longest) == longest
    assert mean_piece_length(constant_hazard(4), longest) == pytest.approx((1 - 0.75**longest) / 0.25, rel=1e-14, abs=0)
    survival = np.cumprod(1 - power_law_hazard(4).cut(np.arange(1, 10)))  # P(length > 1), P(length > 2) …
    assert mean_piece_length(power_law_hazard(4), longest) == pytest.approx(
        1 + survival[: longest - 1].sum(), rel=1e-14, abs=0
    )
