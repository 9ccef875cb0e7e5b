"""A text that moves with the data: matplotlib draws a line of it in 1 to 4 ms, kept images take a tenth of that.

Whole phrases are kept, and digits one by one, so that a number may change with every move. Take a `Label` for a text
that changes in axes with data. Take `Words` of `sheet_pictures` where many texts, or formulas, stand on a sheet whose
unit is an inch. A text that stays is drawn once, with the frame, and is matplotlib's own.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from .pictures import INK, house_style

_PARTS = re.compile(r"[A-Za-z ,:]+|.")
_LINE = 1.4  # height, in sizes of the font
_BASELINE = 0.73  # of that, from above
_LEFT = {"left": 0, "center": 0.5, "right": 1}  # of the width, that is left of the position
_BELOW = {"center": 0.5, "bottom": 0.1, "baseline": 1 - _BASELINE, "top": 0.81}  # of the height


class Label(Text):
    """A line of text, bold on a white plate unless said otherwise, that moves and changes like matplotlib's.

    Parameters
    ----------
    ax : matplotlib Axes
    colour : str
    size : float
        Of the font, in points.
    align : {"left", "center", "right"}
        What is at the position.
    plate : bool
        False: nothing but the letters is drawn, so that no curve is hidden.
    **more
        As for ``ax.text``: ``x``, ``y``, ``text``, ``transform``, ``weight``, and ``va``, by default "center".
    """

    parts = _PARTS  # what is kept as one image

    def __init__(self, ax, colour=INK, size=10.5, align="left", plate=True, **more):
        super().__init__(**{"color": colour, "fontsize": size, "ha": align, "va": "center", "weight": "bold"} | more)
        self._plate = plate
        ax.add_artist(self)
        self.set_clip_on(False)

    def get_window_extent(self, renderer=None, dpi=None) -> Bbox:
        """The pixels it takes."""
        height, width = self._image().shape[:2] if self.get_text() else (0, 0)
        x, y = self.get_transform().transform(self.get_position())
        left, below = _LEFT[self.get_ha()] * width, _BELOW[self.get_va()] * height
        return Bbox.from_bounds(x - left, y - below, width, height)

    def draw(self, renderer) -> None:
        """Put its image on the canvas; nothing is drawn of an empty text."""
        if self.get_text() and self.get_visible():
            corner = self.get_window_extent()
            gc = renderer.new_gc()
            renderer.draw_image(gc, round(corner.x0), round(corner.y0), self._image()[::-1])
            gc.restore()
        self.stale = False

    def _image(self):
        return np.concatenate(self._images(), axis=1)

    def _images(self):
        """Of the parts that are kept."""
        looks = self.get_color(), self.get_size(), self.get_weight(), self._plate, self.get_figure(root=True).dpi
        return [_part(part, *looks) for part in self.parts.findall(self.get_text())]


@lru_cache(maxsize=1000)
@house_style()
def _part(text, colour, size, weight, plate, dpi):
    """Image of a part of a line, ``(height, width, 4)``, top row first; parts side by side make the line."""
    font = FontProperties(family="DejaVu Sans", weight=weight, size=size)
    height = round(_LINE * size * dpi / 72)
    # between two bars, because spaces at its ends count, which older matplotlibs leave out
    wide, narrow = (
        RendererAgg(1, 1, dpi).get_text_width_height_descent(between, font, False)[0] for between in (f"|{text}|", "||")
    )
    renderer = RendererAgg(max(round(wide - narrow), 1), height, dpi)
    renderer.draw_text(renderer.new_gc(), 0, round(_BASELINE * height), text, font, 0)
    ink = np.asarray(renderer.buffer_rgba())[:, :, 3:] / 255
    image = np.full((*ink.shape[:2], 4), 255, np.uint8)
    if plate:
        image[:, :, :3] = np.round(255 * (1 - ink * (1 - np.array(to_rgb(colour)))))
    else:
        image[:, :, :3], image[:, :, 3:] = np.round(255 * np.array(to_rgb(colour))), np.round(255 * ink)
    return image
