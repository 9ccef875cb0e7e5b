"""Make slides of notebooks, each one page that needs no network and no kernel: `make slides`.

A cell is on the slides if its metadata give it a slide type, which JupyterLab sets and nbconvert reads; a cell without
one is left out. nbconvert makes the page. Its own template asks other machines for reveal.js and MathJax; here they
come from two packages of PyPI (the extra `slides`) and are written into the page.
"""

from __future__ import annotations

import argparse
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat.v4 import new_markdown_cell

HERE = Path(__file__).parent
FOLDER = HERE.parent / "build" / "slides"
WIDTH, HEIGHT = 1280, 720  # of a slide, in pixels; the browser makes it as large as its window
SHOWN = ("slide", "subslide", "fragment", "notes")
# (package, path in it) of what the page brings along
REVEAL = "sphinx_revealjs", "_static/revealjs"
MATHJAX = "mathjax", "static/mathjax/es5/tex-svg.js"  # one file, formulas as shapes: no fonts to be fetched
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")
UNASKED = "No guess yet. "  # what a cell says of a question that nobody has answered


def chosen(notebook) -> nbformat.NotebookNode:
    """The notebook as it is shown: its cells with a slide type, made fit for a screen that many look at.

    The first cell shows its heading only, the rest of it goes into the notes. Links to other files of the course would
    lead nowhere and become plain text. Of a cell with code stands what it gives; the code only if it gives nothing.
    """
    cells = []
    for cell in nbformat.from_dict(notebook).cells:
        kind = slide_type(cell)
        if kind not in SHOWN:
            continue
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"\1", cell.source)
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = output.text.replace(UNASKED, "")
        if cell.get("outputs"):
            cell.metadata["transient"] = {"remove_source": True}
        cells.append(cell)
    if cells and cells[0].cell_type == "markdown":
        heading, _, rest = cells[0].source.partition("\n")
        cells[0].source = heading
        cells.insert(1, new_markdown_cell(rest.strip(), metadata={"slideshow": {"slide_type": "notes"}}))
    return nbformat.from_dict(notebook | {"cells": cells})


def slide_type(cell) -> str | None:
    """What JupyterLab calls the cell's slide type; None if it has none."""
    return cell.metadata.get("slideshow", {}).get("slide_type")


def page(notebook, title) -> str:
    """HTML of the slides of a notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    title : str
        Of the window.

    Raises
    ------
    ValueError
        If no cell of the notebook has a slide type.
    """
    shown = chosen(notebook)
    if not shown.cells:
        raise ValueError(f"{title}: want a notebook with slides, got one in which no cell has a slide type")
    resources = {
        "title": title,
        "width": WIDTH,
        "height": HEIGHT,
        "css": _text(HERE / "slides.css"),
        "reveal_css": _text(inside(*REVEAL) / "dist" / "reveal.css"),
        "reveal": _text(inside(*REVEAL) / "dist" / "reveal.js"),
        "notes": _text(inside(*REVEAL) / "plugin" / "notes" / "notes.js"),
        "mathjax": _text(inside(*MATHJAX)),
    }
    exporter = SlidesExporter(exclude_input_prompt=True, exclude_output_prompt=True)
    exporter.raw_template = _text(HERE / "slides.html.j2")
    return exporter.from_notebook_node(shown, resources={"slides": resources})[0]


def inside(package, path):
    found = find_spec(package)
    if found is None:
        raise SystemExit(f"{package} is not installed: `make slides` installs it, elsewhere pip and the extra slides")
    return Path(found.submodule_search_locations[0]) / path


def _text(path):
    return path.read_text(encoding="utf-8")


def main(paths, folder=FOLDER) -> int:
    """Write the slides of each notebook that has some; say where they are and how large."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in map(Path, paths):
        notebook = nbformat.read(path, as_version=4)
        if not chosen(notebook).cells:
            continue
        target = folder / f"{path.stem}.html"
        target.write_text(page(notebook, notebook.cells[0].source.partition("\n")[0].strip("# ")), encoding="utf-8")
        print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    sys.exit(main(parser.parse_args().notebooks))
