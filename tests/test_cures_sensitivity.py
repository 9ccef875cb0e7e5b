"""Notebook 09, sensitivity: the exact loss and its slope by other routes, descent step by step, and the picture."""

import numpy as np
import pytest

from bptt_helpers.lessons.cures.sensitivity import (
    FORMS,
    KEPT,
    MEMORIES,
    RATES,
    UPDATES,
    all_descents,
    descend,
    is_right,
    loss,
    loss_slope,
    memory_of,
    sampled_sensitivities,
    sensitivity,
    solving,
    solving_range,
    wanted_factor,
)
from bptt_helpers.lessons.cures.sensitivity_explorer import HIGHEST, ON_SLIDER, SENSITIVITY
from bptt_helpers.lessons.cures.sensitivity_picture import ROWS, SAYS, SOLVES, steps
from bptt_helpers.lessons.gradient_pictures import power

forms = pytest.mark.parametrize("name", FORMS)
kinds = pytest.mark.parametrize("normalised", [False, True])
PAIRS = [(0.5, 0.9), (0.99, 0.9), (-0.3, 0.7), (0.998, 0.999), (0.6, 0.6)]
STARTS = [{}, {"memory": 10, "learning_rate": 30.0, "update": 1000}, {"memory": 1000, "learning_rate": 1e-8}]
shown_at = pytest.mark.parametrize("given", STARTS, ids=["start", "far too fast", "slow"])


def kernel(factor, normalised, steps=30_000):
    """What the input k steps ago has become: λ^k, or √(1 - λ²) λ^k."""
    return (np.sqrt(1 - factor**2) if normalised else 1) * factor ** np.arange(steps)


# what is computed


@kinds
@pytest.mark.parametrize(("factor", "wanted"), PAIRS)
def test_the_loss_is_the_squared_distance_of_the_kernels(factor, wanted, normalised):
    by_sum = ((kernel(factor, normalised) - kernel(wanted, normalised)) ** 2).sum() / 2
    assert loss(factor, wanted, normalised) == pytest.approx(by_sum, rel=1e-9, abs=1e-12)


@kinds
@pytest.mark.parametrize(("factor", "wanted"), PAIRS)
def test_the_slope_is_what_a_complex_step_gives(factor, wanted, normalised):
    numeric = loss(factor + 1e-30j, wanted, normalised).imag / 1e-30
    assert loss_slope(factor, wanted, normalised) == pytest.approx(numeric, rel=1e-9, abs=1e-9)


@forms
def test_a_form_s_slope_and_inverse_belong_to_it(name):
    form = FORMS[name]
    for factor in (0.1, 0.9, 0.999):
        w = form.to_parameter(factor)
        assert form.to_factor(w) == pytest.approx(factor)
        assert form.slope(np.array(factor)) == pytest.approx(form.to_factor(w + 1e-30j).imag / 1e-30)


@forms
@pytest.mark.parametrize("memory", MEMORIES)
def test_the_sensitivity_is_the_curvature_at_the_bottom_and_that_of_the_kernels(name, memory):
    form, wanted = FORMS[name], wanted_factor(memory)
    w = form.to_parameter(wanted)
    step = 1e-5 * abs(1 - wanted if w == wanted else w)
    ends = [form.to_factor(w + sign * step) for sign in (1, -1)]
    slopes = [loss_slope(factor, wanted, form.normalised) * form.slope(factor) for factor in ends]
    assert sensitivity(wanted, form) == pytest.approx((slopes[0] - slopes[1]) / (2 * step), rel=1e-4)
    derivative = kernel(form.to_factor(w + 1e-30j), form.normalised).imag / 1e-30
    assert sensitivity(wanted, form) == pytest.approx((derivative**2).sum(), rel=1e-9)


def test_the_formulas_are_those_of_the_text():
    for factor in (0.5, 0.9, 0.99):
        own = 1 - factor**2
        assert sensitivity(factor, FORMS["λ"]) == pytest.approx((1 + factor**2) / own**3)
        assert sensitivity(factor, FORMS["λ, normalised"]) == pytest.approx(1 / own**2)
        assert sensitivity(factor, FORMS["tanh w"]) == pytest.approx(1)
        assert sensitivity(factor, FORMS["exp(−exp ν)"]) == pytest.approx((factor * np.log(factor) / own) ** 2)


