"""Every control of every explorer, by keyboard and by pointer, in each front end, and what axe-core says of it.

A move must reach the kernel and come back: the sentence in the page is that of the same values, computed here.
"""

from functools import lru_cache
from itertools import product

import numpy as np
import pytest

from bptt_helpers import load_text, widgets
from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.lessons.explorer import Choice, Guess, Stages
from bptt_helpers.widgets.painter import painter_of

pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
from playwright.sync_api import expect

from .cells import NUMBER, WATCHED
from .lab import AXE

LIVE = "watch_training"
NAMES = [*widgets.EXPLORERS, LIVE]
GUESS = "20"
IS_AT = "([handle, place]) => Math.abs(handle.getAttribute('aria-valuenow') - place) < 1e-6"
OTHER_PICTURE = "([image, before]) => image.src !== before"


def watched():
    """The live training in this process."""
    return widgets.watch_training(load_text()[:3000], **WATCHED)


@lru_cache
def explorer(name):
    return watched().explorer if name == LIVE else EXPLORERS[name.removeprefix("explore_")]


@lru_cache(None)
def answer(name, values=()):
    """The sentence for these values (pairs of control and value), the others at their start."""
    if name == LIVE:
        twin = watched()
        twin.update(**dict(values))
        return twin.sentence
    asked = explorer(name)
    return asked.describe(asked.compute(**asked.values(**dict(values))))


@lru_cache(None)
def drawn(name, values):
    """The picture for these values, as numbers."""
    asked = explorer(name)
    return painter_of(asked.picture).pixels(asked.compute(**asked.values(**dict(values)))).tobytes()


def turn(item):
    """Guesses first and what plays last: at an end of those, some pictures show little of the others."""
    moved = item[1]
    return not isinstance(moved, Guess), getattr(moved, "plays", False)


class Moves:
    """Moves one explorer in the page, and expects after each move what it must say then."""

    def __init__(self, notebook, name):
        self.name, self.shown, self.values = name, notebook.explorer(NUMBER[name]), {}
        self.page = self.shown.page
        self.controls = dict(sorted(explorer(name).controls.items(), key=turn))
        if self.shown.sentence() != answer(name):  # a test before this one failed half way
            self.shown.reset()
        expect(self.shown.readout).to_have_text(answer(name))

    def expect(self, control, value, picture):
        """Wait for the answer to a value; where only the picture tells of it, for a `picture` other than this one."""
        before = tuple(self.values.items())
        self.values[control] = value
        after = tuple(self.values.items())
        expect(self.shown.readout).to_have_text(answer(self.name, after))
        if self.name == LIVE or answer(self.name, before) != answer(self.name, after):
            return
        if drawn(self.name, before) != drawn(self.name, after):  # a window beyond the sequence changes nothing
            self.page.wait_for_function(OTHER_PICTURE, arg=[self.shown.image.element_handle(), picture])

    def picture(self):
        return self.shown.image.get_attribute("src")

    def handle(self, control):
        return self.shown.named("slider", self.controls[control].label)

    def wait(self, control, value):
        """Wait until the slider of a control stands at a value."""
        moved = self.controls[control]
        place = moved.stops.index(value) if isinstance(moved, Stages) else value
        self.page.wait_for_function(IS_AT, arg=[self.handle(control).element_handle(), place])

    def other_end(self, control):
        """The end of a slider that is not its start, and whether it is the last one."""
        moved = self.controls[control]
        return (moved.stops[-1], True) if moved.start != moved.stops[-1] else (moved.stops[0], False)

    def other_option(self, control):
        """The option next to the first one of a menu, and the key that leads there."""
        moved = self.controls[control]
        k = moved.options.index(moved.start)
        return (moved.options[k + 1], "ArrowDown") if k + 1 < len(moved.options) else (moved.options[k - 1], "ArrowUp")

    def reset(self, press):
        """Back to the start: `press` is what is done with the button."""
        press(self.shown.named("button", "Reset"))
        expect(self.shown.readout).to_have_text(answer(self.name))


def by_keyboard(moves, control, moved):
    """Move a control, and return its value."""
    if isinstance(moved, Choice):
        value, key = moves.other_option(control)
        menu = moves.shown.named("combobox", moved.label)
        menu.press(key)
        expect(menu).to_have_value(value)
    elif isinstance(moved, Guess):
        value, box = GUESS, moves.shown.named("textbox", moved.label)
        box.focus()
        moves.page.keyboard.type(value)
        box.press("Enter")
    else:
        value, last = moves.other_end(control)
        moves.handle(control).press("End" if last else "Home")
        moves.wait(control, value)
    return value


def by_pointer(moves, control, moved):
    """Move a control, and return its value."""
    if isinstance(moved, Choice):
        value, key = moves.other_option(control)
        menu = moves.shown.named("combobox", moved.label)
        menu.click()  # the list that opens is the browser's own, not of the page
        moves.page.keyboard.press(key)
        moves.page.keyboard.press("Enter")
        expect(menu).to_have_value(value)
    elif isinstance(moved, Guess):
        value = GUESS
        moves.shown.named("textbox", moved.label).click()
        moves.page.keyboard.type(value)
        moves.shown.readout.click()  # anywhere else
    else:
        value, last = moves.other_end(control)
        drag(moves, control, 1 if last else -1)
        moves.wait(control, value)
    return value


