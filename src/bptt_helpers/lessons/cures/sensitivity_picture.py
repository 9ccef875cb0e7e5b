"""Four valleys side by side, one for each way to make λ, with a ball in each; below, the learning rates that solve."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from ..gradient_pictures import power
from ..pictures import COLOURS, GREY, INK, INKS, bare_figure, data_place
from ..scheme_pictures import WRONG, WRONG_AREA
from ..sheet_pictures import Word, Words, sheet

WIDTH, HEIGHT = 9, 5.15  # inches
MARGIN, COLUMN, GAP = 0.66, 1.92, 0.17
VALLEYS, BARS = (2.68, 1.62), (0.5, 1.12)  # bottom and height
TOP = 2.0  # of the error
LOWEST, HIGHEST = 1e-11, 1e2  # rates
ROWS = 5
NUMBER = 0.54  # inches that a number beside a bar is wide
GROUND, BALL, HOME, SOLVES, RATE = "#e9e4da", COLOURS[1], COLOURS[9], INKS[9], COLOURS[4]
SAYS = {  # for each form: what is written above it, its axis, limits, ticks
    "λ": ("λ", "y = h", "λ", (0, 1.12), (0, 0.5, 1)),
    "λ, normalised": ("λ", "y = √(1−λ²) h", "λ", (0, 1.12), (0, 0.5, 1)),
    "tanh w": ("w,  λ = tanh w", "y = √(1−λ²) h", "w", (0, 5.5), (0, 2, 4)),
    "exp(−exp ν)": ("ν,  λ = exp(−exp ν)", "y = √(1−λ²) h", "ν", (1.5, -9.5), (0, -4, -8)),
}


def steps(memory):
    """A memory in words: whole from 100 on.

    Examples
    --------
    >>> steps(85.26), steps(1220.4)
    ('85.3', '1220')
    """
    return f"{memory:.0f}" if memory >= 99.95 else f"{memory:.3g}"


class SensitivityPicture:
    """A column for each form: above the valley with its ball, below for each memory the rates that solve.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    columns : dict of str to Column
    """

    def __init__(self):
        self.figure = bare_figure(HEIGHT, WIDTH)
        ax = self.figure.add_axes((0, 0, 1, 1))
        sheet(self.figure, ax)
        say = {"fontsize": 10.5, "va": "center"}
        ax.text(0.12, HEIGHT - 0.2, "Descent moves:", weight="bold", **say)
        ax.text(0.12, HEIGHT - 0.42, "Output:", color=GREY, **say)
        ax.text(MARGIN, BARS[0] + BARS[1] + 0.2, "Learning rates that solve it", weight="bold", **say)
        ax.text(
            MARGIN + 2.3, BARS[0] + BARS[1] + 0.2, "within 1000 updates (bar), and 2 ÷ curvature (┃)", color=GREY, **say
        )
        self.columns = {name: Column(self.figure, ax, name, MARGIN + k * (COLUMN + GAP)) for k, name in enumerate(SAYS)}
        self.words = Words(ax)
        self.artists = [artist for column in self.columns.values() for artist in column.artists] + [self.words]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``valleys`` dict of str to an object with ``line``, ``way`` ndarrays (2, k), ``bottom``, ``half``,
            ``double``, ``memory`` floats, ``out`` int, ``right`` bool, ``solving`` ndarray (5, 2), ``stable`` ndarray
            (5,); ``memory``, ``rate`` float; ``update`` int; ``memories`` sequence of 5.
        """
        self.memories = data.memories
        row, now = data.memories.index(data.memory), f"now η = {power(np.log10(data.rate))}"
        words = [Word(WIDTH - 0.15, BARS[0] + BARS[1] + 0.2, now, RATE, 10.5, True, "right")]
        for name, column in self.columns.items():
            words += column.show(data.valleys[name], row, data.rate, data.memory)
        self.words.show(words)

    def touched(self, x, y) -> dict:
        """On the bars: rate and memory of that place."""
        for column in self.columns.values():
            if place := data_place(column.bars, x, y):
                row = int(np.clip(round(place[1]), 0, ROWS - 1))
                return {"learning_rate": place[0], "memory": self.memories[row]}
        return {}


