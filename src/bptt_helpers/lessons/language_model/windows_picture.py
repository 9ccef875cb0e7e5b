"""Windows of several lengths: how much text each is, and how well networks predict that learned through them."""

from __future__ import annotations

import numpy as np

from ..cures.cells_picture import INK_OF_CELL, OF_CELL
from ..pictures import GREY, INK, house_style, new_still

LONGEST = 100  # characters of the text that are printed
BITS = (1.88, 2.86)  # of the axes
DODGE = {"RNN": -0.16, "GRU": 0.0, "LSTM": 0.16}
MARKERS = {"RNN": "s", "GRU": "o", "LSTM": "^"}


@house_style()
def draw_windows(panels, text, sentence="", *, lines=()):
    """The windows as brackets below a line of text; then for each panel the bits of all networks at every window.

    Parameters
    ----------
    panels : dict of str to dict
        By title: {cell: {window: bits of the seeds}}.
    text : str
        At least `LONGEST` characters, from which a window is measured.
    sentence : str
        What the picture shows.
    lines : sequence of (str, float)
        Other models and their bits, drawn across; those beyond the axis are left out.

    Returns
    -------
    Still
    """
    windows = sorted({window for cells in panels.values() for by in cells.values() for window in by})
    figure, axes = new_still(sentence, height=4.9, nrows=2, ncols=len(panels), height_ratios=[1, 3.2], squeeze=False)
    grid = axes[0, 0].get_gridspec()
    for ax in axes[0]:
        ax.remove()
    _draw_text(figure.add_subplot(grid[0, :]), text[:LONGEST].replace("\n", " "), windows)
    for ax, (title, cells) in zip(axes[1], panels.items(), strict=True):
        _draw_panel(ax, cells, windows, lines)
        ax.set_title(title, fontsize=12, weight="bold", loc="left")
    axes[1, 0].set_ylabel("bits a character, held out\n(less is better)")
    return figure


def _draw_text(ax, text, windows):
    """A line of text, and below it how far each window reaches, back from its end."""
    ax.set(xlim=(-0.5, LONGEST + 0.5), ylim=(-len(windows) - 0.3, 1.3))
    ax.axis("off")
    for place, letter in enumerate(text):
        ax.text(place + 0.5, 0.6, letter, family="DejaVu Sans Mono", fontsize=9, ha="center", va="center", color=INK)
    for row, window in enumerate(windows):
        y = -row - 0.35
        left = LONGEST - window
        ax.plot([left, left, LONGEST, LONGEST], [y + 0.28, y, y, y + 0.28], color=INK, lw=1.6)
        place, ha = (left - 0.8, "right") if left > 20 else (LONGEST / 2, "center")
        plate = {"fc": "white", "ec": "none", "pad": 2}
        ax.text(place, y, f"a window of {window}", ha=ha, va="center", fontsize=10.5, color=INK, bbox=plate)


def _draw_panel(ax, cells, windows, lines):
    """Dots of the seeds and a line through their medians, one colour and mark for each cell."""
    for cell, by in cells.items():
        places = [windows.index(window) for window in by]
        x = np.array(places) + DODGE[cell]
        ax.plot(x, [np.median(bits) for bits in by.values()], color=OF_CELL[cell], lw=2, zorder=2)
        for place, bits in zip(x, by.values(), strict=True):
            kind = {"marker": MARKERS[cell], "ms": 6.5, "ls": "none", "mec": "white", "mew": 0.6}
            ax.plot([place] * len(bits), bits, color=OF_CELL[cell], zorder=3, **kind)
    ends = {cell: np.median(list(by.values())[-1]) for cell, by in cells.items()}
    lowest = -np.inf
    for cell in sorted(ends, key=ends.get):  # names apart where the curves end together
        lowest = max(ends[cell], lowest + 0.055)
        place = windows.index(max(cells[cell])) + 0.32
        ax.text(place, lowest, cell, color=INK_OF_CELL[cell], weight="bold", fontsize=11, va="center")
    for name, bits in lines:
        if BITS[0] < bits < BITS[1]:
            ax.axhline(bits, color=GREY, lw=1, ls=":", zorder=1)
            ax.text(-1.15, bits + 0.008, f"{name} {bits:.2f}", color=GREY, fontsize=9.5, va="bottom")
    ax.set(xlim=(-1.2, len(windows) - 0.2), ylim=BITS, xlabel="window, characters; marks: seeds, line: their median")
    here = [window for window in windows if any(window in by for by in cells.values())]
    ax.set_xticks([windows.index(window) for window in here], [str(window) for window in here])
    ax.spines[["top", "right"]].set_visible(False)
