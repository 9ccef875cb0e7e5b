"""What the site is put together from: notebooks as they are shown there, the pages of the package."""

import ast
import pkgutil
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import bptt_helpers
from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.widgets import frames
from tests.stored_picture import a_picture
from tools import build_site, site_api, site_notebooks
from tools.site_notebooks import Shown, explorers_of, for_site, stage

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def notebook_of(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


@pytest.mark.parametrize(
    ("sources", "wanted"),
    [
        (["explore_chain()"], {0: Shown("chain", {})}),
        (["import x\n%pip list\ne = explore_chain(factor=0.5)\ne"], {0: Shown("chain", {"factor": 0.5})}),
        (["e = explore_nudge()", "x = 1", "", "e"], {3: Shown("nudge", {})}),
        (["e = widgets.explore_influence(loss=2)\ne.sentence"], {}),
        (["explorer = explore_truncation(guess=my_guess)\nexplorer"], {0: Shown("truncation", {})}),
        (["explore_nothing()", "f(2)", "x"], {}),
    ],
)
def test_a_cell_that_shows_an_explorer_is_found(sources, wanted):
    assert explorers_of(notebook_of(*sources)) == wanted


def test_a_start_that_only_a_kernel_knows_is_refused():
    with pytest.raises(ValueError, match="explore_chain: want factor written out, got c"):
        explorers_of(notebook_of("explore_chain(factor=c)"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_explorer_of_a_notebook_stays_a_still(path):
    """Every call of an explorer in a notebook is shown by some cell, with a start that it can take."""
    notebook = nbformat.read(path, as_version=4)
    shown = explorers_of(notebook)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    text = re.sub(r"^( *)[%!].*$", r"\1pass", text, flags=re.M)
    calls = [getattr(node.func, "id", "") for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    called = [name.removeprefix("explore_") for name in calls if name.startswith("explore_")]
    assert sorted(called) == sorted(explorer.name for explorer in shown.values())
    for number, explorer in shown.items():
        assert EXPLORERS[explorer.name].values(**explorer.start)
        assert any("image/png" in output.get("data", {}) for output in notebook.cells[number].outputs)


@pytest.mark.parametrize(
    ("markdown", "wanted"),
    [
        ("[a](../notebooks/06_x.ipynb#What-holds,-then)", "[a](../notebooks/06_x.ipynb#what-holds-then)"),
        ("[a](01_x.ipynb#One-unit:-a-recursion) b", "[a](01_x.ipynb#one-unit-a-recursion) b"),
        ("[a](01_x.ipynb) [b](notation.md#growth)", "[a](01_x.ipynb) [b](notation.md#growth)"),
    ],
)
def test_links_to_headings_of_notebooks_are_those_of_the_site(markdown, wanted):
    assert for_site(markdown) == wanted


@pytest.fixture
def staged(tmp_path):
    """A small notebook as it is stored, the notebook that the site shows, and the folder of the pages."""
    shown = frames.draw("chain", tmp_path / "site" / "frames" / "chain", {}, whole=False)
    picture = {"image/png": a_picture(), "text/plain": 'a "dot" & more'}
    explorer = {"image/png": a_picture(), "text/plain": shown.sentences[0][0]}
    bar = {"text/plain": " 14%|#4        | 100/700 [00:00<?, ?update/s]"}
    code = [
        new_code_cell("%pip install x", metadata={"tags": ["setup"]}),
        new_code_cell("draw()", outputs=[new_output("display_data", bar), new_output("execute_result", picture)]),
        new_code_cell("explore_chain()", outputs=[new_output("execute_result", explorer)]),
        new_code_cell("watch_training(text)", outputs=[new_output("execute_result", picture)]),
        new_code_cell("answer", metadata={"jupyter": {"source_hidden": True}, "tags": ["solution"]}),
    ]
    path = tmp_path / "40_x.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# T\n[a](01.ipynb#B-C)"), *code]), path)

    def put():
        stage(path, tmp_path / "source", tmp_path / "site")
        return nbformat.read(tmp_path / "source" / "notebooks" / "40_x.ipynb", as_version=4)

    return path, put, tmp_path / "site"


def test_a_notebook_of_the_site_has_pictures_beside_it_and_frames_for_explorers(staged):
    path, put, pages = staged
    title, drawing, exploring, training, solution = put().cells
    assert "[a](01.ipynb#b-c)" in title.source
    assert '<a href="../downloads/40_x.ipynb" download>' in title.source
    assert (pages / "downloads" / "40_x.ipynb").read_bytes() == path.read_bytes()
    assert len(drawing.outputs) == 1  # without the bar of progress
    html = drawing.outputs[0].data["text/html"]
    assert 'src="../pictures/40_x-02.png" width="2" height="2" alt="a &quot;dot&quot; &amp; more"' in html
    assert (pages / "pictures" / "40_x-02.png").is_file()
    assert list(drawing.outputs[0].data) == list(exploring.outputs[0].data) == ["text/html"]
    assert 'src="../frames/chain/0-0.png"' in exploring.outputs[0].data["text/html"]
    assert 'href="../downloads/40_x.ipynb"' in exploring.outputs[0].data["text/html"]
    assert [("This trains in a running notebook only" in output.data["text/html"]) for output in training.outputs] == [
        False,
        True,
    ]
    assert solution.metadata.tags == ["solution", "hide-input"]


def test_frames_that_say_other_things_than_the_notebook_are_refused(staged):
    path, put, _ = staged
    stored = nbformat.read(path, as_version=4)
    stored.cells[3].outputs[0].data["text/plain"] = "Other things."
    nbformat.write(stored, path)
    with pytest.raises(ValueError, match=r"40_x\.ipynb: the notebook stores 'Other things\.', chain says other things"):
        put()


