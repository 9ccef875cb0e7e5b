"""The cliff from above, twice: twenty balls without clipping and the same twenty with it."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patheffects import withStroke

from ..gradient_pictures import WARM, HeatMap
from ..label_pictures import Label
from ..pictures import INK, INKS, data_place, new_figure
from .arrows_picture import START, Arrows

BALL, HOME = "#ffa90e", "#92dadd"  # lighter than in COLOURS: they roll on a dark map, with a rim
BALL_INK, HOME_INK = INKS[1], INKS[9]
HEIGHT = 4.25
DARK = [withStroke(linewidth=3, foreground="#000000aa")]
LABELS = 6  # distances written beside each map
TAIL = 8  # steps that stay visible behind a ball
REACH = 0.15  # of the pointer, on the map
COUNTED = (  # what the three numbers above a map count: place, words
    (0.13, 1.195, "fly out"),
    (0.555, 1.195, "in the"),
    (0.555, 1.13, "valley"),
    (0.84, 1.195, "still on"),
    (0.84, 1.13, "the way"),
)
CORNER = 0.75  # of w, from the left: what the words about the distances take beside the map
COLOUR_LIMITS = (0, 0.75)  # of √E
COLUMN = (0.835, 0.155)  # left and width of what stands at the right of the maps


class CliffPicture:
    """Left the balls without clipping, beside them with it, and at the right one ball's gradient before and after.

    Parameters
    ----------
    terrain : object with
        ``w_limits``, ``b_limits`` tuples of float, the map's; ``bands`` ndarray (rows, columns), what is coloured, √E
        in steps, the largest b in row 0; ``wall`` ndarray (2, k), its w and b; ``shore`` ndarray (k, 2), around the
        valley.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    free, clipped : BallMap
    arrows : Arrows
    """

    def __init__(self, terrain):
        self.figure, axes = new_figure(ncols=2, height=HEIGHT)
        self.figure.set_layout_engine("none")
        for ax, left in zip(axes, (0.062, 0.447), strict=True):
            ax.set_position([left, 0.13, 0.372, 0.372 * 0.8 * 9 / HEIGHT])
        self.free = BallMap(axes[0], terrain, "20 balls without clipping")
        self.clipped = BallMap(axes[1], terrain, "20 balls clipped to")
        axes[0].set_ylabel("bias b", labelpad=1)
        axes[1].tick_params(labelleft=False)
        self.arrows = Arrows(self.figure, axes[1], (COLUMN[0], 0.155, COLUMN[1]))
        self._error_bar(terrain.bands)
        self.artists = [*self.free.artists, *self.clipped.artists, *self.arrows.artists]

    def _error_bar(self, bands):
        """Which colour is which error; like the colours it goes by the root, so that low errors have room."""
        ax = self.figure.add_axes([COLUMN[0], 0.085, COLUMN[1], 0.03], yticks=[])
        levels, edge = np.unique(bands), 0.7  # the largest error is 0.7²
        bar = HeatMap(ax, "cividis", *COLOUR_LIMITS)
        bar.set_extent((0, edge, 0, 1))
        across = np.linspace(0, edge, 300)
        bar.set_data(levels[np.searchsorted(levels, across, side="right") - 1][None])
        ax.set(xlim=(0, edge), ylim=(0, 1))
        ax.set_xticks(np.sqrt([0, 0.1, 0.4]), ["0", "0.1", "0.4"])
        ax.tick_params(labelsize=9, length=2, pad=2)
        ax.text(0, 1.6, "error", fontsize=9.5)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``free``, ``clipped`` Balls; ``steepest`` Steepest; ``step``, ``ball`` int, the latter from 0; ``threshold``
            float; ``mode`` str.
        """
        self.free.show(data.free, data.step, data.ball)
        self.clipped.show(data.clipped, data.step, data.ball)
        self.clipped.limit.set_text(f"{data.mode} {data.threshold:g}")
        self.arrows.show(data.steepest, data.threshold, data.mode, data.ball)

    def touched(self, x, y) -> dict:
        """The ball under the pointer, or the one that started there."""
        for part in (self.free, self.clipped):
            if (place := data_place(part.ax, x, y)) is not None:
                return part.nearest(*place)
        return {}


