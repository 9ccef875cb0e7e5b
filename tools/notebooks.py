"""Execute notebooks and store them the way this project keeps them: `make notebooks`.

Stored are text, pictures and execution counts. Left out are widgets, which are dead without their kernel, and whatever
differs between two machines. A hash of the cells goes into the metadata: `tests/test_notebooks.py` compares it, so that
a cell changed without running it is noticed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def source_hash(notebook) -> str:
    """A hash of type and source of every cell.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for cell in notebook.cells:
        digest.update(f"{cell.cell_type}\0{cell.source}\0".encode())
    return digest.hexdigest()


def execute(notebook, folder) -> None:
    """Run all cells in a new kernel, in place; an exception in a cell ends it."""
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, resources=place, coalesce_streams=True).execute()


def normalise(notebook) -> None:
    """Drop widgets and all that differs between machines, number the cells, and note the hash, in place."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}, "bptt": {"source_sha256": source_hash(notebook)}}
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _join_streams(cell.outputs)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            output.get("metadata", {}).clear()


def _join_streams(outputs):
    """Printed text arrives in pieces whose number hangs on timing: put pieces that follow each other together."""
    joined = []
    for output in outputs:
        if joined and output.output_type == "stream" and output.get("name") == joined[-1].get("name"):
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def main(paths) -> int:
    """Execute and store each notebook; say which and how long it took."""
    for path in map(Path, paths):
        print(f"{path} ... ", end="", flush=True)
        started = time.perf_counter()
        notebook = nbformat.read(path, as_version=4)
        execute(notebook, path.parent)
        normalise(notebook)
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        print(f"{time.perf_counter() - started:.1f} s, {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    sys.exit(main(parser.parse_args().notebooks))
