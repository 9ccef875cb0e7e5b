"""A chain of copies of one cell, drawn: folded up into a loop, pulled apart, or anything between."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from ..pictures import COLOURS, GREY, INK, INKS
from ..sheet_pictures import Word, Words, box

WEIGHT, DERIVATIVE, CHANGED = COLOURS[6], COLOURS[0], COLOURS[4]  # a weight; dL/d something; what a nudge has moved
DERIVATIVE_INK = INKS[0]
RADIUS = 0.38  # of a node; all lengths are inches
SIZE = 11.5  # of the words, in points
LOOP = (1.25, 1.7)  # how far the loop of the folded cell leans out, and hangs down
TO_LOSS = 1.25  # from the folded cell to its loss
SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def signed(number, digits=3):
    """A number with a minus sign as long as a plus.

    Examples
    --------
    >>> signed(-0.5, 1), signed(-0.0)
    ('−0.5', '0')
    """
    return f"{number:.{digits}f}".replace("-", "−") if number else "0"


def places(copies, apart, left, right):
    """Where h_0 … h_T and the loss stand across the sheet, ``(copies + 2,)``.

    Parameters
    ----------
    copies : int
        T.
    apart : float
        0: all states in one place, beside the loss. 1: at equal distances from `left` to `right`.
    """
    folded = np.full(copies + 2, (left + right - TO_LOSS) / 2)
    folded[-1] += TO_LOSS
    return folded + apart * (np.linspace(left, right, copies + 2) - folded)


def loop(start, end, apart, points=121):
    """The arrow of one copy from state to state: a loop that hangs down when folded, a straight line when apart.

    Parameters
    ----------
    start, end : float
        Centres of both nodes, across.

    Returns
    -------
    ndarray (points, 2)
        Its height is 0 where the nodes are.
    """
    # between, it leaves one node and enters the next below the gap, with room for a badge under both
    lean, hang = -LOOP[0] * (1 - apart) ** 3 + (end - start) / 2 * apart, LOOP[1] * (1 - apart) ** 0.4
    corners = np.array([[start, 0], [start + lean, -hang], [end - lean, -hang], [end, 0]])
    s = np.linspace(0, 1, points)[:, None]
    return np.hstack([(1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s**2 * (1 - s), s**3]) @ corners


def arrowhead(line, centre, size=0.2):
    """The head ``(3, 2)`` with which a line enters the node at `centre`, and the line without what the head covers."""
    last = len(line) - 1 - int((np.hypot(*(line - centre).T)[::-1] > RADIUS + 0.02).argmax())
    behind = last - int((np.hypot(*(line[: last + 1] - line[last]).T)[::-1] > size).argmax())
    tip, back = line[last], line[behind]
    across = (tip - back)[::-1] * (0.45, -0.45)
    return np.array([tip, back + across, back - across]), line[: behind + 1]


def compound(polygons):
    """One path of many closed polygons."""
    if not polygons:
        return Path(np.empty((0, 2)))
    vertices = np.concatenate([np.vstack([polygon, polygon[:1]]) for polygon in polygons])
    codes = np.concatenate(
        [[Path.MOVETO, *[Path.LINETO] * (len(polygon) - 1), Path.CLOSEPOLY] for polygon in polygons]
    ).astype(np.uint8)
    return Path(vertices, codes)


def shape(ax, color, edge=0):
    """A filled shape, to be given a path; an `edge` of the same colour rounds its corners."""
    return ax.add_patch(PathPatch(compound([]), fc=color, ec=color, lw=edge, joinstyle="round"))


def with_gaps(lines):
    """Points of all lines with a gap after each: one artist draws them all."""
    gap = [[np.nan, np.nan]]
    return np.concatenate([np.empty((0, 2)), *(np.vstack([line, gap]) for line in lines)])


def wide_arrow(x, top, bottom, width):
    """A straight falling arrow ``(7, 2)``, as wide as what it carries."""
    w, head = width / 2, 0.22
    across = np.array([-w, w, w, w + 0.1, 0, -w - 0.1, -w])
    down = np.array([top, top, bottom + head, bottom + head, bottom, bottom + head, bottom + head])
    return np.column_stack([x + across, down])


class ChainDrawing:
    """The artists of a chain; `artists` is in drawing order.

    Parameters
    ----------
    ax : matplotlib Axes
        Of a `sheet`.
    height : float
        At which the states stand.
    left, right : float
        Where h_0 and the loss stand when all is pulled apart.
    """

    def __init__(self, ax, height, left, right):
        self.height, self.left, self.right = height, left, right
        (self.plain,) = ax.plot([], [], color=INK, lw=2)
        self.plain_heads = shape(ax, INK)
        (self.copies,) = ax.plot([], [], color=WEIGHT, lw=3.5)
        self.copy_heads = shape(ax, WEIGHT)
        self.badges, self.nudged = shape(ax, WEIGHT, edge=5), shape(ax, CHANGED, edge=5)
        size = 2 * RADIUS * 72
        (self.nodes,) = ax.plot([], [], "o", ms=size, mfc="white", mec=INK, mew=1.8)
        (self.moved,) = ax.plot([], [], "o", ms=size, mfc="white", mec=CHANGED, mew=3)
        self.words = Words(ax)
        self.artists = [self.plain, self.plain_heads, self.copies, self.copy_heads, self.nodes, self.moved]
        self.artists += [self.badges, self.nudged, self.words]

    def show(self, states, loss, inputs, weights, apart=1.0, changed=(), nudged=()) -> np.ndarray:
        """Move the artists.

        Parameters
        ----------
        states, inputs : ndarrays (T + 1,) and (T,)
        loss : float
        weights : list of str
            What stands on each copy.
        apart : float
            As in `places`.
        changed : collection of int
            Nodes that a nudge has moved: 1 … T for states, T + 1 for the loss.
        nudged : collection of int
            Copies, 1 … T, that are not as the others.

        Returns
        -------
        ndarray (T,)
            Where the copies stand, across.
        """
        T, at, up = len(inputs), places(len(inputs), apart, self.left, self.right), np.array([0, self.height])
        lines = [loop(start, end, apart) for start, end in pairwise(at[:-1])]
        cut = [arrowhead(line, (end, 0)) for line, end in zip(lines, at[1:], strict=False)]
        self.copies.set_data((with_gaps([line for _, line in cut]) + up).T)
        self.copy_heads.set_path(compound([head + up for head, _ in cut]))
        self._show_plain_arrows(at)
        nodes = np.column_stack([at, np.full(T + 2, self.height)])
        self.nodes.set_data(nodes.T)
        self.moved.set_data(nodes[sorted(changed)].T if changed else ([], []))
        middles = np.array([line[len(line) // 2] for line in lines]) + up
        self._show_badges(middles, weights, nudged)
        words = [
            Word(*middle, text, "white" if t in nudged else "black", SIZE, True)
            for t, (middle, text) in enumerate(zip(middles, weights, strict=True), 1)
        ]
        self.words.show(words + self._words_of_nodes(at, [*states, loss], inputs, changed))
        return middles[:, 0]

    def _show_plain_arrows(self, at):
        """From each input to its state, and from the last state to the loss."""
        up, tip, head = np.array([0, self.height]), RADIUS + 0.02, 0.2
        down = [np.array([[x, 0.86], [x, tip + head]]) for x in at[1:-1]]
        across = np.array([[at[-2] + RADIUS, 0], [at[-1] - tip - head, 0]])
        heads = [np.array([[x, tip], [x - 0.09, tip + head], [x + 0.09, tip + head]]) for x in at[1:-1]]
        heads.append(np.array([[-tip, 0], [-tip - head, 0.09], [-tip - head, -0.09]]) + (at[-1], 0))
        self.plain.set_data((with_gaps([*down, across]) + up).T)
        self.plain_heads.set_path(compound([points + up for points in heads]))

    def _words_of_nodes(self, at, values, inputs, changed):
        """Names and values: of all nodes when they stand apart, else of those that are seen."""
        T, y = len(inputs), self.height
        if at[1] - at[0] < 2 * RADIUS:
            names = [Word(at[T], y, "hₜ", GREY, SIZE), Word(at[T + 1], y, "L", GREY, SIZE)]
            return [*names, Word(at[T], y + 1, "xₜ", INK, SIZE)]
        words = []
        for k, (x, value) in enumerate(zip(at, values, strict=True)):
            name = f"h{k}".translate(SUBSCRIPT) if k <= T else "L"
            words.append(Word(x, y + 0.15, name, GREY, SIZE))
            words.append(Word(x, y - 0.09, signed(value), CHANGED if k in changed else INK, SIZE, True))
        for t, x in enumerate(inputs, 1):
            words.append(Word(at[t], y + 1, f"x{t}".translate(SUBSCRIPT) + f" = {signed(x, 0)}", INK, SIZE))
        return words

    def _show_badges(self, middles, weights, nudged):
        boxes = [
            box(*middle, 0.08 + 0.11 * len(text), 0.25).corners for middle, text in zip(middles, weights, strict=True)
        ]
        self.badges.set_path(compound([corners for t, corners in enumerate(boxes, 1) if t not in nudged]))
        self.nudged.set_path(compound([corners for t, corners in enumerate(boxes, 1) if t in nudged]))
