"""Slides: what of a notebook is on them, and in a browser that they ask for nothing and that nothing is cut off."""

import re
from importlib.util import find_spec

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.browser.lab import CHROMIUM, find_browser
from tests.stored_picture import a_picture
from tools import slides
from tools.notebook_rules import FOLDER, slide_types
from tools.notebooks import PICTURE

WITH_SLIDES = ["00_start_here", "01_unrolling", "06_truncation"]
READY = "document.documentElement.dataset.slides === 'ready'"
# go to a slide, all its fragments shown: how much of it is cut off below and at the right, and formulas left as text
LOOK = """number => {
    const slide = Reveal.getSlides()[number], {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v, 99);
    const {scrollHeight, clientHeight, scrollWidth, clientWidth, innerText} = slide;
    return [scrollHeight - clientHeight, scrollWidth - clientWidth, innerText.includes('$')];
}"""


@pytest.fixture
def packages():
    """What the pages bring along is installed."""
    for package, _ in (slides.REVEAL, slides.MATHJAX):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed: the extra `slides` of this package installs it")


def mark(cell, kind):
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def small(*more):
    """A notebook with a title and a picture on its slides, and a cell that is not."""
    picture = new_output("display_data", {PICTURE: a_picture()}, metadata={PICTURE: {"alt": "It <fell> & rose."}})
    says = new_output("stream", name="stdout", text="Largest. No guess yet. Measured: 3.\n")
    return new_notebook(
        cells=[
            mark(new_markdown_cell("# Measure\n\n**You need** [00](00_start_here.ipynb), $x^2$."), "slide"),
            new_markdown_cell("## Left out"),
            mark(new_markdown_cell("## See [here](https://example.org) and [there](01.ipynb#See)"), "slide"),
            mark(new_code_cell("draw(1)", outputs=[picture]), "subslide"),
            mark(new_code_cell("print(2)", outputs=[says]), "fragment"),
            mark(new_code_cell("def algorithm(): pass"), "fragment"),
            *more,
        ]
    )


def test_cells_without_a_slide_type_are_left_out_and_the_title_stands_alone():
    shown = slides.chosen(small())
    assert [cell.source for cell in shown.cells[:3]] == [
        "# Measure",
        "**You need** 00, $x^2$.",
        "## See [here](https://example.org) and there",
    ]
    assert slides.slide_type(shown.cells[1]) == "notes"
    assert len(shown.cells) == 6


def test_choosing_changes_no_notebook():
    notebook = small()
    slides.chosen(notebook)
    assert notebook == small() | {
        "cells": [c | {"id": d.id} for c, d in zip(small().cells, notebook.cells, strict=True)]
    }


def test_a_picture_stands_with_its_sentence_and_without_its_code(packages):
    page = slides.page(small(), "Measure")
    body = page[page.index("<body>") :]
    assert 'alt="It &lt;fell&gt; &amp; rose."' in body
    assert 'class="sentence">It &lt;fell&gt; &amp; rose.</p>' in body
    assert "draw" not in body
    assert "Largest. Measured: 3." in body
    assert "algorithm" in body
    assert "Left out" not in body
    assert body.count("<section") == 5  # three slides, two of them in one column


def test_no_page_names_another_machine_as_something_to_load(packages):
    """What scripts ask for is seen in the browser below."""
    page = re.sub(r"<script>.*?</script>", "", slides.page(small(), "Measure"), flags=re.DOTALL)
    assert re.findall(r"<(?:script|link|iframe)\b", page) == []
    assert all(source.startswith("data:") for source in re.findall(r'<img[^>]* ?src="([^"]*)', page))
    assert not re.search(r"@import|url\((?!data:)", page)


def test_a_notebook_without_slides_is_refused_and_passed_over(tmp_path, capsys):
    bare = new_notebook(cells=[new_markdown_cell("# None")])
    with pytest.raises(ValueError, match="no cell has a slide type"):
        slides.page(bare, "None")
    nbformat.write(bare, tmp_path / "none.ipynb")
    assert slides.main([tmp_path / "none.ipynb"], tmp_path / "slides") == 0
    assert list((tmp_path / "slides").iterdir()) == []
    assert capsys.readouterr().out == ""


def test_these_notebooks_have_slides():
    found = [path.stem for path in sorted(FOLDER.glob("*.ipynb")) if slides.chosen(nbformat.read(path, 4)).cells]
    assert found == WITH_SLIDES
    assert list(slide_types(small())) == []


@pytest.fixture(scope="module")
def browser():
    """A Chromium that finds no other machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if find_browser() is None:
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM)
        yield opened
        opened.close()


def seen(browser, file):
    """What a page of slides asks for and complains about, and of every slide what `LOOK` says."""
    with browser.new_page(viewport={"width": slides.WIDTH, "height": slides.HEIGHT}) as page:
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(file.as_uri())
        page.wait_for_function(READY)
        count = page.evaluate("Reveal.getSlides().length")
        return asked, wrong, [page.evaluate(LOOK, number) for number in range(count)]


def test_in_a_browser_they_ask_for_nothing_and_nothing_is_cut_off(browser, packages, tmp_path):
    slides.main([FOLDER / f"{name}.ipynb" for name in WITH_SLIDES], tmp_path)
    for name in WITH_SLIDES:
        file = tmp_path / f"{name}.html"
        asked, wrong, of_slides = seen(browser, file)
        assert asked == [file.as_uri()]
        assert wrong == []
        assert len(of_slides) > 8
        assert [look for look in of_slides if look != [0, 0, False]] == [], name

    too_long = small(
        mark(new_markdown_cell("- a line\n" * 40), "slide"), mark(new_markdown_cell("Broken: $x"), "slide")
    )
    file = tmp_path / "too_long.html"
    file.write_text(slides.page(too_long, "Measure").replace("<body>", "<body><img src='https://example.org/a.png'>"))
    asked, wrong, of_slides = seen(browser, file)
    assert len(asked) == 2
    assert wrong
    assert of_slides[-2][0] > 0
    assert of_slides[-1][2]
