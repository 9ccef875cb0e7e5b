"""The eigenvalues of W_hh in the plane, and between what they and σ₁ promise the product of the Jacobians."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import HIGH, LOW, at_edge, gradient_axis, power
from ..label_pictures import Label
from ..pictures import COLOURS, INK, INKS, bare_figure, house_style, new_still
from .powers_picture import CIRCLE, EIGEN

STEPS = 99  # the largest lag
ROOM = "#e3daf0"  # the pale form of the purple of rule and bound
HALF = 2.1  # half the side of the complex plane
FAN = (0, 2, 4, 6, 10, 16, 30)  # the products after which a direction is drawn
LATE = 20  # degrees: below, an angle shrinks by nearly the same factor at every step


class SpectrumPicture:
    """Left: γ times the eigenvalues. Right: the norm of the product of k Jacobians, in the room that is left for it.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(4.3)
        self.artists = [*self._plane(), *self._products()]

    def _plane(self):
        self.left = ax = self.figure.add_axes((0.055, 0.137, 0.30, 0.628))
        ax.set(xlim=(-HALF, HALF), ylim=(-HALF, HALF), xticks=[-2, -1, 0, 1, 2], yticks=[-2, -1, 0, 1, 2])
        ax.set(xlabel="real part", ylabel="imaginary part")
        ax.yaxis.labelpad = -4
        ax.fill(*CIRCLE, fc="#ebf2f9", ec="0.45", lw=1.2, zorder=0)
        ax.axhline(0, color="0.85", lw=0.8, zorder=0)
        ax.axvline(0, color="0.85", lw=0.8, zorder=0)
        ax.text(0.03, 0.025, "inside: the rule says “vanishes”", transform=ax.transAxes, fontsize=10, color="0.2")
        ax.set_title("γ times the eigenvalues of W", fontsize=11.5)
        key = (
            "γ: steepest slope of the activation\nρ: largest |eigenvalue| of W\nσ₁: the most one step of W can stretch"
        )
        self.figure.text(0.012, 0.985, key, fontsize=10.5, va="top", linespacing=1.3)
        (self.disc,) = ax.plot([], [], "--", color=EIGEN, lw=1.5)
        (self.eigen,) = ax.plot([], [], "o", color=EIGEN, ms=6, mec="white", mew=0.8)
        return [self.disc, self.eigen]

    def _products(self):
        self.right = ax = self.figure.add_axes((0.44, 0.137, 0.545, 0.628))
        ax.set(xlim=(0, STEPS), xlabel="lag k: number of Jacobians multiplied", ylabel="norm of the product")
        gradient_axis(ax)
        (self.room,) = ax.fill([0, 0, 0], [0, 0, 0], fc=ROOM, ec="none")
        (one,) = ax.plot([0, STEPS], [0, 0], color="0.45", lw=0.8)  # again, upon the room
        (self.eigen_line,) = ax.plot([], [], "--", color=EIGEN, lw=2)
        (self.singular_line,) = ax.plot([], [], ":", color=EIGEN, lw=2.5)
        (self.product,) = ax.plot([], [], color=INK, lw=2.8)
        (self.ends,) = ax.plot([], [], "D", ms=7, mfc="white", mec=INK, mew=1.8, clip_on=False)
        (self.arrows,) = ax.plot([], [], ls="", marker="^", ms=9, color=EIGEN, clip_on=False)
        (self.falls,) = ax.plot([], [], ls="", marker="v", ms=9, color=EIGEN, clip_on=False)
        room = {"fontsize": 10.5, "transform": self.figure.transFigure, "va": "center"}
        ax.fill(
            [0.44, 0.465, 0.465, 0.44],
            [0.798, 0.798, 0.828, 0.828],
            fc=ROOM,
            ec=EIGEN,
            lw=0.6,
            transform=self.figure.transFigure,
            clip_on=False,
        )
        ax.text(0.473, 0.812, "between rule and bound: there a linear network stays", **room)
        top = {"fontsize": 11.5, "weight": "bold", "transform": self.figure.transFigure}
        ax.text(0.44, 0.945, "factor a step: rule γρ =", **top, color=EIGEN)
        ax.text(0.745, 0.945, "bound γσ₁ =", **top, color=EIGEN)
        ax.text(0.44, 0.875, "true norm:", **top, color=INK)
        there = {"va": "baseline", "transform": self.figure.transFigure}
        self.promises = [Label(ax, EIGEN, 11.5, plate=False, x=x, y=0.945, **there) for x in (0.68, 0.876)]
        self.true_says = Label(ax, size=11.5, plate=False, x=0.554, y=0.875, **there)
        self.rule_says = Label(ax, EIGEN, 11.5, plate=False, va="top")
        self.bound_says = Label(ax, EIGEN, 11.5, plate=False, text="bound")
        lines = [self.room, one, self.eigen_line, self.singular_line, self.product, self.arrows, self.falls, self.ends]
        return [*lines, *self.promises, self.true_says, self.rule_says, self.bound_says]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``eigenvalues`` ndarray (n, 2), real and imaginary parts; ``singular`` ndarray (n,), falling;
            ``radius``, ``largest_slope`` floats, ρ and γ; ``product``, ``eigen_line``, ``singular_line`` ndarrays (T,),
            log10 norms by lag; ``peak`` int, the lag at which `product` is largest.
        """
        slope = data.largest_slope
        self.eigen.set_data(slope * data.eigenvalues.T)
        self.disc.set_data(slope * data.radius * CIRCLE)
        lag = np.arange(len(data.product))
        low, high = at_edge(data.eigen_line), at_edge(data.singular_line)
        self.room.set_xy(np.column_stack([np.append(lag, lag[::-1]), np.append(low, high[::-1])]))
        self.product.set_data(lag, at_edge(data.product))
        last = len(lag) - 1
        ends = [_inside(line[1], last) for line in (data.eigen_line, data.singular_line)]
        for line, (x, y) in zip((self.eigen_line, self.singular_line), ends, strict=True):
            line.set_data([0, x], [0, y])
        for marks, edge in ((self.arrows, HIGH), (self.falls, LOW)):
            marks.set_data([x for x, y in ends if y == edge], [edge for _, y in ends if y == edge])
        self._name(*ends)
        self.ends.set_data([data.peak, last], at_edge(data.product[[data.peak, last]]))
        rule, bound = slope * data.radius, slope * data.singular[0]
        for text, factor in zip(self.promises, (rule, bound), strict=True):
            text.set_text(f"{factor:.2f}")
        peak = f"peak {power(data.product[data.peak])} at lag {data.peak}, " if data.peak < last else ""
        self.true_says.set_text(f"{peak}{power(data.product[last])} at lag {last}")

    def _name(self, rule, bound):
        """Write the rule's name below its line, the bound's above; beside a line that is steep."""
        x, y = 0.6 * rule[0], 0.6 * rule[1]
        rises = y > 0
        self.rule_says.set_text("rule")
        self.rule_says.set(position=(x + (2 if rises else -1), y - 0.3), ha="left" if rises or x < 25 else "right")
        if x < 25 and not rises:
            falls = [end[0] for end in (rule, bound) if end[1] < 0]
            self.rule_says.set(position=(max(falls) + 3, LOW + 1), text="← rule")
        x, y = bound
        if y < HIGH:  # falls, or rises slowly
            self.bound_says.set(position=(0.6 * x + (y < 0), max(0.6 * y, LOW / 2) + 0.35), va="bottom")
            self.bound_says.set_ha("left" if y < 0 else "right")
        else:
            self.bound_says.set(position=(x + (-2 if x > 50 else 2), HIGH - 0.15), va="top")
            self.bound_says.set_ha("right" if x > 50 else "left")


def _inside(rate, last):
    """Where the line from (0, 0) with `rate` a step ends: at lag `last`, or where it leaves the axis."""
    edge = HIGH if rate > 0 else LOW
    if abs(rate * last) < abs(edge):
        return last, rate * last
    return max(edge / rate, 1.0) if rate > LOW else 1.0, edge


@house_style()
def draw_alignment(angles, rates, sentence):
    """How a vector turns to the leading eigenvector when it is multiplied again and again.

    Parameters
    ----------
    angles : dict of str to ndarray (k + 1,)
        By matrix: the angle to the leading eigenvector in degrees after 0 … k products.
    rates : dict of str to float
        By matrix: |λ₂ / λ₁|, the factor by which small angles should shrink at every product.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=3.1, ncols=len(angles) + 1, width_ratios=[1] * len(angles) + [1.9])
    curves = axes[-1]
    for (name, angle), ax, colour, ink, marker in zip(angles.items(), axes, COLOURS, INKS, "os^v", strict=False):
        _draw_fan(ax, angle, colour)
        ax.set_title(name, fontsize=11, color=ink)
        k = np.arange(len(angle))
        late = angle < LATE
        curves.plot(k, angle, marker, color=colour, ms=4.5)
        if late.any():
            first = int(late.argmax())
            curves.plot(k[first:], angle[first] * rates[name] ** (k[first:] - first), "-", color=colour, lw=1.2)
    curves.set(xlabel="number of products k", ylabel="angle to $v_1$ in degrees", ylim=(-3, 93), yticks=[0, 30, 60, 90])
    curves.set_title("lines: shrinks by |λ₂ / λ₁| a step", fontsize=11)
    curves.grid(alpha=0.3)
    return figure


def _draw_fan(ax, angle, colour):
    """The directions after 0, 2, 4 … products as arrows, the later the darker; v₁ points to the right."""
    ax.set(xlim=(-0.08, 1.12), ylim=(-0.1, 1.1), aspect="equal")
    ax.axis("off")
    ax.plot([0, 1.08], [0, 0], color=EIGEN, lw=2)
    ax.text(1.08, -0.03, "$v_1$", color=EIGEN, ha="right", va="top", fontsize=12)
    shown = [k for k in FAN if k < len(angle)]
    for k, shade in zip(shown, np.linspace(0.25, 1, len(shown)), strict=True):
        x, y = np.cos(np.radians(angle[k])), np.sin(np.radians(angle[k]))
        ax.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "alpha": shade, "lw": 1.6})
        if k in (0, shown[-1]):
            place = (1.05 * x + 0.04, 1.05 * y - 0.02) if k else (x - 0.05, y + 0.04)
            ax.text(*place, f"k = {k}", fontsize=9.5, ha="left" if k else "center")
