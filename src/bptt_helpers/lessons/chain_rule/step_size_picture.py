"""The U-curve: error of a numeric gradient against its step."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, freeze_layout, new_figure

# name in the data, words for the reader, marker and line style
METHODS = (
    ("forward", "forward difference", "s", "--"),
    ("central", "central difference", "o", "-"),
    ("complex", "complex step", "^", ":"),
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
            title="Error of a numeric gradient against its step",
            xticks=10.0 ** np.arange(-16, 1, 2),
            yticks=10.0 ** np.arange(-16, 3, 3),
        )
        ax.minorticks_off()
        ax.grid(alpha=0.3)
        (self.chosen,) = ax.plot([], [], color="0.35", lw=1)
        self.curves, self.marks, self.advice = {}, {}, {}
        for (name, words, marker, style), colour in zip(METHODS, COLOURS, strict=False):
            (self.curves[name],) = ax.plot([], [], style, color=colour, lw=2)
            (self.marks[name],) = ax.plot([], [], marker, color=colour, ms=9, mec="black")
            ax.plot([], [], style, color=colour, lw=2, marker=marker, mec="black", label=words)
            if name != "complex":  # for the complex step smaller is never worse
                (self.advice[name],) = ax.plot([], [], "v", ms=10, color=colour, mec="black", clip_on=False)
        ax.plot([], [], "v", ms=10, color="white", mec="black", label="ε by the rule of thumb")
        ax.plot([], [], color="0.35", lw=1, label="ε of the slider")
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=10, frameon=False)
        self.artists = [self.chosen, *self.curves.values(), *self.advice.values(), *self.marks.values()]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``eps`` ndarray (E,), ``chosen`` float; by method ``errors`` (ndarrays (E,)) and ``here`` (floats), in the
            order forward, central, complex; ``recommended`` floats for the first two.
        """
        self.chosen.set_data([data.chosen] * 2, [LOWEST, HIGHEST])
        for (name, *_), errors, here in zip(METHODS, data.errors, data.here, strict=True):
            self.curves[name].set_data(data.eps, np.maximum(errors, LOWEST))
            self.marks[name].set_data([data.chosen], [max(here, LOWEST)])
        for advice, eps in zip(self.advice.values(), data.recommended, strict=True):
            advice.set_data([eps], [HIGHEST / 3])
