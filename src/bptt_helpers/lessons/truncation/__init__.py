"""Notebook 06: the gradient cut to a window."""

from .check import check_windowed
from .reach import network_on_text, pairs_of
from .stills_picture import draw_error, draw_reach, draw_training

__all__ = ["check_windowed", "draw_error", "draw_reach", "draw_training", "network_on_text", "pairs_of"]
