"""Many short texts as one shape: a Text of matplotlib takes a millisecond, a whole picture that moves has 25."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ..pictures import INK
from ..sheet_pictures import CAPITAL, outline

ANCHORS = {"left": 0.0, "center": 0.5, "right": 1.0}


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
    scale, vertices, codes = size / 72, [np.empty((0, 2))], [np.empty(0, np.uint8)]
    for text, (x, y) in zip(texts, places, strict=True):
        points, kinds, width = outline(text, weight == "bold")
        vertices.append((points - (ANCHORS[align] * width, CAPITAL / 2)) * scale + (x, y))
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
