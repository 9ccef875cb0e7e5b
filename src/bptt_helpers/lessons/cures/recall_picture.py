"""Two gates, two biases each: what arrives at the first cell, whether sequences agree on it, and which runs learn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.patches import Circle

from ..gradient_pictures import gradient_bar, gradient_colours, power
from ..pictures import COLOURS, GREY, INK, Still, house_style

SOLVED = COLOURS[0]
_WIDTH, _MARGIN, _HEAD, _ROW, _FOOT = 9, 0.15, 0.4, 2.35, 0.7  # inches


class Field(NamedTuple):
    """Biases, and what came of them.

    Attributes
    ----------
    title : str
    reaches : float
        log10 of what arrives at the first cell before training, for 1 that was sent.
    angles : ndarray (N,)
        Between the gradient of each sequence and their mean, in radians, -π to π.
    agreement : float
        0 to 1.
    runs : list of dict
        Of each: ``correct``, ``updates``, ``solved``.
    """

    title: str
    reaches: float
    angles: np.ndarray
    agreement: float
    runs: list


@house_style()
def draw_recall(fields, columns, sentence, *, updates, every, chance):
    """Fields of two columns: the gradients of the first cell as arrows; the runs as dots, filled if solved, and curves.

    Parameters
    ----------
    fields : list of pairs of Field
    columns : pair of str
        Their titles.
    sentence : str
        What the picture shows.
    updates, every : int
        Most updates of a run, the end of all axes; updates that share a point of a curve.
    chance : float
        Share of right answers to be marked.

    Returns
    -------
    Still
    """
    height = _HEAD + _ROW * len(fields) + _FOOT
    figure = Still(figsize=(_WIDTH, height))
    figure.sentence = sentence
    for column, title in enumerate(columns):
        left = _MARGIN + column * (_WIDTH - _MARGIN) / 2
        figure.text(left / _WIDTH, 1 - 0.3 / height, title, fontsize=13, weight="bold", color=INK)
        for row, pair in enumerate(fields):
            bottom = _FOOT + (len(fields) - 1 - row) * _ROW
            field = pair[column]
            figure.text(left / _WIDTH, (bottom + _ROW - 0.32) / height, field.title, fontsize=11, color=INK)
            places = (left, bottom + 0.52, 1.35, 1.35), (left + 1.85, bottom + 0.52, 2.3, 1.0)
            fan, curves = (figure.add_axes((x / _WIDTH, y / height, w / _WIDTH, h / height)) for x, y, w, h in places)
            _draw_fan(fan, field)
            _draw_runs(curves, field.runs, updates, every, chance)
    notes = {"fontsize": 9.5, "color": GREY, "va": "center"}
    figure.text(0.015, 0.36 / height, "an arrow: how one of the\nsequences wants $c_1$ to change", **notes)
    figure.text(0.985, 0.36 / height, "arrives: at the first cell,\nof 1 at the last", ha="right", **notes)
    gradient_bar(figure, (0.39, 0.36 / height, 0.26, 0.11 / height))
    return figure


def _draw_fan(ax, field):
    """Arrows at their angles to the mean, which points up, on a disc in the colour of what arrives."""
    ax.add_patch(Circle((0, 0), 1.1, color=gradient_colours(field.reaches), lw=0))
    x, y, none = np.sin(field.angles), np.cos(field.angles), np.zeros(len(field.angles))
    ax.quiver(none, none, x, y, color=INK, angles="xy", scale_units="xy", scale=1, width=0.012, headwidth=5)
    below = f"arrives: {power(field.reaches)}\nagreement: {field.agreement:.2f}"
    ax.text(0, -1.2, below, ha="center", va="top", fontsize=10.5, linespacing=1.3)
    ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
    ax.axis("off")


def _draw_runs(ax, runs, updates, every, chance):
    """A curve for each run, and above them a dot for each, filled if it solved the task."""
    for run in runs:
        at = np.minimum(every * (np.arange(len(run["correct"])) + 1), run["updates"])
        ax.plot(at, run["correct"], color=SOLVED if run["solved"] else GREY, lw=1.2)
    ax.axhline(chance, color=INK, lw=1, ls=":")
    filled = sorted((run["solved"] for run in runs), reverse=True)
    dots, above = (np.arange(len(runs)) + 0.5) * updates / 16, np.full(len(runs), 1.25)
    colours = [SOLVED if one else "white" for one in filled]
    ax.scatter(dots, above, s=55, c=colours, ec=[INK if one else GREY for one in filled], clip_on=False)
    count = f"{sum(filled)} of {len(runs)} learn"
    ax.text(updates, 1.25, count, ha="right", va="center", fontsize=11, weight="bold", color=INK)
    ax.set(xlim=(0, updates), ylim=(0, 1.03), yticks=[0, chance, 1], xticks=[0, updates // 2, updates])
    ax.set_yticklabels(["0", f"{chance:.0%}", "100%"])
    ax.set_xlabel("updates", fontsize=9.5, labelpad=1)
    ax.set_title("correct", fontsize=9.5, loc="left", x=-0.16, pad=3)
    ax.tick_params(labelsize=9)
    ax.spines[["top", "right"]].set_visible(False)
