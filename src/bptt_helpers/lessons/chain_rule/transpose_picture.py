"""Two units before and after a matrix: what its arrows carry forwards, backwards, and to the matrix itself."""

from __future__ import annotations

import numpy as np

from ..pictures import COLOURS, GREY, INK, INKS, house_style, new_still
from ..sheet_pictures import Shapes, Word, Words, arrow, box, disc, sheet
from .backward_picture import number

BACK, BACK_INK = COLOURS[6], INKS[6]
WEIGHT, WEIGHT_INK = COLOURS[4], INKS[4]
UNUSED = "#767676"  # words about what has no part in it
LEFT, RIGHT, UPPER, LOWER = 0.62, 2.2, 2.62, 1.72  # of a panel's units, in inches
LABELS = {(0, 0): (1.41, 2.76), (0, 1): (1.32, 1.96), (1, 0): (1.0, 2.1), (1, 1): (1.41, 1.86)}
RADIUS = 0.24
PANEL = 3.0
CELL = (0.46, 0.29)


def _place(side, unit):
    return np.array([LEFT if side == "h" else RIGHT, UPPER if unit == 0 else LOWER])


@house_style()
def draw_transpose(W, h, dL_da):
    """Why the way back takes the transpose, and why the gradient of a matrix is an outer product.

    Parameters
    ----------
    W : ndarray (2, 2)
    h : ndarray (2,)
        The state that W multiplies.
    dL_da : ndarray (2,)
        What comes back to the other side of W.

    Returns
    -------
    Still
    """
    dL_dh, dL_dW = W.T @ dL_da, np.outer(dL_da, h)
    sentence = (
        f"Forwards row 1 of W gives {number(W[0] @ h)}; backwards column 1 gives {number(dL_dh[0])}; "
        f"weight 1,2 gets {number(dL_dW[0, 1])}."
    )
    figure, ax = sheet(*new_still(sentence, height=3.6))
    shapes, words = [], []
    row, column, entry = np.zeros((3, 2, 2), bool)
    row[0], column[:, 0], entry[0, 1] = True, True, True
    n = number
    panels = (
        ("forwards", INK, INK, row, "$a_1\\ =\\ W_{11}\\,h_1\\ +\\ W_{12}\\,h_2$", _terms(W[0], h), "row 1"),
        (
            "backwards",
            BACK,
            BACK_INK,
            column,
            r"$\frac{dL}{dh_1}\ =\ W_{11}\,\frac{dL}{da_1}\ +\ W_{21}\,\frac{dL}{da_2}$",
            _terms(W[:, 0], dL_da),
            "column 1",
        ),
        (
            "to one weight",
            WEIGHT,
            WEIGHT_INK,
            entry,
            r"$\frac{dL}{dW_{12}}\ =\ \frac{dL}{da_1}\ h_2$",
            f"{n(dL_da[0])} · {_second(h[1])} = {n(dL_dW[0, 1])}",
            "entry 1, 2",
        ),
    )
    for k, (title, colour, ink, used, formula, numbers, where) in enumerate(panels):
        _panel(shapes, words, k * PANEL, used, colour, ink, back=k == 1, last=k == 2)
        _matrix(shapes, words, k * PANEL + 1.95, W, used, colour, ink)
        words.append(Word(k * PANEL + 1.3, 0.98, where + " of $W$", ink, 10.5, ha="right"))
        middle = k * PANEL + PANEL / 2
        words.append(Word(middle, 3.38, title, ink, 12, True))
        words.append(Word(middle, 0.48, formula, INK, 12))
        words.append(Word(middle, 0.15, numbers, GREY, 9.5))
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    return figure


def _terms(weights, values):
    first, second = (f"{number(w, 1)} · {_second(v)}" for w, v in zip(weights, values, strict=True))
    return f"{first} {'− ' + second[1:] if second[0] == '−' else '+ ' + second} = {number(weights @ values)}"


def _second(value):
    return f"({number(value)})" if value < 0 else number(value)


def _panel(shapes, words, x, used, colour, ink, *, back, last):
    """The four arrows between two units and two units, the used ones on top."""
    for (i, j), strong in sorted(np.ndenumerate(used), key=lambda item: bool(item[1])):
        start, end = _place("h", j) + (x, 0), _place("a", i) + (x, 0)
        if back or last:
            start, end = (end, start) if back else (start, end)
        along = (end - start) / np.hypot(*(end - start))
        shade = colour if strong else "#e3e3e3"
        start, end = start + along * RADIUS, end - along * (RADIUS + 0.02)
        shapes.append(arrow(start, end, shade, *((0.06, 0.18) if strong else (0.03, 0.12))))
        if strong:
            words.append(Word(x + LABELS[i, j][0], LABELS[i, j][1], f"$W_{{{i + 1}{j + 1}}}$", ink, 11))
    for unit in range(2):
        for side in "ha":
            place = _place(side, unit) + (x, 0)
            involved = used[:, unit].any() if side == "h" else used[unit].any()
            letter = f"{side}_{unit + 1}"
            text = rf"$\frac{{dL}}{{d{letter}}}$" if back or (last and side == "a") else f"${letter}$"
            shapes.append(disc(*place, RADIUS, "white", ink if involved else "#b9b9b9", 1.8 if involved else 1.2))
            words.append(Word(*place, text, INK if involved else UNUSED, 12))


def _matrix(shapes, words, x, W, used, colour, ink):
    for (i, j), strong in sorted(np.ndenumerate(used), key=lambda item: bool(item[1])):
        place = x + CELL[0] * (j - 0.5), 0.98 + CELL[1] * (0.5 - i)
        shapes.append(box(*place, *CELL, "white", ink if strong else "#b9b9b9", 2 if strong else 1))
        words.append(Word(*place, number(W[i, j], 1), ink if strong else UNUSED, 10, bool(strong)))
