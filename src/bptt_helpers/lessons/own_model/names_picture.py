"""Names written beside the lines they belong to, where nothing else is drawn: no legend to look up."""

from __future__ import annotations

import numpy as np

SIZE = 9.5  # points
LETTER, HEIGHT = 0.067, 0.19  # inches that a letter and a line of this size take
AIR, STEP = 0.05, 0.08  # inches around a name, and from one place that is tried to the next
POINTS = 100  # of a line, that a name keeps clear of
DOUBT, FAR = 0.2, 2  # inches by which another named line may be nearer, and what is added where it is nearer still


def name_lines(ax, named) -> None:
    """Write the label of each line as near to it as can be without touching any other line, mark or name of `ax`.

    Call it when all is drawn and the limits are set. Where there is no room, or no line, no name is written.

    Parameters
    ----------
    ax : matplotlib Axes
        With linear axes, of a figure that keeps its layout.
    named : sequence of matplotlib Line2D
        With their labels; those that have least room first.
    """
    wide, high = ax.get_window_extent().size / ax.figure.dpi
    taken = np.concatenate([_points(line) for line in ax.lines if not _is_ruler(line, ax)])
    for line in named:
        own, length = _points(line), LETTER * len(line.get_label())
        x, y = np.meshgrid(np.arange(AIR, wide - length, STEP), np.arange(AIR, high - HEIGHT, STEP))
        places = np.column_stack([x.ravel(), y.ravel()])
        places = places[_distances(places, length, taken) > AIR]
        if len(own) == 0 or len(places) == 0:
            continue
        others = np.concatenate([np.empty((0, 2)), *(_points(other) for other in named if other is not line)])
        away = _distances(places, length, own)
        x, y = places[np.argmin(away + FAR * (away > _distances(places, length, others) + DOUBT))]
        looks = {"color": line.get_color(), "fontsize": SIZE, "va": "center", "transform": ax.transAxes}
        plate = {"fc": "white", "lw": 0, "pad": 0.5}  # a ruler is crossed
        ax.text(x / wide, (y + HEIGHT / 2) / high, line.get_label(), bbox=plate, **looks)
        x, y = np.meshgrid(np.linspace(x, x + length, 20), np.linspace(y, y + HEIGHT, 4))
        taken = np.concatenate([taken, np.column_stack([x.ravel(), y.ravel()])])


def _is_ruler(line, ax):
    """Lines of `axhline` and `axvline`."""
    return line.get_transform() in (ax.get_xaxis_transform("grid"), ax.get_yaxis_transform("grid"))


def _points(line):
    """Of a line, in inches from the lower left corner of its axes, ``(N, 2)``; of what is not joined, the marks."""
    ax = line.axes
    corner, size = ax.get_window_extent().min, ax.get_window_extent().size
    at = line.get_xydata()
    at = ax.transData.transform(at[np.isfinite(at).all(1)]) - corner
    if line.get_ls() != "None" and len(at) > 1:
        way = np.append(0, np.hypot(*np.diff(at, axis=0).T)).cumsum()  # equally far apart, also where it is steep
        at = np.column_stack([np.interp(np.linspace(0, way[-1], POINTS), way, along) for along in at.T])
    return at[((at >= -1) & (at <= size + 1)).all(1)] / ax.figure.dpi


def _distances(places, length, points):
    """From boxes of a length, whose lower left corners are `places`, to the nearest of the points: inches."""
    middle = places + np.array([length, HEIGHT]) / 2
    beside = np.abs(points - middle[:, None]) - np.array([length, HEIGHT]) / 2
    return np.hypot(*np.maximum(beside, 0).transpose(2, 0, 1)).min(1, initial=np.inf)
