"""What every stored notebook must be, as rules; nbval, which compares the outputs themselves, cannot see these.

A rule takes a notebook and yields complaints. `tests/test_notebooks.py` asks the course's notebooks, and shows for each
rule that it passes a small sound notebook and refuses the same one tampered with.
"""

import copy
import re
from pathlib import Path

import nbformat

from tools.notebooks import PICTURE, SETUP, SETUP_METADATA, WIDGET_VIEW, normalise, source_hash

FOLDER = Path(__file__).parent.parent / "notebooks"
SECTIONS = ["Predict", "See", "Explore", "Why", "Exercise", "Solution", "Summary", "Sources"]
IGNORE = "nbval-ignore-output"
D2L = "https://d2l.ai/chapter_recurrent-neural-networks/bptt.html"
NOTATION, SECTION = "](../docs/notation.md)", "](../docs/d2l_section.md)"
MAX_BYTES, MAX_LINES = 1_000_000, 18
MAX_WIDTH = 88  # characters of code that a window of 900 pixels shows
SLIDE_TYPES = {"slide", "subslide", "fragment", "notes", "skip"}  # as JupyterLab and nbconvert call them
EXPLORER = re.compile(r"^(\w+) = explore_\w+\(", re.MULTILINE)
REPEATS = re.compile(r"print\(\w+\.sentence\)")
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|!\[|<!--.*?-->", re.DOTALL)
ABSOLUTE = re.compile(r"(?<![\w.:/<~])/(?:bin|etc|home|mnt|opt|private|root|tmp|usr|Users|var|work)/|\b[A-Za-z]:\\")


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tags_of(cell):
    return cell.metadata.get("tags", [])


def printed_by(cell):
    return "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream")


def fresh(notebook):
    if notebook.metadata.get("bptt", {}).get("source_sha256") != source_hash(notebook):
        yield "a cell was changed after the notebook was stored: run `make notebooks`"


def executed_in_order(notebook):
    counts = [cell.execution_count for cell in code_of(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}"


def without_widget_state(notebook):
    if "widgets" in notebook.metadata:
        yield "widget state is stored"
    if any(WIDGET_VIEW in output.get("data", {}) for cell in code_of(notebook) for output in cell.outputs):
        yield "a widget view is stored: dead without its kernel"


def normalised(notebook):
    tidy = copy.deepcopy(notebook)
    normalise(tidy)
    if tidy != notebook:
        yield "tools/notebooks.py would store this notebook differently"


def small(notebook):
    size = len(nbformat.writes(notebook).encode())
    if size >= MAX_BYTES:
        yield f"{size} bytes"
    for cell in code_of(notebook):
        if cell.source.count("\n") >= MAX_LINES:
            yield f"a code cell of {cell.source.count(chr(10)) + 1} lines: {cell.source[:60]!r}"


def without_errors(notebook):
    for output in (output for cell in code_of(notebook) for output in cell.outputs):
        if output.output_type == "error":
            yield f"stored error {output.ename}"
        if output.get("name") == "stderr":
            yield f"stored warning {output.text[:80]!r}"


def explorers_leave_a_picture(notebook):
    for cell in code_of(notebook):
        if REPEATS.search(cell.source):
            yield f"the sentence of an explorer is printed though it stands below the picture: {cell.source[:60]!r}"
        found = EXPLORER.search(cell.source)
        if found is None:
            continue
        name = found[1]
        if IGNORE not in tags_of(cell):
            yield f"{name}: the tag {IGNORE} is missing"
        if cell.source.splitlines()[-1] != name:
            yield f"{name}: the explorer is not shown by the last line"
        if not any(PICTURE in output.get("data", {}) for output in cell.outputs):
            yield f"{name}: no picture is stored"


def code_fits_a_narrow_window(notebook):
    for cell in code_of(notebook):
        if "setup" in tags_of(cell):
            continue  # folded
        for line in cell.source.splitlines():
            if len(line) > MAX_WIDTH:
                yield f"a code line of {len(line)} characters, more than {MAX_WIDTH}: {line[:60]!r}"


def what_goes_uncompared_is_asserted(notebook):
    for cell in code_of(notebook):
        unknown = set(tags_of(cell)) - {IGNORE, "solution", "setup"}
        if unknown:
            yield f"unknown tags {unknown}"
        if IGNORE in tags_of(cell) and not EXPLORER.search(cell.source) and "assert " not in cell.source:
            yield f"nothing compares the output of {cell.source[:60]!r}"


def goes_the_whole_way(notebook):
    headings = re.findall(r"^## (.+)$", prose_of(notebook), re.MULTILINE)
    if [heading for heading in headings if heading in SECTIONS] != SECTIONS:
        yield f"sections are {headings}, want {SECTIONS} in this order"


def exercise_waits_and_solution_is_judged(notebook):
    cells = code_of(notebook)
    if not any("raise NotImplementedError" in cell.source for cell in cells):
        yield "no stub raises NotImplementedError"
    if not any("Not attempted yet" in str(cell.outputs) for cell in cells):
        yield "no check says that the exercise was not attempted yet"
    solution = ["solution" in tags_of(cell) for cell in cells]
    if not any(solution):
        yield "no cell has the tag solution"
    for cell, here, goes_on in zip(cells, solution, [*solution[1:], False], strict=True):
        if here and not cell.execution_count:
            yield f"a solution was not executed: {cell.source[:60]!r}"
        if here and not goes_on and ".solution(" not in cell.source:
            yield f"a solution is not judged by its last cell: {cell.source[:60]!r}"
        if (here or "setup" in tags_of(cell)) != cell.metadata.get("jupyter", {}).get("source_hidden", False):
            yield f"solutions and the setup are hidden, and nothing else is: {cell.source[:60]!r}"


def draws_without_pyplot(notebook):
    if any(re.search(r"\bplt\b|pyplot", cell.source) for cell in code_of(notebook)):
        yield "pyplot keeps every figure alive; a picture in lessons/ draws"


def speaks_calmly(notebook):
    for line in NOT_PROSE.sub("", prose_of(notebook)).splitlines():
        if "!" in line:
            yield f"exclamation mark in {line!r}"


def names_no_absolute_path(notebook):
    texts = [cell.source for cell in notebook.cells]
    for output in (output for cell in code_of(notebook) for output in cell.outputs):
        data = output.get("data", {})
        texts += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
    for found in filter(None, map(ABSOLUTE.search, texts)):
        yield f"the path {found.string[found.start() : found.start() + 40]!r} exists on one machine only"


def links_lead_somewhere(notebook):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose_of(notebook)):
        if not (FOLDER / target).exists():
            yield f"the link to {target} leads nowhere"


