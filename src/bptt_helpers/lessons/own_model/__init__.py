"""Notebook 13: how long the window of a reader's own model must be, and the same cuts in PyTorch and JAX."""

from .graph_memory import GraphMemory
from .keras_check import check_keras
from .mistakes_picture import draw_mistakes

__all__ = [
    "GraphMemory",
    "check_keras",
    "draw_mistakes",
]
