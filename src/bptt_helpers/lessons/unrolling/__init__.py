"""Notebook 01: the loop of a recurrent network, unrolled."""

from .check import check_unroll
from .counting import count_multiply_adds

__all__ = ["check_unroll", "count_multiply_adds"]
