"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .memory_picture import draw_memory
from .solved_picture import draw_solved

__all__ = ["draw_memory", "draw_solved"]
