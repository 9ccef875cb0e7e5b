"""A page of text: what the last loss feels of it, and how the trace of one swapped character heals."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from ..gradient_pictures import HIGH, LOW, gradient_bar, power
from ..label_pictures import Label
from ..pictures import COLOURS, GREY, INK, bare_figure, data_place
from ..text_pictures import COLUMNS, Page

ROWS = 6
GAP = 0.5  # of a line: the wake's place, above the text
FARTHEST = 1  # log10: two states of 32 entries between -1 and 1 are at most 11.3 apart
SWAP = COLOURS[4]
LETTER = 0.67  # columns that a letter of a label takes, about


class Flag:
    """A mark above a line of the page, with a few words beside it.

    Parameters
    ----------
    ax : matplotlib Axes
        Of the page.
    colour : str
    style : str
        Of the mark, as `plot` takes it; its last point is at the text.
    """

    def __init__(self, ax, colour, style):
        (self.mark,) = ax.plot([], [], style, color=colour, lw=2.4, ms=7, markevery=[-1], clip_on=False)
        self.words = Label(ax, colour)

    def show(self, x, y, words, taken=()) -> list:
        """Put the mark at column `x` above a cell with its top at `y`, and the words where nothing is `taken`.

        Both `taken` and what comes back, the place of mark and words, are pairs of columns, left and right.
        """
        self.mark.set_data([x, x], [y - 0.9 * GAP, y])
        self.words.set_text(words)
        width = LETTER * len(words)
        edges = [(x, x), *taken]
        places = [place for left, right in edges for place in (right + 0.6, left - 0.6 - width)]
        on_page = [left for left in places if 0 <= left <= COLUMNS - width]
        free = [left for left in on_page if all(left > end or left + width < begin for begin, end in edges)]
        left = (free or on_page)[0]
        self.words.set_position((left, y - GAP / 2))
        return [(x, x), (left, left + width)]

    def hide(self) -> None:
        """Take it off the page."""
        self.mark.set_data([], [])
        self.words.set_text("")


class Wake:
    """A curve of log10 of a distance above the lines of a page, from 10^-6 at the text to 10^1.

    Parameters
    ----------
    ax : matplotlib Axes
        Of the page.
    page : Page
    colour : str
    """

    def __init__(self, ax, page, colour):
        self._page = page
        for value, label in ((0, "1"), (LOW, "10⁻⁶")):  # once: all lines have the same axis
            ax.text(page.columns + 0.4, self.height(0, value), label, color=colour, fontsize=9.5, va="center")
        (self.guides,) = ax.plot([], [], color=colour, lw=0.6, alpha=0.35, clip_on=False)
        self.area = ax.add_patch(PathPatch(Path(np.zeros((3, 2))), fc=colour, alpha=0.25, lw=0))
        (self.line,) = ax.plot([], [], color=colour, lw=1.8, clip_on=False)

    def height(self, row, log_distance):
        """Where a distance stands above a line, in data coordinates, which count downwards."""
        share = (np.clip(log_distance, LOW, FARTHEST) - LOW) / (FARTHEST - LOW)
        return row + self._page.gap * (0.93 - 0.83 * share)

    def show(self, first, distance, rows) -> None:
        """Draw the `distance` after each character from index `first` on, with the axis of the first `rows` lines."""
        guides = [
            (x, self.height(row, at)) for row in range(rows) for at in (0, LOW) for x in (0, self._page.columns, np.nan)
        ]
        self.guides.set_data(*np.array(guides).T)
        log_distance = np.log10(np.maximum(distance, 10.0 ** (LOW - 1)))
        edge, area, codes = [np.empty((0, 2))], [np.zeros((1, 2))], [Path.MOVETO]
        last, columns = first + len(distance), self._page.columns
        for row in range(first // columns, -(-last // columns) if last > first else 0):
            begin, end = max(first, row * columns), min(last, (row + 1) * columns)
            values = log_distance[begin - first : end - first]
            x = np.arange(begin, end) % columns + 0.5
            x, values = np.r_[x[0] - 0.5, x, x[-1] + 0.5], np.r_[values[0], values, values[-1]]
            y, ground = self.height(row, values), self.height(row, LOW)
            edge += [np.column_stack([x, np.where(values > LOW, y, np.nan)]), [[np.nan, np.nan]]]
            area += [[[x[0], ground]], np.column_stack([x, y]), [[x[-1], ground]]]
            codes += [Path.MOVETO] + [Path.LINETO] * (len(x) + 1)
        self.line.set_data(*np.concatenate(edge).T)
        self.area.set_path(Path(np.concatenate(area), codes))


class FirstLookPicture:
    """A page, each character coloured by the gradient of the last loss there; above it the wake of a swapped one.

    Parameters
    ----------
    text : str
        360 characters, which the network reads.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, text):
        self.figure = bare_figure(4.5)
        ax = self.ax = self.figure.add_axes((0.042, 0.145, 0.915, 0.79))
        self.page = Page(ax, text, gap=GAP)
        self.wake = Wake(ax, self.page, SWAP)
        self._still()
        mono = {"family": "DejaVu Sans Mono", "weight": "bold", "ha": "center", "va": "center_baseline"}
        (self.frame,) = ax.plot([], [], color=INK, lw=2.6, clip_on=False, solid_joinstyle="round")
        self.box = ax.add_patch(Rectangle((0, 0), 1.06, 1 - GAP + 0.14, fc="white", ec=SWAP, lw=1.8, clip_on=False))
        self.letter = ax.text(0, 0, "", color=SWAP, fontsize=14.5, **mono)
        self.end, self.guess = Flag(ax, SWAP, "-"), Flag(ax, INK, "-v")
        (self.loss,) = ax.plot([], [], "^", color=INK, ms=8, clip_on=False)
        self.feels = Label(ax, align="right")
        self.artists = [
            self.page,
            self.wake.guides,
            self.wake.area,
            self.wake.line,
            self.frame,
            self.box,
            self.letter,
            self.loss,
        ]
        self.artists += [self.feels, self.end.mark, self.end.words, self.guess.mark, self.guess.words]
        for order, artist in enumerate(self.artists):  # the same order in a full draw
            artist.set_zorder(3 + order / 100)

    def _still(self):
        """What does not move: numbers of characters, colour bar, and what the curve is."""
        for row in range(ROWS):
            at = row + (1 + GAP) / 2
            self.ax.text(-0.6, at, row * COLUMNS + 1, fontsize=9, color=GREY, ha="right", va="center")
        says = "Read twice, one character swapped. Above the text: how far apart the two states are"
        self.ax.text(0, -0.04, says, color=SWAP, fontsize=11, weight="bold", va="bottom")
        gradient_bar(self.figure, (0.09, 0.054, 0.25, 0.03), low="gone")
        self.ax.text(COLUMNS + 2.6, -0.04, "apart", color=SWAP, fontsize=9.5, ha="right", va="bottom")
        says = "colour of a character: norm of the last loss's gradient there"
        self.figure.text(0.46, 0.069, says, color=GREY, fontsize=9.5, va="center")

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : FirstLookData
        """
        T, first = len(data.profile), data.swapped - 1
        self.page.show(data.profile)
        self.wake.show(first, data.distance, -(-T // COLUMNS))
        self.frame.set_data(*self.page.outline(T - data.felt, T))
        x, y = self.page.corner(first)
        self.box.set_xy((x - 0.03, y - 0.07))
        self.letter.set_position((x + 0.5, y + 0.48 * (1 - GAP)))
        self.letter.set_text(data.letter)
        self._show_loss(data, T)
        self._show_ends(data, T, first)

    def _show_loss(self, data, T):
        """What the last loss feels, under its character."""
        x, y = self.page.corner(T - 1)
        self.loss.set_data([x + 0.5], [y + 1 - GAP + 0.14])
        self.feels.set_position((x - 0.3, y + 1 - GAP + 0.23))
        felt = f"{'all ' if data.felt == T else ''}{data.felt} characters"
        beyond = f", gradient {power(data.profile[0])} at the first" if data.profile[0] > HIGH else ""
        self.feels.set_text(f"the last loss feels {felt}{beyond}")

    def _show_ends(self, data, T, first):
        """Where the trace is gone, or what is left of it at the end; and where the reader expects that."""
        self.end.hide()
        self.guess.hide()
        guessed, taken = (0, -1), []  # above the page
        if data.guess > 0:
            beyond = first + data.guess > T
            guessed = self.page.corner(T - 1 if beyond else first + max(round(data.guess), 1) - 1)
        if len(data.distance):
            if data.gone is None:
                last, words = T - 1, f"still {power(np.log10(data.distance[-1]))} apart"
            else:
                last, words = first + data.gone - 1, f"below 10⁻⁶ after {data.gone} character{'s' * (data.gone > 1)}"
            x, y = self.page.corner(last)
            near = y == guessed[1]
            taken = self.end.show(x + 1, y, words, [(guessed[0], guessed[0] + 1)] if near else [])
            taken = taken if near else []
        if data.guess > 0:
            words = f"your guess: {data.guess:.9g}{' →' if beyond else ''}"
            self.guess.show(guessed[0] + 0.5, guessed[1], words, taken)

    def touched(self, x, y) -> dict:
        """The character under the pointer, at a place in the figure, is the one to swap."""
        place = data_place(self.ax, x, y)
        index = None if place is None else self.page.character(*place)
        return {} if index is None else {"swapped": index + 1}
