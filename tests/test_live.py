"""The picture that follows sliders, on a toy figure: what is drawn, when, and how often."""

import asyncio
import base64
import io
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from bptt_helpers.lessons.explorer import Choice, Explorer, Guess, Real, Stages, Whole
from bptt_helpers.lessons.gradient_pictures import HeatMap
from bptt_helpers.lessons.pictures import data_place, freeze_layout, new_figure
from bptt_helpers.lessons.predict import marked
from bptt_helpers.widgets import live
from bptt_helpers.widgets.live import Live
from bptt_helpers.widgets.painter import KEPT_FRAMES
from tests.test_in_page import needs_ipywidgets_8


class Data(NamedTuple):
    y: np.ndarray
    limit: int


class Picture:
    def __init__(self):
        self.figure, self.ax = new_figure(3, 2)
        (self.line,) = self.ax.plot([], [])
        self.artists = [self.line]
        freeze_layout(self.figure)

    def show(self, data):
        self.line.set_data(np.arange(len(data.y)), data.y)
        self.ax.set(xlim=(0, data.limit), ylim=(0, 10))


def compute(height, limit):
    return Data(np.full(5, float(height)), limit)


@pytest.fixture
def explorer():
    return toy()


def toy():
    controls = {"height": Real(1.0, 0, 9, "Height", "Of the line."), "limit": Whole(4, 1, 40, "Limit", "Of the axis.")}
    # a picture of its own: what one test does to it, no other sees
    picture = type("Picture", (Picture,), {})
    return Live(Explorer("A line.", controls, ("height",), compute, picture, describe))


def describe(data):
    return f"The line is at {data.y[0]:.1f} <m>."


def computes(explorer, function):
    """From now on `explorer` computes its data by `function`."""
    explorer.explorer = explorer.explorer._replace(compute=function)


def computed(explorer):
    """A list that gets the values of every computation from now on."""
    seen = []
    computes(explorer, lambda height, limit: (seen.append((height, limit)), compute(height, limit))[1])
    return seen


def reset_button(explorer):
    return explorer.children[0].children[-1]


def fails_above_5(height, limit):
    if height > 5:
        raise ArithmeticError(f"{height:g} is <too> high")
    return compute(height, limit)


def test_a_value_set_in_python_is_drawn_at_once(explorer):
    before = explorer.image.value
    explorer.controls["height"].value = 7
    assert explorer.image.value != before
    assert explorer.painter.picture.line.get_ydata()[0] == 7
    assert explorer.image.tooltip == explorer.sentence == "The line is at 7.0 <m>."
    assert "7.0 &lt;m&gt;" in explorer.readout.value


def test_the_frame_is_drawn_again_only_for_new_limits(explorer):
    draws = []
    full_draw = explorer.painter._canvas.draw
    explorer.painter._canvas.draw = lambda: (draws.append(1), full_draw())
    explorer.update(height=3)
    assert not draws
    explorer.update(limit=10)
    explorer.update(limit=4)
    explorer.update(limit=10)
    assert len(draws) == 1


def test_the_number_of_kept_frames_is_bounded(explorer):
    for limit in range(1, 3 * KEPT_FRAMES):
        explorer.update(limit=limit)
    assert len(explorer.painter._frames) == KEPT_FRAMES


def test_a_burst_in_a_notebook_is_drawn_once_and_ends_on_the_last_value(explorer):
    shown = []
    show = explorer.painter.picture.show
    explorer.painter.picture.show = lambda data: (shown.append(data.y[0]), show(data))

    async def burst():
        for k in range(100):
            explorer.controls["height"].set_state({"value": k * 0.09})  # what a message from the browser does
        assert not shown
        await asyncio.sleep(0.05)

    asyncio.run(burst())
    assert shown == [pytest.approx(8.91)]
    assert explorer.sentence == "The line is at 8.9 <m>."


def test_reading_the_sentence_never_gives_an_old_one(explorer):
    async def set_and_read():
        explorer.controls["height"].value = 5
        return explorer.sentence

    assert asyncio.run(set_and_read()) == "The line is at 5.0 <m>."


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"height": 3, "depth": 1}, "control: want one of 'height', 'limit', got 'depth'"),
        ({"height": 20}, "height: want a number from 0 to 9, got 20"),
        ({"limit": "x"}, "limit: want an integer from 1 to 40, got 'x'"),
    ],
)
def test_update_refuses_what_a_control_cannot_take(explorer, values, sentence):
    with pytest.raises(ValueError, match=sentence):
        explorer.update(**values)
    assert explorer.controls["height"].value == 1, "nothing is set when one value is refused"


