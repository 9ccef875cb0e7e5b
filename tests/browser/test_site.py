"""The site as Sphinx builds it, in a headless Chromium: links, frames by keyboard, a phone, nothing from outside.

It is built once, from all notebooks, with every warning as an error; of the explorers but one only the first frame.
"""

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
pytest.importorskip("sphinx", reason="Sphinx is not installed: `make site` installs it")
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from bptt_helpers.widgets import frames

ROOT = Path(__file__).parents[2]
WHOLE = "backward_pass"
PAGE = "notebooks/02_chain_rule.html"
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' ')}`)"""
# formulas and code are most of what axe would look at: one notebook is looked at whole
QUICK_AXE = AXE.replace("document", "{exclude: ['mjx-container', 'pre']}")
# what sticks out of the page, and what is left as it was written: a formula, a row of a table
AMISS = r"""async () => {
    await window.MathJax?.startup?.promise;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const parts = [document.documentElement, document.querySelector('.content')];
    const wide = parts.filter(part => part.scrollWidth > part.clientWidth + 1);
    const raw = [...document.querySelectorAll('article p, mjx-merror')].filter(
        part => part.matches('mjx-merror') || /^\s*\||\$[^\s$][^$]*\$/.test(part.textContent));
    const widths = wide.map(part => `${part.className || 'page'}: ${part.scrollWidth}`);
    return [...widths, ...raw.map(part => part.textContent)];
}"""
VIEWS = ((1400, "dark"), (390, "light"), (320, "dark"))  # 320: a window of 1280 pixels at 400 % zoom
LOADED = "image => image.complete && image.naturalWidth > 0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pages, built by the command of `make site`."""
    build = tmp_path_factory.mktemp("build")
    command = [sys.executable, "-m", "tools.build_site", "--build", build, "--whole", WHOLE]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr[-5000:]
    return build / "site"


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture(scope="module")
def address(folder):
    """Of a server of the pages."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def opened(address, lab):
    """A function that opens a page at some width; in the end nothing may have gone wrong or outside in any of them."""
    contexts, problems = [], []

    def note_request(request):
        if not request.url.startswith((address, "data:")):
            problems.append(request.url)

    def note_failure(request):
        if request.failure != "net::ERR_ABORTED":  # the page was left before it had everything
            problems.append(f"{request.url}: {request.failure}")

    def open_page(name, width=1400, height=1000):
        contexts.append(lab.page.context.browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.on("request", note_request)
        page.on("requestfailed", note_failure)
        page.on("pageerror", lambda error: problems.append(error.stack))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.responses = []
        page.on("response", lambda response: page.responses.append(response))
        page.goto(f"{address}/{name}")
        return page

    yield open_page
    assert problems == []
    for context in contexts:
        context.close()


def weight_of(response):
    """Its bytes, as a server sends them that compresses texts."""
    body = response.body()
    packed = response.url.endswith((".png", ".woff"))
    return len(body) if packed else len(gzip.compress(body))


class Links(HTMLParser):
    """What a page links to and loads, and the places in it that can be linked to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]


def broken(folder):
    """(page, link) for every link to a file that is not there, or to a place that is not in it."""
    pages = {path: Links(path) for path in folder.rglob("*.html")}
    for page, found in pages.items():
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            place = unquote(parts.fragment)
            if not target.is_file() or (place and target in pages and place not in pages[target].places):
                yield page.name, link


def test_every_link_of_the_site_arrives(folder):
    assert [(page, link) for page, link in broken(folder.resolve()) if link != "#"] == []
    names = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.stem for path in (folder / "notebooks").glob("*.html")} == names
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert all(f'href="notebooks/{name}.html"' in index for name in names)


def test_a_link_that_does_not_arrive_is_found(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#x">b</a><a id="y" href="#y"></a><img src="c.png">')
    (tmp_path / "b.html").write_text('<p id="z">')
    assert [*broken(tmp_path.resolve())] == [("a.html", "b.html#x"), ("a.html", "c.png")]


def player(page):
    """The first explorer of a page, with its picture loaded."""
    box = page.locator(".bptt-frames").first
    box.scroll_into_view_if_needed()
    page.wait_for_function(LOADED, arg=box.locator("img").element_handle())
    return box


def test_the_slider_answers_to_the_keyboard_and_picture_sentence_and_value_agree(opened, folder):
    page = opened(PAGE)
    drawn, box = frames.read(folder / "frames" / WHOLE), player(page)
    page.wait_for_load_state("networkidle")
    assert sum(map(weight_of, page.responses)) < 1_000_000
    assert not [url for url in page.evaluate(RESOURCES) if f"{WHOLE}/" in url and "-1.png" not in url]
    slider, menu = box.get_by_role("slider", name="Steps back"), box.get_by_role("combobox", name="Losses")
    row, image, sentence = drawn.start[0], box.locator("img"), box.get_by_role("status")

    def shows(column):
        expect(sentence).to_have_text(drawn.sentences[row][column])
        expect(image).to_have_attribute("alt", drawn.sentences[row][column])
        expect(image).to_have_attribute("src", f"../frames/{WHOLE}/{row}-{column}.png")
        expect(slider).to_have_attribute("aria-valuetext", drawn.values[column])
        expect(box.locator(".bptt-frames-value")).to_have_text(drawn.values[column])

    shows(drawn.start[1])
    for key, column in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("End", 3), ("ArrowLeft", 2)):
        slider.press(key)
        shows(column)
    menu.select_option(drawn.options[1])
    row = 1
    shows(2)
    expect(sentence).not_to_have_attribute("aria-busy", "true")  # it rests: a screen reader may tell it
    box.get_by_role("button", name="Play").press("Enter")
    shows(3)
    expect(box.get_by_role("button", name="Play")).to_be_visible()
    page.wait_for_function(LOADED, arg=image.element_handle())


RESOURCES = "performance.getEntriesByType('resource').map(entry => entry.name)"


def test_a_frame_that_can_not_be_loaded_is_said_and_the_picture_keeps_its_own_words(address, lab, folder):
    context = lab.page.context.browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/{PAGE}")
    drawn, box = frames.read(folder / "frames" / WHOLE), player(page)
    context.set_offline(True)
    box.get_by_role("slider").press("End")
    expect(box.get_by_role("status")).to_contain_text("could not be loaded")
    row, column = drawn.start
    expect(box.locator("img")).to_have_attribute("alt", drawn.sentences[row][column])
    context.set_offline(False)
    box.get_by_role("slider").press("ArrowLeft")
    box.get_by_role("slider").press("ArrowRight")
    expect(box.get_by_role("status")).to_have_text(drawn.sentences[row][-1])
    context.close()


def read_by_people(folder):
    """All pages but the listings of source code and, of the folders of `lessons`, all but one, which are alike."""
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
    alike = ("_modules/", "api/lessons.")
    return [name for name in names if not name.startswith(alike) or name == "api/lessons.chaos.html"]


def test_every_page_fits_the_window_and_axe_finds_nothing_serious(opened, address, folder):
    """Axe sees each page once: every second one wide and dark, the others as on a phone."""
    page, found = opened("index.html"), []
    page.context.add_init_script(AXE_SCRIPT)
    for number, name in enumerate(read_by_people(folder)):
        page.goto(f"{address}/{name}")
        for view, (width, theme) in enumerate(VIEWS):
            page.set_viewport_size({"width": width, "height": 1000})
            page.emulate_media(color_scheme=theme)
            found += [(name, width, text) for text in page.evaluate(AMISS)]
            if number % 2 == view:
                found += [(name, width, text) for text in page.evaluate(AXE if name == PAGE else QUICK_AXE)]
    assert found == []
    assert number > 25


def test_what_sticks_out_and_what_is_left_as_written_is_found(opened):
    page = opened("docs/teaching.html", 390)
    assert page.evaluate(AMISS) == []
    page.evaluate("""() => document.querySelector('article section').insertAdjacentHTML(
        'afterbegin', '<div style="width: 500px">x</div><p>| a | b |</p><p>so $x_t$ is</p><p>5 $ and 6 $</p>')""")
    assert page.evaluate(AMISS) == ["content: 516", "| a | b |", "so $x_t$ is"]


def test_words_in_a_picture_stay_readable_on_a_phone(opened):
    """It keeps the size of its words and scrolls in its own place, by keyboard too."""
    box = player(opened(PAGE, 390))
    scroll = box.locator(".bptt-scroll")
    assert box.locator("img").bounding_box()["width"] >= 700
    assert scroll.bounding_box()["width"] <= 390
    assert scroll.get_attribute("data-more") is not None  # its end fades: there is more
    scroll.press("ArrowRight")
    expect(scroll).to_be_focused()
    box.page.wait_for_function("part => part.scrollLeft > 0", arg=scroll.element_handle())
    scroll.evaluate("part => part.scrollLeft = 9999")
    expect(scroll).not_to_have_attribute("data-more", "")


def test_what_moves_by_itself_can_be_stopped_and_stands_still_for_who_wants_that(opened):
    page = opened("index.html")
    image = page.locator("picture img")
    shown = "image => image.currentSrc.split('/').pop()"
    assert image.evaluate(shown) == "first_look.webp"
    page.get_by_role("button", name="Stop the picture").press("Enter")
    page.wait_for_function(f"image => ({shown})(image) === 'first_look.png'", arg=image.element_handle())
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    assert image.evaluate(shown) == "first_look.png"
    expect(page.get_by_role("button", name="Stop the picture")).to_have_count(0)


def test_the_search_puts_the_notebook_first(opened):
    page = opened("search.html?q=clipping")
    found = page.locator("#search-results").get_by_role("link")
    expect(found.first).to_have_text("Clip a gradient that has become too long")


def test_without_a_script_there_is_the_picture_with_its_sentence(address, lab, folder):
    context = lab.page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{PAGE}")
    drawn, box = frames.read(folder / "frames" / WHOLE), page.locator(".bptt-frames").first
    row, column = drawn.start
    expect(box.locator("figcaption")).to_contain_text(drawn.sentences[row][column])
    expect(box.locator("input")).to_be_hidden()
    assert json.loads(box.locator("script").text_content())["values"] == drawn.values
    context.close()
