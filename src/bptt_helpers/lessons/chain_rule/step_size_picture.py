"""The V: error of a numeric gradient against its step."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import power
from ..label_pictures import Label
from ..pictures import COLOURS, data_place, new_figure

# name in the data, words for the reader, marker, its size and line style; one that lies on another leaves it seen
METHODS = (
    ("forward", "forward difference", "s", 12, "--"),
    ("central", "central difference", "o", 8, "-"),
    ("complex", "complex step", "^", 8, ":"),
)
LOWEST, HIGHEST = 1e-17, 1e2


class GradientCheckPicture:
    """Relative error of three numeric gradients against ε, with the chosen ε and those of the rule of thumb marked.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, ax = new_figure(height=3.8)
        ax.set(
            xscale="log",
            yscale="log",
            xlim=(1e-16, 2),
            ylim=(LOWEST, HIGHEST),
            xlabel="step ε",
            ylabel=r"relative error of $dL/dW_{hh}$",
            xticks=10.0 ** np.arange(-16, 1, 2),
            yticks=10.0 ** np.arange(-16, 3, 3),
        )
        ax.minorticks_off()
        ax.grid(alpha=0.3)
        self.figure.set_layout_engine("none")
        ax.set_position([0.095, 0.14, 0.535, 0.76])
        self._ax = ax
        (self.chosen,) = ax.plot([], [], color="0.35", lw=1)
        self.curves, self.marks, self.advice, self.values = {}, {}, {}, {}
        title = {"x": 0.85, "y": 1.025, "transform": ax.transAxes, "fontsize": 12}
        ax.text(s="Error of a numeric gradient against its step, in ", ha="right", **title)
        place = {"x": 0.85, "y": 1.025, "va": "baseline", "transform": ax.transAxes}
        self.dtype = Label(ax, "black", 12, plate=False, weight="normal", **place)
        # the legend also says what the marks stand at: two of them may lie on one another
        beside = {"transform": ax.transAxes, "clip_on": False}
        words = {"transform": ax.transAxes, "fontsize": 10, "va": "center"}
        ax.text(1.46, 0.98, "error at this ε", color="0.35", **words)
        for row, ((name, text, marker, size, style), colour) in enumerate(zip(METHODS, COLOURS, strict=False)):
            (self.curves[name],) = ax.plot([], [], style, color=colour, lw=2)
            (self.marks[name],) = ax.plot([], [], marker, color=colour, ms=size, mec="black")
            if name != "complex":  # for the complex step smaller is never worse
                (self.advice[name],) = ax.plot([], [], marker, ms=size, color=colour, mec="black", clip_on=False)
            y = 0.87 - 0.11 * row
            ax.plot([1.04, 1.14], [y, y], style, color=colour, lw=2, **beside)
            ax.plot([1.09], [y], marker, color=colour, mec="black", ms=size, **beside)
            ax.text(1.17, y, text, **words)
            self.values[name] = Label(ax, "black", 10, plate=False, x=1.52, y=y, transform=ax.transAxes)
        for place, (_, _, marker, size, _), colour in zip((1.07, 1.11), METHODS, COLOURS, strict=False):
            ax.plot([place], [0.5], marker, ms=size, color=colour, mec="black", **beside)
        ax.text(1.17, 0.5, "at the top: ε by the rule of thumb", **words)
        ax.plot([1.09, 1.09], [0.35, 0.43], color="0.35", lw=1, **beside)
        ax.text(1.17, 0.39, "ε of the slider", **words)
        self.artists = [self.chosen, *self.curves.values(), *self.advice.values(), *self.marks.values()]
        self.artists += [*self.values.values(), self.dtype]

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``dtype`` str; ``eps`` ndarray (E,), ``chosen`` float; by method ``errors`` (ndarrays (E,)) and ``here``
            (floats), in the order forward, central, complex; ``recommended`` floats for the first two.
        """
        self.dtype.set_text(data.dtype)
        self.chosen.set_data([data.chosen] * 2, [LOWEST, HIGHEST])
        for (name, *_), errors, here in zip(METHODS, data.errors, data.here, strict=True):
            self.curves[name].set_data(data.eps, np.maximum(errors, LOWEST))
            self.marks[name].set_data([data.chosen], [max(here, LOWEST)])
            self.values[name].set_text(power(np.log10(here)) if here else "0")
        for advice, eps in zip(self.advice.values(), data.recommended, strict=True):
            advice.set_data([eps], [HIGHEST / 5])

    def touched(self, x, y) -> dict:
        """The step ε at a place of the figure, in fractions of its width and height."""
        place = data_place(self._ax, x, y)
        return {} if place is None else {"log10_eps": float(np.log10(place[0]))}
