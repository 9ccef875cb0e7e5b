"""Checks of notebook 02: which mistake is in a backward pass, and is it gone?"""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

import numpy as np

from ...cells.params import Params
from ...passes.forward import forward
from ...passes.gradcheck import numerical_gradient, relative_error
from ...tasks.losses import squared_error
from ..answers import described, same, want_array
from ..feedback import Wrong, exercise, where
from .mistakes import MISTAKES, SLIPS, backward

PASSES = ["broken_a", "broken_b", "broken_c", "broken_d"]
WANT = "return a dict with four entries, {function: name of its mistake}"
# signals first: a wrong one makes all sums wrong that use it
FIELDS = ("b_q", "W_qh", "b_h", "W_hx", "W_hh")
# by its name in the picture: the setting in words, and what it asks of `draw_case`; all but the first hide a mistake
SETTINGS = {
    "general": ("with a W_hh that is not symmetric", {}),
    "symmetric $W_{hh}$": ("with a symmetric W_hh", {"symmetric": True}),
    "last loss only": ("with a loss at the last step only", {"weight": "last"}),
    "one step, $T = 1$": ("for T = 1", {"T": 1}),
    "states / 1000": ("with tiny states", {"scale": 1e-3}),
}


class Case(NamedTuple):
    """A network and one sequence: what a backward pass of the exercise is called with, and what makes the loss."""

    params: Params
    x: np.ndarray
    h: np.ndarray
    dL_do: np.ndarray
    y: np.ndarray
    weight: str | None

    @property
    def arguments(self):
        """Copies, so that a pass that writes into them spoils nothing."""
        copies = Params(*(w.copy() for w in self.params))
        return copies, self.x.copy(), self.h.copy(), self.dL_do.copy()


def draw_case(T=6, d=3, n=4, q=2, *, symmetric=False, weight=None, scale=1.0, seed=0) -> Case:
    """A tanh network with weights, biases and initial state all drawn, and its forward pass over one sequence.

    Parameters
    ----------
    T, d, n, q : int
    symmetric : bool
        Replace W_hh by the mean of itself and its transpose.
    weight : {None, "last"}
        As in `squared_error`: a loss at every step, or at the last one only.
    scale : float
        Factor on inputs, biases and the initial state.
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
    params = params._replace(b_h=scale * params.b_h)
    x, y, h0 = scale * rng.normal(size=(T, d)), rng.normal(size=(T, q)), scale * rng.normal(size=(1, n))
    trace = forward(params, x[:, None], h0=h0)
    _, dL_do = squared_error(trace.o, y[:, None], weight=weight)
    return Case(params, x, trace.h[:, 0], dL_do[:, 0], y, weight)


def symptoms(*passes) -> dict:
    """How wrong are the gradients of some backward passes, in settings each of which hides a mistake?

    Parameters
    ----------
    *passes : callable (Params, ndarray (T, d), ndarray (T + 1, n), ndarray (T, q)) -> Params

    Returns
    -------
    dict of str to ndarray (S, 5)
        By name of the pass: relative errors, a row for each of `SETTINGS`, a column for each weight of a Params.
    """
    cases = [draw_case(**options) for _, options in SETTINGS.values()]
    right = [_numeric(case) for case in cases]

    def errors(backward_pass, case, wanted):
        return [relative_error(g, w) for g, w in zip(backward_pass(*case.arguments), wanted, strict=True)]

    return {p.__name__: np.array([errors(p, *pair) for pair in zip(cases, right, strict=True)]) for p in passes}


def _numeric(case) -> Params:
    def loss(params):
        o = forward(params, case.x[:, None], h0=case.h[:1]).o
        return squared_error(o, case.y[:, None], weight=case.weight)[0]

    return numerical_gradient(loss, case.params)


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
        for mistake, hint in (MISTAKES | SLIPS).items():
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
        For each of four broken passes a name out of `MISTAKES`.
    """
    for broken, mistake in _wanted(answer()).items():
        _compare(broken, mistake)
    return "each pass makes the same numbers as a right one with that mistake planted."


