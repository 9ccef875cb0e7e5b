"""Gradient norm against lag, and the map of every state's influence on every loss."""

from __future__ import annotations

import numpy as np

from .base import COLOURS, HeatMap, freeze_layout, new_figure, snap

# log10 of the norm: the limits jump, so that the frame holds still while a slider moves
Y_LIMITS = (20, 100, 350)
X_LIMITS = (10, 30, 100, 300, 1000)


class InfluencePicture:
    """Left: log10 gradient norm of the last loss by lag. Right: log10 ‖dL_t/dh_s‖ for all pairs.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, width_ratios=[1.1, 1])
        self.left.set(
            xlabel="lag: steps back from the last loss",
            ylabel=r"$\log_{10}$ of gradient norm",
            title="Last loss, by lag",
            xlim=(0, X_LIMITS[2]),
            ylim=(-Y_LIMITS[0], 5),
        )
        self.left.grid(alpha=0.3)
        (self.profile,) = self.left.plot([], [], color=COLOURS[0], lw=2)
        self.map = HeatMap(self.right, "viridis", -Y_LIMITS[0], 5)
        self.figure.colorbar(self.map, ax=self.right, label=r"$\log_{10}$ of gradient norm")
        self.right.set(
            title="Every loss (row) and state (column)",
            xlabel="state at step s",
            ylabel="loss at step t",
            xticks=[0, 1],
            yticks=[0, 1],
            xticklabels=["first", "last"],
            yticklabels=["first", "last"],
        )
        self.artists = [self.profile, self.map]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``profile`` ndarray (T,), log10 norm by lag; ``map`` ndarray (rows, T), log10 norms, nan where s > t.
        """
        lag = np.arange(len(data.profile))
        self.profile.set_data(lag, data.profile)
        self.map.set_data(data.map)
        values = data.profile[np.isfinite(data.profile)]
        reach = snap(np.abs(values).max(initial=0), Y_LIMITS)
        top = 5 if values.max(initial=0) <= 5 else reach
        bottom = -reach if values.min(initial=0) < -5 or top == 5 else -5
        self.left.set(xlim=(0, snap(len(lag), X_LIMITS)), ylim=(bottom, top))
        self.map.set_clim(bottom, top)
