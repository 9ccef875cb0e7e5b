"""Two runs side by side; below, the growth of their distance and of the gradient, about the same a step."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import WARM, at_edge, gradient_axis
from ..label_pictures import Label
from ..pictures import COLOURS, INK, INKS, bare_figure, data_place, house_style, new_still

STEPS = 110
PARTED = 0.3  # in the unit that is shown: as much as one sees
LOW, HIGH = -9, 9  # log10 of growth
FIRST, SECOND = "#8ec3f0", "#0b2a5b"  # the two runs: light and broad, dark and thin
APART, APART_INK, GRADIENT, EXPONENT = COLOURS[6], INKS[6], COLOURS[4], INK


class ChaosPicture:
    """Above: one unit in both runs. Below: the runs' distance forwards, the gradient's norm backwards, both from 1.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(4.9)
        self.top = self.figure.add_axes((0.075, 0.62, 0.91, 0.29))
        self.low = self.figure.add_axes((0.075, 0.105, 0.91, 0.445))
        self.artists = [*self._runs(), *self._growth()]

    def _runs(self):
        ax = self.top
        ax.set(xlim=(0, STEPS), ylim=(-1.12, 1.12), yticks=[-1, 0, 1], xticks=[], ylabel="state of one unit")
        for side in ("top", "right", "bottom"):
            ax.spines[side].set_visible(False)
        say = {"fontsize": 13, "weight": "bold"}
        self.figure.text(0.075, 0.945, "Two runs, 0.000001 apart at the start:", **say)
        self.figure.text(0.522, 0.945, "one", **say, color=INKS[0])
        self.figure.text(0.57, 0.945, "the other", **say, color=SECOND)
        (self.first,) = ax.plot([], [], color=FIRST, lw=4.5)
        (self.second,) = ax.plot([], [], color=SECOND, lw=1.5)
        (self.parting,) = ax.plot([], [], "o-", color=WARM, lw=2, ms=7, mfc="none", mew=2, clip_on=False)
        place = {"x": 0.985, "y": 0.945, "va": "baseline", "transform": self.figure.transFigure}
        self.verdict = Label(ax, size=13, align="right", plate=False, **place)
        return [self.first, self.second, self.parting, self.verdict]

    def _growth(self):
        ax = self.low
        ax.set(
            xlim=(0, STEPS), xlabel="steps: forwards for the runs, back for the gradient", ylabel="grown by a factor"
        )
        gradient_axis(ax, LOW, HIGH)
        (self.promise,) = ax.plot([], [], "--", color=EXPONENT, lw=1.8)
        (self.distance,) = ax.plot([], [], color=APART, lw=5, alpha=0.55, solid_capstyle="butt")
        (self.gradient,) = ax.plot([], [], color=GRADIENT, lw=2.4)
        (self.guess,) = ax.plot([], [], ":", color=INK, lw=2)
        (self.here,) = ax.plot([], [], color=INK, lw=1)
        (self.dots,) = ax.plot([], [], "o", ms=8, mfc="white", mec=INK, mew=1.8, clip_on=False)
        say = {"fontsize": 12, "weight": "bold"}
        row = say | {"transform": ax.transAxes}
        ax.text(0, 1.03, "distance of the runs", **row, color=APART_INK)
        ax.text(0.265, 1.03, "gradient, going back", **row, color=GRADIENT)
        ax.text(0.815, 1.03, "- - -  exponent λ₁ a step:", **row, color=EXPONENT, ha="right")
        roughly = "Factor a step on average\nup to the line; one run\ngives it only roughly."
        ax.text(0.02, 0.955, roughly, transform=ax.transAxes, fontsize=10, color="0.25", va="top")
        place = {"x": 1, "y": 1.03, "va": "baseline", "transform": ax.transAxes}
        self.exponent_says = Label(ax, EXPONENT, 12, "right", False, **place)
        self.values = [Label(ax, colour, 12, plate=False) for colour in (APART_INK, GRADIENT)]
        self.guess_says = Label(ax, size=12, plate=False, y=LOW + 0.6, va="baseline")
        lines = [self.promise, self.distance, self.gradient, self.guess, self.here, self.dots]
        return [*lines, self.exponent_says, *self.values, self.guess_says]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``runs`` (STEPS + 1, 2), ``distance`` (STEPS + 1,) and ``gradient`` (STEPS,), log10 of growth; ``exponent``,
            ``guess`` floats; ``step`` and ``parted`` int, which is -1 if the runs do not part.
        """
        t, k = np.arange(STEPS + 1), np.arange(STEPS)
        self.first.set_data(t, data.runs[:, 0])
        self.second.set_data(t, data.runs[:, 1])
        parted = data.parted >= 0
        self.parting.set_data([data.parted] * 2 if parted else [], data.runs[data.parted] if parted else [])
        together = "they become one" if data.distance[-1] < -1 else "they stay together"
        self.verdict.set_text(f"first {PARTED} apart: step {data.parted}" if parted else together)
        self.distance.set_data(t, at_edge(data.distance, LOW, HIGH))
        self.gradient.set_data(k, at_edge(data.gradient, LOW, HIGH))
        self.promise.set_data(k, at_edge(k * data.exponent / np.log(10), LOW, HIGH))
        self._mark(data)

    def _mark(self, data):
        both = np.array([data.distance[data.step], data.gradient[data.step]])
        places = at_edge(both, LOW, HIGH)
        self.here.set_data([data.step, data.step], [LOW, HIGH])
        self.dots.set_data([data.step, data.step], places)
        left = data.step > STEPS / 2
        free = -1.3 if data.exponent > 0 else 3.1  # on the side of the axis where the curves are not
        for text, growth, down in zip(self.values, both, (0, 1.8), strict=True):
            text.set_position((data.step + (-1 if left else 1), free - down))
            text.set_ha("right" if left else "left")
            text.set_text(f"× {10 ** (growth / data.step):.2f}" if data.step else "")
        self.exponent_says.set_text(f"{_signed(data.exponent)} = ln {np.exp(data.exponent):.2f}")
        inside = 0 <= data.guess <= STEPS
        self.guess.set_data([data.guess] * 2 if inside else [], [LOW, HIGH] if inside else [])
        self.guess_says.set_text(f" your guess: {data.guess:.3g}" if inside else "")
        self.guess_says.set_x(data.guess if inside else 0)
        self.guess_says.set_ha("right" if inside and data.guess > STEPS * 0.75 else "left")

    def touched(self, x, y) -> dict:
        """The step at a point of either axes."""
        place = data_place(self.low, x, y) or data_place(self.top, x, y)
        return {} if place is None else {"step": place[0]}


def _signed(rate):
    return f"{rate:+z.2f}".replace("-", "−")


@house_style()
def draw_exponents(gains, exponents, slopes, sentence):
    """λ₁ and the slope of the log gradient at several gains, one point for each network.

    Parameters
    ----------
    gains : sequence of G floats
    exponents, slopes : ndarrays (G, seeds)
        Natural logarithm a step.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, (left, right) = new_still(sentence, ncols=2, height=3.6)
    exponents, slopes = np.asarray(exponents), np.asarray(slopes)
    place = np.repeat(np.asarray(gains, float)[:, None], exponents.shape[1], 1)
    left.plot(place - 0.02, exponents, "o", color=EXPONENT, ms=6, mec="black")
    left.plot(place + 0.02, slopes, "x", color=GRADIENT, ms=7, mew=2)
    left.axhline(0, color="0.35", lw=1.2)
    left.set(xlabel="gain g", ylabel="natural logarithm a step", title="One point for each network")
    left.plot([], [], "o", color=EXPONENT, mec="black", label=r"exponent $\lambda_1$")
    left.plot([], [], "x", color=GRADIENT, mew=2, label="slope of the log gradient")
    left.legend(loc="lower right", fontsize=9)
    ends = [exponents.min() - 0.03, exponents.max() + 0.03]
    right.plot(ends, ends, "-", color="0.35", lw=1.2, label="equal")
    for gain, x, y, marker, colour in zip(gains, exponents, slopes, "os^vDP*X", COLOURS, strict=False):
        right.plot(x, y, marker, color=colour, ms=7, mec="black", ls="none", label=f"gain {gain:g}")
    right.set(xlabel=r"exponent $\lambda_1$", ylabel="slope of the log gradient", title="One against the other")
    right.legend(loc="upper left", fontsize=9)
    for ax in (left, right):
        ax.grid(alpha=0.3)
    return figure
