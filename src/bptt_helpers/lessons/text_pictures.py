"""Text printed on coloured cells: one cell a character."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from .gradient_pictures import HeatMap
from .pictures import house_style

COLUMNS = 100  # characters in a line of a page
_MONO = FontProperties(family="DejaVu Sans Mono")  # comes with matplotlib
_LIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue, to the eye


def page_of(values, columns=COLUMNS, rows=10):
    """Values in reading order on a page, ``(rows, columns)``; nan where the page is empty.

    Examples
    --------
    >>> page_of(np.arange(3.0), columns=2, rows=2)
    array([[ 0.,  1.],
           [ 2., nan]])
    """
    page = np.full(rows * columns, np.nan)
    page[: len(values)] = values
    return page.reshape(rows, columns)


@house_style()
def letters(text, columns, rows, width, height) -> np.ndarray:
    """Print a text on a grid of cells: how much ink is on each pixel, 0 to 1, ``(height, width)``, top row first."""
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    # from one character to the next, in the units of the font's outlines
    wide, narrow = (TextPath((0, 0), "m" * count, prop=_MONO).get_extents().x1 for count in (101, 1))
    advance = (wide - narrow) / 100
    across, down = width / columns, height / rows
    for row in range(rows):
        line = text[row * columns : (row + 1) * columns].replace("\n", " ")
        if line.strip():
            place = Affine2D().scale(across / advance).translate(0, height - (row + 0.73) * down)
            figure.add_artist(PathPatch(TextPath((0, 0), line, prop=_MONO), fc="black", lw=0, transform=place))
    canvas.draw()
    return 1 - np.asarray(canvas.buffer_rgba())[:, :, 0] / np.float32(255)


class Page(HeatMap):
    """A heat map with a character printed on every cell, black on light colours and white on dark ones.

    Parameters
    ----------
    ax : matplotlib Axes
    text : str
        In reading order.
    columns, rows : int
        Of the grid of cells.
    """

    def __init__(self, ax, text, columns=COLUMNS, rows=10):
        super().__init__(ax)
        self.set_data(page_of([], columns, rows))
        self._text, self._size = text, None

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        pixels, left, bottom, transform = super().make_image(renderer, magnification, unsampled)
        if self._size != pixels.shape:  # print once: outlines take longer than all the rest
            height, width, _ = self._size = pixels.shape
            ink = letters(self._text, *self.get_array().shape[::-1], width, height)[::-1]  # rows from below
            self._inked = np.flatnonzero(ink)
            self._ink = ink.ravel()[self._inked, None]
        flat = pixels.reshape(-1, 4)
        under = flat[self._inked, :3].astype(np.float32)
        black_or_white = np.where(under @ _LIGHTNESS < 125, np.float32(255), np.float32(0))[:, None]
        flat[self._inked, :3] = under + (black_or_white - under) * self._ink
        return pixels, left, bottom, transform
