"""What all pictures share: size, colours, limits that hold still, and a heat map fast enough to drag."""

from __future__ import annotations

import base64
import io
from contextlib import AbstractContextManager

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

COLOURS = mpl.color_sequences["petroff10"]  # told apart with any colour vision
SCREEN_DPI = 100
OVERSAMPLING = 2  # pixels drawn for each one shown, in both directions: sharp on dense screens


def house_style() -> AbstractContextManager:
    """matplotlib's own settings, for a ``with`` block or as a decorator: a picture looks the same for every reader.

    A dark style would turn our black lines invisible, a large font would push the axes out of the figure.
    """
    return mpl.style.context("default")


def new_figure(width=9, height=3.5, **axes):
    """A figure outside pyplot's registry, and its axes; `axes` goes to `Figure.subplots`."""
    figure = Figure(figsize=(width, height), dpi=OVERSAMPLING * SCREEN_DPI, layout="constrained")
    return figure, figure.subplots(**axes)


class Still(Figure):
    """A picture that does not move: a notebook shows it, and its sentence where no picture can be seen.

    Attributes
    ----------
    sentence : str
        What the picture shows, with its numbers; set by whoever draws it.
    """

    sentence = ""

    def _repr_mimebundle_(self, **_):
        png = io.BytesIO()
        with house_style():
            # without Software the same picture gives the same bytes in every run
            self.savefig(png, format="png", dpi=SCREEN_DPI, metadata={"Software": None})
        return {"text/plain": self.sentence, "image/png": base64.b64encode(png.getvalue()).decode()}


def new_still(sentence, width=9, height=3.5, **axes):
    """A `Still` outside pyplot's registry, and its axes; `axes` goes to `Figure.subplots`."""
    figure = Still(figsize=(width, height), layout="constrained")
    figure.sentence = sentence
    return figure, figure.subplots(**axes)


def freeze_layout(figure) -> None:
    """Solve the layout once and keep it: solving it again would double the time of every full draw."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def snap(value, steps) -> float:
    """The smallest of the rising `steps` that is >= value, or the last one.

    Limits that jump between a few values let the frame of the picture be kept while a slider moves.

    Examples
    --------
    >>> snap(70, [10, 100, 1000])
    100
    """
    return next((step for step in steps if value <= step), steps[-1])


class HeatMap(AxesImage):
    """An image drawn with nearest-neighbour lookup: ten times faster than resampling, and no value is invented.

    Parameters
    ----------
    ax : matplotlib Axes
        Its whole area is filled; row 0 at the top.
    cmap : str
    vmin, vmax : float
        Colour limits; values outside take the end colours, nan is light grey.
    """

    def __init__(self, ax, cmap, vmin, vmax):
        super().__init__(ax, cmap=cmap, origin="upper", extent=(0, 1, 1, 0))
        self.set_clim(vmin, vmax)
        ax.set(xlim=(0, 1), ylim=(1, 0))
        ax.add_image(self)
        table = np.vstack([self.cmap(np.arange(256), bytes=True), [[235, 235, 235, 255]]]).astype(np.uint8)
        self._table = table.view(np.uint32).ravel()
        self.set_data(np.full((1, 1), np.nan))

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        values, (low, high) = np.ma.getdata(self.get_array()), self.get_clim()
        scaled = np.clip((values - low) * (255.999 / (high - low)), 0, 255)
        colours = self._table[np.where(np.isnan(scaled), 256, scaled).astype(np.intp)]
        left, bottom, right, top = (round(side) for side in self.axes.bbox.extents)
        rows = np.arange(top - bottom) * len(values) // (top - bottom)
        columns = np.arange(right - left) * values.shape[1] // (right - left)
        pixels = colours[rows[::-1, None], columns]  # the renderer counts rows from below
        return pixels.view(np.uint8).reshape(*pixels.shape, 4), left, bottom, None
