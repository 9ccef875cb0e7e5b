"""Keys and names of the controls, in JupyterLab and in Notebook 7: what a reader without mouse or without sight has."""

import pytest

from bptt_helpers import widgets

pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
from playwright.sync_api import expect

from .cells import NUMBER
from .lab import AXE, sliders

# In front ends that are made of cells, keys and shortcuts; `test_controls` drives Voilà too.
pytestmark = pytest.mark.parametrize("notebook", ["JupyterLab", "Notebook 7"], indirect=True, scope="package")
RECORD = """
    const commands = window.jupyterapp.commands;
    const executed = window.executed = [];
    commands.commandExecuted.connect((_, {id}) => executed.push(id));
"""
# The page without the explorer for a moment, as JupyterLab does with cells out of sight; its slider moves meanwhile.
AWAY = """box => {
    const [parent, next] = [box.parentNode, box.nextSibling];
    box.remove();
    const handle = box.querySelector('.noUi-handle');
    handle.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft', cancelable: true}));
    parent.insertBefore(box, next);
}"""


def value_text(slider, value):
    """How the readout writes a value that is not negative."""
    return f"{value:{getattr(slider, 'readout_format', 'g')}}"


def test_each_key_moves_the_slider_that_has_the_focus_and_no_other(notebook):
    shown, twin = notebook.explorer(NUMBER["explore_influence"]), widgets.explore_influence()
    readouts = shown.box.locator(".widget-readout")
    texts = [[value_text(twin.controls[name], value) for value in values] for name, values in sliders(twin).items()]
    for handle in shown.handles():
        shown.press(handle, "Home")
    now = [values[0] for values in texts]
    expect(readouts).to_have_text(now)
    presses = {"ArrowRight": 1, "PageUp": 6, "PageDown": 1, "ArrowUp": 2, "ArrowDown": 1, "ArrowLeft": 0}
    presses |= {"End": -1, "Home": 0}
    for k, handle in enumerate(shown.handles()):
        handle.focus()
        for key, place in presses.items():
            shown.page.keyboard.press(key)
            now[k] = texts[k][min(place, len(texts[k]) - 1)]
            expect(readouts).to_have_text(now)
            expect(handle).to_be_focused()
            expect(handle).to_have_attribute("aria-valuetext", now[k])


def test_an_arrow_on_a_menu_chooses_and_stays(notebook):
    shown, twin = notebook.explorer(NUMBER["explore_profiles"]), widgets.explore_profiles()
    menu, options = shown.box.get_by_role("combobox", name="Activation f"), twin.controls["activation"].options
    menu.select_option(options[0])
    menu.focus()
    shown.page.keyboard.press("ArrowDown")
    expect(menu).to_have_value(options[1])
    expect(menu).to_be_focused()


def test_a_key_alone_is_no_command_of_the_notebook_and_a_key_with_shift_still_is(notebook):
    shown = notebook.explorer(NUMBER["explore_profiles"])
    notebook.do(RECORD)
    for control in (shown.handles()[0], shown.box.get_by_role("combobox").first):
        control.focus()
        for key in ("a", "d", "d", "ArrowDown", "End", "Home"):
            shown.page.keyboard.press(key)
        assert shown.page.evaluate("executed") == []
        expect(control).to_be_focused()
    shown.page.keyboard.press("Shift+L")
    shown.page.wait_for_function("executed.includes('notebook:toggle-all-cell-line-numbers')")


def test_axe_sees_a_slider_without_a_name(notebook):
    (found,) = notebook.explorer(NUMBER["without names"]).box.evaluate(AXE)
    assert found.startswith("aria-input-field-name: ")


def test_one_explorer_shown_twice_is_named_twice_and_both_follow(notebook):
    first, second = notebook.explorer(NUMBER["first"]), notebook.explorer(NUMBER["second"])
    first.press(first.handles()[0], "End")
    for shown in (first, second):
        expect(shown.handles()[0]).to_have_accessible_name("Factor c")
        expect(shown.handles()[0]).to_have_attribute("aria-valuetext", "1.50")


def test_a_value_is_told_though_its_number_is_hidden(notebook):
    shown = notebook.explorer(NUMBER["hidden"])
    shown.press(shown.handles()[0], "End")
    expect(shown.box.locator(".widget-readout").first).to_be_hidden()
    expect(shown.handles()[0]).to_have_attribute("aria-valuetext", "1.50")


def test_an_explorer_that_was_off_the_page_keeps_its_names(notebook):
    shown = notebook.explorer(NUMBER["second"])
    handle = shown.handles()[0]
    shown.press(handle, "End")
    shown.box.evaluate(AWAY)
    expect(handle).to_have_attribute("aria-valuetext", "1.49")
    shown.press(handle, "ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", "1.50")
    expect(handle).to_have_accessible_name("Factor c")


