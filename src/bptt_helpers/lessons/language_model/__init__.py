"""Notebook 12: a language model trained before the reader's eyes."""

from .check import check_pieces
from .layout_picture import draw_layouts
from .layout_price_picture import draw_layout_prices
from .layout_runs import WRONG_WAYS, bits_by_layout

__all__ = ["WRONG_WAYS", "bits_by_layout", "check_pieces", "draw_layout_prices", "draw_layouts"]
