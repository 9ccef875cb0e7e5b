"""Eight mistakes that people make with a framework: each beside the right way, with a number and three words."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..gradient_pictures import power
from ..pictures import GREY, INK, PALE, house_style, new_still
from ..sheet_pictures import Shapes, Word, Words, box, sheet
from . import mistake_signs_picture as signs


class Card(NamedTuple):
    """What is drawn of one mistake.

    Attributes
    ----------
    title : str
    unit : str
        What its two numbers are.
    symptom : str
        Three words.
    draw : callable (x, y, wrong, numbers) -> (shapes, words)
    says : callable (float) -> str
    """

    title: str
    unit: str
    symptom: str
    draw: Callable
    says: Callable = "{:.3g}".format


BITS = "{:.2f} bits".format
CARDS = {
    "carried": Card(
        "state carried with its graph", "held", "slower every batch", signs.carried, lambda kB: f"{kB:.0f} kB"
    ),
    "leftover": Card("a .grad left over", "dL/dw", "old gradients added", signs.leftover, "{:.3f}".format),
    "biases": Card("both biases set to 1", "forget bias", "forgets too late", signs.biases),
    "order": Card("gates in another order", "a character", "loss jumps up", signs.order, BITS),
    "reset": Card("reset before the product", "a character", "loss jumps up", signs.reset, BITS),
    "padding": Card("out[-1] of padded sequences", "error", "padding is read", signs.padding, "{:.0%}".format),
    "layout": Card("time and batch exchanged", "a character", "reads its neighbours", signs.layout, BITS),
    "scaled": Card(
        "clipped before unscaling", "step", "hardly learns anything", signs.scaled, lambda step: power(np.log10(step))
    ),
}
LEFT, ACROSS, DOWN = 0.06, 4.5, 1.32  # of a card, in inches
PLACES = (0.78, 2.34)  # middles of right and wrong, from the left end of a card
SYMPTOM = 3.16


@house_style()
def draw_mistakes(found):
    """A card for each mistake: right, wrong, what is measured of both, and the symptom.

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
    rows = -(-len(found) // 2)
    told = [f"{CARDS[name].title} {CARDS[name].says(b)} for {CARDS[name].says(a)}" for name, (a, b) in found.items()]
    figure, ax = sheet(*new_still(f"Wrong for right: {'; '.join(told)}.", height=rows * DOWN + 0.1))
    shapes, words = [], []
    for k, (name, numbers) in enumerate(found.items()):
        left, top = LEFT + ACROSS * (k // rows), (rows - k % rows) * DOWN
        drawn, written = _card(CARDS[name], k + 1, numbers, left, top)
        shapes += drawn
        words += written
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    return figure


def _card(card, number, numbers, left, top):
    """Shapes and words of one card, whose upper left corner is given in inches."""
    shapes = [box(left + ACROSS / 2 - 0.05, top - DOWN + 0.08, ACROSS - 0.2, 0, "none", PALE, 0.6)]
    words = [Word(left + 0.05, top - 0.1, f"{number}  {card.title}", INK, 11, True, "left")]
    for wrong, (place, value) in enumerate(zip(PLACES, numbers, strict=True)):
        drawn, written = card.draw(left + place, top - 0.56, bool(wrong), numbers)
        shapes += drawn
        words += written
        colour, sign = (signs.WRONG, "✗") if wrong else (signs.FINE, "✓")
        words.append(Word(left + place, top - 1.04, f"{sign} {card.says(value)}", colour, 11, True))
    words.append(Word(left + SYMPTOM, top - 1.04, card.unit, GREY, 9.5, ha="left"))
    for line, word in enumerate(card.symptom.split()):
        words.append(Word(left + SYMPTOM, top - 0.38 - 0.19 * line, word, signs.WRONG, 11, ha="left"))
    return shapes, words
