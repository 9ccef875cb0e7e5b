"""What descent does with a gradient: steps, clipping and the cliff that makes it necessary, the window it needs."""

from .clipping import clip_by_global_norm, clip_by_value
from .own_model import compare_outputs
from .window_report import WindowReport, window_report

__all__ = ["WindowReport", "clip_by_global_norm", "clip_by_value", "compare_outputs", "window_report"]
