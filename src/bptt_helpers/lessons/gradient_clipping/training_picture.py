"""Training runs with and without clipping: right answers, and the gradients met on the way."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import at_edge, gradient_axis
from ..pictures import COLOURS, GREY, INK, house_style, new_still

_STYLES = ("-", "--", "-.", ":", (0, (1, 3)))


@house_style()
def draw_training(settings, sentence, *, every, updates, clip_norm, chance):
    """Right answers and gradient norms of several runs over their updates, one column for each setting.

    Parameters
    ----------
    settings : dict of str to list of dict
        For each setting its runs: ``correct``, the share of right answers, and ``norm``, the largest norm, of every
        `every` updates; ``solved`` bool; ``updates`` int, how many were made.
    sentence : str
        What the picture shows.
    every, updates : int
        `updates`: the most that were allowed, the end of all axes.
    clip_norm, chance : float
        Levels to mark.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=4.4, ncols=len(settings), nrows=2, sharex=True, sharey="row")
    for (right, norms), (name, runs) in zip(axes.T, settings.items(), strict=True):
        gradient_axis(norms, -2)
        for k, run in enumerate(runs):
            look = {"color": COLOURS[k % 10], "ls": _STYLES[k % 5], "lw": 1.4}
            at = np.minimum(every * (np.arange(len(run["norm"])) + 1), run["updates"])
            right.plot(at, run["correct"], **look)
            norms.plot(at, at_edge(np.log10(run["norm"]), -2), **look)
            if run["solved"]:
                right.plot(at[-1:], 1, "o", ms=9, color=look["color"], mec=INK, clip_on=False, zorder=5)
        right.axhline(chance, color=GREY, lw=1, ls=":")
        norms.axhline(np.log10(clip_norm), color=INK, lw=1)
        solved = sum(run["solved"] for run in runs)
        right.set(title=f"{name}: {solved} of {len(runs)} runs solve it", ylim=(0, 1.02), xlim=(0, updates))
        norms.set_xlabel("update")
    axes[0, 0].set_ylabel("share of right answers")
    axes[1, 0].set_ylabel(f"largest gradient norm\nin {every} updates")
    axes[0, 0].text(updates, 0.08, f"by chance: {chance:g}", ha="right", va="center", color=GREY)
    axes[1, 0].text(updates, np.log10(clip_norm) - 0.1, "clip norm", ha="right", va="top")
    axes[0, 1].plot([], [], "o", ms=9, color="white", mec=INK, label="solved: the run ends")
    axes[0, 1].legend(loc="center right", frameon=False)
    return figure
