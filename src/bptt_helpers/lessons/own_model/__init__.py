"""Notebook 13: how long the window of a reader's own model must be, and what people get wrong in the frameworks."""

from .extras import needs
from .models import MODELS, own_model, story_batch
from .report_picture import draw_report

__all__ = ["MODELS", "draw_report", "needs", "own_model", "story_batch"]
