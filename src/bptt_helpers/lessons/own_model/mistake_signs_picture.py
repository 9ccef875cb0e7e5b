"""A small drawing for each mistake that people make with a framework: the thing itself, once right and once wrong.

Every function takes the middle of its place in inches, (x, y), and whether to draw the mistake; it returns shapes and
words for a place of `WIDTH` by `HEIGHT` inches.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..pictures import GREY, INK, PALE
from ..sheet_pictures import Word, arrow, box, disc

WIDTH, HEIGHT = 1.42, 0.6
FINE, WRONG = "#1f62a6", "#c8452c"  # of lines and letters
LIGHT = {FINE: "#dcebf8", WRONG: "#f6cfc6"}  # of what they fill


def carried(x, y, wrong, numbers):
    """Three batches, and how far the way back of the last one goes."""
    places = x + np.array([-0.47, 0, 0.47])
    shapes = [box(place, y + 0.12, 0.34, 0.24, LIGHT[FINE], INK, 0.8) for place in places]
    shapes += [arrow((a + 0.17, y + 0.12), (b - 0.17, y + 0.12), INK, 0.02, 0.09) for a, b in pairwise(places)]
    colour, end = (WRONG, places[0] - 0.17) if wrong else (FINE, places[2] - 0.17)
    return [*shapes, arrow((places[2] + 0.17, y - 0.17), (end, y - 0.17), colour, 0.05, 0.13)], []


def leftover(x, y, wrong, numbers):
    """The gradient as a bar; what was there before stands behind it."""
    right, found = numbers
    scale = (WIDTH - 0.1) / max(right, found)
    left = x - WIDTH / 2 + 0.05
    shapes = [box(left + scale * right / 2, y, scale * right, 0.26, LIGHT[FINE], FINE, 1)]
    if wrong:
        rest = scale * (found - right)
        shapes.append(box(left + scale * right + rest / 2, y, rest, 0.26, LIGHT[WRONG], WRONG, 1))
    return shapes, []


def biases(x, y, wrong, numbers):
    """What stands in the two biases of a forget gate."""
    values, shapes, words = ("1", "1" if wrong else "0"), [], [Word(x, y - 0.08, "+", INK, 11)]
    for side, name, value in zip((-1, 1), ("b_ih", "b_hh"), values, strict=True):
        bad = wrong and side > 0
        shapes.append(box(x + side * 0.34, y - 0.08, 0.4, 0.28, LIGHT[WRONG if bad else FINE], INK, 0.8))
        words.append(Word(x + side * 0.34, y - 0.08, value, WRONG if bad else INK, 11, True))
        words.append(Word(x + side * 0.34, y + 0.2, name, GREY, 8.5))
    return shapes, words


def order(x, y, wrong, numbers):
    """The blocks of a file above, where they come to stand below."""
    file, slots, shapes, words = "zrh", "rzn", [], []
    for k, gate in enumerate(file):
        place, goes = x + (k - 1) * 0.42, k if wrong or gate == "h" else 1 - k
        bad = wrong and gate != "h"
        shapes.append(box(place, y + 0.2, 0.36, 0.2, LIGHT[FINE], INK, 0.8))
        shapes.append(box(x + (goes - 1) * 0.42, y - 0.2, 0.36, 0.2, LIGHT[WRONG if bad else FINE], INK, 0.8))
        start, end = (place, y + 0.1), (x + (goes - 1) * 0.42, y - 0.1)
        shapes.append(arrow(start, end, WRONG if bad else FINE, 0.025, 0.08))
        words.append(Word(place, y + 0.2, gate, INK, 9.5))
        words.append(Word(x + (k - 1) * 0.42, y - 0.2, slots[k], WRONG if bad else INK, 9.5))
    return shapes, words


def reset(x, y, wrong, numbers):
    """What the reset gate multiplies."""
    term = "$W\\,(r \\odot h) + b$" if wrong else "$r \\odot (W\\,h + b)$"
    return [], [Word(x, y, term, WRONG if wrong else FINE, 11.5)]


def padding(x, y, wrong, numbers):
    """A sequence of five with three steps of padding, and the state that is taken."""
    places = x + (np.arange(8) - 3.5) * 0.17
    shapes = [
        box(p, y + 0.1, 0.15, 0.2, LIGHT[FINE] if k < 5 else "white", INK if k < 5 else PALE, 0.8)
        for k, p in enumerate(places)
    ]
    colour, taken = (WRONG, places[7]) if wrong else (FINE, places[4])
    shapes.append(arrow((taken, y - 0.28), (taken, y - 0.02), colour, 0.04, 0.12))
    return shapes, [
        Word(places[6], y + 0.1, "0", GREY, 8.5),
        Word(places[5], y + 0.1, "0", GREY, 8.5),
        Word(places[7], y + 0.1, "0", GREY, 8.5),
    ]


def layout(x, y, wrong, numbers):
    """Three sequences of five steps, and which way the network reads."""
    columns, rows = x + (np.arange(5) - 2) * 0.2, y + (1 - np.arange(3)) * 0.2
    shapes = [box(c, r, 0.17, 0.17, LIGHT[FINE], "white", 0.8) for r in rows for c in columns]
    if wrong:
        shapes += [arrow((c, rows[0] + 0.08), (c, rows[2] - 0.1), WRONG, 0.025, 0.1) for c in columns]
    else:
        shapes += [arrow((columns[0] - 0.08, r), (columns[4] + 0.1, r), FINE, 0.025, 0.1) for r in rows]
    return shapes, []


def scaled(x, y, wrong, numbers):
    """A step as an arrow; beside the right one the wrong one is a point."""
    start = x - 0.6
    if wrong:
        return [disc(start, y, 0.035, WRONG, WRONG, 0)], []
    return [arrow((start, y), (x + 0.6, y), FINE, 0.05, 0.16)], []
