"""What is left of a signal over the bias of the gate that keeps the state: the formula, the direct path, all paths."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import at_edge, gradient_axis
from ..pictures import GREY, INK, house_style, new_still
from .cells_picture import OF_CELL

LOWEST = -31  # log10, the end of the axis
LOOKS = {"GRU": (OF_CELL["GRU"], "s"), "LSTM": (OF_CELL["LSTM"], "o")}


@house_style()
def draw_scale(b, formula, direct, whole, steps, sentence):
    """What is left after some steps, over the bias: along the direct path as the formula says, and by all paths.

    Parameters
    ----------
    b : ndarray (k,)
        Biases, rising.
    formula : ndarray (2, m)
        A curve: biases, and log10 of σ(b) to the power `steps`.
    direct, whole : dict of str to ndarray (k, seeds)
        log10 of what is left in a "GRU" and an "LSTM": by the direct path alone, and by all paths.
    steps : int
        Back.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, ax = new_still(sentence, height=3.4)
    gradient_axis(ax, LOWEST, 3, 6)
    ax.plot(formula[0], at_edge(formula[1], LOWEST), color=INK, lw=1.5, label=f"σ(b) to the power {steps}")
    for name, (colour, marker) in LOOKS.items():
        over = np.broadcast_to(np.asarray(b)[:, None], direct[name].shape)
        ax.plot(b, np.median(at_edge(whole[name], LOWEST), axis=1), color=colour, lw=1.5)
        looks = {"ls": "none", "marker": marker, "ms": 5.5, "mec": colour}
        ax.plot(over.ravel(), at_edge(whole[name], LOWEST).ravel(), **looks, mfc=colour, label=f"{name}, all paths")
        lower = at_edge(direct[name], LOWEST)
        ax.plot(over.ravel(), lower.ravel(), **looks, mfc="white", label=f"{name}, direct path")
    ax.set(xlim=(b[0] - 0.2, b[-1] + 0.2), xlabel="bias b of the gate that keeps the state")
    ax.set_ylabel(f"left after {steps} steps")
    ax.set_title("How much of a signal a gate's bias leaves; a dot is a seed, a line their median", fontsize=11)
    above = ax.secondary_xaxis("top")
    above.set_xticks(b, [f"{1 + np.exp(one):.3g}" for one in b])
    above.set_xlabel("time scale in steps, 1 + e$^b$", color=GREY)
    ax.legend(loc="lower right", frameon=False, fontsize=9.5)
    return figure
