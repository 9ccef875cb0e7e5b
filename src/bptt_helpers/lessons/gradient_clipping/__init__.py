"""Notebook 08: a cliff in the error surface, and what clipping does there."""

from .check import check_clip
from .picture import draw_history, draw_surface

__all__ = ["check_clip", "draw_history", "draw_surface"]
