"""Notebook 03: the twenty networks, the explorer of their gradients, and the one of the influence maps."""

import numpy as np
import pytest

from bptt_helpers import cross_entropy, forward, gradient_profile, influence, init_params
from bptt_helpers.lessons.gradient_norms.influence_explorer import INFLUENCE, influence_data
from bptt_helpers.lessons.gradient_norms.networks import NETWORKS, T, twenty
from bptt_helpers.lessons.gradient_norms.profiles_explorer import PROFILES, profiles_data
from bptt_helpers.lessons.gradient_norms.profiles_picture import EDGE, TALL
from bptt_helpers.lessons.gradient_pictures import power, raised
from bptt_helpers.lessons.text_pictures import luminance
from bptt_helpers.measures.influence import true_slope
from bptt_helpers.tasks.text import load_text, text_batch

BATCH = text_batch(load_text(), T, NETWORKS, rng=0)


def network_on_text(radius, seed, activation="tanh", weight="last"):
    """As notebook 03 writes it."""
    d = BATCH.x.shape[2]
    params = init_params(d, 16, d, spectral_radius=radius, rng=seed)
    trace = forward(params, BATCH.x[:, seed : seed + 1], activation=activation)
    return trace, cross_entropy(trace.o, BATCH.y[:, seed : seed + 1], weight=weight)[1]


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("radius", [0.5, 1.2, 2.0])
def test_side_by_side_the_networks_are_those_of_the_package(radius, activation):
    measured, slopes = twenty(radius, activation), []
    for seed in range(NETWORKS):
        trace, dL_do = network_on_text(radius, seed, activation)
        np.testing.assert_allclose(measured.profile[seed], gradient_profile(trace, dL_do)[:, 0], atol=1e-6)
        a = trace.x[:, 0] @ trace.params.W_hx.T + trace.h[:-1, 0] @ trace.params.W_hh.T + trace.params.b_h
        np.testing.assert_allclose(measured.inputs[:, seed], a, rtol=1e-6, atol=1e-9)
        slopes.append(true_slope(trace).mean())
    assert measured.slope == pytest.approx(np.median(slopes))


def test_the_explorer_has_the_numbers_of_the_notebooks_own_cells():
    data = profiles_data(1.2, 50, 0, "tanh", "")
    profile = gradient_profile(*network_on_text(1.2, 0))[:, 0]
    np.testing.assert_allclose(data.change[0], profile - profile[0], atol=1e-9)
    np.testing.assert_allclose(data.rule, np.arange(T) * np.log10(1.2))
    assert data.factor == pytest.approx(np.median(10 ** (data.change[:, 50] / 50)))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"lag": 53},
        {"spectral_radius": 2.0, "lag": 75, "network": 10},
        {"activation": "sigmoid"},
        {"activation": "relu", "lag": 1},
        {"activation": "identity", "spectral_radius": 1.5},
    ],
)
def test_the_lines_and_dots_are_the_data(values):
    picture, data = PROFILES.shown(**values)
    lines = picture.lines.get_ydata().reshape(NETWORKS, T + 1)
    np.testing.assert_array_equal(lines[:, :-1], data.change)
    assert np.isnan(lines[:, -1]).all()
    np.testing.assert_array_equal(picture.chosen.get_ydata(), data.change[data.network])
    np.testing.assert_array_equal(picture.rule.get_ydata(), data.rule)
    here = data.change[:, data.lag]
    np.testing.assert_array_equal(picture.inside.get_ydata(), here[np.abs(here) <= EDGE])
    assert len(picture.above.get_ydata()) == (here > EDGE).sum()
    assert len(picture.below.get_ydata()) == (here < -EDGE).sum()
    for dots in (picture.inside, picture.above, picture.below):
        assert set(dots.get_xdata()) <= {data.lag}
    larger = (here > 0).sum()
    assert (len(picture.grown.get_xdata()), len(picture.shrunk.get_xdata())) == (larger, NETWORKS - larger)
    assert (picture.grown_text.get_text(), picture.shrunk_text.get_text()) == (str(larger), str(NETWORKS - larger))
    assert picture.rule_text.get_text().endswith(
        f"rule: {data.radius:.2f}{raised(data.lag)} = {power(data.rule[data.lag])}"
    )
    assert picture.chosen_text.get_text() == f"network {data.network}: {power(here[data.network])}"
    for text, value in ((picture.rule_text, data.rule[data.lag]), (picture.chosen_text, here[data.network])):
        height = text.get_position()[1]
        assert abs(height - np.clip(value, 1 - EDGE, EDGE - 1)) < 2.5  # near its mark, on the axes
        assert abs(height) <= EDGE - TALL
    apart = picture.rule_text.get_position()[1] - picture.chosen_text.get_position()[1]
    assert abs(apart) > 2 * TALL - 1e-9


