"""Explorers: sliders and a picture that follows them. Import them in a notebook, nowhere else."""

from .chain_rule import explore_backward_pass
from .clipping import explore_clipping
from .first_look import explore_first_look
from .gradcheck import explore_gradient_check
from .influence import explore_influence
from .lyapunov import explore_lyapunov
from .randomized import explore_chain, explore_randomized
from .spectra import explore_jacobian_spectrum
from .truncation import explore_truncation
from .unrolling import explore_unrolling

__all__ = [
    "explore_backward_pass",
    "explore_chain",
    "explore_clipping",
    "explore_first_look",
    "explore_gradient_check",
    "explore_influence",
    "explore_jacobian_spectrum",
    "explore_lyapunov",
    "explore_randomized",
    "explore_truncation",
    "explore_unrolling",
]
