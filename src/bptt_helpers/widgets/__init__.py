"""Explorers: sliders and a picture that follows them. Import them in a notebook, nowhere else."""

from .influence import explore_influence

__all__ = ["explore_influence"]
