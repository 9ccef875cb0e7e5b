"""Explorers: sliders and a picture that follows them. Import them in a notebook, nowhere else."""

from .chain_rule import explore_backward_pass
from .gradcheck import explore_gradient_check
from .influence import explore_influence
from .unrolling import explore_unrolling

__all__ = [
    "explore_backward_pass",
    "explore_gradient_check",
    "explore_influence",
    "explore_unrolling",
]
