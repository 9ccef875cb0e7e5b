"""What descent does with a gradient: steps, clipping, and the cliff that makes clipping necessary."""

from .clipping import clip_by_global_norm, clip_by_value
from .own_model import compare_outputs

__all__ = ["clip_by_global_norm", "clip_by_value", "compare_outputs"]
