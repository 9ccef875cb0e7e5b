"""One swapped character, seen forwards, and one loss, seen backwards, along the same text."""

from __future__ import annotations

import numpy as np

from .base import COLOURS, freeze_layout, new_figure, snap

X_LIMITS = (10, 30, 100, 300, 1000)
FLOORS = (20, 100, 350)


class FirstLookPicture:
    """Left: distance between the states of two texts that differ in the first character. Right: the last loss's gradient.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, height=3.3)
        self.left.set(
            title="Forwards: swap the first character",
            xlabel="character position t",
            ylabel=r"$\log_{10}$ distance between the states",
            ylim=(-18, 3),
        )
        self.right.set(
            title="Backwards: gradient of the last loss",
            xlabel="character position t",
            ylabel=r"$\log_{10}$ norm of $dL\,/\,dh_t$",
            ylim=(-FLOORS[0], 5),
        )
        self.left.axhspan(-18, -16, color="0.85")
        self.left.text(0.02, 0.03, "lost in rounding", transform=self.left.transAxes, fontsize=9)
        self.artists = []
        for ax, colour, style in ((self.left, COLOURS[0], "-"), (self.right, COLOURS[1], "-")):
            ax.grid(alpha=0.3)
            ax.set_xlim(0, X_LIMITS[-1])
            self.artists += ax.plot([], [], style, color=colour, lw=2)
            self.artists += ax.plot([], [], "o", color=colour, ms=7, mec="black")
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``distance`` ndarray (T,), distance of the states after each character; ``profile`` ndarray (T,), log10 ‖dL/dh_t‖.
        """
        distance, at_last, profile, at_first = self.artists
        position = np.arange(1, len(data.profile) + 1)
        log_distance = np.log10(np.maximum(data.distance, 1e-17))
        distance.set_data(position, log_distance)
        at_last.set_data(position[-1:], log_distance[-1:])
        profile.set_data(position, data.profile)
        at_first.set_data(position[:1], data.profile[:1])
        limit = snap(len(position), X_LIMITS)
        floor = snap(-data.profile.min(initial=0), FLOORS)
        self.left.set_xlim(0, limit)
        self.right.set(xlim=(0, limit), ylim=(-floor, 5 if data.profile.max() <= 5 else FLOORS[-1]))
