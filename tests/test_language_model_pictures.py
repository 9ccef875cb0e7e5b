"""Notebook 12, the page: what a loss feels of it, exactly and in training; the live picture of a training run."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from bptt_helpers import load_text
from bptt_helpers.lessons.cures.cells_picture import OF_CELL
from bptt_helpers.lessons.gradient_pictures import gradient_colours
from bptt_helpers.lessons.language_model.curves_picture import BitsCurve, spread, update_axis
from bptt_helpers.lessons.language_model.page_picture import (
    COLUMNS,
    PAGE,
    Heard,
    HeardPage,
    felt,
    printable,
    share,
)
from bptt_helpers.lessons.language_model.training_picture import SCHEMES, TrainingPicture
from bptt_helpers.lessons.language_model.view import TrainingView
from bptt_helpers.widgets.painter import Painter

TEXT = load_text()[-4083:][:PAGE]
BASELINES = (("uniform", 5.91), ("bigram", 3.28), ("4-gram", 2.07), ("bz2", 1.99), ("5-gram", 1.95))


def view_of(picked=190, window=35, done=740, decay=0.05, own=-0.7, clip_norm=1.0, **changed):
    """A run that is made up: the signal falls by 10 to the -decay a character."""
    exact = np.full(PAGE, np.nan)
    exact[: picked + 1] = own - decay * np.arange(picked, -1, -1)
    windowed = exact.copy()
    windowed[: max(0, picked + 1 - window)] = -np.inf
    updates = np.arange(1, done + 1, 3)
    view = TrainingView(
        exact=exact,
        windowed=windowed,
        picked=picked,
        updates=updates,
        bits=2 + 3 * np.exp(-updates / 100),
        norms=0.5 + np.abs(np.sin(updates)),
        tested=np.array([np.linspace(0, done, 4), [6.1, 3.2, 2.4, 2.26]]),
        clip_norm=clip_norm,
        clipped=0.37,
        window=window,
        cell="GRU",
        state="running",
        written="the tower of the line\nand the boy " * 3,
        done=done,
        scheme="sliding",
        length=100,
    )
    return view._replace(**changed)


VIEWS = {
    "running": view_of(),
    "not begun": view_of(
        done=0,
        updates=np.empty(0),
        bits=np.empty(0),
        norms=np.empty(0),
        tested=np.array([[0.0], [5.95]]),
        state="ready",
    ),
    "no clipping": view_of(30, 5, 3000, 0.4, clip_norm=np.inf, cell="RNN", scheme="chunked", state="paused"),
    "all of it": view_of(100, PAGE, 20, 0.001, own=1.3, cell="LSTM", scheme="full"),
    "random": view_of(120, 20, 400, scheme="random"),
    "last": view_of(PAGE - 1, 1, 12, 3.0, state="failed: no more text"),
}
# what survives random cuts is larger than the exact signal
VIEWS["random"] = VIEWS["random"]._replace(windowed=VIEWS["random"].windowed + 0.01 * np.arange(PAGE)[::-1])
views = pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)


@cache
def training_picture():
    """One for all tests: making it takes longer than they do, and what it showed leaves no trace."""
    return TrainingPicture(TEXT, BASELINES)


def picture_of(view):
    training_picture().show(view)
    return training_picture()


def drawn(picture):
    """Data of all moving artists."""
    out = []
    for artist in picture.artists:
        if hasattr(artist, "get_xydata"):
            out += [artist.get_xydata().tolist(), artist.get_color()]
        elif isinstance(artist, HeardPage):
            out += [part.tolist() for part in artist.colours()]
        else:
            out += [artist.get_text(), tuple(artist.get_position()), artist.get_ha()]
    return out


def test_a_share_is_what_is_sent_divided_by_what_the_own_state_gets():
    assert share([-3.0, -1.5, -2.0, np.nan], 2).tolist()[:3] == [-1.0, 0.5, 0.0]
    assert np.isnan(share([-3.0, -np.inf], 1)).all()


def test_felt_counts_back_from_the_loss_to_the_first_that_is_below():
    rng = np.random.default_rng(0)
    for _ in range(50):
        shares, picked = rng.uniform(-3, 0, 12), int(rng.integers(12))
        count = 0
        while count <= picked and shares[picked - count] >= -2:
            count += 1
        assert felt(shares, picked) == count


def test_cut_cells_are_greyed_and_the_character_to_be_guessed_is_black_on_white():
    figure = Figure(figsize=(2, 1), dpi=100)
    page = HeardPage(figure.add_axes((0, 0, 1, 1)), "abcdefghij", 5, 2)
    values = np.array([-5.0, -3, -1, 0, np.nan, np.nan])
    page.show(values, np.array([True, True, False, False, False, False]), 4)
    cells, ink = page.colours()
    plain = 255 * gradient_colours(values)[:, :3]
    np.testing.assert_allclose(cells[2:4], plain[2:4])
    np.testing.assert_allclose(cells[:2], 0.28 * plain[:2] + 0.72 * 0.8 * 255)
    assert cells[4].tolist() == [255] * 3
    assert ink[4].tolist() == [0] * 3
    assert len({*map(tuple, cells[5:])}) == 1  # not read
    page.show(values)
    np.testing.assert_allclose(page.colours()[0][:4], plain[:4])


@views
def test_both_pages_show_the_shares_and_the_frame_holds_what_is_felt(view):
    picture = picture_of(view)
    picked, own = view.picked, view.exact[view.picked]
    for k, (page, says) in enumerate(zip(picture.pages, picture.words, strict=True)):
        sent = (view.exact, view.windowed)[k]
        kept = np.isfinite(sent[: picked + 1])
        shown = np.ma.getdata(page.page.get_array()).ravel()
        np.testing.assert_allclose(shown[: picked + 1][kept], (sent[: picked + 1] - own)[kept])
        np.testing.assert_allclose(shown[: picked + 1][~kept], (view.exact[: picked + 1] - own)[~kept])
        assert np.isnan(shown[picked + 1 :]).all()
        white = np.flatnonzero((page.page.colours()[0] == 255).all(1))
        assert white.tolist() == ([picked + 1] if picked + 1 < PAGE else [])  # what was to be guessed
        count = felt(np.where(np.isfinite(sent), sent - own, -9), picked)
        assert f" {count} character" in says.get_text()
        assert cells_in(page.frame) == set(range(picked + 1 - count, picked + 1))
        x, y = page.box.get_xydata().mean(0)
        assert page.page.character(x, y) == picked
        first = int(kept.argmax())
        assert page.scissors.get_xydata().tolist() == ([[first % COLUMNS, first // COLUMNS]] if first else [])
    through = {"sliding": "window τ = ", "chunked": "blocks of τ = ", "full": "windows of ", "random": "mean τ = "}[
        view.scheme
    ]
    assert f"{through}{view.length if view.scheme == 'full' else view.window}:" in picture.words[1].get_text()


def cells_in(frame):
    """Which characters a frame of lines encloses."""
    lines = frame.get_xydata().reshape(-1, 6, 2)
    return {
        int(line[0, 1]) * COLUMNS + column
        for line in lines
        for column in range(round(line[:5, 0].min()), round(line[:5, 0].max()))
    }


@views
def test_curves_and_words_are_those_of_the_run(view):
    picture = picture_of(view)
    bits, norms = picture.bits, picture.norms
    np.testing.assert_array_equal(bits.training.get_xdata(), view.updates)
    np.testing.assert_array_equal(bits.training.get_ydata(), view.bits)
    np.testing.assert_array_equal(bits.held_out.get_xydata().T, view.tested)
    assert bits.held_out.get_color() == OF_CELL[view.cell]
    assert bits.value.get_text() == f"held out {view.tested[1, -1]:.2f}"
    np.testing.assert_allclose(norms.norms.get_xydata().T, [view.updates, np.log10(view.norms)])
    if np.isinf(view.clip_norm):
        assert (len(norms.limit.get_xdata()), norms.words.get_text()) == (0, "not clipped")
    else:
        assert norms.limit.get_ydata().tolist() == [np.log10(view.clip_norm)] * 2
        assert norms.words.get_text() == "clip norm 1: 37% clipped"
    when = f"after {view.done:,} updates" if view.done else "untrained"
    state = view.state.partition(":")[0]
    head = picture.headline.get_text()
    assert head.startswith(view.cell)
    assert when in head
    assert (f"({state})" in head) == (state in ("paused", "ended", "failed"))
    assert picture.writing.get_text() == view.written.replace("\n", " ")


def test_what_is_beyond_an_axis_stands_at_its_edge():
    view = view_of(done=2, updates=np.array([1, 2]), bits=np.array([9.0, 0.5]), norms=np.array([1e9, 1e-9]))
    picture = picture_of(view._replace(tested=np.array([[0.0, 2.0], [11.0, 0.3]])))
    assert picture.bits.training.get_ydata().tolist() == [7, 1]
    assert picture.bits.held_out.get_ydata().tolist() == [7, 1]
    assert picture.norms.norms.get_ydata().tolist() == [3, -3]


def test_the_loss_is_named_with_the_character_that_follows():
    picture = TrainingPicture("a b\nc\u4e2d")
    pairs = [("“a”", "a space"), ("a space", "“b”"), ("“b”", "a line end"), ("a line end", "“c”"), ("“c”", "“□”")]
    for picked, (here, after) in enumerate(pairs):
        exact = np.r_[np.zeros(picked + 1), np.full(5 - picked, np.nan)]
        picture.show(view_of(exact=exact, windowed=exact, picked=picked))
        assert picture.headline.get_text().endswith(f": what its loss at {here} feels ({after} follows)")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_longest_headline_ends_before_the_edge(scheme):
    picture = TrainingPicture("\n" * PAGE)
    picture.show(view_of(done=100_000, cell="LSTM", state="paused", scheme=scheme, window=100, length=100, decay=0.0))
    last = picture.figure.get_figwidth() * picture.figure.dpi
    assert picture.headline.get_window_extent().x1 < last
    left, right = (label.get_window_extent() for label in picture.words)
    assert left.x1 < right.x0 < right.x1 < last


def test_a_character_without_a_glyph_becomes_a_box():
    assert printable("a\tb\n\u4e2dc\u00e9") == "a b\n□cé"


@views
def test_what_was_shown_before_leaves_no_trace(view):
    fresh = TrainingPicture(TEXT, BASELINES)
    fresh.show(view)
    picture = picture_of(view_of(30, 3, 90000, 0.9, clip_norm=10.0, cell="LSTM"))
    picture.show(view)
    assert repr(drawn(picture)) == repr(drawn(fresh))


def test_only_the_axes_of_updates_move_and_in_stages():
    picture, limits = training_picture(), set()
    for view in VIEWS.values():
        picture.show(view)
        limits.add(
            tuple((ax.get_ylim(), () if ax.get_xlabel() == "updates" else ax.get_xlim()) for ax in picture.figure.axes)
        )
        assert picture.bits.ax.get_xlim() == picture.norms.ax.get_xlim()
    assert len(limits) == 1
    ends = [(0, 100), (100, 100), (101, 200), (740, 1000), (10**8, 5 * 10**7)]
    for done, last in ends:
        update_axis(picture.bits.ax, done)
        assert picture.bits.ax.get_xlim() == (0, last)


@pytest.mark.parametrize("view", [VIEWS["running"], VIEWS["not begun"]])
def test_the_picture_on_kept_frames_equals_a_full_draw(view):
    painter = Painter(lambda: TrainingPicture(TEXT, BASELINES))
    painter.png(view_of(5, 2, 50))
    with painter._painted(view) as image:
        live = np.asarray(image)[..., :3].astype(int)
    for artist in painter.picture.artists:
        artist.set_animated(False)
    painter._canvas.draw()
    full = np.asarray(painter._canvas.buffer_rgba())[..., :3].astype(int)
    assert (np.abs(live - full).max(2) > 8).mean() <= 0.01


def test_the_pointer_picks_a_character_on_either_page_and_nothing_elsewhere():
    picture = picture_of(VIEWS["running"])
    for page in picture.pages:
        for index in (0, 37, 38, 190, PAGE - 1):
            x, y = page.page.corner(index)
            pixels = page.ax.transData.transform((x + 0.5, y + 0.4))
            place = picture.figure.transFigure.inverted().transform(pixels)
            assert picture.touched(*place) == {"picked": index + 1}
    assert picture.touched(0.5, 0.05) == picture.touched(0.3, 0.3) == picture.touched(0.5, 0.97) == {}
    short = TrainingPicture(TEXT[:50])
    x, y = short.figure.transFigure.inverted().transform(short.pages[0].ax.transData.transform((20.5, 1.5)))
    assert short.touched(x, y) == {}


def test_names_of_baselines_are_clear_of_each_other_and_stand_with_their_lines():
    ax = training_picture().bits.ax
    lines = sorted(line.get_ydata()[0] for line in ax.lines if list(line.get_xdata()) == [0, 1])
    assert lines == sorted(bits for _, bits in BASELINES)
    names = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert {f"{name} {bits:.2f}" for name, bits in BASELINES} <= names.keys()
    boxes = sorted((names[f"{name} {bits:.2f}"] for name, bits in BASELINES), key=lambda box: box.y0)
    assert all(high.y0 > low.y0 + 0.1 * 200 for low, high in pairwise(boxes))
    BitsCurve(Figure().add_axes((0, 0, 1, 1)))  # none


def test_places_are_spread_no_further_than_needed():
    rng = np.random.default_rng(1)
    for _ in range(30):
        places = rng.uniform(0, 3, 6)
        moved = spread(places, 0.3)
        order = np.argsort(places)
        assert (np.diff(moved[order]) >= 0.3 - 1e-9).all()
        np.testing.assert_allclose(moved.mean(), places.mean())
    np.testing.assert_allclose(spread([1.0, 3, 2], 0.5), [1, 3, 2])
    assert spread([], 1).shape == (0,)


def test_the_line_of_writing_ends_before_the_edge():
    picture = picture_of(view_of(written="W" * 120))
    right = picture.writing.get_window_extent().x1
    assert right <= (9 - 0.12) * picture.figure.dpi + 1
    assert right > 8.6 * picture.figure.dpi


def test_a_frame_around_nothing_is_empty():
    heard = Heard(Figure().add_axes((0, 0, 1, 1)), TEXT)
    assert heard.show(np.full(PAGE, np.nan), 4) == 0
    assert len(heard.frame.get_xdata()) == 0
