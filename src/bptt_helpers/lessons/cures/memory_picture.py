"""What a matrix that only turns keeps: inputs that can be read out of the state, and a gradient on its way back."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import LOW, at_edge, gradient_axis, leaving, raised
from ..pictures import COLOURS, GREY, INK, INKS, house_style, new_still

_MATRICES = ({"color": COLOURS[0], "ls": "-"}, {"color": COLOURS[6], "ls": "--"})
_INKS = INKS[0], INKS[6]
_CELLS = ({"color": COLOURS[0], "ls": ":"}, {"color": COLOURS[0], "ls": "-"})


@house_style()
def draw_memory(kept, units, profiles, sentence=""):
    """How well each earlier input can be read out, and how much of a gradient is left after each lag.

    Parameters
    ----------
    kept : dict of str to ndarray (seeds, lags)
        For an orthogonal matrix and another: the squared correlation of the input 1, 2, … steps ago with its best
        linear readout.
    units : int
        Entries of the state, which the sum over all lags does not exceed.
    profiles : dict of str to ndarray (seeds, T)
        Without an activation and with one, both orthogonal: log10 of the gradient's norm, relative to lag 0.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, (ax, back) = new_still(sentence, height=3.3, ncols=2, width_ratios=[1.25, 1])
    bold = {"textcoords": "offset points", "weight": "bold", "fontsize": 11}
    for look, ink, (name, of_seeds) in zip(_MATRICES, _INKS, kept.items(), strict=True):
        mean, lags = of_seeds.mean(0), np.arange(1, of_seeds.shape[1] + 1)
        ax.fill_between(lags, mean, color=look["color"], alpha=0.15, lw=0)
        ax.plot(lags, mean, **look, lw=2.5)
        half = lags[np.flatnonzero(mean >= 0.5)[-1]]
        text, first = f"{name}\nkeeps {of_seeds.sum(1).mean():.0f}", look is _MATRICES[0]
        text, offset = (f"{text} of {units} inputs", (12, 6)) if first else (text, (10, -6))
        ax.annotate(text, (half, 0.5), offset, va="bottom" if first else "top", color=ink, **bold)
    ax.set(xlim=(1, lags[-1]), ylim=(0, 1.02), xlabel="steps ago")
    ax.set_title(f"How well {units} units tell an earlier input", fontsize=11)
    ax.set_yticks([0, 0.5, 1], ["not at all", "half", "exactly"])
    gradient_axis(back)
    for look, (name, of_seeds) in zip(_CELLS, profiles.items(), strict=True):
        median = np.median(of_seeds, 0)
        curve = leaving(median)
        back.plot(np.arange(len(median)), curve, **look, lw=2.5)
        if median[-1] < LOW:
            back.plot([np.nanargmin(curve)], [LOW], "v", ms=9, color=look["color"], clip_on=False)
        place = min(int(np.flatnonzero(median >= LOW)[-1]), len(median) // 4)
        end = f"10{raised(round(median[-1]))}" if round(median[-1]) else "1"
        text, at = f"{name}: {end} after {len(median)} steps", (place, at_edge(median)[place])
        back.annotate(text, at, (6, 6), color=INK, **bold)
    back.set(xlim=(0, len(median)), xlabel="steps back")
    back.set_title("Orthogonal: how much of a gradient is left", fontsize=11)
    for one in (ax, back):
        one.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color=GREY, alpha=0.2)
    return figure
