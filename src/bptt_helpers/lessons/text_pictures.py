"""A page of text: every character in a cell that is coloured by a gradient norm, fast enough to drag."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from .gradient_pictures import LOW, HeatMap, gradient_colours
from .pictures import house_style

COLUMNS = 60  # characters in a line of a page
BLACK, WHITE = 20.0, 255.0
UNREAD = 105.0  # ink of a letter whose cell has no value
FORGOTTEN = 0.65  # share of its ink that a letter keeps where the gradient is gone
FADING = 2.0  # over so many powers of ten, before that
EQUAL_CONTRAST = 0.19  # luminance on which black and white are read equally well
LEVELS = 32  # shades between a cell and its letter: no eye sees more at the edge of a stroke
MONO = FontProperties(family="DejaVu Sans Mono")  # comes with matplotlib


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


@cache
def _advance():
    """From one character to the next, in the units of the font's outlines; the measuring takes longer than printing."""
    wide, narrow = (TextPath((0, 0), "m" * count, prop=MONO).get_extents().x1 for count in (101, 1))
    return (wide - narrow) / 100


@house_style()
def letters(text, columns, rows, width, height, gap=0.0) -> np.ndarray:
    """Print a text on a grid of cells: how much ink is on each pixel, 0 to 1, ``(height, width)``, top row first.

    The share `gap` of every row, above its cells, stays empty.
    """
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    across, down = width / columns, height / rows
    tall = min(across, 0.55 * (1 - gap) * down)  # flat cells squeeze their letters
    for row in range(rows):
        line = text[row * columns : (row + 1) * columns].replace("\n", " ")
        if line.strip():
            baseline = height - (row + gap + 0.73 * (1 - gap)) * down
            place = Affine2D().scale(across / _advance(), tall / _advance()).translate(0, baseline)
            figure.add_artist(PathPatch(TextPath((0, 0), line, prop=MONO), fc="black", lw=0, transform=place))
    canvas.draw()
    return 1 - np.asarray(canvas.buffer_rgba())[:, :, 0] / np.float32(255)


def words_of(text) -> np.ndarray:
    """The number of the word that each character belongs to, counted from 0; a space belongs to the word after it.

    Examples
    --------
    >>> words_of("to be").tolist()
    [0, 0, 1, 1, 1]
    """
    return np.cumsum([character.isspace() for character in text])


def luminance(colours) -> np.ndarray:
    """How light a colour looks, 0 to 1, as WCAG defines it; `colours` are ``(…, 3)`` of 0 … 255."""
    share = np.asarray(colours) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


class Page(HeatMap):
    """A text in lines of equal length, each character on a cell with the colour of its gradient norm.

    Data coordinates of `ax` are columns across and lines down: line r is from r to r + 1, its cells from r + `gap`.
    Letters are black on light words and white on dark ones, and fade with the gradient; what has no value is grey.

    Parameters
    ----------
    ax : matplotlib Axes
        Its whole area is filled.
    text : str
        In reading order.
    columns, rows : int
        Of the grid of cells; as many rows as the text needs, if not given.
    gap : float
        The share of every line, above its cells, that stays free.
    """

    black, unread, forgotten, equal_contrast = BLACK, UNREAD, FORGOTTEN, EQUAL_CONTRAST

    def __init__(self, ax, text, columns=COLUMNS, rows=None, gap=0.0):
        super().__init__(ax)
        self.columns, self.rows, self.gap = columns, rows or -(-len(text) // columns), gap
        ax.set(xlim=(0, columns), ylim=(self.rows, 0))
        ax.axis("off")
        self._text, self._size = text[: self.rows * columns], None
        self._word = np.zeros(self.rows * columns, int)  # behind the text there are only empty cells
        self._word[: len(self._text)] = words_of(self._text)
        self.show(())

    def show(self, log_norms) -> None:
        """Colour the first characters by log10 of their gradient norms; nan and all the others are grey."""
        self.set_data(page_of(log_norms, self.columns, self.rows))

    def corner(self, index) -> tuple[int, float]:
        """Left and top of the cell of a character, counted from 0, in data coordinates."""
        return index % self.columns, index // self.columns + self.gap

    def outline(self, begin, end) -> np.ndarray:
        """Around the characters from index `begin` to before `end`: a closed frame in every line, ``(2, …)``."""
        around = []
        for row in range(begin // self.columns, (end - 1) // self.columns + 1):
            left, right = max(begin - row * self.columns, 0), min(end - row * self.columns, self.columns)
            top, bottom = row + self.gap, row + 1
            around += [(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (np.nan, np.nan)]
        return np.array(around).T

    def character(self, x, y) -> int | None:
        """The character, counted from 0, whose line and column are at these data coordinates, if there is one."""
        if not (0 <= x < self.columns and 0 <= y < self.rows):
            return None
        index = int(y) * self.columns + int(x)
        return index if index < len(self._text) else None

    def colours(self) -> tuple[np.ndarray, np.ndarray]:
        """Of cells and of letters, ``(rows * columns, 3)`` each, 0 … 255."""
        log_norms = np.ma.getdata(self.get_array()).ravel()
        read = ~np.isnan(log_norms)
        cells = 255 * gradient_colours(log_norms)[:, :3]
        # one ink for a word, by the mean of its cells
        total, count = np.bincount(self._word, luminance(cells) * read), np.bincount(self._word, read)
        light = (total / np.maximum(count, 1))[self._word]
        ink = np.where(light < self.equal_contrast, WHITE, self.black)[:, None]
        share = np.interp(log_norms, (LOW, LOW + FADING), (self.forgotten, 1))[:, None]
        return cells, np.where(read[:, None], cells + share * (ink - cells), self.unread)

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        left, bottom, right, top = (round(side) for side in self.axes.bbox.extents)
        if self._size != (top - bottom, right - left):
            self._size = top - bottom, right - left
            self._shade = self._print(*self._size)
        cells, ink = self.colours()
        shades = np.full((len(cells), LEVELS + 1, 4), 255, np.uint8)
        amount = np.linspace(0, 1, LEVELS + 1)[:, None]
        shades[..., :3] = np.round(cells[:, None] + amount * (ink - cells)[:, None])
        table = np.append(shades.view(np.uint32).ravel(), np.uint32(0))  # the last: transparent
        return table[self._shade].view(np.uint8).reshape(*self._size, 4), left, bottom, None

    def _print(self, height, width):
        """For every pixel, rows from below, where its colour stands among the shades of all cells; -1 in a gap.

        Done once: outlines take longer than all the rest.
        """
        line, column = np.arange(height) * self.rows / height, np.arange(width) * self.columns // width
        cell = line.astype(int)[:, None] * self.columns + column
        ink = letters(self._text, self.columns, self.rows, width, height, self.gap)
        shade = cell * (LEVELS + 1) + np.round(ink * LEVELS).astype(int)
        shade[line % 1 < self.gap - 1e-9] = -1
        return shade[::-1].copy()
