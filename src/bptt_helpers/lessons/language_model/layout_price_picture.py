"""What a layout costs: bits a character of networks trained alike, but for where their states come from."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D

from ..pictures import GREY, INK, PALE, house_style, new_still
from ..scheme_pictures import WRONG

ROOM = 0.08  # of the range of all numbers, on either side
LEARNED = {"ls": "none", "marker": "s", "ms": 6, "mec": "none", "alpha": 0.4}
HELD_OUT = {"ls": "none", "marker": "o", "ms": 5.5, "mfc": "none", "mew": 1.2}


@house_style()
def draw_layout_prices(held_out, learned, wrong=()):
    """A panel for each window, a row for each layout: what is left to learn, and how well other text is predicted.

    A hollow dot for every seed, and a line and a number at their mean, on held-out text; a pale square at the mean on
    the text that was learned.

    Parameters
    ----------
    held_out, learned : dict of str to dict of str to array_like (seeds,)
        By title of the panel, then by name of the layout, bits a character; the same names in all panels.
    wrong : sequence of str
        Layouts that are a mistake: drawn in red, with a cross before their names.

    Returns
    -------
    Still
    """
    names = list(next(iter(held_out.values())))
    figure, axes = new_still(
        _sentence(held_out, learned), height=1.35 + 0.37 * len(names), ncols=len(held_out), sharey=True, squeeze=False
    )
    for ax, title in zip(axes[0], held_out, strict=True):
        for row, name in enumerate(names):
            _draw_row(ax, row, held_out[title][name], learned[title][name], WRONG if name in wrong else INK)
        ax.set(ylim=(len(names) - 0.6, -0.85), xlim=_limits(held_out, learned))
        ax.set_title(title, fontsize=11.5, weight="bold")
        ax.set_xlabel("bits a character: less is better", fontsize=10)
        ax.grid(axis="x", color=PALE, lw=0.8)
        ax.set_axisbelow(True)
        ax.tick_params(axis="y", length=0)
        ax.spines[["top", "right", "left"]].set_visible(False)
    axes[0, 0].set_yticks(range(len(names)), [f"✗ {name}" if name in wrong else name for name in names], fontsize=11)
    for label, name in zip(axes[0, 0].get_yticklabels(), names, strict=True):
        label.set_color(WRONG if name in wrong else INK)
    marks = [Line2D([], [], color=INK, **HELD_OUT), Line2D([], [], color=INK, **LEARNED)]
    says = ["held-out text: each seed, and the mean", "the text it learns, at the end: the mean"]
    figure.legend(marks, says, loc="outside lower center", ncols=2, fontsize=10.5, frameon=False, handlelength=0.8)
    return figure


def _draw_row(ax, row, held_out, learned, colour):
    mean, known = np.mean(held_out), np.mean(learned)
    ax.plot([known, mean], [row, row], color=GREY, lw=0.8, alpha=0.6)
    ax.plot([known], [row], color=colour, **LEARNED)
    ax.plot(held_out, np.full(len(held_out), row), color=colour, **HELD_OUT)
    ax.plot([mean, mean], [row - 0.26, row + 0.26], color=colour, lw=2)
    ax.text(mean, row - 0.3, f"{mean:.2f}", color=colour, ha="center", va="bottom", fontsize=9.5)


def _limits(*bits):
    every = [np.ravel(seeds) for of in bits for of_layout in of.values() for seeds in of_layout.values()]
    low, high = np.min(np.concatenate(every)), np.max(np.concatenate(every))
    room = ROOM * (high - low) or 0.1
    return low - room, high + room


def _sentence(held_out, learned):
    told = []
    for title, of_layout in held_out.items():
        means = (
            f"{name} {np.mean(seeds):.2f} (learned text {np.mean(learned[title][name]):.2f})"
            for name, seeds in of_layout.items()
        )
        told.append(f"{title}: {', '.join(means)}")
    return f"Mean bits a character on held-out text. {'; '.join(told)}."
