"""Notebook 02: the backward pass, derived, walked through and checked."""

from .check import MISTAKES, check_diagnosis, check_repair

__all__ = ["MISTAKES", "check_diagnosis", "check_repair"]