def test_values_set_together_are_computed_and_drawn_once(explorer):
    seen = computed(explorer)
    explorer.update(height=4, limit=10)
    assert seen == [(4, 10)]
    explorer.update(height=4, limit=10)
    assert seen == [(4, 10)]


def test_reset_draws_once_and_brings_the_start_values_back(explorer):
    explorer.update(height=4, limit=10)
    seen = computed(explorer)

    async def click():
        reset_button(explorer).click()
        assert not seen
        await asyncio.sleep(0.05)

    asyncio.run(click())
    assert seen == [(1, 4)]
    assert explorer.sentence == "The line is at 1.0 <m>."


@needs_ipywidgets_8
def test_reset_lets_the_page_send_the_start_values_behind_what_waits_there(explorer):
    sent = []
    explorer.children[-1].send = sent.append
    explorer.update(height=4, limit=10)
    reset_button(explorer).click()
    height, limit = (explorer.controls[name].model_id for name in ("height", "limit"))
    assert sent == [{height: {"value": 1}, limit: {"value": 4}}]


def test_reset_works_without_a_part_in_the_page(monkeypatch):
    monkeypatch.setattr(live, "IPYWIDGETS_7", True)
    explorer = toy()
    explorer.update(height=4)
    reset_button(explorer).click()
    assert explorer.controls["height"].value == 1


def test_values_that_keep_coming_faster_than_the_delay_are_drawn_all_the_same(explorer, monkeypatch):
    monkeypatch.setattr(live, "DELAY", 0.02)
    seen = computed(explorer)

    async def drag():
        for k in range(40):
            explorer.controls["height"].set_state({"value": k * 0.1})
            await asyncio.sleep(0.004)
        assert seen, "nothing is seen before the end of the drag"
        await asyncio.sleep(0.05)

    asyncio.run(drag())
    assert seen[-1] == (pytest.approx(3.9), 4)


def test_a_value_that_comes_alone_is_drawn_at_once_and_one_of_a_drag_waits(explorer, monkeypatch):
    monkeypatch.setattr(live, "DELAY", 0.2)
    monkeypatch.setattr(live, "DRAGGED", 0.15)
    seen = computed(explorer)

    async def drag():
        for value in (2, 3):
            explorer.controls["height"].set_state({"value": value})
            await asyncio.sleep(0.05)
        assert seen == [(2, 4)]
        await asyncio.sleep(0.3)
        assert seen == [(2, 4), (3, 4)]

    asyncio.run(drag())


def test_the_sentence_is_a_live_region_only_while_the_values_rest(explorer, monkeypatch):
    monkeypatch.setattr(live, "PAUSE", 0.1)
    assert 'role="status"' in explorer.readout.value

    async def move():
        explorer.controls["height"].set_state({"value": 2})
        await asyncio.sleep(0.05)
        assert "2.0" in explorer.readout.value
        assert "role" not in explorer.readout.value
        await asyncio.sleep(0.15)
        assert 'role="status"' in explorer.readout.value

    asyncio.run(move())


def test_an_error_of_a_value_set_in_python_is_raised_and_a_later_value_works(explorer):
    computes(explorer, fails_above_5)
    with pytest.raises(ArithmeticError, match="6 is <too> high"):
        explorer.update(height=6)
    with pytest.raises(ArithmeticError):
        explorer.sentence  # noqa: B018
    explorer.update(height=3)
    assert explorer.sentence == "The line is at 3.0 <m>."


def test_after_an_interrupted_update_the_picture_follows_once_the_cell_has_ended(explorer, monkeypatch):
    right = toy()
    right.update(height=5)

    def interrupted(data):
        monkeypatch.undo()
        raise KeyboardInterrupt

    async def cell():
        monkeypatch.setattr(explorer.painter, "jpeg", interrupted)
        with pytest.raises(KeyboardInterrupt):
            explorer.update(height=5)
        await asyncio.sleep(0.05)

    asyncio.run(cell())
    assert explorer.image.value == right.image.value
    assert "5.0" in explorer.readout.value


def test_an_error_of_a_value_set_in_python_hides_the_picture_of_other_values(explorer):
    computes(explorer, fails_above_5)
    with pytest.raises(ArithmeticError):
        explorer.update(height=6)
    assert explorer.image.layout.visibility == "hidden"
    assert 'role="alert"' in explorer.readout.value


