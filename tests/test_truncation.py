"""Notebook 06: the numbers behind the truncation explorer, its stills, and the judge of the exercise."""

import numpy as np
import pytest

from bptt_helpers import bptt, cost, gradient_by_window
from bptt_helpers.lessons.truncation.explorer import TRUNCATION, describe, network_on_text, truncation_data
from bptt_helpers.lessons.truncation.picture import draw_reach, draw_wrong_sign
from bptt_helpers.truncation.influence_balancing import sensitivities

SCHEMES = ("sliding", "chunked")


def recurrent(gradient):
    return np.concatenate([np.ravel(w) for w in gradient[:3]])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("window", [1, 4, 17, 39, 40, 300])
def test_the_numbers_at_the_window_are_those_of_every_window_at_once(window, scheme):
    T, radius, seed = 40, 1.1, 2
    data = truncation_data(T, window, scheme, radius, seed)
    network = network_on_text(T, radius, seed)
    tau = min(window, T)
    curve = gradient_by_window(*network, scheme=scheme, windows=[tau])
    exact = np.linalg.norm(recurrent(bptt(*network).params))
    angle, norm, error, operations, stored = data.here
    assert data.window == tau
    assert angle == pytest.approx(curve.cosine[0], abs=1e-12)
    assert norm == pytest.approx(curve.log10_norm[0] - np.log10(exact), abs=1e-10)
    assert error == pytest.approx(curve.log10_error[0], abs=1e-6)  # -inf where nothing is left out
    sizes = (T, network[0].params.n_in, 16, network[0].params.n_out)
    assert data.counts == (cost.operations(*sizes, tau, scheme), cost.stored_numbers(*sizes, tau, scheme))
    assert operations == data.counts[0] / cost.operations(*sizes)
    assert stored == data.counts[1] / cost.stored_numbers(*sizes)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_curves_pass_through_the_numbers_at_the_window(scheme):
    for tau in (1, 3, 8, 48, 100):
        data = truncation_data(100, tau, scheme, 0.9, 4)
        k = data.windows.tolist().index(tau)
        curves = (data.cosine, data.log10_norm, data.log10_error, data.operations, data.stored)
        for curve, here in zip(curves, data.here, strict=True):
            if tau < 100 or curve is not data.log10_error:
                assert here == pytest.approx(curve[k], rel=1e-6, abs=1e-9)
    other = truncation_data(100, 8, SCHEMES[1 - SCHEMES.index(scheme)], 0.9, 4)
    assert np.array_equal(data.other_cosine, other.cosine)


def test_a_length_beyond_the_text_piece_is_refused():
    with pytest.raises(ValueError, match="sequence_length: want an integer from 1 to 1000, got 1001"):
        network_on_text(1001, 1.0, 0)


def test_the_text_is_read_from_the_same_place_whatever_the_length():
    long, short = network_on_text(200, 1.0, 5)[0], network_on_text(50, 1.0, 5)[0]
    assert np.array_equal(long.x[:50], short.x)
    np.testing.assert_allclose(long.h[:51], short.h, rtol=1e-12, atol=1e-13)


def test_the_picture_shows_the_data():
    values = {"sequence_length": 60, "window": 6, "scheme": "chunked", "spectral_radius": 1.2, "seed": 3}
    picture, data = TRUNCATION.shown(**values)
    curves = (picture.cosine, picture.norm, picture.other, *picture.costs)
    values = (data.cosine, data.log10_norm, data.other_cosine, data.operations, data.stored)
    for artist, curve in zip(curves, values, strict=True):
        assert np.array_equal(artist.get_xydata(), np.column_stack([data.windows, curve]))
    assert np.array_equal(picture.error.get_xydata()[:-1], np.column_stack([data.windows, data.log10_error])[:-1])
    assert np.isnan(picture.error.get_ydata()[-1])  # nothing is left out at τ = T
    assert [mark.get_xydata().tolist() for mark in picture.marks] == [[[6, value]] for value in data.here]
    assert f"cosine to the exact gradient {data.here[0]:.3f}" in describe(data)
    assert f"{data.counts[1]:,} stored numbers" in describe(data)


@pytest.mark.parametrize("radius", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("T", [1, 1000])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_curves_lie_inside_their_axes(scheme, T, radius):
    picture, _ = TRUNCATION.shown(sequence_length=T, window=3, scheme=scheme, spectral_radius=radius)
    for ax in picture.axes:
        (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        points = np.concatenate([line.get_xydata() for line in ax.lines])
        points = points[np.isfinite(points).all(1)]
        assert left < points[:, 0].min()
        assert points[:, 0].max() < right
        assert low <= points[:, 1].min()
        assert points[:, 1].max() <= high


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sequence_length": 1, "window": 5}, "nothing is cut"),
        ({"sequence_length": 30, "window": 30}, "nothing is cut"),
        ({"sequence_length": 30, "window": 4, "spectral_radius": 0.0}, "relative error less than 10^-12"),
        ({"sequence_length": 100, "window": 4}, "T = 100, window τ = 4, sliding"),
    ],
)
def test_the_sentence_at_the_edges(values, words):
    assert words in describe(TRUNCATION.shown(**values)[1])


def test_a_longer_window_is_not_always_better_and_sliding_beats_blocks_on_average():
    """The claims of the notebook, over 30 seeds."""
    curves = {
        scheme: [gradient_by_window(*network_on_text(48, 1.0, seed), scheme=scheme) for seed in range(30)]
        for scheme in SCHEMES
    }
    mean = {scheme: np.mean([c.cosine for c in curves[scheme]], 0) for scheme in SCHEMES}
    assert (mean["sliding"][1:24] > mean["chunked"][1:24] + 0.01).all()
    assert mean["sliding"][0] == pytest.approx(mean["chunked"][0], abs=1e-12)  # τ = 1 is the same cut
    wild = [gradient_by_window(*network_on_text(48, 1.8, seed)) for seed in range(30)]
    worse = [(c.log10_error[1:] > c.log10_error[0]).any() for c in wild]
    assert 5 <= sum(worse) <= 25
    tame = [gradient_by_window(*network_on_text(48, 0.8, seed), scheme="chunked") for seed in range(30)]
    grows = [(np.diff(c.log10_error[:-1]) > np.log10(1.05)).any() for c in tame]  # at τ = T nothing is left out
    assert all(grows)


def test_stills_show_what_they_are_given():
    pairs = np.tril(np.ones((8, 8), bool))
    reach = draw_reach({"exact": pairs, "sliding": pairs & ~np.tril(pairs, -4)}, "A sentence.")
    drawn = [ax.collections[0].get_array() for ax in reach.axes]
    assert np.array_equal(drawn[0], pairs)
    assert drawn[1].sum() == 4 * 8 - 6
    assert reach.sentence == "A sentence."
    run = np.linspace(0.5, 1e-3, 11)
    panels = {"sliding": {"exact": run}, "chunked": {"exact": run, "window 4": 2 * run}}
    left, middle, right = draw_wrong_sign(sensitivities(60), sensitivities(60, "chunked"), -6.0, panels, "Two.").axes
    assert np.array_equal(left.lines[0].get_ydata(), sensitivities(60))
    assert np.array_equal(left.lines[1].get_ydata(), sensitivities(60, "chunked"))
    assert np.array_equal(middle.lines[0].get_ydata(), run)
    assert np.array_equal(right.lines[1].get_ydata(), 2 * run)
