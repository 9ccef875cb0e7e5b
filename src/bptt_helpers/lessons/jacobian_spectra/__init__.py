"""Notebook 04: eigenvalues, singular values and the rate at which gradients grow."""

from .check import check_transient_growth
from .lyapunov_picture import draw_exponents
from .spectrum_explorer import spectrum_data
from .spectrum_picture import draw_alignment

__all__ = ["check_transient_growth", "draw_alignment", "draw_exponents", "spectrum_data"]