def begins_with_setup(notebook):
    setup = notebook.cells[1]
    if (setup.source, setup.metadata) != (SETUP, SETUP_METADATA):
        yield "the cell after the title is not the setup of tools/notebooks.py: run `make notebooks`"
    elif setup.outputs:
        yield "the setup cell says something where the package is found"
    if sum("setup" in tags_of(cell) for cell in notebook.cells) > 1:
        yield "there is more than one setup cell"


def pictures_say_it_in_words(notebook):
    for output in (output for cell in code_of(notebook) for output in cell.outputs):
        if PICTURE not in output.get("data", {}):
            continue
        words = output.metadata.get(PICTURE, {}).get("alt", "")
        if not words or words.startswith("<") or words != output.data.get("text/plain"):
            yield f"a picture has the alternative text {words!r}, which is not its sentence"


def tables_have_headers(notebook):
    for header in re.findall(r"^\|(.*)\| *\n\|[-:| ]+\| *$", prose_of(notebook), re.MULTILINE):
        if not all(name.strip() for name in header.split("|")):
            yield f"a column has no name in {header!r}"


def slide_types(notebook):
    types = {k: cell.metadata["slideshow"] for k, cell in enumerate(notebook.cells) if "slideshow" in cell.metadata}
    for k, slideshow in types.items():
        if set(slideshow) != {"slide_type"} or slideshow["slide_type"] not in SLIDE_TYPES:
            yield f"cell {k} has the slide type {slideshow}"
        if {"setup", "solution"} & set(tags_of(notebook.cells[k])):
            yield f"cell {k} is on a slide: the setup and solutions are not to be shown"
    if types and types.get(0) != {"slide_type": "slide"}:
        yield "there are slides, and the title is not the first of them"


def names_its_sources(notebook):
    sources = notebook.cells[-1].source
    items = re.findall(r"^- ", sources, re.MULTILINE)
    if not sources.startswith("## Sources\n") or not 2 <= len(items) <= 5:
        yield f"the last cell is not a list of two to five sources: {sources[:60]!r}"
    if D2L not in sources or SECTION not in sources:
        yield "the sources do not name the section of d2l and where its formulas stand here"
    if NOTATION not in notebook.cells[0].source:
        yield "the title cell does not link to the symbols and terms"


ALWAYS = [fresh, executed_in_order, without_widget_state, normalised, small, without_errors, draws_without_pyplot]
ALWAYS += [
    explorers_leave_a_picture,
    what_goes_uncompared_is_asserted,
    speaks_calmly,
    names_no_absolute_path,
    code_fits_a_narrow_window,
]
ALWAYS += [links_lead_somewhere, begins_with_setup, pictures_say_it_in_words, tables_have_headers, names_its_sources]
ALWAYS += [slide_types]
# not asked of the welcome, 00, and of the playground, 14, which teach nothing new and have no exercise
LESSONS = [goes_the_whole_way, exercise_waits_and_solution_is_judged]
