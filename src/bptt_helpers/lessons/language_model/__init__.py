"""Notebook 12: a language model trained before the reader's eyes."""

from .baselines_picture import Model, draw_baselines
from .check import check_pieces
from .compared import baseline_models, network_model
from .layout_picture import draw_layouts
from .layout_price_picture import draw_layout_prices
from .layout_runs import WRONG_WAYS, bits_by_layout
from .windows_picture import draw_windows

__all__ = [
    "WRONG_WAYS",
    "Model",
    "baseline_models",
    "bits_by_layout",
    "check_pieces",
    "draw_baselines",
    "draw_layout_prices",
    "draw_layouts",
    "draw_windows",
    "network_model",
]
