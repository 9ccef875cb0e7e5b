"""Notebook 03: how far back a loss reaches."""

from .check import check_log_profile
from .stills_picture import draw_enough, draw_rule, draw_transient

__all__ = ["check_log_profile", "draw_enough", "draw_rule", "draw_transient"]
