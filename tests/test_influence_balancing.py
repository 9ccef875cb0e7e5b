"""The task with the wrong sign: what windows see, by routes independent of it, and what training makes of it."""

from math import comb

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward
from bptt_helpers.lessons.truncation.pushes_explorer import LONGEST_LAG, LONGEST_WINDOW, PUSHES, open_for, pushes_data
from bptt_helpers.lessons.truncation.reach import SCHEMES, kept_pairs, stride_of
from bptt_helpers.truncation import influence_balancing as task


def moved_last_unit(window, scheme, theta=0.25, step=0.5):
    """ds[0]/dθ as a truncated loss sees it, with no derivative: freeze the state where the window begins, change θ from
    there on and look how far the first unit has moved at the loss. The task is linear, so the step need not be small.
    """
    start = np.linalg.solve(np.eye(task.N_UNITS) - task.A, theta * task.SIGN)  # the steady state
    moved = []
    for position in range(1, window + 1) if scheme == "chunked" else [window]:  # a block has a loss at each position
        s = start
        for _ in range(position):
            s = task.A @ s + (theta + step) * task.SIGN
        moved.append((s[0] - start[0]) / step)
    return np.mean(moved)


@pytest.mark.parametrize("scheme", ["sliding", "chunked"])
@pytest.mark.parametrize("window", [1, 2, 10, 23, 40, 41, 109, 110, 200])
def test_what_a_window_sees_agrees_with_moving_theta_inside_it(window, scheme):
    assert task.sensitivity(window, scheme) == pytest.approx(moved_last_unit(window, scheme), rel=1e-9)


@pytest.mark.parametrize("scheme", ["sliding", "chunked"])
@pytest.mark.parametrize("window", [1, 10, 40, 41, 60])
def test_the_course_s_own_backward_pass_sees_the_same(window, scheme):
    """The task as a linear RNN: θ · sign is its bias, so dL/dθ = sign · dL/db_h."""
    T = 3 * window
    n, theta = task.N_UNITS, 0.25
    readout = np.eye(n)[:1]
    params = Params(np.zeros((n, 1)), np.array(task.A), theta * task.SIGN, readout, np.zeros(1))
    s = np.linalg.solve(np.eye(n) - task.A, theta * task.SIGN)
    trace = forward(params, np.zeros((T, 1, 1)), h0=s[None], activation="identity")
    # losses of the last block only: all those before look back on fewer steps
    weight = np.where(np.arange(T) >= 2 * window, 1 / window, 0.0)
    dL_do = (weight * (trace.o[:, 0, 0] - 1))[:, None, None]
    gradient = task.SIGN @ bptt(trace, dL_do, window=window, scheme=scheme).params.b_h
    assert gradient == pytest.approx((6 * -theta - 1) * task.sensitivity(window, scheme), rel=1e-9)


def test_exact_sensitivity_and_best_theta_by_solving_for_the_steady_state():
    dsteady = np.linalg.solve(np.eye(task.N_UNITS) - task.A, task.SIGN)
    assert dsteady[0] == pytest.approx(-6, abs=1e-12)
    assert task.sensitivity() == task.EXACT_SENSITIVITY == -6
    assert task.THETA_BEST * dsteady[0] == pytest.approx(1, abs=1e-12)
    assert task.sensitivities(2000)[-1] == pytest.approx(-6, abs=1e-12)


def test_a_single_push_arrives_as_a_coin_tossed_k_times():
    """(A^k sign)[0] = P(fewer than 10 heads) - P(10 to 22 heads) in k tosses: exact, with whole numbers."""
    sliding = 0.0
    for k, seen in enumerate(task.sensitivities(120)):
        heads = [comb(k, j) for j in range(task.N_UNITS)]
        sliding += (sum(heads[:10]) - sum(heads[10:])) / 2**k
        assert seen == pytest.approx(sliding, abs=1e-11)


