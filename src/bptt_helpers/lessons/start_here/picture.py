"""A page of text, each character coloured by how much it still matters at the end, and the two curves behind that."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..pictures import COLOURS, OVERSAMPLING, SCREEN_DPI, snap
from ..text_pictures import Page, page_of

X_LIMITS = (10, 30, 100, 300, 1000)
BOTTOMS = (10, 30, 50, 100, 350, 1100)
TOPS = (3, 30, 100, 350)
ROUNDING = -15  # log10: two states of some ten units closer than this differ by rounding only


class FirstLookPicture:
    """Above: the page. Below: how far apart two texts' states are (left), and the last loss's gradient (right).

    Parameters
    ----------
    text : str
        1000 characters, which the network reads.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self, text):
        self.figure = Figure(figsize=(9, 5.2), dpi=OVERSAMPLING * SCREEN_DPI)
        self.top = self.figure.add_axes((0.02, 0.53, 0.9, 0.41))
        self.left, self.right = (self.figure.add_axes((left, 0.105, 0.39, 0.31)) for left in (0.085, 0.585))
        self.top.set(
            title=r"The page, coloured by $\log_{10}$ of the gradient norm (grey: not read)", xticks=[], yticks=[]
        )
        self.page = Page(self.top, text)
        self.figure.colorbar(self.page, cax=self.figure.add_axes((0.93, 0.53, 0.012, 0.41)))
        self.left.set(
            title="Forwards: the first character swapped", ylabel=r"$\log_{10}$ of states' distance", ylim=(-18, 3)
        )
        self.right.set(title="Backwards: gradient of the last loss", ylabel=r"$\log_{10}$ of gradient norm")
        self.left.axhspan(-18, ROUNDING, color="0.85")
        self.left.text(0.98, 0.015, "lost in rounding", transform=self.left.transAxes, ha="right", fontsize=9)
        self.curves, self.ends = [], []
        for ax, colour in ((self.left, COLOURS[0]), (self.right, COLOURS[2])):
            ax.grid(alpha=0.3)
            ax.set(xlabel="character t", xlim=(0, X_LIMITS[-1]))
            self.curves += ax.plot([], [], color=colour, lw=2)
            self.ends += ax.plot([], [], "o", color=colour, ms=8, mec="black", clip_on=False)
        self.artists = [self.page, *self.curves, *self.ends]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``distance`` ndarray (T,), distance of the states after each character;
            ``profile`` ndarray (T,), log10 ‖dL/dh_t‖ in the order of the text.
        """
        position = np.arange(1, len(data.profile) + 1)
        seen = data.distance > 10.0**ROUNDING
        log_distance = np.log10(data.distance, where=seen, out=np.full(len(seen), ROUNDING - 1.0))
        for curve, values in zip(self.curves, (log_distance, data.profile), strict=True):
            curve.set_data(position, values)
        at_last, at_first = self.ends
        at_last.set_data(position[-1:], log_distance[-1:])
        at_first.set_data(position[:1], data.profile[:1])
        self.page.set_data(page_of(data.profile))
        limits = -snap(-data.profile.min(), BOTTOMS), snap(data.profile.max(), TOPS)
        self.page.set_clim(limits)
        self.left.set_xlim(0, snap(len(position), X_LIMITS))
        self.right.set(xlim=self.left.get_xlim(), ylim=limits)
