"""Cells with colours of their own, with or without a letter: what is kept of a gradient in full colour, what is cut
greyed, so that one sees what it would have sent.
"""

from __future__ import annotations

import numpy as np
from matplotlib.image import AxesImage

from ..gradient_pictures import gradient_colours
from ..text_pictures import letters

CUT_TO, CUT_BY = 0.80, 0.72  # what is cut is mixed with this grey, by this share
CUT_LETTER, UNREAD_LETTER, WALL = 75, 115, 165  # grey, 0 to 255


def colours_of(log_norms, kept) -> np.ndarray:
    """Red, green and blue, 0 to 255: the scale's colour of what is kept, greyed if cut; white where there is nothing.

    Parameters
    ----------
    log_norms : ndarray (...)
        nan: no such pair.
    kept : ndarray of bool (...)
    """
    colours = gradient_colours(log_norms)[..., :3]
    colours = np.where(kept[..., None], colours, CUT_BY * CUT_TO + (1 - CUT_BY) * colours)
    colours[np.isnan(log_norms)] = 1
    return np.rint(255 * colours).astype(np.uint8)


class Cells(AxesImage):
    """An image of cells that fills its axes, row 0 at the top: ``set_data`` takes ``(rows, columns, 3)`` of uint8."""

    def __init__(self, ax, rows, columns):
        super().__init__(ax, origin="upper", extent=(0.5, columns + 0.5, rows + 0.5, 0.5))
        ax.set(xlim=(0.5, columns + 0.5), ylim=(rows + 0.5, 0.5))
        ax.add_image(self)
        self.set_data(np.full((rows, columns, 3), 255, np.uint8))

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        cells = np.ma.getdata(self.get_array())  # a masked array takes milliseconds to index
        cells = np.dstack([cells, np.full(cells.shape[:2], 255, np.uint8)]).view(np.uint32)[..., 0]
        left, bottom, right, top = (round(side) for side in self.axes.bbox.extents)
        rows = np.arange(top - bottom) * len(cells) // (top - bottom)
        columns = np.arange(right - left) * cells.shape[1] // (right - left)
        pixels = cells[rows[::-1, None], columns]  # the renderer counts rows from below
        return pixels.view(np.uint8).reshape(*pixels.shape, 4), left, bottom, None


class Letters(Cells):
    """A line of text, one character a box; those heard are black, or white on dark colours, the others pale."""

    def __init__(self, ax, columns):
        super().__init__(ax, 1, columns)
        self._text, self._heard, self._printed = "", (1, 0), {}

    def set_text(self, text, first, last):
        """Which characters stand in the cells, and which of them, counted from 1, are heard."""
        self._text, self._heard = text, (first, last)

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        pixels, left, bottom, transform = super().make_image(renderer, magnification, unsampled)
        height, width, _ = pixels.shape
        if (self._text, width) not in self._printed:  # outlines take longer than all the rest
            ink = letters(self._text, len(self._text), 1, width, height)[::-1]  # rows from below
            places = np.flatnonzero(ink)
            cell = places % width * len(self._text) // width
            self._printed[self._text, width] = places, cell, ink.ravel()[places, None]
        places, cell, ink = self._printed[self._text, width]
        light = np.ma.getdata(self.get_array())[0] @ np.array([0.299, 0.587, 0.114]) > 125
        tone = np.where(light, 0, 255)
        first, last = self._heard
        tone[: first - 1], tone[last:] = CUT_LETTER, UNREAD_LETTER
        walls = np.arange(len(self._text) + 1) * width // len(self._text)
        pixels[:, np.minimum(walls, width - 1), :3] = pixels[[0, -1], :, :3] = WALL
        flat = pixels.reshape(-1, 4)
        under = flat[places, :3].astype(np.float32)
        flat[places, :3] = under + (tone[cell, None].astype(np.float32) - under) * ink
        return pixels, left, bottom, transform
