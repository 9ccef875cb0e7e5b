"""One figure for a report on windows: losses and how far back they are felt, the window that is enough, its error."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ...numbers.validate import shown
from ..gradient_pictures import at_edge, gradient_axis, gradient_bar, leaving
from ..pictures import GREY, INK, PALE, Still, house_style, snap
from ..scheme_pictures import CHUNKED
from ..truncation.chain_pictures import Cells, colours_of
from ..truncation.window_picture import scissors
from .window_picture import BOUND, ENOUGH, WINDOW, percent

WIDTH, HEIGHT = 9, 5.6
EDGE, SPAN = 0.95, 5.05  # inches: left edge and width of what has steps along it
STAGES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
LOWEST, HIGHEST = -4, 1  # log10 of error and share
IN_BLOCKS = {"marker": "s", "ms": 5, "color": CHUNKED["color"], "ls": "none", "clip_on": False}
CELL = {"tanh": "RNN", "gru": "GRU", "lstm": "LSTM", "relu": "RNN with relu"}
RIGHT = 8.5  # inches: end of the sequence
COLUMNS = (6.75, 7.5, 8.2, 8.85)  # inches: of the table


def by_lag(influence, losses, lags) -> np.ndarray:
    """Rows of losses, from the own state back: what is sent, divided by what is sent to the own state.

    Parameters
    ----------
    influence : ndarray (L, T)
        log10 ‖dL_t/ds_s‖; nan for s > t.
    losses : ndarray of int (L,)
        t, counted from 0.
    lags : int

    Returns
    -------
    ndarray (L, lags)
        Column k: log10 of the share that arrives k steps back; nan before the start, and in the whole row of a loss
        that sends nothing.
    """
    back = np.asarray(losses)[:, None] - np.arange(lags)
    sent = np.take_along_axis(np.asarray(influence, float), np.maximum(back, 0), 1)
    own = np.where(np.isfinite(sent[:, :1]), sent[:, :1], np.nan)
    return np.where(back >= 0, sent - own, np.nan)


def nearly_one(cosine) -> str:
    """A cosine with four places, or five where they are all nines.

    Examples
    --------
    >>> nearly_one(0.99712), nearly_one(0.99996), nearly_one(0.999999), nearly_one(-0.25)
    ('.9971', '.99996', '1.0000', '-.2500')
    """
    return f"{cosine:.{5 if 0.9999 < cosine < 0.999995 else 4}f}".replace("0.", ".", 1)


@house_style()
def draw_report(report):
    """Draw a report on windows.

    Above the sequence to scale, with the window for the smallest error. Then a sample of losses, each from its own step
    back: coloured is kept by this window, grey is cut. Below, over the same steps, the error of every window, what is
    left of the losses' signals, and the windows that are enough or that a bound chooses.

    Parameters
    ----------
    report : WindowReport

    Returns
    -------
    Still
        With the report's sentence.

    Raises
    ------
    ValueError
        If `report` is no report.
    """
    if not hasattr(report, "needed"):
        raise ValueError(f"report: want what window_report returns, got {shown(report)}")
    figure = Still(figsize=(WIDTH, HEIGHT))
    figure.sentence = report.sentence
    chosen = int(np.argmin(report.errors))
    window = report.needed[chosen]
    far = max(n for n in (*report.needed, *report.safe, len(report.window) if window is None else 1) if n is not None)
    lags = int(min(report.sequence_length, snap(1.15 * far, STAGES)))
    _draw_sequence(figure, report, window, report.errors[chosen])
    above = _draw_losses(figure, report, window, lags)
    below = _draw_error(figure, report, lags)
    for ax in (above, below):
        if window is not None:
            ax.axvline(window, color=INK, lw=1.6, ls=(0, (4, 2)))
        ax.set_xlim(0, lags)
    _write_table(figure, report)
    _write_cost(figure, report, chosen)
    return figure


def _axes(figure, bottom, height, left=EDGE, width=SPAN):
    """Axes at a place in inches."""
    return figure.add_axes((left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT))


def _draw_sequence(figure, report, window, error):
    """The headline, and the sequence to scale with the window at its end."""
    T = report.sequence_length
    if window is None:
        window, says = len(report.window), f"Not found within {len(report.window)} steps"
        more = f"of {T}: the search was interrupted"
    else:
        says = f"Look back {window} step" + "s" * (window > 1)
        more = f"{'all' if window >= T else 'of'} {T}, for a gradient within {percent(error)} of the exact one"
    figure.text(EDGE / WIDTH, 5.37 / HEIGHT, says, fontsize=17, weight="bold", va="center", color=WINDOW)
    figure.text(EDGE / WIDTH, 5.06 / HEIGHT, more, fontsize=11.5, va="center")
    kind = f"{CELL.get(report.cell, report.cell)}, {report.n_hidden} units\nbatch {report.batch_size}, {report.dtype}"
    figure.text(RIGHT / WIDTH, 5.22 / HEIGHT, kind, fontsize=10.5, ha="right", va="center", color=GREY)
    ax = _axes(figure, 4.68, 0.2, width=RIGHT - EDGE)
    ax.set(xlim=(0, T), ylim=(0, 1))
    ax.axis("off")
    ax.add_patch(Rectangle((0, 0), T, 1, fc="#ececec", ec=GREY, lw=0.8, clip_on=False))
    ax.add_patch(Rectangle((T - window, 0), window, 1, fc=WINDOW, lw=0))
    ax.text(-0.01, 0.5, "step 1", transform=ax.transAxes, ha="right", va="center", fontsize=10)
    ax.text(1.004, 0.5, f"{T}", transform=ax.transAxes, ha="left", va="center", fontsize=10)


def _draw_losses(figure, report, window, lags):
    """A row for each sampled loss, from its own step back."""
    ax = _axes(figure, 2.65, 1.5)
    shares = by_lag(report.influence, report.losses, lags)
    rows = len(shares)
    image = Cells(ax, rows, lags)
    image.set_extent((0, lags, rows + 0.5, 0.5))
    image.set_data(colours_of(shares, np.broadcast_to(np.arange(lags) < (window or lags), shares.shape)))
    ax.set_yticks([1, rows], [f"loss {t + 1}" for t in np.asarray(report.losses)[[0, -1]]], fontsize=9.5)
    ax.tick_params(labelbottom=False)
    if window is not None and window < lags:
        ax.plot([window], [0.5], marker=scissors().rotated(deg=180), ms=15, color=INK, mew=0, clip_on=False)
    title = f"A sample of {rows} losses of sequence {report.sequence + 1}, each from its own step back: grey is cut"
    ax.set_title(title, fontsize=10.5, loc="left", pad=10)
    gradient_bar(figure, (6.6 / WIDTH, 2.93 / HEIGHT, 0.14 / WIDTH, 1.0 / HEIGHT), fontsize=9)
    return ax


def _draw_error(figure, report, lags):
    """Error and what is left, over the steps back."""
    ax = _axes(figure, 0.5, 1.9)
    gradient_axis(ax, LOWEST, HIGHEST, 1)
    ax.set_yticks(range(LOWEST, HIGHEST), [percent(10.0**k) for k in range(LOWEST, HIGHEST)])
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("steps back from the loss: window τ", labelpad=2)
    with np.errstate(divide="ignore"):
        error, left = np.log10(report.error), np.log10(report.left)
    ax.plot(
        np.arange(len(left)) + 0.5,
        leaving(left, LOWEST, HIGHEST),
        color=GREY,
        lw=1.4,
        ls="--",
        label="left of a signal",
    )
    ax.plot(report.window, leaving(error, LOWEST, HIGHEST), color=WINDOW, lw=2.6, label="error")
    for allowed, needed, safe, blocks in zip(report.errors, report.needed, report.safe, report.blocks, strict=True):
        height = at_edge(np.log10(allowed), LOWEST, HIGHEST)
        ax.axhline(height, color=PALE, lw=1, zorder=-1)
        if needed is not None:
            ax.plot([needed], [height], **ENOUGH)
            ax.plot([needed], [at_edge(np.log10(max(blocks.error, 1e-99)), LOWEST, HIGHEST)], **IN_BLOCKS)
        if safe is not None:
            ax.plot([safe], [height], **BOUND)
    ax.plot([], [], label="enough", **ENOUGH)
    ax.plot([], [], label="safe bound", **BOUND)
    ax.plot([], [], label="in blocks of τ", **IN_BLOCKS)
    place = {"loc": "center left", "bbox_to_anchor": (7.2 / WIDTH, 3.4 / HEIGHT), "bbox_transform": figure.transFigure}
    ax.legend(**place, frameon=False, fontsize=10, handlelength=1.6, labelspacing=0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _write_table(figure, report):
    """What is enough, in numbers."""
    lines = [("error", "window", "cosine", "bound")]
    for allowed, needed, safe in zip(report.errors, report.needed, report.safe, strict=True):
        cosine = "" if needed is None else nearly_one(report.cosine[min(needed, len(report.cosine)) - 1])
        lines.append((f"≤ {percent(allowed)}", needed or "none", cosine, safe or "none"))
    for row, line in enumerate(lines):
        for place, says in zip(COLUMNS, line, strict=True):
            looks = {"color": GREY} if row == 0 else {"weight": "bold"} if place == COLUMNS[1] else {}
            figure.text(place / WIDTH, (2.28 - 0.22 * row) / HEIGHT, str(says), fontsize=10.5, ha="right", **looks)


def _write_cost(figure, report, chosen):
    """What the window for the smallest error saves, and what it costs."""
    cut, blocks = report.stored[1 + chosen], report.blocks[chosen]
    if cut is None:
        return
    exact = report.stored[0]
    says = (
        f"window={cut.window}, stride={cut.stride} keeps\n"
        f"{percent(cut.numbers / exact.numbers)} of the numbers, with\n"
        f"{cut.operations / exact.operations:.2g} times the multiply-adds.\n"
        f"Detached every {blocks.window} steps: error {percent(blocks.error)}"
    )
    figure.text(6.25 / WIDTH, 0.85 / HEIGHT, says, fontsize=9.5, va="center", linespacing=1.4)
