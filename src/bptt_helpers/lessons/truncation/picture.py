"""A truncated gradient beside the exact one; which states a loss hears; a task that short windows get wrong."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap

from ..pictures import COLOURS, freeze_layout, house_style, new_figure, new_still, snap

X_LIMITS = (10, 30, 100, 300, 1000)
FIRST, BEYOND = 0.8, 1.25  # room for half a marker left of τ = 1, and right of the last τ
# log10 of size: the limits jump, so that the frame holds still while a slider moves
BOTTOMS = (2, 4, 8, 12, 60, 200, 350)
TOPS = (1, 10, 60, 200, 350)
ROUNDING = -12  # log10 of the relative error below which rounding may be all there is: neither drawn nor told
COSTS = (("multiply-adds", COLOURS[5], "-", "D"), ("stored numbers", COLOURS[4], "--", "^"))


class TruncationPicture:
    """Over the window τ: the angle to the exact gradient, size of gradient and error, and what it costs.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, self.axes = new_figure(ncols=3, height=3.7)
        direction, size, cost = self.axes
        for ax in self.axes:
            ax.set(xscale="log", xlim=(FIRST, BEYOND * X_LIMITS[2]), xlabel="window τ (steps)")
            ax.xaxis.set_major_formatter("{x:g}")
            ax.grid(alpha=0.3)
        direction.set(ylim=(-1.05, 1.05), ylabel="cosine to the exact gradient")
        size.set(ylim=(-BOTTOMS[-1], TOPS[-1]), ylabel=r"$\log_{10}$, relative to $\|g\|$")
        cost.set(yscale="log", ylim=(4e-4, 2e3), ylabel="relative to the exact gradient")
        cost.yaxis.set_major_formatter("{x:g}")

        styles = {"ms": 3.5, "lw": 2}
        (self.other,) = direction.plot([], [], "x:", color="0.45", lw=1.5, ms=5, label="other scheme")
        (self.cosine,) = direction.plot([], [], "o-", color=COLOURS[0], label="chosen scheme", **styles)
        (self.norm,) = size.plot([], [], "s--", color=COLOURS[2], label=r"norm $\|g_\tau\|$", **styles)
        (self.error,) = size.plot([], [], "o-", color=COLOURS[1], label=r"error $\|g_\tau - g\|$", **styles)
        self.costs = [cost.plot([], [], line, color=c, lw=2, label=name)[0] for name, c, line, _ in COSTS]
        for ax in self.axes:
            # above the axes, where no curve can cover it
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=9, columnspacing=1)

        here = {"ms": 10, "mec": "black", "ls": "none"}
        self.marks = [
            direction.plot([], [], "o", color=COLOURS[0], **here)[0],
            size.plot([], [], "s", color=COLOURS[2], **here)[0],
            size.plot([], [], "o", color=COLOURS[1], **here)[0],
            *(cost.plot([], [], marker, color=c, **here)[0] for _, c, _, marker in COSTS),
        ]
        self.artists = [self.other, self.cosine, self.norm, self.error, *self.costs, *self.marks]
        freeze_layout(self.figure)  # at the limits with the widest numbers, so that all fit

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``sequence_length``, ``window`` int; ``windows`` ndarray (K,), those of the curves; ``cosine``,
            ``other_cosine``, ``log10_norm``, ``log10_error`` (relative to the exact norm), ``operations``, ``stored``
            (relative to the exact gradient's) ndarrays (K,); ``here`` tuple of the same five, without the other
            scheme's, at ``window``.
        """
        visible_error = np.where(data.log10_error < ROUNDING, np.nan, data.log10_error)
        self.other.set_data(data.windows, data.other_cosine)
        self.cosine.set_data(data.windows, data.cosine)
        self.norm.set_data(data.windows, data.log10_norm)
        self.error.set_data(data.windows, visible_error)
        for curve, ratio in zip(self.costs, (data.operations, data.stored), strict=True):
            curve.set_data(data.windows, ratio)
        cosine, norm, error, operations, stored = data.here
        error = np.nan if error < ROUNDING else error
        for mark, value in zip(self.marks, (cosine, norm, error, operations, stored), strict=True):
            mark.set_data([data.window], [value])

        sizes = np.concatenate([data.log10_norm, visible_error])
        sizes = sizes[np.isfinite(sizes)]
        self.axes[1].set_ylim(-snap(-sizes.min(initial=0), BOTTOMS), snap(sizes.max(initial=0), TOPS))
        for ax in self.axes:
            ax.set_xlim(FIRST, BEYOND * snap(data.sequence_length, X_LIMITS))


@house_style()
def draw_reach(heard, sentence):
    """Which states each loss hears, one panel a scheme.

    Parameters
    ----------
    heard : dict of str to ndarray of bool (T, T)
        Title of the panel; row t, column s: whether the loss of step t reaches the state of step s.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=3.4, ncols=len(heard), squeeze=False)
    for ax, (title, pairs) in zip(axes[0], heard.items(), strict=True):
        T = len(pairs)
        edges = np.arange(T + 1) + 0.5
        ax.pcolormesh(edges, edges, pairs, cmap=ListedColormap(["white", COLOURS[0]]), vmin=0, vmax=1, ec="0.8", lw=0.5)
        step = max(1, T // 6)
        ticks = np.arange(1, T + 1, step)
        ax.set(title=title, xlabel="state of step s", ylabel="loss of step t", xticks=ticks, yticks=ticks)
        ax.set(ylim=(T + 0.5, 0.5), aspect="equal")
    return figure


@house_style()
def draw_wrong_sign(sliding, chunked, exact, runs, sentence):
    """What windows see of one derivative, and what descent makes of it.

    Parameters
    ----------
    sliding, chunked : ndarrays (K,)
        The derivative that a window of 1, 2 … steps sees.
    exact : float
        The true one, negative.
    runs : dict of str to dict of str to ndarray (steps + 1,)
        Title of a panel; name of a window; how far θ is from the best one during training.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, (left, *others) = new_still(sentence, height=3.8, ncols=1 + len(runs))
    window = np.arange(1, len(sliding) + 1)
    low, high = 1.5 * exact, 1.1 * max(sliding.max(), chunked.max())
    left.axhspan(0, high, color="0.92")
    left.text(0.97, 0.97, "wrong sign", ha="right", va="top", transform=left.transAxes, fontsize=10)
    left.plot(window, sliding, "-", color=COLOURS[0], lw=2, label="sliding")
    left.plot(window, chunked, "--", color=COLOURS[1], lw=2, label="chunked")
    left.axhline(exact, color="black", ls=":", lw=1.5, label=f"exact, {exact:g}".replace("-", "−"))
    left.set(xlabel="window τ (steps)", ylabel=r"$ds_1/d\theta$ as the window sees it")
    left.set(title="What a window sees", xlim=(0, len(sliding)), ylim=(low, high))
    left.legend(loc="center right", bbox_to_anchor=(1, 0.62), fontsize=9)

    lines = ("-", "--", "-.", ":", (0, (4, 1, 1, 1, 1, 1)))
    for ax, (title, windows) in zip(others, runs.items(), strict=True):
        for k, (name, distance) in enumerate(windows.items()):
            colour = COLOURS[k if k < 3 else k + 1]  # not the grey one
            ax.plot(np.arange(len(distance)) / 1000, distance, ls=lines[k % 5], color=colour, lw=2, label=name)
        ax.set(title=title, xlabel="thousand steps", yscale="log")
        ax.set(xlim=(0, (len(distance) - 1) / 1000), ylim=(1e-6, 1e6))
        ax.legend(loc="upper right", fontsize=9, handlelength=1.8, borderpad=0.3)
    others[0].set_ylabel(r"distance of $\theta$ from the best one")
    for ax in figure.axes:
        ax.grid(alpha=0.3)
    return figure
