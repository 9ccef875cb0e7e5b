"""Notebook 08: a cliff in the error surface, and what clipping does there."""

from .balls import BITS, LOW, VALLEY_W, in_valley, leaving, starts
from .check import check_clip
from .training_picture import draw_training
from .wall_picture import draw_wall

__all__ = ["BITS", "LOW", "VALLEY_W", "check_clip", "draw_training", "draw_wall", "in_valley", "leaving", "starts"]
