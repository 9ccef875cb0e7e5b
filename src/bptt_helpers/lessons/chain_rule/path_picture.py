"""The paths from the copies of one weight to the last state: what each is worth, and how often it is counted."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, GREY, INK, INKS, PALE, house_style, new_still
from ..sheet_pictures import Shape, Shapes, Word, Words, box, disc, sheet

COPY, RIGHT, WRONG = COLOURS[6], INKS[0], "#b3290f"
COPY_INK = INKS[6]
LINE = "#9a9a9a"
GUESS = COLOURS[4]
# ways to multiply two derivatives, and to sum over the steps
PRODUCTS = {
    "total × immediate": r"$\sum_t\ \frac{dL}{dh_t}\ \frac{\partial^+ h_t}{\partial w}$",
    "immediate × total": r"$\sum_t\ \frac{\partial^+ L}{\partial h_t}\ \frac{dh_t}{dw}$",
    "total × total": r"$\sum_t\ \frac{dL}{dh_t}\ \frac{dh_t}{dw}$",
    "immediate × immediate": r"$\sum_t\ \frac{\partial^+ L}{\partial h_t}\ \frac{\partial^+ h_t}{\partial w}$",
}


def _path(places, y, i, shapes, before=False):
    """One path: from state `i` through the copy of the weight at step i + 1 to the last state."""
    step = places[1] - places[0]
    for k in range(0 if before else i + 1, len(places) - 1):
        colour = PALE if k < i else LINE
        shapes.append(box((places[k] + places[k + 1]) / 2, y, step, 0.03, colour, "none"))
    shapes.append(box((places[i] + places[i + 1]) / 2, y, step, 0.1, COPY, "none"))
    for k in range(0 if before else i + 1, len(places)):
        shapes.append(disc(places[k], y, 0.04, "white", PALE if k < i else LINE))


@house_style()
def draw_copies(states, ways, guess=None):
    """What each copy of the weight in h_t = w h_{t-1} does to the last state.

    Parameters
    ----------
    states : ndarray (T,)
        h_0 … h_{T-1}: what copy 1 … T multiplies.
    ways : ndarray (T,)
        What is left of a change of h_1 … h_T at the last step.
    guess : object
        How many times the contribution of the last copy the reader gave to the first; what is no number is not drawn.

    Returns
    -------
    Still
    """
    T, parts = len(states), states * ways
    sentence = f"Contributions of copies 1 to {T} to dh_{T}/dw: " + ", ".join(f"{part:.3g}" for part in parts)
    sentence += (
        f". Together {parts.sum():.3g}, the total derivative; the last alone {parts[-1]:.3g}, the immediate one."
    )
    row, low = 0.36, 0.5
    top = low + row * T
    figure, ax = sheet(*new_still(sentence, height=top + 0.36))
    shapes, words = [], []
    places = 0.9 + 0.5 * np.arange(T + 1)
    columns = np.array([3.96, 4.88, 5.78])
    rows = top - row * (np.arange(T) + 0.5)
    for i, y in enumerate(rows):
        _path(places, y, i, shapes, before=True)
        words.append(Word(0.74, y, f"copy {i + 1}", COPY_INK, 10, ha="right"))
        numbers = (f"{states[i]:.3g}", f"× {ways[i]:.3g}", f"= {parts[i]:.3f}")
        for place, text, colour, bold in zip(columns, numbers, (GREY, INK, COPY_INK), (0, 0, 1), strict=True):
            words.append(Word(place, y, text, colour, 11, bool(bold)))
    words += [Word(place, low - 0.1, f"$h_{t}$", GREY, 10.5) for t, place in enumerate(places)]
    heads = (("state before it", GREY), (f"way to $h_{T}$", INK), ("contribution", COPY_INK))
    words += [Word(x, top + 0.2, text, colour, 10) for x, (text, colour) in zip(columns, heads, strict=True)]
    if isinstance(guess, int | float) and np.isfinite(guess):
        words.append(Word(6.35, rows[0], f"your guess {guess * parts[-1]:.3g}", GUESS, 9.5, True, "left"))
    for x, first, name, symbol, colour in (
        (7.6, 0, "total", f"$dh_{T}/dw$", RIGHT),
        (6.35, T - 1, "immediate", rf"$\partial^+h_{T}/\partial w$", COPY_INK),
    ):
        high, bottom = rows[first] + 0.13, rows[-1] - 0.13
        shapes.append(Shape(np.array([[x, high], [x + 0.1, high], [x + 0.1, bottom], [x, bottom]]), "none", colour, 2))
        shapes.append(box(x - 0.005, (high + bottom) / 2, 0.05, high - bottom - 0.06, "white", "none"))
        y = (high + bottom) / 2
        if first:  # one row has no room beside it
            y += 0.58
        words.append(Word(x + 0.2, y + 0.24, name, colour, 11, True, "left"))
        words.append(Word(x + 0.2, y, symbol, colour, 11, False, "left"))
        words.append(Word(x + 0.2, y - 0.26, f"{parts[first:].sum():.3g}", colour, 13, True, "left"))
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    return figure


@house_style()
def draw_paths(counted):
    """How often four products of two derivatives count each path from a copy of w to the last state.

    Parameters
    ----------
    counted : dict of str to ndarray (T, T) of bool
        By name in `PRODUCTS`: entry (i, t) says whether the path from copy i + 1 is counted at state t + 1.

    Returns
    -------
    Still
    """
    T = len(next(iter(counted.values())))
    found = {name: int(np.sum(marks)) for name, marks in counted.items()}
    sentence = f"There are {T} paths. " + ", ".join(f"{name} counts {count}" for name, count in found.items()) + "."
    width, step, row, low = 9, 0.33, 0.31, 0.66
    top = low + row * T
    figure, ax = sheet(*new_still(sentence, width, top + 1.5))
    shapes, words = [], []
    for column, (name, marks) in enumerate(counted.items()):
        places = width / len(counted) * (column + 0.5) + step * (np.arange(T + 1) - T / 2)
        fine = found[name] == T
        colour = RIGHT if fine else WRONG
        for i in range(T):
            y = top - row * (i + 0.5)
            _path(places, y, i, shapes)
            shapes += [_mark(places[t + 1], y, fine, colour) for t in range(T) if marks[i, t]]
        middle = places.mean()
        words += [Word(place, low - 0.14, f"$h_{t}$", GREY, 10) for t, place in enumerate(places)]
        words.append(Word(middle, top + 1.3, name, colour, 11, True))
        words.append(Word(middle, top + 0.85, PRODUCTS[name], INK, 13))
        words.append(Word(middle, top + 0.3, f"{found[name]} {'✓' if fine else '✗'}", colour, 24, True))
        if column:
            shapes.append(box(width / len(counted) * column, (low + top) / 2 + 0.5, 0.01, top + 0.4, "#e4e4e4", "none"))
    _legend(shapes, words, width / 2 - 2.75, 0.2, T)
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    return figure


def _mark(x, y, fine, colour):
    """Where a path is counted: a disc in a right count, a diamond in a wrong one."""
    if fine:
        return disc(x, y, 0.09, colour, "none")
    return Shape(np.array([[x - 0.11, y], [x, y + 0.11], [x + 0.11, y], [x, y - 0.11]]), colour, "none", 0)


def _legend(shapes, words, left, y, T):
    shapes += [box(left + 0.17, y, 0.33, 0.1, COPY, "none"), box(left + 2.2, y, 0.33, 0.03, LINE, "none")]
    shapes += [_mark(left + 3.85, y, True, RIGHT), _mark(left + 4.12, y, False, WRONG)]
    texts = ((0.42, "this copy of w moves"), (2.45, f"its way to $h_{T}$"), (4.32, "counted here"))
    words += [Word(left + x, y, text, INK, 10, ha="left") for x, text in texts]
