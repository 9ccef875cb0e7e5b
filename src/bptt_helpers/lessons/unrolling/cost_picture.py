"""What the exact gradient costs, beside what it would cost if every loss walked back alone."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, GREY, INK, data_place
from .chain_picture import DERIVATIVE, sheet, with_gaps
from .words_picture import Words

LONGEST = 1000
MOST = 4  # forward passes, the height of the axis
LEFT, WIDTH = 0.45, 2.75  # of the lanes, in inches
COUNTS = 3.45  # where the numbers beside them begin
LANES, TOGETHER = (1.7, 3.7), 0.8  # heights between which losses walk alone, and at which they walk together
HEIGHTS = (2.75, 0.58)  # of the middle of three lines of numbers
SIGHT = 20  # steps up to which every visit gets a dot
PANEL = (6.05, 0.7, 2.65, 3.05)  # left, bottom, width and height of the curves' axes
GUESS = COLOURS[4]


def lanes(sequence_length):
    """Where each step stands across, and each loss's walk in height, the first loss lowest.

    Parameters
    ----------
    sequence_length : int

    Returns
    -------
    x, y : ndarrays (T,)
    """
    share = (np.arange(sequence_length) + 0.5) / sequence_length
    return LEFT + WIDTH * share, LANES[0] + (LANES[1] - LANES[0]) * share


def visits(sequence_length):
    """A dot for every step that a loss visits when each walks back alone, ``(T (T + 1) / 2, 2)``."""
    x, y = lanes(sequence_length)
    rows, columns = np.tril_indices(sequence_length)
    return np.column_stack([x[columns], y[rows]])


class CostPicture:
    """Left: the walks back, alone and together. Right: their cost against T, in forward passes.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, self.sheet = sheet(4.08)
        self.artists = []
        self._draw_walks()
        self._draw_curves()

    def _draw_walks(self):
        ax = self.sheet
        for y, words, colour in (
            (3.9, "believed: every loss walks back alone", GREY),
            (1.2, "true: all losses walk back together", DERIVATIVE),
        ):
            Words(ax, 12.5, colour, "bold", "left").write([words], [(0.3, y)])
        (self.alone,) = ax.plot([], [], color="#c4c4c4", solid_capstyle="butt")
        (self.visits,) = ax.plot([], [], "o", color="white")
        (self.losses,) = ax.plot([], [], "o", color=GREY)
        (self.ends,) = ax.plot([], [], "<", color="#c4c4c4")
        (self.together,) = ax.plot([], [], color=DERIVATIVE, solid_capstyle="butt")
        (self.end,) = ax.plot([], [], "<", color=DERIVATIVE)
        (self.steps,) = ax.plot([], [], "o", mfc="white", mec=DERIVATIVE, mew=1.5)
        Words(ax, 11, GREY, align="left").write(["step 1"], [(LEFT, 0.5)])
        self.last = Words(ax, 11, GREY, align="right")
        self.counts = [Words(ax, 21, colour, "bold", "left") for colour in (GREY, DERIVATIVE)]
        self.operations = [Words(ax, 11, colour, "normal", "left") for colour in (GREY, DERIVATIVE)]
        for y in HEIGHTS:
            Words(ax, 11, GREY, "normal", "left").write(["steps visited"], [(COUNTS, y)])
        self.artists += [self.alone, self.ends, self.visits, self.losses, self.together, self.end, self.steps]
        self.artists += [self.last, *self.counts, *self.operations]

    def _draw_curves(self):
        width, height = self.figure.get_size_inches()
        left, bottom, wide, high = PANEL
        ax = self.panel = self.figure.add_axes([left / width, bottom / height, wide / width, high / height])
        ax.set(xlim=(0, LONGEST), ylim=(0, MOST), xticks=[0, 500, LONGEST], yticks=range(MOST + 1))
        ax.set_xlabel("sequence length T (steps)")
        ax.set_title(f"cost, in forward passes over {LONGEST} steps", fontsize=11, loc="left", x=-0.1)
        ax.spines[["top", "right"]].set_visible(False)
        ax.patch.set_visible(False)  # words on the sheet show through
        (self.alone_curve,) = ax.plot([], [], "--", color=GREY, lw=2)
        (self.exact,) = ax.plot([], [], color=DERIVATIVE, lw=3)
        (self.forward,) = ax.plot([0, LONGEST], [0, 1], ":", color=INK, lw=2)
        (self.gap,) = ax.plot([], [], color=INK, lw=2, clip_on=False)
        (self.marks,) = ax.plot([], [], "o", ms=6.5, mfc="white", mec=INK, mew=1.8, clip_on=False)
        (self.guess,) = ax.plot([], [], "*", ms=15, color=GUESS, clip_on=False)
        self.ratio, self.believed = (
            Words(self.sheet, 14, INK, "bold", "right"),
            Words(self.sheet, 11.5, GREY, "bold", "left"),
        )
        self.guessed = Words(self.sheet, 11.5, GUESS, "bold", "right")
        Words(self.sheet, 11, INK, "normal", "right").write(["forward pass: 1"], [(left + wide - 0.05, bottom + 0.3)])
        self.gradient = Words(self.sheet, 11.5, DERIVATIVE, "bold", "right")
        self.artists += [self.alone_curve, self.exact, self.gap, self.guess, self.marks]
        self.artists += [self.ratio, self.believed, self.guessed, self.gradient]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``sequence_length`` int, T; ``visits_alone`` int; ``operations_alone``, ``operations`` int, at T;
            ``lengths``, ``alone``, ``exact`` ndarrays (k,), the curves, and ``alone_now``, ``exact_now``,
            ``forward_now`` float, all in forward passes over 1000 steps; ``guess`` float, nan for none.
        """
        self._show_walks(data)
        T, ratio = data.sequence_length, data.exact[-1]
        self.alone_curve.set_data(data.lengths, data.alone)
        self.exact.set_data(data.lengths, data.exact)
        now = np.array([data.forward_now, data.exact_now, data.alone_now])
        now = now[now <= MOST]
        self.marks.set_data(np.full(len(now), T), now)
        self.gap.set_data([LONGEST] * 2, [1, ratio])
        right = PANEL[0] + PANEL[2]
        self.ratio.write([f"× {ratio:.2f}"], [(right - 0.07, self._height(0.86 * (1 + ratio) / 2))])
        self.believed.write(
            [f"alone: {data.alone[-1]:,.0f} at T = {LONGEST} ↑"], [(PANEL[0] + 0.34, self._height(3.85))]
        )
        self.gradient.write(["gradient"], [(PANEL[0] + 0.52 * PANEL[2], self._height(0.52 * ratio + 0.3))])
        self._show_guess(data.guess, right)

    def _show_walks(self, data):
        T = data.sequence_length
        (x, y), row, near = lanes(T), 72 * (LANES[1] - LANES[0]) / T, T <= SIGHT
        thick, dots = min(0.55 * row, 9) if near else 1.2 * row, min(0.5 * row, 8)
        self.alone.set_data(with_gaps([np.array([[LEFT, h], [end, h]]) for end, h in zip(x, y, strict=True)]).T)
        self.visits.set_data(visits(T).T if near else ([], []))
        self.losses.set_data((x, y) if near else ([], []))
        self.ends.set_data((np.full(T, LEFT), y) if near else ([], []))
        self.together.set_data([LEFT, x[-1]], [TOGETHER] * 2)
        self.end.set_data(([LEFT], [TOGETHER]) if near else ([], []))
        self.steps.set_data((x, np.full(T, TOGETHER)) if near else ([], []))
        self.alone.set_linewidth(thick)
        self.together.set_linewidth(max(min(thick, 9), 1.5))
        for artist, size in ((self.visits, 0.45), (self.losses, 1), (self.steps, 1), (self.ends, 1.6), (self.end, 1.6)):
            artist.set_markersize(size * dots)
        self.last.write([f"step {T:,}"] * (T > 1), [(LEFT + WIDTH, 0.5)] * (T > 1))
        numbers = ((data.visits_alone, data.operations_alone), (T, data.operations))
        for k, (steps, operations) in enumerate(numbers):
            self.counts[k].write([f"{steps:,}"], [(COUNTS, HEIGHTS[k] + 0.32)])
            self.operations[k].write([f"{operations:,} multiply-adds"], [(COUNTS, HEIGHTS[k] - 0.26)])

    def _show_guess(self, guess, right):
        drawn, inside = bool(guess >= 0), bool(0 <= guess <= MOST)  # nan is neither
        self.guess.set_data(([LONGEST], [guess]) if inside else ([], []))
        height = self._height(guess) if inside else self._height(3.45)
        arrow = "" if inside else " ↑"
        self.guessed.write([f"your guess: {guess:,g}{arrow}"] * drawn, [(right - 0.15, height)] * drawn)

    def touched(self, x, y):
        """Along the curves the sequence length follows."""
        place = data_place(self.panel, x, y)
        return {} if place is None else {"sequence_length": place[0]}

    def _height(self, passes):
        """Of so many forward passes, on the sheet."""
        return PANEL[1] + PANEL[3] * passes / MOST
