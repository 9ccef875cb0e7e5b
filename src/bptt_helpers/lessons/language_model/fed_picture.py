"""A network that is fed, now and then, the letter it said itself: what it reads, and where the gradient stops."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.patches import FancyArrowPatch

from ..pictures import COLOURS, GREY, INK, PALE, house_style, new_still
from ..sheet_pictures import Shapes, Word, Words, arrow, box, disc, sheet

OWN = COLOURS[1]
WIDTH, HEIGHT = 9, 3.3
FIRST, LAST = 1.45, 8.75  # inches, of the first and the last step
TEXT, READS, STATES, SAYS = 2.95, 2.4, 1.55, 0.75  # heights of the rows
SIDE, RADIUS, STOP = 0.34, 0.15, 0.13
SHOWN = {" ": "␣", "\n": "↵"}


@house_style()
def draw_fed(text, read, own, sentence):
    """One sequence: what the text says, what was read, the states, and the letters that were drawn and fed back.

    Parameters
    ----------
    text, read : str
        T letters each, T from 2 to 20.
    own : sequence of bool
        Where `read` holds a letter that was drawn from the output of the step before.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, ax = sheet(*new_still(sentence, WIDTH, HEIGHT))
    apart = (LAST - FIRST) / (len(text) - 1)
    places = [FIRST + apart * t for t in range(len(text))]
    side = min(SIDE, 0.8 * apart)
    shapes, words = [], []
    for name, y in (("the text", TEXT), ("it reads", READS), ("states", STATES), ("it says", SAYS)):
        words.append(Word(0.15, y, name, INK, 10.5, True, "left"))
    for t, (x, wanted, letter, fed) in enumerate(zip(places, text, read, own, strict=True)):
        words.append(Word(x, TEXT, SHOWN.get(wanted, wanted), INK if letter == wanted else GREY, 13))
        shapes.append(box(x, READS, side, side, OWN if fed else "white", INK, 1.2))
        words.append(Word(x, READS, SHOWN.get(letter, letter), INK, 13, fed))
        shapes.append(arrow((x, READS - side / 2 - 0.03), (x, STATES + RADIUS + 0.04), PALE, head=0.11))
        shapes.append(disc(x, STATES, RADIUS, "white", INK, 1.2))
        if t:
            back = (x - RADIUS - 0.03, STATES), (places[t - 1] + RADIUS + 0.03, STATES)
            shapes.append(arrow(*back, INK, 0.045, 0.13))
        if fed:
            before = places[t - 1]
            shapes.append(arrow((before, STATES - RADIUS - 0.04), (before, SAYS + side / 2 + 0.03), PALE, head=0.11))
            shapes.append(box(before, SAYS, side, side, OWN, INK, 1.2))
            words.append(Word(before, SAYS, SHOWN.get(letter, letter), INK, 13, True))
            _feed(ax, before, x, apart, side)
    Shapes(ax).show(shapes)
    Words(ax).show(words)
    _legend(ax, side)
    return figure


def _feed(ax, before, x, apart, side):
    """The way of a drawn letter into the next input, and the bar at which the gradient stops."""
    middle = before + apart / 2
    way = [(before + side / 2, SAYS), (middle, SAYS), (middle, READS), (x - side / 2, READS)]
    for start, end in pairwise(way[:-1]):
        ax.plot(*zip(start, end, strict=True), color=OWN, lw=1.6, ls=(0, (3, 1.5)), zorder=1)
    ends = {"arrowstyle": "-|>", "mutation_scale": 10, "shrinkA": 0, "shrinkB": 0}
    ax.add_patch(FancyArrowPatch(way[-2], way[-1], color=OWN, lw=1.6, zorder=1, **ends))
    height = (SAYS + STATES) / 2
    ax.plot([middle - STOP, middle + STOP], [height, height], color=INK, lw=3.5, zorder=3)


def _legend(ax, side):
    y = 0.22
    shapes = [arrow((0.75, y), (0.25, y), INK, 0.045, 0.13), box(3.62, y, 0.22, 0.22, OWN, INK, 1.0)]
    words = [
        Word(0.87, y, "the way of the gradient", INK, 9.5, False, "left"),
        Word(3.83, y, "a letter of its own, drawn", INK, 9.5, False, "left"),
        Word(6.68, y, "no gradient: it is a constant", INK, 9.5, False, "left"),
    ]
    ax.plot([6.3, 6.56], [y, y], color=INK, lw=3.5)
    Shapes(ax).show(shapes)
    Words(ax).show(words)
