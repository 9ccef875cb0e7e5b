"""A page of text as one of its losses feels it: what is felt, what the window cut off, what was not read yet."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.font_manager import findfont, get_font

from ..pictures import INK, data_place
from ..text_pictures import MONO, Page
from ..truncation.chain_pictures import CUT_BY, CUT_LETTER, CUT_TO
from ..truncation.window_picture import scissors

COLUMNS, ROWS = 38, 6
PAGE = COLUMNS * ROWS
GAP = 0.28  # of a line: keeps frames of two lines apart
FELT = -2  # log10 of the share of its own signal with which a loss still feels a character
AROUND = 0.1  # columns between a character and its box
TARGET = 255.0  # the cell of the character that was to be guessed


def share(log_norms, picked) -> np.ndarray:
    """log10 of what a loss sends to each state, divided by what it sends to its own, that of character `picked`.

    Where its own is 0, nothing (nan) is left to divide by.
    """
    log_norms = np.asarray(log_norms, float)
    own = log_norms[picked]
    return log_norms - own if np.isfinite(own) else np.full(len(log_norms), np.nan)


def felt(shares, picked, least=FELT) -> int:
    """How many characters, back from `picked` without a break, have at least 10 to the `least` of the signal.

    Examples
    --------
    >>> felt(np.array([-1, -3, -1, -0.5, 0, np.nan]), 4)
    3
    """
    enough = np.asarray(shares)[picked::-1] >= least
    return len(enough) if enough.all() else int(enough.argmin())


def printable(text) -> str:
    """The text with a box in place of each character that the font of a page does not have."""
    known = _glyphs()
    return "".join(c if c in "\n" or ord(c) in known else " " if c.isspace() else "\u25a1" for c in text)


@cache
def _glyphs():
    return get_font(findfont(MONO)).get_charmap()


class HeardPage(Page):
    """A page whose cells are greyed where a window cut the signal; the character to be guessed is black on white.

    Parameters
    ----------
    ax, text, columns, rows, gap
        As for `Page`.
    """

    def __init__(self, ax, text, columns=COLUMNS, rows=ROWS, gap=GAP):
        self._cut, self._target = np.zeros(columns * rows, bool), None
        super().__init__(ax, text, columns, rows, gap)

    def show(self, log_norms, cut=(), target=None) -> None:
        """Colour the characters.

        Parameters
        ----------
        log_norms : array_like (N,)
            As for `Page`.
        cut : array_like of bool (N,)
            Whose signal the window cut off.
        target : int, optional
            The character that was to be guessed, counted from 0.
        """
        super().show(log_norms)
        self._cut = np.zeros(self.columns * self.rows, bool)
        self._cut[: len(cut)] = cut
        self._target = target

    def colours(self):
        cells, ink = super().colours()
        grey = 255 * CUT_TO
        cells = np.where(self._cut[:, None], CUT_BY * grey + (1 - CUT_BY) * cells, cells)
        ink = np.where(self._cut[:, None], CUT_LETTER, ink)
        if self._target is not None and self._target < len(cells):
            cells[self._target], ink[self._target] = TARGET, 0
        return cells, ink


class Heard:
    """A `HeardPage` with its marks: a frame around what is felt, a box around the loss, and scissors at a cut.

    Parameters
    ----------
    ax, text, columns, rows
        As for `Page`.

    Attributes
    ----------
    page : HeardPage
    artists : list
        Those that move.
    """

    def __init__(self, ax, text, columns=COLUMNS, rows=ROWS):
        self.ax, self.page = ax, HeardPage(ax, printable(text), columns, rows)
        looks = {"color": INK, "clip_on": False, "solid_joinstyle": "miter"}
        (self.frame,) = ax.plot([], [], lw=1.6, **looks)
        (self.box,) = ax.plot([], [], lw=2.2, **looks)
        (self.cut,) = ax.plot([], [], lw=2, ls=(0, (2, 1)), **looks)
        (self.scissors,) = ax.plot([], [], marker=scissors(), ms=15, color=INK, mew=0, ls="none", clip_on=False)
        self.artists = [self.page, self.frame, self.box, self.cut, self.scissors]

    def show(self, shares, picked, kept=None) -> int:
        """Move the artists.

        Parameters
        ----------
        shares : ndarray (N,)
            log10 of the share of its own signal with which the loss of `picked` feels each character; nan behind it.
        picked : int
            Counted from 0.
        kept : ndarray of bool (N,), optional
            What the window lets through; default: all.

        Returns
        -------
        int
            The characters that are framed as felt.
        """
        kept = np.ones(len(shares), bool) if kept is None else np.asarray(kept)
        self.page.show(shares, ~kept & ~np.isnan(shares), picked + 1)
        count = felt(np.where(kept, shares, -np.inf), picked)
        self.frame.set_data(*(self.page.outline(picked + 1 - count, picked + 1) if count else ([], [])))
        x, y = self.page.corner(picked)
        left, right, top, bottom = x - AROUND, x + 1 + AROUND, y - AROUND / 2, y + 1 - self.page.gap + AROUND / 2
        self.box.set_data([left, right, right, left, left], [top, top, bottom, bottom, top])
        self.mark(int(kept[: picked + 1].argmax()))
        return count

    def mark(self, first) -> None:
        """Let the scissors cut before character `first`; before the first one of the page nothing is cut."""
        (x, y), there = self.page.corner(first), [1] if first > 0 else []
        self.cut.set_data([x for _ in there * 2], [y - self.page.gap, y + 1 - self.page.gap][: 2 * len(there)])
        self.scissors.set_data([x for _ in there], [y - self.page.gap for _ in there])

    def character(self, x, y) -> int | None:
        """The character, counted from 0, at a place in the figure (fractions, from below), if there is one."""
        place = data_place(self.ax, x, y)
        return None if place is None else self.page.character(*place)
