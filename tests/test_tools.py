"""The tool that executes and stores notebooks, on notebooks written for the purpose."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.stored_picture import a_picture
from tools.notebooks import PICTURE, SETUP, SETUP_METADATA, WIDGET_VIEW, main, normalise, put_setup, source_hash


def write(path, *sources):
    cells = [new_markdown_cell("# Try"), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_notebook_is_executed_in_its_folder_and_stored_without_widgets(tmp_path, capsys):
    slider = "import ipywidgets\nipywidgets.IntSlider()"
    path = write(
        tmp_path / "try.ipynb", slider, "from pathlib import Path\nprint(1, flush=True)\nprint(*Path().glob('*.ipynb'))"
    )
    assert main([path]) == 0
    stored = nbformat.read(path, as_version=4)
    _, setup, widget, listing = stored.cells
    assert (setup.source, setup.metadata) == (SETUP, SETUP_METADATA)
    assert [cell.execution_count for cell in stored.cells[1:]] == [1, 2, 3]
    assert [output.text for output in listing.outputs] == ["1\ntry.ipynb\n"]
    assert widget.outputs[0].data["text/plain"].startswith("IntSlider(")
    assert WIDGET_VIEW not in widget.outputs[0].data
    assert "widgets" not in stored.metadata
    assert stored.metadata.bptt.source_sha256 == source_hash(stored)
    assert "try.ipynb ... " in capsys.readouterr().out

    first = path.read_bytes()
    main([path])
    assert path.read_bytes() == first, "storing again changes nothing"


def test_a_notebook_that_fails_is_left_as_it_was(tmp_path):
    path = write(tmp_path / "try.ipynb", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        main([path])
    assert path.read_bytes() == before


def test_the_hash_sees_sources_and_types_but_no_outputs():
    cells = [new_markdown_cell("a"), new_code_cell("b")]
    wanted = source_hash(new_notebook(cells=cells))
    cells[1].execution_count = 7
    assert source_hash(new_notebook(cells=cells)) == wanted
    for other in ([new_markdown_cell("a"), new_code_cell("c")], cells[::-1], [new_code_cell("a"), new_code_cell("b")]):
        assert source_hash(new_notebook(cells=other)) != wanted


def test_there_is_one_setup_cell_after_the_title_however_often_it_is_put_there():
    old = new_code_cell("import bptt_helpers", metadata={"tags": ["setup"]})
    notebook = new_notebook(cells=[new_markdown_cell("# Try"), new_code_cell("1"), old])
    for _ in range(2):
        put_setup(notebook)
        assert [cell.source for cell in notebook.cells] == ["# Try", SETUP, "1"]
    notebook.cells[1].metadata["tags"].append("changed")
    assert SETUP_METADATA["tags"] == ["setup"], "each notebook has its own copy"


def test_a_picture_gets_its_sentence_as_alternative_text_and_nothing_else_keeps_metadata():
    picture = new_output("display_data", {PICTURE: a_picture(), "text/plain": "It fell."}, metadata={"isolated": True})
    words = new_output("display_data", {"text/plain": "a"}, metadata={"isolated": True})
    notebook = new_notebook(cells=[new_code_cell("", outputs=[picture, words])])
    normalise(notebook)
    assert [output.metadata for output in notebook.cells[0].outputs] == [{PICTURE: {"alt": "It fell."}}, {}]
