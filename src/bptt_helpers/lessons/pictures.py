"""What all pictures share: size, colours, limits that hold still."""

from __future__ import annotations

import base64
import io
from contextlib import AbstractContextManager

import matplotlib as mpl
import matplotlib.style
from matplotlib import patheffects
from matplotlib.figure import Figure

# matplotlib's petroff10, told apart with any colour vision, but four of them darker: a mark stands out from white by
# 3 : 1, as WCAG wants it. Words are in the ink of the same place, darker yet: by 4.5 : 1, on tints too.
COLOURS = ("#3f90da", "#c87800", "#bd1f01", "#748583", "#832db6", "#a96b59", "#e76300", "#998c4a", "#717581", "#3b999d")
INKS = ("#2770b8", "#936000", "#bd1f01", "#5c6b69", "#832db6", "#8f5340", "#b04a00", "#756a2c", "#666a75", "#19767d")
INK, GREY, PALE = "#1a1a1a", "#6b6b6b", "#d9d9d9"  # what is said, what is said beside it, what is not there
SCREEN_DPI = 100
OVERSAMPLING = 2  # pixels drawn for each one shown, in both directions: sharp on dense screens
HALO = (patheffects.withStroke(linewidth=3, foreground="white"),)  # for text that stands on colours


def house_style() -> AbstractContextManager:
    """matplotlib's own settings, for a ``with`` block or as a decorator: a picture looks the same for every reader.

    A dark style would turn our black lines invisible, a large font would push the axes out of the figure.
    """
    return mpl.style.context("default")


def bare_figure(height, width=9) -> Figure:
    """A figure outside pyplot's registry, sharp on dense screens, whose axes its picture places itself."""
    return Figure(figsize=(width, height), dpi=OVERSAMPLING * SCREEN_DPI)


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


def data_place(ax, x, y):
    """A point of the figure in the data coordinates of `ax`, or None outside of it.

    Parameters
    ----------
    ax : matplotlib Axes
    x, y : float
        Fractions of the figure's width and height, from below.

    Returns
    -------
    tuple of float, or None
    """
    pixels = ax.figure.transFigure.transform((x, y))
    if not ax.bbox.contains(*pixels):
        return None
    return tuple(ax.transData.inverted().transform(pixels).tolist())