class BallMap:
    """The error from above, and where the balls are on it.

    Parameters
    ----------
    ax : matplotlib Axes
    terrain : object
        As in `CliffPicture`.
    title : str
    """

    def __init__(self, ax, terrain, title):
        self.ax, (self.low, self.high) = ax, np.array([terrain.w_limits, terrain.b_limits]).T
        self.map = HeatMap(ax, "cividis", *COLOUR_LIMITS)
        self.map.set_extent((*terrain.w_limits, *terrain.b_limits))
        self.map.set_data(terrain.bands)
        ax.set(xlim=terrain.w_limits, ylim=terrain.b_limits, xticks=[4, 5, 6], yticks=[-3.5, -3, -2.5, -2])
        ax.tick_params(labelsize=9, length=3)
        ax.tick_params(axis="x", pad=10)  # room for how far
        ax.set_xlabel("weight w", labelpad=1)
        (self.wall,) = ax.plot(*terrain.wall, ":", color="white", lw=1.8, path_effects=DARK)
        ax.add_collection(LineCollection([terrain.shore], colors="white", linewidths=1.1))
        ax.text(4.02, -1.62, "outlined: the valley", fontsize=9.5, color="white", va="center")
        ax.text(3.76, -3.6, "dotted: the wall,\nhere the error jumps", fontsize=9.5, va="top")
        self.trails = ax.add_collection(LineCollection([], colors="white", linewidths=0.7))
        (self.trail,) = ax.plot([], [], color=BALL, lw=1)
        self.rims = ax.add_collection(LineCollection([], colors=INK, linewidths=3))
        self.flights = ax.add_collection(LineCollection([], colors=WARM, linewidths=1.7))
        self.heads = ax.add_collection(PolyCollection([], facecolors=WARM, edgecolors=INK, linewidths=0.7))
        (self.starts,) = ax.plot([], [], "o", color="white", ms=4, mec=INK, mew=0.6)
        (self.rolling,) = ax.plot([], [], "o", color=BALL, ms=6.5, mec=INK, mew=0.9)
        (self.home,) = ax.plot([], [], "o", color=HOME, ms=5.5, mec=INK, mew=0.9)
        (self.chosen,) = ax.plot([], [], "o", **START)
        above = {"transform": ax.transAxes, "clip_on": False, "va": "center_baseline"}
        ax.text(0, 1.3, title, fontsize=12, weight="bold", **above)
        for x, y, words in COUNTED:
            ax.text(x, y, words, fontsize=9.5, **above)
        self.gone, self.arrived, self.on_way = (Label(ax, ink, 22, "right") for ink in (WARM, HOME_INK, BALL_INK))
        self.farthest, self.limit, self.unit = Label(ax, size=9.5), Label(ax, size=12), Label(ax, WARM, 9)
        self.labels = [Label(ax, size=9, align="center") for _ in range(LABELS)]
        for words, at in (
            (self.gone, (0.115, 1.165)),
            (self.farthest, (0.13, 1.127)),
            (self.arrived, (0.54, 1.165)),
            (self.on_way, (0.825, 1.165)),
            (self.limit, (0.535, 1.294)),
        ):
            words.set_position(self.low + (self.high - self.low) * at)
        self.artists = [self.trails, self.trail, self.rims, self.flights, self.heads, self.starts, self.rolling]
        self.artists += [self.home, self.chosen, self.gone, self.farthest, self.arrived, self.on_way, self.limit]
        self.artists += [self.unit, *self.labels]

    def show(self, balls, step, ball) -> None:
        """Move the artists; arguments as in `CliffPicture.show`."""
        way = np.stack([balls.w, balls.b], -1)
        until = np.minimum(step, balls.out - 1)  # the last step at which each is on the map
        lately = np.maximum(until - np.arange(TAIL, -1, -1)[:, None], 0)
        self.trails.set_segments(way[lately, np.arange(way.shape[1])].swapaxes(0, 1))
        self.trail.set_data(*way[: until[ball] + 1, ball].T)
        self.starts.set_data(*way[0].T)
        self.chosen.set_data(*way[:1, ball].T)
        here = way[until, np.arange(way.shape[1])]
        on_way = ~balls.gone & ~balls.arrived
        self.rolling.set_data(*here[on_way].T)
        self.home.set_data(*here[balls.arrived].T)
        for words, who in ((self.gone, balls.gone), (self.arrived, balls.arrived), (self.on_way, on_way)):
            words.set_text(f"{who.sum()}")
        self.farthest.set_text(f"by up to {_length(balls.far.max())}" if balls.gone.any() else "")
        gone = np.flatnonzero(balls.gone)
        self._fly(here[gone], way[balls.out[gone], gone], balls.far[gone])
        self.places = np.vstack([here, way[0]])

    def _fly(self, start, end, far):
        """An arrow to the edge of the map for each ball that left, and beside the longest how far."""
        step = end - start
        with np.errstate(divide="ignore", invalid="ignore"):
            to_edge = np.where(step == 0, np.inf, (np.where(step > 0, self.high, self.low) - start) / step)
        edge = start + to_edge.min(1, initial=1)[:, None] * step
        ahead = step / np.hypot(*step.T)[:, None]
        neck, aside = edge - 0.1 * ahead, 0.04 * ahead[:, ::-1] * [-1, 1]
        flights = np.stack([start, neck], 1)
        self.flights.set_segments(flights)
        self.rims.set_segments(flights)
        self.heads.set_verts(np.stack([edge, neck + aside, neck - aside], 1))
        taken = []
        for k in np.argsort(-far):  # the longest first, then those that have room
            up = edge[k, 1] > (self.low[1] + self.high[1]) / 2
            x = np.clip(edge[k, 0], *(self.low[0] + 0.1, self.high[0] - 0.1))
            if len(taken) < LABELS and all(up != side or abs(x - other) > 0.33 for other, side in taken):
                label = self.labels[len(taken)]
                label.set_text(_length(far[k]))
                label.set_position((x, self.high[1] + 0.08 if up else self.low[1] - 0.09))
                taken.append((x, up))
        for label in self.labels[len(taken) :]:
            label.set_text("")
        corner = self.low[0] + CORNER
        sides = [side for side in (True, False) if any(up == side for _, up in taken)]
        roomy = [side for side in sides if all(x > corner for x, up in taken if up == side)]
        self.unit.set_text("how far:" if roomy else "")
        if roomy:
            self.unit.set_position((self.low[0], self.high[1] + 0.08 if roomy[0] else self.low[1] - 0.09))

    def nearest(self, w, b) -> dict:
        """The control `ball` for the ball, or start of one, next to a place on the map; {} where none is near."""
        apart = np.hypot(*(self.places - [w, b]).T)
        return {"ball": int(apart.argmin()) % (len(apart) // 2) + 1} if apart.min() < REACH else {}


def _length(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
