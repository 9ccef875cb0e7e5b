"""Descent on one number with random cuts: which runs arrive, and where the others leave the picture."""

from __future__ import annotations

import numpy as np

from ..pictures import HALO, INK, house_style, new_still
from ..scheme_pictures import CHUNKED, WRONG

EDGE, NEAR = 1.5, 0.1  # of the picture; how near to the best θ a run has to end
ARRIVES = "0.58"  # lighter than what is lost, also without any colour
FIRST, POINTS = 30, 400  # step at which the axis begins, points drawn of a run, each a factor further


def arrived(runs, target) -> np.ndarray:
    """Which runs, columns of (steps, runs), end within 0.1 of the target."""
    return np.abs(runs[-1] - target) < NEAR


@house_style()
def draw_training(panels, *, target):
    """θ over the steps of training; a run that does not arrive ends in an arrow where it first leaves the panel.

    Parameters
    ----------
    panels : dict of str to tuple of two ndarrays, (steps, runs) and (steps,)
        Title, runs, and one run more for comparison: plain blocks in place of random cuts.
    target : float
        θ* to mark.

    Returns
    -------
    Still
    """
    figure, axes = new_still("", height=3.4, ncols=len(panels), sharey=True, squeeze=False)
    counts = []
    for ax, (title, (runs, blocks)) in zip(axes[0], panels.items(), strict=True):
        reaches = arrived(runs, target)
        for run, reached in zip(runs.T, reaches, strict=True):
            _draw_run(ax, run, reached, color=ARRIVES if reached else WRONG, lw=1)
        blocks_arrive = arrived(blocks[:, None], target)[0]
        _draw_run(ax, blocks, blocks_arrive, **CHUNKED, lw=3, path_effects=HALO, label="plain blocks")
        ax.axhline(target, color=INK, lw=1.2)
        told = f"{title}: {reaches.sum()} of {len(reaches)} arrive, plain blocks {'too' if blocks_arrive else 'leave'}"
        counts.append(told)
        ax.set(xlabel="step", ylim=(-EDGE, EDGE), xscale="log", xlim=(FIRST, len(runs) - 1))
        ax.set_title(f"{title}\n{reaches.sum()} of {len(reaches)} arrive", fontsize=11)
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel("θ  (best: black)")
    axes[0, 0].legend(loc="lower left", fontsize=9)
    figure.sentence = f"θ over {len(blocks) - 1} steps, every run. {'; '.join(counts)}."
    return figure


def _draw_run(ax, run, reached, **style):
    """A line, with gaps where it is outside; a run that is lost ends in an arrow where it leaves first."""
    outside = np.abs(run) > EDGE
    end = int(outside.argmax()) if outside.any() and not reached else len(run)
    steps = np.unique([*np.geomspace(1, len(run) - 1, POINTS).astype(int), end - 1])
    steps = steps[steps < end]
    ax.plot(steps, np.where(outside, np.nan, run)[steps], **style)
    if end < len(run):
        edge, marker = (EDGE, "^") if run[end] > 0 else (-EDGE, "v")
        ax.plot(end, edge, marker, color=WRONG, ms=9, mec="white", mew=0.6, clip_on=False, zorder=3)
