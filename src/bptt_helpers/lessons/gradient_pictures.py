"""The one scale of gradient sizes in all notebooks: log10 of a norm, cold where it vanishes, warm where it explodes.

It never follows a slider, so that two pictures, or the same picture before and after, can be compared by eye.
"""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.image import AxesImage

LOW, HIGH = -6, 3  # log10; what is beyond takes the end colours
_AT_ONE = -LOW / (HIGH - LOW)  # where 10^0 is, between 0 and 1: its colour is neutral
_COLD = ((0, "#0b2a5b"), (0.4, "#2f7fc1"), (0.8, "#a8d0ea"), (1, "#f7f4ee"))
_WARM = ((0.28, "#f2a65a"), (0.64, "#d0541e"), (1, "#7d1206"))
FADE = LinearSegmentedColormap.from_list(
    "fade",
    [(_AT_ONE * place, colour) for place, colour in _COLD]
    + [(_AT_ONE + (1 - _AT_ONE) * place, colour) for place, colour in _WARM],
)
COLD, WARM = "#1f5f9e", "#b8430f"  # words and lines about what vanishes and what explodes
NOTHING = (235, 235, 235)  # where there is no gradient: a place not read, a state after the loss
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def gradient_colours(log_norms) -> np.ndarray:
    """Colours for log10 of gradient norms.

    Parameters
    ----------
    log_norms : array_like (...)
        log10; −inf is no gradient at all, nan is where none is asked for.

    Returns
    -------
    ndarray (..., 4)
        Red, green, blue, opacity, 0 to 1.
    """
    log_norms = np.asarray(log_norms, float)
    colours = np.asarray(FADE((np.clip(log_norms, LOW, HIGH) - LOW) / (HIGH - LOW)))
    return np.where(np.isnan(log_norms)[..., None], np.array([*NOTHING, 255]) / 255, colours)


def power(exponent) -> str:
    """10 to the `exponent` as one reads it: plain from .01 to 9999, else a digit and a power of ten.

    Examples
    --------
    >>> power(-0.37), power(2.1), power(-7.6), power(12), power(-np.inf)
    ('0.43', '126', '3×10⁻⁸', '10¹²', '0')
    """
    if np.isneginf(exponent):
        return "0"
    if -2 <= exponent < 4:
        value = 10.0**exponent
        return f"{value:.0f}" if value >= 99.5 else f"{value:.2g}"
    whole = int(np.floor(exponent))
    digit = round(10 ** (exponent - whole))
    if digit == 10:
        whole, digit = whole + 1, 1
    return (f"{digit}×" if digit > 1 else "") + _power_of_ten(whole)


def _power_of_ten(exponent):
    """As it stands at a tick."""
    return f"10{raised(exponent)}" if exponent else "1"


def raised(number) -> str:
    """A whole number as an exponent.

    Examples
    --------
    >>> "1.2" + raised(50)
    '1.2⁵⁰'
    """
    return str(number).translate(_SUPERSCRIPTS)


def gradient_bar(figure, place, low="vanishes", high="explodes", fontsize=9.5):
    """Draw the scale as a bar at `place`, in fractions of the figure (left, bottom, width, height); return its axes.

    Standing up if it is higher than wide, else lying. `low` and `high` are written at its ends.
    """
    ax = figure.add_axes(place)
    width, height = figure.get_size_inches() * place[2:]
    standing = height > width
    line = FADE(np.linspace(0, 1, 256))
    ends = (0, 1, LOW, HIGH) if standing else (LOW, HIGH, 0, 1)
    ax.imshow(line[:, None] if standing else line[None], extent=ends, origin="lower", aspect="auto")
    ticks, axis = range(LOW, HIGH + 1, 3), ax.yaxis if standing else ax.xaxis
    axis.set_ticks(ticks, [_power_of_ten(tick) for tick in ticks], fontsize=fontsize)
    (ax.xaxis if standing else ax.yaxis).set_ticks([])
    if standing:
        ax.yaxis.tick_right()
        ax.set_xlabel(low, color=COLD, fontsize=fontsize)
        ax.set_title(high, color=WARM, fontsize=fontsize, pad=4)
    else:
        ax.text(-0.02, 0.5, low, transform=ax.transAxes, ha="right", va="center", color=COLD, fontsize=fontsize)
        ax.text(1.02, 0.5, high, transform=ax.transAxes, ha="left", va="center", color=WARM, fontsize=fontsize)
    return ax


