"""Eight mistakes that people make with a framework: a row each, with the right way, a number, the symptom, the cure."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap
from typing import NamedTuple

import numpy as np

from ..gradient_pictures import power
from ..pictures import GREY, INK, PALE, house_style, new_still
from ..sheet_pictures import Shapes, Word, Words, box, outline, sheet
from . import mistake_signs_picture as signs


class Card(NamedTuple):
    """What is drawn of one mistake.

    Attributes
    ----------
    title : str
    where : str
        Of which network or step it is told.
    says : callable (float) -> str
        How its two numbers are written.
    unit : str
        What stands beside both.
    symptom : str
        Three words.
    cure : str
        A line or two of code.
    draw : callable (x, y, wrong, numbers) -> (shapes, words)
    """

    title: str
    where: str
    says: Callable
    unit: str
    symptom: str
    cure: str
    draw: Callable


BITS = "{:.2f}".format, "bits a character"
CARDS = {
    "carried": Card(
        "state carried with its graph",
        "with retain_graph=True",
        lambda kB: f"{kB:.0f} kB",
        "of memory held",
        "slower every batch",
        "h = h.detach()",
        signs.carried,
    ),
    "leftover": Card(
        "a .grad left over",
        "of a weight or a state",
        "{:.3f}".format,
        "in w.grad",
        "gradients too large",
        "state.grad = None\noptimiser.zero_grad()",
        signs.leftover,
    ),
    "biases": Card(
        "both biases set to 1",
        "forget gate of an LSTM",
        "{:.3g}".format,
        "as forget bias",
        "forgets too slowly",
        "bias_hh_l0[n : 2*n] = 0",
        signs.biases,
    ),
    "order": Card(
        "gates in another order",
        "GRU weights from a file",
        *BITS,
        "loss jumps up",
        "z, r, h = np.split(W, 3)\nW = np.r_[r, z, h]",
        signs.order,
    ),
    "reset": Card(
        "reset before the product",
        "r: reset gate, h: state",
        *BITS,
        "loss jumps up",
        "r * (h @ W.T + b)\nKeras: reset_after=True",
        signs.reset,
    ),
    "padding": Card(
        "out[-1] of padded sequences",
        "3 to 20 steps long",
        "{:.0%}".format,
        "error of last state",
        "padding changes results",
        "pack_padded_sequence(…)\nout, h_n = gru(packed)",
        signs.padding,
    ),
    "layout": Card(
        "time and batch exchanged",
        "arrows: reading order",
        *BITS,
        "neighbours change results",
        "batch_first=True",
        signs.layout,
    ),
    "scaled": Card(
        "clipped before unscaling",
        "loss × 65536, for 16 bits",
        lambda step: power(np.log10(step)),
        "step length",
        "hardly learns anything",
        "scaler.unscale_(optimiser)\nclip_grad_norm_(w, 1)",
        signs.scaled,
    ),
}
HEAD, DOWN = 0.34, 0.885  # of the heads and of a row, in inches
TITLE, PLACES, SYMPTOM, CURE = 0.34, (2.87, 4.86), 5.87, 6.97  # left ends; middles of right and wrong
SMALL = 9  # points


@house_style()
def draw_mistakes(found):
    """A row for each mistake: right, wrong, what is measured of both, the symptom and the cure.

    Parameters
    ----------
    found : dict of str to tuple (float, float)
        By the names of `CARDS`, in their order: what is measured of the right way and of the wrong one.
        "carried": kB that the graph holds; "leftover": dL/dw; "biases": a forget bias; "order", "reset", "layout":
        bits a character; "padding": error as a share; "scaled": length of a step.

    Returns
    -------
    Still
    """
    told = [f"{card.title}: {card.says(b)} {card.unit} instead of {card.says(a)}" for card, (a, b) in _rows(found)]
    height = HEAD + len(found) * DOWN + 0.06
    figure, ax = sheet(*new_still(f"Mistakes and what they give. {'; '.join(told)}.", height=height))
    shapes, words = [], _heads(height - HEAD / 2)
    for k, (card, numbers) in enumerate(_rows(found)):
        top = height - HEAD - k * DOWN
        drawn, written = _row(card, k + 1, numbers, top)
        shapes += [box(4.5, top, 8.9, 0, "none", PALE, 0.8), *drawn]
        words += written
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    return figure


def _rows(found):
    """Cards and numbers, as they stand below each other."""
    return [(CARDS[name], numbers) for name, numbers in found.items()]


def _heads(y):
    """What the columns are."""
    right, wrong = PLACES
    return [
        Word(TITLE, y, "mistake", INK, 11, True, "left"),
        Word(right, y, "✓ right", signs.FINE, 11, True),
        Word(wrong, y, "✗ wrong", signs.WRONG, 11, True),
        Word(SYMPTOM, y, "you notice", INK, 11, True, "left"),
        Word(CURE, y, "cure", INK, 11, True, "left"),
    ]


def _row(card, number, numbers, top):
    """Shapes and words of one row, whose upper edge is given in inches."""
    title = wrap(card.title, 17)
    first = top - 0.2
    words = [Word(0.1, first, str(number), INK, 11, True, "left")]
    words += _lines(title, TITLE, first, INK, 10.5, bold=True)
    words.append(Word(TITLE, first - 0.19 * len(title) - 0.01, card.where, GREY, SMALL, ha="left"))
    shapes = []
    for wrong, (place, value) in enumerate(zip(PLACES, numbers, strict=True)):
        drawn, written = card.draw(place, top - 0.34, bool(wrong), numbers)
        colour, sign = (signs.WRONG, "✗") if wrong else (signs.FINE, "✓")
        shapes += drawn
        words += [*written, *_measured(f"{sign} {card.says(value)}", card.unit, place, top - 0.765, colour)]
    words += _lines(wrap(card.symptom, 13), SYMPTOM, first, signs.WRONG, 10.5)
    words += _lines(card.cure.split("\n"), CURE, first, INK, SMALL, mono=True)
    return shapes, words


def _lines(lines, x, y, colour, size, **style):
    """Lines of text below each other, the first at height y."""
    return [Word(x, y - 0.19 * k, line, colour, size, ha="left", **style) for k, line in enumerate(lines)]


def _measured(number, unit, x, y, colour):
    """A number and its unit beside it, together around x."""
    wide, gap = outline(number, True)[2] * 11 / 72, 0.06
    left = x - (wide + gap + outline(unit)[2] * SMALL / 72) / 2
    return [Word(left, y, number, colour, 11, True, "left"), Word(left + wide + gap, y, unit, INK, SMALL, ha="left")]
