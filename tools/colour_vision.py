"""All pictures as colour-blind readers see them, in grey, and on a screen in a bright room.

``python -m tools.colour_vision FOLDER`` makes a sheet for every explorer, at its start, and for every picture stored in
a notebook: as it is, then in each of `VISIONS`. Look whether what has different names can still be told apart. The
matrices are those of Machado, Oliveira & Fernandes, "A physiologically-based model for simulation of color vision
deficiency" (IEEE Transactions on Visualization and Computer Graphics 15, 2009, doi:10.1109/TVCG.2009.113), of full
strength.
"""

from __future__ import annotations

import base64
import io
import sys
from itertools import combinations
from pathlib import Path

import nbformat
import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgb, to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from PIL import Image

from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.lessons.pictures import COLOURS, INKS
from bptt_helpers.lessons.sheet_pictures import Words
from bptt_helpers.lessons.text_pictures import luminance
from bptt_helpers.widgets.painter import painter_of

BLIND = {
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
VISIONS = (*BLIND, "grey", "projector")
ROOM = 0.25  # of the projector's white: light that falls on its screen
READ, WHITISH = 4.5, 0.8  # WCAG's contrast for words; luminance of words that are meant for a dark ground
APART = 10  # of two colours with different meanings, as CIEDE2000 counts: seen at a glance
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)
BORDER = 6  # pixels around a picture on a sheet


def _linear(colours):
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def seen(colours, vision) -> np.ndarray:
    """Colours as `vision`, one of `VISIONS`, sees them; both ``(..., 3)`` of sRGB, 0 to 1."""
    light = _linear(np.asarray(colours, float))
    if vision in BLIND:
        light = np.clip(light @ np.transpose(BLIND[vision]), 0, 1)
    elif vision == "grey":
        light = np.repeat(luminance(255 * np.asarray(colours))[..., None], 3, -1)
    else:
        light = ROOM + (1 - ROOM) * light
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def contrast(one, other) -> float:
    """WCAG's contrast of two colours of matplotlib, 1 to 21."""
    dark, light = sorted(float(luminance(255 * np.array(to_rgb(colour)))) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(colour) -> np.ndarray:
    """CIELAB, ``(3,)``, of sRGB, 0 to 1, ``(3,)``."""
    share = _linear(np.asarray(colour, float)) @ np.transpose(TO_XYZ) / WHITE
    x, y, z = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one, other) -> float:
    """How different two colours in CIELAB look: 1 is hardly seen, 10 at a glance.

    The formula is written out by Sharma, Wu & Dalal (Color Research & Application 30, 2005, doi:10.1002/col.20070).
    """
    (L1, a1, b1), (L2, a2, b2) = one, other
    seventh = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(seventh / (seventh + 25.0**7))
    C1, C2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.arctan2(b, stretch * a) for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + np.pi) % (2 * np.pi) - np.pi
    L, C, h = (L1 + L2) / 2, (C1 + C2) / 2, h1 + turn / 2
    T = 1 - 0.17 * np.cos(h - np.radians(30)) + 0.24 * np.cos(2 * h)
    T += 0.32 * np.cos(3 * h + np.radians(6)) - 0.20 * np.cos(4 * h - np.radians(63))
    lightness = (L2 - L1) / (1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2))
    chroma = (C2 - C1) / (1 + 0.045 * C)
    hue = 2 * np.sqrt(C1 * C2) * np.sin(turn / 2) / (1 + 0.015 * C * T)
    blue = np.radians(60) * np.exp(-(((np.degrees(h) % 360 - 275) / 25) ** 2))
    rotated = -2 * np.sqrt(C**7 / (C**7 + 25.0**7)) * np.sin(blue) * chroma * hue
    return float(np.sqrt(lightness**2 + chroma**2 + hue**2 + rotated))


def difference(one, other, vision) -> float:
    """How different two colours of matplotlib look to `vision`, as CIEDE2000 counts it."""
    return ciede2000(*(lab(seen(to_rgb(colour), vision)) for colour in (one, other)))


def pale_words(figure) -> list:
    """Words of a figure that stand out too little from white, with their colours; those nearly white are left out."""
    words = [(text.get_text(), text.get_color()) for text in figure.findobj(Text) if text.get_visible()]
    words += [(word.text, word.colour) for sheet in figure.findobj(Words) for word in sheet.words]
    return [
        (text, colour)
        for text, colour in words
        if text.strip() and contrast(colour, "white") < READ and luminance(255 * np.array(to_rgb(colour))) < WHITISH
    ]


def palette_of(figure) -> dict:
    """Colours of the palette, or inks, that the marks of a figure have, and their places in `COLOURS`."""
    colours = [line.get_color() for line in figure.findobj(Line2D)]
    colours += [line.get_markerfacecolor() for line in figure.findobj(Line2D)]
    for artist in figure.findobj(
        lambda artist: isinstance(artist, Patch | Collection) and not isinstance(artist, Words)
    ):
        colours += [*to_rgba_array(artist.get_facecolor()), *to_rgba_array(artist.get_edgecolor())]
    places = {colour: place for colours in (COLOURS, INKS) for place, colour in enumerate(colours)}
    shown = {to_hex(colour) for colour in colours if not isinstance(colour, str) or colour != "none"}
    return {colour: places[colour] for colour in sorted(shown) if colour in places}


def close_marks(figure) -> list:
    """Pairs of colours of the palette in a figure that colour-blind readers mistake for one another."""
    places = palette_of(figure)
    pairs = [(a, b) for a, b in combinations(places, 2) if places[a] != places[b]]
    return [(*pair, vision) for pair in pairs for vision in BLIND if difference(*pair, vision) < APART]


def sheet(picture) -> Image.Image:
    """A Pillow image, and below and beside it the same as it is seen."""
    colours = np.asarray(picture.convert("RGB")) / 255
    tiles = [colours, *(seen(colours, vision) for vision in VISIONS)]
    tiles = [np.pad(tile, ((0, BORDER), (0, BORDER), (0, 0))) for tile in tiles]
    rows = [np.concatenate(tiles[k : k + 2], axis=1) for k in range(0, len(tiles), 2)]
    return Image.fromarray(np.round(255 * np.concatenate(rows)).astype(np.uint8))


def pictures(notebooks):
    """Name and Pillow image of all explorers at their start, and of what is stored in the notebooks."""
    for name, explorer in EXPLORERS.items():
        yield name, painter_of(explorer.picture).pixels(explorer.compute(**explorer.values()))
    for path in notebooks:
        for number, cell in enumerate(nbformat.read(path, 4).cells):
            for output in cell.get("outputs", ()):
                if png := output.get("data", {}).get("image/png"):
                    yield f"{path.stem[:2]}-{number:02d}", Image.open(io.BytesIO(base64.b64decode(png)))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures(sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))):
        sheet(picture).save(folder / f"{name}.png")
