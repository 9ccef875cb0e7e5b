"""One copy of a weight nudged, or all: what reaches the loss, as its contribution says and as it is."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import FancyBboxPatch

from ..pictures import GREY, INK, PALE, data_place, new_figure
from ..sheet_pictures import Word, Words, sheet
from .chain_picture import (
    CHANGED,
    DERIVATIVE,
    DERIVATIVE_INK,
    ChainDrawing,
    compound,
    shape,
    signed,
    wide_arrow,
    with_gaps,
)
from .unfold_picture import width_of

COPIES = ("copy 1", "copy 2", "copy 3", "all three")
REACH = 0.5  # the largest nudge
HEIGHT, LEFT, RIGHT = 3.0, 0.6, 8.4
TOP, BOTTOM, SUM = HEIGHT - 0.3, 1.72, 1.66
FAINT = "#bcdcf4"


class NudgePicture:
    """Above: the chain, with all that a nudge moves. Below: prediction and measurement, as numbers and as curves.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, self.sheet = sheet(*new_figure(height=4.5))
        self._draw_numbers()
        self._draw_panel()
        self.chain = ChainDrawing(self.sheet, HEIGHT, LEFT, RIGHT)
        self.artists += self.chain.artists

    def _draw_numbers(self):
        ax = self.sheet
        self.faint, self.falling = shape(ax, FAINT), shape(ax, DERIVATIVE)
        (self.nothing,) = ax.plot([], [], color=DERIVATIVE, lw=1.4, ls=(0, (2, 2)))
        (self.bar,) = ax.plot([], [], color=DERIVATIVE, lw=3, solid_capstyle="butt")
        ax.add_patch(
            FancyBboxPatch(
                (0.25, 0.18), 5.35, 1.0, boxstyle="round,pad=0,rounding_size=0.1", fc="white", ec=PALE, lw=1.5
            )
        )
        names = ((0.93, "predicted", DERIVATIVE_INK), (0.43, "measured", CHANGED))
        Words(ax).show([Word(0.45, y, name, colour, 13, True, "left") for y, name, colour in names])
        self.words = Words(ax)
        self.artists = [self.faint, self.falling, self.nothing, self.bar, self.words]

    def _draw_panel(self):
        ax = self.panel = self.figure.add_axes([6.7 / 9, 0.55 / 4.5, 2.0 / 9, 1.42 / 4.5])
        ax.set(xlim=(-REACH, REACH), ylim=(0, 3.2), xticks=[-REACH, 0, REACH], yticks=[0, 1, 2, 3])
        ax.set_xticklabels([f"−{REACH}", "0", f"+{REACH}"])
        ax.set_xlabel("nudge", labelpad=1)
        ax.set_ylabel("loss L", rotation=0, labelpad=18, va="center")
        ax.spines[["top", "right"]].set_visible(False)
        (self.tangent,) = ax.plot([], [], "--", color=DERIVATIVE, lw=2)
        (self.curve,) = ax.plot([], [], color=CHANGED, lw=2.5)
        (self.foretold,) = ax.plot([], [], "D", mfc="white", mec=DERIVATIVE, mew=2, ms=8, clip_on=False)
        (self.here,) = ax.plot([], [], "o", color=CHANGED, ms=9, clip_on=False)
        for height, name, line, ink in (
            (2.95, "predicted", self.tangent, DERIVATIVE_INK),
            (2.5, "measured", self.curve, CHANGED),
        ):  # no line comes here
            ax.plot([-0.08, 0.06], [height] * 2, line.get_linestyle(), color=line.get_color(), lw=2)
            ax.text(0.09, height, name, color=ink, fontsize=10, va="center_baseline")
        self.artists += [self.tangent, self.curve, self.foretold, self.here]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``copies`` and ``changed``, tuples of int: copies nudged, nodes that move with them; ``nudge``, ``weight``
            float; ``inputs``, ``contributions`` ndarrays (3,); ``states`` ndarray (4,), ``loss`` with the nudge and
            ``old_loss`` without; ``slope``, ``predicted``, ``measured`` float; ``nudges``, ``losses`` ndarrays (k,),
            the curve.
        """
        T = len(data.inputs)
        moved = f"{data.weight + data.nudge:.2f}"
        weights = [moved if t in data.copies else "w" for t in range(1, T + 1)]
        at = self.chain.show(data.states, data.loss, data.inputs, weights, changed=data.changed, nudged=data.copies)
        self._show_contributions(data, at)
        self.words.show(self._words_of_numbers(data) + self._words_of_contributions(data, at))
        ends = np.array([-REACH, REACH])
        self.tangent.set_data(ends, data.old_loss + data.slope * ends)
        self.curve.set_data(data.nudges, data.losses)
        self.foretold.set_data([data.nudge], [data.old_loss + data.predicted])
        self.here.set_data([data.nudge], [data.loss])

    def _words_of_numbers(self, data):
        """The title, and what is predicted and measured."""
        who = "all three copies" if len(data.copies) == len(data.inputs) else f"copy {data.copies[0]} alone"
        title = f"{who}: w = {data.weight} {'−' if data.nudge < 0 else '+'} {abs(data.nudge):.2f}"
        nudge, slope = signed(data.nudge, 2), signed(data.slope)
        product = f"{nudge} × {f'({slope})' if data.slope < 0 else slope}"
        return [
            Word(4.5, 4.3, title, CHANGED, 13, True),
            Word(1.75, 0.93, product, INK, 13.5, ha="left"),
            Word(1.75, 0.43, f"L from {data.old_loss:.3f} to {data.loss:.3f}", INK, 13.5, ha="left"),
            Word(5.4, 0.93, signed(data.predicted), INK, 15.5, True, "right"),
            Word(5.4, 0.43, signed(data.measured), INK, 15.5, True, "right"),
        ]

    def _words_of_contributions(self, data, at):
        """Each beside its arrow, and their sum; grey is what is not nudged."""
        words = []
        for t, (x, c) in enumerate(zip(at, data.contributions, strict=True), 1):
            colour = INK if t in data.copies else GREY
            words.append(Word(x + width_of(c) / 2 + 0.12, 2.3, signed(c), colour, 13.5, True, "left"))
        total = f"all three: {signed(float(data.contributions.sum()))}"
        words.append(Word(at[0] - 0.2, 1.43, total, INK if len(data.copies) == len(at) else GREY, 13.5, True, "left"))
        return words

    def _show_contributions(self, data, at):
        arrows = {True: [], False: []}
        for t, (x, c) in enumerate(zip(at, data.contributions, strict=True), 1):
            if c:
                arrows[t in data.copies].append(wide_arrow(x, TOP, BOTTOM, width_of(c)))
        self.falling.set_path(compound(arrows[True]))
        self.faint.set_path(compound(arrows[False]))
        lines = [np.array([[x, TOP], [x, BOTTOM]]) for x, c in zip(at, data.contributions, strict=True) if not c]
        self.nothing.set_data(with_gaps(lines).T)
        self.bar.set_data([at[0] - 0.2, at[-1] + 0.3], [SUM, SUM])
        self.bar.set_color(DERIVATIVE if len(data.copies) == len(at) else FAINT)
        self._at = at

    def touched(self, x, y):
        """A copy or its number is chosen; the sum is for all; along the curve the nudge follows."""
        place = data_place(self.panel, x, y)
        if place is not None:
            return {"nudge": place[0]}
        place = data_place(self.sheet, x, y)
        if place is None or not 1.25 < place[1] < HEIGHT + 0.3:
            return {}
        if place[1] < BOTTOM:
            return {"copy": COPIES[-1]} if place[0] < self._at[-1] + 0.3 else {}
        nearest = int(np.abs(self._at - place[0]).argmin())
        return {"copy": COPIES[nearest]} if abs(self._at[nearest] - place[0]) < 0.6 else {}
