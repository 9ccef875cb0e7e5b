"""Backpropagation through time, taught: small, tested functions behind the notebooks.

One room for each kind of thing, and imports run one way only (tests/test_architecture.py holds the table):

    numbers ─► cells, tasks ─► passes ─► truncation, measures ─► training ─► lessons ─► widgets ─► notebooks
"""

from .cells import Params, from_torch, init_params
from .measures import (
    cosine,
    gradient_profile,
    influence,
    jacobian_product_norms,
    log_gradient_slope,
    lyapunov_exponents,
    power_norms,
)
from .passes import Gradients, Trace, bptt, forward, numerical_gradient, relative_error, textbook
from .tasks import Vocabulary, cross_entropy, load_text, one_hot, sequences, squared_error, text_batch
from .training import WindowReport, clip_by_global_norm, clip_by_value, compare_outputs, window_report
from .truncation import (
    WindowCurve,
    constant_hazard,
    cost,
    gradient_by_window,
    power_law_hazard,
    randomized_gradients,
)

__all__ = [
    "Gradients",
    "Params",
    "Trace",
    "Vocabulary",
    "WindowCurve",
    "WindowReport",
    "bptt",
    "clip_by_global_norm",
    "clip_by_value",
    "compare_outputs",
    "constant_hazard",
    "cosine",
    "cost",
    "cross_entropy",
    "forward",
    "from_torch",
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
    "textbook",
    "window_report",
]
