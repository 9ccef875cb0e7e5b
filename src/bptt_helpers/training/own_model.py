"""Whether an imported layer does what it did at home: its outputs beside the layer's own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.tensors import as_array
from ..numbers.validate import array, positive
from ..passes.forward import real_trace
from .likely_causes import likely_cause

# Of the largest output, by size of a number in bytes: about a hundred times what T = 500 steps make of rounding.
TOLERANCE = {4: 1e-5, 8: 1e-12}


class Compared(NamedTuple):
    """How far two forward passes are apart.

    Attributes
    ----------
    part : {"o", "h"}
        What was compared: outputs of the readout, or states.
    difference : float
        The largest difference of any number, divided by the largest absolute number of the outputs.
    tolerance : float
        What rounding may account for.
    step : int or None
        The first step, counted from 1, at which they differ by more; None if they agree.
    likely : str
        What is likely wrong, where they differ.
    """

    part: str
    difference: float
    tolerance: float
    step: int | None
    likely: str

    @property
    def agree(self) -> bool:
        """Whether all differences are within the tolerance."""
        return self.step is None

    @property
    def sentence(self) -> str:
        """All of it in words."""
        size = f"{self.difference:.1e} of the largest {self.part}"
        if self.agree:
            return f"They agree: the largest difference is {size}."
        return f"They differ by up to {size}, from step {self.step} on. Likely: {self.likely}."


def compare_outputs(trace, outputs, *, tolerance=None) -> Compared:
    """Does the imported layer give out what the layer itself gives? If not, what is likely wrong?

    Asked before anything else is measured: a gradient of another network is exact and of no use. Where they differ,
    the first steps are computed again with one mistake after the other, until one explains the outputs: batch or time
    first, gates in another order, reset before the product, a matrix not transposed, one bias under both keys,
    another activation, a softmax, outputs of dropout or of padding.

    Parameters
    ----------
    trace : Trace
        `forward` of the imported layer.
    outputs : tensor or array_like (T, B, q) or (T, B, n)
        What the model itself gives for the same inputs, time first (`Imported.time_first`): o, or the layer's own
        output h, which is compared where q ≠ n and its shape says so, or where it fits and o does not.
    tolerance : float, optional
        What rounding may account for, relative to the largest output. Default: 1e-12 if the numbers of both are
        float64, else 1e-5.

    Returns
    -------
    Compared

    Raises
    ------
    ValueError
        If the shapes do not fit, `tolerance` is not above 0, or a number is not finite.

    Examples
    --------
    >>> from bptt_helpers import forward, init_params
    >>> trace = forward(init_params(3, 4, 4, cell="gru"), np.ones((5, 2, 3)), cell="gru")
    >>> compare_outputs(trace, trace.o).sentence
    'They agree: the largest difference is 0.0e+00 of the largest o.'
    >>> found = compare_outputs(trace, trace.h[1:])
    >>> found.part, found.agree
    ('h', True)
    """
    precise = real_trace(trace)
    outputs = array("outputs", as_array("outputs", outputs))
    if tolerance is None:
        tolerance = max(TOLERANCE.get(a.dtype.itemsize, 1e-5) if a.dtype.kind == "f" else 0 for a in (trace.o, outputs))
    tolerance = positive("tolerance", tolerance)
    outputs = outputs.astype(float)
    parts = {"o": precise.o, "h": precise.h[1:]}
    fitting = [name for name, own in parts.items() if own.shape == outputs.shape]
    if not fitting:
        _report_shape(outputs.shape, precise)
    found = {name: _difference(parts[name], outputs) for name in fitting}
    part = min(fitting, key=lambda name: found[name].max())
    if found[part].max() > tolerance:
        part = fitting[0]
    apart = found[part] > tolerance
    step = int(apart.argmax()) + 1 if apart.any() else None
    likely = likely_cause(precise, outputs, part, found[part], tolerance) if step else ""
    return Compared(part, float(found[part].max()), tolerance, step, likely)


def _difference(own, outputs) -> np.ndarray:
    """Of every step (T,), the largest difference, relative to the largest output of all."""
    largest = np.abs(outputs).max() or np.abs(own).max() or 1.0
    return np.abs(own / largest - outputs / largest).max((1, 2))


def _report_shape(came, trace):
    """Raise a ValueError about the shape of the outputs that came."""
    (T, B, q), n = trace.o.shape, trace.params.n_hidden
    way = ""
    if came in ((B, T, q), (B, T, n)):
        way = "; model.time_first(outputs) turns it"
    elif len(came) == 2:
        way = "; is it the last state h_n, or one sequence without a batch? Give what the layer puts out at every step"
    raise ValueError(f"outputs: want shape (T, B, q) = {(T, B, q)} or (T, B, n) = {(T, B, n)}, got {came}{way}")
