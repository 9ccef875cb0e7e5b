"""Notebook 06: the numbers behind the explorer of the window, its picture and touch, the stills, and what it costs."""

import numpy as np
import pytest

from bptt_helpers import bptt, cost, gradient_by_window, influence
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.lessons.gradient_pictures import gradient_colours
from bptt_helpers.lessons.truncation import draw_error, draw_reach, draw_training, network_on_text
from bptt_helpers.lessons.truncation.reach import SCHEMES, first_heard, kept_pairs, pairs_of, stride_of, text_of
from bptt_helpers.lessons.truncation.window_explorer import LENGTH, TRUNCATION, describe, truncation_data
from bptt_helpers.lessons.truncation.window_picture import BEST, TOP, nines
from bptt_helpers.measures.influence import cosine

schemes = pytest.mark.parametrize("scheme", SCHEMES)


def heard_by_one(T, window, stride):
    """Row t, column s: whether the package's own backward pass brings loss t to state s."""
    trace, dL_do = network_on_text(T, 1.0, 0)
    only = np.eye(T)[:, :, None, None] * dL_do
    return np.array([bptt(trace, o, window=window, stride=stride).dL_dh[:, 0].any(1) for o in only])


@schemes
@pytest.mark.parametrize("T", [11, 12])
@pytest.mark.parametrize("window", [1, 2, 5, 7, 12])
def test_the_kept_pairs_are_those_that_the_backward_pass_reaches(T, window, scheme):
    stride = stride_of(scheme, window)
    kept = kept_pairs(T, window, stride)
    assert np.array_equal(kept, heard_by_one(T, window, stride))
    assert np.array_equal(kept.argmax(1) + 1, first_heard(T, window, stride))


def test_the_map_is_the_influence_of_states_on_losses():
    network = network_on_text(LENGTH, 1.2, 3)
    log10_norm = pairs_of(LENGTH, 1.2, 3).log10_norm
    np.testing.assert_allclose(log10_norm, influence(*network)[..., 0], atol=1e-9)


@schemes
@pytest.mark.parametrize(("radius", "seed"), [(1.0, 0), (0.5, 2), (2.0, 4)])
def test_the_cosines_are_those_of_the_backward_pass_at_every_window(radius, seed, scheme):
    network = network_on_text(LENGTH, radius, seed)
    exact = recurrent_part(bptt(*network).params)
    expected = [
        cosine(recurrent_part(bptt(*network, window=w, stride=stride_of(scheme, w)).params), exact)
        for w in range(1, LENGTH + 1)
    ]
    angles = pairs_of(LENGTH, radius, seed).cosine
    np.testing.assert_allclose(angles[scheme], expected, atol=1e-9)
    if scheme != "stride τ/2":
        np.testing.assert_allclose(angles[scheme], gradient_by_window(*network, scheme=scheme).cosine, atol=1e-9)


@schemes
def test_the_shares_that_are_lost_add_up(scheme):
    data = truncation_data(9, scheme, 41, 1.0, 0)
    sent = 10 ** influence(*network_on_text(LENGTH, 1.0, 0))[..., 0]
    lost = {t: truncation_data(9, scheme, t, 1.0, 0).lost for t in range(1, LENGTH + 1)}
    row = np.nansum(sent, axis=1)
    assert data.lost == pytest.approx(np.nansum(sent[40, : data.first_heard[40] - 1]) / row[40])
    assert data.all_lost == pytest.approx(sum(lost[t] * row[t - 1] for t in lost) / row.sum())
    assert 0 < data.lost < 1


@schemes
def test_the_marks_are_what_a_reader_would_count_on_the_curve(scheme):
    data = truncation_data(8, scheme, 41, 1.4, 1)
    curve = data.cosine[scheme].tolist()
    assert curve[data.good - 1] >= 0.99 > max(curve[: data.good - 1])
    shown = [min(c, TOP) for c in curve]
    assert data.worse.tolist() == [w for w in range(2, LENGTH + 1) if shown[w - 1] < shown[w - 2]]


def test_a_longer_window_is_worse_in_blocks_again_and_again():
    counts = [len(truncation_data(8, "chunked", 41, 1.0, seed).worse) for seed in range(10)]
    assert min(counts) >= 15
    assert max(len(truncation_data(8, "sliding", 41, 0.8, seed).worse) for seed in range(10)) <= 2


def test_a_length_beyond_the_text_piece_is_refused():
    with pytest.raises(ValueError, match="sequence_length: want an integer from 1 to 1000, got 1001"):
        network_on_text(1001, 1.0, 0)


