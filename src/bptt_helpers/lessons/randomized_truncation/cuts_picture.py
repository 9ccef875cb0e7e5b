"""One text cut in several ways, above one another: the three strategies of the section."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from ..pictures import INK, house_style, new_still
from ..scheme_pictures import CHUNKED, RANDOM
from .bars_picture import cuts, growth, outlines, shade


@house_style()
def draw_cuts(text, ways):
    """A text, once for every way to cut it; a bar under it is as thick as what survives has grown.

    Parameters
    ----------
    text : str
        T characters.
    ways : dict of str to ndarray (T,)
        Name, and factor between each step and the step before: 0 is a cut, 1 carries on, more compensates.

    Returns
    -------
    Still
    """
    factors = list(ways.values())
    weights = [growth(factor) for factor in factors]
    told = [
        f"{name}: pieces {np.count_nonzero(factor == 0)}, what survives counts up to {weight.max():.2g}"
        for name, factor, weight in zip(ways, factors, weights, strict=True)
    ]
    figure, ax = new_still(f"One text of {len(text)} characters. {'; '.join(told)}.", height=0.4 + 0.62 * len(ways))
    ax.set(xlim=(-7.2, len(text) + 0.3), ylim=(2 * len(ways) - 0.4, -0.9))
    ax.axis("off")
    for row, (name, factor, weight) in enumerate(zip(ways, factors, weights, strict=True)):
        y, grows = 2 * row, (factor > 1).any()
        ax.text(-7, y + 0.3, name, va="center", fontsize=11, weight="bold", color=INK)
        for t, character in enumerate(text):
            ax.text(t + 0.5, y, character, ha="center", va="center", fontsize=12, family="DejaVu Sans Mono")
        fill, edge = (shade(weight[factor == 0]), RANDOM["color"]) if grows else ("white", "0.4")
        ax.add_collection(PolyCollection(outlines(factor, weight, y + 0.85), fc=fill, ec=edge, lw=0.8))
        ax.add_collection(
            LineCollection(cuts(factor, y + 0.4, 0.95), colors=INK if grows else CHUNKED["color"], lw=2.2)
        )
    ax.text(len(text), -0.95, "◀ the way back", ha="right", fontsize=10, color="0.4")
    return figure
