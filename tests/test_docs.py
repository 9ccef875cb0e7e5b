"""The pages in docs/: every formula of the section is listed, every link arrives, every name in code exists."""

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
NOTATION, SECTION = (ROOT / "docs" / name for name in ("notation.md", "d2l_section.md"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
EXPECTED = [f"(9.7.{number})" for number in range(1, 17)]
EXPECTED += ["Full computation", "Truncating time steps", "Randomised truncation", "Figure 9.7.1", "Figure 9.7.2"]
EXPECTED += ["Exercise 1.1", "Exercise 1.2", "Exercise 1.3", "Exercise 2"]


def rows_of(text):
    """The cells of every row of every table, headers and rules left out."""
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        for row in table.splitlines()[2:]:
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def loose_rows(text):
    """The first row of what looks like a table and has no rule under its first row: it would be shown as it is."""
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        first, *rest = table.splitlines()
        if not rest or not re.fullmatch(r"\|[-:| ]+\|", rest[0]):
            yield first


def anchors_of(path):
    """What follows # in links to a file: JupyterLab and code hosts keep a notebook's headings and put dashes in."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        return {heading.strip().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def wrong_links(text, folder):
    for link in LINK.findall(text):
        target, _, anchor = link.partition("#")
        path = folder / target
        if not path.is_file():
            yield f"{link}: there is no such file"
        elif anchor and unquote(anchor) not in anchors_of(path):
            yield f"{link}: there is no such heading"


def unlisted(text):
    names = [row[0] for row in rows_of(text)]
    return [name for name in EXPECTED if name not in names]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_arrives(page):
    text = page.read_text(encoding="utf-8")
    assert LINK.search(text)
    assert list(wrong_links(text, page.parent)) == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_row_belongs_to_a_table_whose_columns_have_names(page):
    text = page.read_text(encoding="utf-8")
    assert list(loose_rows(text)) == []
    assert re.findall(r"^\| *\|.*\n\|-.*", text, re.MULTILINE) == []
    head, *rows = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)[0].splitlines(keepends=True)
    assert list(loose_rows(text.replace(rows[1], "\n" + rows[1], 1))) == [rows[1].rstrip()], head


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("02_chain_rule.ipynb#The-other-weights", "02_chain_rule.ipynb#The-other-weight"),
        ("01_unrolling.ipynb#See", "01_unrolling.ipynb#see"),
        ("04_jacobian_spectra.ipynb#What-holds,-then", "06_truncation.ipynb#What-holds,-then"),
        ("../notebooks/01_unrolling.ipynb#Explore", "01_unrolling.ipynb#Explore"),
        ("(notation.md)", "(notation.md#growths)"),
    ],
)
def test_a_wrong_link_is_found(right, wrong):
    text = SECTION.read_text(encoding="utf-8")
    assert right in text
    assert list(wrong_links(text.replace(right, wrong), SECTION.parent))


def test_headings_of_a_page_are_found_too():
    assert list(wrong_links("[growth](notation.md#growth)", NOTATION.parent)) == []


def test_every_formula_strategy_figure_and_exercise_has_a_place():
    rows = list(rows_of(SECTION.read_text(encoding="utf-8")))
    assert [row[0] for row in rows] == EXPECTED
    for name, *cells in rows:
        assert len(cells) == 3, name
        assert all(cells), name
        assert "../notebooks/" in cells[1], name


@pytest.mark.parametrize("name", EXPECTED)
def test_a_missing_row_is_found(name):
    lines = SECTION.read_text(encoding="utf-8").splitlines(keepends=True)
    assert unlisted("".join(lines)) == []
    assert unlisted("".join(line for line in lines if not line.startswith(f"| {name} |"))) == [name]


def words_of_the_code():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    return set(re.findall(r"\w+", "\n".join(texts + [cell.source for cell in cells if cell.cell_type == "code"])))


def symbols(text):
    return [row for row in rows_of(text) if len(row) == 4]


def unknown_names(text):
    names = {name for row in symbols(text) for name in re.findall(r"[A-Za-z]\w*", row[2])}
    return names - words_of_the_code()


def test_every_symbol_and_term_has_a_meaning_and_a_notebook():
    rows = symbols(NOTATION.read_text(encoding="utf-8"))
    assert len(rows) > 60
    for symbol, meaning, _, first in rows:
        assert symbol, meaning
        assert meaning, symbol
        assert re.fullmatch(r"\[(\d\d)\]\(\.\./notebooks/\1_\w+\.ipynb\)", first), symbol


def test_names_in_code_exist_and_one_that_does_not_is_found():
    text = NOTATION.read_text(encoding="utf-8")
    assert unknown_names(text) == set()
    assert unknown_names(text.replace("`sequence_length`", "`length_of_sequence`")) == {"length_of_sequence"}


def test_the_symbols_of_the_section_are_translated():
    there = " ".join(row[0] for row in rows_of(NOTATION.read_text(encoding="utf-8")) if len(row) == 2)
    names = ["f(", "g(", "w_h", "w_o", "l(", "h,", "a_t", "b_t", "c_t"]
    names += ["ξ_t", "π_t", "z_t", "prod", "M", "v_i", "λ_i", "k"]
    for symbol in names:
        assert symbol in there, symbol


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_links_to_both_pages(path):
    cells = nbformat.read(path, as_version=4).cells
    title, sources = cells[0].source, cells[-1].source
    assert "](../docs/notation.md)" in title
    assert "](../docs/d2l_section.md)" in sources
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert list(wrong_links(text, path.parent)) == []
