"""Notebook 12: a language model trained before the reader's eyes."""

from .baselines_picture import Model, draw_baselines
from .compared import baseline_models, network_model

__all__ = ["Model", "baseline_models", "draw_baselines", "network_model"]