def test_the_sign_is_right_from_41_and_from_110_on_and_not_before():
    sliding, chunked = (task.sensitivities(1000, scheme) for scheme in ("sliding", "chunked"))
    for curve, first_right in ((sliding, 41), (chunked, 110)):
        assert (curve[: first_right - 1] > 0).all()
        assert (curve[first_right - 1 :] < 0).all()
    assert sliding[[39, 40]].round(2).tolist() == [0.57, -0.22]
    assert chunked[[99, 199]].round(2).tolist() == [0.58, -2.71]


def test_in_the_steady_state_a_longer_window_is_at_first_further_from_the_truth():
    error = np.abs(task.sensitivities(41) - task.EXACT_SENSITIVITY)
    assert error.argmax() == 18  # τ = 19: eighteen windows are better than it, all of them shorter
    assert (np.diff(error[:19]) > 0).all()


def test_training_moves_as_its_window_says():
    end = {window: task.train(window, "sliding") for window in (10, 40, 41, 200, None)}
    assert end[10].diverged
    assert not any(end[window].diverged for window in (40, 41, 200, None))
    distance = {window: abs(run.theta[-1] - task.THETA_BEST) for window, run in end.items()}
    start = abs(task.THETA_START - task.THETA_BEST)
    assert distance[40] > 10 * start
    assert distance[41] < start  # the right way, slowly
    assert distance[200] < 1e-6
    assert distance[None] < 1e-6


def test_training_in_blocks_fails_with_10_and_100_and_succeeds_with_200():
    end = {window: task.train(window, "chunked") for window in (10, 41, 100, 200)}
    assert end[10].diverged
    assert end[41].diverged
    assert end[100].theta[-1] == pytest.approx(7.47, abs=0.01)
    assert abs(end[200].theta[-1] - task.THETA_BEST) < 1e-4
    assert len(np.unique(end[200].theta[:201])) == 2  # θ moves at the end of a block only


def brute_training(window, scheme, steps, learning_rate):
    """Every step keeps its whole history; each gradient walks back through it."""
    s, theta, pending, thetas = np.ones(task.N_UNITS), task.THETA_START, 0.0, [task.THETA_START]
    for t in range(steps):
        s = task.A @ s + theta * task.SIGN
        first = {"sliding": max(0, t - window + 1), "chunked": t // window * window}[scheme]
        adjoint = np.eye(task.N_UNITS)[0]
        for _ in range(t - first + 1):
            pending += (s[0] - 1) * (adjoint @ task.SIGN)
            adjoint = adjoint @ task.A
        if scheme == "sliding" or (t + 1) % window == 0 or t == steps - 1:
            theta, pending = theta - learning_rate * pending, 0.0
        thetas.append(theta)
    return thetas


@pytest.mark.parametrize("scheme", ["sliding", "chunked"])
@pytest.mark.parametrize("window", [1, 7, 50, 130])
def test_training_agrees_with_walking_back_at_every_step(window, scheme):
    steps, rate = 115, 1e-3
    run = task.train(window, scheme, steps=steps, learning_rate=rate)
    np.testing.assert_allclose(run.theta, brute_training(window, scheme, steps, rate), rtol=1e-10)


def test_exact_training_is_a_window_that_reaches_everything():
    exact, wide = task.train(steps=500), task.train(500, "sliding", steps=500)
    np.testing.assert_allclose(exact.theta, wide.theta, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: task.sensitivity(0), "window: want an integer from 1 to 10000000, got 0"),
        (lambda: task.sensitivities(10**15), "max_window: want"),
        (lambda: task.sensitivities(2.5), "max_window: want"),
        (lambda: task.sensitivity(3, "both"), "scheme: want"),
        (lambda: task.train(0), "window: want"),
        (lambda: task.train(learning_rate=-1.0), "learning_rate: want"),
        (lambda: task.train(learning_rate=0.0), "learning_rate: want"),
        (lambda: task.train(theta=float("nan")), "theta: want"),
        (lambda: task.train(steps=0), "steps: want"),
        (lambda: task.train(steps=10**15), "steps: want"),
    ],
)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_shared_arrays_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        task.A[0, 0] = 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("window", [1, 2, 5, 12])
def test_the_shutter_is_open_for_the_share_of_losses_that_look_back_so_far(window, scheme):
    stride = stride_of(scheme, window)
    kept = kept_pairs(12 * window, window, stride)
    block = 6 * window // stride * stride + np.arange(stride)  # the losses of one block, far from both ends
    for lag in range(window + 2):
        assert open_for(scheme, window, np.array([lag])) == pytest.approx(kept[block, block - lag].mean())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_the_explorer_counts_is_what_the_windows_of_the_task_see(scheme):
    data = pushes_data(0, 1, scheme)
    if scheme != "stride τ/2":
        np.testing.assert_allclose(data.seen[scheme], task.sensitivities(LONGEST_WINDOW, scheme), atol=1e-12)
    for window in (1, 2, 9, 40, 57, 58):
        assert data.seen[scheme][window - 1] == pytest.approx(by_backward_pass(window, stride_of(scheme, window)))
    assert data.right == {"sliding": 41, "stride τ/2": 58, "chunked": 110}[scheme]
    assert (data.seen[scheme][: data.right - 1] > 0).all()
    assert (data.seen[scheme][data.right - 1 :] < 0).all()


