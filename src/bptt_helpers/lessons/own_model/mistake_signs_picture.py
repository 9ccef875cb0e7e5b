"""A small drawing for each mistake that people make with a framework: the thing itself, once right and once wrong.

Every function takes the middle of its place in inches, (x, y), and whether to draw the mistake; it returns shapes and
words for a place of `WIDTH` by `HEIGHT` inches.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..pictures import GREY, INK, INKS
from ..sheet_pictures import Word, arrow, box, disc

WIDTH, HEIGHT = 1.76, 0.64
SMALL = 9  # points, of what names a part
FINE, WRONG = INKS[0], "#a62f16"  # of lines and letters
LIGHT = {FINE: "#dcebf8", WRONG: "#f6cfc6"}  # of what they fill


def carried(x, y, wrong, numbers):
    """Three batches, and how far the way back of the last one goes."""
    places, left = x + np.array([-0.1, 0.31, 0.72]), x - WIDTH / 2
    shapes = [box(place, y + 0.12, 0.28, 0.22, LIGHT[FINE], INK, 0.8) for place in places]
    shapes += [arrow((a + 0.14, y + 0.12), (b - 0.14, y + 0.12), INK, 0.02, 0.08) for a, b in pairwise(places)]
    colour, end = (WRONG, places[0] - 0.14) if wrong else (FINE, places[2] - 0.14)
    words = [Word(place, y + 0.12, str(k), INK, SMALL) for k, place in enumerate(places, 1)]
    words.append(Word(left, y + 0.12, "batch", GREY, SMALL, ha="left"))
    words.append(Word(left, y - 0.15, "way back", GREY, SMALL, ha="left"))
    return [*shapes, arrow((places[2] + 0.14, y - 0.15), (end, y - 0.15), colour, 0.05, 0.13)], words


def leftover(x, y, wrong, numbers):
    """The gradient as a bar; what was there before stands behind it."""
    right, found = numbers
    scale = WIDTH / max(right, found)
    left, wide, rest = x - WIDTH / 2, scale * right, scale * (found - right)
    shapes = [box(left + wide / 2, y, wide, 0.28, LIGHT[FINE], FINE, 1)]
    words = [Word(left + wide / 2, y, "this loss", FINE, SMALL)]
    if wrong:
        shapes.append(box(left + wide + rest / 2, y, rest, 0.28, LIGHT[WRONG], WRONG, 1))
        words.append(Word(left + wide + rest / 2, y, "left over", WRONG, SMALL))
    return shapes, words


def biases(x, y, wrong, numbers):
    """What stands in the two biases of a forget gate."""
    values, shapes, words = ("1", "1" if wrong else "0"), [], [Word(x, y - 0.1, "+", INK, 11)]
    for side, name, value in zip((-1, 1), ("bias_ih", "bias_hh"), values, strict=True):
        bad = wrong and side > 0
        shapes.append(box(x + side * 0.38, y - 0.1, 0.4, 0.28, LIGHT[WRONG if bad else FINE], INK, 0.8))
        words.append(Word(x + side * 0.38, y - 0.1, value, WRONG if bad else INK, 11, True))
        words.append(Word(x + side * 0.38, y + 0.17, name, GREY, SMALL))
    return shapes, words


def order(x, y, wrong, numbers):
    """The blocks of a file above, where they come to stand below."""
    file, slots, middle, left = "zrh", "rzn", x + 0.3, x - WIDTH / 2
    shapes, words = [], []
    for name, row in (("in file", 0.2), ("read as", -0.2)):
        words.append(Word(left, y + row, name, GREY, SMALL, ha="left"))
    for k, gate in enumerate(file):
        place, goes = middle + (k - 1) * 0.4, k if wrong or gate == "h" else 1 - k
        bad = wrong and gate != "h"
        shapes.append(box(place, y + 0.2, 0.34, 0.2, LIGHT[FINE], INK, 0.8))
        shapes.append(box(middle + (goes - 1) * 0.4, y - 0.2, 0.34, 0.2, LIGHT[WRONG if bad else FINE], INK, 0.8))
        start, end = (place, y + 0.1), (middle + (goes - 1) * 0.4, y - 0.1)
        shapes.append(arrow(start, end, WRONG if bad else FINE, 0.025, 0.08))
        words.append(Word(place, y + 0.2, gate, INK, 9.5))
        words.append(Word(middle + (k - 1) * 0.4, y - 0.2, slots[k], WRONG if bad else INK, 9.5))
    return shapes, words


def reset(x, y, wrong, numbers):
    """What the reset gate multiplies, and where it is done so."""
    term = "$W\\,(r \\odot h) + b$" if wrong else "$r \\odot (W\\,h + b)$"
    home = "Keras, reset_after=False" if wrong else "PyTorch, Keras, Flax"
    return [], [Word(x, y + 0.1, term, WRONG if wrong else FINE, 12), Word(x, y - 0.17, home, GREY, SMALL)]


def padding(x, y, wrong, numbers):
    """A sequence of five with three steps of padding, and the state that is taken."""
    places = x + (np.arange(8) - 3.5) * 0.19
    shapes = [
        box(p, y + 0.02, 0.165, 0.2, LIGHT[FINE] if k < 5 else "white", INK if k < 5 else GREY, 0.8)
        for k, p in enumerate(places)
    ]
    colour, taken, name = (WRONG, places[7], "out[-1]") if wrong else (FINE, places[4], "packed, h_n")
    shapes.append(arrow((taken, y - 0.29), (taken, y - 0.09), colour, 0.04, 0.12))
    words = [Word(p, y + 0.02, "0", GREY, SMALL) for p in places[5:]]
    words.append(Word(places[6], y + 0.22, "padding", GREY, SMALL))
    words.append(Word(places[2], y + 0.22, "sequence", GREY, SMALL))
    return shapes, [*words, Word(taken - 0.1, y - 0.22, name, colour, SMALL, ha="right")]


def layout(x, y, wrong, numbers):
    """Three sequences of five steps, and which way the network reads."""
    columns, rows = x + 0.22 + (np.arange(5) - 2) * 0.22, y - 0.07 + (1 - np.arange(3)) * 0.165
    shapes = [box(c, r, 0.19, 0.145, LIGHT[FINE], "white", 0.8) for r in rows for c in columns]
    if wrong:
        shapes += [arrow((c, rows[0] + 0.04), (c, rows[2] - 0.09), WRONG, 0.025, 0.1) for c in columns]
    else:
        shapes += [arrow((columns[0] - 0.09, r), (columns[4] + 0.11, r), FINE, 0.025, 0.1) for r in rows]
    words = [Word(columns[2], y + 0.225, "time →", GREY, SMALL)]
    return shapes, [*words, Word(columns[0] - 0.17, rows[1], "batch ↓", GREY, SMALL, ha="right")]


def scaled(x, y, wrong, numbers):
    """The two operations in their order, and below them the step that is left: an arrow, or a point."""
    left, shapes, words = x - WIDTH / 2, [], []
    ways = (("clip", -0.32), ("÷ 65536", 0.4)) if wrong else (("÷ 65536", -0.4), ("clip", 0.32))
    half = {"clip": 0.22, "÷ 65536": 0.34}
    for name, place in ways:
        bad = wrong and name == "clip"
        shapes.append(box(x + place, y + 0.14, 2 * half[name], 0.24, LIGHT[WRONG if bad else FINE], INK, 0.8))
        words.append(Word(x + place, y + 0.14, name, WRONG if bad else INK, SMALL))
    (first, start), (second, end) = ways
    shapes.append(arrow((x + start + half[first], y + 0.14), (x + end - half[second], y + 0.14), INK, 0.02, 0.08))
    words.append(Word(left, y - 0.17, "step", GREY, SMALL, ha="left"))
    tail = left + 0.4
    if wrong:
        return [*shapes, disc(tail + 0.03, y - 0.17, 0.03, WRONG, WRONG, 0)], words
    return [*shapes, arrow((tail, y - 0.17), (x + WIDTH / 2, y - 0.17), FINE, 0.05, 0.15)], words
