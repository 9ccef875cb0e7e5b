"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .bias_check import check_bias, left_after
from .lstm_check import check_step_back, step_symptoms
from .memory_picture import draw_memory
from .solved_picture import draw_solved

__all__ = ["check_bias", "check_step_back", "draw_memory", "draw_solved", "left_after", "step_symptoms"]
