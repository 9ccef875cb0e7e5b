"""Notebook 12: a language model trained before the reader's eyes."""

from .baselines_picture import Model, draw_baselines
from .check import check_pieces
from .compared import baseline_models, network_model
from .context_picture import Reader, draw_contexts
from .fed_picture import draw_fed
from .layout_picture import draw_layouts
from .layout_price_picture import draw_layout_prices
from .layout_runs import WRONG_WAYS, bits_by_layout
from .listening import heard, listening, reach
from .stages_picture import Listener, draw_stages
from .windows_picture import draw_windows
from .writer import known, story, writers

__all__ = [
    "WRONG_WAYS",
    "Listener",
    "Model",
    "Reader",
    "baseline_models",
    "bits_by_layout",
    "check_pieces",
    "draw_baselines",
    "draw_contexts",
    "draw_fed",
    "draw_layout_prices",
    "draw_layouts",
    "draw_stages",
    "draw_windows",
    "heard",
    "known",
    "listening",
    "network_model",
    "reach",
    "story",
    "writers",
]
