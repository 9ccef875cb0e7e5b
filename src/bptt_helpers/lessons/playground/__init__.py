"""Notebook 14: one experiment with every knob of the course, and settings as a line of text."""

from .as_text import settings, to_text
from .experiment import network, task_of

__all__ = ["network", "settings", "task_of", "to_text"]
