"""Notebook 02: the backward pass, derived, walked through and checked."""

from .check import check_diagnosis, check_repair
from .mistakes import MISTAKES

__all__ = ["MISTAKES", "check_diagnosis", "check_repair"]
