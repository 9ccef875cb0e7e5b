"""Notebooks as the site shows them: no setup, hidden code folded, pictures beside the page, explorers as frames."""

from __future__ import annotations

import ast
import base64
import io
import re
import shutil
from html import escape
from typing import NamedTuple
from urllib.parse import unquote

import nbformat
from PIL import Image

from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.lessons.explorer import Guess
from bptt_helpers.widgets import frames, pages

MARKDOWN_LINK = re.compile(r"(?<=\]\()(?!https?:)([^)\s#]+\.ipynb)#([^)\s]+)(?=\))")
WAY = 'To move everything, <a href="../downloads/{name}" download>download this notebook</a> and run it: \
<a href="../index.html#start">how to start</a>.'
BAR = re.compile(r" *\d+%\|")
LIVE = '<p class="bptt-frames-note">This trains in a running notebook only. {way}</p>'
TOP = '<a href="../downloads/{name}" download>Download this notebook</a> to run it yourself.'


class Shown(NamedTuple):
    """An explorer that a cell shows: its name in the catalogue, and the values it is started with."""

    name: str
    start: dict


def slug(heading) -> str:
    """A heading as the site's address of it: as code hosts do, small letters and dashes."""
    return re.sub(r"[^\w\- ]", "", unquote(heading).lower()).replace(" ", "-")


def for_site(markdown) -> str:
    """Markdown whose links to headings of notebooks, which JupyterLab writes in its own way, arrive on the site."""
    return MARKDOWN_LINK.sub(lambda match: f"{match[1]}#{slug(match[2])}", markdown)


def explorers_of(notebook) -> dict:
    """What each cell with an explorer shows: {number of the cell: Shown}.

    Raises
    ------
    ValueError
        If an explorer is started with something that is not written out and is no guess: the site cannot know it.
    """
    made, shown = {}, {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        tree = ast.parse(re.sub(r"^( *)[%!].*$", r"\1pass", cell.source, flags=re.MULTILINE))
        for node in tree.body:
            if isinstance(node, ast.Assign) and (explorer := _explorer(node.value)):
                made |= {target.id: explorer for target in node.targets if isinstance(target, ast.Name)}
        last = tree.body[-1]
        if isinstance(last, ast.Expr):
            found = made.get(last.value.id) if isinstance(last.value, ast.Name) else _explorer(last.value)
            if found:
                shown[number] = found
    return shown


def _explorer(node):
    """The explorer that an expression makes, if it does."""
    called = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
    name = called.removeprefix("explore_")
    if name == called or name not in EXPLORERS:
        return None
    controls, start = EXPLORERS[name].controls, {}
    for keyword in node.keywords:
        if isinstance(controls.get(keyword.arg), Guess):
            continue  # a reader's own
        try:
            start[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError:
            text = f"{called}: want {keyword.arg} written out, got {ast.unparse(keyword.value)}"
            raise ValueError(f"{text}; the site draws it without running the notebook") from None
    return Shown(name, start)


def stage(path, source, target):
    """Write a notebook for the site's source, where to is returned; its pictures go to the pages.

    Parameters
    ----------
    path : Path
        Of the notebook.
    source : Path
        Folder of the site's source: gets ``notebooks/``.
    target : Path
        Folder of the pages: gets ``pictures/``, and the notebook as it is in ``downloads/``; ``frames/`` is there.
    """
    notebook = nbformat.read(path, as_version=4)
    shown = explorers_of(notebook)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            cell.source = for_site(cell.source)
        elif cell.cell_type == "code":
            if cell.metadata.get("jupyter", {}).get("source_hidden"):
                cell.metadata.setdefault("tags", []).append("hide-input")
            cell.outputs = [
                _with_frames(output, shown[number], path.name, target)
                if number in shown and "image/png" in output.get("data", {})
                else _with_picture(output, f"{path.stem}-{number:02d}.png", target)
                for output in cell.outputs
                if not BAR.match(output.get("data", {}).get("text/plain", ""))  # of progress, as it began
            ]
            if "watch_training(" in cell.source:
                note = LIVE.format(way=WAY.format(name=path.name))
                cell.outputs.append(nbformat.v4.new_output("display_data", {"text/html": note}))
    title, *rest = [cell for cell in notebook.cells if "setup" not in cell.metadata.get("tags", [])]
    title.source += "\n\n" + TOP.format(name=path.name)
    notebook.cells = [title, *rest]
    (target / "downloads").mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target / "downloads" / path.name)
    return write(source / "notebooks" / path.name, nbformat.writes(notebook))


def write(path, text):
    """Write a text where it is another one, since Sphinx reads again what is new; returns the path."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


def _with_frames(output, explorer, name, target):
    key = frames.key_of(explorer.name, explorer.start)
    drawn = frames.read(target / "frames" / key)
    row, column = drawn.start
    stored = output.data.get("text/plain", "")
    if drawn.sentences[row][column] != stored:
        raise ValueError(f"{name}: the notebook stores {stored!r}, {explorer.name} says other things: store it again")
    return _html(output, pages.player(drawn, f"../frames/{key}", WAY.format(name=name)))


def _with_picture(output, file, target):
    """A stored picture as a palette PNG of its own, whose place on the page is known before it is loaded."""
    if "image/png" not in output.get("data", {}):
        return output
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")
    (target / "pictures").mkdir(parents=True, exist_ok=True)
    frames.save(image, target / "pictures" / file)
    width, height = image.size
    alt = escape(output.metadata.get("image/png", {}).get("alt") or output.data.get("text/plain", ""))
    picture = f'<img src="../pictures/{file}" width="{width}" height="{height}" alt="{alt}" loading="lazy">'
    return _html(output, f'<div class="bptt-scroll">{picture}</div>')


def _html(output, text):
    return nbformat.v4.new_output("display_data", {"text/html": text})
