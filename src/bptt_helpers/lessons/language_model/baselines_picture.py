"""Models of one text side by side: what each reads, what it expects next, and how many bits a character it needs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...numbers.validate import number
from ..cures.cells_picture import OF_CELL
from ..pictures import GREY, INK, PALE, house_style, new_still
from ..sheet_pictures import Shapes, box, sheet

WIDTH, HEAD, ROW, TITLE, FOOT = 9, 0.62, 0.28, 0.3, 0.42  # inches
NAME, TEXT, STRIP, BAR = 1.12, 1.22, 3.4, 6.45  # where the columns begin, but for the names, which end
STRIP_WIDTH, BIT = 2.25, 0.325  # of all chances together, and of one bit
HIGHEST = 6.5  # bits, at the end of their axis
LETTERS, SIZE = 20, 10  # characters of the text that are shown, in points
ADVANCE = 0.602 * SIZE / 72  # from one letter to the next, in DejaVu Sans Mono
SIGNS = {" ": "␣", "\n": "↵"}


class Model(NamedTuple):
    """A row of the picture.

    Attributes
    ----------
    name : str
    bits : float or sequence of float
        Bits a character; of all seeds, if there is more than one.
    reads : int, optional
        How many characters before the place it looks at; inf for all. Not given: none of them is shown.
    chances : ndarray (d,), optional
        Of every character to come next.
    note : str
        What stands in their place.
    cell : {"", "RNN", "GRU", "LSTM"}
        Of a network.
    """

    name: str
    bits: object
    reads: float | None = None
    chances: np.ndarray | None = None
    note: str = ""
    cell: str = ""


@house_style()
def draw_baselines(groups, before, right, characters, guess=None):
    """Rows of models: the characters they read, their chances for the next one, and a bar of bits a character.

    Parameters
    ----------
    groups : dict of str to sequence of Model
        From above, under their titles. A line leads down from the shortest bar of the first one.
    before : str
        The text up to the place where all are asked.
    right : str
        The character that follows.
    characters : sequence of str
        Those that `chances` are of.
    guess : object
        Bits a character that the reader expected of the last model of the first group; marked if it is a number.

    Returns
    -------
    Still
    """
    height = HEAD + sum(TITLE + ROW * len(models) for models in groups.values()) + FOOT
    try:
        guess = number("guess", guess)
    except ValueError:
        guess = np.nan
    figure, ax = sheet(*new_still(_sentence(groups, right), WIDTH, height))
    shapes, top = _draw_frame(ax, height), height - HEAD
    counting = next(iter(groups.values()))
    for title, models in groups.items():
        ax.text(NAME, top - TITLE / 2, title, ha="right", va="center", fontsize=9.5, color=GREY)
        top -= TITLE
        for model in models:
            y, guessed = top - ROW / 2, guess if model is counting[-1] else np.nan
            ax.text(NAME, y, model.name, ha="right", va="center", fontsize=10.5, color=INK, weight="bold")
            if model.reads is not None:
                shapes += _draw_text(ax, model.reads, before, right, y)
            if model.chances is None:
                ax.text(STRIP, y, model.note, va="center", fontsize=9.5, color=GREY)
            else:
                shapes += _draw_chances(ax, model.chances, right, characters, y)
            shapes += _draw_bits(ax, model, guessed, y)
            top -= ROW
        if models is counting:
            best = BAR + BIT * min(np.mean(model.bits) for model in models)
            ax.plot([best, best], [top + ROW / 2, FOOT], color=INK, lw=1.1, ls=(0, (3, 2)), zorder=4)
    if np.isfinite(guess):
        ax.text(BAR - 0.25, FOOT - 0.14, "× your guess", ha="right", va="center", fontsize=9.5, color=GREY)
    Shapes(ax).show(shapes)
    return figure


def _sentence(groups, right):
    """All numbers, for who cannot see the picture."""
    rows = [model for models in groups.values() for model in models]
    bits = ", ".join(f"{model.name} {np.mean(model.bits):.2f}" for model in rows)
    return f"Bits a character on held-out text, where {_sign(right)} comes next at the place shown: {bits}."


def _draw_frame(ax, height):
    """Headings above, and the axis of bits below."""
    bold = {"fontsize": 11, "weight": "bold", "color": INK, "va": "center"}
    for x, says in ((TEXT, "What it reads"), (STRIP, "What it expects next"), (BAR, "Bits a character")):
        ax.text(x, height - 0.28, says, **bold)
    small = {"fontsize": 9.5, "color": GREY, "va": "center"}
    says = "on grey: what it looks at", "black: the chance of the right one", "held out; dashed: best count; ○ a seed"
    for x, text in zip((TEXT, STRIP, BAR), says, strict=True):
        ax.text(x, height - 0.5, text, **small)
    ax.plot([BAR, BAR], [FOOT, height - HEAD - TITLE], color=INK, lw=0.8)
    for bits in range(0, 7, 2):
        ax.text(BAR + BIT * bits, FOOT - 0.14, f"{bits}", ha="center", **small)
    return []


def _draw_text(ax, reads, before, right, y):
    """The last characters, black on grey where they are read, and the one that follows, white on black."""
    shown = before[-LETTERS:].replace("\n", " ").rjust(LETTERS)
    if reads > LETTERS:
        shown = "…" + shown[1:]
    seen = int(min(reads, LETTERS))
    looks = {"family": "DejaVu Sans Mono", "fontsize": SIZE, "va": "center", "zorder": 5}
    end = TEXT + ADVANCE * LETTERS
    ax.text(TEXT, y, shown[: LETTERS - seen], color="#767676", **looks)
    ax.text(end - ADVANCE * seen, y, shown[LETTERS - seen :], color=INK, **looks)
    ax.text(end + 0.75 * ADVANCE, y, _sign(right), color="white", ha="center", weight="bold", **looks)
    yield box(end + 0.75 * ADVANCE, y, 1.3 * ADVANCE, 0.2, INK, "none")
    if seen:
        yield box(end - ADVANCE * seen / 2, y, ADVANCE * seen, 0.2, PALE, "none")


def _draw_chances(ax, chances, right, characters, y):
    """All chances side by side, the largest first; that of the right character black."""
    left = STRIP
    for k in np.argsort(-chances, kind="stable"):
        width, hit = STRIP_WIDTH * chances[k], characters[k] == right
        yield box(left + width / 2, y, width, 0.2, INK if hit else "#e4e4e4", "white", 0.6 if width > 0.02 else 0)
        if width > 0.12:
            colour, weight = ("white", "bold") if hit else (INK, "normal")
            looks = {"fontsize": 9.5, "family": "DejaVu Sans Mono", "color": colour, "weight": weight, "zorder": 5}
            ax.text(left + width / 2, y, _sign(characters[k]), ha="center", va="center", **looks)
        left += width
    share = f"{chances[list(characters).index(right)]:.0%}"
    ax.text(STRIP + STRIP_WIDTH + 0.45, y, share, ha="right", va="center", fontsize=10, color=INK)


def _draw_bits(ax, model, guess, y):
    """A bar as long as the mean, filled for a network, its number, a dot for each seed, and a cross for a guess."""
    bits = np.atleast_1d(model.bits)
    mean, network = bits.mean(), model.cell in OF_CELL
    end = max(mean, bits.max())
    if len(bits) > 1:
        over = y + 0.06 * (np.arange(len(bits)) - (len(bits) - 1) / 2)
        ax.plot(BAR + BIT * bits, over, "o", ms=3.5, mfc="white", mec=INK, mew=0.8, zorder=6)
    if np.isfinite(guess):
        guess = min(max(guess, 0), HIGHEST)
        ax.plot(BAR + BIT * guess, y, "x", color=INK, ms=7, mew=2, zorder=6)
        end = max(end, guess + 0.1)
    ax.text(BAR + BIT * end + 0.09, y, f"{mean:.2f}", va="center", fontsize=10.5, color=INK, zorder=5)
    face, edge = (OF_CELL[model.cell], "none") if network else ("white", INK)
    yield box(BAR + BIT * mean / 2, y, BIT * mean, 0.17, face, edge, 0.9)


def _sign(character):
    return SIGNS.get(character, character)
