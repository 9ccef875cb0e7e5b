"""Notebook 06: the gradient cut to a window."""

from .check import check_chunked
from .explorer import network_on_text
from .picture import draw_reach, draw_wrong_sign

__all__ = ["check_chunked", "draw_reach", "draw_wrong_sign", "network_on_text"]
