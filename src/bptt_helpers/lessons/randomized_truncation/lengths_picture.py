"""What a random draw, the mean of several, a block and a window err, by their length."""

from __future__ import annotations

import numpy as np

from ..pictures import INK, house_style, new_still
from ..scheme_pictures import CHUNKED, RANDOM, SLIDING

LOWEST, HIGHEST = 0.02, 10  # of the axis, in lengths of the exact gradient


@house_style()
def draw_lengths(lengths, panels, *, together=16):
    """Errors by length, a panel for each network; a ring marks where a single draw errs less than a block.

    Parameters
    ----------
    lengths : sequence of int (K,)
        Mean lengths, or windows.
    panels : dict of str to tuple of three ndarrays (K,)
        Title, and spread of one draw, bias of a block and of a sliding window, in lengths of the exact gradient.
    together : int
        How many draws the mean is of.

    Returns
    -------
    Still
    """
    figure, axes = new_still("", height=3.6, ncols=len(panels), sharey=True, squeeze=False)
    lengths, told = np.asarray(lengths), []
    for ax, (title, (spread, blocks, window)) in zip(axes[0], panels.items(), strict=True):
        curves = (
            ("random, one draw", spread, RANDOM, 2.5),
            (f"random, mean of {together}", spread / np.sqrt(together), RANDOM, 1.2),
            ("blocks", blocks, CHUNKED, 2),
            ("window", window, SLIDING, 2),
        )
        for name, errors, style, width in curves:
            ax.plot(lengths, np.maximum(errors, 1e-9), **style, lw=width, label=name)
        wins = spread < blocks
        ring = {"mfc": "white", "mec": INK, "mew": 1.5, "ms": 8, "ls": "none", "zorder": 3}
        ax.plot(lengths[wins], spread[wins], "o", label="one draw errs less than a block", **ring)
        ax.set(xscale="log", yscale="log", xlim=(1.9, 42), ylim=(LOWEST, HIGHEST), title=title, xlabel="mean length")
        ax.set_xticks([2, 5, 10, 20, 40], ["2", "5", "10", "20", "40"])
        ax.minorticks_off()
        ax.grid(alpha=0.3)
        told.append(f"{title}: one draw errs less than a block at {list(map(int, lengths[wins])) or 'no length'}")
    axes[0, 0].set_ylabel("error, exact gradient = 1")
    axes[0, -1].legend(fontsize=9, loc="upper right", framealpha=1)
    figure.sentence = f"Error by mean length. {'. '.join(told)}."
    return figure