def test_an_error_while_a_slider_moves_is_shown_and_a_later_value_works(explorer):
    computes(explorer, fails_above_5)

    async def drag():
        explorer.controls["height"].set_state({"value": 6})
        await asyncio.sleep(0.05)
        assert explorer.image.tooltip == "No picture for these values. ArithmeticError: 6 is <too> high"
        assert explorer.image.layout.visibility == "hidden", "the picture on screen belongs to other values"
        assert 'role="alert"' in explorer.readout.value
        assert "6 is &lt;too&gt; high" in explorer.readout.value
        with pytest.raises(ArithmeticError):
            explorer.sentence  # noqa: B018
        explorer.controls["height"].set_state({"value": 3})
        await asyncio.sleep(0.05)

    asyncio.run(drag())
    assert explorer.image.layout.visibility == "visible"
    assert explorer.image.tooltip == explorer.sentence == "The line is at 3.0 <m>."


def test_a_burst_of_values_that_fail_is_tried_once(explorer):
    tried = []

    def fail(height, limit):
        tried.append(height)
        raise ArithmeticError

    computes(explorer, fail)

    async def burst():
        for k in range(50):
            explorer.controls["height"].set_state({"value": 2 + k * 0.1})
        await asyncio.sleep(0.1)

    asyncio.run(burst())
    assert tried == [pytest.approx(6.9)]


