"""A language model while it trains: what a loss feels of the text, exactly and in training; bits, norms, its prose."""

from __future__ import annotations

import re

import numpy as np

from ..gradient_pictures import gradient_bar
from ..label_pictures import Label
from ..pictures import GREY, bare_figure
from .curves_picture import BitsCurve, NormCurve
from .page_picture import Heard, printable, share

WIDTH, HEIGHT = 9, 5.4
PAGE_WIDTH, PAGE_HEIGHT, PAGE_FOOT = 4.26, 1.56, 3.21
LEFTS = (0.12, WIDTH - 0.12 - PAGE_WIDTH)
BAR = (4.42, 2.93, 2.0, 0.1)
BITS, NORMS = (0.5, 0.82, 4.45, 1.55), (6.72, 0.82, 2.13, 1.55)
MARGIN, WRITING = 0.12, 1.12  # where a line ends, and the writing begins
NAMES = {" ": "a space", "\n": "a line end"}
SCHEMES = {
    "full": "through windows of {length}",
    "sliding": "through the window τ = {window}",
    "stride τ/2": "window τ = {window}, stride τ/2",
    "chunked": "within blocks of τ = {window}",
    "random": "random cuts, mean τ = {window}",
}


class TrainingPicture:
    """Above: a page of held-out text twice, as the loss of one character feels it. Below: the run so far.

    Parameters
    ----------
    text : str
        The page; `PAGE` characters or fewer.
    baselines : sequence of (str, float)
        Names and bits a character of other guessers, drawn as lines.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, text, baselines=()):
        self.text, self.figure = text, bare_figure(HEIGHT, WIDTH)
        self.pages = [Heard(self._add_axes(left, PAGE_FOOT, PAGE_WIDTH, PAGE_HEIGHT), text) for left in LEFTS]
        self.bits, self.norms = BitsCurve(self._add_axes(*BITS), baselines), NormCurve(self._add_axes(*NORMS))
        ax = self.ax = self._add_axes(0, 0, WIDTH, HEIGHT, facecolor="none", zorder=-1)
        ax.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        ax.axis("off")
        self._still()
        self.headline = Label(ax, size=12, x=LEFTS[0], y=HEIGHT - 0.19)
        self.words = [Label(ax, size=10.5, x=left, y=HEIGHT - 0.48) for left in LEFTS]
        self.writing = Line(ax, WIDTH - MARGIN - WRITING, size=10, weight="normal", x=WRITING, y=0.17)
        self.artists = [artist for page in self.pages for artist in page.artists]
        self.artists += [*self.bits.artists, *self.norms.artists, self.headline, *self.words, self.writing]

    def _add_axes(self, left, bottom, width, height, **more):
        return self.figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT), **more)

    def _still(self):
        """What does not move."""
        left, bottom, width, height = BAR
        gradient_bar(self.figure, (left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT), fontsize=9)
        notes = {"fontsize": 9.5, "color": GREY, "va": "center"}
        says = "colour: gradient that arrives; 1: as much as at its own"
        self.ax.text(LEFTS[0], bottom + height / 2, says, **notes)
        self.ax.text(WIDTH - MARGIN, bottom + height / 2, "framed: 1/100 or more", ha="right", **notes)
        self.ax.text(LEFTS[0], 0.17, "it writes now:", **notes)

    def show(self, view) -> None:
        """Move the artists.

        Parameters
        ----------
        view : TrainingView
        """
        exact = share(view.exact, view.picked)
        kept = ~np.isneginf(view.windowed)
        windowed = np.where(kept, np.asarray(view.windowed) - view.exact[view.picked], exact)
        counts = [
            page.show(shares, view.picked, keeps)
            for page, shares, keeps in zip(self.pages, (exact, windowed), (None, kept), strict=True)
        ]
        self.bits.show(view)
        self.norms.show(view)
        self.headline.set_text(f"{self._when(view)}: what its loss {self._where(view.picked)}")
        through = SCHEMES[view.scheme].format(window=view.window, length=view.length)
        for label, says, count in zip(self.words, ("exactly", through), counts, strict=True):
            label.set_text(f"{says}: {count} character{'s' * (count != 1)} felt")
        self.writing.set_text(printable(view.written).replace("\n", " "))

    def _when(self, view):
        """The network, how long it has trained, and why it does not go on."""
        done = f" after {view.done:,} update{'s' * (view.done != 1)}" if view.done else ", untrained"
        state = view.state.partition(":")[0]
        return f"{view.cell}{done}" + ("" if state in ("ready", "running") else f" ({state})")

    def _where(self, picked):
        """The character of a loss, and the one that it should have said."""
        here, after = (
            NAMES.get(c, f"“{printable(c)}”") for c in (self.text[picked], self.text[picked + 1 : picked + 2])
        )
        return f"at {here} feels" + (f" ({after} follows)" if picked + 1 < len(self.text) else "")

    def touched(self, x, y) -> dict:
        """The character under the pointer, on either page, is the one whose loss is shown."""
        for page in self.pages:
            if (index := page.character(x, y)) is not None:
                return {"picked": index + 1}
        return {}


class Line(Label):
    """A line of text that ends before it is too long, and whose characters are kept one by one: all of it is new.

    Parameters
    ----------
    ax : matplotlib Axes
    longest : float
        Inches.
    **more
        As for `Label`.
    """

    parts = re.compile(".")

    def __init__(self, ax, longest, **more):
        super().__init__(ax, **more)
        self.longest = longest

    def _images(self):
        images = super()._images()
        room = self.longest * self.get_figure(root=True).dpi
        return images[: np.searchsorted(np.cumsum([image.shape[1] for image in images]), room, "right")]
