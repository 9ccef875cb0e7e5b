"""What a reader does in JupyterLab: open a notebook, run it, move a slider by keyboard, reset."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bptt_helpers import widgets

pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
from playwright.sync_api import expect

from .cells import NUMBER
from .lab import sliders

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
LOOK = (
    "handle => { const look = getComputedStyle(handle); return [look.backgroundColor, look.boxShadow, look.outline]; }"
)


def pixels(file):
    return np.asarray(Image.open(io.BytesIO(file))).astype(int)


def expect_same(shown, twin):
    """Wait until the page shows the sentence of `twin` and its picture.

    Two processes may round differently, and a curve of rounding errors may be shown: hence not byte by byte.
    """
    expect(shown.readout).to_have_text(twin.sentence)
    expect(shown.image).to_have_accessible_name(twin.sentence)
    deadline, wanted = time.monotonic() + 5, pixels(twin.image.value)
    while (np.abs(pixels(shown.picture()) - wanted).max(2) > 8).mean() > 0.005:
        assert time.monotonic() < deadline, "the picture in the page is not the one of these values"


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.name.startswith(("00", "03"))], ids=lambda path: path.stem)
def test_a_stored_notebook_runs_and_its_explorers_answer(lab, path):
    with lab.notebook(path) as notebook:
        assert notebook.run_all() == {}
        assert notebook.widget_cells()
        for cell in notebook.widget_cells():
            shown = notebook.explorer(cell)
            before = shown.sentence()
            shown.press(shown.handles()[0], "End")
            expect(shown.readout).not_to_have_text(before)


STICKS_OUT = """box => {
    const end = box.getBoundingClientRect().left + box.clientWidth + 1;
    return [...box.querySelectorAll('*:not(.bptt-picture)')].filter(part => part.getBoundingClientRect().right > end)
        .map(part => part.className);
}"""


@pytest.mark.parametrize("name", ["explore_unrolling", "explore_truncation"])
def test_at_400_percent_zoom_every_control_is_whole_and_the_picture_scrolls(lab, all_explorers, name):
    notebook, _ = all_explorers
    lab.page.set_viewport_size({"width": 320, "height": 900})  # a window of 1280 pixels
    try:
        shown = notebook.explorer(NUMBER[name])
        shown.box.evaluate("box => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert shown.box.evaluate(STICKS_OUT) == []
        assert shown.image.bounding_box()["width"] >= 700  # its words keep their size
        shown.box.press("ArrowRight")
        lab.page.wait_for_function("box => box.scrollLeft > 0", arg=shown.box.element_handle())
        assert shown.box.evaluate(STICKS_OUT) == []  # the controls stay where they are
    finally:
        lab.page.set_viewport_size({"width": 1100, "height": 1200})
    expect(shown.box).not_to_have_attribute("tabindex", "0")


@pytest.fixture(scope="module", params=widgets.EXPLORERS)
def twins(all_explorers, request):
    """An explorer in the page, and its twin in this process: what the twin shows is what the page must show."""
    notebook, problems = all_explorers
    cell = NUMBER[request.param]
    assert cell not in problems, problems[cell]
    shown, twin = notebook.explorer(cell), getattr(widgets, request.param)()
    if shown.sentence() != twin.sentence:  # another file has moved it
        shown.reset()
    return shown, twin


@pytest.fixture
def pair(twins):
    """The twins with their start values."""
    shown, twin = twins
    start = {name: control.value for name, control in twin.controls.items()}
    yield shown, twin
    shown.reset()
    twin.update(**start)


def test_each_slider_moves_picture_and_sentence_by_keyboard_and_reset_brings_them_back(pair):
    shown, twin = pair
    start = {name: control.value for name, control in twin.controls.items()}
    expect_same(shown, twin)
    for handle, (name, values) in zip(shown.handles(), sliders(twin).items(), strict=True):
        key, value = ("End", values[-1]) if twin.controls[name].value < values[-1] else ("Home", values[0])
        shown.press(handle, key)
        twin.update(**{name: value})
        expect_same(shown, twin)
    shown.reset()
    twin.update(**start)
    expect_same(shown, twin)


def test_a_burst_of_key_presses_ends_on_the_last_value(pair):
    shown, twin = pair
    name, values = next(iter(sliders(twin).items()))
    shown.press(shown.handles()[0], "Home")
    shown.press(shown.handles()[0], "ArrowRight", times=100)
    twin.update(**{name: values[min(100, len(values) - 1)]})
    expect_same(shown, twin)


FITS = """box => {
    const right = part => part.getBoundingClientRect().right;
    const room = right(box.closest('.jp-OutputArea-child'));
    const followed = Math.abs(innerWidth - right(box.closest('.jp-NotebookPanel'))) < 60;  // a bar of icons
    const parts = [...box.querySelectorAll('.bptt-picture, .bptt-readout, .widget-inline-hbox')];
    return followed && parts.length > 2 && parts.every(part => right(part) <= room);
}"""


def test_an_explorer_fits_a_wide_and_a_narrow_window(twins):
    shown, _ = twins
    for width in (700, 1100):
        shown.page.set_viewport_size({"width": width, "height": 1200})
        shown.page.wait_for_function(FITS, arg=shown.box.element_handle())  # JupyterLab takes its time to follow


def test_the_focus_on_a_slider_is_visible(all_explorers):
    shown = all_explorers[0].explorer(0)
    handle = shown.handles()[0]
    shown.box.get_by_role("button", name="Reset").focus()
    before = handle.evaluate(LOOK)
    handle.focus()
    assert handle.evaluate(LOOK) != before


TOY = """
from matplotlib.figure import Figure
from bptt_helpers.lessons.explorer import Explorer, Whole
from bptt_helpers.widgets.live import Live

class Picture:
    def __init__(self):
        self.figure = Figure(figsize=(3, 2))
        self.artists = [self.figure.subplots().plot([0, 1])[0]]
    def show(self, data):
        self.artists[0].set_ydata([0, 1 / (3 - data)])

Live(Explorer("A toy.", {"k": Whole(1, 1, 9, "k", "k.")}, ("k",), lambda k: k, Picture, lambda k: f"k is {k}."))
"""


@pytest.fixture
def toy(lab):
    """An explorer that cannot show the value 3."""
    with lab.notebook("toy.ipynb", [TOY]) as notebook:
        assert notebook.run_all() == {}
        yield notebook.explorer(0)


def test_the_sentence_becomes_a_live_region_when_the_values_rest(toy):
    toy.press(toy.handles()[0], "End")
    expect(toy.readout).to_have_text("k is 9.")
    expect(toy.box.get_by_role("status")).to_have_text("k is 9.")


def test_an_error_while_a_slider_moves_is_shown_and_later_values_work(toy):
    handle = toy.handles()[0]
    toy.press(handle, "ArrowRight", times=2)
    message = "No picture for these values. ZeroDivisionError: division by zero"
    expect(toy.box.get_by_role("alert")).to_have_text(message)
    expect(toy.image).to_be_hidden()
    toy.press(handle, "ArrowRight")
    expect(toy.readout).to_have_text("k is 4.")
    expect(toy.image).to_be_visible()


def test_nothing_went_wrong_in_the_page_and_nothing_left_the_machine(lab):
    assert lab.problems == []
