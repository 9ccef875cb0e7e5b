"""Backpropagation through time, taught: small, tested functions behind the notebooks.

sequences ─► parameters ─► forward ─► Trace ─► backprop ─► gradients ─► measures
"""

from .backprop import Gradients, bptt
from .clipping import clip_by_global_norm, clip_by_value
from .forward import Trace, forward
from .gradcheck import numerical_gradient, relative_error
from .jacobians import jacobian_product_norms
from .losses import cross_entropy, squared_error
from .measures import cosine, gradient_profile, influence
from .parameters import Params, init_params
from .windows import WindowCurve, gradient_by_window

__all__ = [
    "Gradients",
    "Params",
    "Trace",
    "WindowCurve",
    "bptt",
    "clip_by_global_norm",
    "clip_by_value",
    "cosine",
    "cross_entropy",
    "forward",
    "gradient_by_window",
    "gradient_profile",
    "influence",
    "init_params",
    "jacobian_product_norms",
    "numerical_gradient",
    "relative_error",
    "squared_error",
]