def test_the_text_is_read_from_the_same_place_whatever_the_length():
    long, short = network_on_text(200, 1.0, 5)[0], network_on_text(50, 1.0, 5)[0]
    assert np.array_equal(long.x[:50], short.x)
    np.testing.assert_allclose(long.h[:51], short.h, rtol=1e-12, atol=1e-13)
    assert text_of(200, 5).startswith(text_of(50, 5))


SETTINGS = [
    {},
    {"window": 10, "scheme": "chunked", "loss": 41},
    {"window": 16, "scheme": "stride τ/2", "loss": 57, "spectral_radius": 1.4, "seed": 3, "guess": "0.7"},
    {"window": 60, "loss": 1, "spectral_radius": 0.0},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_picture_shows_the_data(settings):
    picture, data = TRUNCATION.shown(**settings)
    colours = np.rint(255 * gradient_colours(data.relative)[..., :3])
    cells = picture.cells.get_array().astype(int)
    assert np.array_equal(cells[data.kept], colours[data.kept])
    cut = np.tril(~data.kept)
    assert (cells[np.triu_indices(LENGTH, 1)] == 255).all()
    if cut.any():  # greyed, and what would have been sent is still told apart
        assert not (cells[cut] == colours[cut]).all(1).any()
        assert np.ptp(cells[cut], axis=0).max() > 10 or data.relative[cut].max() - data.relative[cut].min() < 1
    assert np.array_equal(picture.letters.get_array()[0], picture.cells.get_array()[data.loss - 1])
    for name, curve in picture.curves.items():
        assert np.array_equal(curve.get_ydata(), nines(data.cosine[name]))
    assert picture.here.get_xydata().tolist() == [[data.window, nines(data.cosine[data.scheme][data.window - 1])]]
    assert [segment[1][0] for segment in picture.worse.get_segments()] == data.worse.tolist()
    assert picture.count.get_text() == f"{len(data.worse)}×"
    assert picture.first_text.get_text() == f"τ = {data.good}"
    left, _, right, _ = picture.bracket.get_xdata()
    first = data.first_heard[data.loss - 1]
    assert left == first - 0.5
    assert right <= LENGTH + 0.5
    assert picture.lost.get_text() == (f"{data.lost:.0%} cut" if first > 1 else "")
    assert f"{data.all_lost:.0%}" in picture.share.get_text()
    marks = picture.guess.get_xydata().tolist()
    assert marks == ([[4, nines(0.7)]] if settings.get("guess") else [])


def test_scissors_stand_at_every_cut_of_blocks_and_at_the_window_s_edge():
    picture, _ = TRUNCATION.shown(scheme="chunked", window=13)
    assert picture.scissors.get_xdata().tolist() == [13.5, 26.5, 39.5, 52.5]
    picture, _ = TRUNCATION.shown(scheme="sliding", window=13, loss=41)
    assert picture.scissors.get_xdata().tolist() == [28.5]
    picture, _ = TRUNCATION.shown(scheme="sliding", window=41, loss=41)
    assert not len(picture.scissors.get_xdata())


def place_in(ax, x, y):
    return ax.figure.transFigure.inverted().transform(ax.transData.transform((x, y)))


@pytest.mark.parametrize(
    ("settings", "ax", "point", "wanted"),
    [
        ({}, "chain", (17.2, 0.5), {"loss": 17.2}),
        ({}, "chain", (17.2, -0.4), {"loss": 17.2}),
        ({}, "map", (9, 33.3), {"loss": 33.3}),
        ({}, "right", (22.1, 2.0), {"window": 22.1}),
        ({"loss": 41}, "chain", (29.5, 1.5), {"window": 12}),
        ({"loss": 41, "window": 16, "scheme": "stride τ/2"}, "chain", (29.5, 1.5), {"window": 19}),
        ({"window": 10, "scheme": "chunked"}, "chain", (24.5, 1.5), {"window": 12}),
        ({"window": 10, "scheme": "chunked"}, "chain", (3.5, 1.5), {"window": 3}),
    ],
)
def test_the_pointer_moves_what_it_points_at(settings, ax, point, wanted):
    picture, _ = TRUNCATION.shown(**settings)
    touched = picture.touched(*place_in(getattr(picture, ax), *point))
    assert touched == pytest.approx(wanted, abs=1e-6)
    assert picture.touched(0.45, 0.01) == {}


def test_what_is_dragged_stays_under_the_pointer():
    """The edge of the window, and the cut that is dragged, stand where the pointer was."""
    for settings in ({"scheme": "sliding"}, {"scheme": "chunked", "window": 10}):
        picture, data = TRUNCATION.shown(loss=50, **settings)
        for edge in (38.5, 36.5, 34.5):
            value = TRUNCATION.controls["window"].nearest(
                picture.touched(*place_in(picture.chain, edge, 1.5))["window"]
            )
            picture, data = TRUNCATION.shown(loss=50, window=value, scheme=data.scheme)
            assert np.abs(picture.scissors.get_xdata() - edge).min() <= (0 if data.scheme == "sliding" else 2)


def test_all_cosines_lie_inside_their_axis():
    low, high = TRUNCATION.picture().right.get_ylim()
    assert low < nines(-1)
    assert nines(1) == BEST < high
    assert all(np.isfinite(pairs_of(LENGTH, radius, 3).cosine["chunked"]).all() for radius in (0.0, 2.0))


def test_the_axis_of_the_cosine_can_be_read_between_9_and_1():
    assert nines([0, 0.9, 0.99, 0.999, 0.9999, 1, 1 + 1e-16]) == pytest.approx([0, 1, 2, 3, 4, 4, 4])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": 60}, "nothing is cut"),
        ({"window": 4, "spectral_radius": 0.0}, "0% of what it sends back is cut"),
        ({}, "Window τ = 8, sliding: loss 41 reaches 8 states, 35% of what it sends back is cut"),
        ({"scheme": "chunked", "window": 10}, "loss 41 reaches 1 state, 84% of what"),
    ],
)
def test_the_sentence_says_what_the_picture_shows(values, words):
    assert words in describe(TRUNCATION.shown(**values)[1])


