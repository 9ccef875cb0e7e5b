"""Notebook 09: what helps a gradient to arrive, and why that is not yet learning."""

from .attention import attend, attended, attention_network, chain_alone
from .sensitivity import FORMS, sampled_sensitivities, sensitivity, solving_range, wanted_factor

__all__ = [
    "FORMS",
    "attend",
    "attended",
    "attention_network",
    "chain_alone",
    "sampled_sensitivities",
    "sensitivity",
    "solving_range",
    "wanted_factor",
]
