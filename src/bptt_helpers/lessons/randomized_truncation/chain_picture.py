"""Variance of a scalar chain that is cut at random, and where it stays bounded."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgba

from ..pictures import COLOURS, freeze_layout, new_figure


class ChainPicture:
    """Left: variance of a scalar chain by its length. Right: where it stays bounded.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, height=3.4)
        self.left.set(
            xlim=(0, 100),
            ylim=(-3, 9),
            xlabel="steps t",
            ylabel=r"$\log_{10}$ of the variance",
            title="Variance of the estimate after t steps",
        )
        self.left.grid(alpha=0.3)
        (self.variance,) = self.left.plot([], [], color=COLOURS[0], lw=2)
        factor = np.linspace(0, 1.5, 100)
        self.right.fill_between(factor, factor**2, 1, where=factor <= 1, color=to_rgba(COLOURS[0], 0.25))
        self.right.fill_between(factor, np.minimum(factor**2, 1), 0, color=to_rgba(COLOURS[1], 0.25), hatch="//")
        self.right.plot(factor, factor**2, color="black", lw=2)
        self.right.text(0.25, 0.7, "bounded", fontsize=11)
        self.right.text(0.85, 0.25, "grows without end", fontsize=11)
        self.right.set(
            xlim=(0, 1.5),
            ylim=(0, 1),
            xlabel="factor c of one step",
            ylabel="chance π of no cut",
            title="Bounded only if c²/π < 1",
        )
        point = {"marker": "D", "ms": 10, "color": COLOURS[3], "mec": "black", "clip_on": False, "in_layout": False}
        (self.point,) = self.right.plot([], [], **point)
        self.artists = [self.variance, self.point]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``log10_variance`` ndarray (T,); ``factor``, ``survival`` float.
        """
        self.variance.set_data(np.arange(1, len(data.log10_variance) + 1), data.log10_variance)
        self.point.set_data([data.factor], [data.survival])
