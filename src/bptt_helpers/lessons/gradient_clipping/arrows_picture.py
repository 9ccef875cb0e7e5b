"""One gradient and what the two ways of clipping make of it, as arrows."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.patheffects import withStroke

from ..label_pictures import Label
from ..pictures import COLOURS, GREY, INK, INKS

BY_NORM, BY_VALUE = COLOURS[1], COLOURS[4]
NORM_INK = INKS[1]
# The rings around the place where the ball starts and around the one whose gradient is shown.
START = {"mfc": "none", "mec": "white", "ms": 11, "mew": 1.8}
STEEPEST = {"mfc": "none", "mec": INK, "ms": 14, "mew": 1.8}
RIM = [withStroke(linewidth=3.2, foreground=INK)]  # of a white ring on white paper
SIDE = 1.6  # half of the frame, in units of the clip norm


class Arrows:
    """The step a ball would take, the circle that no norm may leave and the square that no entry may leave.

    Lengths are in units of the clip norm, so that circle and square stay where they are.

    Parameters
    ----------
    figure : matplotlib Figure
    over : matplotlib Axes
        The map, on which a ring marks the place.
    box : tuple of float
        Left, bottom and width of what belongs to the arrows, as fractions of the figure.

    Attributes
    ----------
    artists : list
        Those that move.
    """

    def __init__(self, figure, over, box):
        left, bottom, width = box
        wide, high = figure.get_size_inches()
        height = width * wide / high  # as high as it is wide
        self.ax = ax = figure.add_axes([left, bottom + 0.7 - height, width, height], xticks=[], yticks=[])
        ax.set(xlim=(-SIDE, SIDE), ylim=(-SIDE, SIDE))
        ax.add_patch(Circle((0, 0), 1, fill=False, ec=BY_NORM, lw=1.2))
        ax.add_patch(Rectangle((-1, -1), 2, 2, fill=False, ec=BY_VALUE, lw=1.2))
        (self.ring,) = over.plot([], [], "o", **STEEPEST)
        self.before = self._arrow(GREY, 1.5, 11, linestyle="--")
        self.by_norm, self.by_value = self._arrow(BY_NORM, 3.2, 14), self._arrow(BY_VALUE, 2.2, 12)
        (self.origin,) = ax.plot([0], [0], "o", color=BY_NORM, ms=7, mec=INK, mew=0.8)
        text = {"transform": ax.transAxes, "clip_on": False, "va": "center_baseline", "fontsize": 9.5}
        ax.text(0.5, 0.95, "circle: clip norm", **text | {"fontsize": 9, "color": NORM_INK, "ha": "center"})
        for y, words, looks in (
            (1.28, "start of ball", START | {"path_effects": RIM}),
            (1.1, "steepest, step", STEEPEST),
        ):
            ax.plot([0.05], [y + 0.005], "o", transform=ax.transAxes, clip_on=False, **looks)
            ax.text(0.15, y, words, **text)
        self.ball, self.step = self._number(1.275, INK), self._number(1.095, INK)
        self.lengths = []
        for y, words, colour, mark in (
            (-0.12, "gradient", GREY, (GREY, "--", 1.5)),
            (-0.27, "cut by norm", NORM_INK, (BY_NORM, "-", 3.2)),
            (-0.42, "cut by value", BY_VALUE, (BY_VALUE, "-", 2.2)),
            (-0.57, "turned by", BY_VALUE, None),
        ):
            if mark:
                ax.plot(
                    [0, 0.1],
                    [y + 0.005] * 2,
                    transform=ax.transAxes,
                    clip_on=False,
                    color=mark[0],
                    ls=mark[1],
                    lw=mark[2],
                )
            ax.text(0.15, y, words, color=colour, **text)
            self.lengths.append(self._number(y - 0.005, colour))
        self.artists = [self.ring, self.before, self.by_norm, self.by_value, self.origin, self.ball, self.step]
        self.artists += self.lengths

    def _number(self, y, colour):
        """At the right end of a row, at a share `y` of the frame's height."""
        label = Label(self.ax, colour, 9.5, "right")
        label.set_position((SIDE, (2 * y - 1) * SIDE))
        return label

    def _arrow(self, colour, width, head, **more):
        more |= {"color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0, "mutation_scale": head}
        return self.ax.add_patch(FancyArrowPatch((0, 0), (1, 1), arrowstyle="-|>", **more))

    def show(self, steepest, threshold, mode, ball) -> None:
        """Move the artists; arguments as in `CliffPicture.show`."""
        self.ring.set_data(*steepest.at[:, None])
        self.ball.set_text(f"{ball + 1}")
        self.step.set_text(f"{steepest.step}")
        down = -steepest.gradient / threshold
        beyond = max(1, abs(down).max() / SIDE)
        self.before.set_positions((0, 0), down / beyond)
        cuts = (self.by_norm, "norm", steepest.by_norm), (self.by_value, "value", steepest.by_value)
        for arrow, name, clipped in cuts:
            arrow.set_positions((0, 0), -clipped / threshold)
            arrow.set_alpha(1 if name == mode else 0.4)
        lengths = steepest.norm, np.hypot(*steepest.by_norm), np.hypot(*steepest.by_value)
        for text, length in zip(self.lengths, lengths, strict=False):
            text.set_text(f"{length:,.0f}" if length >= 10 else f"{length:.2g}")
        self.lengths[3].set_text(f"{steepest.turned:.0f}°")
