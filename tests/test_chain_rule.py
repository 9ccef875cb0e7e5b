"""Notebook 02: the recorded backward pass, the errors of numeric gradients, both explorers."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgba_array

from bptt_helpers import Params, bptt, forward, init_params, numerical_gradient, relative_error, squared_error
from bptt_helpers.lessons.chain_rule import draw_copies, draw_paths, draw_symptoms, draw_transpose, draw_walk
from bptt_helpers.lessons.chain_rule.backward_explorer import (
    BACKWARD_PASS,
    LOSSES,
    backward_data,
    describe,
    small_network,
    walk,
)
from bptt_helpers.lessons.chain_rule.backward_picture import (
    LATER,
    LIMIT,
    MINUS,
    OWN,
    PLUS,
    SIGNED,
    STEPS,
    columns,
    heights,
    number,
)
from bptt_helpers.lessons.chain_rule.path_picture import PRODUCTS, RIGHT, WRONG
from bptt_helpers.lessons.chain_rule.step_size_explorer import GRADIENT_CHECK, gradient_check_data
from bptt_helpers.lessons.chain_rule.symptoms_picture import FINE, SLIGHT
from bptt_helpers.lessons.chain_rule.symptoms_picture import WRONG as BAD
from bptt_helpers.lessons.gradient_pictures import power
from bptt_helpers.lessons.sheet_pictures import Shapes, Words
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
@pytest.mark.parametrize("seed", range(10))
def test_the_last_step_of_the_explorer_is_bptt_and_the_numeric_gradient(seed, losses):
    params, x, y = small_network(seed)
    weight = "last" if losses == "last step only" else None
    trace = forward(params, x)
    exact = bptt(trace, squared_error(trace.o, y, weight=weight)[1])
    numeric = numerical_gradient(lambda p: squared_error(forward(p, x).o, y, weight=weight)[0], params)

    data = backward_data(STEPS, losses, seed)
    assert data.t == 1
    np.testing.assert_allclose(data.so_far, exact.params.W_hh, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(data.so_far, numeric.W_hh, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(data.dL_dh, exact.dL_dh[:, 0], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("seed", range(10))
def test_the_small_network_can_be_checked_by_hand_and_its_transpose_is_another_matrix(seed):
    params, x, y = small_network(seed)
    for w in (*params, x, y):
        np.testing.assert_array_equal(w, w.round(1))
    assert params.W_hh[0, 1] != params.W_hh[1, 0]


@pytest.mark.parametrize("losses", LOSSES)
def test_every_step_takes_over_the_sum_of_the_step_before_and_follows_the_formulas(losses):
    walked = [backward_data(step, losses, 1) for step in range(1, STEPS + 1)]
    assert [data.t for data in walked] == [4, 3, 2, 1]
    so_far = np.zeros((2, 2))
    for data in walked:
        k = data.t - 1
        np.testing.assert_allclose(data.own[k] + data.from_later[k], data.dL_dh[k], atol=1e-15)
        np.testing.assert_allclose(data.slope[k] * data.dL_dh[k], data.dL_da[k], atol=1e-15)
        np.testing.assert_allclose(data.from_later[k - 1], data.W_hh.T @ data.dL_da[k] * (k > 0), atol=1e-15)
        so_far = so_far + np.outer(data.dL_da[k], data.h[k])
        np.testing.assert_allclose(data.so_far, so_far, atol=1e-15)
    assert not walked[-1].terms[0].any()  # h_0 = 0


@pytest.mark.parametrize(
    ("step", "losses", "seed"), [(2, "every step", 0), (3, "last step only", 5), (4, "every step", 7)]
)
def test_the_picture_of_the_backward_pass_shows_the_numbers_of_the_data(step, losses, seed):
    picture, data = BACKWARD_PASS.shown(step=step, losses=losses, seed=seed)
    term, before, state, _ = heights(2)
    words = [(w.x, w.y, w.text) for w in picture.walk.words.words]

    def near(x, y, width=0.45, height=0.3):
        return [text for wx, wy, text in words if abs(wx - x) < width and abs(wy - y) < height and text[-1].isdigit()]

    for t, x in enumerate(columns(STEPS), 1):
        reached = t >= data.t
        for row, values in ((state, data.dL_dh), (before, data.dL_da)):
            shown = near(x, row, 0.2)
            assert shown == [number(v) for v in values[t - 1]] * reached
        shown = [text for text in near(x, term, 0.3) if text]
        assert shown == [number(v) for v in data.terms[t - 1].ravel()] * reached
    assert near(columns(STEPS)[-1] + 1.95, term, 0.5, 0.3) == [number(v) for v in data.so_far.ravel()]
    k = data.t - 1
    for values, (ink, paler) in ((data.own, OWN[1]), (data.from_later, LATER[1])):
        at_work = [w.text for w in picture.walk.words.words if w.colour == ink and w.text[-1].isdigit()]
        done = [w.text for w in picture.walk.words.words if w.colour == paler]
        assert set(number(v) for v in values[k] if values[k].any()) <= set(at_work)
        later = [number(v) for t in range(k + 1, STEPS) for v in values[t] if values[t].any()]
        assert sorted(done) == sorted(later)
    assert f"step back {step} of 4" in [text for *_, text in words]


def test_the_equation_of_the_picture_adds_up():
    picture, data = BACKWARD_PASS.shown(step=3)
    right = [w for w in picture.walk.words.words if w.size == 11 and w.bold]
    assert [w.text for w in right] == ["2.10", "− 0.14", "= 1.96", "−1.65", "− 0.42", "= −2.07"]
    np.testing.assert_allclose(data.dL_dh[1], [1.96, -2.07], atol=0.005)


@pytest.mark.parametrize(("losses", "with_loss"), [("every step", 4), ("last step only", 1)])
def test_a_loss_and_its_arrow_are_drawn_where_there_is_one(losses, with_loss):
    picture, _ = BACKWARD_PASS.shown(step=4, losses=losses)
    discs = [s for s in picture.walk.shapes.shapes if len(s.corners) == 40]
    arrows = [s for s in picture.walk.shapes.shapes if len(s.corners) == 7]
    assert len(discs) == with_loss
    assert [sum(a.face == colour for a in arrows) for colour in OWN[0]] == [
        int(with_loss == 4),
        with_loss - (with_loss == 4),
    ]
    assert [sum(a.face == colour for a in arrows) for colour in LATER[0]] == [1, 2]
    for arrow in arrows:  # backwards: down, or to the left and up; the tip is the fourth corner
        (x0, y0), (x1, y1) = arrow.corners[[0, 6]].mean(0), arrow.corners[3]
        assert (x1 == pytest.approx(x0) and y1 < y0) or (x1 < x0 and y1 > y0)


def test_colours_of_entries_hold_still_and_only_what_is_reached_is_coloured():
    for losses, seed in itertools.product(LOSSES, range(10)):
        picture, data = BACKWARD_PASS.shown(step=2, losses=losses, seed=seed)
        cells = [s for s in picture.walk.shapes.shapes if len(s.corners) == 4 and not isinstance(s.face, str)]
        values = [*np.full(8, 0.0), *data.terms[2:].ravel(), *data.so_far.ravel(), *np.full(4, 0.0)]
        expected = [SIGNED((np.clip(v / LIMIT, -1, 1) + 1) / 2) for v in values]
        np.testing.assert_allclose([cell.face for cell in cells], expected)


def test_a_key_says_which_colour_is_which_sign():
    picture, _ = BACKWARD_PASS.shown()
    shapes, words = picture.walk.shapes.shapes, picture.walk.words.words
    for sign, colour in (("+", PLUS), ("−", MINUS)):
        (swatch,) = (s for s in shapes if isinstance(s.face, str) and s.face == colour)
        x, y = swatch.corners.mean(0)
        assert [w.text for w in words if abs(w.x - x) < 0.05 and abs(w.y - y) < 0.05] == [sign]
    np.testing.assert_allclose([SIGNED(0.75), SIGNED(0.25)], to_rgba_array([PLUS, MINUS]), atol=0.01)


def test_a_click_on_a_step_walks_back_to_it():
    picture, _ = BACKWARD_PASS.shown()
    for t, x in enumerate(columns(STEPS) / picture.figure.get_figwidth(), 1):
        for y in (0.1, 0.9):
            assert picture.touched(x, y) == {"step": STEPS - t + 1}
    assert picture.touched(0.97, 0.5) == {}


def test_the_sentence_of_the_backward_pass():
    data = backward_data(3, "every step", 0)
    assert describe(data) == (
        "Step back 3 of 4, t = 2: own loss (2.10, -1.65) + from later (-0.14, -0.42) = dL/dh_2 (1.96, -2.07); its term "
        "(0.35, -0.54, -0.32, 0.50) joins dL/dW_hh, now (-0.08, -0.10, 0.45, -0.30), entries 1,1, 1,2, 2,1 and 2,2."
    )
    assert "as h_0 = 0, nothing joins dL/dW_hh" in describe(backward_data(4, "every step", 0))
    assert "t = 4: own loss (-1.19, 0.94) + nothing from later" in describe(backward_data(1, "every step", 0))
    assert "no loss of its own + from later" in describe(backward_data(2, "last step only", 0))


def test_the_walk_of_one_unit_has_the_numbers_of_notebook_01():
    params = Params(*map(np.array, ([[0.5]], [[0.8]], [0.0], [[1.5]], [0.0])))
    data = walk(params, np.reshape([1.0, 0.0, -1.0], (3, 1, 1)), np.ones((3, 1, 1)), True, 3)
    np.testing.assert_allclose(data.terms.ravel(), [0, -1.2228, -1.3373], atol=5e-5)
    figure = draw_walk(data)
    (words,) = (a for a in figure.axes[0].collections if isinstance(a, Words))
    texts = [w.text for w in words.words]
    assert {"0.00", "−1.22", "−1.34", "−2.56", "complete"} <= set(texts)
    assert figure.sentence.endswith("0.00, −1.22, −1.34, add up to dL/dW_hh.")


# ---- the stills


def drawn(figure):
    """Texts and shapes of a still."""
    collections = figure.axes[0].collections
    (words,) = (a.words for a in collections if isinstance(a, Words))
    (shapes,) = (a.shapes for a in collections if isinstance(a, Shapes))
    return words, shapes


def test_all_copies_have_the_same_contribution_and_the_guess_is_marked():
    states = 0.9 ** np.arange(5)
    words, _ = drawn(draw_copies(states, states[::-1], 0.5))
    texts = [w.text for w in words]
    assert texts.count("= 0.656") == 5
    assert {"3.28", "0.656", "your guess 0.328"} <= set(texts)
    for guess in (None, "many", float("nan")):
        words, _ = drawn(draw_copies(states, states[::-1], guess))
        assert not any("guess" in w.text for w in words)


def test_the_paths_are_counted_where_the_marks_are():
    copy, t = np.mgrid[1:6, 1:6]
    counted = dict(zip(PRODUCTS, (t == copy, (t >= copy) & (t == 5), t >= copy, (t == copy) & (t == 5)), strict=True))
    figure = draw_paths(counted)
    words, shapes = drawn(figure)
    assert [w.text for w in words if w.size == 24] == ["5 ✓", "5 ✓", "15 ✗", "1 ✗"]
    assert "total × total counts 15" in figure.sentence
    discs = [s for s in shapes if len(s.corners) == 40 and s.face == RIGHT]
    diamonds = [s for s in shapes if len(s.corners) == 4 and s.face == WRONG]
    assert (len(discs), len(diamonds)) == (5 + 5 + 1, 15 + 1 + 1)  # one each in the legend


def test_the_way_back_takes_a_column_and_a_weight_its_two_ends():
    W, h, dL_da = np.array([[-0.5, -1.1], [0.4, 0.6]]), np.array([0.76, -0.79]), np.array([-1.19, 0.57])
    words, shapes = drawn(draw_transpose(W, h, dL_da))
    texts = [w.text for w in words]
    assert f"−0.5 · (−1.19) + 0.4 · 0.57 = {number(W[:, 0] @ dL_da)}" in texts
    assert f"−0.5 · 0.76 − 1.1 · (−0.79) = {number(W[0] @ h)}" in texts
    assert f"−1.19 · (−0.79) = {number(dL_da[0] * h[1])}" in texts
    assert [w.text for w in words if w.text[1:2] == "W" and w.size == 11] == [
        *("$W_{11}$", "$W_{12}$", "$W_{11}$", "$W_{21}$", "$W_{12}$")
    ]
    strong = [w.text for w in words if w.bold and w.size == 10]
    assert strong == ["−0.5", "−1.1", "−0.5", "0.4", "−1.1"]  # row 1, column 1, entry 1,2
    arrows = [s for s in shapes if len(s.corners) == 7]
    to_the_left = [a.corners[3, 0] < a.corners[0, 0] for a in arrows]
    assert to_the_left == [False] * 4 + [True] * 4 + [False] * 4


def test_the_symptoms_are_drawn_as_they_are():
    errors = {"broken_x": [[0, 1e-12, 0.05], [3e-6, 2.97, 0.004]]}
    figure = draw_symptoms(errors, ["general", "special"], ["W_hx", "b_h", "b_q"])
    words, shapes = drawn(figure)
    assert [w.text for w in words][-6:] == ["✓", "✓", "5%", "10⁻⁶", "297%", "10⁻³"]
    assert [s.face for s in shapes] == [FINE, FINE, BAD, SLIGHT, BAD, SLIGHT]
    assert figure.sentence == "Wrong gradients out of 6: broken_x 4."


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
    assert picture.dtype.get_text() == "float32"
    # on the grid, the mark lies on the curve
    at = np.flatnonzero(np.isclose(data.eps, 1e-6))[0]
    np.testing.assert_allclose(data.here, [errors[at] for errors in data.errors], rtol=0.3)


def test_where_two_errors_are_equal_both_marks_are_seen():
    picture, _ = GRADIENT_CHECK.shown(log10_eps=-10, dtype="float32")
    below, above = (picture.marks[name] for name in ("forward", "central"))
    assert below.get_ydata()[0] == pytest.approx(above.get_ydata()[0], rel=0.1)
    assert picture.artists.index(below) < picture.artists.index(above)
    assert below.get_markersize() >= above.get_markersize() + 3
    picture.show(gradient_check_data(-6.0, "float32", 10, 0)._replace(here=(0.0, 1e-3, 1.0)))
    assert [text.get_text() for text in picture.values.values()] == ["0", "10⁻³", "1"]


def test_a_click_moves_the_step_of_the_gradient_check_and_the_numbers_stand_beside_the_picture():
    picture, data = GRADIENT_CHECK.shown()
    assert data.chosen == 1e-6
    np.testing.assert_allclose(data.here, [5e-7, 6e-10, 4e-13], rtol=0.3)  # the digit hangs on rounding
    assert [text.get_text() for text in picture.values.values()] == [power(np.log10(value)) for value in data.here]
    ax = picture.figure.axes[0]
    place = picture.figure.transFigure.inverted().transform(ax.transData.transform((1e-11, 1e-3)))
    assert picture.touched(*place) == {"log10_eps": pytest.approx(-11)}
    assert picture.touched(0.95, 0.5) == {}
