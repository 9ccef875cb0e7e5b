"""One cell with its loop, pulled apart into copies; what each copy adds to the derivative, and the sum."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import FancyBboxPatch

from ..pictures import GREY, INK, data_place, new_figure
from ..sheet_pictures import Word, Words, sheet
from .chain_picture import (
    DERIVATIVE,
    DERIVATIVE_INK,
    RADIUS,
    ChainDrawing,
    compound,
    places,
    shape,
    signed,
    wide_arrow,
    with_gaps,
)

# frames: the copies move apart, a signal comes back, contributions fall, and the last one shows their sum
PULLED, BACK, FALL = 10, 13, 16
FRAMES = FALL + 1
MOST_COPIES = 5
HEIGHT, LEFT, RIGHT = 2.8, 0.6, 8.4
TOP, BOTTOM = HEIGHT - 0.48, 1.12  # of the arrows that fall
EQUATIONS = r"$h_t = \tanh(0.5\,x_t + w\,h_{t-1})\qquad L = (1.5\,h_T - 1)^2$"
WIDEST, FULL = 0.34, 2.5  # inches, and the |contribution| that is drawn so wide


def done(frame, begin, end):
    """Which share of what happens between two frames has happened, 0.0 to 1.0."""
    return min(max((frame - begin) / (end - begin), 0.0), 1.0)


def apart_at(frame):
    """How far the copies are apart, 0 to 1, starting and stopping softly.

    Examples
    --------
    >>> apart_at(0), apart_at(5), apart_at(17)
    (0.0, 0.5, 1.0)
    """
    share = done(frame, 0, PULLED)
    return share * share * (3 - 2 * share)


def width_of(contribution):
    """Of the arrow that carries it, in inches."""
    return WIDEST * min(abs(contribution) / FULL, 1.0)


class UnfoldPicture:
    """Above: the cell and its copies. Below: what falls from each copy, and the sum.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, ax = sheet(*new_figure(height=4.25))
        self.ax = ax
        (self.back,) = ax.plot([], [], color=DERIVATIVE, lw=2)
        self.back_heads = shape(ax, DERIVATIVE)
        self.falling = shape(ax, DERIVATIVE)
        (self.nothing,) = ax.plot([], [], color=DERIVATIVE, lw=1.4, ls=(0, (2, 2)))
        self.box = ax.add_patch(
            FancyBboxPatch(
                (1.0, 0.44), 7.0, 0.62, boxstyle="round,pad=0,rounding_size=0.1", fc="#eaf3fb", ec=DERIVATIVE, lw=2
            )
        )
        self.equations = Words(ax)
        self.equations.show([Word(4.5, 0.2, EQUATIONS, INK, 13)])
        self.words = Words(ax)
        self.chain = ChainDrawing(ax, HEIGHT, LEFT, RIGHT)
        self.artists = [self.back, self.back_heads, self.falling, self.nothing, self.box, self.words]
        self.artists += self.chain.artists

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``frame`` int, 0 to `FRAMES`; ``weight`` float; ``inputs``, ``contributions`` ndarrays (T,); ``states``
            ndarray (T + 1,); ``loss``, ``total`` float.
        """
        self._data = data
        T, apart = len(data.inputs), apart_at(data.frame)
        weights = ["w" if apart else f"w = {data.weight:.2f}"] * T
        at = self.chain.show(data.states, data.loss, data.inputs, weights, apart)
        self._show_way_back(data)
        self._show_contributions(data, at)
        self.box.set_visible(data.frame == FRAMES)
        self.words.show(self._words_of_chain(data) + self._words_of_contributions(data, at))

    def _words_of_chain(self, data):
        """The title, and the name of what comes back."""
        T = len(data.inputs)
        copies = f"{T} copies of the cell, each with the same w" if T > 1 else "1 copy of the cell, with w"
        title = f"unfolded: {copies} = {data.weight:.2f}" if data.frame else "one cell, one weight, a loop"
        words = [Word(4.5, 4.08, title, INK, 13, True)]
        if data.frame > PULLED:
            beside_loss = float(places(T, 1.0, LEFT, RIGHT)[-2:].mean())
            words.append(Word(beside_loss, HEIGHT - 0.5, "signal back: dL/dhₜ", DERIVATIVE_INK, 11))
        return words

    def _words_of_contributions(self, data, at):
        """The numbers of those that have landed, and at the end their sum."""
        words = []
        if data.frame >= FALL:
            for x, c in zip(at, data.contributions, strict=True):
                words.append(Word(x + width_of(c) / 2 + 0.12, 1.65, signed(c), INK, 13.5, True, "left"))
            words.append(Word(at[0] + 0.12, 1.4, "as h₀ = 0", GREY, 11, ha="left"))
        if data.frame == FRAMES:
            first, *others = data.contributions + 0.0
            joined = "".join(f" {'−' if c < 0 else '+'} {abs(c):.3f}" for c in others)
            words.append(Word(1.2, 0.75, f"dL/dw = {signed(first)}{joined}", INK, 14.5, ha="left"))
            words.append(Word(7.8, 0.75, f"= {signed(data.total)}", INK, 18, True, "right"))
        return words

    def _show_way_back(self, data):
        at, y = places(len(data.inputs), 1.0, LEFT, RIGHT), HEIGHT - 0.27
        inset = (RADIUS**2 - 0.27**2) ** 0.5 + 0.03
        reached = at[-1] - done(data.frame, PULLED, BACK) * (at[-1] - at[1])
        lines, heads = [], []
        for start, end in zip(at[:1:-1] - inset, at[-2:0:-1] + inset, strict=True):
            tip = max(end, reached)
            if data.frame > PULLED and tip + 0.16 < start:
                lines.append(np.array([[start, y], [tip + 0.12, y]]))
                heads.append(np.array([[tip, y], [tip + 0.16, y + 0.07], [tip + 0.16, y - 0.07]]))
        self.back.set_data(with_gaps(lines).T)
        self.back_heads.set_path(compound(heads))

    def _show_contributions(self, data, at):
        share = done(data.frame, BACK, FALL)
        bottom = TOP - share * (TOP - BOTTOM)
        pairs = list(zip(at, data.contributions, strict=True)) if share else []
        self.falling.set_path(compound([wide_arrow(x, TOP, bottom, width_of(c)) for x, c in pairs if c]))
        self.nothing.set_data(with_gaps([np.array([[x, TOP], [x, bottom]]) for x, c in pairs if not c]).T)

    def touched(self, x, y):
        """The last state is dragged: how far the chain is pulled apart."""
        place = data_place(self.ax, x, y)
        if place is None or abs(place[1] - HEIGHT) > 1:
            return {}
        T = len(self._data.inputs)
        folded, apart = (places(T, s, LEFT, RIGHT)[T] for s in (0, 1))
        share = (place[0] - folded) / (apart - folded)
        if share >= 1:
            return {"unfold": FRAMES}
        return {"unfold": min(range(PULLED), key=lambda frame: abs(apart_at(frame) - share))}
