"""A page and the window of one of its losses: what the loss sends to each cell, and where the window cuts it off."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from ..gradient_pictures import gradient_bar
from ..label_pictures import Label
from ..language_model.page_picture import AROUND
from ..pictures import GREY, INK
from ..text_pictures import Page
from ..truncation.window_picture import scissors

GAP = 0.26  # of a line: keeps frames of two lines apart
UNREAD = 117.0  # grey of a letter after the loss, which stands on no cell
CUT_LETTER = 0.75  # share of its ink that a letter keeps where it is cut


def percent(share) -> str:
    """A share as one reads it, never rounded to nothing.

    Examples
    --------
    >>> percent(0.4312), percent(0.05), percent(0.0134), percent(0.0004), percent(0.00001), percent(0)
    ('43 %', '5 %', '1.3 %', '0.04 %', 'below 0.01 %', '0 %')
    """
    if 0 < share < 1e-4:
        return "below 0.01 %"
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.2g} %"


class CutPage(Page):
    """A page that keeps the colours of what a window cuts off: letters are fainter. What was not read has no cell."""

    def __init__(self, *args, **more):
        self.first = 0
        super().__init__(*args, **more)

    def show(self, log_norms, first=0) -> None:
        """Colour the characters as `Page` does; those before index `first` are cut."""
        self.first = first
        super().show(log_norms)

    def colours(self):
        cells, ink = super().colours()
        unread = np.isnan(np.ma.getdata(self.get_array()).ravel())
        cells[unread], ink[unread] = 255, UNREAD
        ink[: self.first] = cells[: self.first] + CUT_LETTER * (ink - cells)[: self.first]
        return cells, ink

    def strike(self) -> tuple[np.ndarray, np.ndarray]:
        """A line through each character that is cut, ``(first, 2, 2)``, in the ink that its cell asks for."""
        column, top = self.corner(np.arange(self.first))
        middle = top + 0.55 * (1 - self.gap)
        lines = np.stack([np.stack([column, middle], -1), np.stack([column + 1, middle], -1)], 1)
        return lines, self.colours()[1][: self.first] / 255


class WindowPage:
    """A page of which one loss has a window: the loss boxed, its window framed, what is cut struck out.

    Parameters
    ----------
    figure : matplotlib Figure
    place : tuple of float
        Left, bottom, width and height of the cells, in inches.
    page : callable (ax) -> CutPage
    unit : str
        What stands in a cell.
    bar : tuple of float
        Of the scale at the right: its bottom over that of the cells, and its height, in inches.

    Attributes
    ----------
    artists : list
        Those that move.
    """

    def __init__(self, figure, place, page, unit="character", bar=(0.14, 1.1)):
        wide, high = figure.get_size_inches()
        left, bottom, width, height = place
        ax = self.ax = figure.add_axes((left / wide, bottom / high, width / wide, height / high))
        self.page, self._unit = page(ax), unit
        looks = {"color": INK, "clip_on": False, "solid_joinstyle": "miter"}
        self.struck = ax.add_collection(LineCollection([], linewidths=1, capstyle="butt"), autolim=False)
        (self.frame,) = ax.plot([], [], lw=1.6, **looks)
        (self.box,) = ax.plot([], [], lw=2.4, **looks)
        (self.cut,) = ax.plot([], [], lw=2, ls=(0, (2, 1)), **looks)
        (self.scissors,) = ax.plot([], [], marker=scissors(), ms=15, color=INK, mew=0, ls="none", clip_on=False)
        at, line = {"transform": ax.transAxes, "plate": False}, 1 / height
        self.window = Label(ax, size=13, y=1 + 0.1376 * line, **at)
        self.lost = Label(ax, GREY, 10.5, "right", x=1, y=-0.172 * line, **at)
        says = "thick box: the loss; frame: its window; struck out: cut; pale: not read yet"
        figure.text(left / wide, (bottom - 0.17) / high, says, fontsize=9.5, color=GREY, va="center")
        up, tall = bar
        scale = ((left + width + 0.36) / wide, (bottom + up) / high, 0.13 / wide, tall / high)
        gradient_bar(figure, scale, fontsize=8.5)
        says = f"size of a signal,\n1 at its {'loss' if unit == 'character' else 'own step'}"
        above = (wide - 0.01) / wide, (bottom + up + tall + 0.4) / high
        figure.text(*above, says, fontsize=8.5, ha="right", va="center")
        self.artists = [self.page, self.struck, self.frame, self.box, self.cut, self.scissors, self.window, self.lost]

    def show(self, shares, loss, window, first, lost, stride=1) -> None:
        """Move the artists.

        Parameters
        ----------
        shares : ndarray (T,)
            log10 of what the loss sends to each state, divided by what it sends to its own; nan behind it.
        loss, window : int
            Counted from 1.
        first : int
            So many cells at the start are cut off.
        lost : float
            The share of the loss's signals that is cut.
        stride : int
            Losses that walk back together: said where there are several, since then a loss looks back less far.
        """
        self.page.show(shares, first)
        lines, colours = self.page.strike()
        self.struck.set_segments(lines)
        self.struck.set_color(colours)
        self.frame.set_data(*self.page.outline(first, loss))
        x, y = self.page.corner(loss - 1)
        left, right, top, bottom = x - AROUND, x + 1 + AROUND, y - AROUND / 2, y + 1 - GAP + AROUND / 2
        self.box.set_data([left, right, right, left, left], [top, top, bottom, bottom, top])
        (x, y), there = self.page.corner(first), [1] if first else []
        self.cut.set_data([x for _ in there * 2], [y - GAP, y + 1 - GAP][: 2 * len(there)])
        self.scissors.set_data([x for _ in there], [y - GAP for _ in there])
        together = f", stride {stride}" if stride > 1 else ""
        self.window.set_text(f"Window τ = {window}{together}: loss {loss} looks back to {self._unit} {first + 1}")
        self.lost.set_text(f"of this loss's signals: {percent(lost) if first else 'nothing'} cut")
