"""Notebook 13: how long the window of a reader's own model must be, and the same cuts in PyTorch and JAX."""

from .extras import needs

__all__ = [
    "needs",
]
