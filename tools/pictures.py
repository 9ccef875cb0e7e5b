"""Pictures in a notebook: how they are stored, and whether they still show what its cells draw."""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

PINS = Path(__file__).parents[1] / "constraints.txt"
# Rounding differs between processors; where it grows, as in a chaotic network, marks and lines move by a pixel or two.
# Blocks of 4 × 4 pixels whose colour has moved by more than CHANGED of 255 are counted, and so many may.
BLOCK, CHANGED, SHARE = 4, 40, 0.0015
LEVELS = 63  # of each colour in a stored picture: off by at most 2 of 255, which no eye sees, and a quarter smaller


@cache
def stored_pictures_fit_these_versions() -> bool:
    """Whether matplotlib and NumPy are those of what is stored: others set type or round a little differently."""
    pins = PINS.read_text(encoding="utf-8").split()
    return all(f"{name}=={version(name)}" in pins for name in ("matplotlib", "numpy"))


def compared(stored, fresh) -> None:
    """Raise an AssertionError that says which picture or sentence of a cell differs from the stored one.

    Parameters
    ----------
    stored, fresh : list of dict
        Outputs of one cell, as in a notebook file.
    """
    pairs = list(zip_longest(*(list(_pictures(outputs)) for outputs in (stored, fresh))))
    for number, (before, now) in enumerate(pairs, 1):
        assert before, f"picture {number} of the cell is not stored: run `make notebooks`"
        assert now, f"picture {number} that is stored is not drawn any more: run `make notebooks`"
        words = [str(data.get("text/plain", "")) for data in (before, now)]
        assert words[0] == words[1], f"picture {number}: stored is the sentence {words[0]!r}, now it is {words[1]!r}"
        share = difference(*(data["image/png"] for data in (before, now)))
        assert share <= SHARE, (
            f"picture {number}: {share:.1%} of its area differ from the stored one, more than {SHARE:.1%}; "
            "look at it, then run `make notebooks`"
        )


def lighter(picture) -> str:
    """A picture as it is stored: without transparency, and of fewer colours. Both PNG in base64."""
    pixels = np.asarray(_image(picture))
    fewer = np.round(np.round(pixels * (LEVELS / 255)) * (255 / LEVELS)).astype(np.uint8)
    if np.array_equal(fewer, pixels):
        return picture  # stored already: another Pillow would write the same pixels in other bytes
    file = io.BytesIO()
    Image.fromarray(fewer).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def difference(a, b) -> float:
    """Share of two pictures' area that differs, 1 if their sizes do; both PNG in base64, as in a notebook file."""
    return image_difference(_image(a), _image(b))


def image_difference(a, b) -> float:
    """Share of two Pillow images' area that differs, 1 if their sizes do."""
    a, b = (_blocks(picture) for picture in (a, b))
    if a.shape != b.shape:
        return 1.0
    return float((np.abs(a - b).max(2) > CHANGED).mean())


def _blocks(image):
    return np.asarray(image.convert("RGB").reduce(BLOCK)).astype(int)


def _image(picture):
    return Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")


def _pictures(outputs):
    return (output["data"] for output in outputs if "image/png" in output.get("data", {}))
