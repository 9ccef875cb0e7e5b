"""Draw the picture of the README: the first explorer as a reader sees it at the start."""

from __future__ import annotations

import base64
from pathlib import Path

from bptt_helpers.widgets import explore_first_look

PICTURE = Path(__file__).parents[1] / "images" / "first_look.png"


def draw():
    """The explorer at the values of the picture; its sentence is the alternative text in the README."""
    return explore_first_look()


def main() -> None:
    """Store the picture and print its sentence."""
    explorer = draw()
    PICTURE.write_bytes(base64.b64decode(explorer._repr_mimebundle_()["image/png"]))
    print(explorer.sentence)


if __name__ == "__main__":
    main()
