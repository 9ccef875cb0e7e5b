"""A window over a page: what one loss keeps of the text, how wrong the gradient is, and where it then points."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Circle

from ..gradient_pictures import gradient_bar
from ..label_pictures import Label
from ..language_model.page_picture import AROUND, HeardPage, printable
from ..pictures import GREY, INK, PALE, bare_figure, data_place
from ..scheme_pictures import SLIDING
from ..sheet_pictures import Shapes, arrow
from ..truncation.window_picture import scissors

COLUMNS, ROWS, GAP = 50, 4, 0.26
WIDTH, HEIGHT = 9, 5.2
LONGEST = COLUMNS * ROWS
LOWEST, HIGHEST = 1e-4, 2  # error
MARKED = (0.1, 0.05, 0.01)  # errors
HEIGHTS = (0.125, 0.044, 0.0105)  # of what is written beside them: clear of each other
TICKS = (1, 2, 5, 10, 20, 50, 100, 200)
LEFT, RIGHT, BELOW, ABOVE = -0.03, 1.13, -0.16, 0.6  # of the plane in which the arrows lie, |g| = 1
WINDOW = SLIDING["color"]
HERE = "#ffd34d"
ENOUGH = {"marker": "o", "ms": 6, "mfc": INK, "mec": INK, "ls": "none", "clip_on": False}
BOUND = {"marker": "D", "ms": 6.5, "mfc": "white", "mec": GREY, "mew": 1.4, "ls": "none", "clip_on": False}


def tips(cosine, length) -> np.ndarray:
    """Where arrows end in the plane of each and the exact one, which goes from 0 to 1 along the first axis, ``(2, K)``.

    Parameters
    ----------
    cosine, length : ndarray (K,)
        Of the angle to the exact arrow, and relative to its length.
    """
    cosine = np.clip(cosine, -1, 1)
    return np.array([length * cosine, length * np.sqrt(1 - cosine**2)])


def percent(share) -> str:
    """A share as one reads it, never rounded to nothing.

    Examples
    --------
    >>> percent(0.4312), percent(0.05), percent(0.0134), percent(0.0004), percent(0.00001), percent(0)
    ('43 %', '5 %', '1.3 %', '0.04 %', 'below 0.01 %', '0 %')
    """
    if 0 < share < 1e-4:
        return "below 0.01 %"
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.2g} %"


class WindowPicture:
    """Above: a page, coloured by what one loss sends to each state. Below: error over windows; the two gradients.

    Parameters
    ----------
    text : str
        T = `LONGEST` characters.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, text):
        self.figure = bare_figure(HEIGHT, WIDTH)
        self._make_page(printable(text))
        self._make_error()
        self._make_arrows()
        self.artists = [self.page, self.frame, self.box, self.cut, self.scissors, self.window, self.lost]
        self.artists += [self.curve, *self.needed, self.safe, self.enough, self.upright, self.here, self.value]
        self.artists += [self.trail, self.arrows, self.gap, self.error, self.cosine]

    def _add_axes(self, left, bottom, width, height, **more):
        return self.figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT), **more)

    def _make_page(self, text):
        ax = self.sheet = self._add_axes(0.12, 3.05, 7.9, 1.72)
        self.page = HeardPage(ax, text, COLUMNS, ROWS, GAP)
        looks = {"color": INK, "clip_on": False, "solid_joinstyle": "miter"}
        (self.frame,) = ax.plot([], [], lw=1.6, **looks)
        (self.box,) = ax.plot([], [], lw=2.4, **looks)
        (self.cut,) = ax.plot([], [], lw=2, ls=(0, (2, 1)), **looks)
        (self.scissors,) = ax.plot([], [], marker=scissors(), ms=15, color=INK, mew=0, ls="none", clip_on=False)
        at = {"transform": ax.transAxes, "y": 1.08}
        self.window, self.lost = Label(ax, size=13, plate=False, **at), Label(ax, GREY, 11, "right", False, **at)
        self.lost.set_x(1)
        gradient_bar(self.figure, (8.43 / WIDTH, 3.28 / HEIGHT, 0.13 / WIDTH, 1.25 / HEIGHT), fontsize=8.5)

    def _make_error(self):
        ax = self.left = self._add_axes(0.72, 0.52, 4.35, 1.95)
        ax.set(xscale="log", yscale="log", xlim=(0.93, LONGEST * 1.04), ylim=(LOWEST, HIGHEST))
        ax.set_xlabel("window τ (steps)", labelpad=1)
        ax.set_xticks(TICKS, [str(tick) for tick in TICKS])
        ax.set_yticks([1, *MARKED, 0.001, 0.0001], [percent(e) for e in (1, *MARKED, 1e-3, 1e-4)])
        ax.minorticks_off()
        ax.set_title("How wrong is the gradient?", fontsize=11, loc="left")
        ax.spines[["top", "right"]].set_visible(False)
        for error in MARKED:
            ax.axhline(error, color=PALE, lw=1, zorder=0)
        (self.curve,) = ax.plot([], [], color=WINDOW, lw=2.4)
        (self.enough,) = ax.plot([], [], **ENOUGH)
        self.needed = [Label(ax, size=9.5, plate=False) for _ in MARKED]
        (self.safe,) = ax.plot([], [], **BOUND)
        (self.upright,) = ax.plot([], [], color=HERE, lw=3, alpha=0.8, zorder=0)
        (self.here,) = ax.plot([], [], "o", ms=10, mfc=HERE, mec=INK, clip_on=False)
        self.value = Label(ax, WINDOW, 12, plate=False)
        marks = [ax.plot([], [], label=says, **look)[0] for says, look in (("enough", ENOUGH), ("safe bound", BOUND))]
        looks = {"frameon": False, "fontsize": 9.5, "borderpad": 0, "handletextpad": 0.1, "columnspacing": 1}
        ax.legend(handles=marks, loc="lower right", bbox_to_anchor=(1.02, 1.015), borderaxespad=0, ncols=2, **looks)

    def _make_arrows(self):
        width = 3.35
        height = width * (ABOVE - BELOW) / (RIGHT - LEFT)
        ax = self.right = self._add_axes(WIDTH - 0.1 - width, 0.12, width, height)
        ax.set(xlim=(LEFT, RIGHT), ylim=(BELOW, ABOVE))
        ax.axis("off")
        ax.set_title("Where does it point?", fontsize=11, loc="left", pad=22)
        for error in MARKED:
            ax.add_patch(Circle((1, 0), error, fc="none", ec=GREY, lw=0.8))
        ax.text(1, -0.135, "10 %", fontsize=8.5, color=GREY, ha="center", va="center")
        exact = Shapes(ax, 1)
        exact.show([arrow((0, 0), (1, 0), INK, 0.025, 0.09)])
        ax.text(0.5, -0.06, "exact", fontsize=10.5, weight="bold", color=INK, ha="center", va="center")
        (self.trail,) = ax.plot([], [], ".-", color=WINDOW, lw=0.7, ms=3, alpha=0.5)
        self.arrows = Shapes(ax, 3)
        (self.gap,) = ax.plot([], [], color=INK, lw=1.4, ls=(0, (2, 1)))
        at = {"transform": ax.transAxes, "y": 1.06}
        self.error, self.cosine = Label(ax, size=11, x=0, **at), Label(ax, WINDOW, 11, x=0.56, **at)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``shares`` ndarray (T,), log10 of what the loss sends to each state, divided
            by what it sends to its own, nan behind it; ``loss`` and ``window`` int, from 1; ``lost`` float, the share
            of its signals that is cut; ``error``, ``cosine`` and ``length`` ndarrays (T,), of windows 1 … T against
            the exact gradient; ``needed`` and ``safe`` tuples of int or None, for the errors of `MARKED`.
        """
        self.data = data
        self._show_page(data)
        self._show_error(data)
        self._show_arrows(data)

    def _show_page(self, data):
        first, picked = max(data.loss - data.window, 0), data.loss - 1
        self.page.show(data.shares, np.arange(len(data.shares)) < first)
        self.frame.set_data(*self.page.outline(first, data.loss))
        x, y = self.page.corner(picked)
        left, right, top, bottom = x - AROUND, x + 1 + AROUND, y - AROUND / 2, y + 1 - GAP + AROUND / 2
        self.box.set_data([left, right, right, left, left], [top, top, bottom, bottom, top])
        (x, y), there = self.page.corner(first), [1] if first else []
        self.cut.set_data([x for _ in there * 2], [y - GAP, y + 1 - GAP][: 2 * len(there)])
        self.scissors.set_data([x for _ in there], [y - GAP for _ in there])
        self.window.set_text(f"Window τ = {data.window}: loss {data.loss} looks back to character {first + 1}")
        self.lost.set_text(f"cut: {percent(data.lost)} of its signals" if first else "nothing is cut")

    def _show_error(self, data):
        steps, error = np.arange(1, len(data.error) + 1), at_scale(data.error)
        below = np.flatnonzero(data.error < LOWEST)
        end = below[0] + 1 if len(below) else len(steps)
        self.curve.set_data(steps[:end], error[:end])
        self.enough.set_data(*_places(data.needed))
        self.safe.set_data(*_places(data.safe))
        for label, needed, height in zip(self.needed, data.needed, HEIGHTS, strict=True):
            label.set_text("" if needed is None else f"τ = {needed}")
            if needed is not None:
                late = needed > LONGEST / 3
                label.set_position((needed / 1.09 if late else needed * 1.09, height))
                label.set_ha("right" if late else "left")
        here = error[data.window - 1]
        self.upright.set_data([data.window] * 2, [LOWEST, here])
        self.here.set_data([data.window], [here])
        self.value.set_text(percent(data.error[data.window - 1]))
        early = data.window < LONGEST / 3
        self.value.set_position((data.window * (1.1 if early else 0.95), here * 1.45))
        self.value.set_ha("left" if early else "right")

    def _show_arrows(self, data):
        ways = tips(data.cosine, data.length)
        ways = np.array([np.clip(ways[0], LEFT, RIGHT), np.clip(ways[1], BELOW, ABOVE)])
        x, y = ways[:, data.window - 1]
        self.trail.set_data(*ways)
        shaft = [arrow((0, 0), (x, y), WINDOW, 0.03, 0.1)] if np.hypot(x, y) > 0.01 else []
        self.arrows.show(shaft)
        self.gap.set_data([x, 1], [y, 0])
        self.error.set_text(f"gap (error): {percent(data.error[data.window - 1])}")
        self.cosine.set_text(f"cosine {data.cosine[data.window - 1]:.3f}")

    def touched(self, x, y) -> dict:
        """On the page where the window begins, on the curve the window."""
        if place := data_place(self.sheet, x, y):
            index = self.page.character(*place)
            return {} if index is None else {"window": self.data.loss - index}
        if place := data_place(self.left, x, y):
            return {"window": place[0]}
        return {}


def at_scale(error):
    """Errors that are beyond the axis stand on its edge."""
    return np.clip(error, LOWEST, HIGHEST)


def _places(windows):
    """Where the windows of the marked errors stand, ``(2, …)``; those that there are."""
    there = [(window, error) for window, error in zip(windows, MARKED, strict=True) if window is not None]
    return np.array(there, float).reshape(-1, 2).T
