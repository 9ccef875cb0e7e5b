"""The stored notebooks keep the rules of tools/notebook_rules.py, and every rule is able to complain."""

from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter, ScriptExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.stored_picture import a_picture
from tools.notebook_rules import (
    ALWAYS,
    D2L,
    FOLDER,
    IGNORE,
    LESSONS,
    MAX_BYTES,
    MAX_LINES,
    NOTATION,
    SECTION,
    SECTIONS,
    begins_with_setup,
    code_fits_a_narrow_window,
    code_of,
    draws_without_pyplot,
    executed_in_order,
    exercise_waits_and_solution_is_judged,
    explorers_leave_a_picture,
    fresh,
    goes_the_whole_way,
    links_lead_somewhere,
    names_its_sources,
    names_no_absolute_path,
    normalised,
    pictures_say_it_in_words,
    slide_types,
    small,
    speaks_calmly,
    tables_have_headers,
    what_goes_uncompared_is_asserted,
    without_errors,
    without_widget_state,
)
from tools.notebooks import PICTURE, SETUP, WIDGET_VIEW, normalise, put_setup

NO_LESSONS = {"00_", "14_"}  # the welcome and the playground: nothing is derived, and no exercise judged
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_keeps_every_rule(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    rules = ALWAYS + ([] if path.stem[:3] in NO_LESSONS else LESSONS)
    complaints = [f"{rule.__name__}: {complaint}" for rule in rules for complaint in rule(notebook)]
    assert not complaints, "\n".join(complaints)


KEPT = {"10_", "11_"}  # for memory and time, and for gradients without going back


def test_the_notebooks_are_numbered_and_only_the_numbers_kept_are_missing():
    numbers = [path.name[:3] for path in NOTEBOOKS]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) | KEPT == {f"{number:02d}_" for number in range(int(numbers[-1][:2]) + 1)}
    assert not KEPT & set(numbers)


def sound():
    """A notebook that keeps every rule, as if it had been executed and stored."""
    title = f"# Measure a gradient\n\nIs `a != b`, or $n!$ terms? https://example.org/tmp/ [symbols{NOTATION}"
    cells = [new_markdown_cell(title)]
    cells += [new_markdown_cell(f"## {name}") for name in SECTIONS[:-1]]
    picture = new_output("display_data", {PICTURE: a_picture(), "text/plain": "It fell."})
    waiting = new_output("execute_result", {"text/plain": "Not attempted yet: …"}, execution_count=5)
    cells += [
        new_code_cell("explorer = explore_influence()\nexplorer", metadata={"tags": [IGNORE]}, outputs=[picture]),
        new_code_cell("print(answer_looked_for)", outputs=[new_output("stream", name="stdout", text="7\n")]),
        new_code_cell("def answer(x):\n    raise NotImplementedError"),
        new_code_cell("check_answer(answer)", outputs=[waiting]),
        new_code_cell(
            "check_answer.solution(abs)",
            metadata={"tags": ["solution"], "jupyter": {"source_hidden": True}},
        ),
    ]
    cells += [
        new_markdown_cell(f"## Sources\n\n- [The section]({D2L}), [here{SECTION}\n- A paper\n\n| a | b |\n|---|---|")
    ]
    for cell in cells[:2]:
        cell.metadata.slideshow = {"slide_type": "slide"}
    notebook = new_notebook(cells=cells)
    put_setup(notebook)
    for count, cell in enumerate(code_of(notebook), start=1):
        cell.execution_count = count
    normalise(notebook)
    return notebook


def test_a_sound_notebook_is_not_blamed():
    assert [list(rule(sound())) for rule in ALWAYS + LESSONS] == [[]] * len(ALWAYS + LESSONS)


