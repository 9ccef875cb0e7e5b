"""A sheet on which pictures are put together from boxes, arrows and short texts, all of which may move.

Its unit is an inch. A `Text` of matplotlib takes a third of a millisecond to draw, and these pictures hold eighty
numbers: here a text is the outline of its characters, and all texts of a colour are drawn as one. Take `Words` for many
texts, or formulas, on a sheet. Take `Label` of `label_pictures` for one text beside a mark in axes with data.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath, text_to_path

CAPITAL = 0.73  # height of a digit, in units of the font's size
EM = 100  # outlines are kept at this size


class Word(NamedTuple):
    """A short text around a place; between dollars a formula.

    Attributes
    ----------
    x, y : float
        Inches; the middle of the text, or its left or right end.
    text, colour : str
    size : float
        Points.
    bold : bool
    ha : {"center", "left", "right"}
    mono : bool
        Whether every character is as wide as the next, as in code.
    """

    x: float
    y: float
    text: str
    colour: str
    size: float = 10
    bold: bool = False
    ha: str = "center"
    mono: bool = False


@lru_cache(2048)
def outline(text, bold=False, mono=False):
    """Vertices and codes of a text that begins at (0, 0), and its width, at a font size of 1."""
    # all of it named, also for formulas: no setting of the reader's is asked
    fonts = {"family": "DejaVu Sans Mono" if mono else "DejaVu Sans", "math_fontfamily": "dejavusans"}
    prop = FontProperties(weight="bold" if bold else "normal", size=EM, **fonts)
    if "$" in text:
        path = TextPath((0, 0), text, prop=prop)
        return path.vertices / EM, path.codes, path.get_extents().x1 / EM
    if len(text) == 1:
        width = text_to_path.get_text_width_height_descent(text, prop, False)[0] / EM
        if text == " ":
            return np.empty((0, 2)), np.empty(0, Path.code_type), width
        path = TextPath((0, 0), text, prop=prop)
        return path.vertices / EM, path.codes, width
    vertices, codes, width = [np.empty((0, 2))], [np.empty(0, Path.code_type)], 0.0
    for character in text:  # numbers are new at every step, their digits are not
        points, code, wide = outline(character, bold, mono)
        vertices.append(points + (width, 0))
        codes.append(code)
        width += wide
    return np.concatenate(vertices), np.concatenate(codes), width


class Words(PathCollection):
    """Texts that move, drawn as outlines.

    Attributes
    ----------
    words : list of Word
        What is shown.
    """

    def __init__(self, ax):
        super().__init__([], linewidths=0, zorder=5)
        ax.add_collection(self, autolim=False)
        self.words = []

    def show(self, words) -> None:
        """Draw these words, and no others."""
        self.words = [word for word in words if word.text.strip()]
        by_colour = {}
        for word in self.words:
            vertices, codes, width = outline(word.text, word.bold, word.mono)
            scale = word.size / 72
            left = word.x - width * scale * {"left": 0, "center": 0.5, "right": 1}[word.ha]
            placed = vertices * scale + (left, word.y - CAPITAL * scale / 2)
            outlines = by_colour.setdefault(word.colour, ([], []))
            outlines[0].append(placed)
            outlines[1].append(codes)
        self.set_paths([Path(np.concatenate(v), np.concatenate(c)) for v, c in by_colour.values()])
        self.set_facecolor(list(by_colour))


class Shape(NamedTuple):
    """A filled outline.

    Attributes
    ----------
    corners : ndarray (k, 2)
        Inches.
    face, edge : colour
    width : float
        Of the edge, in points.
    """

    corners: np.ndarray
    face: object
    edge: object
    width: float = 1.0


class Shapes(PolyCollection):
    """Filled outlines that move; what comes later lies on top.

    Attributes
    ----------
    shapes : list of Shape
        What is shown.
    """

    def __init__(self, ax, zorder=2):
        super().__init__([], zorder=zorder, joinstyle="miter")
        ax.add_collection(self, autolim=False)
        self.shapes = []

    def show(self, shapes) -> None:
        """Draw these shapes, and no others."""
        self.shapes = list(shapes)
        self.set_verts([shape.corners for shape in self.shapes])
        self.set_facecolor([shape.face for shape in self.shapes])
        self.set_edgecolor([shape.edge for shape in self.shapes])
        self.set_linewidth([shape.width for shape in self.shapes])


def sheet(figure, ax):
    """Spread axes over the whole figure, without any frame and with an inch as their unit; return figure and axes."""
    width, height = figure.get_size_inches()
    figure.set_layout_engine("none")
    ax.set(position=[0, 0, 1, 1], xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    return figure, ax


def box(x, y, width, height, face="white", edge="black", line=1.0) -> Shape:
    """A rectangle around (x, y)."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2) + (x, y)
    return Shape(corners, face, edge, line)


def disc(x, y, radius, face="white", edge="black", line=1.0) -> Shape:
    """A circle around (x, y)."""
    angle = np.linspace(0, 2 * np.pi, 41)[:-1]
    return Shape(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]), face, edge, line)


def arrow(start, end, colour, line=0.03, head=0.16) -> Shape:
    """A straight arrow, as one outline; `line` is its breadth and `head` the length of its head, in inches."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = (end - start) / np.hypot(*(end - start))
    across, neck = np.array([-along[1], along[0]]), end - head * along
    corners = [start + across * line / 2, neck + across * line / 2, neck + across * head / 2, end]
    corners += [neck - across * head / 2, neck - across * line / 2, start - across * line / 2]
    return Shape(np.array(corners), colour, "none", 0)
