"""The invisible part of an explorer, and what differs with ipywidgets 7. What it does in a page, browser tests see."""

import threading

import ipywidgets as W
import pytest
from IPython.core.formatters import DisplayFormatter

from bptt_helpers import widgets
from bptt_helpers.widgets import in_page, live
from bptt_helpers.widgets.in_page import InPage

needs_ipywidgets_8 = pytest.mark.skipif(live.IPYWIDGETS_7, reason="ipywidgets 7: explorers do without this part")


def parts(explorer):
    return [part for part in explorer.children if isinstance(part, InPage)]


@needs_ipywidgets_8
@pytest.mark.parametrize("name", widgets.EXPLORERS)
def test_every_explorer_has_one_and_it_takes_no_room(name):
    (part,) = parts(getattr(widgets, name)())
    assert part.layout.display == "none"


@needs_ipywidgets_8
def test_script_and_looks_are_sent_as_they_stand_in_their_files_and_nobody_watches_it(monkeypatch):
    monkeypatch.setenv("ANYWIDGET_HMR", "1")  # asks anywidget to watch scripts that are given as a path
    before = threading.active_count()
    part = InPage()
    assert part.get_state()["_esm"] == in_page.SCRIPT.read_text(encoding="utf-8")
    assert part.get_state()["_css"] == in_page.SCRIPT.with_suffix(".css").read_text(encoding="utf-8")
    assert isinstance(InPage._esm, str)
    assert isinstance(InPage._css, str)
    assert threading.active_count() == before


def test_with_ipywidgets_7_it_is_left_out(monkeypatch):
    monkeypatch.setattr(live, "IPYWIDGETS_7", True)
    assert parts(widgets.explore_chain()) == []


def test_an_explorer_is_stored_with_its_picture_whatever_a_widget_shows_of_itself(monkeypatch):
    # ipywidgets 7 has this method, after which IPython stores nothing else, and lacks the other
    monkeypatch.setattr(W.Widget, "_ipython_display_", lambda self: None, raising=False)
    monkeypatch.delattr(W.Widget, "_repr_mimebundle_", raising=False)
    explorer = widgets.explore_chain()
    stored, _ = DisplayFormatter().format(explorer)
    assert stored["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    assert stored["text/plain"] == explorer.sentence
    assert stored["image/png"]


@needs_ipywidgets_8
def test_the_page_is_told_a_value_as_it_keeps_it():
    explorer, sent = widgets.explore_truncation(), []
    page = parts(explorer)[0]
    page.send = sent.append
    page.set({explorer.controls["scheme"]: "chunked", explorer.controls["window"]: 7})
    assert sent == [
        {explorer.controls["scheme"].model_id: {"index": 2}, explorer.controls["window"].model_id: {"value": 7}}
    ]
