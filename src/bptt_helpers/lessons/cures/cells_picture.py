"""Three cells read the same text: what one loss feels of it, all losses and states, and the decay over the lag."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..gradient_pictures import LOW, HeatMap, at_edge, gradient_axis, leaving, power
from ..pictures import COLOURS, GREY, INK, INKS, bare_figure, data_place
from ..sheet_pictures import Word, Words, sheet
from ..text_pictures import LEVELS, Page, letters

STEPS = 100
WIDTH, HEIGHT = 9, 4.7
SIDE, FOOT, LEFTS = 1.9, 0.5, (0.62, 2.67, 4.72)  # of the maps, in inches
TEXT_LEFT, TEXT_WIDTH, TEXT_FOOT, LINE = 0.75, 8.0, 3.3, 0.25
CURVE = (7.2, FOOT, 1.65, SIDE)
OF_CELL = {"RNN": COLOURS[3], "GRU": COLOURS[1], "LSTM": COLOURS[4]}  # in all pictures; no colour of the scale
INK_OF_CELL = {"RNN": INKS[3], "GRU": INKS[1], "LSTM": INKS[4]}  # of words
LOOKS = ({"ls": ":"}, {"ls": "--"}, {"ls": "-"})


class _Lines(Page):
    """The text, once for each cell; its letters are small and thin, so none of them fades."""

    black, forgotten, equal_contrast = 0.0, 1.0, 0.179

    def __init__(self, ax, lines):
        super().__init__(ax, " " * STEPS * lines, STEPS, lines, gap=0.12)

    def print_text(self, text):
        """Put `text` into every line."""
        if text * self.rows != self._text:
            self._text, self._size = text * self.rows, None

    def _print(self, height, width):
        # all lines are alike: one is printed, and kept for when the text comes back
        one = _shades(self._text[:STEPS], -(-height // self.rows), width, self.gap)
        cells = STEPS * (LEVELS + 1)
        lines = [np.where(one < 0, -1, one + line * cells) for line in range(self.rows)]
        return np.concatenate(lines)[:height][::-1].copy()


@lru_cache(32)
def _shades(text, height, width, gap):
    """For every pixel of a line where its colour stands among the shades of all cells; -1 in the gap above them."""
    ink = letters(text, STEPS, 1, width, height, gap)
    shade = np.arange(width) * STEPS // width * (LEVELS + 1) + np.round(ink * LEVELS).astype(int)
    shade[: round(gap * height)] = -1
    return shade


class CellsPicture:
    """Above: the text, a line for each cell. Below: a map for each, and their decay from the chosen loss.

    Parameters
    ----------
    cells : sequence of str
        Their names.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, cells):
        self.cells = cells
        self.figure = bare_figure(HEIGHT, WIDTH)
        self.top = self._add_axes(TEXT_LEFT, TEXT_FOOT, TEXT_WIDTH, LINE * len(cells))
        self.lines = _Lines(self.top, len(cells))
        self.maps = [self._add_axes(left, FOOT, SIDE, SIDE) for left in LEFTS]
        self.images = [HeatMap(ax) for ax in self.maps]
        for ax in self.maps:
            ax.set(xlim=(0.5, STEPS + 0.5), ylim=(STEPS + 0.5, 0.5), xticks=(25, 50, 75, 100), yticks=(1, 50, 100))
            ax.set_xlabel("state at step s", labelpad=1)
        self.maps[0].set_ylabel("loss at step t", labelpad=-8)
        for ax in self.maps[1:]:
            ax.set_yticklabels([])
        self._make_curve()
        self._make_sheet()
        self.artists = [self.lines, *self.images, *self.curves, *self.dots, *self.frames]
        self.artists += [*self.under, *self.crosses, *self.spots, self.box, self.words]

    def _add_axes(self, left, bottom, width, height, **more):
        return self.figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT), **more)

    def _make_curve(self):
        ax = self.right = self._add_axes(*CURVE)
        gradient_axis(ax)
        ax.set(xlim=(0, STEPS), xticks=(0, 25, 50, 75, 100))
        ax.set_xlabel("lag: steps back", labelpad=1)
        ax.spines[["top", "right"]].set_visible(False)
        looks = [{"color": colour, "lw": 2, **style} for colour, style in zip(OF_CELL.values(), LOOKS, strict=True)]
        self.curves = [ax.plot([], [], label=name, **look)[0] for name, look in zip(self.cells, looks, strict=True)]
        self.dots = [ax.plot([], [], "o", ms=7, mfc=look["color"], mec="white", clip_on=False)[0] for look in looks]
        ax.legend(loc="upper right", frameon=False, fontsize=9, handlelength=2, borderpad=0.1, labelspacing=0.2)

    def _make_sheet(self):
        ax = self.ax = self._add_axes(0, 0, WIDTH, HEIGHT, facecolor="none")
        sheet(self.figure, ax)
        ax.text(CURVE[0], FOOT + SIDE + 0.14, "share that is left", fontsize=10, va="center")
        ax.text(0.12, 4.5, "What one loss feels of the text", fontsize=13, weight="bold", va="center")
        for name, y in zip(self.cells, self._line_middles(), strict=True):
            ax.text(TEXT_LEFT - 0.18, y, name, ha="right", va="center", fontsize=10.5, weight="bold")
        for x, where in ((TEXT_LEFT - 0.03, "right"), (TEXT_LEFT + TEXT_WIDTH + 0.03, "left")):
            for y in self._line_middles():
                ax.text(x, y, "…", ha=where, va="center", fontsize=9, color=GREY)
        self.frames = [ax.plot([], [], color=INK, lw=1.5)[0] for _ in self.cells]
        (self.box,) = ax.plot([], [], color=INK, lw=1.5)
        self.under = [one.plot([], [], color="white", lw=3, clip_on=False)[0] for one in self.maps]
        self.crosses = [one.plot([], [], color=INK, lw=1.2, clip_on=False)[0] for one in self.maps]
        self.spots = [one.plot([], [], "s", ms=7, mfc="white", mec=INK, mew=1.6, clip_on=False)[0] for one in self.maps]
        self.words = Words(ax)

    def _line_middles(self):
        return [TEXT_FOOT + LINE * (len(self.cells) - k - 0.5 - 0.06) for k in range(len(self.cells))]

    def _column(self, step):
        """Inches from the left at which the cell of a character begins."""
        return TEXT_LEFT + (step - 1) * TEXT_WIDTH / STEPS

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``maps`` ndarray (cells, T, T), log10 of what loss t sends to state s, divided by what it sends to its own;
            ``text`` str; ``names`` of the cells with what was changed; ``loss`` and ``state`` int; ``reach`` ndarray
            of int, how many characters each cell feels.
        """
        self.data, t, s = data, data.loss, data.state
        here = data.maps[:, t - 1, s - 1]
        self.lines.print_text(data.text)
        self.lines.set_data(data.maps[:, t - 1])
        cross = [0.5, t, np.nan, s, s], [t, t, np.nan, t, STEPS + 0.5]
        for image, values in zip(self.images, data.maps, strict=True):
            image.set_data(values)
        for lines in (*self.under, *self.crosses):
            lines.set_data(*cross)
        for spot in self.spots:
            spot.set_data([s], [t])
        for curve, dot, row, value in zip(self.curves, self.dots, data.maps[:, t - 1], here, strict=True):
            curve.set_data(np.arange(t), leaving(row[t - 1 :: -1]))
            dot.set_data([t - s] if s <= t else [], [at_edge(value)] if s <= t else [])
            dot.set_marker("v" if value < LOW else "o")  # below the axis
        tall = LINE * (1 - self.lines.gap)
        for frame, middle, reach in zip(self.frames, self._line_middles(), data.reach, strict=True):
            frame.set_data(*_box(self._column(t - reach + 1), self._column(t + 1), middle, tall))
        middles = self._line_middles()
        around = (middles[0] + middles[-1]) / 2
        self.box.set_data(*_box(self._column(s), self._column(s + 1), around, middles[0] - middles[-1] + tall + 0.08))
        self.words.show(self._say(data, here))

    def _say(self, data, here):
        """All that moves and is read."""
        felt = ", ".join(f"{name} {reach}" for name, reach in zip(self.cells, data.reach, strict=True))
        yield Word(TEXT_LEFT + TEXT_WIDTH, 4.5, f"characters felt, above 10⁻³:  {felt}", INK, 10.5, ha="right")
        x = (self._column(data.loss) + self._column(data.loss + 1)) / 2
        yield Word(min(max(x, 0.9), WIDTH - 0.5), 4.21, f"loss {data.loss}", INK, 10, True)
        for left, name, value in zip(LEFTS, data.names, here, strict=True):
            says = "no effect" if np.isnan(value) else power(value)
            yield Word(left, FOOT + SIDE + 0.37, name, INK, 10.5, True, "left")
            yield Word(left, FOOT + SIDE + 0.14, f"state {data.state}: {says}", INK, 10, ha="left")

    def touched(self, x, y) -> dict:
        """The loss and the state of a cell of a map, the state below a character, the lag below a curve."""
        for ax in self.maps:
            if place := data_place(ax, x, y):
                return {"state": place[0], "loss": place[1]}
        if place := data_place(self.top, x, y):
            return {"state": place[0] + 0.5}
        if place := data_place(self.right, x, y):
            return {"state": self.data.loss - place[0]}
        return {}


def _box(left, right, middle, tall):
    """The outline of some characters in a line."""
    low, high = middle - tall / 2, middle + tall / 2
    return [left, right, right, left, left], [low, low, high, high, low]
