"""Notebook 00: a text, and how much its first character matters at the end."""

from .check import check_steps
from .environment import check_environment

__all__ = ["check_environment", "check_steps"]