def test_a_rule_beyond_the_axes_is_named_and_does_not_stand_on_the_handle():
    picture, data = PROFILES.shown(spectral_radius=2.0, lag=90)
    assert data.rule[90] > EDGE
    assert not picture.rule_dot.get_visible()
    assert picture.rule_text.get_text() == "↑ rule: 2.00⁹⁰ = 10²⁷"
    picture.show(profiles_data(2.0, 9, 0, "tanh", ""))
    assert picture.rule_dot.get_visible()
    assert picture.rule_dot.get_ydata()[0] == pytest.approx(9 * np.log10(2))


def test_no_label_hides_the_rule_at_the_start():
    picture, data = PROFILES.shown()
    for text in (picture.rule_text, picture.chosen_text):
        x, y = text.get_position()
        assert (abs(data.rule[int(x) : int(x) + 30] - y) > TALL).all()
        assert (abs(data.change[0, int(x) : int(x) + 30] - y) > TALL).all()


@pytest.mark.parametrize("radius", [0.8, 2.0])
def test_the_units_drawn_are_units_and_the_heap_counts_them_all(radius):
    picture, data = PROFILES.shown(spectral_radius=radius)
    inputs = twenty(radius).inputs
    a, h = picture.cloud.get_data()
    assert np.isin(a, inputs).all()
    np.testing.assert_array_equal(h, np.tanh(a))
    left, right = picture.units.get_xlim()
    counted, _ = np.histogram(np.clip(inputs, left, right), np.linspace(left, right, len(data.heap) + 1))
    assert np.abs(data.heap - counted).max() <= 1  # one that stands on an edge
    assert data.heap.sum() == inputs.size
    heights = picture.heap.get_xy()[1 : 2 * len(data.heap) : 2, 1] - picture.units.get_ylim()[0]
    np.testing.assert_allclose(heights / heights.max(), data.heap / data.heap.max(), atol=1e-9)
    np.testing.assert_allclose(picture.shade.get_array()[0], 1 / np.cosh(picture.curve.get_xdata()) ** 2)
    numbers = [data.slope, radius * data.slope, data.factor]
    assert [text.get_text() for text in picture.numbers] == [f"{number:.2f}" for number in numbers]


def test_a_guess_is_marked_where_it_was_asked_and_nowhere_else():
    picture, _ = PROFILES.shown(guess="12")
    assert list(picture.guess.get_xdata()) == [11.5]  # between the twelfth dot and the thirteenth
    assert "12" in picture.guess_text.get_text()
    for values in ({"guess": "many"}, {"guess": "12", "lag": 51}, {"guess": "12", "spectral_radius": 1.21}):
        picture, _ = PROFILES.shown(**values)
        assert np.isnan(picture.guess.get_xdata()).all()
        assert picture.guess_text.get_text() == ""


def place_in(picture, ax, x, y):
    return picture.figure.transFigure.inverted().transform(ax.transData.transform((x, y)))


def test_the_pointer_moves_the_lag():
    picture, _ = PROFILES.shown()
    assert picture.touched(*place_in(picture, picture.profiles, 20, 3)) == {"lag": pytest.approx(20)}
    assert picture.touched(*place_in(picture, picture.units, 0, 0)) == {}


def test_the_maps_are_those_of_the_package_and_the_last_row_is_the_profile():
    data = influence_data(1.5, 7, 81, 46)
    for radius, values in zip((0.8, 1.5), data.maps, strict=True):
        trace, dL_do = network_on_text(radius, 7, weight=np.ones(T))
        np.testing.assert_allclose(values, influence(trace, T * dL_do)[:, :, 0], rtol=1e-9)
        np.testing.assert_allclose(values[-1, ::-1], gradient_profile(*network_on_text(radius, 7))[:, 0], atol=1e-9)
    assert data.text in load_text()


@pytest.mark.parametrize("values", [{}, {"spectral_radius": 2.0, "network": 0, "loss": 100, "state": 7}])
def test_maps_row_and_cell_are_the_data(values):
    picture, data = INFLUENCE.shown(**values)
    t, s = data.loss, data.state
    for image, values_of, value in zip(picture.images, data.maps, picture.values, strict=True):
        np.testing.assert_array_equal(image.get_array(), values_of)
        assert value.get_text() == power(values_of[t - 1, s - 1])
    np.testing.assert_array_equal(picture.strip.get_array(), data.maps[:, t - 1])
    assert [cell.get_xydata().tolist() for cell in picture.cells] == [[[s, t]]] * 2
    assert set(picture.frame.get_xdata()) == {s - 0.5, s + 0.5}
    heights = [mark.get_ydata()[0] for mark in picture.marks]
    np.testing.assert_allclose(heights, np.clip(data.maps[:, t - 1, s - 1], -6, 3))