@forms
def test_descent_is_the_plain_loop(name):
    form = FORMS[name]
    for rate in (1e-5, 1e-3, 0.1, 3.0):
        run = descend(form, 30, rate, at=range(41))
        wanted, w, out = wanted_factor(30), form.to_parameter(wanted_factor(15)), 41
        for k in range(1, 41):
            if out > 40:
                numeric = loss(form.to_factor(w + 1e-30j), wanted, form.normalised).imag / 1e-30
                w = w - rate * numeric
                out = k if abs(form.to_factor(w)) >= 1 else out
            assert run.way[k] == pytest.approx(w, rel=1e-7)
        assert run.out == out


@forms
def test_all_descents_are_single_ones_side_by_side(name):
    row, column = 2, RATES.index(3e-6)
    alone = descend(FORMS[name], MEMORIES[row], RATES[column])
    np.testing.assert_allclose(all_descents()[name].way[:, row, column], alone.way, rtol=1e-12)
    assert all_descents()[name].out[row, column] == alone.out
    right = is_right(FORMS[name].to_factor(alone.way[-1]), MEMORIES[row])
    assert solving()[name][row, column] == right


@forms
@pytest.mark.parametrize("row", range(len(MEMORIES)))
def test_the_rates_that_solve_are_one_range_that_ends_below_two_over_the_curvature(name, row):
    ok = np.flatnonzero(solving()[name][row])
    assert np.array_equal(ok, np.arange(ok[0], ok[-1] + 1))
    assert ok[0] > 0
    assert ok[-1] < len(RATES) - 1
    stable = 2 / sensitivity(wanted_factor(MEMORIES[row]), FORMS[name])
    assert RATES[ok[-1]] <= 1.001 * stable
    assert stable <= 1.001 * RATES[ok[-1] + 1]


def test_memory_is_endless_where_lambda_reaches_1():
    assert memory_of(np.array([0.9, 1.0, -1.5, 0.0])) == pytest.approx([10, np.inf, np.inf, 1])
    assert [*is_right(np.array([0.9, 0.9012, 1.0]), 10)] == [True, False, False]
    assert KEPT[-1] == UPDATES


@pytest.mark.parametrize("correlation", [0, 0.9, 0.99])
def test_samples_agree_with_the_sums_over_kernels(correlation):
    """E (Σ k_i x_{t-i})² = Σ_ij k_i k_j ρ^|i-j|, with the kernels of dh/dλ and of dy/dw by complex steps."""
    memories, lags = (5, 20), np.arange(800)
    covariance = float(correlation) ** np.abs(lags[:, None] - lags)
    of_h, of_tanh = sampled_sensitivities(memories, correlation, seeds=range(3), sequences=100)
    assert of_h.shape == of_tanh.shape == (2, 3)
    for k, memory in enumerate(memories):
        factor = wanted_factor(memory) + 1e-30j
        of_w = np.tanh(np.arctanh(wanted_factor(memory)) + 1e-30j)
        for got, moved, normalised in ((of_h[k], factor, False), (of_tanh[k], of_w, True)):
            derivative = kernel(moved, normalised, len(lags)).imag / 1e-30
            assert got.mean() == pytest.approx(derivative @ covariance @ derivative, rel=0.07)


def test_samples_of_a_seed_do_not_depend_on_the_other_seeds():
    both, alone = (sampled_sensitivities((5,), 0.5, seeds, sequences=3, steps=4000)[0] for seeds in ((0, 4), (4,)))
    assert both[0, 1] == pytest.approx(alone[0, 0])


def test_the_range_is_what_solves():
    for name in FORMS:
        rates = [RATES[k] for k in np.flatnonzero(solving()[name][3])]
        assert solving_range(name, 300) == (min(rates), max(rates))


def test_the_slider_has_one_and_three_of_every_decade():
    assert set(ON_SLIDER) <= set(RATES)
    assert sorted(float(f"{m}e{k}") for m in (1, 3) for k in range(-11, 2)) == sorted(ON_SLIDER)


# what is drawn


