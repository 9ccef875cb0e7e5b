"""The one-unit network: its gradient by three routes, its wall, and descents beside it."""

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward, squared_error
from bptt_helpers.training import cliff
from bptt_helpers.training.cliff import (
    MODES,
    NO_CLIPPING,
    TARGET,
    X_0,
    descend,
    error_and_gradient,
    sigmoid,
    wall,
    wall_gradient,
)


def by_complex_step(w, b, T):
    def error(w, b):
        x = X_0
        for _ in range(T):
            x = w / (1 + np.exp(-x)) + b
        return (1 / (1 + np.exp(-x)) - TARGET) ** 2

    h = 1e-30
    return error(w, b), error(w + 1j * h, b).imag / h, error(w, b + 1j * h).imag / h


@pytest.mark.parametrize("T", [1, 2, 7, 20])
@pytest.mark.parametrize(("w", "b"), [(5.0, -2.2), (3.0, 1.0), (6.5, -3.5), (-2.0, 0.3)])
def test_the_gradient_equals_a_complex_step(w, b, T):
    got = error_and_gradient(w, b, T)
    assert [float(g) for g in got] == pytest.approx(by_complex_step(w, b, T), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("T", [1, 5, 30])
def test_the_gradient_equals_backpropagation_through_a_network_of_the_package(T):
    """With u_t = σ(x_t) it is one logistic unit, u_t = σ(w u_{t-1} + b), and E = (u_T - 0.7)²."""
    w, b = 4.8, -2.3
    one = np.ones((1, 1))
    params = Params(0 * one, w * one, np.array([b]), one, np.zeros(1))
    trace = forward(params, np.zeros((T, 1, 1)), h0=sigmoid(np.full((1, 1), X_0)), activation="sigmoid")
    loss, dL_do = squared_error(trace.o, np.full((1, 1), TARGET), weight="last")
    gradient = bptt(trace, dL_do).params
    wanted = loss, gradient.W_hh.item(), gradient.b_h.item()
    assert [float(g) for g in error_and_gradient(w, b, T)] == pytest.approx(wanted, rel=1e-10, abs=0)


@pytest.mark.parametrize("w", [4.5, 5.0, 6.0])
@pytest.mark.parametrize("T", [1, 10, 30, 50])
def test_the_gradient_on_the_wall_is_the_closed_form(w, T):
    _, _, dE_db = error_and_gradient(w, wall(w), T)
    assert dE_db == pytest.approx(wall_gradient(w, T), rel=1e-8)


def test_numbers_of_the_literature():
    """Derived for this course: T = 50, w = 5 on the wall, and the largest slopes beside it."""
    assert wall_gradient(5.0, 50) == pytest.approx(-661.68, abs=0.01)
    b = np.linspace(-2.7, -2.3, 400_001)
    for T, peak in [(20, 36.8), (30, 214), (40, 1130), (50, 5750)]:
        assert np.abs(error_and_gradient(5.0, b, T)[2]).max() == pytest.approx(peak, rel=0.01)


def test_the_error_jumps_at_the_wall_and_nowhere_else():
    for w in (5.0, 6.0):
        below, above = (error_and_gradient(w, wall(w) + side, 50)[0] for side in (-1e-4, 1e-4))
        assert abs(above - below) > 0.05
        b = np.linspace(wall(w) - 1, wall(w) + 1, 20_001)
        steepest = b[np.abs(error_and_gradient(w, b, 50)[2]).argmax()]
        assert steepest == pytest.approx(wall(w), abs=1e-3)


def test_one_step_is_the_formula():
    start = (5.0, -2.61)
    _, *gradient = error_and_gradient(*start, 30)
    norm = np.hypot(*gradient)
    assert norm > 1
    for options, step in [
        ({}, np.array(gradient)),
        ({"threshold": 1.0}, gradient / norm),
        ({"threshold": 1.0, "mode": "value"}, np.clip(gradient, -1, 1)),
    ]:
        path = descend(*start, learning_rate=0.1, sequence_length=30, **options)
        assert (path.w[1], path.b[1]) == pytest.approx(tuple(np.array(start) - 0.1 * step), rel=1e-12)
        assert path.norm[0] == pytest.approx(norm)
        angle = np.degrees(np.arccos(min(1, step @ gradient / np.linalg.norm(step) / norm)))
        assert path.turned[0] == pytest.approx(angle, abs=1e-5)


def test_clipping_rescues_the_descent_from_the_jump():
    """From (5, -2.2) at rate 0.1, 200 steps: one free step is longer than 30 and ends on the plateau E = 0.09."""
    free = descend(5, -2.2, steps=200)
    clipped = descend(5, -2.2, steps=200, threshold=1)
    assert np.hypot(np.diff(free.w), np.diff(free.b)).max() > 30
    assert free.error[-1] == pytest.approx(0.09, abs=1e-3)
    assert np.hypot(np.diff(clipped.w), np.diff(clipped.b)).max() <= 0.1 * (1 + 1e-12)
    assert clipped.error[-1] < 0.01


@pytest.mark.parametrize("options", [{}, {"threshold": 0.5}, {"threshold": 0.5, "mode": "value"}])
def test_many_starts_at_once_are_the_same_descents(options):
    w, b = np.array([4.8, 5.0, 6.0]), np.array([[-2.6], [-2.2]])
    together = descend(w, b, steps=4, sequence_length=20, **options)
    for row, column in np.ndindex(2, 3):
        alone = descend(w[column], b[row, 0], steps=4, sequence_length=20, **options)
        for all_starts, one in zip(together, alone, strict=True):
            assert all_starts.shape == (5, 2, 3)
            np.testing.assert_allclose(all_starts[:, row, column], one, rtol=1e-9, atol=1e-5)


def test_where_the_gradient_is_zero_descent_stays():
    """Far out σ is flat: w = 0 and b = 800 give x = 800, and σ′ there is exactly zero."""
    path = descend(0.0, 800.0, steps=2, threshold=1.0)
    assert path.norm.tolist() == [0, 0, 0]
    assert path.b.tolist() == [800, 800, 800]


def test_a_descent_that_leaves_the_range_keeps_what_came_before():
    starts, options = (np.array([50.0, 5.0]), np.array([wall(50.0), -2.0])), {"learning_rate": 1e300, "steps": 5}
    with pytest.warns(RuntimeWarning, match=r"^descend: step 1 of 5 left .* at learning_rate = 1e\+300; .* is kept;"):
        path = descend(*starts, **options)
    assert np.isfinite(path.norm[0]).all()
    assert np.isnan(path.w[1:, 0]).all()
    np.testing.assert_array_equal(path.b[:, 1], descend(5.0, -2.0, **options).b)  # the other start is left alone
    assert np.isfinite(descend(*starts, threshold=1, **options).norm).all()  # the way out


def test_a_derivative_out_of_range_is_told():
    with pytest.raises(OverflowError, match=r"^error_and_gradient: want derivatives that fit float64, got overflow"):
        error_and_gradient(4.3e9, wall(4.3e9))
    with pytest.raises(OverflowError, match=r"^wall_gradient: want a sum that fits float64, got overflow"):
        wall_gradient(1e10)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"mode": "angle"}, "mode: want one of 'norm', 'value', got 'angle'"),
        ({"learning_rate": -1}, "learning_rate: want a finite number > 0, got -1"),
        ({"threshold": 0}, "threshold: want a finite number > 0, got 0"),
        ({"steps": 2.5}, "steps: want an integer from 0 to 1000000, got 2.5"),
        ({"sequence_length": 0}, "sequence_length: want an integer from 1 to 1000000, got 0"),
        ({"bits": 54}, "bits: want an integer from 1 to 53, got 54"),
        ({"w": np.nan}, "w: want finite numbers, got nan"),
        ({"b": np.array([0.0, np.inf])}, r"b: want finite numbers, got inf at index \(1,\)"),
    ],
)
def test_bad_input_is_named(arguments, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        descend(**({"w": 5.0, "b": -2.0} | arguments))


def test_a_step_rounded_to_twelve_bits_forgets_how_the_machine_computes_a_sigmoid(monkeypatch):
    """What differs in the last digit must not decide where a ball flies; 53 bits are all."""
    w = np.linspace(4.75, 6.25, 20)
    options = {"learning_rate": 0.5, "threshold": 0.3, "sequence_length": 30}

    def ways(bits):
        return descend(w, wall(w) + 0.01, steps=200, bits=bits, **options).w

    here = {bits: ways(bits) for bits in (12, None)}
    monkeypatch.setattr(cliff, "sigmoid", lambda x: 1 / (1 + np.exp(-x)))
    assert np.abs(ways(12) - here[12]).max() < 1e-12
    assert np.abs(ways(None) - here[None]).max() > 0.01
    exact, rounded = (descend(5.0, -2.6, bits=bits, **options) for bits in (53, 3))
    assert exact.w[1] == descend(5.0, -2.6, **options).w[1]
    step = (rounded.w[1] - 5.0) / (exact.w[1] - 5.0)
    assert step != 1
    assert step == pytest.approx(1, abs=2**-3)


@pytest.mark.parametrize("mode", MODES)
def test_many_thresholds_at_once_are_each_by_itself(mode):
    w, b = np.array([4.8, 5.0, 5.5]), np.array([-2.4, -2.6, -2.9])
    options = {"learning_rate": 0.3, "mode": mode, "steps": 4, "sequence_length": 20}
    together = descend(w, b, threshold=np.array([[0.1], [2.0], [NO_CLIPPING]]), **options)
    assert together.w.shape == (5, 3, 3)
    for k, threshold in enumerate((0.1, 2.0, None)):
        alone = descend(w, b, threshold=threshold, **options)
        for part, wanted in zip(together, alone, strict=True):
            np.testing.assert_allclose(part[:, k], wanted, rtol=1e-6, atol=1e-12)


def test_thresholds_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="threshold: want numbers > 0, got -1"):
        descend(5.0, -2.0, threshold=np.array([1.0, -1.0]))
    with pytest.raises(ValueError, match=r"threshold: want a shape that broadcasts with \(3,\) of w and b, got \(2,\)"):
        descend(np.ones(3), -2.0, threshold=np.ones(2))
