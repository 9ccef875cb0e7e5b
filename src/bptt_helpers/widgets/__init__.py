"""Explorers as widgets: sliders and a picture that follows them. Import them in a notebook, nowhere else."""

from .explore import explore_as
from .playground import Playground, playground
from .watch import watch_training

explore_attention = explore_as("attention")
explore_backward_pass = explore_as("backward_pass")
explore_cells = explore_as("cells")
explore_chain = explore_as("chain")
explore_chaos = explore_as("chaos")
explore_clipping = explore_as("clipping")
explore_defaults = explore_as("defaults")
explore_first_look = explore_as("first_look")
explore_gradient_check = explore_as("gradient_check")
explore_gradient_cost = explore_as("gradient_cost")
explore_influence = explore_as("influence")
explore_jacobian_spectrum = explore_as("jacobian_spectrum")
explore_matrix_powers = explore_as("matrix_powers")
explore_nudge = explore_as("nudge")
explore_own_window = explore_as("own_window")
explore_playground = explore_as("playground", Playground)
explore_profiles = explore_as("profiles")
explore_pushes = explore_as("pushes")
explore_randomized = explore_as("randomized")
explore_sensitivity = explore_as("sensitivity")
explore_truncation = explore_as("truncation")
explore_unrolling = explore_as("unrolling")
explore_writing = explore_as("writing")

EXPLORERS = [
    "explore_attention",
    "explore_backward_pass",
    "explore_cells",
    "explore_chain",
    "explore_chaos",
    "explore_clipping",
    "explore_defaults",
    "explore_first_look",
    "explore_gradient_check",
    "explore_gradient_cost",
    "explore_influence",
    "explore_jacobian_spectrum",
    "explore_matrix_powers",
    "explore_nudge",
    "explore_own_window",
    "explore_playground",
    "explore_profiles",
    "explore_pushes",
    "explore_randomized",
    "explore_sensitivity",
    "explore_truncation",
    "explore_unrolling",
    "explore_writing",
]
__all__ = [*EXPLORERS, "playground", "watch_training"]
