"""The wall in cross-section, and through a magnifying glass."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import WARM
from ..pictures import COLOURS, INK, house_style, new_still


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
        left.plot(b, error, (":", "-.", "-")[-len(errors) :][k], color=COLOURS[k], lw=2, label=name)
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
