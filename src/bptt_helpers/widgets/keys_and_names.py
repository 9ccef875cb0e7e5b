"""What the controls of ipywidgets 8 lack in the page: names for screen readers, and keys that stay with them."""

from __future__ import annotations

from pathlib import Path

import anywidget

SCRIPT = Path(__file__).with_suffix(".js")


class KeysAndNames(anywidget.AnyWidget):
    """An invisible part of an explorer whose script looks after the other parts; see the script beside this file."""

    _esm = SCRIPT.read_text(encoding="utf-8")  # anywidget may watch a path for changes; a text is only sent

    def __init__(self):
        super().__init__(layout={"display": "none"})
