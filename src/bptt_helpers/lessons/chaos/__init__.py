"""Notebook 05: the rate at which nearby states part, and at which gradients grow."""

from .check import check_exponent
from .picture import draw_exponents

__all__ = ["check_exponent", "draw_exponents"]
