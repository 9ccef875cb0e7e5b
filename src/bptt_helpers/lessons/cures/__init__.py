"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .bias_check import check_bias, left_after
from .lstm_check import check_step_back, step_symptoms
from .scale_picture import draw_scale
from .untrained import STARTS, untrained

__all__ = ["STARTS", "check_bias", "check_step_back", "draw_scale", "left_after", "step_symptoms", "untrained"]
