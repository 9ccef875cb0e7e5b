"""Notebook 07: the gradient cut at random, right on average."""

from .check import check_chance
from .cuts_picture import draw_cuts
from .explorer import MEAN_LENGTHS, drawn, problem
from .lengths_picture import draw_lengths
from .training_picture import draw_training

__all__ = ["MEAN_LENGTHS", "check_chance", "draw_cuts", "draw_lengths", "draw_training", "drawn", "problem"]
