"""The unit circle under Wᵏ above, its largest stretch against the eigenvalue rule below."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import at_edge, gradient_axis, gradient_colours, power
from ..label_pictures import Label
from ..pictures import COLOURS, GREY, INK, bare_figure, data_place

STEPS = 60
HALF, HIGH = 4.5, 1.35  # of the plane that is shown: across and up
LOWEST, HIGHEST = -3, 2  # log10 of a stretch
GHOSTS = (1, 2, 4, 8, 16, 32)  # of these powers the outline stays
ANGLES = np.linspace(0, 2 * np.pi, 181)
CIRCLE = np.array([np.cos(ANGLES), np.sin(ANGLES)])
SPOKES = slice(0, 180, 10)  # a dot every 20 degrees of the circle
ROOM = 1.35  # across, for the numbers beside the ellipse
GLASS = np.array([[-3.55], [-0.45]])  # where an ellipse that is a speck is shown magnified too
GLASS_HALF = 0.55  # of the place there
SMALL = np.log10(GLASS_HALF / 2)  # norms below have to be magnified
EIGEN = COLOURS[4]  # purple: what eigenvalues and eigenvectors say


def arrow_outline(v):
    """The corners (7, 2) of an arrow from the origin to `v`; a short one gets a smaller head."""
    length = np.linalg.norm(v)
    along = v / length if length else np.zeros(2)
    across = np.array([-along[1], along[0]])
    head = min(0.17, 0.6 * length)
    neck = v - head * along
    sides = [(0, 0.018), (neck, 0.018), (neck, 0.38 * head), (v, 0), (neck, -0.38 * head), (neck, -0.018), (0, -0.018)]
    return np.array([place + wide * across for place, wide in sides])


def magnification(norm):
    """log10 of the largest of 1, 2, 5, 10, 20 … by which an ellipse with this log10 norm fits under the glass."""
    if norm >= SMALL or norm == -np.inf:
        return 0.0
    room = np.log10(GLASS_HALF) - norm
    return max(whole for digit in (1, 2, 5) if (whole := np.floor(room - np.log10(digit)) + np.log10(digit)) <= room)


class PowersPicture:
    """Above: the plane, the unit circle and where Wᵏ sends it. Below: ‖Wᵏ‖ by k.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure = bare_figure(4.9)
        self.artists = [*self._plane(), *self._curve()]

    def _plane(self):
        width, height = self.figure.get_size_inches()
        share = HIGH / HALF * width / height  # the same scale across and up
        self.plane = ax = self.figure.add_axes((0, 1 - share, 1, share))
        ax.set(xlim=(-HALF, HALF), ylim=(-HIGH, HIGH))
        ax.axis("off")
        ax.plot(*CIRCLE, color=GREY, lw=1.4, ls=(0, (4, 3)))
        ax.plot(*CIRCLE[:, SPOKES], "o", ms=3.5, mfc="white", mec=GREY, mew=1)
        ax.text(0.78, -0.92, "unit circle, k = 0", color=GREY, fontsize=10.5)
        ax.text(0.78, -1.16, "thin grey: earlier k = 1, 2, 4, 8, 16, 32", color=GREY, fontsize=10.5)
        ax.text(-HALF + 0.12, 0.95, "W =", fontsize=13, weight="bold", va="center")
        for x, side in ((0.62, 1), (1.86, -1)):  # brackets
            bracket = -HALF + x + side * np.array([0.06, 0, 0, 0.06])
            ax.plot(bracket, [1.2, 1.2, 0.7, 0.7], color=INK, lw=1.3)
        (ghosts,) = ax.plot([], [], color="0.7", lw=1)
        (self.image,) = ax.fill([0, 0, 0], [0, 0, 0], ec=INK, lw=1.8)
        sides = np.array([[-0.87, 0.87, 0.87, -0.87], [1.02, 1.02, -0.81, -0.81]]) + GLASS
        (self.glass,) = ax.fill(*sides, fc="white", ec="0.7", lw=1)
        (self.magnified,) = ax.fill([0, 0, 0], [0, 0, 0], ec=INK, lw=1.8)
        (self.spokes,) = ax.plot([], [], "o", ms=4, mfc=INK, mec="white", mew=0.6)
        self.ghosts = ghosts
        self.arrows = [ax.fill([0, 0, 0], [0, 0, 0], fc=EIGEN, ec="none", zorder=5)[0] for _ in range(2)]
        (self.starts,) = ax.plot([], [], "o", ms=6, mfc="white", mec=EIGEN, mew=1.6)
        entry = {"fontsize": 12, "ha": "center", "va": "center"}
        ax.text(-HALF + 0.98, 0.81, "0", **entry)
        places = (0.98, 1.09), (1.5, 1.09), (1.5, 0.81)
        self.entries = [Label(ax, "black", 12, "center", False, x=x - HALF, y=y, weight="normal") for x, y in places]
        big = {"fontsize": 14, "weight": "bold", "va": "center"}
        small = big | {"fontsize": 12}
        ax.text(HALF - 0.45, 1.2, "steps k =", **big, ha="right")
        # below the circle's middle and right of it there is never an ellipse: W has no negative entry
        ax.text(1.12, -0.22, "○ eigenvector, length 1", **small, color=EIGEN)
        ax.text(1.12, -0.45, "→ after k steps:", **small, color=EIGEN)
        self.after = Label(ax, size=14, align="right", plate=False, x=HALF - 0.12, y=1.2)
        self.longest, self.shortest = (Label(ax, size=size, plate=False) for size in (12, 11))
        self.shrunk = [Label(ax, EIGEN, 12, plate=False, x=2.62, y=-0.45), Label(ax, EIGEN, 12, plate=False)]
        self.glass_says = Label(ax, "black", 10.5, "center", False, x=GLASS[0, 0], y=-1.13, weight="normal")
        texts = [*self.entries, self.after, self.longest, *self.shrunk, self.shortest, self.glass_says]
        return [self.ghosts, self.image, self.glass, self.magnified, self.spokes, *self.arrows, self.starts, *texts]

    def _curve(self):
        self.curve = ax = self.figure.add_axes((0.07, 0.105, 0.915, 0.30))
        ax.set(xlim=(0, STEPS), xlabel="steps k", ylabel="stretched by")
        gradient_axis(ax, LOWEST, HIGHEST, 1)
        title = {"fontsize": 11.5, "weight": "bold", "pad": 8}
        ax.set_title("—  largest stretch, ‖Wᵏ‖", **title, loc="left")
        ax.set_title("- - -  rule: largest eigenvalue to the k, ρᵏ", **title, loc="right", color=EIGEN)
        (self.rule,) = ax.plot([], [], "--", color=EIGEN, lw=2.5)
        (self.norm,) = ax.plot([], [], color=INK, lw=2.8)
        (self.guess,) = ax.plot([], [], ":", color=INK, lw=2)
        (self.here,) = ax.plot([], [], color=INK, lw=1)
        (self.peak,) = ax.plot([], [], "D", ms=8, mfc="white", mec=INK, mew=2, clip_on=False)
        (self.dots,) = ax.plot([], [], "o", ms=8, mfc="white", mec=INK, mew=1.8, clip_on=False)
        self.peak_says = Label(ax, size=11.5, plate=False)
        self.guess_says = Label(ax, size=11.5, align="right", plate=False, x=STEPS - 0.5, va="bottom")
        lines = [self.rule, self.norm, self.guess, self.here, self.peak, self.dots]
        return [*lines, self.peak_says, self.guess_says]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``W`` (2, 2), ``powers`` (STEPS + 1, 2, 2), ``eigenvectors`` (2, 2), one in each row; ``k`` and ``peak``
            int; ``log_norms``, ``rule`` (STEPS + 1,); ``shortest``, ``guess`` floats.
        """
        image, norm = data.powers[data.k] @ CIRCLE, data.log_norms[data.k]
        self.image.set_xy(image.T)
        self.image.set_facecolor(gradient_colours([norm])[0])
        zoom = magnification(norm)
        large, centre = (10**zoom, GLASS) if zoom else (1.0, np.zeros((2, 1)))
        self.spokes.set_data(large * image[:, SPOKES] + centre)
        self.magnified.set_xy((large * image + centre).T)
        self.magnified.set_facecolor(self.image.get_facecolor())
        self.glass.set_visible(zoom > 0)
        self.magnified.set_visible(zoom > 0)
        self.glass_says.set_text(f"magnified {power(zoom)}×" if zoom else "")
        gap = np.full((2, 1), np.nan)
        outlines = [part for j in GHOSTS if j < data.k for part in (data.powers[j] @ CIRCLE, gap)]
        self.ghosts.set_data(np.hstack(outlines) if outlines else ([], []))
        shrunk = np.diag(data.W) ** data.k
        for arrow, v, factor in zip(self.arrows, data.eigenvectors, shrunk, strict=True):
            arrow.set_xy(arrow_outline(large * factor * v) + centre.T)
        self.starts.set_data(data.eigenvectors.T)
        for text, entry in zip(self.entries, data.W[[0, 0, 1], [0, 1, 1]], strict=True):
            text.set_text(f"{entry:g}")
        self._say(data, image, norm, shrunk)
        self._show_curve(data)

    def _say(self, data, image, norm, shrunk):
        self.after.set_text(f"{data.k}")
        x, y = image[:, np.argmax(image[0] + 1e-3 * image[1])]
        side = "left"
        if magnification(norm):  # above the magnified one
            place, side = (GLASS[0, 0], GLASS[1, 0] + 0.74), "center"
        elif x < HALF - ROOM - 0.1:  # at the tip, or beside the circle
            place = max(x, 1.02) + 0.1, max(y, 0.2)
        else:  # above a flat tip, below a steep one
            inside = (image[0] > HALF - ROOM - 0.1) & (image[0] < HALF)
            # a needle may be so long that none of the outline's points lies there
            beside = image[1, inside] if inside.any() else np.array([HALF * y / x])
            place = HALF - 0.12, beside.max() + 0.27 if beside.max() < 0.6 else beside.min() - 0.29
            side = "right"
        numbers = f"{power(norm)}× long{'' if x <= HALF else ' →'}", f"{power(data.shortest)}× wide"
        for text, number, up in zip((self.longest, self.shortest), numbers, (0.12, -0.11), strict=True):
            text.set(position=(place[0], place[1] + up), ha=side, text=number)
        factors = [power(np.log10(factor) if factor else -np.inf) for factor in shrunk]
        self.shrunk[0].set_text(f"{factors[0]}×")
        one, (x, y) = np.allclose(*data.eigenvectors), data.eigenvectors[1]
        self.shrunk[1].set_text("" if one else f"second: {factors[1]}×")
        if x < 0:  # beside its ring, where there is never an ellipse
            self.shrunk[1].set(position=(1.06 * x - 0.06, 1.13 * y), ha="right")
        else:  # above the circle, the ellipse may be at the ring
            self.shrunk[1].set(position=(x, 1.15), ha="left")

    def _show_curve(self, data):
        k = np.arange(len(data.log_norms))
        self.norm.set_data(k, at_edge(data.log_norms, LOWEST, HIGHEST))
        self.rule.set_data(k, at_edge(data.rule, LOWEST, HIGHEST))
        both = at_edge([data.log_norms[data.k], data.rule[data.k]], LOWEST, HIGHEST)
        self.here.set_data([data.k, data.k], [LOWEST, HIGHEST])
        self.dots.set_data([data.k, data.k], both)
        top = at_edge(data.log_norms[data.peak], LOWEST, HIGHEST)
        self.peak.set_data([data.peak], [top])
        late = data.peak > 0.75 * STEPS
        self.peak_says.set_ha("right" if late else "left")
        self.peak_says.set_position(
            (data.peak + (-0.8 if late else 0.8), top - 0.7 if late else min(top + 0.6, HIGHEST - 0.4))
        )
        self.peak_says.set_text(f"{power(data.log_norms[data.peak])} at k = {data.peak}")
        guessed = np.log10(data.guess) if data.guess > 0 else np.nan
        self.guess.set_data([0, STEPS], np.full(2, at_edge(guessed, LOWEST, HIGHEST)))
        self.guess_says.set_text(f"your guess: {data.guess:.3g}" if np.isfinite(guessed) else "")
        self.guess_says.set_y(at_edge(guessed, LOWEST, HIGHEST - 0.4) if np.isfinite(guessed) else 0)

    def touched(self, x, y) -> dict:
        """The number of steps at a point of the curve's axes."""
        place = data_place(self.curve, x, y)
        return {} if place is None else {"k": place[0]}
