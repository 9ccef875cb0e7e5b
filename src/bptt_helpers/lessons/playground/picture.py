"""One experiment on one sheet: what is read, all losses and states, the error of every window, norms and clipping."""

from __future__ import annotations

import numpy as np

from ..gradient_clipping.arrows_picture import BY_NORM
from ..gradient_pictures import at_edge, gradient_axis, power
from ..label_pictures import Label
from ..language_model.page_picture import printable
from ..own_model.page_picture import GAP, CutPage, WindowPage, percent
from ..own_model.window_picture import ENOUGH, HEIGHTS, HERE, LOWEST, MARKED, at_scale, error_axes
from ..pictures import GREY, INK, PALE, bare_figure, data_place
from ..scheme_pictures import CHUNKED, SLIDING, STRIDE
from ..text_pictures import words_of
from ..truncation.chain_pictures import Cells, colours_of

LONGEST = 100
COLUMNS, ROWS = 50, 2
WIDTH, HEIGHT = 9, 5.1
FLOOR, CEILING = -4, 2  # log10 of the norms
WEIGHTS = ("$W_{hx}$", "$W_{hh}$", "$b_h$", "$W_{qh}$", "$b_q$", "all")
APART = 0.27  # of one weight, between the marks of its three norms
EXACT = {"marker": "o", "ms": 6.5, "mfc": "white", "mec": INK, "mew": 1.5, "ls": "none"}
CUT = {"marker": "o", "ms": 6.5, "mfc": GREY, "mec": INK, "mew": 0.6, "ls": "none"}
CLIPPED = {"marker": "v", "ms": 7.5, "mfc": BY_NORM, "mec": INK, "mew": 0.6, "ls": "none"}
NORMS = EXACT, CUT, CLIPPED
NOTES = {
    "story": "read: a piece of the story",
    "shuffled": "read: the story, shuffled",
    "copying": "task: repeat them after >",
    "adding": "task: add the underlined",
}
CASES = (("sliding", SLIDING), ("in blocks", CHUNKED), ("in between", STRIDE))


class TaskPage(CutPage):
    """A page whose text changes."""

    def __init__(self, ax):
        super().__init__(ax, " " * LONGEST, COLUMNS, ROWS, GAP)

    def print_text(self, text) -> None:
        """Put another text on the page."""
        text = printable(text).ljust(LONGEST)
        if text != self._text:
            # one ink for a word, where there are words
            words = words_of(text) if " " in text.strip() else np.arange(LONGEST)
            self._text, self._word, self._size = text, words, None


