"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .agreement import agreement, angles_to_mean
from .cut_picture import draw_windows
from .recall_picture import Field, draw_recall

__all__ = ["Field", "agreement", "angles_to_mean", "draw_recall", "draw_windows"]
