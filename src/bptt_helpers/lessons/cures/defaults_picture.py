"""What the last loss sends back through untrained networks: a bar for each start, a stripe in it for each seed."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from ..gradient_pictures import COLD, WARM, HeatMap, gradient_bar, power
from ..pictures import GREY, INK, bare_figure, data_place
from ..sheet_pictures import Word, Words, sheet

GONE = -6  # log10: where the scale ends, and a bar is marked
WIDTH, HEIGHT = 9, 5
LEFT, LENGTH, TALL, PITCH = 3.0, 5.85, 0.4, 0.475  # of the bars, in inches
FIRST, HEADING = 4.17, 0.27
ROOM = 2.0  # inches that the words beside a mark take
GUESSED = 2  # the bar a reader has made a guess about


class DefaultsPicture:
    """Bars: the way back from the last step, at the right, to the first; left what arrives at the line.

    Parameters
    ----------
    bars : int
    delivered : int
        So many of them, the first ones, are as a framework delivers them.
    seeds, steps : int
        Stripes and columns of a bar.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, bars, delivered, seeds, steps):
        self.delivered, self.steps = delivered, steps
        self.middles = [FIRST - k * PITCH - HEADING * (k >= delivered) for k in range(bars)]
        self.figure = bare_figure(HEIGHT, WIDTH)
        self.bars = [self._make_bar(middle) for middle in self.middles]
        self._make_sheet(seeds)
        gradient_bar(self.figure, (4.6 / WIDTH, 0.22 / HEIGHT, 3 / WIDTH, 0.14 / HEIGHT))
        self.artists = [*self.bars, *self.lines, self.marks, self.under, self.line, self.guess, self.words]

    def _make_bar(self, middle):
        place = (LEFT / WIDTH, (middle - TALL / 2) / HEIGHT, LENGTH / WIDTH, TALL / HEIGHT)
        ax = self.figure.add_axes(place)
        image = HeatMap(ax)
        ax.axis("off")
        return image

    def _make_lines(self, seeds):
        """Between the stripes, and around the bars: on top of them, so drawn again with them."""
        right, half = LEFT + LENGTH, TALL / 2
        heights = [middle + TALL * (k / seeds - 0.5) for middle in self.middles for k in range(1, seeds)]
        corners = [(LEFT, -half), (right, -half), (right, half), (LEFT, half), (LEFT, -half)]
        around = [[(x, middle + y) for x, y in corners] for middle in self.middles]
        yield LineCollection([[(LEFT, y), (right, y)] for y in heights], colors="white", linewidths=0.4)
        yield LineCollection(around, colors=GREY, linewidths=0.8)

    def _make_sheet(self, seeds):
        ax = self.ax = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        sheet(self.figure, ax)
        say, small = {"va": "center", "fontsize": 10.5}, {"va": "center", "fontsize": 9.5}
        title = {"fontsize": 13, "weight": "bold", "va": "center"}
        ax.text(0.12, 4.84, "Untrained: how much of the last loss's signal is left?", **title)
        ax.text(LEFT + LENGTH, 4.84, "◂ sent back: 1", ha="right", color=GREY, **say)
        ax.text(0.12, 0.33, "five stripes: five seeds", color=GREY, **small)
        ax.text(0.12, 0.13, "norm of the state: h, of an LSTM (h, c)", color=GREY, **small)
        top, change = self.middles[0] + 0.36, self.middles[self.delivered] + 0.355
        ax.text(0.12, top, "as PyTorch delivers them", color=GREY, **say)
        ax.text(0.12, change, "only the initialisation changed", color=GREY, **say)
        foot = self.middles[-1] - TALL / 2
        for step in (1, 25, 50, 75, self.steps):
            place = self.place(step)
            ax.plot([place] * 2, [foot, foot - 0.05], color=INK, lw=0.8)
            ax.text(place, foot - 0.14, str(step), ha="center", **small)
        ax.text(LEFT - 0.15, foot - 0.14, "state at step s", ha="right", **small)
        self.lines = list(self._make_lines(seeds))
        for lines in self.lines:
            ax.add_collection(lines, autolim=False)
        self.marks = LineCollection([], color="white", lw=1.6)
        ax.add_collection(self.marks, autolim=False)
        (self.under,) = ax.plot([], [], color="white", lw=3.5)
        (self.line,) = ax.plot([], [], color=INK, lw=1.5)
        (self.guess,) = ax.plot([], [], "X", ms=10, mfc="white", mec=INK, mew=1.5)
        self.words = Words(ax)

    def place(self, step):
        """Inches from the left at which the middle of a step stands."""
        return LEFT + (step - 0.5) * LENGTH / self.steps

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``names`` list of str; ``left`` ndarray (bars, seeds, T), log10 of the share of the signal that is left at
            each state; ``lag`` int; ``gone`` ndarray (bars, seeds), the first lag at which less than 10⁻⁶ is left, T if
            there is none; ``guess`` float, a share, or nan; ``guess_lag`` int, where it is reached.
        """
        self.data, state = data, self.steps - data.lag
        here, x = data.left[:, :, state - 1], self.place(state)
        for bar, left in zip(self.bars, data.left, strict=True):
            bar.set_data(left)
        words = [*self._names(data.names, here), *self._marks(data.gone)]
        self.marks.set_segments(self._ticks(data.gone))
        ends = [self.middles[-1] - TALL / 2 - 0.03, self.middles[0] + TALL / 2 + 0.06]
        self.under.set_data([x, x], ends)
        self.line.set_data([x, x], ends)
        says = f"{data.lag} step{'' if data.lag == 1 else 's'} back"
        words.append(Word(min(max(x, LEFT + 0.45), WIDTH - 0.6), ends[1] + 0.1, says, INK, 10.5, True))
        at_guess = [self.place(self.steps - data.guess_lag)] if np.isfinite(data.guess) else []
        self.guess.set_data(at_guess, [self.middles[GUESSED] - TALL / 2] * len(at_guess))  # clear of the words
        self.words.show(words)

    def _names(self, names, here):
        """Before each bar its name, the median of what arrives, and between which values."""
        for name, middle, arrives in zip(names, self.middles, here, strict=True):
            typical = np.median(arrives)
            colour = COLD if typical < GONE else WARM if typical > 0 else INK
            yield Word(0.12, middle, name, INK, 11, ha="left")
            yield Word(LEFT - 0.12, middle + 0.07, power(typical), colour, 13.5, True, "right")
            between = f"{power(arrives.min())} to {power(arrives.max())}"
            yield Word(LEFT - 0.12, middle - 0.13, between, GREY, 9, ha="right")

    def _ticks(self, gone):
        """A short line in each stripe, behind the last state at which more than 10⁻⁶ is left."""
        tall = TALL / gone.shape[1]
        return [
            [(x, middle + TALL / 2 - k * tall), (x, middle + TALL / 2 - (k + 1) * tall)]
            for middle, lags in zip(self.middles, gone, strict=True)
            for k, lag in enumerate(lags)
            if lag < self.steps
            for x in [self.place(self.steps - lag) + LENGTH / self.steps / 2]
        ]

    def _marks(self, gone):
        """Beside the ticks of a bar the lags that they stand for."""
        for middle, lags in zip(self.middles, gone, strict=True):
            reached = lags[lags < self.steps]
            if not len(reached):
                continue
            first, last = reached.min(), reached.max()
            says = f"10⁻⁶ after {first}" + (f" to {last}" if last > first else "") + " steps"
            if len(reached) < len(lags):
                says += f" ({len(reached)} of {len(lags)})"
            x = self.place(self.steps - last)
            if x - ROOM > LEFT:
                yield Word(x - 0.1, middle, says, "white", 10, ha="right")
            else:
                yield Word(self.place(self.steps - first) + 0.15, middle, says, "white", 10, True, "left")

    def touched(self, x, y) -> dict:
        """Over the bars: how many steps back."""
        place = data_place(self.ax, x, y)
        if place is None or not self.middles[-1] - TALL < place[1] < self.middles[0] + TALL:
            return {}
        if not LEFT - 0.1 < place[0] < LEFT + LENGTH + 0.1:
            return {}
        return {"lag": self.steps - (place[0] - LEFT) * self.steps / LENGTH - 0.5}
