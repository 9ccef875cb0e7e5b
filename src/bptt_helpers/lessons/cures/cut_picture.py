"""A cue at the first step, and windows that look back from the last one: which of them learn to name it, and when."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle

from ..pictures import COLOURS, GREY, INK, INKS, PALE, house_style, new_still
from ..scheme_pictures import SLIDING

CUE, CUE_INK = COLOURS[1], INKS[1]


@house_style()
def draw_windows(right, times, sequence_length, sentence, *, chance):
    """A row for each window: the steps it covers, and the share of right answers of every run at two times.

    Parameters
    ----------
    right : dict of int to ndarray (2, runs)
        For each window τ, the shortest first, the share of each run, early and late.
    times : pair of int
        Updates after which that was.
    sequence_length : int
        T; the cue is at step 1, the loss at step T.
    sentence : str
        What the picture shows.
    chance : float
        Share to be marked.

    Returns
    -------
    Still
    """
    T, rows = sequence_length, np.arange(len(right))
    figure, (steps, shares) = new_still(
        sentence, height=1.3 + 0.42 * len(rows), ncols=2, sharey=True, width_ratios=[1.6, 1]
    )
    for row, (window, share) in zip(rows, right.items(), strict=True):
        whole = window == T
        colour = INK if whole else SLIDING["color"]
        steps.add_patch(Rectangle((0.5, row - 0.3), T, 0.6, fc="none", ec=PALE))
        steps.add_patch(Rectangle((T - window + 0.5, row - 0.3), window, 0.6, fc=colour, lw=0))
        apart = row + np.linspace(-0.28, 0.28, np.shape(share)[1])  # runs that end alike stay countable
        shares.plot(share, [apart, apart], color=colour, lw=1, clip_on=False)
        for values, fill in zip(share, ("white", colour), strict=True):
            shares.plot(values, apart, "o", ms=6, mfc=fill, mec=colour, clip_on=False)
        steps.add_patch(Rectangle((0.6, row - 0.18), 0.8, 0.36, fc=CUE, lw=0, zorder=3))
    steps.text(0.5, -0.5, "cue", color=CUE_INK, weight="bold", va="bottom")
    steps.text(T + 0.5, -0.5, "loss", ha="right", va="bottom", weight="bold")
    steps.set(xlim=(0.5, T + 0.5), ylim=(len(rows) - 0.5, -1), xticks=[1, *range(10, T + 1, 10)])
    steps.set_xlabel("step; filled: where the gradient of the loss comes")
    steps.set_yticks(rows, [f"τ = {window}" for window in right], fontsize=11)
    steps.tick_params(axis="y", length=0)
    shares.plot([chance, chance], [-0.4, len(rows) - 0.5], color=INK, ls=":", lw=1)
    shares.text(chance, -0.5, f"by chance {chance:.0%}", ha="center", va="bottom", fontsize=10)
    shares.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
    shares.set(
        xlim=(0, 1.02), xlabel=f"correct after {times[0]} (hollow)\nand {times[1]} updates, {np.shape(share)[1]} seeds"
    )
    shares.tick_params(axis="y", length=0)
    for ax in (steps, shares):
        ax.spines[["top", "right", "left"]].set_visible(False)
    shares.grid(axis="x", color=GREY, alpha=0.25)
    return figure