def test_the_stored_picture_is_the_picture_on_screen_at_half_its_resolution(explorer):
    explorer.update(height=5)
    stored = Image.open(io.BytesIO(base64.b64decode(explorer._repr_mimebundle_()["image/png"])))
    shown = Image.open(io.BytesIO(explorer.image.value))
    assert (stored.width, stored.height) == (shown.width // 2, shown.height // 2) == (300, 200)
    difference = np.abs(np.asarray(stored).astype(int) - np.asarray(shown.reduce(2)).astype(int))
    assert difference.max() < 40, "JPEG is not exact, and no more than that"


@pytest.mark.parametrize("bad", [0, -1, 2.5, True, None, 1001])
def test_a_slider_refuses_a_bad_value(bad):
    with pytest.raises(ValueError, match="sequence_length: want an integer from 1 to 1000, got"):
        Whole(5, 1, 1000, "T", "T.").check("sequence_length", bad)


def test_a_menu_refuses_an_unknown_option():
    with pytest.raises(ValueError, match="scheme: want one of 'sliding', 'chunked', got 'cut'"):
        Choice("sliding", ("sliding", "chunked"), "Scheme", "Scheme.").check("scheme", "cut")


def test_the_heat_map_shows_each_value_in_its_place():
    figure, ax = new_figure(2, 2)
    heat = HeatMap(ax, "gray", 0, 1)
    heat.set_data(np.array([[0.0, 1.0], [np.nan, 0.5]]))
    figure.set_layout_engine("none")
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    box = ax.bbox
    at = lambda x, y: pixels[int(len(pixels) - (box.y0 + y * box.height)), int(box.x0 + x * box.width), 0]  # noqa: E731
    assert (at(0.25, 0.75), at(0.75, 0.75), at(0.25, 0.25)) == (0, 255, 235)
    assert abs(int(at(0.75, 0.25)) - 128) <= 1


class Dot:
    """A dot on a line from 0 to 100, which the pointer moves."""

    def __init__(self):
        self.figure, self.ax = new_figure(3, 2)
        self.ax.set(xlim=(0, 100), ylim=(0, 1))
        self.artists = self.ax.plot([], [], "o")
        freeze_layout(self.figure)

    def show(self, data):
        self.artists[0].set_data([data.stage], [0.5])

    def touched(self, x, y):
        place = data_place(self.ax, x, y)
        return {} if place is None else {"stage": place[0]}


class Marked(NamedTuple):
    stage: float
    guess: float


@pytest.fixture
def dot():
    controls = {
        "stage": Stages(1, (1, 3, 10, 30, 100), "Stage", "Of the dot.", plays=True),
        "guess": Guess("Your guess", "Marked."),
    }
    picture = type("Picture", (Dot,), {})
    return Live(
        Explorer(
            "A dot.",
            controls,
            ("stage",),
            lambda stage, guess: Marked(stage, marked(guess)),
            picture,
            lambda data: f"At {data.stage}, guess {data.guess:g}.",
            touch="Click: the dot.",
        )
    )


def touch(explorer, x, y):
    """What a message from the page does."""
    explorer.children[-1]._handle_custom_msg({"touch": [x, y]}, [])


@needs_ipywidgets_8
def test_the_pointer_sets_the_nearest_value_and_nothing_outside_of_the_axes(dot):
    place = dot.painter.picture.ax.get_position()
    touch(dot, place.x0 + 0.4 * place.width, 0.5)
    assert dot.controls["stage"].value == 30
    assert dot.sentence == "At 30, guess nan."
    before = dot.image.value
    touch(dot, 0.001, 0.001)
    assert dot.controls["stage"].value == 30
    assert dot.image.value == before
    assert "Click: the dot." in dot.children[1].value


@needs_ipywidgets_8
def test_the_pointer_asks_the_picture_of_its_own_explorer_though_another_was_drawn_since(dot):
    other = Live(dot.explorer)
    assert other.painter is dot.painter
    dot.explorer.picture.touched = lambda self, x, y: {"stage": self.artists[0].get_xdata()[0]}
    dot.update(stage=10)
    other.update(stage=100)
    touch(dot, 0.5, 0.5)
    assert dot.controls["stage"].value == 10


def test_a_stage_that_is_none_is_refused_with_the_nearest(dot):
    with pytest.raises(ValueError, match=r"stage: want one of 1, 3, 10, 30, 100, got 8; the nearest is 10"):
        dot.update(stage=8)
    dot.update(stage=30.0)
    assert dot.controls["stage"].value == 30


@pytest.mark.parametrize(
    ("guess", "seen"), [(20, "20"), ("20", "20"), (None, "nan"), ("many", "nan"), (np.inf, "nan"), ([1], "nan")]
)
def test_a_guess_is_marked_if_it_is_a_number(dot, guess, seen):
    assert Live(dot.explorer, guess=guess).sentence == f"At 1, guess {seen}."
    dot.update(guess=guess)
    assert dot.sentence == f"At 1, guess {seen}."


def test_a_control_that_plays_has_a_player_over_all_its_values_which_reset_stops(dot):
    (line,) = [child for child in dot.children[0].children if hasattr(child, "children")]
    slider, play = line.children
    assert slider is dot.controls["stage"]
    assert (play.min, play.max, play.value) == (0, 4, 0)
    ((_, link),) = dot._players.values()
    assert (link.source, link.target) == ((play, "value"), (slider, "index"))
    setattr(play, live.PLAYING, True)
    reset_button(dot).click()
    assert not getattr(play, live.PLAYING)


def test_an_explorer_that_plays_can_be_closed(dot):
    parts = [*dot._parts(), *(link for _, link in dot._players.values())]
    dot.close()
    assert all(part.comm is None for part in parts)


def test_a_whole_number_plays_over_its_range():
    control = Whole(2, 1, 9, "k", "k.", plays=True)
    explorer = Explorer("k.", {"k": control}, ("k",), lambda k: Marked(k, 0), Dot, lambda data: str(data.stage))
    play = Live(explorer).children[0].children[0].children[1]
    assert (play.min, play.max, play.value) == (1, 9, 2)


@pytest.mark.parametrize(
    ("control", "value", "nearest"),
    [
        (Whole(1, 1, 9, "", ""), 3.6, 4),
        (Whole(1, 1, 9, "", ""), -5, 1),
        (Real(1.0, 0.1, 2, "", ""), 0.444, 0.44),
        (Real(1.0, 0.1, 2, "", ""), 7, 2),
        (Real(1.0, 0.1, 2, "", "", step=0.5), 1.9, 1.6),
        (Real(1.0, 0.1, 2, "", "", step=0.1), 1.96, 2),
        (Stages(1, (1, 10, 100), "", ""), 60, 100),
        (Choice("a", ("a", "b"), "", ""), "b", "b"),
    ],
)
def test_the_nearest_value_a_control_can_take(control, value, nearest):
    assert control.nearest(value) == nearest
    assert control.check("value", control.nearest(value)) == nearest


@pytest.mark.parametrize("count", [5, 40])
def test_stages_say_which_they_are(count):
    text = Stages(1, tuple(range(1, count + 1)), "", "").range
    assert text == ("one of 1, 2, 3, 4, 5" if count == 5 else "one of 1, 2, 3, 4, 5, 6, 7, …, 38, 39, 40")
