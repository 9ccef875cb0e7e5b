"""Which networks learn a task of which length: a dot for each seed, filled where it was solved."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D

from ..pictures import GREY, INK, house_style, new_still
from .cells_picture import OF_CELL

_APART = 0.103  # between two dots, in columns
_NUMBER = 0.49  # where the median stands, in columns from the first dot
_DOT = {"ls": "none", "marker": "o", "ms": 6.5}
_EMPTY = {"mfc": "white", "mec": "0.7", "mew": 0.9}


@house_style()
def draw_solved(tasks, networks, lengths, sentence=""):
    """Dots for all seeds of every network at every length, and how many updates the middle one took.

    Parameters
    ----------
    tasks : dict of str to ndarray (networks, lengths, seeds)
        For each task the number of updates after which it was solved; inf where it was not.
    networks : sequence of str
        Names, "cell, start"; those of one cell stand together and share a colour.
    lengths : sequence of int
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=0.55 + 0.38 * len(networks), ncols=len(tasks), sharey=True, squeeze=False)
    rows, colours = _rows(networks)
    for ax, (task, updates) in zip(axes[0], tasks.items(), strict=True):
        for row, colour, of_network in zip(rows, colours, updates, strict=True):
            for column, seeds in enumerate(of_network):
                _draw_cell(ax, column, row, np.sort(seeds), colour)
            middle = np.arange(len(lengths)) + 0.3  # of dots and number
        ax.set_xticks(middle, [f"T = {T}" for T in lengths], fontsize=11)
        ax.set(xlim=(-0.12, len(lengths) - 0.02), ylim=(rows[-1] + 0.6, -0.6))
        ax.set_title(task, fontsize=12, weight="bold", pad=24)
        ax.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
        ax.spines[:].set_visible(False)
        for gap in np.flatnonzero(np.diff(rows) > 1):
            ax.axhline((rows[gap] + rows[gap + 1]) / 2, color=GREY, lw=0.6)
    axes[0, 0].set_yticks(rows, networks, fontsize=11)
    dots = [Line2D([], [], **_DOT, color=GREY), Line2D([], [], **_DOT, **_EMPTY)]
    says = ["a seed that solved it; the number: updates of the middle seed", "a seed that did not"]
    figure.legend(dots, says, loc="outside lower center", ncols=2, fontsize=10.5, frameon=False, handlelength=0.6)
    return figure


def _rows(networks):
    """Where each network stands, with a gap between two cells, and its colour."""
    cells = np.array([cell if (cell := name.split(",")[0]) in OF_CELL else "RNN" for name in networks])
    rows = np.arange(len(networks)) + 0.35 * np.cumsum(np.append(False, cells[1:] != cells[:-1]))
    return rows, [OF_CELL[cell] for cell in cells]


def _draw_cell(ax, column, row, seeds, colour):
    """The dots of one network at one length, the quickest first, and the median, if it is one of a solved run."""
    solved = np.isfinite(seeds)
    x = column + _APART * np.arange(len(seeds))
    ax.plot(x[~solved], np.full((~solved).sum(), row), **_DOT, **_EMPTY)
    ax.plot(x[solved], np.full(solved.sum(), row), **_DOT, color=colour)
    median = np.median(seeds)
    if np.isfinite(median):
        ax.text(column + _NUMBER, row, f"{median:.0f}", va="center", ha="left", fontsize=9, color=INK)
