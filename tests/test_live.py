"""The picture that follows sliders, on a toy figure: what is drawn, when, and how often."""

import asyncio
import base64
import io
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from bptt_helpers.lessons.explorer import Choice, Explorer, Real, Whole
from bptt_helpers.lessons.pictures import HeatMap, freeze_layout, new_figure
from bptt_helpers.widgets import live
from bptt_helpers.widgets.live import Live
from bptt_helpers.widgets.painter import KEPT_FRAMES


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
