"""Twenty gradients on their way back, the rule that shoots up, and where the units sit on the activation."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import COLD, WARM, HeatMap, at_edge, gradient_axis, power, raised
from ..label_pictures import Label
from ..pictures import COLOURS, GREY, INK, INKS, bare_figure, data_place

EDGE = 9  # log10 of the change that the axis ends at, up and down
NETWORKS, LAST_LAG = 20, 99
HALF = 3.5  # the activation is drawn from −HALF to HALF
GRID = np.linspace(-HALF, HALF, 141)
FLOOR, CEILING = -2.2, 1.2  # below −1.2 stands how many units have that input
RULE = COLOURS[4]
LETTER = 2.0  # lags that a letter of a label is wide
TALL = 0.65  # half the height of a label
ASIDE = np.array([0, 1.1, -1.1, 1.7, -1.7, 2.3, -2.3])  # how far a label may stand above its mark


class ProfilesPicture:
    """Left: change of the gradient norm by lag, in twenty networks and by the rule. Right: where their units sit.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(4.7)
        self.artists = []
        self._make_profiles()
        self._make_count()
        self._make_units()

    def _make_profiles(self):
        ax = self.profiles = self.figure.add_axes((0.09, 0.155, 0.51, 0.67))
        ax.set(xlim=(0, LAST_LAG), xlabel="lag: steps back from the last loss", ylabel="gradient norm ÷ norm at lag 0")
        words = "dashed: the rule, radius to the power of the lag"
        ax.text(0.5, -0.153, words, transform=ax.transAxes, ha="center", va="top", color=RULE, fontsize=10)
        gradient_axis(ax, -EDGE, EDGE)
        ax.spines[["top", "right"]].set_visible(False)
        ax.text(3, EDGE - 0.5, "explodes", va="top", color=WARM, fontsize=11)
        ax.text(3, 0.5 - EDGE, "vanishes", va="bottom", color=COLD, fontsize=11)
        (self.lines,) = ax.plot([], [], color="0.35", lw=0.9)
        (self.rule,) = ax.plot([], [], "--", color=RULE, lw=3)
        (self.chosen,) = ax.plot([], [], color=INK, lw=2.6)
        (self.mark,) = ax.plot([], [], color=INK, lw=1.2)
        self.inside, self.above, self.below = (
            ax.plot([], [], marker, ms=size, color=INK, clip_on=False)[0]
            for marker, size in (("o", 4.5), ("^", 8), ("v", 8))
        )
        (self.rule_dot,) = ax.plot([], [], "o", ms=9, mfc="white", mec=RULE, mew=2.5, clip_on=False)
        (self.handle,) = ax.plot([], [], "v", ms=12, color=INK, clip_on=False)
        self.lag_text = Label(ax, size=11, align="center", plate=False, y=EDGE + 1.15, va="bottom")
        self.rule_text, self.chosen_text = (Label(ax, colour, 11) for colour in (RULE, INK))
        self.artists += [self.lines, self.rule, self.chosen, self.mark, self.inside, self.above, self.below]
        self.artists += [self.rule_dot, self.handle, self.lag_text, self.rule_text, self.chosen_text]

    def _make_count(self):
        """One dot for each network: those whose gradient has grown first."""
        ax = self.count = self.figure.add_axes((0.38, 0.935, 0.2, 0.05))
        ax.set(xlim=(-0.5, NETWORKS - 0.5), ylim=(-1, 1))
        ax.axis("off")
        (self.grown,) = ax.plot([], [], "^", ms=6.5, color=WARM, clip_on=False)
        (self.shrunk,) = ax.plot([], [], "v", ms=6.5, color=COLD, clip_on=False)
        (self.guess,) = ax.plot([], [], "|", ms=20, mew=2.5, color=INK, clip_on=False)
        bold = {"fontsize": 11, "weight": "bold", "va": "center"}
        ax.text(-25.6, 0, "20 networks", ha="right", **bold)
        ax.text(-4, 0, "larger than at lag 0:", ha="right", color=WARM, **bold)
        ax.text(NETWORKS + 3, 0, "smaller", ha="left", color=COLD, **bold)
        self.grown_text = Label(ax, WARM, 11, "right", False, x=-0.8)
        self.shrunk_text = Label(ax, COLD, 11, "right", False, x=NETWORKS + 2.4)
        self.guess_text = Label(ax, size=9.5, align="center", plate=False, y=-1.2, va="top", weight="normal")
        self.artists += [self.grown, self.shrunk, self.guess, self.grown_text, self.shrunk_text, self.guess_text]

    def _make_units(self):
        ax = self.units = self.figure.add_axes((0.67, 0.155, 0.315, 0.61))
        self.shade = HeatMap(ax, "gray", -2.4, 1)  # slope 0 is grey, slope 1 white
        ax.set(xlim=(-HALF, HALF), ylim=(FLOOR, CEILING), yticks=[-1, 0, 1], xticks=range(-3, 4))
        ax.set(xlabel="$a_t$: what goes into a unit\nwhite: steep, passes   grey: flat, blocks", ylabel="$f(a_t)$")
        ax.spines[["top", "right"]].set_visible(False)
        (self.curve,) = ax.plot([], [], color=INK, lw=2)
        (self.cloud,) = ax.plot([], [], "o", ms=4.5, color=COLOURS[0], mew=0)
        (self.heap,) = ax.fill([0], [0], color=COLOURS[0], lw=0)
        above = {"transform": ax.transAxes, "va": "bottom"}
        among = {"transform": ax.transAxes, "color": INKS[0], "fontsize": 9.5}
        ax.text(0.5, 1.3, "Where their units sit (blue)", ha="center", fontsize=12, **above)
        ax.text(0.5, 1.235, "median of the 20 networks", ha="center", fontsize=10, color=GREY, **above)
        ax.text(-0.015, 0.15, "how many\nunits", ha="right", va="center", rotation=90, **among)
        self.numbers = []
        for height, words in ((1.16, "mean slope:"), (1.09, "radius × mean slope:"), (1.02, "measured, a step:")):
            ax.text(0.6, height, words, ha="right", fontsize=10, **above)
            self.numbers.append(Label(ax, size=10, plate=False, x=0.63, y=height, **above))
        self.artists += [self.shade, self.heap, self.curve, self.cloud, *self.numbers]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : ProfilesData
        """
        self._show_profiles(data)
        self._show_count(data)
        self._show_units(data)

    def _show_profiles(self, data):
        lag, lags = data.lag, np.arange(data.change.shape[1])
        change = at_edge(data.change, -999, 999)  # −inf has no place on paper
        apart = np.pad(change, ((0, 0), (0, 1)), constant_values=np.nan)  # one line with gaps is drawn faster than 20
        self.lines.set_data(np.tile([*lags, np.nan], len(apart)), apart.ravel())
        self.rule.set_data(lags, data.rule)
        self.chosen.set_data(lags, change[data.network])
        here, rule = change[:, lag], data.rule[lag]
        for dots, among, height in (
            (self.inside, abs(here) <= EDGE, here),
            (self.above, here > EDGE, EDGE - 0.35),
            (self.below, here < -EDGE, 0.35 - EDGE),
        ):
            dots.set_data(np.full(among.sum(), lag), np.broadcast_to(height, here.shape)[among])
        self.rule_dot.set_data([lag], [rule])
        self.rule_dot.set_visible(abs(rule) <= EDGE)  # beyond, its label has an arrow
        self.mark.set_data([lag, lag], [-EDGE, EDGE])
        self.handle.set_data([lag], [EDGE + 0.5])
        self.lag_text.set_x(lag)
        self.lag_text.set_text(f"lag {lag}")
        self._label(data, np.vstack([change, data.rule]))

    def _label(self, data, curves):
        """The two numbers beside the mark, on the side where there is room, where they hide least of the `curves`."""
        lag, (chosen, rule) = data.lag, curves[[data.network, -1], data.lag]
        beyond = "↑ " if rule > EDGE else "↓ " if rule < -EDGE else ""
        self.rule_text.set_text(f"{beyond}rule: {data.radius:.2f}{raised(lag)} = {power(rule)}")
        self.chosen_text.set_text(f"network {data.network}: {power(data.change[data.network, lag])}")
        widths = [LETTER * len(text.get_text()) for text in (self.rule_text, self.chosen_text)]
        side = 1 if lag + 2.5 + max(widths) < LAST_LAG else -1
        near, others = lag + 2.5 * side, np.array([])
        for text, width, wanted in zip((self.rule_text, self.chosen_text), widths, (rule, chosen), strict=True):
            first, last = sorted((near, near + width * side))
            behind = curves[:, max(int(first), 0) : int(last) + 2]
            places = np.clip(wanted, TALL + 0.3 - EDGE, EDGE - TALL - 0.3) + ASIDE
            hidden = (abs(behind - places[:, None, None]) < TALL).sum((1, 2)) + 3 * abs(ASIDE)
            hidden[abs(places) > EDGE - (TALL if first > 20 else 1.8)] += 9999  # left of it "explodes", "vanishes"
            hidden[(abs(places[:, None] - others) < 2 * TALL).any(1)] += 9999
            height = places[hidden.argmin()]
            others = np.append(others, height)
            text.set(x=near, y=height, ha="left" if side > 0 else "right")

    def _show_count(self, data):
        larger = int((data.change[:, data.lag] > 0).sum())
        self.grown.set_data(np.arange(larger), np.zeros(larger))
        self.shrunk.set_data(np.arange(larger, NETWORKS), np.zeros(NETWORKS - larger))
        self.grown_text.set_text(f"{larger}")
        self.shrunk_text.set_text(f"{NETWORKS - larger}")
        place = np.clip(data.guess, 0, NETWORKS) - 0.5
        self.guess.set_data([place], [0])
        self.guess_text.set_text("" if np.isnan(data.guess) else f"your guess: {data.guess:g} larger")
        self.guess_text.set_x(0 if np.isnan(data.guess) else np.clip(place, 7, NETWORKS - 4))

    def _show_units(self, data):
        self.shade.set_data(data.slopes[None])
        self.curve.set_data(GRID, data.curve)
        self.cloud.set_data(*data.sample)
        height = FLOOR + 0.9 * data.heap / data.heap.max()
        edges = np.repeat(np.linspace(-HALF, HALF, len(height) + 1), 2)
        self.heap.set_xy(np.column_stack([edges, np.concatenate([[FLOOR], np.repeat(height, 2), [FLOOR]])]))
        for text, number in zip(self.numbers, (data.slope, data.radius * data.slope, data.factor), strict=True):
            text.set_text(f"{number:.2f}")

    def touched(self, x, y) -> dict:
        """The lag at a point of the figure."""
        place = data_place(self.profiles, x, y)
        return {} if place is None else {"lag": place[0]}
