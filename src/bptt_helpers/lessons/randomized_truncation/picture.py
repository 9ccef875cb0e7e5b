"""Rows of randomly cut bars, what the gradient of each is worth, and the mean of the draws so far."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from ..label_pictures import Label
from ..pictures import INK, data_place, freeze_layout, new_figure
from ..scheme_pictures import CHUNKED, RANDOM, SLIDING
from .bars_picture import cuts, growth, half_height, outlines, shade

STEPS, ROWS = 40, 16  # of the sequence; draws that are shown as bars
COUNTS = (*range(1, ROWS + 1), 30, 100, 300, 1000)  # draws so far: a row for each, and a gap before the 30
WINDOW, BLOCKS = -1.6, -0.6  # where the bars of the two fixed ways lie, in rows; draw k lies at k - 1/2
END = len(COUNTS) + 1
LOW, HIGH = -0.5, 3  # of the axis along the exact gradient, which ends at 1
COLOUR = RANDOM["color"]
BAND, PALE = "#ffe9a8", "#fbe0cc"
WORDS = {"fontsize": 10, "va": "center", "color": "0.3", "in_layout": False}


def middle(index):
    """Where the row of so many draws is, by the place in `COUNTS`."""
    return index + 0.5 + (index >= ROWS)


class RandomizedPicture:
    """Left: draws as cut bars. Right: what their gradients are worth, and the mean of the draws so far.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        widths = {"width_ratios": (1.25, 1)}
        self.figure, (self.bars, self.values) = new_figure(ncols=2, height=5.2, gridspec_kw=widths)
        self._frame()
        light = {"color": BAND, "lw": 0, "zorder": 0.5}
        self.bands = [ax.axhspan(0, 1, **light) for ax in (self.bars, self.values)]
        self.exact = self.values.axvline(1, color=INK, lw=2)  # does not move, but stands before the band
        self.pieces = PolyCollection([], edgecolor=COLOUR, lw=0.7)
        self.cuts, self.blocks = (LineCollection([], colors=colour, lw=2) for colour in (INK, CHUNKED["color"]))
        for collection in (self.pieces, self.cuts, self.blocks):
            self.bars.add_collection(collection, autolim=False)
        (self.window,) = self.bars.plot([], [], **SLIDING, lw=2)

        plot = self.values.plot
        self.lines = [
            plot([], [], **style, lw=2, marker="v", mec=INK, ms=8, markevery=[0])[0] for style in (CHUNKED, SLIDING)
        ]
        self.dots, self.left, self.right = (
            plot([], [], m, ms=6.5, mfc=PALE, mec=COLOUR, clip_on=m == "o", in_layout=m == "o")[0] for m in "o<>"
        )
        (self.error,) = plot([], [], color=COLOUR, lw=1.5)
        (self.mean,) = plot([], [], **RANDOM, lw=2.5)
        (self.now,) = plot([], [], "D", ms=8, color=COLOUR, mec=INK)
        self.line_texts = [Label(self.values, style["color"], 10) for style in (CHUNKED, SLIDING)]
        self.mean_text = Label(self.values, size=10)
        self.row_texts = [Label(self.values, size=9, plate=False, weight="normal") for _ in range(ROWS)]
        self.artists = [
            *self.bands,
            self.exact,
            self.pieces,
            self.cuts,
            self.blocks,
            self.window,
            *self.lines,
            self.dots,
        ]
        self.artists += [self.left, self.right, self.error, self.mean, self.now, *self.line_texts, self.mean_text]
        self.artists += self.row_texts
        freeze_layout(self.figure)

    def _frame(self):
        """What does not move: rows and their names, the exact line, how to read the thickness."""
        rows = middle(np.arange(len(COUNTS)))
        for ax in (self.bars, self.values):
            ax.set(ylim=(END + 0.1, -2.3))
            ax.spines[["left", "right", "top"]].set_visible(False)
            for row in rows[:ROWS:2]:
                ax.axhspan(row - 0.5, row + 0.5, color="#f4f2ee", lw=0, zorder=0)
        self.bars.spines["bottom"].set_visible(False)
        self.bars.set(xlim=(-0.3, STEPS + 0.3), xticks=[], yticks=[])
        self.bars.set_title("One draw a row: cut at random, what survives grows", fontsize=11, loc="left")
        for row in (BLOCKS, WINDOW):
            self.bars.fill_between([0, STEPS], row - 0.07, row + 0.07, fc="white", ec="0.5", lw=0.7)
        ends = ((0, "step 1", "left"), (STEPS / 2, "◀ the way back", "center"), (STEPS, f"step {STEPS}", "right"))
        for x, text, side in ends:
            self.bars.text(x, ROWS + 0.5, text, ha=side, **WORDS)
        self.bars.text(0, 19, "a signal here counts", **WORDS)
        for x, weight in ((15.5, 1), (21.5, 3), (27.5, 10), (34.2, 30)):
            half = half_height(weight)
            self.bars.fill_between([x, x + 2], 19 - half, 19 + half, fc=shade([weight])[0], ec=COLOUR, lw=0.7)
            self.bars.text(x + 2.5, 19, f"× {weight}", **WORDS)

        names = {BLOCKS: "blocks", WINDOW: "window"}
        names |= {row: f"mean of {n}" if n > ROWS else n for row, n in zip(rows, COUNTS, strict=True)}
        names[ROWS + 0.5] = "⋮"
        self.values.set(xlim=(LOW, HIGH), xticks=[0, 1, 2, 3], xlabel="component along the exact gradient (exact: 1)")
        self.values.set_yticks(list(names), names.values(), fontsize=9)
        self.values.tick_params(axis="y", length=0)
        self.values.plot([1.85], [WINDOW], "o", ms=6.5, mfc=PALE, mec=COLOUR)
        self.values.plot([1.67, 2.03], [BLOCKS, BLOCKS], **RANDOM, lw=2.5)
        for row, text in ((WINDOW, "one draw"), (BLOCKS, "mean so far")):
            self.values.text(2.12, row, text, **WORDS)
        for label, style in zip(self.values.get_yticklabels(), (CHUNKED, SLIDING), strict=False):
            label.set(color=style["color"], weight="bold")
        self.values.text(1, -2.6, "exact", ha="center", va="center", weight="bold", fontsize=10)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``factor`` ndarray (T, 16), ξ_t of the draws shown; ``along`` ndarray (1000,), every draw along the exact
            gradient, exact = 1; ``mean``, ``error`` ndarrays (20,), mean and its standard error of the first 1, 2 …
            1000 draws; ``sliding``, ``chunked`` float, the same for these; ``count``, ``mean_length`` int.
        """
        here, shown = COUNTS.index(data.count), min(data.count, ROWS)
        rows = np.arange(shown) + 0.5
        for band in self.bands:
            band.set_y(middle(here) - 0.5)
        self.bands[0].set_visible(data.count <= ROWS)
        factor, weight = data.factor[:, :shown], growth(data.factor[:, :shown])
        draws = list(zip(factor.T, weight.T, rows, strict=True))
        self.pieces.set_verts([polygon for draw in draws for polygon in outlines(*draw)])
        self.pieces.set_facecolors(shade(weight.T[factor.T == 0]))
        self.cuts.set_segments([mark for column, row in zip(factor.T, rows, strict=True) for mark in cuts(column, row)])
        self.blocks.set_segments(cuts(np.arange(STEPS) % data.mean_length, BLOCKS))
        first = STEPS - data.mean_length
        self.window.set_data([first, first, STEPS, STEPS], WINDOW + np.array([0.35, -0.35, -0.35, 0.35]))
        self._show_fixed(data)
        self._show_draws(data.along[:shown], rows, data.count)
        self._show_mean(data, here)

    def _show_fixed(self, data):
        fixed = ((data.chunked, BLOCKS), (data.sliding, WINDOW))
        for line, text, (value, row) in zip(self.lines, self.line_texts, fixed, strict=True):
            at = np.clip(value, LOW, HIGH)
            line.set_data([at, at], [row, END])
            side, by = ("left", 0.1) if at < 0 else ("right", -0.1)
            text.set(position=(at + by, row), text=f"{value:z.2f}", horizontalalignment=side)

    def _show_draws(self, values, rows, count):
        low, high = values < LOW, values > HIGH
        self.dots.set_data(values[~low & ~high], rows[~low & ~high])
        self.left.set_data(np.full(low.sum(), LOW), rows[low])
        self.right.set_data(np.full(high.sum(), HIGH), rows[high])
        for k, text in enumerate(self.row_texts):
            told = k < len(values) and (low[k] or high[k] or k == count - 1)  # beyond the axis, or the latest draw
            text.set_text("")
            if told:
                left = values[k] > 2
                at, side = np.clip(values[k], LOW, HIGH) + (-0.1 if left else 0.1), "right" if left else "left"
                text.set(text=f"{values[k]:z.3g}", position=(at, rows[k]), horizontalalignment=side)

    def _show_mean(self, data, here):
        mean, error = data.mean[here], data.error[here]
        self.mean.set_data(np.clip(data.mean[: here + 1], LOW, HIGH), middle(np.arange(here + 1)))
        self.now.set_data(np.clip([mean], LOW, HIGH), [middle(here)])
        self.error.set_data(np.clip([mean - error, mean + error], LOW, HIGH), [middle(here)] * 2)
        below = here < ROWS  # the row below a draw is free; beside a mean its error is drawn
        at, by = np.clip(mean, LOW, HIGH), 0.12 + (0 if below else min(error, HIGH))
        left = at + by > 1.6
        self.mean_text.set(
            text=f"mean {mean:z.2f}" + f" ± {error:.2f}" * (data.count > 1),
            position=(max(at - by, LOW + 1.2) if left else at + by, middle(here) + below),
            horizontalalignment="right" if left else "left",
        )

    def touched(self, x, y) -> dict:
        """A row: so many draws; the bar of the blocks or of the window: their length up to there."""
        bar = data_place(self.bars, x, y)
        place = bar or data_place(self.values, x, y)
        if place is None:
            return {}
        across, down = place
        if bar and WINDOW - 0.5 <= down < BLOCKS + 0.5:
            return {"mean_length": STEPS - across if down < WINDOW + 0.5 else across}
        if not 0 <= down < END or int(down) == ROWS:
            return {}
        return {"count": COUNTS[int(down) - (down > ROWS)]}
