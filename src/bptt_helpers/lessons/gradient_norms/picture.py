"""Gradient norm against lag, the map of every state's influence on every loss, and the rule of thumb on trial."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import HeatMap
from ..pictures import COLOURS, freeze_layout, house_style, new_figure, new_still, snap

# log10 of the norm: the limits jump, so that the frame holds still while a slider moves
BOTTOMS = (10, 30, 100, 350, 1000, 3500)
TOPS = (3, 30, 100, 350, 700)
X_LIMITS = (10, 30, 100, 300, 1000)


class InfluencePicture:
    """Left: log10 gradient norm of the last loss by lag, and what the rule of thumb expects. Right: log10 ‖dL_t/dh_s‖.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, width_ratios=[1.15, 1], height=3.6)
        self.left.set(
            xlabel="lag: steps back from the last loss",
            ylabel=r"$\log_{10}$ of gradient norm",
            xlim=(0, X_LIMITS[2]),
        )
        self.left.grid(alpha=0.3)
        (self.rule,) = self.left.plot([], [], "--", color="0.35", lw=1.8, label="rule: × radius a step")
        # a marker at lag 0: it is all there is if T = 1 or the radius is 0
        (self.profile,) = self.left.plot([], [], "o-", color=COLOURS[0], lw=2.5, ms=6, markevery=[0], label="measured")
        # above the axes, where no curve can cover it
        self.left.legend(
            handles=[self.profile, self.rule], loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False
        )
        self.map = HeatMap(self.right, "viridis", -BOTTOMS[0], TOPS[0])
        self.figure.colorbar(self.map, ax=self.right, label=r"$\log_{10}$ of gradient norm")
        self.right.set(
            title="Every loss and every earlier state",
            xlabel="state at step s",
            ylabel="loss at step t",
            xticks=[0, 1],
            yticks=[0, 1],
            xticklabels=["1", "T"],
            yticklabels=["1", "T"],
        )
        self.artists = [self.rule, self.profile, self.map]
        self._limit(-BOTTOMS[-1], TOPS[-1])  # the widest numbers that the layout must have room for
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``profile`` and ``rule`` ndarrays (T,), log10 norms by lag; ``map`` ndarray (rows, T), log10 norms,
            nan where s > t.
        """
        lag = np.arange(len(data.profile))
        self.profile.set_data(lag, data.profile)
        self.rule.set_data(lag, data.rule)
        self.map.set_data(data.map)
        values = data.profile[np.isfinite(data.profile)]
        self.left.set_xlim(0, snap(len(lag), X_LIMITS))
        self._limit(-snap(-values.min(initial=0), BOTTOMS), snap(values.max(initial=0), TOPS))

    def _limit(self, low, high):
        """Curve and map show the same range of log10 norms."""
        self.left.set_ylim(low, high)
        self.map.set_clim(low, high)


@house_style()
def draw_rule(radius, growth, guess, sentence):
    """Measured growth of the gradient per step against the spectral radius, one dot for each seed.

    Parameters
    ----------
    radius : ndarray (k,)
    growth : ndarray (k, seeds)
        Factor per step.
    guess : ndarray (k,)
        Radius times mean slope f′.
    sentence : str
        What is to be seen, for those who cannot see it.

    Returns
    -------
    Still
    """
    figure, ax = new_still(sentence, width=7, height=3.8)
    seeds = growth.shape[1]
    ax.plot(
        np.repeat(radius, seeds), growth.ravel(), "o", color=COLOURS[0], ms=4, alpha=0.5, label="measured: each seed"
    )
    ax.plot(radius, np.median(growth, axis=1), "D-", color=COLOURS[0], ms=6, mec="black", label="measured: median")
    ax.plot(radius, radius, "--", color="0.35", lw=2, label="rule: radius")
    ax.plot(radius, guess, ":", color=COLOURS[2], lw=3, label="radius × mean slope")
    ax.axhline(1, color="black", lw=1)
    for height, word, side in ((1.005, "explodes ↑", "bottom"), (0.995, "vanishes ↓", "top")):
        ax.text(radius[-1] + 0.03, height, word, ha="left", va=side, fontsize=10)
    ax.set(
        xlabel="spectral radius",
        ylabel="factor per step",
        title=f"What a step back does to the gradient: {seeds} networks at each radius",
        xlim=(radius[0] - 0.05, radius[-1] + 0.27),
        ylim=(growth.min() - 0.03, growth.max() + 0.3),  # room for the legend
    )
    ax.grid(alpha=0.3)
    ax.legend(loc="upper right", fontsize=10)
    return figure
