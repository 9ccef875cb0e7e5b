"""Notebook 12: a language model trained before the reader's eyes."""

from .context_picture import Reader, draw_contexts
from .listening import heard, listening, reach
from .stages_picture import Listener, draw_stages

__all__ = ["Listener", "Reader", "draw_contexts", "draw_stages", "heard", "listening", "reach"]
