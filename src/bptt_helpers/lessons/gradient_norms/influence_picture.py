"""Which states a loss feels: two maps of all losses and states, and the row of one loss on the text itself."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import HIGH, LOW, WARM, HeatMap, at_edge, gradient_bar, power
from ..label_pictures import Label
from ..pictures import GREY, INK, bare_figure, data_place
from ..text_pictures import Page

STEPS = 100
TICKS = (1, 25, 50, 75, 100)
NEAR = 0.62  # two marks on the scale nearer than this are moved apart


class _Strip(Page):
    """The text, once for each radius, coloured by what one loss hears of it.

    Its letters are small and thin: none of them fades, those after the loss are darker than on a page, and each has
    the ink that is read best on its own cell, as neighbours differ much.
    """

    black, forgotten, equal_contrast = 0.0, 1.0, 0.179

    def __init__(self, ax):
        super().__init__(ax, " " * STEPS * 2, STEPS, 2)

    def print_text(self, text):
        """Put `text` into both lines."""
        if text * 2 != self._text:
            self._text, self._size = text * 2, None


class InfluencePicture:
    """Above: the row of one loss, on the text. Below: the whole maps at two radii.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(5)
        self.artists = []
        self._make_strip()
        self.maps = [self.figure.add_axes((left, 0.095, 0.36, 0.36 * 9 / 5)) for left in (0.075, 0.465)]
        self.images = [self._make_map(ax) for ax in self.maps]
        self.maps[0].set_ylabel("loss at step t", labelpad=0)
        self.maps[1].set_yticklabels([])
        place = {"x": STEPS / 2, "y": -0.5, "va": "bottom"}
        self.maps[0].text(s="radius 0.80", fontsize=12, weight="bold", ha="center", **place)
        self.radius = Label(self.maps[1], size=12, align="center", plate=False, **place)
        self.artists.append(self.radius)
        self._make_cursor()
        self._make_bar()

    def _make_strip(self):
        ax = self.top = self.figure.add_axes((0.075, 0.865, 0.87, 0.085))
        self.strip = _Strip(ax)
        ax.set(xlim=(0.5, STEPS + 0.5), ylim=(2, 0))
        ax.axis("off")
        for line in (0.5, 1.5):  # the text is a piece of a longer one
            ax.text(-0.1, line, "…", ha="right", va="center", fontsize=11)
            ax.text(STEPS + 1.1, line, "…", ha="left", va="center", fontsize=11)
        ax.text(-2.2, 0.5, "0.80", ha="right", va="center", fontsize=11, weight="bold")
        self.low_radius = Label(ax, size=11, align="right", plate=False, x=-2.2, y=1.5)
        ax.text(0.5, -0.15, "What one loss feels", va="bottom", fontsize=12)
        ax.text(73, -0.15, "characters felt, above 10⁻³:", ha="right", va="bottom", fontsize=10.5)
        self.reaches = [ax.plot([], [], color=INK, lw=1.2, clip_on=False)[0] for _ in range(2)]
        self.count = Label(ax, plate=False, x=74, y=-0.15, va="bottom")
        (self.frame,) = ax.plot([], [], color=INK, lw=2.2, clip_on=False)
        (self.loss_mark,) = ax.plot([], [], "^", ms=9, color=INK, clip_on=False)
        self.loss_text = Label(ax, size=11, align="center", plate=False, y=2.6, va="top")
        self.artists += [
            self.strip,
            *self.reaches,
            self.count,
            self.low_radius,
            self.frame,
            self.loss_mark,
            self.loss_text,
        ]

    def _make_map(self, ax):
        image = HeatMap(ax)
        ax.set(xlim=(0.5, STEPS + 0.5), ylim=(STEPS + 0.5, 0.5), xticks=TICKS, yticks=TICKS)
        ax.set_xlabel("state at step s", labelpad=1)
        self.artists.append(image)
        return image

    def _make_cursor(self):
        self.under, self.crosses, self.cells, self.values = [], [], [], []
        for ax in self.maps:
            whole = {"clip_on": False}  # in the last row, too
            self.under += ax.plot([], [], color="white", lw=3, **whole)
            self.crosses += ax.plot([], [], color=INK, lw=1.2, **whole)
            self.cells += ax.plot([], [], "s", ms=8, mfc="white", mec=INK, mew=1.8, **whole)
            self.values.append(Label(ax, size=13))
        self.artists += [*self.under, *self.crosses, *self.cells, *self.values]

    def _make_bar(self):
        ax = self.bar = gradient_bar(self.figure, (0.905, 0.23, 0.02, 0.46))
        ax.set_title("explodes", color=WARM, fontsize=9.5, pad=12)  # clear of a mark at the end
        ax.xaxis.labelpad = 12
        ax.text(0.5, LOW - 1.7, "grey: later states,\nno effect", ha="center", va="top", fontsize=9.5, color=GREY)
        self.marks = [ax.plot([], [], ">", ms=8, color=INK, clip_on=False)[0] for _ in self.maps]
        self.names = [Label(ax, size=10, align="right", plate=False, x=-0.9) for _ in self.maps]
        self.artists += [*self.marks, *self.names]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : InfluenceData
        """
        t, s, here = data.loss, data.state, [one[data.loss - 1, data.state - 1] for one in data.maps]
        for image, values in zip(self.images, data.maps, strict=True):
            image.set_data(values)
        self.strip.print_text(data.text)
        self.strip.set_data(data.maps[:, t - 1])
        self.radius.set_text(f"radius {data.radius:.2f}")
        self.low_radius.set_text(f"{data.radius:.2f}")
        self.frame.set_data(*_box(s, s, 0, 2))
        self.count.set_text(f"{data.reach[0]} at 0.80, {data.reach[1]} at {data.radius:.2f}")
        for line, (frame, reach) in enumerate(zip(self.reaches, data.reach, strict=True)):
            frame.set_data(*_box(t - reach + 1, t, line + 0.06, line + 0.94) if reach else ([], []))
        self.loss_mark.set_data([t], [2.3])
        self.loss_text.set(x=np.clip(t, 4, STEPS - 4), text=f"loss {t}")
        right = s < 60
        cross = [0.5, t, np.nan, s, s], [t, t, np.nan, t, STEPS + 0.5]  # along the row, and down to the number of s
        for under, over, cell, value, number in zip(
            self.under, self.crosses, self.cells, self.values, here, strict=True
        ):
            under.set_data(*cross)
            over.set_data(*cross)
            cell.set_data([s], [t])
            value.set_text("no effect" if s > t else power(number))
            value.set(x=s + (3.5 if right else -3.5), y=t - 4 if t > 8 else t + 5, ha="left" if right else "right")
        self._show_bar(here, data.radius)

    def _show_bar(self, here, radius):
        height = at_edge(np.nan_to_num(here, nan=LOW), LOW, HIGH)
        apart = height.copy()
        if abs(height[0] - height[1]) < NEAR:
            side = np.array([-0.5, 0.5]) if height[1] >= height[0] else np.array([0.5, -0.5])
            apart = np.clip(height.mean(), LOW + NEAR / 2, HIGH - NEAR / 2) + NEAR * side
        for mark, name, place, word, size, value in zip(
            self.marks, self.names, apart, (0.8, radius), height, here, strict=True
        ):
            mark.set_data([-0.45], [size])
            mark.set_marker("^" if value > HIGH else "v" if value < LOW else ">")  # beyond the scale: points there
            mark.set_visible(not np.isnan(value))
            name.set(y=place, text="" if np.isnan(value) else f"{word:.2f}")

    def touched(self, x, y) -> dict:
        """The loss and the state of a cell of a map, or the state below a character."""
        for ax in self.maps:
            if place := data_place(ax, x, y):
                return {"state": place[0], "loss": place[1]}
        place = data_place(self.top, x, y)
        return {"state": place[0]} if place else {}


def _box(first, last, top, bottom):
    """The outline of some characters in a line."""
    left, right = first - 0.5, last + 0.5
    return [left, right, right, left, left], [top, top, bottom, bottom, top]
