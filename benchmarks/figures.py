"""The pictures of the page, from the rows of the sections."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bptt_helpers.lessons.pictures import COLOURS

from .peers import OURS, PEERS

STYLE = {name: {"color": COLOURS[k], "marker": "oDs^vP"[k]} for k, name in enumerate(PEERS)}


def draw_ratios(rows) -> Figure:
    """Time of every peer over ours, against the number of units; a panel for each number of steps and batch."""
    steps, batches = (sorted({row[axis] for row in rows}) for axis in "TB")
    figure = Figure(figsize=(3.2 * len(steps) + 1, 2.8 * len(batches) + 0.6), layout="constrained")
    axes = figure.subplots(len(batches), len(steps), sharex=True, sharey=True, squeeze=False)
    for i, B in enumerate(batches):
        for j, T in enumerate(steps):
            cells = sorted((r for r in rows if (r["T"], r["B"]) == (T, B)), key=lambda row: row["n"])
            for name in cells[0]["ratio"] if cells else []:
                style = STYLE[name] | ({"linewidth": 2.5} if name == OURS else {})
                axes[i, j].plot([c["n"] for c in cells], [c["ratio"][name] for c in cells], label=name, **style)
            axes[i, j].set(xscale="log", yscale="log", title=f"T = {T}, batch {B}")
            axes[i, j].set_xticks(sorted({r["n"] for r in rows}), minor=False)
            axes[i, j].xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:g}"))
            axes[i, j].minorticks_off()
            axes[i, j].yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
            axes[i, j].grid(alpha=0.3)
    figure.supxlabel("hidden units n")
    figure.supylabel("time / time of this package")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def draw_growth(rows, n=16, B=1) -> Figure:
    """Milliseconds of every peer against the number of steps."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    cells = sorted((r for r in rows if (r["n"], r["B"]) == (n, B)), key=lambda row: row["T"])
    for name in cells[0]["ratio"] if cells else []:
        axes.plot([c["T"] for c in cells], [c["ms"] * c["ratio"][name] for c in cells], label=name, **STYLE[name])
    axes.set(xscale="log", yscale="log", xlabel="steps T", ylabel="one gradient, ms", title=f"n = {n}, batch {B}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def draw_memory(rows) -> Figure:
    """Peak memory of every peer over the size of the states alone, a group of bars for each size."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    names = list(rows[0]["peak"])
    width = 0.8 / len(names)
    for k, name in enumerate(names):
        heights = [row["peak"][name]["resident"] / row["states"] for row in rows]
        places = [i + (k - (len(names) - 1) / 2) * width for i in range(len(rows))]
        axes.bar(places, heights, width, label=name, color=COLOURS[k], hatch=["", "//", "..", "xx", "\\\\", "++"][k])
    axes.axhline(1, color="black", linestyle="--", linewidth=1)
    axes.set_xticks(range(len(rows)), [f"T = {row['T']}\nn = {row['n']}, batch {row['B']}" for row in rows])
    axes.set(yscale="log", ylabel="peak memory / states alone")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    figure.legend(loc="outside right center")
    return figure


def save(figure, path) -> None:
    """Write a PNG without the version of matplotlib in it, so that equal pictures are equal files."""
    figure.savefig(path, dpi=120, metadata={"Software": None})
