"""A label that moves with the data: matplotlib draws a line of text in 2 to 4 ms, kept images take a tenth of that.

Whole phrases are kept, and digits one by one, so that a number may change with every move. Take a `Label` where one
bold text stands beside a mark in axes with data, and must be read on whatever colours lie under it. Take `Words` of
`sheet_pictures` where many texts, or formulas, stand on a sheet whose unit is an inch.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Bbox

from .pictures import INK, house_style

_PARTS = re.compile(r"[A-Za-z ,:]+|.")
_LINE = 1.4  # height, in sizes of the font
_BASELINE = 0.73  # of that, from above
_SHARE = {"left": 0, "center": 0.5, "right": 1}  # of the width, that is left of the position


class Label(Artist):
    """One bold text on a white plate, which moves.

    Parameters
    ----------
    ax : matplotlib Axes
    colour : str
    size : float
        Of the font, in points.
    align : {"left", "center", "right"}
        What is at the position; up and down the middle is.
    """

    zorder = 3  # of a text

    def __init__(self, ax, colour=INK, size=10.5, align="left"):
        super().__init__()
        self._text, self._place, self._looks, self._align = "", (0, 0), (colour, size), align
        ax.add_artist(self)
        self.set_clip_on(False)

    def set_text(self, text) -> None:
        """What it says; nothing is drawn of an empty text."""
        self._text = text

    def get_text(self) -> str:
        """What it says."""
        return self._text

    def set_position(self, place) -> None:
        """Where it is, in data coordinates."""
        self._place = place

    def get_position(self) -> tuple:
        """Where it is, in data coordinates."""
        return self._place

    def get_window_extent(self, renderer=None) -> Bbox:
        """The pixels it takes."""
        height, width = self._image().shape[:2] if self._text else (0, 0)
        x, y = self.axes.transData.transform(self._place)
        return Bbox.from_bounds(x - width * _SHARE[self._align], y - height / 2, width, height)

    def draw(self, renderer) -> None:
        """Put its image on the canvas."""
        if self._text and self.get_visible():
            corner = self.get_window_extent()
            gc = renderer.new_gc()
            renderer.draw_image(gc, round(corner.x0), round(corner.y0), self._image()[::-1])
            gc.restore()
        self.stale = False

    def _image(self):
        dpi = self.get_figure(root=True).dpi
        return np.concatenate([_part(part, *self._looks, dpi) for part in _PARTS.findall(self._text)], axis=1)


@lru_cache(maxsize=1000)
@house_style()
def _part(text, colour, size, dpi):
    """Image of a part of a line, ``(height, width, 4)``, top row first; parts side by side make the line."""
    font = FontProperties(family="DejaVu Sans", weight="bold", size=size)
    height = round(_LINE * size * dpi / 72)
    # between two bars, because spaces at its ends count, which older matplotlibs leave out
    wide, narrow = (
        RendererAgg(1, 1, dpi).get_text_width_height_descent(between, font, False)[0] for between in (f"|{text}|", "||")
    )
    renderer = RendererAgg(max(round(wide - narrow), 1), height, dpi)
    renderer.draw_text(renderer.new_gc(), 0, round(_BASELINE * height), text, font, 0)
    ink = np.asarray(renderer.buffer_rgba())[:, :, 3:] / 255
    image = np.full((*ink.shape[:2], 4), 255, np.uint8)
    image[:, :, :3] = np.round(255 * (1 - ink * (1 - np.array(to_rgb(colour)))))
    return image