def test_stills_show_what_they_are_given():
    pairs = np.tril(np.ones((8, 8), bool))
    reach = draw_reach({"exact": pairs, "sliding, τ = 4": pairs & ~np.tril(pairs, -4)}, 6, "A sentence.")
    drawn = [ax.collections[0].get_array() for ax in reach.axes]
    assert np.array_equal(drawn[0], pairs)
    assert drawn[1].sum() == 4 * 8 - 6
    assert [ax.texts[0].get_text() for ax in reach.axes] == ["6 of 6", "4 of 6"]
    assert reach.sentence == "A sentence."
    errors = np.log10(np.array([[0.5, 0.25, 0.125], [0.6, 0.36, 0.2]]))
    (ax,) = draw_error({"radius 1": errors}, {"radius 1": 0.5}, "Two.").axes
    assert np.array_equal([line.get_ydata() for line in ax.lines[:2]], errors)
    assert ax.lines[2].get_ydata() == pytest.approx(np.log10([0.5, 0.25, 0.125]))
    assert ax.texts[0].get_text() == "× 0.500 a step"
    run = np.linspace(0.5, 1e-3, 11)
    away = 10.0 ** np.arange(11)
    left, right = draw_training({"sliding": {"exact": run}, "chunked": {"exact": run, "τ = 4": away}}, "Three.").axes
    assert np.array_equal(left.lines[0].get_ydata(), run)
    assert np.array_equal(right.lines[1].get_ydata(), away)
    assert [text.get_text() for text in right.texts] == ["leaves"]
    assert not left.texts


@pytest.mark.parametrize("T", [1, 7, 12])
@pytest.mark.parametrize(("window", "stride"), [(1, 1), (4, 1), (4, 2), (4, 3), (4, 4), (6, 4), (9, 5), (20, 3)])
def test_the_cost_of_a_stride_is_that_of_a_program_that_walks_so(T, window, stride):
    d, n, q = 3, 5, 2
    ends = range(stride, T + stride, stride)
    if window >= ends[-1]:  # nothing is cut: one walk does
        ends, window, stride = [T], T, T
    starts = [max(0, end - window) for end in ends]
    visits = sum(min(end, T) - start for end, start in zip(ends, starts, strict=True))
    held = [
        (min(end, T) - start) * d + (min(end, T) - start + 1) * n + (min(end, T) - (end - stride)) * q
        for end, start in zip(ends, starts, strict=True)
    ]
    sizes, options = (T, d, n, q), {"window": window, "stride": stride}
    backward = 2 * T * q * n + visits * (n * n + n * d) + (visits - len(starts)) * n * n
    assert cost.backward_operations(*sizes, **options) == backward
    assert cost.operations(*sizes, **options) == backward + cost.forward_operations(*sizes)
    assert cost.stored_numbers(*sizes, **options) == max(held)


def test_stride_and_scheme_exclude_each_other_in_costs_too():
    with pytest.raises(ValueError, match="stride, scheme: want one of them"):
        cost.operations(10, 1, 2, 1, 4, "sliding", stride=2)
