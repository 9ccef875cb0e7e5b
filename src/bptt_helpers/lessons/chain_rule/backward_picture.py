"""The backward pass, one step at a time: the arrows it has travelled, and the terms it has gathered."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, freeze_layout, new_figure, snap

MOST_STEPS = 8  # drawn in full
WIDTH = 8.0  # of the graph, in its own units
HEIGHTS = {"L": 3, "o": 2, "h": 1, "sum": 0}
# what an arrow carries: words for the reader and colour
KINDS = {
    "own": ("from the step's own loss", COLOURS[0]),
    "later": ("from later steps", COLOURS[1]),
    "term": (r"into $dL/dW_{hh}$", COLOURS[2]),
}
LIMITS = (0.04, 0.1, 0.25, 0.6, 1.5, 4, 12)  # of the bars; they do not change while the slider of steps moves
TICKS = np.linspace(-1, 1, 5)  # of the panels with bars, whose axes hold still: bars and labels follow the limit
ENTRIES = ("1,1", "1,2", "2,1", "2,2")


def backward_arrows(has_loss):
    """Arrows of the backward pass, by what they carry and the step they reach.

    Parameters
    ----------
    has_loss : sequence of bool (T,)

    Returns
    -------
    list of (str, int, ndarray (2, 2))
        Kind, step 1 … T, start and end.
    """
    T = len(has_loss)
    x = columns(T)
    arrows = []

    def down(kind, t, row):
        arrows.append((kind, t, np.array([[x[t - 1], row - 0.2], [x[t - 1], row - 0.72]])))

    for t in range(1, T + 1):
        if has_loss[t - 1]:
            down("own", t, HEIGHTS["L"])
            down("own", t, HEIGHTS["o"])
        if t < T:
            arrows.append(("later", t, np.array([[x[t] - 0.22, HEIGHTS["h"]], [x[t - 1] + 0.3, HEIGHTS["h"]]])))
        down("term", t, HEIGHTS["h"])
    return arrows


def columns(sequence_length):
    """Place of each step across the graph, ``(T,)``."""
    return (np.arange(sequence_length) + 0.5) * WIDTH / sequence_length


class BackwardPicture:
    """Left: the graph with the arrows travelled so far. Middle: the state's gradient. Right: the sum for W_hh.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.graph, self.middle, self.right) = new_figure(
            height=3.7, ncols=3, width_ratios=[1.9, 0.85, 1.15]
        )
        self.artists = [*self._draw_graph_frame(), *self._draw_state_frame(), *self._draw_weight_frame()]
        freeze_layout(self.figure)

    def _draw_graph_frame(self):
        ax = self.graph
        ax.set(xlim=(-1.25, WIDTH + 0.1), ylim=(-0.95, 3.3), xticks=[], yticks=[])
        ax.set_title("Backward pass: thick arrows are this step", fontsize=11)
        ax.spines[:].set_visible(False)
        for row, word in zip(HEIGHTS.values(), ("loss", "output", "state", "sum"), strict=True):
            ax.text(-1.25, row, word, va="center", fontsize=10)
        ax.text(-1.25, -0.68, "step t", va="center", fontsize=10)
        box = {"boxstyle": "square,pad=0.25", "fc": "white", "ec": KINDS["term"][1], "lw": 1.5}
        ax.plot([0, WIDTH], [0.04, 0.04], color=KINDS["term"][1], lw=1.5)
        ax.text(WIDTH / 2, -0.06, r"$dL/dW_{hh}$ = sum of the terms", ha="center", va="center", fontsize=10, bbox=box)
        (self.ahead,) = ax.plot([], [], ":", color="0.6", lw=1.5)
        self.lines, self.heads = {}, {}
        for kind, (_, colour) in KINDS.items():
            head = "<" if kind == "later" else "v"
            for when, width, size in (("past", 1.6, 6), ("now", 4, 10)):
                (self.lines[kind, when],) = ax.plot([], [], color=colour, lw=width)
                (self.heads[kind, when],) = ax.plot([], [], head, color=colour, ms=size)
        (self.circles,) = ax.plot([], [], "o", mfc="white", mec="0.2", ms=14)
        (self.current,) = ax.plot([], [], "o", mfc="none", mec="black", ms=17, mew=2.5)
        self.letters = [
            ax.plot([], [], ls="none", marker=f"${letter}$", ms=7, mfc="black", mec="none")[0] for letter in "Loh"
        ]
        self.labels = [ax.text(0, -0.68, "", ha="center", va="center", fontsize=10) for _ in range(MOST_STEPS)]
        return [
            self.ahead,
            *self.lines.values(),
            *self.heads.values(),
            self.circles,
            self.current,
            *self.letters,
            *self.labels,
        ]

    def _draw_state_frame(self):
        ax = self.middle
        ax.set(xlim=(-0.6, 1.6), xticks=[0, 1], xticklabels=["unit 1", "unit 2"])
        self.state_scale = _moving_scale(ax)
        ax.set_title(r"$dL/dh_t$ of this step", fontsize=11)
        looks = [
            (*KINDS["own"], None),
            (*KINDS["later"], "///"),
            ("their sum, the total", "0.3", None),
        ]
        self.state_bars = []
        for place, (words, colour, hatch) in zip((-0.27, 0, 0.27), looks, strict=True):
            bars = ax.bar(np.arange(2) + place, [0, 0], 0.25, color=colour, hatch=hatch, ec="white", label=words)
            self.state_bars.append(list(bars))
        ax.axhline(0, color="0.2", lw=0.8)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), fontsize=9, frameon=False)
        return [*self.state_scale, *(bar for bars in self.state_bars for bar in bars)]

    def _draw_weight_frame(self):
        ax = self.right
        ax.set(xlim=(-0.6, 3.6), xticks=range(4), xticklabels=ENTRIES)
        self.weight_scale = _moving_scale(ax)
        ax.set_title(r"$dL/dW_{hh}$, entry by entry", fontsize=11)
        places = np.arange(4)
        self.before = list(ax.bar(places - 0.2, [0] * 4, 0.36, color="0.75", label="sum before this step"))
        self.term = list(
            ax.bar(
                places + 0.2,
                [0] * 4,
                0.36,
                color=KINDS["term"][1],
                hatch="\\\\\\",
                ec="white",
                label="term that joins now",
            )
        )
        (self.total,) = ax.plot([], [], "D", color="black", ms=6, label="new sum")
        (self.complete,) = ax.plot([], [], "_", color="black", ms=26, mew=1.5, label="sum of all steps")
        ax.axhline(0, color="0.2", lw=0.8)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), fontsize=9, frameon=False, ncols=1)
        return [*self.weight_scale, *self.before, *self.term, self.complete, self.total]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``t`` int, the time step at work; ``has_loss`` (T,); ``own``, ``from_later``, ``dL_dh`` ndarrays (T, 2);
            ``before``, ``term``, ``complete`` ndarrays (2, 2), of dL/dW_hh.
        """
        self._show_graph(data)
        parts = (data.own, data.from_later, data.dL_dh)
        limit = _set_scale(self.state_scale, max(np.abs(part).max() for part in parts))
        for bars, part in zip(self.state_bars, parts, strict=True):
            for bar, height in zip(bars, part[data.t - 1] / limit, strict=True):
                bar.set_height(height)

        limit = _set_scale(self.weight_scale, data.reach)
        before, term = data.before.ravel() / limit, data.term.ravel() / limit
        for bar, height in zip(self.before, before, strict=True):
            bar.set_height(height)
        for bar, bottom, height in zip(self.term, before, term, strict=True):
            bar.set(y=bottom, height=height)
        self.total.set_data(np.arange(4) + 0.2, before + term)
        self.complete.set_data(np.arange(4), data.complete.ravel() / limit)

    def _show_graph(self, data):
        T = len(data.has_loss)
        x = columns(T)
        segments = {key: [] for key in (*self.lines, "ahead")}
        for kind, t, segment in backward_arrows(data.has_loss):
            key = "ahead" if t < data.t else (kind, "now" if t == data.t else "past")
            segments[key].append(segment)
        self.ahead.set_data(_joined(segments.pop("ahead")).T)
        for key, these in segments.items():
            self.lines[key].set_data(_joined(these).T)
            self.heads[key].set_data(np.array([segment[1] for segment in these]).reshape(-1, 2).T)

        with_loss = x[np.asarray(data.has_loss)]
        for letter, line in zip("Loh", self.letters, strict=True):
            places = x if letter == "h" else with_loss
            line.set_data(places, np.full(len(places), HEIGHTS[letter]))
        nodes = [line.get_xydata() for line in self.letters]
        self.circles.set_data(np.concatenate(nodes).T)
        self.current.set_data([x[data.t - 1]], [HEIGHTS["h"]])
        for step, text in enumerate(self.labels):
            text.set(x=x[step] if step < T else 0, text=str(step + 1) if step < T else "", visible=step < T)


def _moving_scale(ax):
    """Labels of a vertical axis from -1 to 1 that can be changed without drawing the axes anew."""
    ax.set(ylim=(-1, 1), yticks=TICKS, yticklabels=[])
    place = {"transform": ax.get_yaxis_transform(), "ha": "right", "va": "center", "fontsize": 9}
    return [ax.text(-0.05, tick, "−0.125", **place) for tick in TICKS]  # the widest, for the layout


def _set_scale(labels, reach):
    """Make 1 stand for the smallest limit that `reach` stays below, and return that limit."""
    limit = snap(1.05 * reach, LIMITS)
    for label, tick in zip(labels, TICKS, strict=True):
        label.set_text(f"{tick * limit:g}".replace("-", "−"))
    return limit


def _joined(segments):
    """Points of all segments with a gap after each, ``(3 k, 2)``: one line draws them all."""
    with_gaps = [np.vstack([segment, [[np.nan, np.nan]]]) for segment in segments]
    return np.concatenate([np.empty((0, 2)), *with_gaps])
