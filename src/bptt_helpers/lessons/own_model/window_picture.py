"""A window over a page: what one loss keeps of the text, how wrong the gradient is, and where it then points."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Circle
from matplotlib.ticker import LogLocator, NullFormatter

from ..label_pictures import Label
from ..language_model.page_picture import printable
from ..pictures import GREY, INK, PALE, bare_figure, data_place
from ..scheme_pictures import SLIDING
from ..sheet_pictures import Shapes, arrow
from .page_picture import GAP, CutPage, WindowPage, percent

COLUMNS, ROWS = 50, 4
WIDTH, HEIGHT = 9, 5.45
LONGEST = COLUMNS * ROWS
LOWEST, HIGHEST = 1e-4, 2  # error
MARKED = (0.1, 0.05, 0.01)  # errors
HEIGHTS = (0.125, 0.044, 0.0105)  # of what is written beside them: clear of each other
TICKS = (1, 2, 5, 10, 20, 50, 100, 200)
CIRCLES = (0.1, 0.05)  # errors
LEFT, RIGHT, BELOW, ABOVE = -0.03, 1.13, -0.16, 0.6  # of the plane in which the arrows lie, |g| = 1
WINDOW = SLIDING["color"]
HERE = "#ffd34d"
SHORT = 0.2  # of the exact gradient: no gap of this length has room for its name
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


def error_axes(ax, longest) -> None:
    """Let `ax` show errors of gradients, of windows from 1 to `longest`, both at log scale."""
    ax.set(xscale="log", yscale="log", xlim=(0.93, longest * 1.04), ylim=(LOWEST, HIGHEST))
    ax.set_xlabel("window τ (steps)", labelpad=1)
    ticks = [tick for tick in TICKS if tick <= longest]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_yticks([1, *MARKED, 0.001, 0.0001], [percent(e) for e in (1, *MARKED, 1e-3, 1e-4)])
    ax.set_ylabel("error", labelpad=1)
    for axis in (ax.xaxis, ax.yaxis):  # their crowding says that the scale is logarithmic
        axis.set_minor_locator(LogLocator(subs=range(2, 10)))
        axis.set_minor_formatter(NullFormatter())
    ax.spines[["top", "right"]].set_visible(False)
    for error in MARKED:
        ax.axhline(error, color=PALE, lw=1, zorder=0)


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
        self._make_page(text)
        self._make_error()
        self._make_arrows()
        self.artists = [*self.top.artists, self.curve, *self.needed, self.bound, self.safe, self.enough]
        self.artists += [self.upright, self.here]
        self.artists += [self.value, self.trail, self.arrows, self.gap, self.others, self.between]
        self.artists += [self.error, self.cosine]

    def _add_axes(self, left, bottom, width, height, **more):
        return self.figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT), **more)

    def _make_page(self, text):
        place = (0.12, 3.36, 7.9, 1.72)
        self.top = WindowPage(self.figure, place, lambda ax: CutPage(ax, printable(text), COLUMNS, ROWS, GAP))

    def _make_error(self):
        ax = self.left = self._add_axes(0.93, 0.5, 4.2, 1.95)
        error_axes(ax, LONGEST)
        ax.set_title("Gradient of all losses: how wrong?", fontsize=11, loc="left", pad=21)
        (self.curve,) = ax.plot([], [], color=WINDOW, lw=2.4)
        (self.enough,) = ax.plot([], [], **ENOUGH)
        self.needed = [Label(ax, size=10, plate=False) for _ in MARKED]
        (self.bound,) = ax.plot([], [], color=GREY, lw=1.2, ls=":")
        (self.safe,) = ax.plot([], [], **BOUND)
        (self.upright,) = ax.plot([], [], color=HERE, lw=3, alpha=0.8, zorder=0)
        (self.here,) = ax.plot([], [], "o", ms=10, mfc=HERE, mec=INK, clip_on=False)
        self.value = Label(ax, WINDOW, 12, plate=False)
        now = {"marker": "o", "ms": 9, "mfc": HERE, "mec": INK, "color": HERE, "lw": 3}
        named = (("the window now", now), ("enough", ENOUGH), ("safe bound", BOUND | {"ls": ":", "color": GREY}))
        marks = [ax.plot([], [], label=says, **look)[0] for says, look in named]
        looks = {"frameon": False, "fontsize": 9.5, "borderpad": 0, "handletextpad": 0.4, "columnspacing": 1.2}
        ax.legend(handles=marks, loc="lower left", bbox_to_anchor=(0, 1.02), borderaxespad=0, ncols=3, **looks)

    def _make_arrows(self):
        width = 3.35
        height = width * (ABOVE - BELOW) / (RIGHT - LEFT)
        ax = self.right = self._add_axes(WIDTH - 0.1 - width, 0.12, width, height)
        ax.set(xlim=(LEFT, RIGHT), ylim=(BELOW, ABOVE))
        ax.axis("off")
        ax.set_title("Where does it point?", fontsize=11, loc="left", pad=26)
        for error in CIRCLES:
            ax.add_patch(Circle((1, 0), error, fc="none", ec=GREY, lw=0.8))
        says = "circles: " + " and ".join(percent(error) for error in CIRCLES)
        ax.text(RIGHT, -0.135, says, fontsize=8.5, color=GREY, ha="right", va="center")
        exact = Shapes(ax, 1)
        exact.show([arrow((0, 0), (1, 0), INK, 0.025, 0.09)])
        ax.text(0.5, -0.06, "exact", fontsize=10.5, weight="bold", color=INK, ha="center", va="center")
        (self.trail,) = ax.plot([], [], ".-", color=WINDOW, lw=0.7, ms=3, alpha=0.5)
        self.arrows = Shapes(ax, 3)
        (self.gap,) = ax.plot([], [], color=INK, lw=1.4, ls=(0, (2, 1)))
        small = {"size": 9, "plate": False, "weight": "normal"}
        self.others = Label(ax, WINDOW, align="center", text="other windows", **small)
        self.between = Label(ax, INK, align="center", **small | {"plate": True})
        at = {"transform": ax.transAxes, "y": 1.09}
        self.error, self.cosine = Label(ax, size=11, x=0, **at), Label(ax, WINDOW, 11, x=0.56, **at)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``shares`` ndarray (T,), log10 of what the loss sends to each state, divided by what it sends to its own,
            nan behind it; ``loss`` and ``window`` int, from 1; ``lost`` float, the share of its signals that is cut;
            ``error``, ``cosine`` and ``length`` ndarrays (T,), of windows 1 … T against the exact gradient; ``bound``
            ndarray (T,), what a bound says of the error, nan where it says nothing; ``needed`` and ``safe`` tuples of
            int or None, for the errors of `MARKED`.
        """
        self.data = data
        self.top.show(data.shares, data.loss, data.window, max(data.loss - data.window, 0), data.lost)
        self._show_error(data)
        self._show_arrows(data)

    def _show_error(self, data):
        steps, error = np.arange(1, len(data.error) + 1), at_scale(data.error)
        below = np.flatnonzero(data.error < LOWEST)
        end = below[0] + 1 if len(below) else len(steps)
        self.curve.set_data(steps[:end], error[:end])
        self.bound.set_data(steps, np.where((data.bound > HIGHEST) | (data.bound < LOWEST), np.nan, data.bound))
        self.enough.set_data(*_places(data.needed))
        self.safe.set_data(*_places(data.safe))
        for label, needed, safe, height in zip(self.needed, data.needed, data.safe, HEIGHTS, strict=True):
            label.set_text("" if needed is None else str(needed))
            if needed is not None:
                room = safe is None or safe > 1.6 * needed  # on the right, before the bound
                label.set_position((needed * 1.09, height) if room else (needed / 1.16, height))
                label.set_ha("left" if room else "right")
        here = error[data.window - 1]
        self.upright.set_data([data.window] * 2, [LOWEST, here])
        self.here.set_data([data.window], [here])
        self.value.set_text(percent(data.error[data.window - 1]))
        if data.window < 3:  # no room on the left
            self.value.set_position((data.window * 1.1, here * 1.45))
        else:  # under the curve, where nothing is written
            self.value.set_position((data.window / 1.12, max(here / 1.6, 1.6 * LOWEST)))
        self.value.set_ha("left" if data.window < 3 else "right")

    def _show_arrows(self, data):
        ways = tips(data.cosine, data.length)
        ways = np.array([np.clip(ways[0], LEFT, RIGHT), np.clip(ways[1], BELOW, ABOVE)])
        x, y = ways[:, data.window - 1]
        self.trail.set_data(*ways)
        shaft = [arrow((0, 0), (x, y), WINDOW, 0.03, 0.1)] if np.hypot(x, y) > 0.01 else []
        self.arrows.show(shaft)
        self.gap.set_data([x, 1], [y, 0])
        self.between.set_text("gap" if np.hypot(1 - x, y) > SHORT else "")
        self.between.set_position(((x + 1) / 2, max(y / 2, 0.055)))  # clear of the exact arrow
        self.others.set_position(_above(ways))
        self.error.set_text(f"gap (error): {percent(data.error[data.window - 1])}")
        self.cosine.set_text(f"cosine {data.cosine[data.window - 1]:.3f}")

    def touched(self, x, y) -> dict:
        """On the page where the window begins, on the curve the window."""
        if place := data_place(self.top.ax, x, y):
            index = self.top.page.character(*place)
            return {} if index is None else {"window": self.data.loss - index}
        if place := data_place(self.left, x, y):
            return {"window": place[0]}
        return {}


def _above(ways):
    """Where a name stands free over the highest point of a path, ``(x, y)``."""
    top = ways[1].argmax()
    return np.clip(ways[0, top], 0.18, 0.92), ways[1, top] + 0.05


def at_scale(error):
    """Errors that are beyond the axis stand on its edge."""
    return np.clip(error, LOWEST, HIGHEST)


def _places(windows):
    """Where the windows of the marked errors stand, ``(2, …)``; those that there are."""
    there = [(window, error) for window, error in zip(windows, MARKED, strict=True) if window is not None]
    return np.array(there, float).reshape(-1, 2).T
