"""Execute notebooks and store them the way this project keeps them: `make notebooks`.

Stored are text, pictures and execution counts. Left out are widgets, which are dead without their kernel, and whatever
differs between two machines. A hash of the cells goes into the metadata: `tests/test_notebooks.py` compares it, so that
a cell changed without running it is noticed. The cell after the title is the same in all notebooks and stands here.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from tools.pictures import lighter

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PICTURE = "image/png"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What `jupyter nbconvert --to script` and code hosts ask for; no version, which differs between machines.
LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
# Says nothing where the package is found. Threads that share a small matrix mostly wait for each other, and NumPy asks
# how many are wanted when it is loaded. On Colab it installs what is missing; pip's default leaves alone all that is
# new enough, and no dependency has an upper bound. Elsewhere one sentence ends the run: IPython shows what
# `_render_traceback_` returns in place of a traceback.
SETUP = """\
# @title Setup: find the package of this course, or say how to install it
import os
import sys
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small matrices: one thread is quickest
if not find_spec("bptt_helpers") and "google.colab" in sys.modules:
    %pip install --quiet bptt-helpers
if not find_spec("bptt_helpers"):
    what = "--editable .." if Path("../src/bptt_helpers").is_dir() else "bptt-helpers"
    text = "The package bptt_helpers is not installed here: copy `%pip install "
    text += what + "` into a new cell, run it, then restart the kernel."
    raise type("Missing", (Exception,), {"_render_traceback_": lambda _: [text]})(text)"""
# folded by JupyterLab and by Colab
SETUP_METADATA = {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["setup"]}


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


def put_setup(notebook) -> None:
    """Make the setup cell, as it stands here, the one after the title, in place."""
    cells = [cell for cell in notebook.cells if "setup" not in cell.metadata.get("tags", [])]
    setup = new_code_cell(SETUP, metadata=copy.deepcopy(SETUP_METADATA))
    notebook.cells = [*cells[:1], setup, *cells[1:]]


def execute(notebook, folder) -> None:
    """Run all cells in a new kernel, in place; an exception in a cell ends it."""
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, resources=place, coalesce_streams=True).execute()


def normalise(notebook) -> None:
    """Drop widgets and all that differs between machines, number the cells, and note the hash, in place.

    A picture gets its sentence, which lies beside it as plain text, as alternative text, under the key that IPython and
    nbconvert's classic template use. JupyterLab and nbconvert's lab template ignore it, but heed an ``<img>`` in HTML;
    that is not stored, since nbval would compare its bytes and a host that cleans HTML could drop the picture.
    """
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": LANGUAGE, "bptt": {"source_sha256": source_hash(notebook)}}
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _join_streams(cell.outputs)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            output.get("metadata", {}).clear()
            if PICTURE in output.get("data", {}):
                output.data[PICTURE] = lighter(output.data[PICTURE])
                output.metadata[PICTURE] = nbformat.from_dict({"alt": output.data.get("text/plain", "")})


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
        put_setup(notebook)
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
