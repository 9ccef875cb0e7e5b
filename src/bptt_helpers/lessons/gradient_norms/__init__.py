"""Notebook 03: how far back a loss reaches."""

from .check import check_log_profile
from .picture import draw_rule

__all__ = ["check_log_profile", "draw_rule"]
