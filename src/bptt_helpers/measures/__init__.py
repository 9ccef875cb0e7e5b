"""How far a gradient travels, and what the Jacobians on its way say about that."""

from .influence import cosine, gradient_profile, influence
from .jacobians import jacobian_product_norms
from .lyapunov import log_gradient_slope, lyapunov_exponents
from .spectra import power_norms

__all__ = [
    "cosine",
    "gradient_profile",
    "influence",
    "jacobian_product_norms",
    "log_gradient_slope",
    "lyapunov_exponents",
    "power_norms",
]
