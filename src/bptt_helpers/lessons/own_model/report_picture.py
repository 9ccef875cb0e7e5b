"""One figure for a report on windows: losses and how far back they are felt, the window that is enough, its error."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator

from ...numbers.validate import shown
from ..gradient_pictures import at_edge, gradient_bar, leaving
from ..pictures import GREY, INK, PALE, Still, house_style, snap
from ..scheme_pictures import CHUNKED
from ..truncation.chain_pictures import Cells, colours_of
from ..truncation.window_picture import scissors
from .names_picture import name_lines
from .window_picture import BOUND, ENOUGH, WINDOW, percent

WIDTH, HEIGHT = 9, 5.6
EDGE, SPAN = 1.0, 4.9  # inches: left edge and width of what has steps along it
STAGES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
LOWEST, HIGHEST = -4, 1  # log10 of error and share
IN_BLOCKS = {"marker": "s", "ms": 5, "color": CHUNKED["color"], "ls": "none", "clip_on": False}
CELL = {"tanh": "RNN", "gru": "GRU", "lstm": "LSTM", "relu": "RNN with relu"}
SIDE, RIGHT = 6.3, 8.85  # inches: the column beside the plots
COLUMNS = (6.9, 7.53, 8.08, 8.85)  # inches: of the table


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


@house_style()
def draw_report(report):
    """Draw a report on windows.

    Time runs to the right everywhere. Above the sequence to scale, with the window for the smallest error. Then a
    sample of losses, each with its own step at the right: coloured is kept by this window, grey is cut. Below, over the
    same steps, the error of every window, what remains of the losses' signals, and the windows that are enough or that
    a bound chooses.

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
        ax.set_xlim(lags, 0)
    error, left, bound, blocks = below.lines[:4]
    name_lines(below, (blocks, bound, error, left))
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
    ax = _axes(figure, 4.66, 0.2)
    ax.set(xlim=(0, T), ylim=(0, 1))
    ax.axis("off")
    ax.add_patch(Rectangle((0, 0), T, 1, fc="#ececec", ec=GREY, lw=0.8, clip_on=False))
    ax.add_patch(Rectangle((T - window, 0), window, 1, fc=WINDOW, lw=0))
    ax.text(-0.01, 0.5, "step 1", transform=ax.transAxes, ha="right", va="center", fontsize=10)
    ax.text(1.01, 0.5, f"step {T}, the last loss", transform=ax.transAxes, ha="left", va="center", fontsize=10)


def _draw_losses(figure, report, window, lags):
    """A row for each sampled loss, back from its own step at the right."""
    ax = _axes(figure, 2.75, 1.46)
    shares = by_lag(report.influence, report.losses, lags)
    rows = len(shares)
    image = Cells(ax, rows, lags)
    image.set_extent((lags, 0, rows + 0.5, 0.5))
    kept = np.broadcast_to(np.arange(lags) < (window or lags), shares.shape)
    image.set_data(colours_of(shares, kept)[:, ::-1])
    ends = sorted({0, rows - 1})
    ax.set_yticks([1 + row for row in ends], [f"loss {report.losses[row] + 1}" for row in ends], fontsize=9.5)
    ax.tick_params(labelbottom=False)
    if window is not None and window < lags:
        ax.plot([window], [0.5], marker=scissors().rotated(deg=180), ms=15, color=INK, mew=0, clip_on=False)
    if np.isnan(shares[:, int(0.75 * lags)]).mean() > 0.13:  # room for the words
        ax.text(0.012, 0.97, "before step 1", transform=ax.transAxes, fontsize=9, color=GREY, va="top")
    losses, each = (
        (f"{rows} losses", ", one a row: how far back each is") if rows > 1 else ("One loss", ": how far back it is")
    )
    title = f"{losses} of sequence {report.sequence + 1}{each} felt (grey: cut)"
    figure.text(EDGE / WIDTH, 4.4 / HEIGHT, title, fontsize=10.5, va="center")
    gradient_bar(figure, (SIDE / WIDTH, 2.95 / HEIGHT, 0.14 / WIDTH, 1.0 / HEIGHT), fontsize=9)
    figure.text(7.0 / WIDTH, 3.45 / HEIGHT, "size of a signal,\n1 at its own loss", fontsize=9.5, va="center")
    return ax