class Column:
    """One form: its valley, its ball, and the rates that solve.

    Parameters
    ----------
    figure : matplotlib Figure
    paper : matplotlib Axes
        Of the whole figure, in inches.
    name : str
        Of SAYS.
    left : float
        Inches.
    """

    def __init__(self, figure, paper, name, left):
        self.left = left
        moved, output, self.axis, self.limits, ticks = SAYS[name]
        at = {"ha": "center", "va": "center", "fontsize": 10.5}
        paper.text(left + COLUMN / 2 + 0.08, HEIGHT - 0.2, moved, weight="bold", **at)
        paper.text(left + COLUMN / 2 + 0.08, HEIGHT - 0.42, output, color=GREY, **at)
        ax = self.valley = figure.add_axes(_place(left, *VALLEYS))
        ax.set(xlim=self.limits, ylim=(-0.12, TOP), xticks=ticks, yticks=[0, 1, 2])
        ax.set_xlabel(self.axis, labelpad=0)
        ax.spines[["top", "right"]].set_visible(False)
        if self.axis == "λ":
            ax.axvspan(1, self.limits[1], color=WRONG_AREA, lw=0, zorder=0)
            ax.text(1.06, 1, "no end", rotation=90, ha="center", va="center", color=WRONG, fontsize=9)
        if left == MARGIN:
            ax.set_ylabel("error ÷ variance", labelpad=2)
        else:
            ax.tick_params(labelleft=False)
        (self.ground,) = ax.fill([0], [0], fc=GROUND, ec=INK, lw=1.5)
        (self.trail,) = ax.plot([], [], ".-", color=BALL, lw=1, ms=5, clip_on=False)
        (self.ball,) = ax.plot([], [], "o", ms=11, mfc=BALL, mec=INK, mew=1.2, clip_on=False)
        (self.gone,) = ax.plot([], [], ">", ms=11, mfc=WRONG, mec=INK, mew=1.2, clip_on=False)
        self._make_bars(figure)
        self.artists = [self.ground, self.trail, self.ball, self.gone]
        self.artists += [self.bands, self.edges, self.rate]

    def _make_bars(self, figure):
        ax = self.bars = figure.add_axes(_place(self.left, *BARS))
        ax.set(xscale="log", xlim=(LOWEST, HIGHEST), ylim=(ROWS - 0.4, -0.6), xlabel="rate η")
        ax.set_xticks([1e-9, 1e-6, 1e-3, 1], ["10⁻⁹", "10⁻⁶", "10⁻³", "1"])
        ax.minorticks_off()
        ax.xaxis.labelpad = 0
        ax.set_yticks(
            range(ROWS), ["10", "30", "100", "300", "1000"] if self.left == MARGIN else [""] * ROWS, fontsize=9
        )
        ax.tick_params(axis="y", length=0)
        if self.left == MARGIN:
            ax.set_ylabel("memory", labelpad=2)
        ax.spines[["top", "right"]].set_visible(False)
        self.bands = LineCollection([], lw=8, capstyle="butt")
        self.edges = LineCollection([], color=INK, lw=1.8)
        for collection in (self.bands, self.edges):
            ax.add_collection(collection, autolim=False)
        (self.rate,) = ax.plot([], [], color=RATE, lw=1.6)

    def show(self, valley, row, rate, memory) -> list:
        """Move the artists; return the words that belong to them, on the sheet."""
        w, error = valley.line
        self.ground.set_xy(np.column_stack([[w[0], *w, w[-1]], [-0.2, *error, -0.2]]))
        low, high = sorted(self.limits)
        way = np.array([np.clip(valley.way[0], low, high), valley.way[1]])
        if valley.out:
            inside = way[:, valley.way[1] < TOP]
            self.trail.set_data(*np.column_stack([inside, [self.limits[1], inside[1, -1]]]))
            self.gone.set_data([self.limits[1]], [inside[1, -1]])
            self.ball.set_data([], [])
        else:
            self.trail.set_data(*way)
            self.gone.set_data([], [])
            self.ball.set_data(*way[:, -1:])
            self.ball.set_markerfacecolor(HOME if valley.right else BALL)
        rows = range(len(valley.solving))
        self.bands.set_segments([[(a, k), (b, k)] for k, (a, b) in zip(rows, valley.solving, strict=True)])
        self.bands.set_color([to_rgba(SOLVES, 1 if k == row else 0.35) for k in rows])
        self.edges.set_segments(
            [[(stable, k - 0.42), (stable, k + 0.42)] for k, stable in zip(rows, valley.stable, strict=True)]
        )
        self.rate.set_data([rate, rate], [ROWS - 0.4, -0.6])
        return self._words(valley, row, rate, memory)

    def _words(self, valley, row, rate, memory):
        middle, top = self.left + COLUMN / 2, VALLEYS[0] + VALLEYS[1]
        if valley.out:
            verdict, colour = f"out: {self.axis} = {valley.way[0, -1]:.3g}", WRONG
        elif valley.right:
            verdict, colour = f"right: memory {valley.memory:.0f}", SOLVES
        else:
            verdict, colour = f"memory {steps(valley.memory)} of {memory}", INK
        width, (low, high) = abs(valley.double - valley.half), valley.solving[row]
        words = [Word(middle, top + 0.14, verdict, colour, 10.5, True)]
        words.append(Word(middle, VALLEYS[0] - 0.47, f"half to double: {width:.2g} wide", GREY, 9.5))
        words.append(Word(middle, VALLEYS[0] - 0.63, f"curvature {power(np.log10(2 / valley.stable[row]))}", GREY, 9.5))
        height = BARS[0] + BARS[1] * (ROWS - 0.4 - row) / ROWS
        x, align = self._beside(low, valley.stable[row], rate)
        words.append(Word(x, height, power(np.log10(high)), SOLVES, 9.5, True, align))
        return words

    def _beside(self, low, high, rate):
        """Where a number stands beside the bar, in inches, and its side: where the line of the rate does not cross."""
        scale = COLUMN / np.log10(HIGHEST / LOWEST)
        low, high, rate = (self.left + scale * np.log10(x / LOWEST) for x in (low, high, rate))
        for start in (high + 0.07, rate + 0.05):
            if start > high and start + NUMBER < self.left + COLUMN + GAP / 2 and not start < rate < start + NUMBER:
                return start, "left"
        return (low - 0.07, "right") if low - NUMBER > self.left else (high + 0.07, "left")


def _place(left, bottom, height):
    return left / WIDTH, bottom / HEIGHT, COLUMN / WIDTH, height / HEIGHT
