"""What a network writes, each letter coloured by how little it expected it; below, what else it could have written."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ..pictures import COLOURS, GREY, INK, INKS, PALE, bare_figure, data_place
from ..sheet_pictures import Shapes, Word, Words, box, sheet
from ..text_pictures import LEVELS, WHITE, Page, letters, luminance

COLUMNS, ROWS, GAP = 60, 4, 0.1
WIDTH, HEIGHT = 9, 4.35
LEFT, PAGE_WIDTH, PAGE_FOOT, LINE = 0.3, 8.4, 2.3, 0.36
MOST = 8  # bits: what surprises more has the same colour
SURPRISE = LinearSegmentedColormap.from_list("surprise", ["#ffffff", "#9fd8bd", "#1d8a63", "#06382a"])  # no gradient's
WARM, WARM_INK = COLOURS[0], INKS[0]
SHOWN = {" ": "␣", "\n": "↵"}
BARS, BAR_FOOT, BAR_HIGH, APART = 8, 0.62, 0.95, 0.44  # candidates: how many, and where, in inches
GAUGE, GAUGE_WIDTH = 5.15, 3.3
GAUGES = (1.28, 0.42)  # feet of the two


class WrittenPage(Page):
    """A page whose text changes; its cells show bits of surprise, and what was not written by the network is grey.

    Parameters
    ----------
    ax, columns, rows, gap
        As for `Page`.
    """

    black, equal_contrast = 0.0, 0.179  # a letter stands alone on its cell, so none of them fades

    def __init__(self, ax, columns=COLUMNS, rows=ROWS, gap=GAP):
        self.alphabet = " "
        super().__init__(ax, " " * columns * rows, columns, rows, gap)

    def print_text(self, text, alphabet):
        """Show `text`, whose characters are among those of `alphabet`."""
        if (text, alphabet) != (self._text, self.alphabet):
            self._text, self.alphabet, self._size = text[: self.rows * self.columns], alphabet, None

    def colours(self):
        bits = np.ma.getdata(self.get_array()).ravel()
        written = ~np.isnan(bits)
        cells = 255 * np.asarray(SURPRISE(np.where(written, bits, 0) / MOST))[:, :3]
        ink = np.where(luminance(cells) < self.equal_contrast, WHITE, self.black)
        return cells, np.repeat(np.where(written, ink, self.unread)[:, None], 3, 1)

    def _print(self, height, width):
        # letters are printed once each, for all texts: a page of outlines would take 40 ms
        row, y = _cells(height, self.rows)
        column, x = _cells(width, self.columns)
        tiles = _tiles(self.alphabet, y.max() + 1, x.max() + 1, self.gap)
        text = self._text.ljust(self.rows * self.columns)
        number = np.array([max(0, self.alphabet.find(c)) for c in text]).reshape(self.rows, self.columns)
        ink = tiles[number[row[:, None], column], y[:, None], x]
        shade = (row[:, None] * self.columns + column) * (LEVELS + 1) + ink
        shade[y < self.gap * (y.max() + 1)] = -1
        return shade[::-1].copy()


def _cells(pixels, count):
    """For each of the pixels of a side, the cell it is in and its place within that cell."""
    cell = np.arange(pixels) * count // pixels
    return cell, np.arange(pixels) - -(-cell * pixels // count)


@lru_cache(4)
def _tiles(alphabet, height, width, gap):
    """Ink of each character, ``(characters, height, width)``, 0 … LEVELS."""
    line = letters(alphabet, len(alphabet), 1, width * len(alphabet), height, gap)
    ink = np.round(line * LEVELS).astype(int).reshape(height, len(alphabet), width)
    return np.ascontiguousarray(ink.transpose(1, 0, 2))


class WritingPicture:
    """Above: the text. Below: the candidates at the marked letter; what was written against the unread story.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(HEIGHT, WIDTH)
        place = LEFT / WIDTH, PAGE_FOOT / HEIGHT, PAGE_WIDTH / WIDTH, LINE * ROWS / HEIGHT
        self.top = self.figure.add_axes(place)
        self.page = WrittenPage(self.top)
        ax = self.ax = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        sheet(self.figure, ax)
        self._make_frame(ax)
        (self.frame,) = ax.plot([], [], color=INK, lw=2)
        self.bars, self.marks, self.words = Shapes(ax), Shapes(ax, 4), Words(ax)
        self.artists = [self.page, self.frame, self.bars, self.marks, self.words]

    def _make_frame(self, ax):
        ax.text(LEFT, 4.1, "What the network writes", fontsize=13, weight="bold", va="center")
        ax.text(3.75, 4.1, "surprise", fontsize=9.5, va="center", ha="right", color=GREY)
        strip = SURPRISE(np.linspace(0, 1, 128))[None]
        ax.imshow(strip, extent=(3.85, 5.15, 4.04, 4.17), aspect="auto", zorder=1)
        ax.plot([3.85, 5.15, 5.15, 3.85, 3.85], [4.04, 4.04, 4.17, 4.17, 4.04], color=GREY, lw=0.7)
        ax.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        for bits in (0, 4, 8):
            says = f"{bits} bits" if bits == MOST else f"{bits}"
            ax.text(3.85 + 1.3 * bits / MOST, 3.95, says, fontsize=8.5, va="center", ha="center", color=GREY)
        ax.plot([LEFT, LEFT + BARS * APART + 0.05], [BAR_FOOT] * 2, color=GREY, lw=0.8)
        ax.text(LEFT, 0.1, "left, grey: temperature 1     right, blue: this one     ▲ written", fontsize=9, color=GREY)
        says = "5-letter pieces from what it learned", "surprise, bits a letter"
        for foot, text, most in zip(GAUGES, says, ("100 %", str(MOST)), strict=True):
            ax.text(GAUGE, foot + 0.38, text, fontsize=10, va="center")
            ends = GAUGE, GAUGE + GAUGE_WIDTH
            ax.plot(ends, [foot] * 2, color=GREY, lw=0.8)
            for x, at, end in zip((ends[0] - 0.05, ends[1] + 0.05), ("right", "left"), ("0", most), strict=True):
                ax.text(x, foot + 0.02, end, fontsize=8.5, ha=at, va="center", color=GREY)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``prefix``, ``text``, ``alphabet`` str; ``surprise`` ndarray (length,), in bits; ``place`` int, the marked
            letter of `text`, counted from 1; ``letters`` str, the candidates there, and ``own``, ``warm`` ndarray,
            their chances at temperature 1 and at ``temperature``; ``known`` and ``bits`` float, of what was written,
            ``known_of_story`` and ``bits_of_story`` float, of the unread story; ``updates`` int.
        """
        self.page.print_text(data.prefix + data.text, data.alphabet)
        self.page.show(np.concatenate([np.full(len(data.prefix), np.nan), data.surprise]))
        self._offset = len(data.prefix) - 1
        column, row = self.page.corner(data.place + self._offset)
        left, right = (LEFT + (column + side) * PAGE_WIDTH / COLUMNS for side in (0, 1))
        top, bottom = (PAGE_FOOT + LINE * (ROWS - edge) for edge in (row, int(row) + 1))
        self.frame.set_data([left, right, right, left, left], [bottom, bottom, top, top, bottom])
        self.bars.show(self._candidates(data))
        self.marks.show(self._levels(data))
        self.words.show(self._say(data))

    def _candidates(self, data):
        for k, (own, warm) in enumerate(zip(data.own, data.warm, strict=True)):
            x = LEFT + (k + 0.5) * APART
            for chance, to, colour in ((own, -0.08, PALE), (warm, 0.09, WARM)):
                yield box(x + to, BAR_FOOT + chance * BAR_HIGH / 2, 0.15, chance * BAR_HIGH, colour, colour, 0.5)
        for foot, share in zip(GAUGES, (data.known, data.bits / MOST), strict=True):
            share = min(share, 1)
            yield box(GAUGE + share * GAUGE_WIDTH / 2, foot + 0.1, share * GAUGE_WIDTH, 0.2, WARM, WARM, 0.5)

    def _levels(self, data):
        """Where the unread story is on the gauges."""
        for foot, share in zip(GAUGES, (data.known_of_story, data.bits_of_story / MOST), strict=True):
            yield box(GAUGE + min(share, 1) * GAUGE_WIDTH, foot + 0.08, 0.035, 0.32, INK, "white", 0.8)

    def _say(self, data):
        """All that moves and is read."""
        right = LEFT + PAGE_WIDTH
        says = f"{data.updates} updates, temperature {data.temperature:.2f}"
        yield Word(right, 4.1, says, INK, 11, True, "right")
        yield Word(LEFT, 1.98, f"What could stand at place {data.place}", INK, 10.5, True, "left")
        written = data.text[data.place - 1]
        for k, (letter, own, warm) in enumerate(zip(data.letters, data.own, data.warm, strict=True)):
            x = LEFT + (k + 0.5) * APART
            yield Word(x, BAR_FOOT - 0.13, SHOWN.get(letter, letter), INK, 11, letter == written)
            if letter == written:
                yield Word(x, BAR_FOOT - 0.3, "▲", INK, 7)
            if max(own, warm) >= 0.005:
                yield Word(x, BAR_FOOT + max(own, warm) * BAR_HIGH + 0.1, f"{100 * warm:.0f} %", WARM_INK, 8.5)
        yield Word(right, GAUGES[0] + 0.38, f"{100 * data.known:.0f} %", INK, 11, True, "right")
        yield Word(right, GAUGES[1] + 0.38, f"{data.bits:.2f}", INK, 11, True, "right")
        for foot, share, text in (
            (GAUGES[0], data.known_of_story, f"unread story {100 * data.known_of_story:.0f} %"),
            (GAUGES[1], min(1, data.bits_of_story / MOST), f"unread story {data.bits_of_story:.2f}"),
        ):
            yield Word(GAUGE + share * GAUGE_WIDTH, foot - 0.16, text, INK, 9)

    def touched(self, x, y) -> dict:
        """The letter below the pointer."""
        place = data_place(self.top, x, y)
        index = self.page.character(*place) if place else None
        return {} if index is None or index <= self._offset else {"place": index - self._offset}
