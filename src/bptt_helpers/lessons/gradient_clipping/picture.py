"""The error surface of the one-unit network with its wall, and two descents on it."""

from __future__ import annotations

import numpy as np
from matplotlib.patheffects import withStroke

from ..gradient_pictures import HeatMap
from ..pictures import COLOURS, freeze_layout, house_style, new_figure, new_still, snap

W_LIMITS, B_LIMITS = (3.0, 7.0), (-4.5, -0.5)
STEP_LIMITS = (10, 30, 100)
STYLES = (("without clipping", COLOURS[1], "-", "o"), ("clipped", COLOURS[0], "--", "s"))
_RUN_STYLES = ("-", "--", "-.", ":", (0, (1, 3)))
_OUTLINE = [withStroke(linewidth=4, foreground="white")]
_DARK = [withStroke(linewidth=4, foreground="black")]


class CliffPicture:
    """Left: the error over weight and bias, seen from above, with both paths. Right: the error after every step.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, height=3.8, width_ratios=[1.15, 1])
        self.map = HeatMap(self.left, "viridis", 0, 0.4)
        self.map.set_extent((*W_LIMITS, *B_LIMITS))
        self.left.set(
            xlim=W_LIMITS,
            ylim=B_LIMITS,
            xlabel="weight w",
            ylabel="bias b",
            title="Error E over the two weights",
        )
        self.figure.colorbar(self.map, ax=self.left, label="error E")
        (self.wall,) = self.left.plot([], [], ":", color="white", lw=2.5, path_effects=_DARK)
        self.right.set(
            yscale="log",
            xlim=(0, STEP_LIMITS[0]),
            ylim=(1e-5, 1),
            xlabel="step of gradient descent",
            ylabel="error E",
            title="Error along the way",
        )
        self.right.grid(alpha=0.3)
        self.paths, self.heads, self.curves, self.marks = [], [], [], []
        for name, colour, style, marker in STYLES:
            self.paths += self.left.plot([], [], style, color=colour, lw=2, path_effects=_OUTLINE)
            self.heads += self.left.plot([], [], marker, color=colour, ms=9, mec="white", mew=1.5)
            self.curves += self.right.plot([], [], style, color=colour, lw=2)
            (mark,) = self.right.plot([], [], marker, color=colour, ms=8, mec="black", clip_on=False, in_layout=False)
            self.marks.append(mark)
            self.right.plot([], [], style, color=colour, lw=2, marker=marker, mec="black", label=name)
        (self.start,) = self.left.plot([], [], "*", color="white", ms=14, mec="black")
        # the map is drawn over whatever stands on the left: the legend of both panels is on the right
        self.right.plot([], [], ":", color="white", lw=2.5, path_effects=_DARK, label="wall")
        self.right.plot([], [], "*", color="white", ms=12, mec="black", ls="none", label="start")
        self.right.legend(loc="lower left", fontsize=9)
        self.artists = [self.map, self.wall, *self.paths, self.start, *self.heads, *self.curves, *self.marks]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``surface`` ndarray (rows, columns), E with the largest b in row 0; ``wall`` ndarray (2, k), its w and b;
            ``free``, ``clipped`` descents with ``w``, ``b``, ``error`` ndarrays (at least steps + 1,); ``steps`` int,
            those shown.
        """
        self.map.set_data(data.surface)
        self.wall.set_data(data.wall)
        self.start.set_data(data.free.w[:1], data.free.b[:1])
        self.right.set_xlim(0, snap(data.steps, STEP_LIMITS))
        shown = slice(data.steps + 1)
        now = slice(data.steps, data.steps + 1)
        for k, path in enumerate((data.free, data.clipped)):
            self.paths[k].set_data(path.w[shown], path.b[shown])
            self.heads[k].set_data(path.w[now], path.b[now])
            self.curves[k].set_data(np.arange(data.steps + 1), path.error[shown])
            self.marks[k].set_data([data.steps], path.error[now])


@house_style()
def draw_surface(w, b, error, wall_w, wall_b, wall_error, sentence):
    """The error as a landscape, with the wall where the formula says it stands.

    Parameters
    ----------
    w, b, error : ndarrays (rows, columns)
    wall_w, wall_b, wall_error : ndarrays (k,)
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, ax = new_still(sentence, width=7, height=4.6, subplot_kw={"projection": "3d", "computed_zorder": False})
    ax.plot_surface(w, b, error, cmap="viridis", rcount=120, ccount=120, linewidth=0, antialiased=False)
    ax.plot(wall_w, wall_b, wall_error, color="black", lw=3, label="wall: b = ½ - w σ(½)")
    ax.set_xlabel("weight w", labelpad=8)
    ax.set_ylabel("bias b", labelpad=10)
    ax.set_zlabel("error E")
    ax.view_init(elev=38, azim=-58)
    ax.legend(loc="upper left", fontsize=9)
    return figure


@house_style()
def draw_history(curves, sentence, *, ylabel, every=1, threshold=None):
    """Curves over the updates of several training runs, one panel for each setting.

    Parameters
    ----------
    curves : dict of str to list of ndarrays
        For each setting the runs, one array each.
    sentence : str
        What the picture shows.
    ylabel : str
    every : int
        Updates between two points of a curve.
    threshold : float, optional
        A level to mark.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=3.2, ncols=len(curves), sharey=True, squeeze=False)
    for ax, (name, runs) in zip(axes[0], curves.items(), strict=True):
        for k, run in enumerate(runs):
            ax.plot(every * np.arange(len(run)), run, ls=_RUN_STYLES[k % 5], color=COLOURS[k % 10], lw=1.5)
        if threshold is not None:
            ax.axhline(threshold, color="0.4", lw=1, label="clip norm")
        ax.set(title=name, xlabel="update", yscale="log")
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel(ylabel)
    if threshold is not None:
        axes[0, 0].legend(loc="lower right", fontsize=9)
    return figure
