"""What happens when the way back is cut: at a fixed distance, at every distance, or by chance; and what it costs."""

from . import cost
from .every_window import WindowCurve, gradient_by_window
from .hazards import constant_hazard, power_law_hazard
from .random_cuts import randomized_gradients

__all__ = [
    "WindowCurve",
    "constant_hazard",
    "cost",
    "gradient_by_window",
    "power_law_hazard",
    "randomized_gradients",
]
