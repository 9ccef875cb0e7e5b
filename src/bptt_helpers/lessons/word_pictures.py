"""A word that moves: its letters are shapes, drawn in a tenth of the time that matplotlib takes for a text."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, ScaledTranslation

from .pictures import INK

_DRAWN_AT = 100  # size in points at which letters are kept
_CAP = 72.9  # height of a digit at that size
_SHIFT = {"left": 0.0, "center": -0.5, "right": -1.0}
_DOWN = {"bottom": 0.0, "center": -0.5, "top": -1.0}
_NOTHING = Path(np.zeros((1, 2)))


class Word(PathPatch):
    """One line of text at a place of `ax`, for numbers that change with every picture.

    Parameters
    ----------
    ax : matplotlib Axes
    x, y : float
    transform : matplotlib Transform, optional
        Of the place; the data of `ax` by default.
    text : str
    size : float
        In points.
    color, weight : str
    ha : {"left", "center", "right"}
    va : {"bottom", "center", "top"}
        Of a digit.
    """

    def __init__(
        self, ax, x, y, text="", *, transform=None, size=10, color=INK, weight="normal", ha="left", va="center"
    ):
        super().__init__(_NOTHING, facecolor=color, linewidth=0, clip_on=False)
        self._place, self._size, self._weight = transform or ax.transData, size, weight
        self._at, self._ha, self._va = (x, y), ha, va
        ax.add_artist(self)
        self.set_clip_path(None)
        self.put(text)

    def put(self, text, at=None, va=None) -> None:
        """Say `text`, at another place if one is given."""
        self._text, self._at, self._va = text, at or self._at, va or self._va
        shapes, x = [], 0.0
        for letter in text:
            vertices, codes, advance = _letter(letter, self._weight)
            if len(vertices):
                shapes.append(Path(vertices + [x, 0], codes))
            x += advance
        self.set_path(Path.make_compound_path(*shapes) if shapes else _NOTHING)
        shift = Affine2D().translate(_SHIFT[self._ha] * x, _DOWN[self._va] * _CAP)
        inches = shift.scale(self._size / _DRAWN_AT / 72) + self.figure.dpi_scale_trans
        self.set_transform(inches + ScaledTranslation(*self._at, self._place))

    def get_text(self) -> str:
        """What it says."""
        return self._text

    def get_position(self) -> tuple:
        """Where it stands."""
        return self._at


@lru_cache(maxsize=512)
def _letter(letter, weight):
    """Vertices and codes of a letter, and how far the next one is."""
    font = FontProperties(family="DejaVu Sans", weight=weight)  # comes with matplotlib
    bar, both = (TextPath((0, 0), text, size=_DRAWN_AT, prop=font) for text in ("|", letter + "|"))
    count = len(both.vertices) - len(bar.vertices)  # of a space, none
    advance = both.vertices[count:, 0].max() - bar.vertices[:, 0].max()
    return both.vertices[:count], both.codes[:count], advance