def by_backward_pass(window, stride):
    """ds[0]/dθ as the course's own backward pass sees it, in a block of losses far from the start."""
    n, theta, T = task.N_UNITS, 0.25, 3 * -(-window // stride) * stride
    params = Params(np.zeros((n, 1)), np.array(task.A), theta * task.SIGN, np.eye(n)[:1], np.zeros(1))
    s = np.linalg.solve(np.eye(n) - task.A, theta * task.SIGN)
    trace = forward(params, np.zeros((T, 1, 1)), h0=s[None], activation="identity")
    weight = np.where(np.arange(T) >= T - stride, 1 / stride, 0.0)
    dL_do = weight[:, None, None] * np.ones_like(trace.o)
    return task.SIGN @ bptt(trace, dL_do, window=window, stride=stride).params.b_h


@pytest.mark.parametrize("settings", [{}, {"lag": 30, "window": 41}, {"lag": 22, "window": 30, "scheme": "chunked"}])
def test_the_picture_of_the_pushes_shows_the_data(settings):
    picture, data = PUSHES.shown(**settings)
    heights = [np.array(lines.get_segments())[:, 1, 1] for lines in (picture.up, picture.down)]
    assert np.array_equal(np.sum(heights, axis=0), data.row)
    np.testing.assert_allclose(data.row, np.linalg.matrix_power(task.A, data.lag) @ task.SIGN, atol=1e-12)
    counted = np.array(picture.counted.get_segments())[:, 1, 1]
    assert np.array_equal(counted, data.open * data.arriving)
    assert counted.sum() == pytest.approx(data.seen[data.scheme][data.window - 1])
    assert picture.shutter.get_height() == pytest.approx(2.2 * (1 - data.open[data.lag]))
    assert picture.here.get_xydata().tolist() == [[data.window, data.seen[data.scheme][data.window - 1]]]
    assert list(picture.right_from.get_xdata()) == [data.right]
    for ax, x in ((picture.left, 33), (picture.right, 77)):
        place = picture.figure.transFigure.inverted().transform(ax.transData.transform((x, 0.5)))
        assert picture.touched(*place) == pytest.approx({"window": x})
    assert picture.touched(0.5, 0.8) == {}


def test_what_arrives_turns_negative_after_nineteen_steps_and_is_gone_at_the_end_of_the_slider():
    rows = [pushes_data(lag, 1, "sliding").row for lag in range(LONGEST_LAG + 1)]
    assert [np.sign(row[0].round(12)) for row in rows[:60]] == [1] * 19 + [0] + [-1] * 40
    assert np.abs(rows[-1]).max() < 1e-6
