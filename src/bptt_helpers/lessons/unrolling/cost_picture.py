"""What the exact gradient costs, beside what it would cost if every loss walked back alone."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, GREY, INK, data_place, new_figure
from ..sheet_pictures import Word, Words, sheet
from .chain_picture import DERIVATIVE, DERIVATIVE_INK, with_gaps

LONGEST = 1000
MOST = 4  # forward passes, the height of the axis
LEFT, WIDTH = 0.45, 2.75  # of the lanes, in inches
COUNTS = 3.4  # where the numbers beside them begin
LANES, TOGETHER = (1.75, 3.7), 0.8  # heights between which losses walk alone, and at which they walk together
HEIGHTS = (2.85, 0.72)  # of the second of four lines of numbers
SIGHT = 20  # steps up to which every visit gets a dot
PANEL = (6.15, 0.7, 2.55, 2.72)  # left, bottom, width and height of the curves' axes
ROOM = 0.25  # forward passes between two marks that do not lie on each other
RIGHT = PANEL[0] + PANEL[2]
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
        self.figure, self.sheet = sheet(*new_figure(height=4.08))
        self.artists = []
        self._draw_walks()
        self._draw_curves()
        self._write()

    def _draw_walks(self):
        ax = self.sheet
        (self.alone,) = ax.plot([], [], color="#c4c4c4", solid_capstyle="butt")
        (self.visits,) = ax.plot([], [], "o", color="white")
        (self.losses,) = ax.plot([], [], "o", color=GREY)
        (self.ends,) = ax.plot([], [], "<", color="#c4c4c4")
        (self.together,) = ax.plot([], [], color=DERIVATIVE, solid_capstyle="butt")
        (self.end,) = ax.plot([], [], "<", color=DERIVATIVE)
        (self.steps,) = ax.plot([], [], "o", mfc="white", mec=DERIVATIVE, mew=1.5)
        self.artists += [self.alone, self.ends, self.visits, self.losses, self.together, self.end, self.steps]

    def _draw_curves(self):
        width, height = self.figure.get_size_inches()
        left, bottom, wide, high = PANEL
        ax = self.panel = self.figure.add_axes([left / width, bottom / height, wide / width, high / height])
        ax.set(xlim=(0, LONGEST), ylim=(0, MOST), xticks=[0, 500, LONGEST], yticks=range(MOST + 1))
        ax.set_xlabel("sequence length T (steps)")
        ax.spines[["top", "right"]].set_visible(False)
        ax.patch.set_visible(False)  # words on the sheet show through
        (self.alone_curve,) = ax.plot([], [], "--", color=GREY, lw=2)
        (self.exact,) = ax.plot([], [], color=DERIVATIVE, lw=3)
        (self.forward,) = ax.plot([0, LONGEST], [0, 1], ":", color=INK, lw=2)
        (self.gap,) = ax.plot([], [], color=INK, lw=2, clip_on=False)
        (self.marks,) = ax.plot([], [], "o", ms=6.5, mfc="white", mec=INK, mew=1.8, clip_on=False)
        (self.guess,) = ax.plot([], [], "*", ms=15, color=GUESS, clip_on=False)
        self.artists += [self.alone_curve, self.exact, self.gap, self.guess, self.marks]

    def _write(self):
        """What stays, and room for what moves."""
        words = [
            Word(0.3, 3.9, "believed: every loss walks back alone", GREY, 12.5, True, "left"),
            Word(0.3, 1.36, "true: all losses walk back together", DERIVATIVE_INK, 12.5, True, "left"),
            Word(LEFT, 0.5, "step 1", GREY, 11, ha="left"),
            Word(RIGHT - 0.05, PANEL[1] + 0.2, "forward pass: 1", INK, 11, ha="right"),
        ]
        for y in HEIGHTS:
            words.append(Word(COUNTS, y, "steps visited on the way back", GREY, 10.5, ha="left"))
            words.append(Word(COUNTS, y - 0.5, "forward pass included", GREY, 10.5, ha="left"))
        words += [
            Word(RIGHT, 3.9, "cost of the gradient", INK, 12.5, True, "right"),
            Word(RIGHT, 3.65, f"1 = one forward pass over {LONGEST} steps", INK, 10.5, ha="right"),
        ]
        Words(self.sheet).show(words)
        self.words = Words(self.sheet)
        self.artists.append(self.words)

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
        T = data.sequence_length
        self.alone_curve.set_data(data.lengths, data.alone)
        self.exact.set_data(data.lengths, data.exact)
        others = [now for now in (data.forward_now, data.alone_now) if abs(now - data.exact_now) > ROOM and now <= MOST]
        now = [data.exact_now, *others]
        self.marks.set_data(np.full(len(now), T), now)
        self.gap.set_data([LONGEST] * 2, [1, data.exact[-1]])
        inside = bool(0 <= data.guess <= MOST)  # nan is not
        self.guess.set_data(([LONGEST], [data.guess]) if inside else ([], []))
        self.words.show(self._words_of_walks(data) + self._words_of_curves(data, inside))

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

    def _words_of_walks(self, data):
        """The last step, and what both ways visit and compute."""
        T = data.sequence_length
        words = [Word(LEFT + WIDTH, 0.5, f"step {T:,}", GREY, 11, ha="right")] if T > 1 else []
        numbers = ((data.visits_alone, data.operations_alone, GREY), (T, data.operations, DERIVATIVE_INK))
        for y, (steps, operations, colour) in zip(HEIGHTS, numbers, strict=True):
            words.append(Word(COUNTS, y + 0.32, f"{steps:,}", colour, 21, True, "left"))
            words.append(Word(COUNTS, y - 0.26, f"{operations:,} multiply-adds", colour, 10.5, ha="left"))
        return words

    def _words_of_curves(self, data, inside):
        """Names and ends of the curves, and the guess, which stands below the top when it is not `inside`."""
        ratio, height = data.exact[-1], self._height
        alone = f"alone: {data.alone[-1]:,.0f} at T = {LONGEST} ↑"
        words = [
            Word(RIGHT - 0.07, height(0.86 * (1 + ratio) / 2), f"× {ratio:.2f}", INK, 14, True, "right"),
            Word(RIGHT, height(3.8), alone, GREY, 11.5, True, "right"),
            Word(
                PANEL[0] + 0.52 * PANEL[2], height(0.52 * ratio + 0.3), "gradient", DERIVATIVE_INK, 11.5, True, "right"
            ),
        ]
        if data.guess >= 0:
            text = f"your guess: {data.guess:,g}" + ("" if inside else " ↑")
            words.append(Word(RIGHT - 0.15, height(data.guess if inside else 3.45), text, GUESS, 11.5, True, "right"))
        return words

    def touched(self, x, y):
        """Along the curves the sequence length follows."""
        place = data_place(self.panel, x, y)
        return {} if place is None else {"sequence_length": place[0]}

    def _height(self, passes):
        """Of so many forward passes, on the sheet."""
        return PANEL[1] + PANEL[3] * passes / MOST
