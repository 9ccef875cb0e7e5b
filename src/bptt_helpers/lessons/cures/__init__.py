"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .agreement import agreement, angles_to_mean
from .attention import attend, attended, attention_network, chain_alone
from .bias_check import check_bias, left_after
from .cut_picture import draw_windows
from .lstm_check import check_step_back, step_symptoms
from .memory_picture import draw_memory
from .recall_picture import Field, draw_recall
from .scale_picture import draw_scale
from .sensitivity import FORMS, sampled_sensitivities, sensitivity, solving_range, wanted_factor
from .solved_picture import draw_solved
from .untrained import STARTS, untrained

__all__ = [
    "FORMS",
    "STARTS",
    "Field",
    "agreement",
    "angles_to_mean",
    "attend",
    "attended",
    "attention_network",
    "chain_alone",
    "check_bias",
    "check_step_back",
    "draw_memory",
    "draw_recall",
    "draw_scale",
    "draw_solved",
    "draw_windows",
    "left_after",
    "sampled_sensitivities",
    "sensitivity",
    "solving_range",
    "step_symptoms",
    "untrained",
    "wanted_factor",
]
