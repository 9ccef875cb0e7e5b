"""Explorer: how wrong is a numeric gradient, and why not take the smallest step?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...passes.step_size import METHODS, best_step, step_errors
from ..explorer import Choice, Explorer, Real, Whole
from ..kept import kept, read_only
from .step_size_picture import GradientCheckPicture

DTYPES = ("float64", "float32")
HALF_DECADES = read_only(10.0 ** np.arange(-16, 0.1, 0.5))
N_IN, N_HIDDEN, N_OUT = 2, 4, 1


class GradientCheckData(NamedTuple):
    """What the picture shows; three entries are for forward, central and complex, two for the first of them.

    Attributes
    ----------
    dtype : str
    sequence_length : int
    chosen : float
        ε of the slider.
    here : tuple of three float
        Relative errors at `chosen`.
    eps : ndarray (E,)
        Steps of the curves, two a decade.
    errors : tuple of three ndarray (E,)
    best : tuple of two float
        The power of ten with the smallest error.
    recommended : tuple of two float
        What the rule of thumb says is best, `step_size.best_step`.
    """

    dtype: str
    sequence_length: int
    chosen: float
    here: tuple
    eps: np.ndarray
    errors: tuple
    best: tuple
    recommended: tuple


@kept(8)
def _curves(dtype, sequence_length, seed):
    """The case, and its errors at all steps: they do not hang on the slider of ε."""
    rng = np.random.default_rng(seed)
    params = init_params(N_IN, N_HIDDEN, N_OUT, spectral_radius=1.0, rng=rng).astype(dtype)
    case = params, rng.normal(size=(sequence_length, N_IN)), rng.normal(size=(sequence_length, N_OUT))
    return case, step_errors(*case, HALF_DECADES)


def gradient_check_data(log10_eps, dtype, sequence_length, seed) -> GradientCheckData:
    """Error of numeric gradients of an untrained tanh network with 2 inputs, 4 hidden units and 1 output.

    Parameters
    ----------
    log10_eps : float
    dtype : {"float64", "float32"}
    sequence_length, seed : int
    """
    case, errors = _curves(dtype, sequence_length, seed)
    chosen = 10.0**log10_eps
    here = step_errors(*case, [chosen])
    two = METHODS[:2]
    return GradientCheckData(
        dtype,
        sequence_length,
        chosen,
        here=tuple(float(here[method][0]) for method in METHODS),
        eps=HALF_DECADES,
        errors=tuple(errors[method] for method in METHODS),
        best=tuple(float(HALF_DECADES[::2][errors[method][::2].argmin()]) for method in two),
        recommended=tuple(best_step(method, dtype) for method in two),
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    forward, central, complex_step = data.here
    return (
        f"{data.dtype}, T = {data.sequence_length}, ε = {data.chosen:.0e}: relative error {central:.0e} central, "
        f"{forward:.0e} forward, {complex_step:.0e} complex step. Best power of ten: "
        f"central {data.best[1]:.0e} (rule {data.recommended[1]:.0e}), "
        f"forward {data.best[0]:.0e} (rule {data.recommended[0]:.0e})."
    )


GRADIENT_CHECK = Explorer(
    title="The step of a numeric gradient, and how far from the exact gradient it ends.",
    controls={
        "log10_eps": Real(-6.0, -16, 0, "log10 of step ε", "log10 of the step ε.", step=0.5),
        "dtype": Choice("float64", DTYPES, "Numbers", "Floating-point type in which the loss is computed."),
        "sequence_length": Whole(10, 2, 100, "Sequence length T", "T."),
        "seed": Whole(0, 0, 9, "Seed", "Draws weights and sequence."),
    },
    leading=("log10_eps", "dtype"),
    compute=gradient_check_data,
    picture=GradientCheckPicture,
    describe=describe,
    touch="Click or drag in the picture: the step ε.",
)
