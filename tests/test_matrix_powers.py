"""Notebook 04's ellipse: the powers of a 2×2 matrix, as numbers and as drawn."""

import numpy as np
import pytest

from bptt_helpers import power_norms
from bptt_helpers.lessons.gradient_pictures import at_edge, gradient_colours, power
from bptt_helpers.lessons.jacobian_spectra.powers_explorer import MATRIX_POWERS, describe, powers_data
from bptt_helpers.lessons.jacobian_spectra.powers_picture import (
    CIRCLE,
    GHOSTS,
    GLASS,
    GLASS_HALF,
    HALF,
    HIGHEST,
    LOWEST,
    STEPS,
    PowersPicture,
    arrow_outline,
    magnification,
)

CASES = [(4, 1.0, 0.9, 0.9), (6, 1.0, 0.95, 0.75), (19, 1.0, 0.95, 0.95), (6, 0.0, 0.9, 0.5), (0, 1.0, 0.9, 0.9)]
CASES += [(3, 0.5, 0.4, 0.8), (60, 1.0, 0.0, 0.0), (60, 0.0, 1.0, 1.0), (2, 0.0, 0.0, 0.5)]
cases = pytest.mark.parametrize("case", CASES)


def drawn(*case, guess=""):
    picture, data = PowersPicture(), powers_data(*case, guess=guess)
    picture.show(data)
    return picture, data


@cases
def test_the_numbers_are_those_of_the_explicit_powers(case):
    data = powers_data(*case)
    k, corner, first, second = case
    W = np.array([[first, corner], [0, second]])
    assert np.array_equal(data.W, W)
    assert np.allclose(data.powers[k], np.linalg.matrix_power(W, k))
    assert np.array_equal(data.log_norms, power_norms(W, STEPS))
    singular = np.linalg.svd(data.powers[k], compute_uv=False)
    assert np.allclose(10 ** np.array([data.log_norms[k], data.shortest]), singular, atol=1e-12)
    assert np.allclose(10**data.rule, max(first, second) ** np.arange(STEPS + 1))
    assert np.allclose(np.linalg.norm(data.eigenvectors, axis=1), 1)
    for eigenvalue, v in zip((first, second), data.eigenvectors, strict=True):
        assert np.allclose(W @ v, eigenvalue * v)


@cases
def test_the_picture_shows_the_data(case):
    picture, data = drawn(*case)
    image = np.linalg.matrix_power(data.W, data.k) @ CIRCLE
    assert np.allclose(picture.image.get_xy()[: len(image.T)], image.T)  # matplotlib may close it once more
    # the long half of the ellipse is the norm
    assert np.isclose(np.hypot(*image).max(), 10 ** data.log_norms[data.k], rtol=1e-3)
    zoom = 10 ** magnification(data.log_norms[data.k])
    place = GLASS.T if zoom > 1 else np.zeros((1, 2))  # a speck has its points and arrows under the glass
    spokes = np.column_stack(picture.spokes.get_data())
    assert all(np.isclose(spokes, zoom * point + place).all(1).any() for point in image.T[[0, 10, 90, 170]])
    for arrow, v, eigenvalue in zip(picture.arrows, data.eigenvectors, np.diag(data.W), strict=True):
        assert np.allclose(arrow.get_xy()[3], zoom * eigenvalue**data.k * v + place)  # the tip
    assert np.array_equal(np.column_stack(picture.starts.get_data()), data.eigenvectors)
    assert [text.get_text() for text in picture.entries] == [f"{w:g}" for w in (data.W[0, 0], *data.W[:, 1])]
    assert np.allclose(picture.image.get_facecolor(), gradient_colours([data.log_norms[data.k]])[0])


@pytest.mark.parametrize("v", [(1, 0), (0.3, -0.4), (0.01, 0.02), (0, 0)])
def test_an_arrow_begins_in_the_origin_and_ends_in_its_vector(v):
    outline = arrow_outline(np.array(v, float))
    assert np.allclose(outline[3], v)
    assert np.allclose(outline[[0, -1]].mean(0), 0)
    assert np.isfinite(outline).all()
    assert ((outline - outline[0]) @ v <= np.dot(v, v) + 1e-12).all()  # nothing beyond the tip


@cases
def test_the_curve_shows_the_data(case):
    picture, data = drawn(*case)
    k = np.arange(STEPS + 1)
    for line, values in ((picture.norm, data.log_norms), (picture.rule, data.rule)):
        assert np.array_equal(line.get_xydata(), np.column_stack([k, at_edge(values, LOWEST, HIGHEST)]))
    assert np.array_equal(picture.dots.get_xdata(), [data.k, data.k])
    wanted = at_edge([data.log_norms[data.k], data.rule[data.k]], LOWEST, HIGHEST)
    assert np.array_equal(picture.dots.get_ydata(), wanted)
    assert picture.peak.get_xydata().tolist() == [[data.peak, at_edge(data.log_norms[data.peak], LOWEST, HIGHEST)]]
    assert picture.peak_says.get_text() == f"{power(data.log_norms.max())} at k = {data.peak}"


