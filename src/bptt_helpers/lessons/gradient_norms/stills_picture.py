"""Pictures that do not move: the rule on trial, the radii that are enough, a vector that grows before it shrinks."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import COLD, WARM, at_edge, gradient_axis, gradient_colours
from ..pictures import COLOURS, HALO, INK, house_style, new_still

RULE = COLOURS[4]


@house_style()
def draw_rule(radius, growth, guess, sentence):
    """Measured growth of the gradient per step against the spectral radius, one dot for each network.

    Parameters
    ----------
    radius : ndarray (k,)
    growth : ndarray (k, networks)
        Factor per step.
    guess : ndarray (k,)
        Radius × mean slope.
    sentence : str
        What the picture shows, for who cannot see it.

    Returns
    -------
    Still
    """
    figure, ax = new_still(sentence, height=4)
    networks = growth.shape[1]
    ax.axhspan(1, 9, color="#fdf1e6", lw=0, zorder=-3)
    ax.axhspan(0, 1, color="#ebf2f9", lw=0, zorder=-3)
    ax.axhline(1, color="0.45", lw=0.8)
    ax.plot(
        np.repeat(radius, networks), growth.ravel(), "o", ms=4, alpha=0.5, color="0.4", label="measured: each network"
    )
    ax.plot(radius, np.median(growth, 1), "-s", color=INK, lw=2, ms=6, label="measured: median")
    ax.plot(radius, radius, "--", color=RULE, lw=3, label="rule: radius")
    ax.plot(radius, guess, ":", color=COLOURS[2], lw=3, label="radius × mean slope")
    end = radius[-1] + 0.03
    ax.text(end, radius[-1], "rule", color=RULE, weight="bold", va="center", fontsize=12)
    ax.text(end, 1.015, "explodes", color=WARM, va="bottom", fontsize=11)
    ax.text(end, 0.985, "vanishes", color=COLD, va="top", fontsize=11)
    ax.set(
        xlabel="spectral radius",
        ylabel="factor per step",
        title=f"What a step back does to the gradient: {networks} networks at each radius",
        xlim=(radius[0] - 0.05, radius[-1] + 0.27),
        ylim=(growth.min() - 0.03, max(growth.max(), radius[-1]) + 0.08),
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", fontsize=10)
    return figure


@house_style()
def draw_enough(radius, change, lag, sentence):
    """For each network and radius: is the gradient at a lag larger than at lag 0?

    Parameters
    ----------
    radius : ndarray (k,)
        Rising, in equal steps.
    change : ndarray (networks, k)
        log10 of gradient norm ÷ norm at lag 0.
    lag : int
    sentence : str
        What the picture shows, for who cannot see it.

    Returns
    -------
    Still
    """
    figure, ax = new_still(sentence, height=4.4)
    networks, half = len(change), (radius[1] - radius[0]) / 2
    ends = radius[0] - half, radius[-1] + half
    ax.imshow(gradient_colours(change), extent=(*ends, networks - 0.5, -0.5), aspect="auto", interpolation="nearest")
    for row, enough in enumerate(change >= 0):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], enough, [False]])))
        for first, after in edges.reshape(-1, 2):
            x = [radius[first] - half, radius[after - 1] + half]
            ax.fill_between(x, row - 0.36, row + 0.36, fc="none", ec=INK, lw=1.3)
    ax.axvline(1, color=RULE, lw=3, ls="--")
    ax.annotate(
        "the rule: from here on", (1, -0.5), (4, 4), textcoords="offset points", color=RULE, weight="bold", fontsize=11
    )
    ax.set(
        yticks=range(networks),
        xlabel="spectral radius      (warm: larger, cold: smaller)",
        ylabel="network",
        xlim=ends,
    )
    ax.set_title(f"framed: the gradient at lag {lag} is at least as large as at lag 0", loc="right", fontsize=11)
    ax.tick_params(axis="y", labelsize=8)
    return figure


@house_style()
def draw_transient(signals, radius, sentence):
    """A vector of two entries, sent back step by step: the vector itself, and its norm.

    Parameters
    ----------
    signals : ndarray (lags, 2)
        The signal at lag 0, 1, …; its norm grows first, and falls below its start in the end.
    radius : float
        Spectral radius of the matrix.
    sentence : str
        What the picture shows, for who cannot see it.

    Returns
    -------
    Still
    """
    figure, (plane, ax) = new_still(sentence, height=4, ncols=2, width_ratios=[1, 1.35])
    norms = np.linalg.norm(signals, axis=1)
    peak, below = int(norms.argmax()), int(np.flatnonzero(norms >= norms[0])[-1]) + 1
    _draw_vectors(plane, signals, sorted({0, 1, 2, 4, peak, 2 * peak, 3 * peak, below}))
    lag, logs = np.arange(len(norms)), np.log10(norms)
    gradient_axis(ax)
    ax.plot(lag, at_edge(logs), color=INK, lw=2.5)
    ax.plot(lag, at_edge(logs[0] + lag * np.log10(radius)), "--", color=RULE, lw=2.5)
    bold = {"textcoords": "offset points", "weight": "bold", "fontsize": 11}
    for k, text in ((peak, f"{norms[peak]:.1f} at lag {peak}"), (below, f"below {norms[0]:.0f} from lag {below} on")):
        ax.plot(k, logs[k], "o", ms=8, color=INK)
        ax.annotate(text, (k, logs[k]), (0, 10), **bold)
    middle = len(lag) // 2
    ax.annotate(
        "the rule", (middle, logs[0] + middle * np.log10(radius)), (-8, -8), ha="right", va="top", color=RULE, **bold
    )
    ax.set(xlim=(0, lag[-1]), xlabel="lag", title="Its norm")
    for one in (plane, ax):
        one.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_vectors(ax, signals, lags):
    """The signal as an arrow at some lags, and the way of its tip."""
    ax.plot(*signals.T, "-", color="0.75", lw=1)
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    for k in lags:
        ax.annotate("", signals[k], (0, 0), arrowprops=arrow)
        label = {"textcoords": "offset points", "va": "center", "fontsize": 10, "path_effects": HALO}
        ax.annotate(f"lag {k}", signals[k], (6, 0), **label)
    right, top = 1.12 * signals.max(0)
    ax.set(xlim=(-0.1, right + 0.2), ylim=(-0.04 * top, top), title="The vector (axes of different scale)")
    ax.set(xlabel="first entry", ylabel="second entry")
