"""The one scale of gradient sizes: what is neutral, what is clipped, how a power is written."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bptt_helpers.lessons.gradient_pictures import (
    FADE,
    HIGH,
    LOW,
    HeatMap,
    at_edge,
    gradient_axis,
    gradient_bar,
    gradient_colours,
    leaving,
    power,
)
from bptt_helpers.lessons.pictures import data_place, new_figure


def test_a_curve_ends_where_it_leaves_the_axis_and_begins_where_it_comes_back():
    curve = [0, -5, -7, -8, -9, -5, 4, 5, -np.inf, 2]
    np.testing.assert_array_equal(leaving(curve), [0, -5, -6, np.nan, -6, -5, 3, np.nan, -6, 2])
    assert leaving([-7, -7.5, 1])[:2].tolist()[1] == -6
    np.testing.assert_array_equal(leaving([0, 8], low=-1, high=1), [0, 1])


def lightness(colours):
    return colours[..., :3] @ [0.299, 0.587, 0.114]


def test_one_is_neutral_below_is_blue_above_is_red():
    below, at_one, above = gradient_colours([-3, 0, 1.5])
    assert np.ptp(at_one[:3]) < 0.05, "no colour at 10^0"
    assert below[2] > below[0] + 0.3
    assert above[0] > above[2] + 0.3


def test_further_from_one_is_darker_on_both_sides():
    assert (np.diff(lightness(gradient_colours(np.linspace(LOW, 0, 50)))) > 0).all()
    assert (np.diff(lightness(gradient_colours(np.linspace(0, HIGH, 50)))) < 0).all()


def test_beyond_the_scale_is_its_end_and_no_gradient_has_no_colour_of_it():
    ends = gradient_colours([LOW, HIGH])
    np.testing.assert_array_equal(gradient_colours([-np.inf, 300]), ends)
    nothing = gradient_colours(np.nan)
    assert np.ptp(nothing[:3]) == 0
    np.testing.assert_array_equal(at_edge([-np.inf, -1, 300]), [LOW, -1, HIGH])


def test_a_map_and_single_colours_agree():
    figure, ax = new_figure(2, 2)
    renderer = FigureCanvasAgg(figure).get_renderer()
    heat = HeatMap(ax)
    for value in (-7, -3.3, 0, 0.4, 2.9, 5, np.nan):
        heat.set_data(np.full((1, 1), value))
        pixels = heat.make_image(renderer)[0][0, 0]
        np.testing.assert_allclose(pixels / 255, gradient_colours(value), atol=0.02)


@pytest.mark.parametrize(
    ("exponent", "text"),
    [
        (0, "1"),
        (-2, "0.01"),
        (-2.001, "10⁻²"),
        (1.997, "99"),
        (2, "100"),
        (3.9999, "9998"),
        (4, "10⁴"),
        (np.log10(9.6e-4), "10⁻³"),
        (-4.2, "6×10⁻⁵"),
        (310.5, "3×10³¹⁰"),
        (-np.inf, "0"),
    ],
)
def test_a_power_is_written_as_one_reads_it(exponent, text):
    assert power(exponent) == text


def test_an_axis_keeps_its_limits_whatever_is_drawn():
    _, ax = new_figure(4, 3)
    gradient_axis(ax, -9, 9)
    ax.plot([0, 100], [-40, 20])
    assert ax.get_ylim() == (-9, 9)
    ticks = dict(zip(ax.get_yticks(), (label.get_text() for label in ax.get_yticklabels()), strict=True))
    assert (ticks[-9], ticks[0], ticks[3]) == ("10⁻⁹", "1", "10³")


@pytest.mark.parametrize("place", [(0.9, 0.1, 0.02, 0.8), (0.1, 0.1, 0.5, 0.03)])
def test_the_bar_has_the_colours_where_its_ticks_say(place):
    figure = Figure(figsize=(9, 4))
    ax = gradient_bar(figure, place)
    (image,) = ax.get_images()
    colours = np.asarray(image.get_array()).reshape(256, 4)
    np.testing.assert_allclose(colours, FADE(np.linspace(0, 1, 256)))
    left, right, bottom, top = image.get_extent()
    assert (LOW, HIGH) in ((left, right), (bottom, top))


def test_a_point_of_the_figure_is_a_place_in_its_axes_or_none():
    figure = Figure(figsize=(10, 4))
    ax = figure.add_axes((0.1, 0.2, 0.8, 0.6))
    ax.set(xlim=(0, 100), ylim=(5, 0))
    assert data_place(ax, 0.5, 0.2) == pytest.approx((50, 5))
    assert data_place(ax, 0.3, 0.65) == pytest.approx((25, 1.25))
    assert data_place(ax, 0.05, 0.5) is None
