"""Checks of notebook 02: which mistake is in a backward pass, and is it gone?"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ...cells.params import Params
from ...passes.forward import forward
from ...passes.gradcheck import numerical_gradient
from ...tasks.losses import squared_error
from ..feedback import Wrong, exercise, same, want_array

# what a reader may name in a diagnosis, and the hint to whoever still makes the mistake
MISTAKES = {
    "transpose missing": "W_hh itself sends the signal back; want its transpose. A symmetric W_hh would hide it.",
    "elementwise for matrix product": "only the diagonal of W_hh sends the signal back; want the product W_hhᵀ dL/da.",
    "slope missing on the way": "the signal crosses step t + 1 without its slope: want W_hhᵀ dL/da_{t+1}, not "
    "W_hhᵀ dL/dh_{t+1}.",
    "slope missing at the end": "the sums over t use dL/dh_t where they need dL/da_t = f′(a_t) ⊙ dL/dh_t.",
    "slope missing everywhere": "f′(a_t) is nowhere in it; that is right for a linear network only.",
    "slope of the wrong state": "the slope f′(a_t) is 1 - h_t², from the state after step t, not from another one.",
    "nothing passed on": "dL/dh_t holds the loss of its own step only; what comes from later steps is missing.",
    "passed on once": "dL/dh_t hears the loss of the next step, but not those after it: send back the total, not "
    "the own signal.",
    "own loss left out": "dL/dh_t is overwritten by what comes from later; the loss of its own step must be added.",
    "overwritten, not accumulated": "the term of each step replaces the one before; want their sum.",
    "time runs forwards": "dL/dh_t takes from the step before it; the backward pass starts at the last step.",
    "h_t for h_{t-1}": "dL/dW_hh pairs dL/da_t with the state after step t; W_hh multiplied the state before it.",
    "h_{t-1} for h_t in the readout": "dL/dW_qh pairs dL/do_t with the state before step t; W_qh multiplied the one "
    "after it.",
    "mean over the steps": "you divide by T; dL/do holds that factor already.",
}
# signals first: a wrong one makes all sums wrong that use it
FIELDS = ("b_q", "W_qh", "b_h", "W_hx", "W_hh")


class Case(NamedTuple):
    """A network and one sequence: what a backward pass of the exercise is called with, and the targets."""

    params: Params
    x: np.ndarray
    h: np.ndarray
    dL_do: np.ndarray
    y: np.ndarray

    @property
    def arguments(self):
        """Copies, so that a pass that writes into them spoils nothing."""
        copies = Params(*(w.copy() for w in self.params))
        return copies, self.x.copy(), self.h.copy(), self.dL_do.copy()


def draw_case(T, d, n, q, *, symmetric=False, seed=0) -> Case:
    """A tanh network with weights, biases and initial state all drawn, and its forward pass over one sequence.

    Parameters
    ----------
    T, d, n, q : int
    symmetric : bool
        Replace W_hh by the mean of itself and its transpose.
    seed : int

    Returns
    -------
    Case
        Arrays without a batch axis: x (T, d), h (T + 1, n), dL_do (T, q), y (T, q).
    """
    rng = np.random.default_rng(seed)
    shapes = ((n, d), (n, n), n, (q, n), q)
    params = Params(*(rng.normal(0, 1 / np.sqrt(n), shape) for shape in shapes))
    if symmetric:
        params = params._replace(W_hh=(params.W_hh + params.W_hh.T) / 2)
    x, y, h0 = rng.normal(size=(T, d)), rng.normal(size=(T, q)), rng.normal(size=(1, n))
    trace = forward(params, x[:, None], h0=h0)
    _, dL_do = squared_error(trace.o, y[:, None])
    return Case(params, x, trace.h[:, 0], dL_do[:, 0], y)


def _numeric(case) -> Params:
    def loss(params):
        return squared_error(forward(params, case.x[:, None], h0=case.h[:1]).o, case.y[:, None])[0]

    return numerical_gradient(loss, case.params)


def backward(params, x, h, dL_do, mistake=None) -> Params:
    """The exact backward pass of a tanh network over one sequence, or one with a mistake of `MISTAKES`.

    Parameters
    ----------
    params : Params
    x : ndarray (T, d)
    h : ndarray (T + 1, n)
    dL_do : ndarray (T, q)
    mistake : str, optional

    Returns
    -------
    Params
    """
    T, W_hh = len(x), params.W_hh
    slope = 1 - (h[:-1] if mistake == "slope of the wrong state" else h[1:]) ** 2
    if mistake == "slope missing everywhere":
        slope = np.ones_like(slope)
    on_the_way = np.ones_like(slope) if mistake == "slope missing on the way" else slope
    at_the_end = np.ones_like(slope) if mistake == "slope missing at the end" else slope
    # signals are rows: v @ W_hh is W_hhᵀ v
    W = {"transpose missing": W_hh.T, "elementwise for matrix product": np.diag(np.diag(W_hh))}.get(mistake, W_hh)
    own = dL_do @ params.W_qh
    dL_dh = own.copy()
    order = range(T)[::-1] if mistake != "time runs forwards" else range(T)
    for done, t in pairwise(order):
        signal = own[done] if mistake == "passed on once" else dL_dh[done]
        carried = (on_the_way[done] * signal) @ W
        dL_dh[t] = {"nothing passed on": own[t], "own loss left out": carried}.get(mistake, own[t] + carried)
    dL_da = at_the_end * dL_dh
    if mistake == "overwritten, not accumulated":  # what the last round of a backward loop leaves
        dL_da, dL_do, x, h = dL_da[:1], dL_do[:1], x[:1], h[:2]
    gradient = Params(
        W_hx=dL_da.T @ x,
        W_hh=dL_da.T @ (h[1:] if mistake == "h_t for h_{t-1}" else h[:-1]),
        b_h=dL_da.sum(0),
        W_qh=dL_do.T @ (h[:-1] if mistake == "h_{t-1} for h_t in the readout" else h[1:]),
        b_q=dL_do.sum(0),
    )
    return Params(*(w / T for w in gradient)) if mistake == "mean over the steps" else gradient


@exercise
def check_repair(answer) -> str:
    """Judge a backward pass against numeric gradients, and name the mistake that is left in it.

    Parameters
    ----------
    answer : callable (Params, ndarray (T, d), ndarray (T + 1, n), ndarray (T, q)) -> Params
        (params, x, h, dL_do) -> gradient, for a tanh network and one sequence.
    """
    for T, d, n, q in ((6, 3, 4, 2), (1, 2, 3, 1), (9, 4, 1, 2)):
        case = draw_case(T, d, n, q)
        given, right = _gradient_of(answer, case), _numeric(case)
        wrong = _wrong_fields(given, right)
        if not wrong:
            continue
        field = wrong[0]
        for mistake, hint in MISTAKES.items():
            if same(getattr(given, field), getattr(backward(*case.arguments, mistake), field)):
                raise Wrong(f"{mistake}: {hint}")
        fine = [f"dL/d{name}" for name in FIELDS if name not in wrong]
        raise Wrong(
            f"for T = {T}, dL/d{field} differs from the numeric gradient by {_error(given, right, field):.0%}; "
            f"{', '.join(fine) if fine else 'none'} agree."
        )
    return "it agrees with numeric gradients for three networks of different sizes, T = 1 and one unit among them."


@exercise
def check_diagnosis(answer) -> str:
    """Judge which mistake the reader sees in which backward pass, by running both.

    Parameters
    ----------
    answer : callable () -> dict of callable to str
        For each of three broken passes a name out of `MISTAKES`.
    """
    diagnosis = answer()
    if not isinstance(diagnosis, dict) or len(diagnosis) != 3 or not all(map(callable, diagnosis)):
        raise Wrong("return a dict with three entries, {function: name of its mistake}.")
    for broken, mistake in diagnosis.items():
        if mistake not in MISTAKES:
            raise Wrong(f"{mistake!r} is not one of the names: {', '.join(MISTAKES)}.")
        _compare(broken, mistake)
    return "each pass makes the same numbers as a right one with that mistake planted."


def _compare(broken, mistake):
    """A `Wrong` with the first symptom that speaks against the mistake."""
    settings = {
        "with a W_hh that is not symmetric": draw_case(6, 3, 4, 2),
        "with a symmetric W_hh": draw_case(6, 3, 4, 2, symmetric=True),
        "for T = 1": draw_case(1, 3, 4, 2),
    }
    for words, case in settings.items():
        right = _numeric(case)
        seen = set(_wrong_fields(_gradient_of(broken, case), right))
        expected = set(_wrong_fields(backward(*case.arguments, mistake), right))
        for field in FIELDS:
            if field in seen and field not in expected:
                raise Wrong(f"{words}, {broken.__name__} has dL/d{field} wrong; “{mistake}” would leave it right.")
            if field in expected and field not in seen:
                raise Wrong(f"{words}, {broken.__name__} has dL/d{field} right; “{mistake}” would make it wrong.")
    case = draw_case(6, 3, 4, 2)
    if _wrong_fields(_gradient_of(broken, case), backward(*case.arguments, mistake)):
        raise Wrong(f"{broken.__name__} has the symptoms of “{mistake}” but other numbers; read its lines once more.")


def _gradient_of(answer, case) -> Params:
    """What a pass returns, as a Params of the right shapes, or a `Wrong` that says what it is instead."""
    try:
        given = answer(*case.arguments)
    except ValueError as error:
        raise Wrong(
            f"shapes do not fit ({error}). All sizes differ here; is there a `*` for a matrix product `@`, a "
            "transpose too few, or a slice of the wrong length?"
        ) from None
    if not isinstance(given, tuple) or len(given) != len(Params._fields):
        raise Wrong("return a Params: the gradients for W_hx, W_hh, b_h, W_qh and b_q.")
    pairs = zip(Params._fields, given, case.params, strict=True)
    return Params(*(want_array(f"dL/d{name}", value, w.shape) for name, value, w in pairs))


def _error(given, right, field):
    given, right = getattr(given, field), getattr(right, field)
    return np.linalg.norm(given - right) / max(np.linalg.norm(right), 1e-300)


def _wrong_fields(given, right):
    return [field for field in FIELDS if not same(getattr(given, field), getattr(right, field))]
