"""Many short texts as one shape: a Text of matplotlib takes a millisecond, a whole picture that moves has 25."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from ..pictures import INK

UNIT = 100.0  # font size of the outlines that are kept
FAMILY = "DejaVu Sans"  # comes with matplotlib
MIDDLE = 0.36 * UNIT  # half the height of a digit
ANCHORS = {"left": 0.0, "center": 0.5, "right": 1.0}


@lru_cache(maxsize=512)
def _outline(character, weight):
    """Vertices, codes and width of a character; kept, for the same digits come again and again."""
    font = FontProperties(family=FAMILY, weight=weight, size=UNIT)
    vertices, codes = text_to_path.get_text_path(font, character)  # in its own unit; a space has none
    width, *_ = text_to_path.get_text_width_height_descent(character, font, False)
    size = UNIT / text_to_path.FONT_SCALE
    return np.reshape(vertices, (-1, 2)) * size, np.array(codes, np.uint8), width


def text_path(texts, places, size, weight="normal", align="center") -> Path:
    """One path of all texts, in inches.

    Parameters
    ----------
    texts : sequence of str
    places : sequence of (float, float)
        Where each stands: across by `align`, its middle in height.
    size : float
        Font size in points.
    weight : {"normal", "bold"}
    align : {"left", "center", "right"}

    Returns
    -------
    matplotlib Path
    """
    scale, vertices, codes = size / 72 / UNIT, [np.empty((0, 2))], [np.empty(0, np.uint8)]
    for text, (x, y) in zip(texts, places, strict=True):
        outlines = [_outline(character, weight) for character in text]
        widths = np.array([width for *_, width in outlines])
        begins = np.cumsum(widths) - widths - ANCHORS[align] * widths.sum()
        for (points, kinds, _), begin in zip(outlines, begins, strict=True):
            vertices.append((points + (begin, -MIDDLE)) * scale + (x, y))
            codes.append(kinds)
    return Path(np.concatenate(vertices), np.concatenate(codes))


class Words(PathPatch):
    """Texts of one size and colour on a `sheet`, drawn together.

    Parameters
    ----------
    ax : matplotlib Axes
        Its unit is an inch.
    size, weight, align : float, str, str
        As in `text_path`.
    color : colour
    zorder : float

    Attributes
    ----------
    texts : list of str
        What is written.
    """

    def __init__(self, ax, size, color=INK, weight="normal", align="center"):
        super().__init__(Path(np.empty((0, 2))), fc=color, ec="none", lw=0)
        self._looks = size, weight, align
        self.texts, self.places = [], []
        ax.add_patch(self)

    def write(self, texts, places) -> None:
        """Write these in place of what stood there; arguments as in `text_path`."""
        self.texts, self.places = list(texts), [tuple(map(float, place)) for place in places]
        self.set_path(text_path(self.texts, self.places, *self._looks))
