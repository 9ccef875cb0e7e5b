"""The wall in cross-section, and training runs with and without clipping."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import WARM, at_edge, gradient_axis
from ..pictures import COLOURS, GREY, INK, house_style, new_still

_STYLES = ("-", "--", "-.", ":", (0, (1, 3)))


@house_style()
def draw_wall(b, errors, near, near_error, slope, sentence, guess=np.nan):
    """The error across the wall, and the wall through a magnifying glass with its steepest slope.

    Parameters
    ----------
    b : ndarray (k,)
    errors : dict of str to ndarray (k,)
        E over b, one curve for each entry.
    near, near_error : ndarrays (m,)
        Around the steepest place: distance to it, and E.
    slope : float
        dE/db there.
    sentence : str
        What the picture shows.
    guess : float
        A slope to be drawn beside it, nan for none.

    Returns
    -------
    Still
    """
    figure, (left, right) = new_still(sentence, height=3.2, ncols=2, width_ratios=[1.5, 1])
    for k, (name, error) in enumerate(errors.items()):
        left.plot(b, error, _STYLES[-2 - k] if k < len(errors) - 1 else "-", color=COLOURS[k], lw=2, label=name)
    left.set(xlabel="bias b", ylabel="error E", ylim=(0, 0.5), xlim=(b[0], b[-1]), title="Across the wall")
    left.legend(loc="upper right", frameon=False)
    middle = near_error[np.abs(near).argmin()]
    magnified = round((b[-1] - b[0]) / (near[-1] - near[0]), -2)
    right.plot(near, near_error, color=COLOURS[len(errors) - 1], lw=2)
    for value, colour, style, words in ((slope, WARM, "--", "steepest"), (-abs(guess), INK, ":", "your guess")):
        if np.isfinite(value):
            right.axline((0, middle), slope=value, color=colour, ls=style, lw=2, label=f"{words}: {abs(value):,.0f}")
    right.set(xlim=(near[0], near[-1]), ylim=left.get_ylim(), xlabel="b, from the steepest place")
    right.set_title(f"The same, {magnified:,.0f} times wider")
    right.set_xticks([near[0], 0, near[-1]], [f"{near[0]:.0e}", "0", f"{near[-1]:.0e}"])
    right.legend(loc="upper right", frameon=False, title="slope |dE/db|")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure


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
    axes[0, 0].text(updates, chance - 0.03, "by chance", ha="right", va="top", color=GREY)
    axes[1, 0].text(updates, np.log10(clip_norm) - 0.1, "clip norm", ha="right", va="top")
    axes[0, 1].plot([], [], "o", ms=9, color="white", mec=INK, label="solved: the run ends")
    axes[0, 1].legend(loc="center right", frameon=False)
    return figure
