"""The pages of `jupyter nbconvert --to html`: what axe-core finds in them, and what they ask other machines for.

nbconvert's template asks for require.js, which no page of this course needs, and for MathJax; both have an option, by
which here nothing is asked for. Its prompts, the colours of its code and its links without a line are its own.
"""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
pytest.importorskip("mathjax", reason="MathJax is not installed: the extra `slides` of this package installs it")
from axe_playwright_python.base import AXE_SCRIPT
from nbconvert import HTMLExporter

from tools.slides import MATHJAX, inside

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
AXE = """async () => (await axe.run(
    {exclude: [['.jp-InputPrompt'], ['.jp-OutputPrompt'], ['.highlight']]},
    {resultTypes: ['violations'], rules: {'link-in-text-block': {enabled: false}}}
)).violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' ')}`)"""


@pytest.fixture(scope="module")
def look(lab, tmp_path_factory):
    """A function: what axe finds on the page of a notebook, and what the page asks for beside itself and MathJax."""
    formulas = inside(*MATHJAX).as_uri()
    exporter = HTMLExporter(mathjax_url=formulas, require_js_url="data:text/javascript,")
    page, file = lab.page.context.new_page(), tmp_path_factory.mktemp("export") / "page.html"
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    def of(notebook):
        file.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
        asked.clear()
        page.goto(file.as_uri())
        page.evaluate("MathJax.startup.promise")
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(AXE)
        return found, [url for url in asked if not url.startswith("data:") and url not in (file.as_uri(), formulas)]

    yield of
    page.close()
    lab.page.bring_to_front()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_axe_finds_nothing_serious_on_a_page_and_it_asks_for_nothing(look, path):
    assert look(nbformat.read(path, as_version=4)) == ([], [])


def test_both_are_seen(look):
    shown = new_output("display_data", {"text/html": "<input><img alt='' src='https://example.org/a.png'>"})
    found, asked = look(new_notebook(cells=[new_code_cell("", outputs=[shown])]))
    assert found == ["label: <input>"]
    assert asked == ["https://example.org/a.png"]
