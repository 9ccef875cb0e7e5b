"""What every stored notebook must be, as rules; nbval, which compares the outputs themselves, cannot see these.

A rule takes a notebook and yields complaints. Each one is first shown to pass a small sound notebook and to refuse the
same one tampered with, so that a rule that can never complain is noticed.
"""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.notebooks import WIDGET_VIEW, normalise, source_hash

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SECTIONS = ["Predict", "See", "Explore", "Why", "Exercise", "Solution", "Summary"]
IGNORE = "nbval-ignore-output"
MAX_BYTES, MAX_LINES = 1_000_000, 18
EXPLORER = re.compile(r"^(\w+) = explore_\w+\(", re.MULTILINE)
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


def explorers_leave_picture_and_sentence(notebook):
    cells = code_of(notebook)
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        found = EXPLORER.search(cell.source)
        if found is None:
            continue
        name = found[1]
        if IGNORE not in tags_of(cell):
            yield f"{name}: the tag {IGNORE} is missing"
        if cell.source.splitlines()[-1] != name:
            yield f"{name}: the explorer is not shown by the last line"
        if not any("image/png" in output.get("data", {}) for output in cell.outputs):
            yield f"{name}: no picture is stored"
        if following is None or following.source != f"print({name}.sentence)" or tags_of(following):
            yield f"{name}: the next cell is not print({name}.sentence), without tags"
        elif not printed_by(following).strip():
            yield f"{name}: no sentence is stored"


def what_goes_uncompared_is_asserted(notebook):
    for cell in code_of(notebook):
        unknown = set(tags_of(cell)) - {IGNORE, "solution"}
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
        if here and not goes_on and "assert " not in cell.source:
            yield f"a solution is not judged by its last cell: {cell.source[:60]!r}"
        if here != cell.metadata.get("jupyter", {}).get("source_hidden", False):
            yield f"solutions are hidden, and nothing else is: {cell.source[:60]!r}"


def draws_without_pyplot(notebook):
    if any(re.search(r"\bplt\b|pyplot", cell.source) for cell in code_of(notebook)):
        yield "pyplot keeps every figure alive; figures/ draws"


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


ALWAYS = [fresh, executed_in_order, without_widget_state, normalised, small, without_errors, draws_without_pyplot]
ALWAYS += [
    explorers_leave_picture_and_sentence,
    what_goes_uncompared_is_asserted,
    speaks_calmly,
    names_no_absolute_path,
]
ALWAYS += [links_lead_somewhere]
# the welcome, 00, teaches nothing yet and has no exercise
LESSONS = [goes_the_whole_way, exercise_waits_and_solution_is_judged]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_keeps_every_rule(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    rules = ALWAYS + ([] if path.stem.startswith("00_") else LESSONS)
    complaints = [f"{rule.__name__}: {complaint}" for rule in rules for complaint in rule(notebook)]
    assert not complaints, "\n".join(complaints)


def test_the_notebooks_are_numbered_without_gap():
    assert NOTEBOOKS
    assert [path.name[:3] for path in NOTEBOOKS] == [f"{number:02d}_" for number in range(len(NOTEBOOKS))]


def sound():
    """A notebook that keeps every rule, as if it had been executed and stored."""
    cells = [new_markdown_cell("# Measure a gradient\n\nIs `a != b`, or $n!$ terms? Source: https://example.org/tmp/")]
    cells += [new_markdown_cell(f"## {name}") for name in SECTIONS]
    picture = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "influence"})
    waiting = new_output("execute_result", {"text/plain": "Not attempted yet: …"}, execution_count=4)
    cells += [
        new_code_cell("explorer = explore_influence()\nexplorer", metadata={"tags": [IGNORE]}, outputs=[picture]),
        new_code_cell("print(explorer.sentence)", outputs=[new_output("stream", name="stdout", text="It fell.\n")]),
        new_code_cell("def answer(x):\n    raise NotImplementedError"),
        new_code_cell("check_answer(answer)", outputs=[waiting]),
        new_code_cell(
            "feedback = check_answer(abs)\nassert feedback.ok, feedback",
            metadata={"tags": ["solution"], "jupyter": {"source_hidden": True}},
        ),
    ]
    for count, cell in enumerate(cells[-5:], start=1):
        cell.execution_count = count
    notebook = new_notebook(cells=cells)
    normalise(notebook)
    return notebook


def test_a_sound_notebook_is_not_blamed():
    assert [list(rule(sound())) for rule in ALWAYS + LESSONS] == [[]] * len(ALWAYS + LESSONS)


