"""The text as a chain with the window on it, every loss with what it keeps, and where the gradient then points."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.markers import MarkerStyle
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from ..gradient_pictures import WARM, gradient_bar
from ..label_pictures import Label
from ..pictures import GREY, INK, bare_figure, data_place
from ..scheme_pictures import STYLES, WRONG
from .chain_pictures import Cells, Letters, colours_of

GOOD = 0.99  # the cosine that is marked
BEST = 4  # the top of the cosine's axis in nines: all that is above .9999 stands there
TOP = 1 - 10.0**-BEST
GUESSED = 4  # the window whose cosine a reader has guessed
COSINES = (-1, 0, 0.5, 0.9, 0.99, 0.999, 0.9999)


def nines(cosine):
    """Where a cosine stands on its axis: .9 at 1, .99 at 2, .999 at 3; what is above .9999 at 4."""
    return -np.log10(np.maximum(1 - np.asarray(cosine), 10.0**-BEST))


def scissors() -> MarkerStyle:
    """A pair of scissors that cuts upwards."""
    outline = TextPath((0, 0), "✂", size=1)
    box = outline.get_extents()
    return MarkerStyle(
        Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2).rotate_deg(90).transform_path(outline)
    )


class TruncationPicture:
    """Above: the text, coloured by what one loss sends to each state, its window, the cuts. Below: all losses; cosines.

    Parameters
    ----------
    length : int
        T.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, length):
        self.length = length
        self.figure = bare_figure(5.3)
        self._make_chain()
        self._make_map()
        self._make_curves()
        self.artists = [self.letters, self.cuts, self.scissors, self.bracket, self.window, self.lost]
        self.artists += [self.together, self.arrow, self.loss, self.cells, self.edge, self.row, self.share]
        self.artists += [*self.curves.values(), self.worse, self.first, self.first_text, self.guess]
        self.artists += [self.here, self.value, self.count]

    def _make_chain(self):
        T = self.length
        bottom, height = 0.8, 0.066  # of the boxes
        page = self.figure.add_axes((0.02, bottom, 0.96, height))
        page.axis("off")
        self.letters = Letters(page, T)
        low, high = 0.685, 0.99
        ax = self.chain = self.figure.add_axes((0.02, low, 0.96, high - low), facecolor="none")
        ax.axis("off")
        # here the boxes reach from 0 to 1
        ax.set(xlim=(0.5, T + 0.5), ylim=((low - bottom) / height, (high - bottom) / height))
        ax.text(0.5, 2.4, "What one loss sends back to each character (1: as much as to its own)", fontsize=11)
        self.cuts = LineCollection([], color=INK, lw=1.5, ls=(0, (4, 2)))
        ax.add_collection(self.cuts, autolim=False)
        (self.scissors,) = ax.plot([], [], marker=scissors(), ms=15, color=INK, mew=0, ls="none", clip_on=False)
        (self.bracket,) = ax.plot([], [], color=INK, lw=2.5, solid_joinstyle="miter", clip_on=False)
        self.window, self.lost = Label(ax, size=12, plate=False), Label(ax, size=11)
        self.loss = Label(ax, size=10)
        (self.together,) = ax.plot([], [], color=INK, lw=4, solid_capstyle="butt")
        (self.arrow,) = ax.plot([], [], marker="^", ms=9, color=INK, ls="none")

    def _make_map(self):
        T = self.length
        ax = self.map = self.figure.add_axes((0.06, 0.095, 0.325, 0.53))
        self.cells = Cells(ax, T, T)
        ax.set(xlabel="state of character s", ylabel="loss at character t")
        ax.set(xticks=range(10, T + 1, 10), yticks=range(10, T + 1, 10))
        ax.set_title("All losses: coloured is kept, grey is cut", fontsize=11, loc="left")
        ax.spines[["top", "right"]].set_visible(False)
        (self.edge,) = ax.plot([], [], color=INK, lw=1.2)
        (self.row,) = ax.plot([], [], color=INK, lw=1)
        self.share = Label(ax, size=11, align="right")
        self.share.set_position((T + 0.5, 6))
        bar = gradient_bar(self.figure, (0.435, 0.15, 0.012, 0.4), fontsize=9)
        bar.set_title(bar.get_title(), color=WARM, fontsize=9, pad=9)  # clear of the highest tick
        bar.xaxis.labelpad = 7

    def _make_curves(self):
        ax = self.right = self.figure.add_axes((0.585, 0.095, 0.4, 0.485))
        ax.set(xlim=(0, self.length + 0.5), ylim=(nines(-1) - 0.05, BEST + 0.06), xlabel="window τ (steps)")
        ax.set_yticks(nines(COSINES), ["−1", *(f"{cosine:g}".lstrip("0") or "0" for cosine in COSINES[1:])])
        ax.set_ylabel("cosine to the exact gradient", labelpad=1)
        ax.set_title("Does it still point the right way?", fontsize=11, loc="left", pad=23)
        ax.axhline(nines(GOOD), color=GREY, lw=1.2)
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        self.curves = {name: ax.plot([], [], label=name, **style)[0] for name, style in STYLES.items()}
        looks = {"frameon": False, "fontsize": 9.5, "handlelength": 2.6, "borderpad": 0, "columnspacing": 1.4}
        ax.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.015), borderaxespad=0, ncols=3, **looks)
        self.first_text, self.count = Label(ax, size=9.5, align="right"), Label(ax, WRONG, 9.5, align="right")
        self.first_text.set_position((self.length, 0.2))
        self.count.set_position((self.length, -0.1))
        self.worse = LineCollection([], color=WRONG, lw=5)  # broad: among dashes it is no dash
        ax.add_collection(self.worse, autolim=False)
        (self.first,) = ax.plot([], [], "-", color=INK, lw=1, marker="v", ms=7, markevery=[0])
        (self.guess,) = ax.plot([], [], "X", ms=10, mfc="white", mec=INK, mew=1.5, clip_on=False)
        (self.here,) = ax.plot([], [], "o", ms=10, mfc="#ffd34d", mec=INK, clip_on=False)
        self.value = Label(ax, size=12, plate=False)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``text`` str of T characters; ``scheme`` str; ``window``, ``stride`` and ``loss`` int; ``relative`` ndarray
            (T, T), log10 of what every loss sends to every state, divided by what it sends to its own; ``kept`` ndarray
            of bool (T, T); ``first_heard`` ndarray of int (T,); ``lost`` and ``all_lost`` float, shares; ``cosine``
            dict of ndarrays (T,); ``good`` int, the first window with a cosine of .99; ``worse`` ndarray of int, the
            windows that point further off than the one before; ``guess`` float or nan, the cosine guessed for τ = 4.
        """
        self.data = data
        self._show_chain(data)
        self.cells.set_data(colours_of(data.relative, data.kept))
        steps = np.arange(1, self.length + 1)
        self.edge.set_data(np.repeat(data.first_heard, 2) - 0.5, np.column_stack([steps - 0.5, steps + 0.5]).ravel())
        t = data.loss
        self.row.set_data(np.array([0, t, t, 0, 0]) + 0.5, np.array([-0.5, -0.5, 0.5, 0.5, -0.5]) + t)
        self.share.set_text(f"cut: {data.all_lost:.0%} of all signals")
        self._show_curves(data)

    def _show_chain(self, data):
        T, t, start = self.length, data.loss, int(data.first_heard[data.loss - 1])
        end = -(-t // data.stride) * data.stride  # where the walk begins that takes this loss along
        self.letters.set_data(colours_of(data.relative[t - 1 : t], data.kept[t - 1 : t]))
        self.letters.set_text(data.text, start, t)
        left, right = start - 0.5, min(end, T) + 0.5
        self.bracket.set_data([left, left, right, right], [1.25, 1.6, 1.6, 1.25])
        label = min(left, T - 8.5)
        self.window.set_text(f"{'block' if data.scheme == 'chunked' else 'window'} τ = {data.window}")
        self.window.set_position((label, 1.95))
        cuts = np.arange(data.window, T, data.window) if data.scheme == "chunked" else np.array([start - 1])
        cuts = cuts[cuts > 0] + 0.5
        self.cuts.set_segments([[(x, -0.2), (x, 1.25)] for x in cuts])
        self.scissors.set_data(cuts, np.full(len(cuts), -0.45))
        self.together.set_data([end - data.stride + 0.5, right], [-0.14, -0.14])
        self.arrow.set_data([t], [-0.45])
        with_it = f", walks with {end - data.stride + 1}–{min(end, T)}" if data.stride > 1 else ""
        self.loss.set_text(f"loss {t}{with_it}")
        self.loss.set_position((min(t - 0.5, T - (17.5 if with_it else 5)), -1.1))
        self.lost.set_text(f"cut: {data.lost:.0%} of its signal" if start > 1 else "")
        # before the window's name, if there is room, else behind it
        self.lost.set_position((label - 13.7 if label > 14.5 else label + 10, 1.95))

    def _show_curves(self, data):
        windows = np.arange(1, self.length + 1)
        for name, curve in self.curves.items():
            chosen = name == data.scheme
            curve.set_data(windows, nines(data.cosine[name]))
            curve.set(lw=2.4 if chosen else 1, alpha=1 if chosen else 0.4)
        cosine = nines(data.cosine[data.scheme])
        self.worse.set_segments([[(w - 1, cosine[w - 2]), (w, cosine[w - 1])] for w in data.worse])
        worse = len(data.worse)
        self.count.set_text(f"longer is worse at {worse} of {self.length - 1} steps" if worse else "")
        again = ", then under again" if (data.cosine[data.scheme][data.good :] < GOOD).any() else ""
        foot = 0.4 if again else nines(-1)  # long words are in the way
        self.first.set_data([data.good] * 2, [nines(GOOD) + 0.13, foot])
        self.first_text.set_text(f"▼ first over {GOOD:g}: τ = {data.good}{again}".replace("0.", "."))
        guesses = nines(np.clip([data.guess], -1, 1))
        guesses = guesses[np.isfinite(guesses)]
        self.guess.set_data([GUESSED] * len(guesses), guesses)
        self.here.set_data([data.window], [cosine[data.window - 1]])
        self.value.set_text(f"{data.cosine[data.scheme][data.window - 1]:.3f}")
        self.value.set_position(self._free_place(data.window, cosine[data.window - 1]))

    def _free_place(self, window, height):
        """Beside the point: of a few places the one that the fewest curves run through."""
        width, half = 9, 0.2  # of the words, in steps and nines
        left, right = window - 1 - width, window + 1
        sides = [(right, -0.27), (left, 0.4), (right, 0.27), (left, -0.27), (window - width / 2, -0.45)]
        sides += [(window - width / 2, 0.45), (right + 1, -0.6), (left - 1, 0.6), (right - 1, -0.7), (left - 1, 0.8)]
        places = np.clip([(x, height + up) for x, up in sides], (0.5, 0.55), (self.length + 0.5 - width, BEST - 0.2))
        points = np.concatenate([curve.get_xydata() for curve in self.curves.values()])
        lines = [(x, nines(GOOD)) for x in range(0, self.length + 1, 3)]
        lines += [(self.data.good, y) for y in np.arange(0, nines(GOOD), 0.2)]
        points = np.concatenate([points, (points[1:] + points[:-1]) / 2, lines])
        inside = np.abs(points - places[:, None] - (width / 2, 0)) < (width / 2 + 0.3, half)
        return tuple(places[inside.all(2).sum(1).argmin()])

    def touched(self, x, y) -> dict:
        """Above the boxes the window's edge or a cut; on and below them, and on the map, the loss; on a curve τ."""
        data = self.data
        if place := data_place(self.chain, x, y):
            place, height = place
            if height <= 1.1:
                return {"loss": place}
            if data.scheme == "chunked":  # the nearest cut moves, and the others with it
                return {"window": (place - 0.5) / max(1, round((place - 0.5) / data.window))}
            return {"window": -(-data.loss // data.stride) * data.stride + 0.5 - place}
        if place := data_place(self.map, x, y):
            return {"loss": place[1]}
        if place := data_place(self.right, x, y):
            return {"window": place[0]}
        return {}
