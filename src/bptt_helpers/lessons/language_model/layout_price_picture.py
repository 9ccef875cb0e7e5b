"""What a layout costs: bits a character of networks trained alike, but for where their states come from."""

from __future__ import annotations

import numpy as np

from ..pictures import GREY, INK, PALE, house_style, new_still
from ..scheme_pictures import WRONG

ROOM = 0.12  # of the range of the dots, on either side


@house_style()
def draw_layout_prices(bits, wrong=()):
    """A panel for each window, a row for each layout: a dot for every seed, a line and a number at their mean.

    Parameters
    ----------
    bits : dict of str to dict of str to array_like (seeds,)
        By title of the panel, then by name of the layout, bits a character; the same names in all panels.
    wrong : sequence of str
        Layouts that are a mistake: drawn in red.

    Returns
    -------
    Still
    """
    names = list(next(iter(bits.values())))
    figure, axes = new_still(
        _sentence(bits), height=1.0 + 0.36 * len(names), ncols=len(bits), sharey=True, squeeze=False
    )
    every = np.concatenate([np.ravel(seeds) for of_layout in bits.values() for seeds in of_layout.values()])
    room = ROOM * np.ptp(every) or 0.1
    for ax, (title, of_layout) in zip(axes[0], bits.items(), strict=True):
        for row, name in enumerate(names):
            colour, seeds = WRONG if name in wrong else INK, np.asarray(of_layout[name], float)
            mean = seeds.mean()
            ax.plot(seeds, np.full(len(seeds), row), "o", ms=5.5, mfc="none", mec=colour, mew=1.2)
            ax.plot([mean, mean], [row - 0.28, row + 0.28], color=colour, lw=2)
            ax.text(mean, row - 0.32, f"{mean:.2f}", color=colour, ha="center", va="bottom", fontsize=9.5)
        ax.set(ylim=(len(names) - 0.6, -0.85), xlim=(every.min() - room, every.max() + room))
        ax.set_title(title, fontsize=11.5, weight="bold")
        ax.grid(axis="x", color=PALE, lw=0.8)
        ax.set_axisbelow(True)
        ax.tick_params(axis="y", length=0)
        ax.spines[["top", "right", "left"]].set_visible(False)
    axes[0, 0].set_yticks(range(len(names)), names, fontsize=11)
    for label, name in zip(axes[0, 0].get_yticklabels(), names, strict=True):
        label.set_color(WRONG if name in wrong else INK)
    figure.supxlabel("bits a character, held out: less is better", fontsize=10.5, color=GREY)
    return figure


def _sentence(bits):
    told = []
    for title, of_layout in bits.items():
        means = ", ".join(f"{name} {np.mean(seeds):.2f}" for name, seeds in of_layout.items())
        told.append(f"{title}: {means}")
    return f"Mean bits a character on held-out text. {'; '.join(told)}."