SETUP_CELL, EXPLORE, ANSWER, STUB, CHECK, SOLUTION, SOURCES = 1, *range(-6, 0)
PLANTED = [
    (fresh, lambda nb: nb.cells[ANSWER].update(source="print(1)")),
    (fresh, lambda nb: nb.cells[0].update(source="# Another title")),
    (fresh, lambda nb: nb.cells.insert(3, new_code_cell(""))),
    (executed_in_order, lambda nb: nb.cells[STUB].update(execution_count=None)),
    (executed_in_order, lambda nb: nb.cells[STUB].update(execution_count=2)),
    (without_widget_state, lambda nb: nb.metadata.update(widgets={})),
    (without_widget_state, lambda nb: nb.cells[EXPLORE].outputs[0].data.update({WIDGET_VIEW: {}})),
    (normalised, lambda nb: nb.metadata.update(language_info={"name": "python", "version": "3.11.7"})),
    (normalised, lambda nb: nb.cells[STUB].metadata.update(execution={"iopub.status.busy": "2026"})),
    (small, lambda nb: nb.cells[EXPLORE].outputs[0].data.update({PICTURE: "A" * MAX_BYTES})),
    (small, lambda nb: nb.cells[STUB].update(source="\n" * MAX_LINES)),
    (without_errors, lambda nb: nb.cells[STUB].outputs.append(new_output("error", ename="E", evalue="", traceback=[]))),
    (without_errors, lambda nb: nb.cells[STUB].outputs.append(new_output("stream", name="stderr", text="Warning"))),
    (explorers_leave_a_picture, lambda nb: nb.cells[EXPLORE].metadata.update(tags=[])),
    (explorers_leave_a_picture, lambda nb: nb.cells[EXPLORE].outputs.clear()),
    (explorers_leave_a_picture, lambda nb: nb.cells[EXPLORE].update(source="e = explore_x()\ne;")),
    (explorers_leave_a_picture, lambda nb: nb.cells[ANSWER].update(source="print(e.sentence)")),
    (code_fits_a_narrow_window, lambda nb: nb.cells[ANSWER].update(source="x = 1  # " + "a" * 80)),
    (what_goes_uncompared_is_asserted, lambda nb: nb.cells[CHECK].metadata.update(tags=[IGNORE])),
    (what_goes_uncompared_is_asserted, lambda nb: nb.cells[STUB].metadata.update(tags=["raises-exception"])),
    (goes_the_whole_way, lambda nb: nb.cells.pop(2)),
    (goes_the_whole_way, lambda nb: nb.cells.insert(2, nb.cells.pop(3))),
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
    (names_no_absolute_path, lambda nb: nb.cells[ANSWER].outputs[0].update(text="C:\\text.txt")),
    (names_no_absolute_path, lambda nb: nb.cells[CHECK].outputs[0].data.update({"text/plain": "'/tmp/x'"})),
    (links_lead_somewhere, lambda nb: nb.cells[0].update(source="[next](99_missing.ipynb#why)")),
    (begins_with_setup, lambda nb: nb.cells.pop(SETUP_CELL)),
    (begins_with_setup, lambda nb: nb.cells[SETUP_CELL].update(source=SETUP + "\n")),
    (begins_with_setup, lambda nb: nb.cells[SETUP_CELL].metadata.update(tags=[])),
    (begins_with_setup, lambda nb: nb.cells[SETUP_CELL].outputs.append(new_output("stream", text="found"))),
    (begins_with_setup, lambda nb: nb.cells[STUB].metadata.update(tags=["setup"])),
    (pictures_say_it_in_words, lambda nb: nb.cells[EXPLORE].outputs[0].metadata.clear()),
    (pictures_say_it_in_words, lambda nb: nb.cells[EXPLORE].outputs[0].metadata[PICTURE].update(alt="It rose.")),
    (pictures_say_it_in_words, lambda nb: nb.cells[EXPLORE].outputs[0].data.pop("text/plain")),
    (tables_have_headers, lambda nb: nb.cells[SOURCES].update(source="| | b |\n|---|---|")),
    (tables_have_headers, lambda nb: nb.cells[SOURCES].update(source="text\n| a | |\n|---|:-:|\n| c | |")),
    (tables_have_headers, lambda nb: nb.cells[SOURCES].update(source="| a | | b |\n| --- | --- | --- |")),
    (slide_types, lambda nb: nb.cells[0].metadata.slideshow.update(slide_type="page")),
    (slide_types, lambda nb: nb.cells[0].metadata.slideshow.update(hidden=True)),
    (slide_types, lambda nb: nb.cells[0].metadata.pop("slideshow")),
    (slide_types, lambda nb: nb.cells[SOLUTION].metadata.update(slideshow={"slide_type": "slide"})),
    (slide_types, lambda nb: nb.cells[SETUP_CELL].metadata.update(slideshow={"slide_type": "notes"})),
    (names_its_sources, lambda nb: nb.cells.pop(SOURCES)),
    (names_its_sources, lambda nb: nb.cells[SOURCES].update(source=f"## Sources\n\n- [d2l]({D2L}), [here{SECTION}")),
    (names_its_sources, lambda nb: nb.cells[SOURCES].update(source=f"## Sources\n\n- [here{SECTION}\n- A paper")),
    (names_its_sources, lambda nb: nb.cells[0].update(source="# No link to the symbols")),
]


@pytest.mark.parametrize(("rule", "tamper"), PLANTED)
def test_a_tampered_notebook_is_blamed(rule, tamper):
    notebook = sound()
    tamper(notebook)
    assert list(rule(notebook))


def test_every_rule_was_tampered_with():
    assert {rule for rule, _ in PLANTED} == set(ALWAYS + LESSONS)


# What others make of a stored notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_exports_as_a_python_script(path):
    script, resources = ScriptExporter().from_filename(str(path))
    assert resources["output_extension"] == ".py"
    compile(script, path.stem, "exec")


class AlternativeTexts(HTMLParser):
    """Collects the alternative texts of stored pictures."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "img" and dict(attrs)["src"].startswith("data:image/png"):
            self.found.append(dict(attrs).get("alt"))


def test_a_page_made_from_it_says_in_words_what_a_picture_shows():
    path = FOLDER / "06_truncation.ipynb"  # has pictures that move and pictures that do not
    page, _ = HTMLExporter(template_name="classic").from_filename(str(path))  # "lab" knows no alternative texts
    outputs = [output for cell in code_of(nbformat.read(path, as_version=4)) for output in cell.outputs]
    sentences = [output.data["text/plain"] for output in outputs if PICTURE in output.get("data", {})]
    assert len(sentences) > 1
    assert AlternativeTexts(page).found == sentences
