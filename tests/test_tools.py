"""The tool that executes and stores notebooks, on notebooks written for the purpose."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.notebooks import WIDGET_VIEW, main, source_hash


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
    _, widget, listing = stored.cells
    assert [widget.execution_count, listing.execution_count] == [1, 2]
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
