"""Two curves of a training run: bits a character, between lines of what simpler guessers need, and gradient norms."""

from __future__ import annotations

import numpy as np

from ..cures.cells_picture import OF_CELL
from ..gradient_pictures import at_edge, gradient_axis
from ..label_pictures import Label
from ..pictures import GREY, INK, snap

STAGES = tuple(digit * 10**power for power in range(2, 8) for digit in (1, 2, 5))  # ends of an axis of updates
FEWEST, MOST = 1, 7  # bits; what is beyond stands at the edge
TICKS = (1, 1.5, 2, 3, 4, 5, 7)
SMALLEST, LARGEST = -3, 3  # log10 of a gradient norm
APART = 0.125  # inches between two names
TRAINING = "0.6"


def spread(places, apart) -> np.ndarray:
    """Places at least `apart` from each other, in the order of `places` and each as near to its own as that allows.

    Examples
    --------
    >>> spread([0.0, 0.1, 5.0], 1.0).tolist()
    [-0.45, 0.55, 5.0]
    """
    order = np.argsort(places, kind="stable")
    blocks = []  # of neighbours that touch: their wanted places with the distances taken off, one place for all
    for wanted in np.asarray(places, float)[order]:
        blocks.append([wanted])
        while len(blocks) > 1 and _top(blocks[-2], apart) > np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += [one - len(blocks[-1]) * apart for one in last]
    moved = np.concatenate([np.mean(block) + apart * np.arange(len(block)) for block in blocks] or [np.empty(0)])
    out = np.empty(len(order))
    out[order] = moved
    return out


def _top(block, apart):
    """Where what follows a block may begin."""
    return np.mean(block) + apart * len(block)


def update_axis(ax, done) -> None:
    """Let the axis of updates reach to the first stage that is not below `done`."""
    last = snap(done, STAGES)
    if ax.get_xlim() != (0, last):
        ax.set_xlim(0, last)
        ticks = [0, last // 2, last]
        ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        ax.get_xticklabels()[-1].set_ha("right")


class BitsCurve:
    """Bits a character against updates.

    Parameters
    ----------
    ax : matplotlib Axes
    baselines : sequence of (str, float)
        Names and bits of other guessers.

    Attributes
    ----------
    artists : list
        Those that move.
    """

    def __init__(self, ax, baselines=()):
        self.ax = ax
        ax.set(yscale="log", ylim=(FEWEST, MOST), xlabel="updates")
        ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
        ax.set_yticks([], minor=True)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_title("Bits a character: held-out text (thick), training (thin)", fontsize=10.5, loc="left", pad=5)
        self._print(baselines)
        (self.training,) = ax.plot([], [], color=TRAINING, lw=1)
        (self.held_out,) = ax.plot([], [], "o-", lw=2.2, ms=4, clip_on=False)
        self.value = Label(ax, size=12)
        self.artists = [self.training, self.held_out, self.value]
        update_axis(ax, 0)

    def _print(self, baselines):
        """A line for each baseline, its name and bits at the right, clear of each other."""
        ax, bits = self.ax, np.clip([value for _, value in baselines], FEWEST, MOST)
        inches = ax.bbox.height / ax.figure.dpi
        across = ax.get_yaxis_transform()
        heights = inches * np.log(bits / FEWEST) / np.log(MOST / FEWEST)
        names = spread(heights, APART) / inches
        for (name, value), at, place in zip(baselines, bits, names, strict=True):
            ax.axhline(at, color=GREY, lw=0.8, ls=(0, (1, 2)))
            y = FEWEST * (MOST / FEWEST) ** place
            ax.plot([1, 1.012, 1.03], [at, at, y], color=GREY, lw=0.6, clip_on=False, transform=across)
            ax.text(1.036, y, f"{name} {value:.2f}", transform=across, fontsize=8.5, va="center", color="0.25")

    def show(self, view) -> None:
        """Move the artists; `view` as `TrainingPicture.show` takes it."""
        update_axis(self.ax, view.done)
        self.training.set_data(view.updates, np.clip(view.bits, FEWEST, MOST))
        updates, bits = view.tested
        colour = OF_CELL[view.cell]
        self.held_out.set_data(updates, np.clip(bits, FEWEST, MOST))
        self.held_out.set_color(colour)
        self.value.set_text(f"held out {bits[-1]:.2f}")
        # above the curve, which has come down from the left; below it while there is no room
        right, last = self.ax.get_xlim()[1], np.clip(bits[-1], FEWEST, MOST)
        self.value.set_ha("right" if updates[-1] > 0.6 * right else "left")
        self.value.set_position((max(updates[-1], 0.02 * right), last * (1.26 if last < 5 else 0.77)))


class NormCurve:
    """Norm of the gradient against updates, with the norm to which it is clipped.

    Parameters
    ----------
    ax : matplotlib Axes

    Attributes
    ----------
    artists : list
        Those that move.
    """

    def __init__(self, ax):
        self.ax = ax
        gradient_axis(ax, SMALLEST, LARGEST)
        ax.set_xlabel("updates")
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_title("Norm of the gradient", fontsize=10.5, loc="left", pad=5)
        (self.norms,) = ax.plot([], [], color="0.3", lw=1)
        (self.limit,) = ax.plot([], [], color=INK, lw=2, ls=(0, (4, 1.5)), transform=ax.get_yaxis_transform())
        self.words = Label(ax, size=10, transform=ax.transAxes, align="right", plate=False)
        self.words.set_position((0.99, 0.92))
        self.artists = [self.norms, self.limit, self.words]
        update_axis(ax, 0)

    def show(self, view) -> None:
        """Move the artists; `view` as `TrainingPicture.show` takes it."""
        update_axis(self.ax, view.done)
        with np.errstate(divide="ignore"):
            self.norms.set_data(view.updates, at_edge(np.log10(view.norms), SMALLEST, LARGEST))
        clips = np.isfinite(view.clip_norm)
        self.limit.set_data(
            [0, 1] if clips else [], at_edge([np.log10(view.clip_norm)] * 2, SMALLEST, LARGEST) if clips else []
        )
        self.words.set_text(f"clip norm {view.clip_norm:g}: {view.clipped:.0%} clipped" if clips else "not clipped")
