"""Notebook 14: one experiment with every knob of the course, and settings as a line of text."""

from .experiment import network, task_of
from .settings import settings, to_text

__all__ = ["network", "settings", "task_of", "to_text"]