class PlaygroundPicture:
    """Above: a page, coloured by what one loss sends to each step. Below: the map of all losses; errors; norms.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(HEIGHT, WIDTH)
        self.top = WindowPage(self.figure, (0.12, 3.75, 7.9, 0.92), TaskPage, "step", (-0.12, 0.8))
        at = {"transform": self.top.ax.transAxes, "weight": "normal", "plate": False}
        self.note = Label(self.top.ax, GREY, 9.5, "right", x=0.97, y=1.15, **at)
        (self.marked,) = self.top.ax.plot([], [], color=INK, lw=3, solid_capstyle="butt", clip_on=False)
        self._make_map()
        self._make_errors()
        self._make_norms()
        self.artists = [*self.top.artists, self.marked, self.note, self.cells, self.edge, self.row, self.only]
        self.artists += [*self.curves, self.upright, self.enough, *self.needed, self.here, self.value, self.cosine]
        self.artists += [self.level, self.joined, self.exact, self.cut, self.clipped, *self.numbers, self.limit]

    def _add_axes(self, left, width, height=2.2):
        return self.figure.add_axes((left / WIDTH, 0.5 / HEIGHT, width / WIDTH, height / HEIGHT))

    def _make_map(self):
        ax = self.map = self._add_axes(0.6, 2.2)
        self.cells = Cells(ax, LONGEST, LONGEST)
        ax.set(xticks=(1, 25, 50, 75, 100), yticks=(1, 25, 50, 75, 100))
        ax.set_xlabel("state at step s", labelpad=1)
        ax.set_ylabel("loss at step t")
        ax.yaxis.set_label_coords(-0.175, 0.5)
        ax.set_title("Who feels whom? (grey: cut)", fontsize=11, loc="left", pad=22)
        ax.spines[["top", "right"]].set_visible(False)
        (self.edge,) = ax.plot([], [], color=INK, lw=1.2)
        (self.row,) = ax.plot([], [], color=INK, lw=1)
        self.only = Label(ax, GREY, 9, "right", x=1, y=0.93, transform=ax.transAxes, plate=False)

    def _make_errors(self):
        ax = self.right = self._add_axes(3.62, 2.55)
        error_axes(ax, LONGEST)
        ax.set_ylabel("error of the gradient", labelpad=1)
        ax.set_title("How wrong is what is left?", fontsize=11, loc="left", pad=22)
        self.curves = [ax.plot([], [])[0] for _ in range(2)]
        (self.upright,) = ax.plot([], [], color=HERE, lw=3, alpha=0.8, zorder=0)
        (self.enough,) = ax.plot([], [], **ENOUGH)
        self.needed = [Label(ax, size=9.5, plate=False) for _ in MARKED]
        (self.here,) = ax.plot([], [], "o", ms=10, mfc=HERE, mec=INK, clip_on=False)
        self.value = Label(ax, size=11.5)
        self.cosine = Label(ax, size=9.5, plate=False, x=0.03, y=0.06, transform=ax.transAxes)
        looks = {"frameon": False, "fontsize": 9, "borderpad": 0, "handletextpad": 0.4, "columnspacing": 1}
        marks = [ax.plot([], [], label=name, lw=2, **look)[0] for name, look in CASES]
        where = {"loc": "lower left", "bbox_to_anchor": (-0.12, 1.015), "borderaxespad": 0}
        ax.legend(handles=marks, ncols=3, handlelength=1.9, **where, **looks)

    def _make_norms(self):
        ax = self.norms = self._add_axes(6.98, 1.95, 2.03)
        gradient_axis(ax, FLOOR, CEILING, every=2)
        places = np.arange(len(WEIGHTS))
        ax.set(xlim=(-0.6, len(WEIGHTS) - 0.4))
        ax.set_xticks(places, WEIGHTS, fontsize=10)
        ax.axvline(len(WEIGHTS) - 1.5, color=PALE, lw=1)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_ylabel("norm", labelpad=-4)
        ax.set_title("How large is the gradient?", fontsize=11, loc="right", pad=34)
        (self.level,) = ax.plot([], [], color=INK, lw=1.2, ls=(0, (5, 2)))
        (self.joined,) = ax.plot([], [], color=GREY, lw=0.8)
        self.exact, self.cut, self.clipped = (ax.plot([], [], **mark, clip_on=False)[0] for mark in NORMS)
        at, looks = {"transform": ax.transAxes, "clip_on": False}, {"fontsize": 9, "va": "center"}
        self.numbers = []
        for x, name, mark in zip((0.0, 0.32, 0.68), ("exact", "window", "clipped"), NORMS, strict=True):
            ax.plot([x + 0.02], [1.15], **mark, **at)
            ax.text(x + 0.07, 1.145, name, **looks, **at)
            self.numbers.append(Label(ax, size=9.5, plate=False, x=x + 0.07, y=1.06, transform=ax.transAxes))
        ax.text(-0.04, 1.055, "all:", color=GREY, ha="right", **looks, **at)
        self.limit = Label(ax, INK, 9, x=0.05, y=0.05, transform=ax.transAxes)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : PlaygroundData
        """
        self.data = data
        self.look = SLIDING if data.stride == 1 else CHUNKED if data.stride == data.window else STRIDE
        self.top.page.print_text(data.text)
        first = int(data.first_heard[data.loss - 1]) - 1
        self.top.show(data.relative[data.loss - 1], data.loss, data.window, first, data.lost, data.stride)
        self.note.set_text(NOTES[data.reads])
        self._show_marked(data.marked)
        self._show_map(data)
        self._show_errors(data)
        self._show_norms(data)

    def _show_marked(self, steps):
        places = [self.top.page.corner(step - 1) for step in steps]
        x = [at for column, _ in places for at in (column, column + 1, np.nan)]
        y = [at for _, line in places for at in (line + 1.06 - GAP, line + 1.06 - GAP, np.nan)]
        self.marked.set_data(x, y)

    def _show_map(self, data):
        T, t = len(data.text), data.loss
        self.cells.set_data(colours_of(data.relative, data.kept))
        self.map.set(xlim=(0.5, T + 0.5), ylim=(T + 0.5, 0.5))
        steps = np.arange(1, T + 1)
        edge = np.repeat(data.first_heard, 2) - 0.5, np.column_stack([steps - 0.5, steps + 0.5]).ravel()
        self.edge.set_data(*(edge if data.every else ([], [])))
        row = np.array([0, t, t, 0, 0]) + 0.5, np.array([-0.5, -0.5, 0.5, 0.5, -0.5]) + t
        self.row.set_data(*(row if data.every else ([], [])))
        self.only.set_text("" if data.every else "only the last step is asked")

    def _show_errors(self, data):
        steps = np.arange(1, len(data.error) + 1)
        for curve, error, look, width in zip(
            self.curves, (data.sliding, data.error), (SLIDING, self.look), (1, 2.4), strict=True
        ):
            above = np.flatnonzero(error >= LOWEST)
            end = above[-1] + 2 if len(above) else 1  # it ends where it leaves the axis for good
            curve.set_data(steps[:end], at_scale(error)[:end])
            curve.set(lw=width, **look)
        there = [(window, error) for window, error in zip(data.needed, MARKED, strict=True) if window]
        self.enough.set_data(*np.reshape(there, (-1, 2)).T)
        for label, window, height in zip(self.needed, data.needed, HEIGHTS, strict=True):
            label.set_text(str(window) if window else "")
            if not window:
                continue
            label.set(x=window * 1.1 if window < 60 else window / 1.15, y=height)
            label.set_ha("left" if window < 60 else "right")
        here = at_scale(data.error)[data.window - 1]
        self.upright.set_data([data.window] * 2, [LOWEST, here])
        self.here.set_data([data.window], [here])
        self.value.set_text(percent(data.error[data.window - 1]))
        self.cosine.set(text=f"cosine {data.cosine:.3f}", color=self.look["color"])
        left = data.window < 4  # no room there
        self.value.set(
            x=data.window * 1.14 if left else data.window / 1.16, y=max(here / (2.2 if left else 1.7), 1.7 * LOWEST)
        )
        self.value.set(ha="left" if left else "right", color=self.look["color"])

    def _show_norms(self, data):
        places, level = np.arange(len(WEIGHTS)), np.log10(data.clip_norm)
        self.level.set_data(self.norms.get_xlim(), at_edge([level] * 2, FLOOR, CEILING))
        heights = [at_edge(norms, FLOOR, CEILING) for norms in (data.exact, data.cut, data.clipped)]
        for mark, height, aside in zip((self.exact, self.cut, self.clipped), heights, (-APART, 0, APART), strict=True):
            mark.set_data(places + aside, height)
        self.cut.set_markerfacecolor(self.look["color"])
        for number, norms in zip(self.numbers, (data.exact, data.cut, data.clipped), strict=True):
            number.set_text(power(norms[-1]))
        self.limit.set_text(f"dashed: clip norm {data.clip_norm:g}")
        x = np.add.outer(places, (-APART, 0, APART, np.nan)).ravel()
        self.joined.set_data(x, np.column_stack([*heights, np.full(len(places), np.nan)]).ravel())

    def touched(self, x, y) -> dict:
        """On the page where the window begins, on the map the loss, on the curve the window, else the clip norm."""
        data = self.data
        if place := data_place(self.top.ax, x, y):
            index = self.top.page.character(*place)
            end = -(-data.loss // data.stride) * data.stride  # of the block that the loss walks with
            return {} if index is None else {"window": end - index}
        if place := data_place(self.map, x, y):
            return {"loss": place[1]} if data.every else {}
        if place := data_place(self.right, x, y):
            return {"window": place[0]}
        if place := data_place(self.norms, x, y):
            return {"clip_norm": 10.0 ** place[1]}
        return {}
