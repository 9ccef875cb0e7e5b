"""Notebook 04: powers of matrices, spectra that are set by hand, the explorer's numbers and the exercise's judge."""

import numpy as np
import pytest

from bptt_helpers import Params, forward, jacobian_product_norms
from bptt_helpers.cells.activations import ACTIVATIONS
from bptt_helpers.lessons.gradient_pictures import HIGH, LOW, at_edge, power
from bptt_helpers.lessons.jacobian_spectra.spectrum_explorer import describe, spectrum_data
from bptt_helpers.lessons.jacobian_spectra.spectrum_picture import SpectrumPicture, draw_alignment
from bptt_helpers.measures.spectra import LARGEST_SLOPE, matrix_with_spectrum, power_norms

JORDAN = np.array([[0.9, 10.0], [0.0, 0.9]])


def explicit_norms(W, k):
    return np.array([np.log10(np.linalg.svd(np.linalg.matrix_power(W, j))[1][0]) for j in range(k + 1)])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_power_norms_are_those_of_the_explicit_powers(n):
    W = np.random.default_rng(n).normal(size=(n, n))
    expected = explicit_norms(W, 30)
    for same in (W, np.asfortranarray(W)):
        kept = same.copy()
        assert np.allclose(power_norms(same, 30), expected, rtol=0, atol=1e-10)
        assert np.array_equal(same, kept)


def test_power_norms_of_a_jordan_block_follow_its_closed_form():
    # Wᵏ = [[rᵏ, k c rᵏ⁻¹], [0, rᵏ]]; [[a, b], [0, a]] has σ₁ = b/2 + √(b²/4 + a²)
    k = np.arange(101)
    a, b = 0.9**k, k * 10 * 0.9 ** (k - 1.0)
    assert np.allclose(10 ** power_norms(JORDAN, 100), b / 2 + np.sqrt(b**2 / 4 + a**2), rtol=1e-12)
    assert np.isclose(10 ** power_norms(JORDAN, 100).max(), 38.7, atol=0.05)


def test_power_norms_go_on_where_float64_ends():
    far = power_norms(1e250 * np.diag([1.0, 0.5]), 1000)
    assert np.allclose(far, 250 * np.arange(1001))
    assert np.allclose(power_norms(1e-250 * np.eye(3), 1000), -250 * np.arange(1001))


def test_power_norms_are_minus_infinity_only_for_an_exact_zero():
    nilpotent = 1.25 * np.array([[1.0, -1], [1, -1]])  # 1.25² is exact, so that its square is exactly zero
    assert np.allclose(power_norms(nilpotent, 1), [0, np.log10(2.5)])
    assert (power_norms(nilpotent, 5)[2:] == -np.inf).all()
    assert np.array_equal(power_norms(np.zeros((2, 2)), 2), [0, -np.inf, -np.inf])


@pytest.mark.parametrize(
    ("W", "k", "message"),
    [
        (np.ones((2, 3)), 1, r"W: want a square matrix \(n, n\), got shape \(2, 3\)"),
        (np.ones(3), 1, "W: want a square"),
        (np.empty((0, 0)), 1, "W: want a square"),
        ([[1j]], 1, "W: want real numbers"),
        ([[np.nan]], 1, r"W: want finite numbers, got nan at index \(0, 0\)"),
        ([[1.0]], -1, "k: want an integer >= 0, got -1"),
        ([[1.0]], 2.0, "k: want an integer >= 0, got 2.0"),
    ],
)
def test_power_norms_refuse_bad_input(W, k, message):
    with pytest.raises(ValueError, match=message):
        power_norms(W, k)


def by_size(values):
    """Sorted so that two lists of eigenvalues can be compared."""
    return np.array(sorted(values, key=lambda z: (round(z.real, 6), round(z.imag, 6))))


@pytest.mark.parametrize("n", [2, 3, 4, 7, 8])
@pytest.mark.parametrize("off_diagonal", [0, 0.7, 2])
def test_a_matrix_has_the_spectrum_it_was_built_with(n, off_diagonal):
    W, eigenvalues = matrix_with_spectrum(n, 1.3, off_diagonal, rng=n)
    assert np.allclose(by_size(np.linalg.eigvals(W)), by_size(eigenvalues), atol=1e-6)
    assert np.isclose(np.abs(eigenvalues).max(), 1.3)
    assert eigenvalues[0] == 1.3
    is_normal = np.allclose(W @ W.T, W.T @ W)
    assert is_normal == (off_diagonal == 0)


def test_the_eigenvalues_are_spread_evenly_over_the_disc_and_both_halves_of_the_axis():
    drawn = np.array([matrix_with_spectrum(40, 0.8, 0, rng=seed).eigenvalues for seed in range(40)])
    assert np.isclose(np.mean(np.abs(drawn[:, 1:]) ** 2), 0.8**2 / 2, rtol=0.05)  # of a disc: half its radius squared
    assert abs(drawn[:, 1:].mean()) < 0.03
    without_partner = np.isreal(drawn[:, -1])
    assert without_partner.all()
    assert 10 < np.sum(drawn[:, -1].real > 0) < 30


