"""The same page before, while and after networks learn: how far back one loss feels, and how far back many do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..gradient_pictures import gradient_bar
from ..pictures import GREY, INK, Still, house_style
from .page_picture import Heard

COLUMNS, ROWS = 30, 7
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
PILE = 6  # dots above each other
_WIDTH, _MARGIN, _BETWEEN, _LINE = 9, 0.15, 0.22, 0.215  # inches, as all that follow
_TITLE, _HEAD, _GAP, _DOTS, _AXIS, _FOOT = 0.36, 0.26, 0.3, 0.34, 0.5, 0.45


class Listener(NamedTuple):
    """One network at several stages of its training.

    Attributes
    ----------
    window : int
        So many characters back the training looks, at most.
    pages : dict of int to ndarray (N,)
        By number of updates: log10 of the share of its own signal that one loss sends to each character of the page;
        nan behind it.
    reaches : dict of int to ndarray of int (k,)
        By number of updates: how many characters each of k losses feels.
    """

    window: int
    pages: dict
    reaches: dict


@house_style()
def draw_stages(text, listeners, picked, sentence, *, longest):
    """A row of pages for every network, one a stage, with a frame around what a loss feels; below, how far many reach.

    Parameters
    ----------
    text : str
        The page, 210 characters or fewer.
    listeners : dict of str to Listener
        By the title of the row; all with the same stages.
    picked : int
        The character whose loss the pages show, counted from 0.
    sentence : str
        What the picture shows.
    longest : int
        The end of the axis of reaches.

    Returns
    -------
    Still
    """
    page, row = ROWS * _LINE, _TITLE + _HEAD + ROWS * _LINE + _GAP + _DOTS + _AXIS
    height = row * len(listeners) + _FOOT
    figure = Still(figsize=(_WIDTH, height))
    figure.sentence = sentence

    def place(left, top, width, high):
        return left / _WIDTH, 1 - (top + high) / height, width / _WIDTH, high / height

    def write(left, top, words, **looks):
        figure.text(left / _WIDTH, 1 - top / height, words, va="center", **looks)

    for k, (title, listener) in enumerate(listeners.items()):
        top, columns = k * row, len(listener.pages)
        width = (_WIDTH - 2 * _MARGIN - (columns - 1) * _BETWEEN) / columns
        write(_MARGIN, top + _TITLE / 2, f"{title} (✂)", fontsize=12.5, weight="bold")
        for column, (updates, shares) in enumerate(listener.pages.items()):
            left, below = _MARGIN + column * (width + _BETWEEN), top + _TITLE + _HEAD
            heard = Heard(figure.add_axes(place(left, below, width, page)), text, COLUMNS, ROWS)
            felt = heard.show(shares, picked)
            if updates:
                heard.mark(picked + 1 - listener.window)
            stage = f"after {updates:,} updates" if updates else "untrained"
            write(left, below - _HEAD / 2, f"{stage}: {felt} felt", fontsize=11)
            ax = figure.add_axes(place(left, below + page + _GAP, width, _DOTS))
            _draw_dots(ax, listener.reaches[updates], longest)
    notes = {"fontsize": 9.5, "color": GREY}
    write(_MARGIN, height - 0.3, "colour: gradient that arrives; 1: as much as at its own", **notes)
    gradient_bar(figure, place(4.42, height - 0.35, 2.0, 0.1))
    write(_WIDTH - _MARGIN, height - 0.3, "framed: 1/100 or more", ha="right", **notes)
    return figure


def _draw_dots(ax, reaches, longest):
    """A dot for every loss at the number of characters that it feels, and their median."""
    reaches = np.sort(reaches)
    ax.plot(reaches, np.arange(len(reaches)) % PILE, "o", ms=3.5, color=INK, alpha=0.4, mew=0, clip_on=False)
    middle = np.median(reaches)
    ax.plot([middle] * 2, [-1, PILE], color=INK, lw=2.5, clip_on=False)
    says = f"median of {len(reaches)} losses: {middle:.0f}"
    ax.text(0.99, 1.12, says, fontsize=10, weight="bold", ha="right", transform=ax.transAxes)
    ax.set(xscale="log", xlim=(1, 1.15 * longest), ylim=(-1, PILE), yticks=[])
    ticks = [tick for tick in TICKS if tick <= longest]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.tick_params(labelsize=9)
    ax.set_xlabel("characters felt; a dot is a loss", fontsize=9, color=GREY, labelpad=1)
    ax.spines[["top", "right", "left"]].set_visible(False)