def _wanted(diagnosis) -> dict:
    """The diagnosis, or a `Wrong` that says why it is not a dict of the four passes and names on the list."""
    if not isinstance(diagnosis, dict):
        plain = isinstance(diagnosis, (list, tuple, set))
        came = "the names alone do not say whose they are" if plain else f"you return {described(diagnosis)}"
        raise Wrong(f"{WANT}; {came}.")
    keys = list(diagnosis)
    if any(key in MISTAKES for key in keys if isinstance(key, str)):
        raise Wrong(f"{WANT}; the function comes first, then the name.")
    if any(isinstance(key, str) for key in keys):
        raise Wrong(f"{WANT}; your keys are texts: write broken_a without quotes.")
    if not all(map(callable, keys)):
        raise Wrong(f"{WANT}; broken_a without parentheses is the function.")
    names = [getattr(key, "__name__", "") for key in keys]
    missing = [name for name in PASSES if name not in names]
    if missing:
        raise Wrong(f"{WANT}; {missing[0]} is missing.")
    if len(names) > len(PASSES):
        raise Wrong(f"{WANT}; you return {len(names)}.")
    for name, mistake in zip(names, diagnosis.values(), strict=True):
        if not isinstance(mistake, str):
            raise Wrong(f"for {name} you return {described(mistake)}; want one name out of the list, in quotes.")
        if mistake not in MISTAKES:
            close = get_close_matches(mistake.strip().lower(), MISTAKES, 1, 0.8)
            way_out = f"did you mean {close[0]!r}?" if close else "copy one from the list above."
            raise Wrong(f"{mistake!r:.60} is not one of the names; {way_out}")
    return diagnosis


def _compare(broken, mistake):
    """A `Wrong` with the first symptom that speaks against the mistake."""
    for words, options in SETTINGS.values():
        case = draw_case(**options)
        right = _numeric(case)
        seen = set(_wrong_fields(_gradient_of(broken, case), right))
        expected = set(_wrong_fields(backward(*case.arguments, mistake), right))
        for field in FIELDS:
            if field in seen and field not in expected:
                raise Wrong(f"{words}, {broken.__name__} has dL/d{field} wrong; “{mistake}” would leave it right.")
            if field in expected and field not in seen:
                raise Wrong(f"{words}, {broken.__name__} has dL/d{field} right; “{mistake}” would make it wrong.")
    case = draw_case()
    if _wrong_fields(_gradient_of(broken, case), backward(*case.arguments, mistake)):
        raise Wrong(f"{broken.__name__} has the symptoms of “{mistake}” but other numbers; read its lines once more.")


def _gradient_of(answer, case) -> Params:
    """What a pass returns, as a Params of the right shapes, or a `Wrong` that says what it is instead."""
    try:
        given = answer(*case.arguments)
    except ValueError as error:
        raise Wrong(
            f"shapes do not fit{where(error).rstrip(',')}: {error}. All sizes differ here; is there a `*` for a matrix "
            "product `@`, a transpose too few, or a slice of the wrong length?"
        ) from None
    if not isinstance(given, tuple) or len(given) != len(Params._fields):
        came = "nothing; does your function end with `return`?" if given is None else f"{described(given)}."
        raise Wrong(f"return a Params, Params({', '.join(f'{f}=…' for f in Params._fields)}); you return {came}")
    pairs = zip(Params._fields, given, case.params, strict=True)
    return Params(*(want_array(f"dL/d{name}", value, w.shape) for name, value, w in pairs))


def _error(given, right, field):
    given, right = getattr(given, field), getattr(right, field)
    return np.linalg.norm(given - right) / max(np.linalg.norm(right), 1e-300)


def _wrong_fields(given, right):
    return [field for field in FIELDS if not same(getattr(given, field), getattr(right, field))]
