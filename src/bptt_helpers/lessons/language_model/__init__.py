"""Notebook 12: a language model trained before the reader's eyes."""

from .context_picture import Reader, draw_contexts
from .fed_picture import draw_fed
from .listening import heard, listening, reach
from .stages_picture import Listener, draw_stages
from .writer import known, story, writers

__all__ = [
    "Listener",
    "Reader",
    "draw_contexts",
    "draw_fed",
    "draw_stages",
    "heard",
    "known",
    "listening",
    "reach",
    "story",
    "writers",
]
