"""Notebook 05: the rate at which nearby states part, and at which gradients grow."""

from .check import check_exponent
from .explorer import chaos_data, two_runs
from .picture import draw_exponents

__all__ = ["chaos_data", "check_exponent", "draw_exponents", "two_runs"]
