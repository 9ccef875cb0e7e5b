"""The graph of an unrolled network, and what it costs as it grows."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, freeze_layout, new_figure

DRAWN_FULLY = 12  # longer sequences show their first three and last three steps
WIDTH = 13.0  # of the graph, in its own units
ROWS = {"x": 0, "h": 1, "o": 2, "L": 3}  # letter of a node and its height
# one colour and line style for each tied weight: (name, colour, style, width)
WEIGHTS = (
    (r"$W_{hx}$", COLOURS[0], "-", 1.8),
    (r"$W_{hh}$", COLOURS[1], "-", 3.5),
    (r"$W_{qh}$", COLOURS[2], "--", 1.8),
    ("loss, no weight", "0.45", ":", 1.8),
)
CURVES = (
    ("operations (multiply-adds)", "o", "-"),
    ("stored numbers", "s", "--"),
    ("depth (arrows)", "^", ":"),
)
# where an arrow leaves its node and where the centre of its head lies before the next: across and up
LEAVES, ARRIVES = (0.3, 0.16), (0.44, 0.24)


def columns(sequence_length):
    """Step number of every column of the graph, 0 for h_0 and None where steps are left out.

    Examples
    --------
    >>> columns(2)
    [0, 1, 2]
    >>> columns(100)
    [0, 1, 2, 3, None, 98, 99, 100]
    """
    T = sequence_length
    if T <= DRAWN_FULLY:
        return list(range(T + 1))
    return [0, 1, 2, 3, None, T - 2, T - 1, T]


def graph(sequence_length):
    """Places of nodes and arrows of the unrolled network.

    Parameters
    ----------
    sequence_length : int

    Returns
    -------
    nodes : dict of str to ndarray (k, 2)
        By letter: x, h, o, L.
    arrows : dict of str to ndarray (k, 2, 2)
        By weight: start and end of each arrow.
    labels : list of (float, str)
        Place and step number of every column, dots where steps are left out.
    """
    steps = columns(sequence_length)
    gap = min(3.2, WIDTH / (len(steps) - 0.4))
    places = (np.arange(len(steps)) - (len(steps) - 1) / 2) * gap + WIDTH / 2
    at = np.array([place for place, step in zip(places, steps, strict=True) if step])
    states = np.array([place for place, step in zip(places, steps, strict=True) if step is not None])

    nodes = {letter: np.column_stack([at, np.full(len(at), row)]) for letter, row in ROWS.items()}
    nodes["h"] = np.column_stack([states, np.full(len(states), ROWS["h"])])

    def upward(row):
        start, end = np.full(len(at), row + LEAVES[1]), np.full(len(at), row + 1 - ARRIVES[1])
        return np.stack([np.column_stack([at, start]), np.column_stack([at, end])], 1)

    level = np.full(len(places) - 1, ROWS["h"])
    sideways = np.stack(
        [
            np.column_stack([places[:-1] + LEAVES[0], level]),
            np.column_stack([places[1:] - ARRIVES[0], level]),
        ],
        1,
    )
    names = [name for name, *_ in WEIGHTS]
    arrows = dict(zip(names, (upward(0), sideways, upward(1), upward(2)), strict=True))
    labels = [(place, "···" if step is None else str(step)) for place, step in zip(places, steps, strict=True)]
    return nodes, arrows, labels


class UnrollingPicture:
    """Left: the network unrolled over T steps. Right: what its gradient costs, against T.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(height=3.6, ncols=2, width_ratios=[1.55, 1])
        self._draw_graph_frame()
        self._draw_cost_frame()
        self.artists = [
            *self.arrows.values(),
            *self.heads.values(),
            self.circles,
            *self.letters,
            *self.labels,
        ]
        self.artists += [self.copies, *self.curves, *self.marks, *self.values]
        freeze_layout(self.figure)

    def _draw_graph_frame(self):
        ax = self.left
        ax.set(xlim=(-1.9, WIDTH + 0.2), ylim=(-0.95, 3.85), xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        for row, word in zip(ROWS.values(), ("input", "state", "output", "loss"), strict=True):
            ax.text(-1.9, row, word, va="center", fontsize=10)
        ax.text(-1.9, -0.68, "step t", va="center", fontsize=10)
        self.arrows, self.heads = {}, {}
        for name, colour, style, width in WEIGHTS:
            (self.arrows[name],) = ax.plot([], [], style, color=colour, lw=width, label=name)
            marker = ">" if name == WEIGHTS[1][0] else "^"
            (self.heads[name],) = ax.plot([], [], marker, color=colour, ms=7 if marker == ">" else 6)
        circle = {"mfc": "white", "mec": "0.2", "ms": 14, "ls": "none"}
        (self.circles,) = ax.plot([], [], "o", **circle)
        self.letters = [
            ax.plot([], [], ls="none", marker=f"${letter}$", ms=7, mfc="black", mec="none")[0] for letter in ROWS
        ]
        self.labels = [ax.text(0, -0.68, "", ha="center", va="center", fontsize=10) for _ in range(DRAWN_FULLY + 1)]
        # only the number moves: nothing takes longer to draw than text
        ax.text(WIDTH / 2 - 4.6, 3.62, "× the same cell, with the same three weights", fontsize=11)
        self.copies = ax.text(WIDTH / 2 - 4.8, 3.62, "", ha="right", fontsize=11)
        ax.legend(
            loc="upper center",
            ncols=4,
            frameon=False,
            fontsize=10,
            bbox_to_anchor=(0.5, 0.03),
            handlelength=2.2,
        )

    def _draw_cost_frame(self):
        ax = self.right
        ax.set(
            xscale="log",
            yscale="log",
            xlim=(0.8, 1500),
            ylim=(1, 1e11),
            xlabel="sequence length T (steps)",
            ylabel="count",
            title="Cost of the exact gradient",
        )
        ax.grid(alpha=0.3)
        self.curves, self.marks, self.values = [], [], []
        for (name, marker, style), colour in zip(CURVES, COLOURS[3:], strict=False):
            self.curves += ax.plot([], [], style, color=colour, lw=2)
            self.marks += ax.plot([], [], marker, color=colour, ms=9, mec="black")
            self.values.append(ax.text(1, 1, "", fontsize=9))
            ax.plot([], [], style, marker=marker, color=colour, lw=2, label=name)  # for the legend: line and mark
        ax.legend(loc="upper left", fontsize=9)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``sequence_length`` int; ``lengths`` ndarray (k,); ``operations``, ``stored``, ``depth``
            ndarrays (k,), counts at those lengths; ``now`` tuple of the three counts at `sequence_length`.
        """
        T = data.sequence_length
        nodes, arrows, labels = graph(T)
        for name, segments in arrows.items():
            with_gaps = np.concatenate([segments, np.full((len(segments), 1, 2), np.nan)], 1).reshape(-1, 2)
            self.arrows[name].set_data(with_gaps.T)
            self.heads[name].set_data(segments[:, 1].T)
        self.circles.set_data(np.concatenate([*nodes.values()]).T)
        for letters, places in zip(self.letters, nodes.values(), strict=True):
            letters.set_data(places.T)
        labels += [(0, "")] * (len(self.labels) - len(labels))
        for text, (place, label) in zip(self.labels, labels, strict=True):
            text.set(x=place, text=label, visible=bool(label))
        self.copies.set_text(str(T))

        counts = (data.operations, data.stored, data.depth)
        side = "left" if T < 30 else "right"
        for curve, mark, text, count, here in zip(self.curves, self.marks, self.values, counts, data.now, strict=True):
            curve.set_data(data.lengths, count)
            mark.set_data([T], [here])
            text.set(position=(T * 1.3 if side == "left" else T / 1.3, here), text=f"{here:,}")
            text.set(ha=side, va="top" if side == "left" else "bottom")
