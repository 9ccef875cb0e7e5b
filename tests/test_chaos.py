"""Notebook 05's two runs: what is measured, and that the picture shows it."""

import numpy as np
import pytest

from bptt_helpers import forward, gradient_profile, lyapunov_exponents
from bptt_helpers.lessons.chaos.explorer import CHAOS, EPS, GAINS, SETTLE, chaos_data, describe, two_runs
from bptt_helpers.lessons.chaos.picture import HIGH, LOW, STEPS, ChaosPicture
from bptt_helpers.lessons.gradient_pictures import at_edge
from bptt_helpers.measures.lyapunov import driven_network, log_gradient_slope


def drawn(*case, **guess):
    picture, data = ChaosPicture(), chaos_data(*case, **guess)
    picture.show(data)
    return picture, data


@pytest.mark.parametrize(("gain", "noise", "seed"), [(2.5, 0.0, 1), (1.5, 1.0, 3)])
def test_the_numbers_are_those_of_two_runs_of_one_network(gain, noise, seed):
    data = chaos_data(gain, noise, seed, 0)
    settled = driven_network(gain, noise, sequence_length=SETTLE + STEPS, batch=1, seed=seed)
    one, both = two_runs(gain, noise, seed)
    assert np.array_equal(one.x, settled.x[SETTLE:])
    assert np.allclose(one.h[:20], settled.h[SETTLE:][:20])  # it goes on where it has settled, up to rounding
    other = forward(settled.params, settled.x[SETTLE:], h0=both[:1, 1]).h[:, 0]
    assert np.allclose(both[:20, 0], one.h[:20, 0])
    assert np.allclose(both[:20, 1], other[:20])
    distance = np.linalg.norm(both[:, 0] - both[:, 1], axis=1)
    assert np.isclose(distance[0], EPS)
    assert np.allclose(10**data.distance, distance / distance[0])
    assert np.array_equal(data.runs, both[:, :, data.unit])
    spread, jumps = one.h[:, 0].std(0), np.abs(np.diff(one.h[:, 0], axis=0)).mean(0)
    moves = np.flatnonzero(spread >= 0.7 * spread.max())
    assert data.unit in moves
    assert np.isclose((jumps / spread)[data.unit], (jumps / spread)[moves].min(), rtol=1e-3)
    dL_do = np.zeros_like(one.o)
    dL_do[-1] = 1
    profile = gradient_profile(one, dL_do)
    assert np.allclose(data.gradient, profile[:, 0] - profile[0, 0])
    assert data.slope == log_gradient_slope(profile)[0]
    assert np.isclose(data.exponent, lyapunov_exponents(one, discard=10, rng=seed).value[0, 0])


def test_the_second_run_stands_a_millionth_apart_in_every_network():
    for seed in range(3):
        both = two_runs(2.0, 0.5, seed)[1]
        assert np.isclose(np.linalg.norm(both[0, 1] - both[0, 0]), 1e-6)


def test_distance_exponent_and_gradient_share_a_slope_over_the_seeds():
    for seed in range(10):
        data = chaos_data(2.0, 0.0, seed, 0)
        assert abs(data.exponent - data.slope) < 0.06
        assert abs(data.distance[80] / 80 * np.log(10) - data.exponent) < 0.06


@pytest.mark.parametrize("case", [(2.5, 0.0, 1, 30), (0.5, 0.0, 0, 100), (3.0, 0.0, 4, 90), (2.0, 2.0, 0, 0)])
def test_the_picture_shows_the_data(case):
    picture, data = drawn(*case)
    t, k = np.arange(STEPS + 1), np.arange(STEPS)
    for line, run in zip((picture.first, picture.second), data.runs.T, strict=True):
        assert np.array_equal(line.get_xydata(), np.column_stack([t, run]))
    assert np.array_equal(picture.distance.get_ydata(), at_edge(data.distance, LOW, HIGH))
    assert np.array_equal(picture.gradient.get_xydata(), np.column_stack([k, at_edge(data.gradient, LOW, HIGH)]))
    line = picture.promise.get_ydata()
    inside = np.abs(line) < HIGH
    assert np.allclose(line[inside], (k * data.exponent / np.log(10))[inside])
    step = case[-1]
    assert np.array_equal(picture.dots.get_xdata(), [step, step])
    wanted = at_edge([data.distance[step], data.gradient[step]], LOW, HIGH)
    assert np.array_equal(picture.dots.get_ydata(), wanted)
    factors = [(10**growth) ** (1 / step) if step else None for growth in (data.distance[step], data.gradient[step])]
    says = [f"× {factor:.2f}" if step else "" for factor in factors]
    assert [text.get_text() for text in picture.values] == says
    exponent = picture.exponent_says.get_text()
    assert f"{abs(data.exponent):.2f} = ln {np.exp(data.exponent):.2f}" in exponent
    assert ("−" in exponent) == (data.exponent < -0.005)


def test_the_runs_part_where_the_unit_says_so():
    picture, data = drawn(2.5, 0.0, 1, 30)
    gap = np.abs(data.runs[:, 1] - data.runs[:, 0])
    assert gap[data.parted] > 0.3 >= gap[: data.parted].max()
    assert set(picture.parting.get_xdata()) == {data.parted}
    assert np.array_equal(picture.parting.get_ydata(), data.runs[data.parted])  # one end on each run
    assert picture.verdict.get_text() == f"first 0.3 apart: step {data.parted}"
    assert f"first 0.3 apart at step {data.parted}" in describe(data)
    for gain, says in ((0.5, "they become one"), (1.0, "they stay together")):
        picture, data = drawn(gain, 0.0, 0, 30)
        assert data.parted == -1
        assert len(picture.parting.get_xdata()) == 0
        assert picture.verdict.get_text() == says


def test_a_guess_is_marked_at_its_step():
    picture, _ = drawn(2.5, 0.0, 1, 30, guess="60")
    assert picture.guess.get_xdata() == [60, 60]
    assert "your guess: 60" in picture.guess_says.get_text()
    for none in ("", "many", "-1", "1000"):
        picture, _ = drawn(2.5, 0.0, 1, 30, guess=none)
        assert len(picture.guess.get_xdata()) == 0
        assert picture.guess_says.get_text() == ""


def test_the_pointer_gives_the_step_in_both_parts():
    picture, _ = drawn(2.5, 0.0, 1, 30)
    for ax in (picture.top, picture.low):
        for step in (1, 55, 109):
            place = picture.figure.transFigure.inverted().transform(ax.transData.transform((step, 0.1)))
            assert np.isclose(picture.touched(*place)["step"], step)
    assert picture.touched(0.01, 0.5) == {}


def test_the_sentence_tells_growth_decay_and_the_transition_apart():
    assert "vanish" in describe(chaos_data(0.5, 0.0, 0, 0))
    assert "do not part" in describe(chaos_data(0.5, 0.0, 0, 0))
    assert "explode" in describe(chaos_data(3.0, 0.0, 0, 0))
    assert "too close to 0" in describe(chaos_data(1.0, 0.0, 0, 0))
    data = chaos_data(2.5, 0.0, 1, 0)
    for exponent, verdict in [(0.05, "explode"), (0.02, "too close"), (-0.02, "too close"), (-0.05, "vanish")]:
        assert verdict in describe(data._replace(exponent=exponent))


def test_the_gain_plays_through_its_stages():
    assert CHAOS.controls["gain"].plays
    assert CHAOS.controls["gain"].values == GAINS
