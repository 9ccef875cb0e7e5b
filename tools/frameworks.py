"""Store what PyTorch and JAX give in notebook 13, for readers who have neither: `make results`.

The notebook's own cells are run, in a kernel, and every call of a function under `needs` is noted with its result and
the library's version. So what is stored cannot be of other code than what stands in the notebook.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from bptt_helpers.lessons.own_model.extras import LIBRARIES
from bptt_helpers.tasks.stored import data_file
from tools.notebooks import execute

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "13_your_model.ipynb"
STORE = data_file("frameworks.json")
NOTE = "from bptt_helpers.lessons.own_model import extras\nextras.recorded = []"
WRITE = """\
import json
from pathlib import Path
from bptt_helpers.lessons.own_model import extras
Path({!r}).write_text(json.dumps(extras.recorded), encoding="utf-8")"""


def calls_in(notebook, folder) -> list:
    """What the libraries gave, each call once and in order, from running all cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Is left as it is.
    folder : path
        Where the cells run.

    Returns
    -------
    list of dict
        Function, hash of its text, arguments, library, version, whether the result varies, and the result.
    """
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "calls.json"
        cells = [new_code_cell(NOTE), *notebook.cells, new_code_cell(WRITE.format(str(file)))]
        execute(nbformat.from_dict({**notebook, "cells": cells}), folder)
        calls = json.loads(file.read_text(encoding="utf-8"))
    return list({json.dumps([call["text"], call["function"], call["arguments"]]): call for call in calls}.values())


def main(notebook=NOTEBOOK, store=STORE) -> int:
    """Run the notebook and write the file; say how many calls it holds."""
    calls = calls_in(nbformat.read(notebook, as_version=4), Path(notebook).parent)
    came = {call["library"] for call in calls}
    missing = [library for library in LIBRARIES if library not in came]
    if missing:
        wanted, none = " and of ".join(LIBRARIES), " and of ".join(missing)
        way_out = "nothing was stored. `make torch jax` installs them"
        print(f"frameworks: want calls of {wanted}, none came of {none}; {way_out}", file=sys.stderr)
        return 1
    lines = ",\n".join(json.dumps(call, separators=(",", ":"), allow_nan=False) for call in calls)
    Path(store).write_text(f'{{"settings":{{}},"runs":[\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{len(calls)} calls, {Path(store).stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    sys.exit(main())