@pytest.mark.parametrize("k", [0, 1, 5, 9, 33])
def test_the_outlines_that_stay_are_those_of_smaller_powers(k):
    picture, data = drawn(k, 1.0, 0.9, 0.9)
    outlines = np.column_stack(picture.ghosts.get_data())
    whole = outlines[~np.isnan(outlines).any(1)].reshape(-1, len(CIRCLE.T), 2) if len(outlines) else []
    wanted = [np.linalg.matrix_power(data.W, j) @ CIRCLE for j in GHOSTS if j < k]
    assert len(whole) == len(wanted)
    assert all(np.allclose(got, want.T) for got, want in zip(whole, wanted, strict=True))


def test_an_ellipse_that_leaves_the_plane_says_so_and_by_how_much():
    inside, near, beyond = (drawn(k, 1.0, 0.95, 0.95)[0].longest.get_text() for k in (2, 5, 19))
    assert "→" not in inside + near
    assert beyond == "7.6× long →"
    start = MATRIX_POWERS.shown()[1]
    assert 10 ** start.log_norms.max() < HALF  # at the start values it stays inside at every k


def test_one_eigenvector_or_two():
    def says(*case):
        return [text.get_text() for text in drawn(*case)[0].shrunk]

    assert says(4, 1.0, 0.9, 0.9) == ["0.66×", ""]
    assert says(4, 1.0, 0.9, 0.5) == ["0.66×", "second: 0.062×"]
    assert says(4, 0.0, 0.9, 0.9) == ["0.66×", "second: 0.66×"]
    assert says(4, 1.0, 0.9, 0.0) == ["0.66×", "second: 0×"]


def test_a_speck_is_magnified_by_a_factor_that_is_written():
    for norm, factor in ((0.24, 2), (0.12, 2), (0.1, 5), (0.05, 10), (0.02, 20), (3e-7, 10**6)):
        assert np.isclose(10 ** magnification(np.log10(norm)), factor)
        assert norm * factor <= GLASS_HALF
    for norm in (-np.inf, np.log10(0.3), 0.0, 2.0):
        assert magnification(norm) == 0
    picture, data = drawn(20, 0.5, 0.9, 0.6)
    assert picture.glass_says.get_text() == "magnified 2×"
    image = np.linalg.matrix_power(data.W, 20) @ CIRCLE
    assert np.allclose(picture.magnified.get_xy()[: len(image.T)], (2 * image + GLASS).T)
    assert picture.magnified.get_visible()
    assert picture.glass.get_visible()
    picture, _ = drawn(4, 1.0, 0.9, 0.9)
    assert not picture.magnified.get_visible()
    assert not picture.glass.get_visible()
    assert picture.glass_says.get_text() == ""


@pytest.mark.parametrize("second", [0.2, 0.9, 1.0])
def test_no_ellipse_comes_where_the_eigenvector_is_named(second):
    for corner in (0.0, 0.5, 1.0):
        for power_of_W in powers_data(0, corner, 0.9, second).powers:
            x, y = power_of_W @ CIRCLE
            assert x[y < -1e-9].max(initial=-1) <= 1
            assert x[y > 1e-9].min(initial=1) >= -1
            assert y.max() <= 1


def test_a_guess_is_marked_at_its_height():
    picture, _ = drawn(4, 1.0, 0.9, 0.9, guess="5")
    assert np.allclose(picture.guess.get_ydata(), np.log10(5))
    assert picture.guess_says.get_text() == "your guess: 5"
    for none in ("", "many", "0", "-3"):
        picture, _ = drawn(4, 1.0, 0.9, 0.9, guess=none)
        assert np.isnan(picture.guess.get_ydata()).all()
        assert picture.guess_says.get_text() == ""


def test_the_pointer_on_the_curve_gives_its_k():
    picture, _ = drawn(4, 1.0, 0.9, 0.9)
    for k in (0, 9, 42, 60):
        x, y = picture.figure.transFigure.inverted().transform(picture.curve.transData.transform((k, 0.1)))
        assert np.isclose(picture.touched(x, y)["k"], k)
    assert picture.touched(0.5, 0.8) == {}  # in the plane


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ((4, 1.0, 0.9, 0.9), "by up to 3.1, its eigenvector by 0.66. It is largest at k = 9: 3.9."),
        ((6, 1.0, 0.95, 0.75), "its eigenvectors by 0.74 and 0.18"),
        ((6, 0.0, 0.9, 0.5), "It never exceeds 1."),
        ((6, 1.0, 1.0, 1.0), "It is still growing at k = 60."),
    ],
)
def test_the_sentence_has_the_numbers(case, says):
    assert says in describe(powers_data(*case))


def test_the_numbers_find_a_place_however_long_the_needle():
    picture = PowersPicture()
    for corner in MATRIX_POWERS.controls["corner"].stops:
        for k in range(STEPS + 1):
            picture.show(powers_data(k, corner, 1.0, 1.0))
            assert np.abs(picture.longest.get_position()).max() < HALF + 1
