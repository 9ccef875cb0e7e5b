"""What an explorer does in the page that ipywidgets 8 does not: names, keys, and an answer that comes in order."""

from __future__ import annotations

from pathlib import Path

import anywidget
import ipywidgets as W
from traitlets import Bool, List

SCRIPT = Path(__file__).with_suffix(".js")


class InPage(anywidget.AnyWidget):
    """An invisible part of an explorer whose script looks after the other parts; see the script beside this file.

    Parameters
    ----------
    touched : callable (x, y), optional
        Called with each place of a pressed pointer on the picture, as fractions of its width and height from below.
    links : sequence of ipywidgets.DirectionalLink
        From play buttons to their sliders: the page keeps the buttons where the sliders are.
    """

    # anywidget may watch a path for changes; a text is only sent
    _esm = SCRIPT.read_text(encoding="utf-8")
    _css = SCRIPT.with_suffix(".css").read_text(encoding="utf-8")
    touchable = Bool().tag(sync=True)
    players = List().tag(sync=True)  # of [model of the buttons, model of the slider, its trait]

    def __init__(self, touched=None, links=()):
        players = [[link.source[0].model_id, link.target[0].model_id, link.target[1]] for link in links]
        super().__init__(layout={"display": "none"}, touchable=touched is not None, players=players)
        self._touched = touched
        self.on_msg(self._answer)

    def _answer(self, _, content, __):
        self._touched(*content["touch"])

    def set(self, values) -> None:
        """Let the page set controls to `values` (dict of control to value), behind all that waits there.

        The last value of a drag waits in the page until the kernel has answered the one before, so that a click on
        Reset overtakes it and would be undone by it.
        """
        self.send({control.model_id: _state(control, value) for control, value in values.items()})


def _state(control, value):
    """A control's value as the page keeps it."""
    if isinstance(control, W.Dropdown):
        return {"index": control.options.index(value)}
    if isinstance(control, W.SelectionSlider):
        return {"index": [stage for _, stage in control.options].index(value)}
    return {"value": value}
