"""Notebook 01: the loop of a recurrent network, unrolled."""

from .check import check_unroll

__all__ = ["check_unroll"]
