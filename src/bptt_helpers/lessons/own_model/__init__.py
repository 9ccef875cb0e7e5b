"""Notebook 13: how long the window of a reader's own model must be, and what people get wrong in the frameworks."""

from .extras import needs
from .graph_memory import GraphMemory
from .keras_check import check_keras
from .mistakes_picture import draw_mistakes
from .models import MODELS, own_model, story_batch
from .report_picture import draw_report

__all__ = [
    "MODELS",
    "GraphMemory",
    "check_keras",
    "draw_mistakes",
    "draw_report",
    "needs",
    "own_model",
    "story_batch",
]