@shown_at
def test_the_picture_shows_the_data(given):
    picture, data = SENSITIVITY.shown(**given)
    row, column = data.memories.index(data.memory), RATES.index(data.rate)
    kept = KEPT.index(data.update) + 1
    for name, part in picture.columns.items():
        valley, form, run = data.valleys[name], FORMS[name], all_descents()[name]
        np.testing.assert_array_equal(part.ground.get_xy()[1 : len(valley.line[0]) + 1], valley.line.T)
        np.testing.assert_array_equal(valley.way[0], run.way[:kept, row, column])
        assert bool(valley.out) == (run.out[row, column] <= data.update)
        assert len(part.ball.get_xdata()) == (not valley.out)
        assert len(part.gone.get_xdata()) == bool(valley.out)
        if not valley.out:
            low, high = sorted(SAYS[name][3])
            assert part.ball.get_xdata()[0] == np.clip(valley.way[0, -1], low, high)
            assert part.ball.get_ydata()[0] == valley.way[1, -1]
            assert valley.memory == pytest.approx(1 / (1 - form.to_factor(valley.way[0, -1])))
        solves = solving()[name]
        for k, segment in enumerate(part.bands.get_segments()):
            rates = [RATES[j] for j in np.flatnonzero(solves[k])]
            assert segment.tolist() == [[rates[0], k], [rates[-1], k]]
            assert part.bands.get_colors()[k][3] == pytest.approx(1 if k == row else 0.35)
        for k, segment in enumerate(part.edges.get_segments()):
            assert segment[:, 0] == pytest.approx(2 / sensitivity(wanted_factor(MEMORIES[k]), form))
        assert set(part.rate.get_xdata()) == {data.rate}


@shown_at
def test_the_words_are_the_numbers(given):
    picture, data = SENSITIVITY.shown(**given)
    row, words = data.memories.index(data.memory), [word.text for word in picture.words.words]
    assert f"now η = {power(np.log10(data.rate))}" in words
    for name, valley in data.valleys.items():
        assert f"half to double: {abs(valley.double - valley.half):.2g} wide" in words
        curvature = power(np.log10(sensitivity(wanted_factor(data.memory), FORMS[name])))
        assert f"curvature {curvature}" in words
        highest = max(RATES[j] for j in np.flatnonzero(solving()[name][row]))
        assert power(np.log10(highest)) in [w.text for w in picture.words.words if w.colour == SOLVES]
        if valley.out:
            assert f"out: {SAYS[name][2]} = {valley.way[0, -1]:.3g}" in words
        elif valley.right:
            assert f"right: memory {data.memory}" in words
        else:
            assert f"memory {steps(valley.memory)} of {data.memory}" in words


@forms
def test_the_valley_s_line_is_the_loss_in_variances_of_what_is_wanted(name):
    data, form = SENSITIVITY.compute(**SENSITIVITY.values(memory=30)), FORMS[name]
    w, error = data.valleys[name].line
    factor, wanted = form.to_factor(w), wanted_factor(30)
    variance = (kernel(wanted, form.normalised) ** 2).sum()
    wanted_error = np.minimum(2 * loss(factor, wanted, form.normalised) / variance, HIGHEST)
    np.testing.assert_allclose(error, wanted_error, rtol=1e-9, atol=1e-12)
    at_bottom = data.valleys[name].bottom
    assert form.to_factor(at_bottom) == pytest.approx(wanted)
    assert abs(w[error.argmin()] - at_bottom) < 0.05 * abs(data.valleys[name].double - data.valleys[name].half)


def test_the_sentence_says_who_is_out_and_who_is_right():
    sentence = SENSITIVITY.describe(SENSITIVITY.compute(**SENSITIVITY.values()))
    assert "λ: thrown out at update 1 (highest rate that solves: 6×10⁻⁶)" in sentence
    assert "tanh w: a memory of 99.8, right (highest rate that solves: 1.5)" in sentence


def test_the_pointer_on_the_bars_sets_rate_and_memory():
    picture, data = SENSITIVITY.shown()
    bars = picture.columns["tanh w"].bars
    for k, rate in ((0, 1e-3), (4, 3.0)):
        pixels = bars.transData.transform((rate, k))
        touched = picture.touched(*picture.figure.transFigure.inverted().transform(pixels))
        assert touched["memory"] == data.memories[k]
        assert SENSITIVITY.controls["learning_rate"].nearest(touched["learning_rate"]) == rate
    assert len(data.memories) == ROWS
    assert picture.touched(0.5, 0.97) == {}