def test_off_diagonal_1_is_about_as_far_from_normal_as_a_gaussian_matrix():
    def distance(W):  # Henrici: the size of the strictly upper part of the Schur form
        return np.sqrt(max(np.linalg.norm(W) ** 2 - (np.abs(np.linalg.eigvals(W)) ** 2).sum(), 0))

    n, seeds = 60, range(5)
    built = np.mean([distance(matrix_with_spectrum(n, 1, 1, rng=s).W) for s in seeds])
    drawn = np.mean([distance(np.random.default_rng(s).normal(0, n**-0.5, (n, n))) for s in seeds])
    assert abs(built / drawn - 1) < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1, 1), "n: want an integer >= 2"),
        ((3, -1, 1), "spectral_radius: want a finite number >= 0"),
        ((3, 1, np.nan), "off_diagonal: want a finite number"),
    ],
)
def test_matrix_with_spectrum_refuses_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        matrix_with_spectrum(*arguments)


def test_no_activation_is_steeper_than_its_largest_slope():
    a = np.linspace(-6, 6, 2401)
    assert set(LARGEST_SLOPE) == set(ACTIVATIONS)
    for name, activation in ACTIVATIONS.items():
        assert np.isclose(activation.slope(a).max(), LARGEST_SLOPE[name], rtol=1e-12)


# ρ = 0, and yet gradients explode: unit 2 is saturated, the input holds unit 1 where it is steep


def saturated_network(T=50, push=10.0):
    W = 1.2 * np.array([[1.0, -1], [1, -1]])
    params = Params(np.eye(2), W, np.zeros(2), np.ones((1, 2)), np.zeros(1))
    x = np.tile([1.2, push], (T, 1, 1))
    return forward(params, x, h0=np.array([[0.0, 1.0]]))


def test_spectral_radius_zero_explodes_when_one_unit_saturates():
    trace = saturated_network()
    assert np.allclose(trace.params.W_hh @ trace.params.W_hh, 0, atol=1e-15)  # so both eigenvalues are 0
    # with unit 2 flat, J = 1.2 [[1, -1], [0, 0]] and ‖Jᵏ‖ = 1.2ᵏ √2
    k = np.arange(1, 50)
    measured = jacobian_product_norms(trace)[1:, 0]
    assert np.allclose(measured, k * np.log10(1.2) + np.log10(2) / 2, atol=0.02)
    assert 10 ** measured[-1] > 1e4


def test_without_the_push_the_same_matrix_vanishes():
    trace = saturated_network(push=1.2)  # both units alike: they stay where both are steep
    assert jacobian_product_norms(trace)[2:, 0].max() < -4


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("off_diagonal", [0, 1, 3])
def test_the_bound_is_never_crossed(activation, off_diagonal):
    for seed in range(4):
        for radius in (0.3, 0.9, 1.5):
            data = spectrum_data(radius, off_diagonal, 0.5, activation, 9, seed, 60)
            assert (data.product <= data.singular_line + 1e-9).all()
            if activation == "identity":
                assert (data.product >= data.eigen_line - 1e-9).all()


def test_a_linear_network_is_a_power_of_its_matrix():
    data = spectrum_data(0.9, 3, 0.5, "identity", 8, 3, 80)
    W = matrix_with_spectrum(8, 0.9, 3, rng=np.random.default_rng(3)).W
    assert np.allclose(data.product, power_norms(W, 79), atol=1e-9)
    assert data.peak == np.argmax(data.product)
    assert np.allclose(data.singular, np.linalg.svd(W)[1])


def test_the_two_lines_are_powers_of_the_largest_slope_times_radius_and_singular_value():
    data, lag = spectrum_data(0.7, 1, 0.5, "sigmoid", 6, 2, 40), np.arange(40)
    W = matrix_with_spectrum(6, 0.7, 1, rng=np.random.default_rng(2)).W
    assert np.allclose(data.singular_line, lag * np.log10(np.linalg.norm(W, 2) / 4))
    assert np.allclose(data.eigen_line, lag * np.log10(0.7 / 4))
    nilpotent = spectrum_data(0.0, 1, 0.5, "tanh", 6, 2, 5).eigen_line
    assert np.array_equal(nilpotent, [0, -np.inf, -np.inf, -np.inf, -np.inf])


def test_the_picture_shows_the_data():
    picture, data = SpectrumPicture(), spectrum_data(0.7, 1, 0.5, "sigmoid", 6, 2)
    picture.show(data)
    assert np.allclose(picture.eigen.get_xydata(), data.eigenvalues / 4)
    assert np.allclose(np.hypot(*picture.disc.get_data()), 0.7 / 4)
    assert np.array_equal(picture.product.get_xydata(), np.column_stack([np.arange(100), at_edge(data.product)]))
    assert np.array_equal(picture.ends.get_xdata(), [data.peak, 99])
    assert np.array_equal(picture.ends.get_ydata(), at_edge(data.product[[data.peak, 99]]))
    promises = [text.get_text() for text in picture.promises]
    assert promises == [f"{0.7 / 4:.2f}", f"{data.singular[0] / 4:.2f}"]
    assert f"peak {power(data.product.max())} at lag {data.peak}" in picture.true_says.get_text()
    assert f"{power(data.product[-1])} at lag 99" in picture.true_says.get_text()