def test_a_page_that_stays_as_it_is_is_not_written_again(staged):
    _, put, pages = staged
    put()
    file = pages.parent / "source" / "notebooks" / "40_x.ipynb"
    before = file.stat().st_mtime_ns
    put()
    assert file.stat().st_mtime_ns == before


def test_the_pages_of_the_package_name_every_room_module_and_exported_name():
    pages = site_api.pages()
    text = "\n".join(pages.values())
    modules = [found.name for found in pkgutil.walk_packages(bptt_helpers.__path__, "bptt_helpers.")]
    assert {path.parent.name for path in Path(bptt_helpers.__file__).parent.glob("*/__init__.py")} == {*site_api.ROOMS}
    assert [name for name in modules if f".. automodule:: {name}\n" not in text] == []
    for room in site_api.ROOMS:
        assert f"   {room}\n" in pages["index"]
    for name in ("bptt", "forward", "Params", "clip_by_value"):
        thing = getattr(bptt_helpers, name)
        path = f"{thing.__module__}.{name}"
        assert f"   ~{path}\n" in pages["index"]
        assert re.search(rf"^\.\. auto(function|class):: {path}$", text, re.M)
    assert "bptt_helpers.cells.loops.one_is_small" not in text  # one line, for who reads the code


def test_a_text_brings_what_it_links_to_and_what_is_gone_is_cleared_away(tmp_path, monkeypatch):
    root, source = tmp_path / "root", tmp_path / "source"
    for name, text in {
        "README.md": "[a](docs/x.md#b) [l](LICENSE) [w](https://d2l.ai) [no](gone.txt) "
        '<picture><source srcset="images/q.webp"><img src="images/p.png"></picture>',
        "docs/x.md": "[data](../data/y.md) [n](../notebooks/01.ipynb#A-B)",
        "data/y.md": "text [up](../README.md)",
        "data/other.md": "no page links to this",
        "LICENSE": "MIT",
        "images/p.png": "picture",
        "images/q.webp": "another",
        "site/index.md": "front",
        "site/conf.py": "settings",
        "site/static/s.css": "looks",
    }.items():
        site_notebooks.write(root / name, text)
    monkeypatch.setattr(build_site, "ROOT", root)
    monkeypatch.setattr(build_site, "api_pages", lambda: {"index": "rooms"})
    monkeypatch.setattr(build_site, "MATHJAX", ())
    monkeypatch.setattr(build_site.importlib.util, "find_spec", lambda name: Here())
    site_notebooks.write(source / "docs" / "old.md", "of last week")
    build_site.put_together(source, tmp_path / "pages", [])
    found = {str(path.relative_to(source).as_posix()) for path in source.rglob("*") if path.is_file()}
    brought = {"README.md", "docs/x.md", "data/y.md", "LICENSE", "images/p.png", "index.md", "conf.py", "api/index.rst"}
    shown = {"extra/images/p.png", "extra/images/q.webp"}
    assert found == brought | shown | {"static/s.css", "static/pages.js", "static/pages.css"}
    assert (source / "data" / "y.md").read_text().startswith("---\norphan: true")
    assert (source / "docs" / "x.md").read_text() == "[data](../data/y.md) [n](../notebooks/01.ipynb#a-b)"


@pytest.mark.parametrize(
    ("docstring", "wanted"),
    [
        (
            "First line.\n\n    h = |x| * 2\n    y = 3\n\nMore.",
            "First line.\n\n::\n\n    h = |x| * 2\n    y = 3\n\nMore.",
        ),
        ("As here:\n\n    a * b", "As here::\n\n    a * b"),
        ("The size |x| of x.", r"The size \|x\| of x."),
        ("x : array\n    One.\n\n    Two *.", "x : array\n    One.\n\n    Two \\*."),
        (">>> a * b\n6", ">>> a * b\n6"),
    ],
)
def test_equations_of_a_docstring_keep_their_lines(docstring, wanted):
    settings = runpy.run_path(str(NOTEBOOKS[0].parents[1] / "site" / "conf.py"))
    lines = docstring.split("\n")
    settings["as_written"](None, "function", "f", None, None, lines)
    assert "\n".join(lines) == wanted


class Here:
    """A package without files."""

    submodule_search_locations = ("nowhere",)


def test_frames_are_drawn_again_only_when_what_draws_them_is_another(tmp_path, monkeypatch, capsys):
    path = tmp_path / "40_x.ipynb"
    nbformat.write(notebook_of("explore_chain()"), path)
    monkeypatch.setattr(build_site, "ProcessPoolExecutor", AtOnce)
    for changes, whole, drawn in ((False, [], True), (False, [], False), (True, [], True), (True, [], False)):
        if changes:
            monkeypatch.setattr(build_site, "drawn_from", lambda: "another")
        build_site.draw_frames(tmp_path, [path], 1, whole)
        assert ("chain: 1 frames" in capsys.readouterr().out) == drawn
    assert frames.read(tmp_path / "frames" / "chain").name == "chain"


class AtOnce:
    """An executor without processes."""

    def __init__(self, workers):
        self.result = None

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        return None

    def submit(self, function, *arguments):
        text = function(*arguments)
        return type("Done", (), {"result": lambda self: text})()


def test_the_slug_of_a_heading_is_that_of_code_hosts():
    assert (
        site_notebooks.slug("One-unit:-a-recursion-and-its-closed-form") == "one-unit-a-recursion-and-its-closed-form"
    )
    assert site_notebooks.slug("W_hh,%20twice") == "w_hh-twice"
