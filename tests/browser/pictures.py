"""A picture of each explorer in JupyterLab, in a wide window, a narrow one and the dark theme, to be looked at.

python -m tests.browser.pictures FOLDER
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bptt_helpers import widgets

from .cells import EXPLORERS
from .lab import open_lab


def main(folder):
    """Take the pictures."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as served,
        open_lab(served) as lab,
        lab.notebook("all.ipynb", EXPLORERS) as notebook,
    ):
        problems = notebook.run_all()
        print(*(f"{widgets.EXPLORERS[cell]}: {text}" for cell, text in problems.items()), sep="\n", end="")
        for look, width, theme in (("wide", 1100, "Light"), ("narrow", 700, "Light"), ("dark", 1100, "Dark")):
            lab.page.set_viewport_size({"width": width, "height": 1200})
            notebook.do(
                f"await window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})"
            )
            for cell in notebook.widget_cells():
                explorer = notebook.explorer(cell)
                explorer.handles()[0].focus()
                explorer.box.screenshot(path=folder / f"{widgets.EXPLORERS[cell]}-{look}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
