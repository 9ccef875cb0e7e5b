"""Notebook 04: eigenvalues, singular values, and what they leave open about a gradient."""

from .check import check_transient_growth
from .powers_explorer import powers_data
from .spectrum_explorer import spectrum_data
from .spectrum_picture import draw_alignment

__all__ = ["check_transient_growth", "draw_alignment", "powers_data", "spectrum_data"]