def drag(moves, control, tracks):
    """Drag the handle of a slider by a number of lengths of its track, to the right."""
    handle = moves.handle(control)
    handle.scroll_into_view_if_needed()
    box, track = handle.bounding_box(), handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    moves.page.mouse.move(x, y)
    moves.page.mouse.down()
    moves.page.mouse.move(x + tracks * track.bounding_box()["width"], y)
    moves.page.mouse.up()


def play(moves, control, moved, press):
    """Let a slider run from just before its end to the end, and send it back to the first value."""
    picture = moves.picture()
    press(moves.shown.named("button", f"Play: {moved.label}"))
    moves.wait(control, moved.stops[-1])
    moves.expect(control, moved.stops[-1], picture)
    expect(moves.shown.named("button", f"Play: {moved.label}")).to_be_visible()
    picture = moves.picture()
    press(moves.shown.named("button", f"Back to the first: {moved.label}"))
    moves.wait(control, moved.stops[0])
    moves.expect(control, moved.stops[0], picture)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_answers_to_the_keyboard(notebook, name):
    moves = Moves(notebook, name)
    for control, moved in moves.controls.items():
        picture = moves.picture()
        moves.expect(control, by_keyboard(moves, control, moved), picture)
        if getattr(moved, "plays", False):
            for key in ("End", "ArrowLeft"):
                moves.handle(control).press(key)
            moves.wait(control, moved.stops[-2])
            play(moves, control, moved, lambda button: button.press("Enter"))
    moves.reset(lambda button: button.press("Enter"))


@pytest.mark.parametrize("name", NAMES)
def test_every_control_answers_to_the_pointer(notebook, name):
    moves = Moves(notebook, name)
    if explorer(name).touch and name != LIVE:
        x, y, values = moving_point(name)
        picture = moves.picture()
        moves.shown.point(x, y)
        for control, value in values.items():
            moves.values[control] = value
        moves.expect(*next(iter(values.items())), picture)
        moves.reset(lambda button: button.click())
        moves.values.clear()
    for control, moved in moves.controls.items():
        picture = moves.picture()
        moves.expect(control, by_pointer(moves, control, moved), picture)
        if getattr(moved, "plays", False):
            drag(moves, control, 1)
            moves.wait(control, moved.stops[-1])
            drag(moves, control, -max(1 / (len(moved.stops) - 1), 0.02))
            play(moves, control, moved, lambda button: button.click())
    moves.reset(lambda button: button.click())


@lru_cache
def moving_point(name):
    """A point of the picture, in fractions from below, at which the pointer moves something, and what it gives there.

    Half a pixel beside it gives the same: the page rounds the pointer's place.
    """
    asked, d = explorer(name), 0.0006
    picture, _ = asked.shown()

    def values_at(x, y):
        return {name: asked.controls[name].nearest(value) for name, value in picture.touched(x, y).items()}

    now = asked.values()
    for y, x in product(np.linspace(0.03, 0.97, 48), repeat=2):
        values = values_at(x, y)
        around = [values_at(x + dx, y + dy) for dx, dy in ((d, 0), (-d, 0), (0, d), (0, -d))]
        if now | values != now and all(other == values for other in around):
            return x, y, values
    raise AssertionError("the pointer moves nothing")


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_the_name_and_the_value_that_are_seen(notebook, name):
    shown = notebook.explorer(NUMBER[name])
    for slider in shown.box.locator(".widget-slider").all():
        label, readout = slider.locator(".widget-label").inner_text(), slider.locator(".widget-readout")
        handle = slider.get_by_role("slider", name=label, exact=True)
        expect(handle).to_have_attribute("aria-valuetext", readout.inner_text())
        if readout.get_attribute("contenteditable") == "true":
            expect(slider.get_by_role("textbox", name=label, exact=True)).to_have_text(readout.inner_text())
    assert shown.box.evaluate(AXE) == []


def test_a_run_that_plays_can_be_paused(notebook):
    """The longest one: 18 seconds from end to end."""
    moves, control = Moves(notebook, "explore_pushes"), "lag"
    label, stops = moves.controls[control].label, moves.controls[control].stops
    moves.handle(control).press("Home")
    moves.wait(control, stops[0])
    moves.shown.named("button", f"Play: {label}").click()
    moves.shown.named("button", f"Pause: {label}").click()
    expect(moves.shown.named("button", f"Play: {label}")).to_be_visible()
    moves.page.wait_for_timeout(300)  # two values of a run that went on
    place = moves.handle(control).get_attribute("aria-valuenow")
    assert float(place) < stops[-1]
    moves.page.wait_for_timeout(300)
    expect(moves.handle(control)).to_have_attribute("aria-valuenow", place)
    moves.reset(lambda button: button.click())


def test_the_live_training_starts_pauses_and_ends_by_pointer(notebook):
    """By keyboard: `test_live_training`. This comes last, since it has learned something then."""
    shown = notebook.explorer(NUMBER[LIVE])
    for button, says in (("Start", "It trains."), ("Pause", "Paused: Start goes on."), ("Stop", "Ended: Start begins")):
        shown.named("button", button).click()
        expect(shown.readout).to_contain_text(says)
