"""Backpropagation through time, taught: small, tested functions behind the notebooks.

sequences ─► parameters ─► forward ─► Trace ─► backprop ─► gradients ─► measures
"""

from . import sequences
from .backprop import Gradients, bptt
from .clipping import clip_by_global_norm, clip_by_value
from .forward import Trace, forward
from .gradcheck import numerical_gradient, relative_error
from .hazards import constant_hazard, power_law_hazard
from .jacobians import jacobian_product_norms
from .losses import cross_entropy, squared_error
from .lyapunov import log_gradient_slope, lyapunov_exponents
from .measures import cosine, gradient_profile, influence
from .parameters import Params, init_params
from .randomized import randomized_gradients
from .spectra import power_norms
from .text import Vocabulary, load_text, one_hot, text_batch
from .windows import WindowCurve, gradient_by_window

__all__ = [
    "Gradients",
    "Params",
    "Trace",
    "Vocabulary",
    "WindowCurve",
    "bptt",
    "clip_by_global_norm",
    "clip_by_value",
    "constant_hazard",
    "cosine",
    "cross_entropy",
    "forward",
    "gradient_by_window",
    "gradient_profile",
    "influence",
    "init_params",
    "jacobian_product_norms",
    "load_text",
    "log_gradient_slope",
    "lyapunov_exponents",
    "numerical_gradient",
    "one_hot",
    "power_law_hazard",
    "power_norms",
    "randomized_gradients",
    "relative_error",
    "sequences",
    "squared_error",
    "text_batch",
]
