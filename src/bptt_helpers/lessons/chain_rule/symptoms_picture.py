"""Which gradients of a backward pass are wrong, and in which setting: the pattern tells the mistake."""

from __future__ import annotations

import numpy as np

from ..gradient_pictures import raised
from ..pictures import GREY, INK, INKS, house_style, new_still
from ..sheet_pictures import Shapes, Word, Words, box, sheet

FINE, SLIGHT, WRONG = "#dcebf8", "#f3c4ba", "#d8634c"
CELL = (0.36, 0.3)
LEFT, GAP = 1.38, 0.09
RIGHT_BELOW = 1e-9  # relative error of a gradient that is right


def error_word(error) -> str:
    """A relative error in at most four characters.

    Examples
    --------
    >>> error_word(0.57), error_word(3e-6), error_word(1e-14)
    ('57%', '10⁻⁶', '✓')
    """
    if error < RIGHT_BELOW:
        return "✓"
    return f"{error:.0%}" if error >= 0.005 else f"10{raised(int(np.floor(np.log10(error))))}"


@house_style()
def draw_symptoms(errors, settings, weights):
    """Relative errors of the gradients of some backward passes, one panel a pass.

    Parameters
    ----------
    errors : dict of str to ndarray (S, 5)
        By name of the pass; a row a setting, a column a weight.
    settings : sequence of str (S,)
    weights : sequence of str (5,)

    Returns
    -------
    Still
    """
    low = 0.15
    top = low + CELL[1] * len(settings)
    count = ", ".join(f"{name} {int((np.array(e) >= RIGHT_BELOW).sum())}" for name, e in errors.items())
    sentence = f"Wrong gradients out of {len(settings) * len(weights)}: {count}."
    figure, ax = sheet(*new_still(sentence, height=top + 0.72))
    rows = top - CELL[1] * (np.arange(len(settings)) + 0.5)
    words = [Word(LEFT - 0.12, y, setting, INK, 10, ha="right") for setting, y in zip(settings, rows, strict=True)]
    words.append(Word(LEFT - 0.12, top + 0.17, "error of $dL/d$", GREY, 10, ha="right"))
    shapes = []
    for k, (name, table) in enumerate(errors.items()):
        places = LEFT + k * (CELL[0] * len(weights) + GAP) + CELL[0] * (np.arange(len(weights)) + 0.5)
        words.append(Word(places.mean(), top + 0.52, name, INK, 11.5, True))
        for x, weight in zip(places, weights, strict=True):
            letter, _, index = weight.partition("_")
            words.append(Word(x, top + 0.17, f"${letter}_{{{index}}}$", GREY, 10))
        for (row, column), error in np.ndenumerate(np.array(table)):
            text = error_word(error)
            face = FINE if text == "✓" else SLIGHT if error < 0.005 else WRONG
            shapes.append(box(places[column], rows[row], *CELL, face, "white", 1.5))
            colour = INKS[0] if text == "✓" else INK
            words.append(Word(places[column], rows[row], text, colour, 8.5 if len(text) > 3 else 9.5))
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    return figure
