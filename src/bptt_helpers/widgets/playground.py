"""The playground in a notebook: an explorer with a line of text that holds its settings, to be copied and pasted."""

from __future__ import annotations

import html

import ipywidgets as W

from ..lessons.playground.as_text import settings, to_text
from ..lessons.playground.explorer import PLAYGROUND
from .live import Live

HINT = "as they start; or paste settings such as: gru bias=3 window=20"


class Playground(Live):
    """As `Live`, with the settings as a text.

    Attributes
    ----------
    settings : ipywidgets.Text
        Follows the controls. Settings written there take effect on Enter, or when the field is left; what is wrong with
        them is said below it.
    """

    def __init__(self, explorer, **start):
        self.settings = W.Text(
            description="Settings",
            continuous_update=False,
            placeholder=HINT,
            style={"description_width": "11em"},
            layout={"width": "auto"},
        )
        self._problem = W.HTML()
        super().__init__(explorer, **start)
        for part in (self.settings, self._problem):
            part.layout.max_width = self.readout.layout.max_width
        self.settings.observe(self._written, "value")
        first, *others = self.children
        self.children = [first, self.settings, self._problem, *others]

    def _draw(self, role="status"):
        super()._draw(role)
        self._problem.value = ""
        self._follow()

    def _follow(self):
        """Let the text say what the controls are at, in place of what a reader has written in other words."""
        self.settings.value = to_text(dict(zip(self.controls, self._values(), strict=True)))

    def _written(self, change):
        with self._lock:
            if change["new"] == to_text(dict(zip(self.controls, self._values(), strict=True))):
                self._problem.value = ""
                return  # written by `_follow`, or says nothing new
            try:
                values = settings(change["new"])
            except ValueError as problem:
                text = f'<p role="alert" style="line-height: 1.4; margin: 0">{html.escape(str(problem))}</p>'
                self._problem.value = text
                return
            self._set(values)
            if self._drawn == self._values():
                self._problem.value = ""
                self._follow()
            else:
                self._draw_soon()


def playground(text="") -> Playground:
    """Open the playground at settings that somebody wrote down: one line of text.

    Parameters
    ----------
    text : str
        Such as ``"gru orthogonal T=50 window=7 seed=3"``: words for what is read, cell and initialisation,
        ``name=value`` for all else. What is not named is where it starts.

    Returns
    -------
    Playground
        As `explore_playground` gives, whose arguments are spelled out.

    Raises
    ------
    ValueError
        If a part of the text is not understood, is named twice, or a control cannot take the value.
    """
    return Playground(PLAYGROUND, **settings(text))