def test_a_number_can_be_typed_and_tab_goes_from_control_to_control(notebook):
    shown, start = notebook.explorer(NUMBER["first"]), widgets.explore_chain().sentence
    shown.reset()
    expect(shown.readout).to_have_text(start)
    factor, survival = shown.handles()
    factor.focus()
    shown.page.keyboard.press("Tab")
    expect(shown.box.get_by_role("textbox", name="Factor c")).to_be_focused()
    shown.page.keyboard.press("ControlOrMeta+A")
    shown.page.keyboard.type("0.5")
    shown.page.keyboard.press("Enter")
    expect(factor).to_have_attribute("aria-valuetext", "0.50")
    expect(shown.readout).to_have_text(widgets.explore_chain(factor=0.5).sentence)
    survival.focus()
    shown.page.keyboard.press("Tab")
    shown.page.keyboard.press("Tab")
    expect(shown.box.get_by_role("button", name="Reset")).to_be_focused()
    shown.page.keyboard.press("Enter")
    expect(shown.readout).to_have_text(start)


# Values that keep coming, as in a drag, and a click on Reset in the same moment as the last of them.
DRAG_AND_RESET = """async box => {
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    const handle = box.querySelector('.noUi-handle');
    for (let k = 0; k < 20; k++) {
        handle.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true}));
        await pause(3);
    }
    handle.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true}));
    box.querySelector('button').click();
}"""


def test_reset_wins_over_the_last_value_of_a_drag(notebook):
    shown, start = notebook.explorer(NUMBER["first"]), widgets.explore_chain().sentence
    shown.reset()
    for _ in range(10):
        shown.box.evaluate(DRAG_AND_RESET)
        expect(shown.readout).to_have_text(start)
        shown.page.wait_for_timeout(200)  # for a value that comes after all, which the page then takes back
        expect(shown.readout).to_have_text(start)


def test_the_pointer_moves_what_it_points_at_and_a_drag_follows_it(notebook):
    shown = notebook.explorer(NUMBER["touch"])
    shown.reset()
    expect(shown.readout).to_have_text("Stage 1, guess nan.")
    shown.point(0.6, 0.5)
    expect(shown.readout).to_have_text("Stage 30, guess nan.")
    shown.point(0.3, 0.5, to=(0.9, 0.4))
    expect(shown.readout).to_have_text("Stage 100, guess nan.")
    shown.point(0.2, 0.05)  # below the axes
    expect(shown.readout).to_have_text("Stage 100, guess nan.")
    expect(shown.handles()[0]).to_have_attribute("aria-valuetext", "100")
    shown.reset()
    expect(shown.readout).to_have_text("Stage 1, guess nan.")


def test_a_guess_is_written_and_reaches_the_picture(notebook):
    shown = notebook.explorer(NUMBER["touch"])
    box = shown.box.get_by_role("textbox", name="Your guess")
    box.fill("20")
    box.press("Enter")
    expect(shown.readout).to_have_text("Stage 1, guess 20.")
    shown.reset()
    expect(shown.readout).to_have_text("Stage 1, guess nan.")


# In the page: all that the sentence says from now on.
LISTEN = """box => {
    const readout = box.querySelector('.bptt-readout');
    window.said = [];
    const listen = () => window.said.push(readout.textContent);
    new MutationObserver(listen).observe(readout, {subtree: true, childList: true});
}"""


def test_a_slider_that_was_moved_plays_on_from_there(notebook):
    shown = notebook.explorer(NUMBER["touch"])
    (handle,) = shown.handles()
    for key, stage in (("Home", 1), ("End", 100), ("ArrowLeft", 30)):
        handle.press(key)
        expect(shown.readout).to_have_text(f"Stage {stage}, guess nan.")
    notebook.page.evaluate(LISTEN, shown.box.element_handle())
    shown.box.get_by_role("button", name="Play: Stage").press("Enter")
    expect(shown.readout).to_have_text("Stage 100, guess nan.")
    assert {said.partition(",")[0] for said in notebook.page.evaluate("window.said")} <= {"Stage 30", "Stage 100"}


def test_a_slider_plays_by_keyboard_stops_at_its_end_and_goes_back(notebook):
    shown = notebook.explorer(NUMBER["touch"])
    shown.reset()
    expect(shown.readout).to_have_text("Stage 1, guess nan.")
    shown.box.get_by_role("button", name="Play: Stage").press("Enter")
    expect(shown.readout).to_have_text("Stage 100, guess nan.")
    back = shown.box.get_by_role("button", name="Back to the first: Stage")
    expect(shown.box.get_by_role("button", name="Play: Stage")).to_be_visible()
    back.press("Enter")
    expect(shown.readout).to_have_text("Stage 1, guess nan.")
