"""The live training in JupyterLab: by keyboard, with names, and a picture that comes by itself."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from .lab import AXE

CELL = """
from bptt_helpers import load_text
from bptt_helpers.widgets import watch_training
live = watch_training(load_text()[:3000], n_hidden=8, sequence_length=12, batch_size=4)
live
"""
# In the page: roles of the sentence, and whether the image was ever without a picture, from now on.
WATCH = """box => {
    const readout = box.querySelector('.bptt-readout'), image = box.querySelector('.bptt-picture');
    window.roles = new Set(); window.pictures = new Set(); window.gone = 0;
    const look = () => {
        window.roles.add(readout.querySelector('p')?.getAttribute('role') ?? 'none');
        window.pictures.add(image.src);
        if (!image.isConnected || image.getBoundingClientRect().height < 50) window.gone += 1;
    };
    new MutationObserver(look).observe(box, {subtree: true, childList: true, attributes: true});
}"""


def updates(shown):
    return int(re.search(r"(\d+) updates", shown.sentence()).group(1))


def test_a_reader_starts_watches_pauses_and_stops_a_training_by_keyboard(lab):
    with lab.notebook("live_training.ipynb", [CELL]) as notebook:
        assert notebook.run_all() == {}
        shown = notebook.explorer(0)
        start, pause, stop = (shown.box.get_by_role("button", name=name) for name in ("Start", "Pause", "Stop"))
        expect(shown.readout).to_contain_text("Ready: Start lets it train. GRU, 0 updates")
        shown.page.evaluate(AXE_SCRIPT)
        assert shown.box.evaluate(AXE) == []

        start.press("Enter")
        expect(shown.readout).to_contain_text("It trains.")
        shown.box.evaluate(WATCH)
        shown.page.wait_for_function("window.pictures.size > 3")
        expect(start).to_be_focused()
        roles, gone = shown.page.evaluate("[[...window.roles], window.gone]")
        assert roles == ["none"]
        assert gone == 0
        before = updates(shown)
        shown.page.wait_for_function(
            "([box, before]) => Number(box.textContent.match(/(\\d+) updates/)[1]) > before",
            arg=[shown.readout.element_handle(), before],
        )

        # a slider is answered while it trains
        names = [handle.get_attribute("aria-label") for handle in shown.handles()]
        assert names == ["Window τ, unless full", "Learning rate η", "Picked character"]
        shown.press(shown.handles()[2], "Home")
        expect(shown.readout).to_contain_text("(character 1)")
        shown.point(0.1, 0.8)
        expect(shown.readout).not_to_contain_text("(character 1)")

        pause.press("Enter")
        expect(shown.box.get_by_role("status")).to_contain_text("Paused: Start goes on.")
        done = updates(shown)
        assert done > before
        stop.press("Enter")
        expect(shown.readout).to_contain_text(f"Ended: Start begins a new run. GRU, {done} updates")
        shown.box.get_by_role("combobox", name="Cell").select_option("LSTM")
        start.press("Enter")
        expect(shown.readout).to_contain_text("It trains. LSTM")
        shown.reset()
        expect(shown.handles()[2]).to_have_attribute("aria-valuetext", "175")
        assert shown.box.evaluate(AXE) == []
    assert lab.problems == []