def gradient_axis(ax, low=LOW, high=HIGH, every=3) -> None:
    """Let the y axis of `ax` be log10 of a gradient norm, from `low` to `high`, with the scale's colours at its edge.

    The limits are those of the picture for good: what is beyond is to be drawn at the edge (`at_edge`).
    """
    ax.set_ylim(low, high)
    ticks = range(-(-low // every) * every, high + 1, every)
    ax.set_yticks(ticks, [_power_of_ten(tick) for tick in ticks])
    ax.axhspan(0, high, color="#fdf1e6", lw=0, zorder=-3)
    ax.axhspan(low, 0, color="#ebf2f9", lw=0, zorder=-3)
    ax.axhline(0, color="0.45", lw=0.8, zorder=-2)
    strip = gradient_colours(np.linspace(low, high, 256))[:, None]
    ax.imshow(
        strip,
        extent=(0, 0.012, low, high),
        transform=ax.get_yaxis_transform(),
        origin="lower",
        aspect="auto",
        zorder=-1,
    )
    ax.set_ylim(low, high)
    ax.autoscale(False)


def at_edge(values, low=LOW, high=HIGH) -> np.ndarray:
    """Values to be drawn on an axis from `low` to `high`: those beyond it, −inf too, stand on its edge."""
    return np.clip(np.asarray(values, float), low, high)


def leaving(values, low=LOW, high=HIGH) -> np.ndarray:
    """Values of a curve that ends where it leaves the axis: it stands on the edge there, and nothing (nan) follows.

    A curve that went on along the edge would say that nothing changes any more.
    """
    values = np.asarray(values, float)
    beyond = (values < low) | (values > high)
    inside = np.pad(~beyond, 1)
    return np.where(beyond & ~inside[:-2] & ~inside[2:], np.nan, at_edge(values, low, high))


class HeatMap(AxesImage):
    """An image drawn with nearest-neighbour lookup: ten times faster than resampling, and no value is invented.

    Parameters
    ----------
    ax : matplotlib Axes
        Its whole area is filled; row 0 at the top.
    cmap : matplotlib Colormap or str
    vmin, vmax : float
        Colour limits; values outside take the end colours, nan is light grey. By default the scale of gradient sizes.
    """

    def __init__(self, ax, cmap=FADE, vmin=LOW, vmax=HIGH):
        super().__init__(ax, cmap=cmap, norm=Normalize(vmin, vmax), origin="upper", extent=(0, 1, 1, 0))
        ax.set(xlim=(0, 1), ylim=(1, 0))
        ax.add_image(self)
        table = np.vstack([self.cmap(np.arange(256), bytes=True), [[*NOTHING, 255]]]).astype(np.uint8)
        self._table = table.view(np.uint32).ravel()
        self.set_data(np.full((1, 1), np.nan))

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        values, (low, high) = np.ma.getdata(self.get_array()), self.get_clim()
        scaled = np.clip((values - low) * (255.999 / (high - low)), 0, 255)
        colours = self._table[np.where(np.isnan(scaled), 256, scaled).astype(np.intp)]
        left, bottom, right, top = (round(side) for side in self.axes.bbox.extents)
        rows = np.arange(top - bottom) * len(values) // (top - bottom)
        columns = np.arange(right - left) * values.shape[1] // (right - left)
        # columns first, so that each row of pixels is copied in one piece; the renderer counts rows from below
        pixels = colours.take(columns, 1).take(rows[::-1], 0)
        return pixels.view(np.uint8).reshape(*pixels.shape, 4), left, bottom, None
