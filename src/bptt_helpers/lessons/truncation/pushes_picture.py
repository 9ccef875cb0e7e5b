"""A row of units with pushes that walk along it, what a window counts of those that arrive, and the sum it gets."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from ..label_pictures import Label
from ..pictures import COLOURS, GREY, INK, INKS, PALE, bare_figure, data_place
from ..scheme_pictures import STYLES, WRONG, WRONG_AREA

# a push up, a push down, and the words about them; no scheme has these colours
UP, DOWN = COLOURS[7], "#0f505a"
UP_INK = INKS[7]
TOO_LATE = "0.8"


def bars(places, heights) -> list:
    """Segments from 0 to each height."""
    return [[(x, 0), (x, height)] for x, height in zip(places, heights, strict=True)]


class PushesPicture:
    """Above: the row of units, k steps after the pushes, and a shutter. Below: what arrives by lag; the sum by window.

    Parameters
    ----------
    units, longest_lag : int
    arriving : ndarray (longest window,)
        What arrives at the first unit, by lag.
    exact : float
        The derivative without any window.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, units, longest_lag, arriving, exact):
        self.figure = bare_figure(5.0)
        self._make_row(units)
        self._make_arrivals(longest_lag, arriving)
        self._make_sums(len(arriving), exact)
        self.artists = [
            self.time,
            self.up,
            self.down,
            self.shutter,
            self.now,
            self.counted,
            self.at,
            self.at_text,
            self.edge,
            self.edge_text,
        ]
        self.artists += [*self.curves.values(), self.right_from, self.right_text, self.here, self.value]

    def _make_row(self, units):
        ax = self.row = self.figure.add_axes((0.02, 0.56, 0.96, 0.40))
        ax.set(xlim=(-1.7, units + 0.6), ylim=(-1.75, 2.05))
        ax.axis("off")
        for unit in range(1, units + 1):
            first = unit == 1
            ax.add_patch(
                Rectangle((unit - 0.44, -1.1), 0.88, 2.2, fc="white", ec=INK if first else PALE, lw=2.5 if first else 1)
            )
            ax.text(unit, -1.2, unit, ha="center", va="top", fontsize=9, color=GREY)
        ax.axhline(0, xmin=0.08, color=GREY, lw=0.8)
        what = "One push to every unit; at each step half of it moves left, to the loss at unit 1"
        ax.text(0.55, 1.75, what, fontsize=11)
        self.time, self.now = Label(ax, size=12, align="right"), Label(ax, size=11)
        self.time.set_position((units + 0.5, 1.85))
        self.now.set_position((0.45, 1.35))
        ax.annotate("", (8, 1.4), (16, 1.4), arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.5})
        ax.text(-0.65, -1.2, "shutter", ha="center", va="top", fontsize=9.5, color=INK)
        ax.text(-1.3, -1.55, "black: the losses that hear it no more", va="top", fontsize=9.5, color=INK)
        for x, text, colour in ((19.3, "ten pushes up", UP_INK), (units + 0.5, "thirteen down", DOWN)):
            ax.text(x, -1.52, text, ha="right", va="top", fontsize=10.5, weight="bold", color=colour)
        width = 0.62 * 0.96 * 900 * 0.72 / (units + 2.3)
        self.up, self.down = (LineCollection([], color=colour, lw=width, capstyle="butt") for colour in (UP, DOWN))
        for lines in (self.up, self.down):
            ax.add_collection(lines, autolim=False)
        ax.add_patch(Rectangle((-1.0, -1.1), 0.7, 2.2, fc="white", ec=INK, lw=1))
        self.shutter = Rectangle((-1.0, -1.1), 0.7, 2.2, fc=INK, ec=INK, lw=1)
        ax.add_patch(self.shutter)

    def _make_arrivals(self, longest_lag, arriving):
        ax = self.left = self.figure.add_axes((0.085, 0.1, 0.465, 0.375))
        ax.set(
            xlim=(-1, longest_lag),
            ylim=(-1.15, 1.8),
            yticks=(-1, 0, 1),
            xlabel="steps since the push, k",
            ylabel="arrives at unit 1",
        )
        ax.set_title("What arrives, and what the window counts of it", fontsize=11, loc="left")
        ax.axhline(0, color=GREY, lw=0.8)
        ax.spines[["top", "right"]].set_visible(False)
        lags, colours = np.arange(len(arriving)), [UP if value > 0 else DOWN for value in arriving]
        self.counted = LineCollection([], lw=2.2, capstyle="butt", color=colours)
        for lines in (LineCollection(bars(lags, arriving), color=TOO_LATE, lw=2.2, capstyle="butt"), self.counted):
            ax.add_collection(lines, autolim=False)
        self.at = ax.axvline(0, color=INK, lw=1, ls=":")
        self.edge = ax.axvline(0, color=INK, lw=2)
        self.at_text, self.edge_text = Label(ax, size=10, plate=False), Label(ax, size=11, plate=False)

    def _make_sums(self, longest_window, exact):
        ax = self.right = self.figure.add_axes((0.63, 0.1, 0.355, 0.375))
        ax.set(xlim=(0, longest_window), ylim=(-10, 18.5), yticks=range(-5, 16, 5))
        ax.set(xlabel="window τ (steps)", ylabel="sum that is counted")
        ax.set_title("The derivative that descent believes", fontsize=11, loc="left")
        ax.axhspan(0, 18.5, color=WRONG_AREA, lw=0)
        ax.text(longest_window - 3, 17.8, "wrong sign", ha="right", va="top", fontsize=10.5, color=WRONG)
        ax.axhline(exact, color=INK, lw=1.2)
        text = f"exact: {exact:g} = 2 · (10 − 13)".replace("-", "−")
        ax.text(4, exact - 0.7, text, va="top", fontsize=10, color=INK)
        ax.spines[["top", "right"]].set_visible(False)
        self.curves = {name: ax.plot([], [], label=name, **style)[0] for name, style in STYLES.items()}
        ax.legend(loc="upper right", bbox_to_anchor=(1, 0.9), frameon=False, fontsize=9.5, handlelength=2.6)
        (self.right_from,) = ax.plot([], [], "v", color=INK, ms=7)
        # to the right of every curve that is still above 0
        self.right_text = Label(ax, size=10, align="right", plate=False)
        self.right_text.set_position((longest_window - 3, 4.2))
        (self.here,) = ax.plot([], [], "o", ms=10, mfc="#ffd34d", mec=INK, clip_on=False)
        self.value = Label(ax, size=11, plate=False)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``scheme`` str; ``window`` and ``lag`` int; ``row`` ndarray (units,), the pushes of one moment ``lag`` steps
            later; ``arriving`` and ``open`` ndarrays (longest window,), what arrives at the first unit by lag, and the
            share of the losses that hear it; ``seen`` dict of ndarrays (longest window,); ``right`` int, the first
            window with the right sign.
        """
        units = np.arange(1, len(data.row) + 1)
        self.up.set_segments(bars(units, np.maximum(data.row, 0)))
        self.down.set_segments(bars(units, np.minimum(data.row, 0)))
        closed = 2.2 * (1 - data.open[data.lag])
        self.shutter.set_bounds(-1.0, 1.1 - closed, 0.7, closed)
        self.time.set_text(f"{data.lag} steps later")
        self.now.set_text(f"{data.row[0]:+z.2f} of a push arrives".replace("-", "−"))

        self.counted.set_segments(bars(np.arange(len(data.arriving)), data.open * data.arriving))
        self.at.set_xdata([data.lag, data.lag])
        self.edge.set_xdata([data.window - 0.5] * 2)
        self.at_text.set_text("now")
        before = data.lag > 9 and not 0 < data.lag - data.window < 11  # on the side where the window's edge is not
        self.at_text.set_position((data.lag - 10.3 if before else data.lag + 1, 1.22))
        self.edge_text.set_text(f"τ = {data.window}")
        self.edge_text.set_position((min(data.window + 0.8, self.left.get_xlim()[1] - 17), 1.57))

        windows = np.arange(1, len(data.arriving) + 1)
        for name, curve in self.curves.items():
            chosen = name == data.scheme
            curve.set_data(windows, data.seen[name])
            curve.set(lw=2.4 if chosen else 1, alpha=1 if chosen else 0.4)
        seen = data.seen[data.scheme][data.window - 1]
        self.right_from.set_data([data.right], [0.7])
        self.right_text.set_text(f"▼ right sign from τ = {data.right}")
        self.here.set_data([data.window], [seen])
        self.value.set_text(f"sum {seen:+.1f}".replace("-", "−"))
        x = data.window + 6 if data.window < 0.7 * len(windows) else data.window - 48
        self.value.set_position((x, min(seen + 1.8, 17.2)))

    def touched(self, x, y) -> dict:
        """In both lower panels the window's edge."""
        place = data_place(self.left, x, y) or data_place(self.right, x, y)
        return {"window": place[0]} if place else {}