def _draw_error(figure, report, lags):
    """Error and what remains, over the steps back."""
    ax = _axes(figure, 0.5, 2.02)
    ax.set_ylim(LOWEST, HIGHEST)
    ax.set_yticks(range(LOWEST, HIGHEST), [percent(10.0**k) for k in range(LOWEST, HIGHEST)])
    minor = [k + np.log10(n) for k in range(LOWEST, HIGHEST) for n in range(2, 10)]
    ax.yaxis.set_minor_locator(FixedLocator(minor))  # their crowding says that the scale is logarithmic
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("steps back from the loss: window τ", labelpad=2)
    ax.set_ylabel("error; share of a signal", labelpad=1)
    with np.errstate(divide="ignore"):
        error, left, bound = (np.log10(values) for values in (report.error, report.left, report.bound))
    for x, values, look in (
        (report.window, error, {"color": WINDOW, "lw": 2.6, "label": "error if cut here"}),
        (np.arange(len(left)) + 0.5, left, {"color": GREY, "lw": 1.4, "ls": "--", "label": "signal that remains"}),
        (report.window, bound, {"color": GREY, "lw": 1.4, "ls": ":", "label": "bound that is safe"}),
    ):
        ax.plot(x, leaving(values, LOWEST, HIGHEST), **look)
    found = [(n, cut.error) for n, cut in zip(report.needed, report.blocks, strict=True) if n is not None]
    heights = [at_edge(np.log10(max(error, 1e-99)), LOWEST, HIGHEST) for _, error in found]
    ax.plot([n for n, _ in found], heights, label="cut into blocks of τ", **IN_BLOCKS)
    for allowed, needed, safe in zip(report.errors, report.needed, report.safe, strict=True):
        height = at_edge(np.log10(allowed), LOWEST, HIGHEST)
        ax.axhline(height, color=PALE, lw=1, zorder=-1)
        if needed is not None:
            ax.plot([needed], [height], **ENOUGH)
        if safe is not None:
            ax.plot([safe], [height], **BOUND)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _write_table(figure, report):
    """What is enough, in numbers."""
    marks = _axes(figure, 2.24, 0.2, 0, WIDTH)
    marks.set(xlim=(0, WIDTH), ylim=(-1, 1))
    marks.axis("off")
    heads = (("error", None), ("enough", ENOUGH), ("safe", BOUND), ("in blocks", IN_BLOCKS))
    for place, (says, look) in zip(COLUMNS, heads, strict=True):
        figure.text(place / WIDTH, 2.07 / HEIGHT, says, fontsize=9.5, ha="right", color=GREY)
        if look:
            marks.plot([place - 0.12], [0], **look)
    for row, (allowed, needed, safe, blocks) in enumerate(
        zip(report.errors, report.needed, report.safe, report.blocks, strict=True)
    ):
        line = f"≤ {percent(allowed)}", needed or "none", safe or "none", percent(blocks.error) if blocks else ""
        for place, says in zip(COLUMNS, line, strict=True):
            look = {"weight": "bold"} if place == COLUMNS[1] else {}
            figure.text(place / WIDTH, (1.83 - 0.21 * row) / HEIGHT, str(says), fontsize=10.5, ha="right", **look)


def _write_cost(figure, report, chosen):
    """What the window for the smallest error saves, and what it costs."""
    cut = report.stored[1 + chosen]
    if cut is None:
        return
    exact = report.stored[0]
    walk = f"{cut.stride} losses walk back together," if cut.stride > 1 else "Every loss walks back alone,"
    says = (
        f"window={cut.window}, stride={cut.stride}:\n"
        f"{walk}\n"
        f"each at least {cut.window - cut.stride + 1} steps.\n"
        f"Compared with the exact gradient:\n"
        f"{percent(cut.numbers / exact.numbers)} of the numbers kept,\n"
        f"{cut.operations / exact.operations:.2g} times the multiply-adds"
    )
    figure.text(SIDE / WIDTH, 0.66 / HEIGHT, says, fontsize=9.5, va="center", linespacing=1.35)
