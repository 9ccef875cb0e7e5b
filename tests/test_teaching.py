"""The teacher's guide: its minutes add up, its numbers are those of the notebooks, its quotes those of the checks."""

import ast
import re
from functools import cache

import nbformat
import pytest

from bptt_helpers.lessons.catalogue import EXPLORERS
from tests.test_docs import NOTEBOOKS, ROOT, rows_of

GUIDE = ROOT / "docs" / "teaching.md"
TEXT = GUIDE.read_text(encoding="utf-8")
NUMBER = re.compile(r"\d[\d.,^-]*(?:e-\d+)?%?(?<![.,])")
FIRST_LINK = re.compile(r"\.\./notebooks/(\w+\.ipynb)")


def section(text, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]


def minutes(text):
    """(first, last) of every row of a path."""
    return [tuple(map(int, row[0].split("–"))) for row in rows_of(text)]


@cache
def printed_by(name):
    """The numbers that the cells of a notebook print and its pictures say."""
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    said = [output.get("text", "") + output.get("data", {}).get("text/plain", "") for output in outputs]
    return set(NUMBER.findall(" ".join(said)))


def not_measured(text):
    """Numbers of the last column that no cell of the notebook of their row prints."""
    for explorer, _, measured in rows_of(section(text, "The question before each slider")):
        printed = printed_by(FIRST_LINK.search(explorer)[1])
        for number in NUMBER.findall(re.sub(r"h_0 = 0|step 1\b|copy 1\b|1/T", "", measured)):
            if number not in printed:
                yield f"{explorer}: {number}"


@cache
def sentences_of_the_checks():
    """All texts that a check can say, as far as they hold no number of the reader's."""
    files = (ROOT / "src" / "bptt_helpers" / "lessons").rglob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def not_said(text):
    quotes = re.findall(r"“(.+?)”", section(text, "What students get wrong").replace("Words in “…” are", ""))
    return [quote for quote in quotes if quote not in sentences_of_the_checks()]


@pytest.mark.parametrize(("heading", "length"), [("In 50 minutes", 50), ("In three hours", 180)])
def test_a_path_fills_its_time_without_a_gap(heading, length):
    first, *others = minutes(section(TEXT, heading))
    assert first[0] == 0
    end = first[1]
    for start, stop in others:
        assert start == end < stop
        end = stop
    assert end == length


def test_the_minutes_of_the_parts_fit_into_their_rows():
    for (start, stop), row in zip(
        minutes(section(TEXT, "In three hours")), rows_of(section(TEXT, "In three hours")), strict=True
    ):
        parts = sum(int(number) for number in re.findall(r" (\d+)(?=[,;]|$)", row[2]))
        assert parts in (0, stop - start), row


def test_every_explorer_has_a_question():
    rows = list(rows_of(section(TEXT, "The question before each slider")))
    # live training is no explorer of the catalogue
    assert len(rows) == len(EXPLORERS) + 1
    assert {FIRST_LINK.search(row[0])[1] for row in rows} == {path.name for path in NOTEBOOKS}
    for _, question, _ in rows:
        assert question.endswith("?")


def test_its_numbers_are_measured_and_a_wrong_one_is_found():
    assert list(not_measured(TEXT)) == []
    assert len(list(not_measured(TEXT.replace("gone after 215", "gone after 216")))) == 1
    assert len(list(not_measured(TEXT.replace("| 2.89 |", "| 2.9 |")))) == 1


def test_its_quotes_are_what_a_check_says_and_a_wrong_one_is_found():
    assert not_said(TEXT) == []
    assert len(not_said(TEXT.replace("your walks visit τ + 1 states", "your walks visit τ states"))) == 1


def test_the_checks_it_names_exist():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*check.py"))
    names = set(re.findall(r"^def (check_\w+)", code, re.MULTILINE))
    named = set(re.findall(r"`(check_\w+)", TEXT))
    assert named
    assert named <= names
