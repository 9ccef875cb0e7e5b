"""First check of notebook 09: one step of an LSTM's way back, mended."""

from __future__ import annotations

import numpy as np

from ..answers import as_numbers, came, described, same, sizes, want_array
from ..feedback import Wrong, exercise, where
from .lstm_mistakes import CLOSE, hint_for
from .lstm_step import Back, draw_step, numeric

WANT = "return three arrays, dL/da_t (4n,), dL/dh_{t-1} (n,) and dL/dc_{t-1} (n,)"
UNITS = (5, 1, 8)
# in words, and what it asks of `draw_step`; one signal alone tells which line is wrong
SETTINGS = {"both signals": {}, "dL_dc = 0": {"c_feels": 0.0}, "dL_dh = 0": {"h_feels": 0.0}}


def step_symptoms(step_back) -> dict:
    """How wrong is each derivative of one step back, with both signals and with either alone?

    Parameters
    ----------
    step_back : callable
        As `check_step_back` takes it.

    Returns
    -------
    dict of str to dict of str to float
        By setting, then by name of the derivative: the largest error relative to the largest entry, of five units.
    """
    found = {}
    for setting, options in SETTINGS.items():
        step = draw_step(UNITS[0], **options)
        given, right = _returned(step_back, step).parts(), numeric(step).parts()
        found[setting] = {
            name: float(np.abs(given[name] - r).max() / (np.abs(r).max() or 1.0)) for name, r in right.items()
        }
    return found


@exercise
def check_step_back(answer) -> str:
    """Judge one step of an LSTM's way back against numeric derivatives, and name the mistake that is left in it.

    Parameters
    ----------
    answer : callable (dL_dh, dL_dc, c_before, c, i, f, g, o, W_hh) -> (dL_da, dL_dh_before, dL_dc_before)
        Arrays (n,), W_hh (4 n, n) in the order i, f, g, o. dL_dh is what the loss feels of h_t by all paths, dL_dc what
        has come to c_t from step t + 1; both are known before the step.

    Returns
    -------
    Feedback
    """
    for n in UNITS:
        step = draw_step(n)
        given, right = _returned(answer, step), numeric(step)
        wrong = [name for name, value in right.parts().items() if not same(given.parts()[name], value, CLOSE)]
        if not wrong:
            continue
        hint = hint_for(given, right, step)
        if hint:
            raise Wrong("in {}: {}".format(*hint))
        name = wrong[0]
        yours, wanted = given.parts()[name], right.parts()[name]
        k = int(np.abs(yours - wanted).argmax())
        fine = [name for name in right.parts() if name not in wrong]
        raise Wrong(
            f"for n = {n}, entry {k} of {name} is {yours[k]:.4f}, the numeric derivative is {wanted[k]:.4f}; "
            f"{', '.join(fine) if fine else 'none'} agree{'s' * (len(fine) < 2)}."
        )
    return "it agrees with numeric derivatives, for three sizes, one unit among them."


def _returned(answer, step) -> Back:
    """What a step back returns, as a Back of the right shapes; a `Wrong` that says what it is instead."""
    n = len(step.dL_dh)
    try:
        with sizes(f"n = {n}, W_hh has shape {step.W_hh.shape}, all else ({n},)"):
            given = answer(*step.arguments)
    except ValueError as error:
        transposed = "" if "matmul" not in str(error) else " Does W_hh need its transpose on the way back?"
        raise Wrong(f"shapes do not fit{where(error).rstrip(',')}: {error}.{transposed}") from None
    if given is None:
        raise Wrong(f"{WANT}; you return None. Does your function end with `return`?")
    if isinstance(given, dict | str) or not hasattr(given, "__len__"):
        raise Wrong(f"{WANT}; you return {described(given)}.")
    if len(given) not in (3, 6):
        raise Wrong(f"{WANT}; you return {came(given)}.")
    given = list(given)
    if len(given) == 6:  # the four blocks one by one
        given = [given[:4], *given[4:]]
    blocks = as_numbers(given[0])
    if blocks is not None and blocks.shape == (4, n):
        given[0] = blocks.ravel()
    names = ("dL/da_t", "dL/dh_{t-1}", "dL/dc_{t-1}")
    shapes = ((4 * n,), (n,), (n,))
    return Back(*(want_array(*pair) for pair in zip(names, given, shapes, strict=True)))
