"""Short texts that move, drawn as outlines: matplotlib's own take a millisecond or two each."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, ScaledTranslation

from ..pictures import INK

_LEFT = {"left": 0.0, "center": -0.5, "right": -1.0}  # where a text begins, in its widths
_DOWN = {"baseline": 0.0, "center": -0.36, "top": -0.76}  # where its baseline is, in its font size


@lru_cache(maxsize=2000)
def outline(text, size, weight) -> tuple[TextPath, float]:
    """The outline of a text, in points from the left end of its baseline, and its width."""
    path = TextPath((0, 0), text, size=size, prop=FontProperties(family="DejaVu Sans", weight=weight))
    return path, path.get_extents().x1


class Words(PathPatch):
    """One such text in `ax`.

    Parameters
    ----------
    ax : matplotlib Axes
    size : float
        Of the font, in points.
    weight : {"normal", "bold"}
    color : colour
    """

    def __init__(self, ax, size, weight="normal", color=INK):
        super().__init__(outline(".", size, weight)[0], fc=color, lw=0, clip_on=False, visible=False)
        self._size, self._weight, self._text = size, weight, ""
        ax.add_artist(self)

    def put(self, text, x, y, ha="left", va="baseline") -> None:
        """Write `text` at a place in data coordinates."""
        self._text = text
        self.set_visible(bool(text))
        path, width = outline(text or ".", self._size, self._weight)  # nothing has no outline
        points = Affine2D().translate(_LEFT[ha] * width, _DOWN[va] * self._size)
        figure = self.axes.figure
        place = ScaledTranslation(x, y, self.axes.transData)
        self.set_path(path)
        self.set_transform(points + Affine2D().scale(1 / 72) + figure.dpi_scale_trans + place)

    def get_text(self) -> str:
        """What is written."""
        return self._text
