"""Notebook 12: a language model trained before the reader's eyes."""

from .fed_picture import draw_fed
from .writer import known, story, writers

__all__ = ["draw_fed", "known", "story", "writers"]
