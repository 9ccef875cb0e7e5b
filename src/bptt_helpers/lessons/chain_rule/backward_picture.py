"""The backward pass with its numbers: what comes from the own loss and from later, and the matrix it fills."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ..pictures import COLOURS, GREY, INK, INKS, house_style, new_figure, new_still
from ..sheet_pictures import Shapes, Word, Words, arrow, box, disc, sheet

STEPS = 4  # of the explorer's sequence
# all lengths are inches
FIRST, PITCH = 1.06, 1.72  # where the first step stands, and from one step to the next
ENTRY = (0.56, 0.25)  # a number of a vector
CELL, SUM_CELL = (0.48, 0.29), (0.6, 0.36)  # an entry of a term, and of the sum
RADIUS = 0.19  # of a loss
# colours of arrows and of the numbers on them: at work, done
OWN = (COLOURS[0], "#b5d4f0"), (INKS[0], "#4677a8")
LATER = (COLOURS[6], "#f3c9a8"), (INKS[6], "#a3653a")
TERM = (INK, "#b9b9b9")
AHEAD, AHEAD_INK = "#cccccc", "#767676"
MINUS, PLUS = "#c2a5cf", "#a6dba0"
SIGNED = LinearSegmentedColormap.from_list("signed", ["#762a83", MINUS, "#ffffff", PLUS, "#1b7837"])
LIMIT = 1.5  # of the colours of entries: they follow nothing that is shown, and what is larger takes the end colour


def number(value, digits=2) -> str:
    """As it is printed in the picture: a true minus, and none before a zero."""
    return f"{value:z.{digits}f}".replace("-", "−")


def columns(T):
    """Place of each step across the sheet, ``(T,)``."""
    return FIRST + PITCH * np.arange(T)


class Walk:
    """The backward pass over a few steps: losses above, states below them, their terms at the bottom.

    Parameters
    ----------
    ax : matplotlib Axes
        A sheet.
    n : int
        Units of the network, 1 or 2.
    """

    def __init__(self, ax, n):
        self.shapes, self.words = Shapes(ax), Words(ax)
        self.artists = [self.shapes, self.words]
        self.half = n * ENTRY[1] / 2  # of a vector
        self.term, self.before, self.state, self.loss = heights(n)

    def show(self, data) -> None:
        """Put boxes, arrows and numbers where `data` wants them; see `BackwardPicture.show`."""
        self._shapes, self._words = [], []
        for t, x in enumerate(columns(len(data.has_loss)), 1):
            self._show_signals(data, t, x)
            self._show_term(data, t, x)
        self._show_sum(data)
        self._show_equation(data)
        self.shapes.show(self._shapes)
        self.words.show(self._words)

    def _vector(self, x, y, values, colour, *, edge="none", line=1.0, bold=False):
        """Boxes one above the other with numbers in them; without values they are empty."""
        rows = y + ENTRY[1] * ((len(values) - 1) / 2 - np.arange(len(values)))
        for row, value in zip(rows, values, strict=True):
            if edge != "none":
                self._shapes.append(box(x, row, *ENTRY, edge=edge, line=line))
            self._words.append(Word(x, row, number(value) if colour else "", colour, 10, bold))

    def _matrix(self, x, y, values, *, edge=INK, line=1.0, cell=CELL, size=9.5, digits=2, tinted=True):
        """Cells coloured by sign and size, with numbers in them; None is an empty matrix of one cell a number."""
        n = len(values)
        for (i, j), value in np.ndenumerate(values):
            place = x + cell[0] * (j - (n - 1) / 2), y + cell[1] * ((n - 1) / 2 - i)
            part = np.clip(value / LIMIT, -1, 1) if tinted and edge != AHEAD else 0
            self._shapes.append(box(*place, *cell, SIGNED((part + 1) / 2), edge, line))
            if edge != AHEAD:
                self._words.append(Word(*place, number(value, digits), "white" if abs(part) > 0.75 else INK, size))

    def _arrow(self, start, end, colours, now, reached):
        self._shapes.append(
            arrow(start, end, colours[not now] if reached else AHEAD, 0.07 if now else 0.03, 0.19 if now else 0.12)
        )

    def _show_signals(self, data, t, x):
        """Everything above the term of a step: what arrives at its state, and what is left before the activation."""
        now, reached, k = t == data.t, t >= data.t, t - 1
        ink, edge, line = (INK, INK, 2.2 if now else 1.2) if reached else (AHEAD_INK, AHEAD, 1.2)
        top, half = self.state + self.half, self.half
        if data.has_loss[k]:
            self._arrow((x, self.loss - RADIUS), (x, top + 0.03), OWN[0], now, reached)
            self._shapes.append(disc(x, self.loss, RADIUS, edge=edge, line=1.5))
            self._words.append(Word(x, self.loss, f"$L_{t}$", ink, 11))
            if reached:
                self._vector(x + 0.38, (self.loss - RADIUS + top) / 2 + 0.06, data.own[k], OWN[1][not now], bold=now)
        if t < len(data.has_loss):
            start, end = (x + PITCH - 0.31, self.before + 0.05), (x + 0.31, self.state - half + 0.1)
            self._arrow(start, end, LATER[0], now, reached)
            if reached:
                self._vector(x + 0.72, self.state + half - 0.13, data.from_later[k], LATER[1][not now], bold=now)
            if now:
                place = x + PITCH / 2 + 0.08, (self.state + self.before) / 2 + 0.14
                self._words.append(Word(*place, "$\\times\\ W_{hh}^\\top$", LATER[1][0], 12, ha="left"))
        self._arrow((x, self.state - half), (x, self.before + half + 0.03), TERM, now, reached)
        if now:
            place = x - 0.1, (self.state + self.before) / 2 + 0.04
            self._words.append(Word(*place, "$\\times\\ \\tanh' =$", INK, 11, ha="right"))
            self._vector(x + 0.31, place[1] - 0.05, data.slope[k], GREY, bold=True)
        self._words.append(Word(x - 0.08, top + 0.14, f"$dL/dh_{t}$", ink, 10, ha="right"))
        self._words.append(Word(x - 0.36, self.before - 0.14, f"$dL/da_{t}$", ink, 10, ha="right"))
        colour = INK if reached else None
        self._vector(x, self.state, data.dL_dh[k], colour, edge=edge, line=line, bold=now)
        self._vector(x, self.before, data.dL_da[k], colour, edge=edge, line=line)

    def _show_term(self, data, t, x):
        """The product of dL/da_t and h_{t-1}, as a table for multiplication; its margins at the step at work."""
        now, reached, n = t == data.t, t >= data.t, len(data.W_hh)
        top, left = self.term + n * CELL[1] / 2, x - n * CELL[0] / 2
        self._arrow((x, self.before - self.half), (x, top + (0.3 if now else 0.03)), TERM, now, reached)
        line = (2.2 if now else 1.0) if reached else 1.0
        self._matrix(x, self.term, data.terms[t - 1], edge=INK if reached else AHEAD, line=line)
        if now:
            across = (np.arange(n) - (n - 1) / 2) * CELL[0]
            down = ((n - 1) / 2 - np.arange(n)) * CELL[1]
            for place, value in zip(x + across, data.h[t - 1], strict=True):
                self._words.append(Word(place, top + 0.14, number(value), GREY, 9.5, True))
            for place, value in zip(self.term + down, data.dL_da[t - 1], strict=True):
                self._words.append(Word(left - 0.07, place, number(value), GREY, 9.5, True, "right"))
            place = x + 0.12, top + 0.5
            self._words.append(Word(*place, f"$\\times\\ h_{t - 1}^\\top$", INK, 12, ha="left"))
        if t > data.t:
            self._words.append(Word(x - PITCH / 2, self.term, "+", INK, 15))

    def _show_sum(self, data):
        """The matrix that fills."""
        n, last = len(data.W_hh), columns(len(data.has_loss))[-1]
        x = last + 1.95
        top = self.term + SUM_CELL[1] * n / 2
        words = [Word((last + x) / 2 - 0.1, self.term, "=", INK, 17)]
        words.append(Word(x, top + 0.4, "$dL/dW_{hh}$", INK, 12))
        words.append(Word(x, top + 0.15, "complete" if data.t == 1 else "so far", GREY, 10))
        self._matrix(x, self.term, data.so_far, cell=SUM_CELL, line=2, size=11.5)
        self._matrix(x + 0.2, self.state - 0.75, data.W_hh.T, edge=LATER[1][1], digits=1, tinted=False)
        words.append(Word(x - 0.3 * n + 0.2, self.state - 0.75, "$W_{hh}^\\top$", LATER[1][0], 12.5, ha="right"))
        for place, sign, colour in ((x - 0.15, "+", PLUS), (x + 0.15, "−", MINUS)):  # what the colours mean
            self._shapes.append(box(place, top + 0.7, 0.26, 0.22, colour))
            words.append(Word(place, top + 0.7, sign, INK, 11))
        self._words += words

    def _show_equation(self, data):
        """own + from later = total, a line for each unit."""
        k = data.t - 1
        right = columns(len(data.has_loss))[-1] + 2.7
        n = len(data.W_hh)
        self._shapes.append(box(right - 0.99, self.loss - 0.2 - 0.13 * n, 2.08, 0.36 + 0.26 * n, "#f3f3f3", "none", 0))
        words = [Word(right, self.loss + 0.12, f"step back {data.step} of {len(data.has_loss)}", GREY, 11, ha="right")]
        for place, word, colour in ((1.46, "own", OWN[1][0]), (0.78, "later", LATER[1][0]), (0, "total", INK)):
            words.append(Word(right - place, self.loss - 0.2, word, colour, 9, ha="right"))
        for row, (own, later, total) in enumerate(zip(data.own[k], data.from_later[k], data.dL_dh[k], strict=True)):
            y = self.loss - 0.45 - 0.26 * row
            sign = "+ " if later >= -0.005 else "− "
            words.append(Word(right - 1.46, y, number(own), OWN[1][0], 11, True, "right"))
            words.append(Word(right - 0.78, y, sign + number(abs(later)), LATER[1][0], 11, True, "right"))
            words.append(Word(right, y, "= " + number(total), INK, 11, True, "right"))
        self._words += words


def heights(n):
    """Middle of the terms, of dL/da, of dL/dh and of the losses, from below, for `n` units."""
    term = 0.22 + n * CELL[1] / 2
    before = term + n * CELL[1] / 2 + 0.86 + n * ENTRY[1] / 2
    state = before + 0.62 + n * ENTRY[1]
    return term, before, state, state + n * ENTRY[1] / 2 + 0.66 + RADIUS


def height(n):
    """Of the sheet, for `n` units."""
    return heights(n)[-1] + RADIUS + 0.12


class BackwardPicture:
    """The backward pass up to one step, with its numbers.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, self._ax = sheet(*new_figure(height=height(2)))
        self.walk = Walk(self._ax, 2)
        self.artists = self.walk.artists

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``step``, ``t`` int, rounds done and the time step at work; ``has_loss`` (T,); ``own``, ``from_later``,
            ``dL_dh``, ``slope``, ``dL_da`` ndarrays (T, n); ``h`` ndarray (T + 1, n); ``W_hh``, ``so_far`` ndarrays
            (n, n); ``terms`` ndarray (T, n, n).
        """
        self.walk.show(data)

    def touched(self, x, y) -> dict:
        """The round that does the time step at a place of the figure, in fractions of its width and height."""
        across = x * self.figure.get_figwidth()
        t = round((across - FIRST) / PITCH) + 1
        return {"step": STEPS - t + 1} if 1 <= t <= STEPS else {}


@house_style()
def draw_walk(data):
    """A still of a walk that is done: the numbers of every step of a network of one or two units.

    Parameters
    ----------
    data : object
        As in `BackwardPicture.show`.
    """
    T, n = len(data.has_loss), len(data.W_hh)
    terms = ", ".join(number(term) for term in data.terms.ravel())
    sentence = f"The backward pass over {T} steps: the terms of steps 1 to {T}, {terms}, add up to dL/dW_hh."
    figure, ax = sheet(*new_still(sentence, width=columns(T)[-1] + 2.8, height=height(n)))
    Walk(ax, n).show(data)
    return figure
