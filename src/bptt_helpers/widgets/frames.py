"""The pictures of an explorer drawn beforehand, for a page without a kernel: one for each value of its leading control.

A second leading control becomes a menu beside that slider; all others stay where they start.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..lessons.catalogue import EXPLORERS
from ..lessons.explorer import Choice, Real
from .painter import painter_of

MOST = 41  # frames along the slider
FEW = 4  # entries of the menu, but for a choice among words, which is offered whole
STRIDES = (1, 2, 5, 10, 20, 50, 100)  # between two frames, in stops of the control: round numbers stay round
# Colours chosen by how often each occurs, or 128 of them, let the warm half of the gradient scale fall into bands: some
# move by 50 of 255. These 256 leave none further than 20 away, in files as large.
COLOURS, METHOD = 256, Image.Quantize.MAXCOVERAGE


class Frames(NamedTuple):
    """What a page needs to know of the frames in one folder.

    Attributes
    ----------
    name : str
        Of the explorer in the catalogue.
    slider : str
        The control that the page moves.
    values : list of str
        Its value in each frame, as a reader sees it.
    menu : str
        The control beside it, or "".
    options : list of str
        Its values; [""] if there is none.
    start : list of int
        Place of the frame that is shown first, among the options and among the values.
    size : list of int
        Width and height of each frame in pixels.
    sentences : list of list of str
        By option and value: what that frame says.
    """

    name: str
    slider: str
    values: list
    menu: str
    options: list
    start: list
    size: list
    sentences: list


def place_of(values, wanted) -> int:
    """Where the value stands that is nearest to a wanted one; words are found as they are."""
    if isinstance(wanted, str):
        return values.index(wanted)
    return min(range(len(values)), key=lambda k: abs(values[k] - wanted))


def stops_of(control, most=MOST) -> list:
    """At most about `most` of a slider's values: its ends, its start, and what lies whole strides from the start."""
    stops = list(control.stops)
    middle = place_of(stops, control.start)
    stride = next((s for s in STRIDES if len(stops) <= s * most), len(stops))
    return [stops[k] for k in sorted({0, len(stops) - 1, *range(middle % stride, len(stops), stride)})]


def few_of(control) -> list:
    """What the menu of a page offers: all words, all of a few stages, or `FEW` values with the start among them."""
    if isinstance(control, Choice):
        return list(control.options)
    stops = list(control.stops)
    if len(stops) <= FEW + 1:
        return stops
    even = [round(k * (len(stops) - 1) / (FEW - 1)) for k in range(FEW)]
    middle = place_of(stops, control.start)
    even[place_of(even, middle)] = middle
    return [stops[k] for k in even]


def moved_by(explorer) -> tuple[str, str]:
    """Names of the control that becomes the slider and of the one that becomes the menu; "" if there is none.

    Words are no slider, so a leading `Choice` is the menu in either place.
    """
    words_last = sorted(explorer.leading, key=lambda name: isinstance(explorer.controls[name], Choice))
    slider, menu = [*words_last, ""][:2]
    return slider, menu


def as_text(control, value) -> str:
    """A value as the slider of a notebook writes it."""
    if isinstance(value, str):
        return value
    return f"{value:.2f}" if isinstance(control, Real) else f"{value:g}"


def save(image, file) -> None:
    """Store an image as a PNG with a palette; 9 as the level would take twice the time for half a percent.

    Pillow chooses for each entry of the palette a colour in the middle of those that it stands for. Here it becomes
    their mean, so that a background keeps its colour.
    """
    few = image.quantize(COLOURS, method=METHOD, dither=Image.Dither.NONE)
    entries, pixels = np.asarray(few).ravel(), np.asarray(image).reshape(-1, 3)
    counts = np.maximum(np.bincount(entries, minlength=COLOURS), 1)
    means = [np.bincount(entries, channel, COLOURS) / counts for channel in pixels.T]
    few.putpalette(np.stack(means, 1).round().astype(np.uint8).ravel().tolist())
    few.save(file, "png", compress_level=8)


def key_of(name, start) -> str:
    """The folder of an explorer's frames: its name, and a mark if it starts elsewhere than it does by itself."""
    values = {n: v for n, v in start.items() if v != EXPLORERS[name].controls[n].start}
    mark = hashlib.sha256(json.dumps(sorted(values.items())).encode()).hexdigest()[:8] if values else ""
    return f"{name}-{mark}" if mark else name


def draw(name, folder, start, whole=True) -> Frames:
    """Draw all frames of an explorer into a folder, as ``option-value.png``, with ``frames.json`` beside them.

    Parameters
    ----------
    name : str
        In the catalogue.
    folder : path
        Made if it is missing; what an earlier drawing left there is overwritten.
    start : dict
        Values of controls, in place of those the explorer starts with.
    whole : bool
        If not, the first frame alone, for who looks at a page and moves nothing.

    Returns
    -------
    Frames

    Raises
    ------
    ValueError
        If there is no control of a name in `start`, or it cannot take the value.
    """
    explorer, folder = EXPLORERS[name], Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    fixed = explorer.values(**start)
    slider, menu = moved_by(explorer)
    places = {n: explorer.controls[n]._replace(start=fixed[n]) for n in (slider, menu) if n}
    values = stops_of(places[slider]) if whole else [fixed[slider]]
    options = (few_of(places[menu]) if whole else [fixed[menu]]) if menu else [""]
    painter, sentences = painter_of(explorer.picture), []
    for row, option in enumerate(options):
        sentences.append([])
        for column, value in enumerate(values):
            data = explorer.compute(**fixed | {slider: value} | ({menu: option} if menu else {}))
            pixels = painter.pixels(data)
            save(pixels, folder / f"{row}-{column}.png")
            sentences[-1].append(explorer.describe(data))
    texts = [as_text(places[slider], value) for value in values]
    words = [as_text(places[menu], option) for option in options] if menu else [""]
    at = [place_of(options, fixed[menu]) if menu else 0, place_of(values, fixed[slider])]
    frames = Frames(name, slider, texts, menu, words, at, list(pixels.size), sentences)
    (folder / "frames.json").write_text(json.dumps(frames._asdict(), ensure_ascii=False), encoding="utf-8")
    return frames


def read(folder) -> Frames:
    """What `draw` has left in a folder."""
    return Frames(**json.loads((Path(folder) / "frames.json").read_text(encoding="utf-8")))
