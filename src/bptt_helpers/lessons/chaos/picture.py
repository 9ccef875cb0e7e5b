"""Growth of the gradient beside the largest Lyapunov exponent."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, freeze_layout, house_style, new_figure, new_still, snap

Y_LIMITS = (5, 10, 25, 60, 100)
EXPONENT, GRADIENT = COLOURS[0], COLOURS[1]
GAINS = (0.5, 3.0)


class LyapunovPicture:
    """Left: gradient norms by lag and the line that λ₁ predicts. Right: λ₁ against the gain.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(height=3.7, ncols=2)
        self.left.set(
            xlim=(0, 80),
            ylim=(-Y_LIMITS[-1], Y_LIMITS[-1]),  # the widest labels, for the layout
            xlabel="lag: steps back from the last loss",
            ylabel=r"$\log_{10}$ of gradient norm",
            title="Gradients of 8 sequences",
        )
        (self.gradients,) = self.left.plot([], [], "-", color=GRADIENT, lw=1, label="gradient norms")
        (self.promise,) = self.left.plot([], [], "--", color=EXPONENT, lw=2.5, label=r"grows by $e^{\lambda_1}$ a step")
        self.right.set(
            xlim=(GAINS[0] - 0.1, GAINS[1] + 0.1),
            ylim=(-1.75, 0.5),
            xlabel="gain g",
            ylabel="natural logarithm a step",
            title="Rate of growth against the gain",
        )
        (self.curve,) = self.right.plot([], [], "o--", color=EXPONENT, lw=1.5, ms=4, label=r"exponent $\lambda_1$")
        (self.here,) = self.right.plot([], [], "o", color=EXPONENT, ms=11, mec="black", label=r"$\lambda_1$ here")
        (self.slope,) = self.right.plot([], [], "x", color=GRADIENT, ms=9, mew=3, label="gradient slope here")
        for ax in (self.left, self.right):
            ax.axhline(0, color="0.35", lw=1.2)
            ax.grid(alpha=0.3)
        self.left.legend(loc="lower left", fontsize=9)
        self.right.legend(loc="lower right", fontsize=9)
        self.artists = [self.gradients, self.promise, self.curve, self.here, self.slope]
        freeze_layout(self.figure)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``profile`` ndarray (T, B), log10 gradient norms by lag; ``gain``, ``exponent``, ``slope`` floats;
            ``gains``, ``curve`` ndarrays (G,), λ₁ against the gain.
        """
        T, B = data.profile.shape
        lag = np.append(np.arange(T), np.nan)  # the nan lifts the pen between two sequences
        lines = np.vstack([data.profile, np.full(B, np.nan)])
        self.gradients.set_data(np.tile(lag, B), lines.T.ravel())
        line = data.profile[0].mean() + np.arange(T) * data.exponent / np.log(10)
        self.promise.set_data(np.arange(T), line)
        reach = snap(np.abs(data.profile).max(), Y_LIMITS)
        self.left.set_ylim(-reach, max(Y_LIMITS[0], reach if data.profile.max() > Y_LIMITS[0] else 0))
        self.curve.set_data(data.gains, data.curve)
        self.here.set_data([data.gain], [data.exponent])
        self.slope.set_data([data.gain], [data.slope])


@house_style()
def draw_exponents(gains, exponents, slopes, sentence):
    """λ₁ and the slope of the log gradient at several gains, one point for each network.

    Parameters
    ----------
    gains : sequence of G floats
    exponents, slopes : ndarrays (G, seeds)
        Natural logarithm a step.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, (left, right) = new_still(sentence, ncols=2, height=3.6)
    exponents, slopes = np.asarray(exponents), np.asarray(slopes)
    place = np.repeat(np.asarray(gains, float)[:, None], exponents.shape[1], 1)
    left.plot(place - 0.02, exponents, "o", color=EXPONENT, ms=6, mec="black")
    left.plot(place + 0.02, slopes, "x", color=GRADIENT, ms=7, mew=2)
    left.axhline(0, color="0.35", lw=1.2)
    left.set(xlabel="gain g", ylabel="natural logarithm a step", title="One point for each network")
    left.plot([], [], "o", color=EXPONENT, mec="black", label=r"exponent $\lambda_1$")
    left.plot([], [], "x", color=GRADIENT, mew=2, label="slope of the log gradient")
    left.legend(loc="lower right", fontsize=9)
    ends = [exponents.min() - 0.03, exponents.max() + 0.03]
    right.plot(ends, ends, "-", color="0.35", lw=1.2, label="equal")
    for gain, x, y, marker, colour in zip(gains, exponents, slopes, "os^vDP*X", COLOURS, strict=False):
        right.plot(x, y, marker, color=colour, ms=7, mec="black", ls="none", label=f"gain {gain:g}")
    right.set(xlabel=r"exponent $\lambda_1$", ylabel="slope of the log gradient", title="One against the other")
    right.legend(loc="upper left", fontsize=9)
    for ax in (left, right):
        ax.grid(alpha=0.3)
    return figure
