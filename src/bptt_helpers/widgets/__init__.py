"""Explorers: sliders and a picture that follows them. Import them in a notebook, nowhere else."""

from .influence import explore_influence
from .unrolling import explore_unrolling

__all__ = ["explore_influence", "explore_unrolling"]
