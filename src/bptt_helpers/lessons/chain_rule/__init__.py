"""Notebook 02: the backward pass, derived, walked through and checked."""

from .backward_explorer import small_network, walk
from .backward_picture import draw_walk
from .check import SETTINGS, check_diagnosis, check_repair, symptoms
from .mistakes import MISTAKES
from .path_picture import draw_copies, draw_paths
from .symptoms_picture import draw_symptoms
from .transpose_picture import draw_transpose

__all__ = [
    "MISTAKES",
    "SETTINGS",
    "check_diagnosis",
    "check_repair",
    "draw_copies",
    "draw_paths",
    "draw_symptoms",
    "draw_transpose",
    "draw_walk",
    "small_network",
    "symptoms",
    "walk",
]
