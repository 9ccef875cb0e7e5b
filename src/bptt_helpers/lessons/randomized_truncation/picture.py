"""What a randomly truncated gradient is worth: its spread over many draws, and bias against variance."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, freeze_layout, house_style, new_figure, new_still

BINS = np.linspace(0, 2, 81)
HEIGHTS = (0.4, 0.31, 0.22, 0.13)  # of the marks over the axis
MEAN_STYLE = {"marker": "D", "ms": 8, "mec": "black", "ls": "none"}
METHODS = (  # name, colour, line style, marker
    ("randomised, one draw", COLOURS[0], "-", "o"),
    ("randomised, mean of 100", COLOURS[0], "--", "s"),
    ("sliding window", COLOURS[1], "-.", "^"),
    ("chunked", COLOURS[2], ":", "v"),
)


class RandomizedPicture:
    """Left: histogram of the draws along the exact gradient. Right: error of each method by mean length or window.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(ncols=2, height=3.8)
        self.left.set(
            xlim=(BINS[0], BINS[-1]),
            ylim=(0, 1),
            yticks=[],
            xlabel="length along the exact gradient (exact = 1)",
            ylabel="number of draws, scaled",
            title="1000 draws (those beyond stand at the edge)",
        )
        self.left.axvline(1, color="0.2", lw=1.5)
        (self.histogram,) = self.left.plot([], [], color=COLOURS[0], lw=2, drawstyle="steps-post", label="randomised")
        (self.interval,) = self.left.plot([], [], color="black", lw=3)
        self.means = [
            self.left.plot([], [], color=colour, label=label, **{**MEAN_STYLE, "marker": marker})[0]
            for label, colour, marker in (
                ("mean of the draws, ± 4 standard errors", COLOURS[0], "D"),
                ("mean without compensation", COLOURS[3], "X"),
                ("sliding window of the mean length", COLOURS[1], "^"),
                ("chunked, of the mean length", COLOURS[2], "v"),
            )
        ]
        self.left.legend(loc="upper left", fontsize=9, framealpha=1)
        self.right.set(
            xscale="log",
            yscale="log",
            xlim=(1, 110),
            ylim=(1e-4, 1e4),
            xlabel="mean length T₀, or window τ",
            ylabel="error / length of the exact gradient",
            title="Spread of an estimate, bias of a window",
        )
        self.right.grid(alpha=0.3)
        self.curves, self.marks = [], []
        for name, colour, style, marker in METHODS:
            self.curves += self.right.plot([], [], style, color=colour, lw=2)
            self.marks += self.right.plot([], [], marker, color=colour, ms=8, mec="black")
            self.right.plot([], [], style, color=colour, lw=2, marker=marker, mec="black", label=name)
        self.right.legend(loc="upper right", fontsize=9, framealpha=1)
        self.artists = [self.histogram, self.interval, *self.means, *self.curves, *self.marks]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``along`` ndarray (N,), draws along the exact gradient, exact = 1; ``standard_error`` float of their mean;
            ``uncompensated``, ``sliding``, ``chunked`` float, the same for these; ``curves`` four pairs of ndarrays,
            mean length or window and error of each method; ``now`` ndarray (4,), at ``mean_length`` float.
        """
        draws = np.histogram(np.clip(data.along, BINS[0], BINS[-1]), BINS)[0]
        self.histogram.set_data(BINS, np.append(draws, draws[-1]) / (2 * draws.max()))
        mean = data.along.mean()
        self.interval.set_data(mean + np.array([-4, 4]) * data.standard_error, [HEIGHTS[0]] * 2)
        for mark, value, y in zip(
            self.means, (mean, data.uncompensated, data.sliding, data.chunked), HEIGHTS, strict=True
        ):
            mark.set_data([np.clip(value, BINS[0], BINS[-1])], [y])
        for curve, mark, (x, errors), now in zip(self.curves, self.marks, data.curves, data.now, strict=True):
            curve.set_data(x, np.maximum(errors, 1e-12))
            mark.set_data([data.mean_length], [max(now, 1e-12)])


@house_style()
def draw_training(panels, sentence, *, target):
    """θ over the steps of training, several runs in each panel; a run that leaves the panel is not drawn outside it.

    Parameters
    ----------
    panels : dict of str to ndarray (steps, runs)
        Title and runs.
    sentence : str
        What the picture shows.
    target : float
        θ* to mark.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=3.2, ncols=len(panels), sharey=True, squeeze=False)
    for ax, (title, runs) in zip(axes[0], panels.items(), strict=True):
        every = max(1, len(runs) // 300)
        inside = np.where(np.abs(runs[::every]) <= 1.5, runs[::every], np.nan)  # jumps across would fill the panel
        ax.plot(np.arange(0, len(runs), every), inside, ".-", color=COLOURS[0], lw=1, ms=2, alpha=0.7)
        ax.axhline(target, color="black", ls="--", lw=1.5)
        ax.set(title=title, xlabel="step", ylim=(-1.5, 1.5))
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel("θ  (best: dashed)")
    return figure
