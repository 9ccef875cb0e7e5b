"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .scale_picture import draw_scale
from .untrained import STARTS, untrained

__all__ = ["STARTS", "draw_scale", "untrained"]
