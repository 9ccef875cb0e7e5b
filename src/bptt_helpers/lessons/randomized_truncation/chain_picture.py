"""Draws of a scalar chain that is cut at random beside their mean and spread, and where the spread stays bounded."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from ..gradient_pictures import power
from ..label_pictures import Label
from ..pictures import INK, data_place, freeze_layout, new_figure
from ..scheme_pictures import RANDOM, WRONG, WRONG_AREA

STEPS, TOP = 100, 6  # of the chain; log10 of what is drawn


class ChainPicture:
    """Left: draws of z by its length, their mean and spread. Right: where the spread stays bounded.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, height=3.6, gridspec_kw={"width_ratios": (1.5, 1)})
        self.left.set(
            xlim=(0, STEPS),
            ylim=(-0.5, TOP),
            xticks=range(0, STEPS + 1, 20),
            yticks=range(0, TOP + 1, 2),
            yticklabels=["1", "10²", "10⁴", "10⁶"],
            xlabel="steps t",
            ylabel="z, the gradient so far",
        )
        self.left.set_title("30 draws, their mean and spread (standard deviation)", fontsize=11, loc="left")
        self.left.grid(alpha=0.3)
        self.draws = LineCollection([], colors=to_rgba(RANDOM["color"], 0.45), lw=0.8)
        self.left.add_collection(self.draws, autolim=False)
        (self.exact,) = self.left.plot([], [], color=INK, lw=2.5)
        (self.spread,) = self.left.plot([], [], lw=2.5, ls="--")
        self.texts = [Label(self.left, size=10, x=STEPS + 2, y=1, text="spread 2×10⁷") for _ in range(2)]

        factor = np.linspace(0, 1.5, 100)
        line = np.minimum(factor**2, 1)
        self.right.fill_between(factor, line, 1, color="#f4f2ee", lw=0)
        self.right.fill_between(factor, line, 0, fc=WRONG_AREA, ec=to_rgba(WRONG, 0.4), hatch="//", lw=0)
        self.right.plot(factor, factor**2, color=INK, lw=2)
        self.right.text(0.08, 0.75, "stays bounded", fontsize=11)
        self.right.text(0.82, 0.25, "grows without\nend", fontsize=11)
        self.right.set(
            xlim=(0, 1.5),
            ylim=(0, 1),
            xlabel="factor c of one step",
            ylabel="chance π of no cut",
        )
        self.right.set_title("The spread, for a long chain", fontsize=11, loc="left")
        point = {"marker": "D", "ms": 10, "color": RANDOM["color"], "mec": INK, "clip_on": False, "in_layout": False}
        (self.point,) = self.right.plot([], [], **point)
        self.artists = [self.draws, self.exact, self.spread, *self.texts, self.point]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``log10_draws`` ndarray (T, N), ``log10_exact``, ``log10_spread`` ndarrays (T,); ``factor``, ``survival``
            float.
        """
        t = np.arange(1, STEPS + 1)
        self.draws.set_segments([np.column_stack([t, np.minimum(z, 99)]) for z in data.log10_draws.T])
        self.exact.set_data(t, data.log10_exact)
        self.spread.set_data(t[1:], data.log10_spread[1:])  # the first step is never cut
        values = data.log10_exact[-1], data.log10_spread[-1]
        exact, spread = np.clip(values, -0.25, TOP - 0.25)
        if abs(spread - exact) < 0.5:  # the words keep apart
            up = exact < 0.25 or exact <= spread < TOP - 0.75
            spread = exact + (0.5 if up else -0.5)
        curves = data.log10_exact, data.log10_spread
        for text, name, place, curve in zip(self.texts, ("mean", "spread"), (exact, spread), curves, strict=True):
            text.set(y=place, text=f"{name} {power(curve[-1])}" if curve[-1] > -99 else f"{name} 0")
            leaves = int((curve > TOP).argmax()) if curve[-1] > TOP else STEPS  # beside the place where it leaves
            left = name == "spread" and 35 < leaves < STEPS
            text.set_x(leaves - 6 if left else 2 + (leaves if leaves < STEPS - 24 else STEPS))
            text.set_ha("right" if left else "left")
        endless = data.survival < 1 and data.factor**2 >= data.survival  # without a cut nothing varies
        for artist in (self.spread, self.texts[1]):
            artist.set_color(WRONG if endless else INK)
        self.point.set_data([data.factor], [data.survival])

    def touched(self, x, y) -> dict:
        """On the map: factor and survival of that place."""
        place = data_place(self.right, x, y)
        return dict(zip(("factor", "survival"), place, strict=True)) if place else {}