EXPLORE, SENTENCE, STUB, CHECK, SOLUTION = range(-5, 0)
PLANTED = [
    (fresh, lambda nb: nb.cells[SENTENCE].update(source="print(1)")),
    (fresh, lambda nb: nb.cells[0].update(source="# Another title")),
    (fresh, lambda nb: nb.cells.insert(3, new_code_cell(""))),
    (executed_in_order, lambda nb: nb.cells[STUB].update(execution_count=None)),
    (executed_in_order, lambda nb: nb.cells[STUB].update(execution_count=2)),
    (without_widget_state, lambda nb: nb.metadata.update(widgets={})),
    (without_widget_state, lambda nb: nb.cells[EXPLORE].outputs[0].data.update({WIDGET_VIEW: {}})),
    (normalised, lambda nb: nb.metadata.update(language_info={"name": "python", "version": "3.11.7"})),
    (normalised, lambda nb: nb.cells[STUB].metadata.update(execution={"iopub.status.busy": "2026"})),
    (small, lambda nb: nb.cells[EXPLORE].outputs[0].data.update({"image/png": "A" * MAX_BYTES})),
    (small, lambda nb: nb.cells[STUB].update(source="\n" * MAX_LINES)),
    (without_errors, lambda nb: nb.cells[STUB].outputs.append(new_output("error", ename="E", evalue="", traceback=[]))),
    (without_errors, lambda nb: nb.cells[STUB].outputs.append(new_output("stream", name="stderr", text="Warning"))),
    (explorers_leave_picture_and_sentence, lambda nb: nb.cells[EXPLORE].metadata.update(tags=[])),
    (explorers_leave_picture_and_sentence, lambda nb: nb.cells[EXPLORE].outputs.clear()),
    (explorers_leave_picture_and_sentence, lambda nb: nb.cells[EXPLORE].update(source="e = explore_x()\ne;")),
    (explorers_leave_picture_and_sentence, lambda nb: nb.cells[SENTENCE].outputs.clear()),
    (explorers_leave_picture_and_sentence, lambda nb: nb.cells[SENTENCE].metadata.update(tags=[IGNORE])),
    (explorers_leave_picture_and_sentence, lambda nb: nb.cells.pop(SENTENCE)),
    (explorers_leave_picture_and_sentence, lambda nb: nb.update(cells=nb.cells[: EXPLORE + 1])),
    (what_goes_uncompared_is_asserted, lambda nb: nb.cells[CHECK].metadata.update(tags=[IGNORE])),
    (what_goes_uncompared_is_asserted, lambda nb: nb.cells[STUB].metadata.update(tags=["raises-exception"])),
    (goes_the_whole_way, lambda nb: nb.cells.pop(2)),
    (goes_the_whole_way, lambda nb: nb.cells.insert(1, nb.cells.pop(2))),
    (exercise_waits_and_solution_is_judged, lambda nb: nb.cells.pop(STUB)),
    (exercise_waits_and_solution_is_judged, lambda nb: nb.cells.pop(CHECK)),
    (exercise_waits_and_solution_is_judged, lambda nb: nb.cells.pop(SOLUTION)),
    (exercise_waits_and_solution_is_judged, lambda nb: nb.cells[SOLUTION].update(source="check_answer(abs)")),
    (exercise_waits_and_solution_is_judged, lambda nb: nb.cells[SOLUTION].update(execution_count=None)),
    (exercise_waits_and_solution_is_judged, lambda nb: nb.cells[SOLUTION].metadata.pop("jupyter")),
    (
        exercise_waits_and_solution_is_judged,
        lambda nb: nb.cells[CHECK].metadata.update(jupyter={"source_hidden": True}),
    ),
    (draws_without_pyplot, lambda nb: nb.cells[STUB].update(source="from matplotlib import pyplot")),
    (draws_without_pyplot, lambda nb: nb.cells[STUB].update(source="plt.plot(x)")),
    (speaks_calmly, lambda nb: nb.cells[0].update(source="`a != b` holds!")),
    (names_no_absolute_path, lambda nb: nb.cells[STUB].update(source='open("/home/reader/text.txt")')),
    (names_no_absolute_path, lambda nb: nb.cells[SENTENCE].outputs[0].update(text="C:\\text.txt")),
    (names_no_absolute_path, lambda nb: nb.cells[CHECK].outputs[0].data.update({"text/plain": "'/tmp/x'"})),
    (links_lead_somewhere, lambda nb: nb.cells[0].update(source="[next](99_missing.ipynb#why)")),
]


@pytest.mark.parametrize(("rule", "tamper"), PLANTED)
def test_a_tampered_notebook_is_blamed(rule, tamper):
    notebook = sound()
    tamper(notebook)
    assert list(rule(notebook))


def test_every_rule_was_tampered_with():
    assert {rule for rule, _ in PLANTED} == set(ALWAYS + LESSONS)