@pytest.mark.parametrize(
    ("radius", "off_diagonal", "activation"),
    [(0.9, 3, "tanh"), (2.0, 0, "tanh"), (0.9, 1, "sigmoid"), (1.02, 0, "tanh"), (0.97, 0, "tanh"), (1, 0, "relu")],
)
def test_rule_and_bound_are_named_lines_that_end_where_they_leave_the_axis(radius, off_diagonal, activation):
    picture, data = SpectrumPicture(), spectrum_data(radius, off_diagonal, 0.5, activation, 8, 2)
    picture.show(data)
    up, down = picture.arrows.get_xydata().tolist(), picture.falls.get_xydata().tolist()
    for line, values in ((picture.eigen_line, data.eigen_line), (picture.singular_line, data.singular_line)):
        (_, start), (x, y) = line.get_xydata()
        assert start == 0
        assert np.isclose(y, values[1] * x)  # the same slope
        left = np.abs(values[-1]) >= (HIGH if values[-1] > 0 else -LOW)
        assert y == (HIGH if values[-1] > 0 else LOW) if left else x == 99
        assert ([x, y] in up) == (y == HIGH)
        assert ([x, y] in down) == (y == LOW)
    assert "rule" in picture.rule_says.get_text()
    assert "bound" in picture.bound_says.get_text()
    for name in (picture.rule_says, picture.bound_says):
        x, y = name.get_position()
        assert 0 < x < 99
        assert LOW < y < HIGH


@pytest.mark.parametrize("radius", [0, 0.9, 1.6])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
def test_the_room_lies_between_the_rule_and_the_bound(radius, activation):
    picture, data = SpectrumPicture(), spectrum_data(radius, 1, 0.5, activation, 6, 2)
    picture.show(data)
    outline = picture.room.get_xy()  # both begin at lag 0 with 1, so that it is closed
    assert np.array_equal(outline[:100, 1], at_edge(data.eigen_line))
    assert np.array_equal(outline[:99:-1, 1], at_edge(data.singular_line))
    assert np.array_equal(outline[:100, 0], outline[:99:-1, 0])
    if activation == "identity":  # a linear network stays in it
        assert (outline[:100, 1] <= picture.product.get_ydata() + 1e-9).all()
    assert (picture.product.get_ydata() <= outline[:99:-1, 1] + 1e-9).all()


def test_every_eigenvalue_that_a_slider_can_set_is_in_the_plane():
    picture, data = SpectrumPicture(), spectrum_data(2.0, 4, 0.5, "tanh", 32, 0)
    picture.show(data)
    assert np.abs(picture.eigen.get_xydata()).max() < picture.left.get_xlim()[1]
    assert picture.left.get_xlim() == picture.left.get_ylim()


def test_the_sentence_says_which_condition_holds_and_what_happened():
    must_vanish = spectrum_data(0.9, 0, 0.5, "tanh", 8, 0, 50)
    assert "must vanish" in describe(must_vanish)
    assert "never exceeds" in describe(must_vanish)
    assert "vanish in the end, but may grow first" in describe(spectrum_data(0.9, 3, 0, "identity", 8, 0, 50))
    assert "never fall below" in describe(spectrum_data(1.2, 1, 0, "identity", 8, 0, 50))
    assert "exactly zero from lag 1 on" in describe(spectrum_data(1.2, 1, 0, "relu", 8, 0, 50))  # relu: slope 0 at 0
    assert "possible, not certain" in describe(spectrum_data(0.9, 3, 0, "tanh", 8, 0, 50))
    gentle = spectrum_data(0.9, 2, 0, "sigmoid", 8, 0, 50)  # σ₁ is above 1, γσ₁ below
    assert 1 < gentle.singular[0] < 4
    assert "must vanish" in describe(gentle)


def test_the_still_shows_the_angles_and_the_rate_they_shrink_at():
    k = np.arange(21)
    angle = np.degrees(np.arctan(0.5**k * np.tan(np.radians(80))))
    still = draw_alignment({"half": angle, "still": np.full(21, 70.0)}, {"half": 0.5, "still": 1.0}, "a sentence")
    points, line, constant = still.axes[-1].lines
    assert np.array_equal(points.get_ydata(), angle)
    first = int(line.get_xdata()[0])
    assert angle[first] < 20 <= angle[first - 1]
    assert np.allclose(line.get_ydata(), angle[first] * 0.5 ** np.arange(21 - first))
    assert np.allclose(line.get_ydata(), angle[first:], rtol=0.05)
    assert (constant.get_ydata() == 70).all()
    assert still.axes[-1].get_yscale() == "linear"
    arrows = [text.xy for text in still.axes[0].texts if hasattr(text, "arrow_patch")]
    directions = np.degrees(np.arctan2(*np.array(arrows).T[::-1]))
    assert np.allclose(directions, angle[[0, 2, 4, 6, 10, 16]])
    assert still.sentence == "a sentence"