@pytest.mark.parametrize("values", [{}, {"network": 0}, {"loss": 1, "state": 1}, {"loss": 100, "spectral_radius": 0.5}])
def test_the_frame_holds_the_characters_that_stay_above_a_thousandth(values):
    picture, data = INFLUENCE.shown(**values)
    t = data.loss
    assert picture.count.get_text() == f"{data.reach[0]} at 0.80, {data.reach[1]} at {data.radius:.2f}"
    for row, reach, frame in zip(data.maps[:, t - 1], data.reach, picture.reaches, strict=True):
        by_lag = row[:t][::-1]
        assert (by_lag[:reach] >= -3).all()
        assert reach == t or by_lag[reach] < -3
        assert set(frame.get_xdata()) == {t - reach + 0.5, t + 0.5}


def test_the_text_of_the_network_is_printed_once_for_each_radius():
    picture, data = INFLUENCE.shown(network=3)
    assert picture.strip._text == data.text * 2
    picture.show(influence_data(1.2, 4, 81, 46))
    assert picture.strip._text == influence_data(1.2, 4, 1, 1).text * 2 != data.text * 2


@pytest.mark.parametrize(
    "values", [{}, {"spectral_radius": 2.0, "network": 7, "loss": 100}, {"network": 0, "loss": 20}]
)
def test_every_letter_of_the_text_can_be_read(values):
    picture, _ = INFLUENCE.shown(**values)
    dark, light = np.sort([luminance(colours) for colours in picture.strip.colours()], axis=0)
    assert ((light + 0.05) / (dark + 0.05)).min() >= 4.5  # what WCAG asks of text


def test_a_mark_beyond_the_scale_points_there():
    picture, data = INFLUENCE.shown(spectral_radius=2.0, network=7, loss=100, state=20)
    low, high = data.maps[:, 99, 19]
    assert low < -6
    assert high > 3
    assert [mark.get_marker() for mark in picture.marks] == ["v", "^"]
    picture.show(influence_data(1.2, 1, 81, 46))
    assert [mark.get_marker() for mark in picture.marks] == [">", ">"]


def test_the_cross_is_whole_in_the_last_row():
    picture, _ = INFLUENCE.shown(loss=100)
    assert not any(artist.get_clip_on() for artist in (*picture.under, *picture.crosses, *picture.cells))


def test_a_state_after_the_loss_has_no_effect():
    picture, data = INFLUENCE.shown(loss=30, state=31)
    assert [value.get_text() for value in picture.values] == ["no effect"] * 2
    assert not any(mark.get_visible() for mark in picture.marks)
    assert INFLUENCE.describe(data) == "The loss at step 30 does not depend on state 31, which comes after it."
    picture.show(influence_data(1.2, 1, 31, 31))
    assert all(mark.get_visible() for mark in picture.marks)


def test_the_pointer_moves_the_cell():
    picture, _ = INFLUENCE.shown()
    for ax in picture.maps:
        place = picture.touched(*place_in(picture, ax, 12, 34))
        assert place == {"state": pytest.approx(12), "loss": pytest.approx(34)}
    assert picture.touched(*place_in(picture, picture.top, 50, 1)) == {"state": pytest.approx(50)}
    assert picture.touched(0.99, 0.01) == {}


def test_what_is_looked_for():
    """The answers of the notebook, and that none depends on the size of the slider's step."""
    radii = np.arange(1, 2.001, 0.01).round(2).tolist()
    enough = np.array([(change := twenty(r).profile)[:, 50] >= change[:, 0] for r in radii]).T
    assert [r for r, yes in zip(radii, enough[17], strict=True) if yes] == [1.18, 1.19, 1.2, 1.23, 1.24, 1.25, 1.26]
    assert (~enough.any(1)).sum() == 3
    assert (np.diff(enough.astype(int)) < 0).any(1).sum() == 17


def test_a_linear_network_follows_the_rule_and_tanh_does_not():
    linear, tanh = (twenty(1.2, activation).profile for activation in ("identity", "tanh"))
    linear, tanh = (profile[:, 50] - profile[:, 0] for profile in (linear, tanh))
    np.testing.assert_allclose(linear, 50 * np.log10(1.2), atol=1)
    assert (tanh < linear - 3).all()
    assert (tanh > 0).sum() == 2
