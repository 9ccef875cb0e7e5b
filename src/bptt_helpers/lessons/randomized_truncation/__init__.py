"""Notebook 07: the gradient cut at random, right on average."""

from .check import check_estimate
from .picture import draw_training

__all__ = ["check_estimate", "draw_training"]
