"""Pictures that stand still: who hears whom, how fast the error falls, and what descent makes of a wrong sign."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from ..pictures import GREY, INK, house_style, new_still
from ..scheme_pictures import SLIDING, STYLES, WRONG

EXACT = "#3a3a3a"  # nearly ink, so that the frame of a row can be seen on it
DASHES = ("-", (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)), ":")


@house_style()
def draw_reach(heard, loss, sentence):
    """Which states each loss hears, one panel a scheme, and how many the chosen loss does.

    Parameters
    ----------
    heard : dict of str to ndarray of bool (T, T)
        Title of the panel; row t, column s: whether the loss of step t reaches the state of step s.
    loss : int
        The loss whose row is marked, counted from 1.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=2.9, ncols=len(heard), squeeze=False)
    for ax, (title, pairs) in zip(axes[0], heard.items(), strict=True):
        T = len(pairs)
        edges = np.arange(T + 1) + 0.5
        colour = next((style["color"] for name, style in STYLES.items() if title.startswith(name)), EXACT)
        ax.pcolormesh(edges, edges, pairs, cmap=ListedColormap(["white", colour]), vmin=0, vmax=1, ec="0.8", lw=0.5)
        ax.add_patch(Rectangle((0.5, loss - 0.5), T, 1, fc="none", ec=INK, lw=2))
        count = int(pairs[loss - 1].sum())
        ax.text(T, loss - 0.8, f"{count} of {loss}", ha="right", va="bottom", fontsize=11, weight="bold", color=INK)
        ticks = np.arange(1, T + 1, max(1, T // 4))
        ax.set(title=title, xlabel="state of step s", xticks=ticks, yticks=ticks)
        ax.set(ylim=(T + 0.5, 0.5), aspect="equal")
    axes[0, 0].set_ylabel("loss of step t")
    return figure


@house_style()
def draw_error(errors, slopes, sentence):
    """How fast the error of a sliding window falls: one line a network, the median of their slopes beside them.

    Parameters
    ----------
    errors : dict of str to ndarray (networks, T)
        Title of a panel; log10 ‖g_τ - g‖ / ‖g‖ for the windows 1 … T.
    slopes : dict of str to float
        The factor that the error is multiplied by with every step of the window, by title.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=3.4, ncols=len(errors), sharey=True, squeeze=False)
    for ax, (title, runs) in zip(axes[0], errors.items(), strict=True):
        window = np.arange(1, runs.shape[1] + 1)
        ax.plot(window, runs.T, color=SLIDING["color"], lw=0.8, alpha=0.5)
        factor = slopes[title]
        ax.plot(window, window * np.log10(factor), color=INK, lw=2.5)
        at = 0.45 * len(window)
        ax.text(at, at * np.log10(factor) + 0.25, f"× {factor:.3f} a step", fontsize=12, weight="bold", color=INK)
        ax.set(title=title, xlabel="window τ (steps)", xlim=(1, len(window)), ylim=(-6, 0.5))
        ax.grid(alpha=0.3)
    axes[0, 0].set_yticks([0, -1, -2, -3, -4, -5, -6], ["1", "0.1", "0.01", "10⁻³", "10⁻⁴", "10⁻⁵", "10⁻⁶"])
    axes[0, 0].set_ylabel("error, by length of the gradient")
    return figure


@house_style()
def draw_training(runs, sentence):
    """How far θ is from the best one, while windows of several lengths make its gradient.

    Parameters
    ----------
    runs : dict of str to dict of str to ndarray (steps + 1,)
        Scheme; name of a window, "exact" for none; distance of θ from the best one at every step.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, axes = new_still(sentence, height=3.4, ncols=len(runs), sharey=True, squeeze=False)
    for ax, (scheme, windows) in zip(axes[0], runs.items(), strict=True):
        truncated = [name for name in windows if name != "exact"]
        for name, distance in windows.items():
            thousand = np.arange(len(distance)) / 1000
            if name == "exact":  # wide and pale: another line may lie on it
                ax.plot(thousand, distance, color="0.75", lw=6, label=name, solid_capstyle="butt", zorder=1)
                continue
            dashes = DASHES[truncated.index(name) % len(DASHES)]
            ax.plot(thousand, distance, color=STYLES[scheme]["color"], lw=2, ls=dashes, label=name)
            alive = distance < 1e6
            if not alive.all():
                ax.plot(thousand[alive][-1], 6e5, "^", ms=9, color=WRONG, clip_on=False)
                ax.text(thousand[alive][-1] + 0.7, 3e5, "leaves", fontsize=10, va="center", color=WRONG)
        ax.axhline(distance[0], color=GREY, lw=0.8)
        ax.set(title=f"Training, {scheme}", xlabel="thousand steps", yscale="log")
        ax.set(xlim=(0, thousand[-1]), ylim=(1e-6, 1e6))
        ax.legend(loc="upper right", fontsize=9.5, handlelength=3, borderpad=0.3)
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel(r"distance of $\theta$ from the best one")
    return figure
