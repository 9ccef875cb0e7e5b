"""One text, laid out in batches in several ways: which letters a carried state comes from, and to which it goes."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np

from ..pictures import GREY, INK, house_style, new_still
from ..scheme_pictures import WRONG
from ..sheet_pictures import Shapes, arrow, box, sheet

WIDTH, LINE = 9.0, 0.215  # inches; a line of letters
LEFT, CELL, BETWEEN = 1.42, 0.163, 0.72  # of the first letters, of one, between two updates
TEXT_LINES, TEXT_TOP, HEAD, BLOCK = 2, 0.34, 0.38, 0.32  # the whole text above; over the blocks; between them
LETTERS = {"family": "DejaVu Sans Mono", "ha": "center", "va": "center", "color": INK}
PALER = 0.45  # of white, in the colours that say where in the text a letter stands


@house_style()
def draw_layouts(text, starts, length):
    """The text, each letter with the colour of its place; below, for every layout, two updates side by side.

    An arrow takes the state from the end of a sequence to where the same one goes on reading: red, if the letters there
    do not follow those before.

    Parameters
    ----------
    text : str
        N characters; about 150 can be read.
    starts : dict of str to ndarray of int (2, B)
        By name of the layout: where in the text the sequences of two successive updates begin.
    length : int
        T, characters of a sequence in one update.

    Returns
    -------
    Still
    """
    starts = {name: np.asarray(of_updates) for name, of_updates in starts.items()}
    rows = len(next(iter(starts.values()))[0])
    each = rows * LINE + BLOCK
    top = TEXT_TOP + TEXT_LINES * LINE + HEAD
    height = top + len(starts) * each - BLOCK + 0.1
    figure, ax = sheet(*new_still(_sentence(starts, length), WIDTH, height))
    shapes, colours = [], _colours(len(text))
    _draw_text(ax, shapes, text, colours, height)
    for number, (name, of_updates) in enumerate(starts.items()):
        y = height - top - number * each
        right = follows(of_updates, length)
        for update, first in enumerate(of_updates):
            x = LEFT + update * (length * CELL + BETWEEN)
            for row, start in enumerate(first):
                here = np.arange(start, start + length)
                _draw_letters(ax, shapes, text, here, colours, x, y - (row + 0.5) * LINE, CELL, 11)
            if number == 0:
                ax.text(x, y + 0.07, ("update k", "update k + 1")[update], fontsize=9.5, color=GREY)
        _draw_arrows(shapes, right, LEFT + length * CELL, y)
        _draw_words(ax, name, right, LEFT + 2 * length * CELL + BETWEEN, y - rows * LINE / 2)
        if number == 0:
            middle = LEFT + length * CELL + BETWEEN / 2
            ax.text(middle, y + 0.07, "state", fontsize=9.5, color=INK, ha="center", weight="bold")
    Shapes(ax).show(shapes)
    return figure


def follows(starts, length) -> np.ndarray:
    """Whether each sequence of the second update begins with the letter after the last one of the first, ``(B,)``.

    Parameters
    ----------
    starts : array_like of int (2, B)
    length : int

    Examples
    --------
    >>> follows([[0, 36], [12, 12]], 12)
    array([ True, False])
    """
    before, after = np.asarray(starts)
    return after == before + length


def _sentence(starts, length):
    told = []
    for name, of_updates in starts.items():
        right = follows(of_updates, length)
        told.append(f"{_one_line(name)}: {right.sum()} of {len(right)}")
    return f"Sequences that go on in the next update with the letters that follow. {'; '.join(told)}."


def _one_line(name):
    return name.replace("\n", " ")


def _colours(count):
    """By place in the text, (count, 3): pale enough for black letters."""
    colours = mpl.colormaps["viridis"](np.linspace(0, 1, count))[:, :3]
    return PALER + (1 - PALER) * colours


def _draw_text(ax, shapes, text, colours, height):
    """The whole text, over the full width."""
    columns = -(-len(text) // TEXT_LINES)
    cell = (WIDTH - 0.3) / columns
    ax.text(0.15, height - TEXT_TOP + 0.08, "the text, coloured by place", fontsize=9.5, color=GREY)
    for line in range(TEXT_LINES):
        here = np.arange(line * columns, min((line + 1) * columns, len(text)))
        _draw_letters(ax, shapes, text, here, colours, 0.15, height - TEXT_TOP - (line + 0.5) * LINE, cell, 8.5)


def _draw_letters(ax, shapes, text, here, colours, x, y, cell, size):
    """The letters at some places of the text, from left to right."""
    for column, place in enumerate(here):
        middle = x + (column + 0.5) * cell
        shapes.append(box(middle, y, cell + 0.004, LINE - 0.03, colours[place], "none", 0))
        if text[place].strip():
            ax.text(middle, y, text[place], fontsize=size, zorder=3, **LETTERS)


def _draw_arrows(shapes, right, x, y):
    for row, fits in enumerate(right):
        level = y - (row + 0.5) * LINE
        shapes.append(arrow((x + 0.07, level), (x + BETWEEN - 0.07, level), INK if fits else WRONG, 0.035, 0.13))


def _draw_words(ax, name, right, x, y):
    """The layout's name on the left, on the right whether its states fit."""
    ax.text(0.15, y, name, fontsize=11, weight="bold", va="center", color=INK, linespacing=1.3)
    fits = right.all()
    says = "the letters go on:\nthe state fits" if fits else "another place:\nthe state is wrong"
    ax.text(x + 0.2, y, says, fontsize=10.5, va="center", linespacing=1.35, color=INK if fits else WRONG, weight="bold")
