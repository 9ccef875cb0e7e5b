"""What reading further back is worth, in bits, above what of the gradient arrives from there: not the same thing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cures.cells_picture import OF_CELL
from ..gradient_pictures import at_edge, gradient_axis, power
from ..pictures import INK, house_style, new_still

ENOUGH, FAR = (
    20,
    50,
)  # characters: what is read beyond the first is said in bits, what arrives from the second as a share
BITS = (1.8, 6)
SMALLEST, LARGEST = -6, 1  # log10 of a share


def signed(change) -> str:
    """A change in bits with its sign, to two places; none of 0.

    Examples
    --------
    >>> signed(-0.034), signed(0.012), signed(-0.001)
    ('−0.03', '+0.01', '0.00')
    """
    text = f"{change:+.2f}".replace("-", "\u2212")
    return text[1:] if text[1:] == "0.00" else text


class Reader(NamedTuple):
    """One network, trained from several seeds.

    Attributes
    ----------
    cell : {"RNN", "GRU", "LSTM"}
    bits : array_like (seeds, k)
        Bits a character if only the last characters are read, for each context.
    left : array_like (seeds, k)
        log10 of the share of a loss's signal that is left at the first of them: the median over losses.
    """

    cell: str
    bits: object
    left: object


@house_style()
def draw_contexts(contexts, readers, sentence):
    """A column for every network: above, bits against the characters read; below, what arrives from the first of them.

    Parameters
    ----------
    contexts : sequence of int
        Characters that are read, rising, `ENOUGH` and `FAR` among them.
    readers : dict of str to Reader
        By the title of the column.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    contexts = np.asarray(contexts)
    enough, far = (int(np.flatnonzero(contexts == k)[0]) for k in (ENOUGH, FAR))
    figure, axes = new_still(
        sentence, height=4.6, nrows=2, ncols=len(readers), sharex=True, sharey="row", squeeze=False
    )
    for column, (title, reader) in enumerate(readers.items()):
        above, below = axes[:, column]
        colour = OF_CELL[reader.cell]
        for ax, curves in ((above, reader.bits), (below, at_edge(reader.left, SMALLEST, LARGEST))):
            ax.plot(contexts, np.asarray(curves).T, "-", color=colour, lw=1, alpha=0.6)
            ax.plot(contexts, np.median(curves, axis=0), "o-", color=colour, lw=2.4, ms=4.5)
            ax.spines[["top", "right"]].set_visible(False)
            ax.axvspan(ENOUGH, contexts[-1], color="0.5", alpha=0.12, lw=0)
        bits, left = np.median(reader.bits, axis=0), np.median(reader.left, axis=0)
        change = np.median(np.subtract(*np.asarray(reader.bits)[:, [-1, enough]].T))
        above.set_title(title, fontsize=10.5, loc="left")
        above.text(contexts[-1], bits[-1] + 0.2, f"{bits[-1]:.2f}", fontsize=11, ha="right", va="bottom")
        for ax, says in (
            (above, f"reading beyond {ENOUGH}:\n{signed(change)} bits"),
            (below, f"{FAR} back: {power(left[far])}"),
        ):
            ax.text(0.98, 0.97, says, transform=ax.transAxes, fontsize=11, weight="bold", ha="right", va="top")
        below.plot(FAR, at_edge(left[far], SMALLEST, LARGEST), "s", color=INK, ms=7, zorder=5)
        gradient_axis(below, SMALLEST, LARGEST)
        below.set(xscale="log", xlim=(0.9, contexts[-1] * 1.1), xlabel="k characters back")
        below.set_xticks((1, 5, 20, 50, 200), ("1", "5", "20", "50", "200"))
        below.set_xticks([], minor=True)
        above.set(ylim=BITS)
    axes[0, 0].set_ylabel("bits a character,\nthe last k read")
    axes[1, 0].set_ylabel("gradient that arrives")
    return figure
