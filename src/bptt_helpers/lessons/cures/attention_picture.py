"""Two chains of states, coloured by what the loss sends to each: with arcs from the last state, and without."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from ..gradient_pictures import at_edge, gradient_axis, gradient_bar, gradient_colours, leaving, power
from ..pictures import COLOURS, GREY, INK, bare_figure, data_place
from ..sheet_pictures import Word, Words, sheet

NODES, DRAWN = 10, 50  # states that have a name, and that are drawn, at most
WIDTH, HEIGHT = 9, 5.8  # inches
LEFT, RIGHT, LOSS = 0.5, 7.75, 8.5  # where h_1, h_T and the loss stand, across
ABOVE, BELOW = 3.85, 2.68  # where the chains stand, up
BIG, SMALL = 23, 4.5  # of a node, in points
THICK, THIN = 13, 0.25  # of an arc that carries 1; the thinnest
RIM = 3.0  # an arc this wide gets a dark rim: what carries 1 is nearly white
ARC = np.linspace(0, np.pi, 25)
LOW, HIGH = -12, 3  # log10, of the axis
LONGEST = 1000
WITH, WITHOUT = COLOURS[4], INK
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def across(steps, longest):
    """Where the states of these steps stand, h_1 at the left."""
    return LEFT + (RIGHT - LEFT) * (np.asarray(steps) - 1) / (longest - 1)


def arcs(x):
    """Half ellipses ``(k, points, 2)`` from the loss to states at `x` on the upper chain."""
    middle, half = (LOSS + x)[:, None] / 2, (LOSS - x)[:, None] / 2
    up = 0.3 + 1.15 * half / half.max(initial=0.1)
    return np.stack([middle - half * np.cos(ARC), ABOVE + 0.17 * np.sin(ARC / 2) ** 2 + up * np.sin(ARC)], -1)


def widths(log_norms):
    """Of arcs, in points: the root of what they carry, so that a hundredth can still be seen."""
    return np.clip(THICK * 10 ** (np.minimum(log_norms, 0) / 2), THIN, THICK)


class AttentionPicture:
    """Above: the chain with its arcs. In the middle: the chain alone. Below: what reaches h_1, by the length.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(HEIGHT, WIDTH)
        self._make_chains()
        self._make_curves()
        self.artists = [self.rims, self.arcs, self.ring, *self.small, *self.big, self.words]
        self.artists += [self.with_it, self.without, self.mark, *self.dots]

    def _make_chains(self):
        ax = self.sheet = self.figure.add_axes((0, 0, 1, 1))
        sheet(self.figure, ax)
        say = {"fontsize": 11.5, "weight": "bold", "va": "center"}
        ax.text(
            0.2,
            HEIGHT - 0.2,
            "With attention: the last state asks, the loss reads a mean of those before",
            color=WITH,
            **say,
        )
        what = "width and colour of an arc:\nwhat arrives by it"
        ax.text(WIDTH - 0.15, HEIGHT - 0.4, what, color=GREY, fontsize=9.5, ha="right", va="top")
        ax.text(0.2, BELOW + 0.42, "The chain alone: the loss reads the last state", color=WITHOUT, **say)
        for y in (ABOVE, BELOW):
            ax.plot([LEFT, RIGHT if y == ABOVE else LOSS], [y, y], color=GREY, lw=1.5, zorder=1)
            ax.plot([LOSS], [y], "s", ms=BIG, mfc="white", mec=INK, mew=1.5, zorder=4)
            ax.text(LOSS, y - 0.01, "L", fontsize=13, weight="bold", ha="center", va="center", zorder=5)
        self.rims, self.arcs = (LineCollection([], zorder=z, capstyle="butt") for z in (2, 3))
        self.rims.set_color(GREY)
        for collection in (self.rims, self.arcs):
            ax.add_collection(collection, autolim=False)
        (self.ring,) = ax.plot([], [], "o", ms=BIG + 8, mfc="none", mec=COLOURS[1], mew=3.5, zorder=4)
        edge = {"edgecolors": INK, "zorder": 4}
        self.small = [ax.scatter([], [], s=SMALL**2, linewidths=0.4, **edge) for _ in range(2)]
        self.big = [ax.scatter([], [], s=BIG**2, linewidths=1.5, **edge) for _ in range(2)]
        self.words = Words(ax)

    def _make_curves(self):
        ax = self.curves = self.figure.add_axes((0.085, 0.09, 0.43, 0.225))
        ax.set(xscale="log", xlim=(10, LONGEST), xlabel="length T (steps)", ylabel="norm")
        ax.set_xticks([10, 100, 1000], ["10", "100", "1000"])
        gradient_axis(ax, LOW, HIGH)
        ax.set_title("What reaches h₁", fontsize=11, loc="left", pad=4)
        ax.spines[["top", "right"]].set_visible(False)
        ax.plot([10, LONGEST], [-1, -3], ":", color=GREY, lw=3)
        ax.text(LONGEST * 1.1, -3, "1/T", color=GREY, fontsize=10, va="center")
        (self.with_it,) = ax.plot([], [], "o-", color=WITH, lw=2, ms=4)
        (self.without,) = ax.plot([], [], "s-", color=WITHOUT, lw=2, ms=4)
        (self.mark,) = ax.plot([], [], color=INK, lw=1)
        self.dots = [ax.plot([], [], "o", ms=9, mfc="#ffd34d", mec=INK, clip_on=False)[0] for _ in range(2)]
        gradient_bar(self.figure, (0.69, 0.07, 0.2, 0.022), fontsize=9)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``steps`` ndarray (k,), ``nodes`` ndarray (10,) of int; ``total``, ``direct``, ``chain`` ndarrays (k,),
            log10; ``lengths``, ``first``, ``first_chain`` sequences; ``node``, ``largest_at`` int; ``largest``
            float.
        """
        T = self.longest = data.nodes[-1]
        self.lengths = data.lengths
        x, named = across(data.steps, T), np.searchsorted(data.steps, data.nodes)
        order = np.argsort(data.direct[:-1])  # what carries most lies on top
        thick, colours = widths(data.direct[order]), gradient_colours(data.direct[order])
        segments = arcs(x[:-1])[order]
        self.arcs.set(segments=segments, linewidths=thick, color=colours)
        rimmed = thick > RIM
        self.rims.set(segments=segments[rimmed], linewidths=thick[rimmed] + 1.2)
        for y, sizes, small, big in zip((ABOVE, BELOW), (data.total, data.chain), self.small, self.big, strict=True):
            places, colours = np.column_stack([x, np.full(len(x), y)]), gradient_colours(sizes)
            small.set(offsets=places, facecolor=colours)
            big.set(offsets=places[named], facecolor=colours[named])
        at = x[named[data.node]]
        self.ring.set_data([at, at], [ABOVE, BELOW])
        self.words.show([*self._of_nodes(data, x, named), *self._of_the_chosen(data, named)])
        self._show_curves(data, T)

    def _of_nodes(self, data, x, named):
        """Under each named state its name, and what reaches it."""
        seen, T = len(data.steps), data.nodes[-1]
        some = f"{seen} of {T} states are drawn" if seen < T else ""
        words = [Word(WIDTH - 0.15, BELOW + 0.42, some, GREY, 9.5, ha="right")]
        for y, sizes in ((ABOVE, data.total), (BELOW, data.chain)):
            for k, at in enumerate(named):
                chosen = k == data.node
                name = f"h{data.nodes[k]}".translate(SUBSCRIPT)
                words.append(Word(x[at], y - 0.29, name, GREY, 9.5))
                words.append(Word(x[at], y - 0.46, power(sizes[at]), INK, 9.5, chosen))
        return words

    def _of_the_chosen(self, data, named):
        s, at, T = data.nodes[data.node], named[data.node], data.nodes[-1]
        name = f"h{s}".translate(SUBSCRIPT)
        lines = [(f"{name} receives", "", INK)]
        lines.append(("by its own arc" if s < T else "as the one who asks", power(data.direct[at]), WITH))
        lines.append(("by arcs and chain together", power(data.total[at]), WITH))
        lines.append(("by the chain alone", power(data.chain[at]), WITHOUT))
        lines.append(("largest weight: " + f"h{data.largest_at}".translate(SUBSCRIPT), f"{data.largest:.2g}", GREY))
        words = []
        for row, (left, right, colour) in enumerate(lines):
            y = 1.72 - 0.21 * row
            words.append(Word(5.5, y, left, colour, 10, row == 0, "left"))
            words.append(Word(8.75, y, right, colour, 10, True, "right"))
        return words

    def _show_curves(self, data, T):
        here = data.lengths.index(T)
        self.mark.set_data([T, T], [LOW, HIGH])
        curves = (self.with_it, data.first), (self.without, data.first_chain)
        for (curve, values), dot in zip(curves, self.dots, strict=True):
            curve.set_data(data.lengths, leaving(values, LOW, HIGH))
            dot.set_data([T], at_edge(values[here : here + 1], LOW, HIGH))
            dot.set_marker("v" if values[here] < LOW else "o")  # below the axis

    def touched(self, x, y) -> dict:
        """On a chain or an arc the nearest of the ten states, on the curves the length."""
        if place := data_place(self.curves, x, y):
            distance = np.abs(np.log(place[0] / np.array(self.lengths)))
            return {"sequence_length": self.lengths[int(distance.argmin())]}
        x, y = x * WIDTH, y * HEIGHT
        if BELOW - 0.55 < y < HEIGHT - 0.35 and LEFT - 0.4 < x < RIGHT + 0.4:
            return {"state": 1 + (NODES - 1) * (x - LEFT) / (RIGHT - LEFT)}
        return {}
