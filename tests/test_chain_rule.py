"""Notebook 02: the recorded backward pass, the errors of numeric gradients, both explorers."""

from itertools import pairwise

import numpy as np
import pytest

from bptt_helpers import bptt, forward, init_params, numerical_gradient, relative_error, squared_error
from bptt_helpers.lessons.chain_rule.backward_explorer import (
    BACKWARD_PASS,
    LOSSES,
    BackwardData,
    backward_data,
    describe,
)
from bptt_helpers.lessons.chain_rule.backward_picture import HEIGHTS, backward_arrows, columns
from bptt_helpers.lessons.chain_rule.step_size_explorer import GRADIENT_CHECK, gradient_check_data
from bptt_helpers.passes.step_size import best_step, step_errors
from bptt_helpers.passes.steps import backward_steps

# ---- the backward pass, recorded


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize(("T", "B"), [(1, 1), (2, 3), (9, 2)])
def test_the_recorded_terms_add_up_to_bptt(make_case, T, B, activation):
    case = make_case(T=T, B=B, activation=activation, loss="cross_entropy", h0=True)
    steps, exact = backward_steps(case.trace, case.dL_do), bptt(case.trace, case.dL_do)
    np.testing.assert_allclose(steps.own + steps.from_later, exact.dL_dh, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(steps.W_hh_terms.sum(0), exact.params.W_hh, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(steps.dL_da.sum((0, 1)), exact.params.b_h, rtol=1e-10, atol=1e-14)
    assert not steps.from_later[-1].any()


def test_own_is_the_loss_of_that_step_alone_and_from_later_that_of_the_others(make_case, transposed_jacobians):
    case = make_case(T=5, B=2)
    steps = backward_steps(case.trace, case.dL_do)
    _, J_T = transposed_jacobians(case)
    own = case.dL_do @ case.params.W_qh
    np.testing.assert_allclose(steps.own, own, rtol=1e-12)
    for k in range(5):
        heard = np.zeros_like(own[0])
        for t in range(k + 1, 5):
            signal = own[t]
            for j in range(t, k, -1):
                signal = np.einsum("bij,bj->bi", J_T[j], signal)
            heard += signal
        np.testing.assert_allclose(steps.from_later[k], heard, rtol=1e-10, atol=1e-15)


# ---- the explorer of the backward pass


@pytest.mark.parametrize("losses", LOSSES)
@pytest.mark.parametrize("T", [1, 4, 8])
def test_the_last_step_of_the_explorer_is_bptt_and_the_numeric_gradient(T, losses):
    rng = np.random.default_rng(3)
    params = init_params(1, 2, 1, spectral_radius=1.0, rng=rng)
    x, y = rng.normal(size=(2, T, 1, 1))
    weight = "last" if losses == "last step only" else None
    trace = forward(params, x)
    exact = bptt(trace, squared_error(trace.o, y, weight=weight)[1])
    numeric = numerical_gradient(lambda p: squared_error(forward(p, x).o, y, weight=weight)[0], params)

    data = backward_data(T, T, losses, 3)
    assert data.t == 1
    np.testing.assert_allclose(data.before + data.term, exact.params.W_hh, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(data.complete, numeric.W_hh, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(data.dL_dh, exact.dL_dh[:, 0], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("losses", LOSSES)
def test_every_step_takes_over_the_sum_of_the_step_before(losses):
    walk = [backward_data(step, 6, losses, 1) for step in range(1, 7)]
    assert [data.t for data in walk] == [6, 5, 4, 3, 2, 1]
    assert not walk[0].before.any()
    for data, following in pairwise(walk):
        np.testing.assert_allclose(following.before, data.before + data.term, atol=1e-15)
    assert not walk[-1].term.any()  # h_0 = 0
    assert {data.reach for data in walk} == {max(np.abs(data.before + data.term).max() for data in walk)}


def test_steps_beyond_the_sequence_show_the_finished_pass():
    assert describe(backward_data(8, 3, "every step", 0)) == describe(backward_data(3, 3, "every step", 0))


@pytest.mark.parametrize(("has_loss", "own"), [([True] * 5, 10), ([False] * 4 + [True], 2), ([True], 2)])
def test_the_graph_has_the_arrows_of_its_losses(has_loss, own):
    arrows = backward_arrows(has_loss)
    T = len(has_loss)
    kinds = [kind for kind, _, _ in arrows]
    assert [kinds.count(kind) for kind in ("own", "later", "term")] == [own, T - 1, T]
    for kind, _, ((x0, y0), (x1, y1)) in arrows:  # backwards: left or down, never up or right
        assert (x1 < x0 and y1 == y0) if kind == "later" else (x1 == x0 and y1 < y0)


def test_the_picture_of_the_backward_pass_shows_the_data():
    picture, data = BACKWARD_PASS.shown(step=2, sequence_length=4, seed=5)
    scale = float(picture.state_scale[-1].get_text())  # what the top of the panel stands for
    for bars, part in zip(picture.state_bars, (data.own, data.from_later, data.dL_dh), strict=True):
        assert [scale * bar.get_height() for bar in bars] == pytest.approx(part[2])
    labels = [label.get_text() for label in picture.weight_scale]
    scale = float(labels[-1])
    assert labels == [f"−{scale:g}", f"−{scale / 2:g}", "0", f"{scale / 2:g}", f"{scale:g}"]
    assert [scale * bar.get_height() for bar in picture.before] == pytest.approx(data.before.ravel())
    assert [scale * bar.get_y() for bar in picture.term] == pytest.approx(data.before.ravel())
    assert [scale * bar.get_height() for bar in picture.term] == pytest.approx(data.term.ravel())
    assert scale * picture.total.get_ydata() == pytest.approx((data.before + data.term).ravel())
    assert scale * picture.complete.get_ydata() == pytest.approx(data.complete.ravel())
    arrows = {key: len(line.get_xydata()) // 3 for key, line in picture.lines.items()}
    assert arrows[("own", "now")] == 2
    assert arrows[("later", "now")] == arrows[("term", "now")] == arrows[("term", "past")] == 1
    assert len(picture.ahead.get_xydata()) // 3 == 2 * 2 + 2 + 2  # two steps ahead: own, from later, term
    here = columns(4)[2]
    assert picture.current.get_xydata().tolist() == [[here, HEIGHTS["h"]]]
    assert set(picture.lines["own", "now"].get_xdata()[[0, 1, 3, 4]]) == {here}
    assert [label.get_text() for label in picture.labels if label.get_visible()] == ["1", "2", "3", "4"]
    assert f"t = 3: own loss ({data.own[2, 0]:.3f}, " in describe(data)


def test_the_sentence_of_the_backward_pass():
    zero, ones = np.zeros((2, 2)), np.ones((2, 2))
    data = BackwardData(
        step=2,
        t=2,
        has_loss=(True, True, True),
        own=np.array([[0, 0], [1, -2], [0, 0]]),
        from_later=np.array([[0, 0], [0.25, -1e-9], [0, 0]]),
        dL_dh=np.array([[0, 0], [1.25, -2], [0, 0]]),
        before=zero,
        term=ones,
        complete=3 * ones,
        reach=3.0,
    )
    assert describe(data) == (
        "Step back 2 of 3, t = 2: own loss (1.000, -2.000) + from later (0.250, 0.000) = dL/dh_2 (1.250, -2.000); "
        "its term takes the norm of dL/dW_hh from 0.000 to 2.000, 6.000 when complete."
    )
    alone = data._replace(step=3, t=3, has_loss=(False, False, False))
    assert "t = 3: no loss of its own + nothing from later = dL/dh_3 (0.000, 0.000)" in describe(alone)
    assert "h_0 = 0, so nothing joins dL/dW_hh, which is complete with norm 6.000" in describe(data._replace(t=1))


@pytest.mark.parametrize(("losses", "with_loss"), [("every step", [0, 1, 2]), ("last step only", [2])])
def test_an_output_and_a_loss_are_drawn_where_there_is_one(losses, with_loss):
    picture, _ = BACKWARD_PASS.shown(step=1, sequence_length=3, losses=losses)
    x = columns(3)
    for letter, line in zip("Loh", picture.letters, strict=True):
        places = x if letter == "h" else x[with_loss]
        assert line.get_xydata().tolist() == [[place, HEIGHTS[letter]] for place in places]


# ---- how wrong a numeric gradient is


def network(T, dtype="float64", seed=0):
    rng = np.random.default_rng(seed)
    params = init_params(2, 4, 1, spectral_radius=1.0, rng=rng).astype(dtype)
    return params, rng.normal(size=(T, 2)), rng.normal(size=(T, 1))


@pytest.mark.parametrize(("method", "eps"), [("central", 1e-2), ("central", 1e-3), ("complex", 1e-2)])
def test_the_stacked_networks_make_the_error_of_numerical_gradient(method, eps):
    params, x, y = network(7)
    trace = forward(params, x[:, None])
    exact = bptt(trace, squared_error(trace.o, y[:, None])[1]).params.W_hh
    numeric = numerical_gradient(
        lambda p: squared_error(forward(p, x[:, None]).o, y[:, None])[0], params, method=method, eps=eps
    )
    expected = relative_error(numeric.W_hh, exact)
    assert step_errors(params, x, y, [eps])[method][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2), ("complex", 2)])
def test_the_order_of_each_method(method, order):
    errors = step_errors(*network(10), [1e-2, 1e-3])[method]
    assert np.log10(errors[0] / errors[1]) == pytest.approx(order, abs=0.05)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_step_lost_in_rounding_gives_a_gradient_of_zero_but_the_complex_step_stays_right(dtype):
    errors = {name: error[0] for name, error in step_errors(*network(10, dtype), [1e-25]).items()}
    assert errors["forward"] == errors["central"] == pytest.approx(1, rel=1e-6)
    assert errors["complex"] < 20 * np.finfo(dtype).eps


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_rule_of_thumb_is_right_to_a_decade_and_fails_where_the_loss_is_hardly_curved(dtype, seed):
    for T, decades in ((2, 2), (10, 1), (100, 1)):  # seed 7 at T = 2 needs the two
        data = gradient_check_data(-3.0, dtype, T, seed)
        assert np.abs(np.log10(np.divide(data.best, data.recommended))).max() < decades


def test_best_step_is_a_root_of_the_precision():
    assert best_step("forward", "float64") == 2.0**-26
    assert best_step("central", "float32") == pytest.approx(2 ** (-23 / 3))
    with pytest.raises(ValueError, match="method: want one of 'forward', 'central', got 'complex'"):
        best_step("complex", "float64")


def test_one_step_from_zero_says_nothing_about_W_hh():
    with pytest.raises(ValueError, match=r"x: want .* at least two steps, got"):
        step_errors(*network(1), [1e-3])


def test_the_picture_of_the_gradient_check_shows_the_data():
    picture, data = GRADIENT_CHECK.shown(log10_eps=-6, dtype="float32", sequence_length=5)
    for curve, errors in zip(picture.curves.values(), data.errors, strict=True):
        assert np.array_equal(curve.get_xydata(), np.column_stack([data.eps, errors]))
    assert [mark.get_xydata().tolist() for mark in picture.marks.values()] == [[[1e-6, here]] for here in data.here]
    assert [advice.get_xdata()[0] for advice in picture.advice.values()] == list(data.recommended)
    (forward_error, central, complex_step), (best_forward, best_central) = data.here, data.best
    assert GRADIENT_CHECK.describe(data) == (
        f"float32, T = 5, ε = 1e-06: relative error {central:.0e} central, {forward_error:.0e} forward, "
        f"{complex_step:.0e} complex step. Best power of ten: central {best_central:.0e} (rule 5e-03), "
        f"forward {best_forward:.0e} (rule 3e-04)."
    )
    # on the grid, the mark lies on the curve
    at = np.flatnonzero(np.isclose(data.eps, 1e-6))[0]
    np.testing.assert_allclose(data.here, [errors[at] for errors in data.errors], rtol=0.3)
