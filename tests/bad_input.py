"""What every public function is given by mistake: values for each kind of argument, and which of them mean something.

An argument has a kind, a good value, and the labels that are fine: all others must be refused in a sentence. `ANY` is
handed to every argument; a kind may add what can only be made from the good value, such as an array of another shape.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from bptt_helpers import Params, bptt, forward, init_params

NUMBERS = {
    "-1": -1,
    "0": 0,
    "1": 1,
    "1.5": 1.5,
    "10**12": 10**12,
    "1e308": 1e308,
    "fraction": Fraction(1, 3),
    "10**400": 10**400,
    "-10**400": -(10**400),
    "10**5000": 10**5000,
    "huge fraction": Fraction(10**400, 3),
    "nan": np.nan,
    "inf": np.inf,
    "-inf": -np.inf,
    "complex": 1 + 2j,
    "True": True,
    "numpy bool": np.bool_(True),
    "numpy integer": np.int64(2),
    "numpy nan": np.float32("nan"),
    "masked number": np.ma.masked,
}
ARRAYS = {
    "0-d array": np.array(1.5),
    "array": np.ones(3),
    "empty array": np.ones(0),
    "integers": np.arange(1, 4),
    "array with 5 axes": np.ones((1, 1, 1, 1, 1)),
    "array of nan": np.full(3, np.nan),
    "array of text": np.array(["a", "tanh"]),
    "array of objects": np.array([None, "a"], object),
    "array of dates": np.array(["2020-01-01"], "datetime64[D]"),
    "complex array": np.ones(3) * 1j,
    "masked array": np.ma.masked_array([1.0, 2.0, 3.0], [True, False, False]),
}
OTHERS = {
    "None": None,
    "text": "a",
    "empty text": "",
    "long text": "to be " * 1000,
    "address": "https://example.org/a.txt",
    "bytes": b"a",
    "object": object(),
    "dict": {"a": 1},
    "empty list": [],
    "ragged list": [[1.0], [1.0, 2.0]],
    "list of text": ["a", None],
    "list of a huge number": [10**400],
    "empty tuple": (),
    "set": {1, 2},
    "function": lambda *_, **__: 0.0,
    "wrong function": lambda *_, **__: "a",
    "class": int,
    "generator": np.random.default_rng(0),
    "params": init_params(2, 3, 2),
    "trace": forward(init_params(2, 3, 2), np.ones((4, 1, 2))),
}
ANY = NUMBERS | ARRAYS | OTHERS


class Argument(NamedTuple):
    """A good value, the labels that are fine, and a function that makes further bad values from the good one."""

    good: Any
    fine: frozenset
    more: Callable = lambda good: {}
    skip: frozenset = frozenset()  # functions whose own error is not ours

    def bad(self):
        return {label: v for label, v in (ANY | self.more(self.good)).items() if label not in self.fine | self.skip}

    def meant(self):
        return {label: v for label, v in (ANY | self.more(self.good)).items() if label in self.fine}


def fine(*labels):
    return frozenset(labels)


def count(good, *labels):
    """A whole number >= 1 with an upper limit."""
    return Argument(good, fine("1", "numpy integer", *labels))


def unlimited(good):
    """A whole number >= 1 that only takes part in arithmetic."""
    return count(good, "10**12", "10**400", "10**5000")


def real(good, *labels):
    """A number without limits, but for those of float64."""
    return positive(good, "-1", "0", *labels)


def not_negative(good, *labels):
    return positive(good, "0", *labels)


def positive(good, *labels):
    return Argument(good, fine("1", "1.5", "10**12", "1e308", "fraction", "numpy integer", *labels))


def number_above_1(good, *labels):
    return Argument(good, fine("1.5", "10**12", "1e308", "numpy integer", *labels))


def choice(good, *labels):
    return Argument(good, fine(*labels))


def rng():
    """A seed or a Generator."""
    return Argument(0, fine("0", "1", "numpy integer", "10**12", "10**400", "10**5000", "generator"))


def seed():
    return Argument(0, rng().fine - {"generator"})


def flag(good):
    return Argument(good, fine("True", "numpy bool"))


def function(good, *labels):
    return Argument(good, fine(*labels), skip=fine("class"))


def items(good, *labels):
    """A sequence of something."""
    return Argument(good, fine(*labels))


def array(good, *labels, shapes=True):
    """An array of real numbers, of one shape only unless `shapes` is False."""

    def more(good):
        if good is None:
            return {}
        good = np.asarray(good)
        wrong = {
            "nan within": np.where(np.arange(good.size).reshape(good.shape) == good.size - 1, np.nan, good),
            "inf within": np.where(np.arange(good.size).reshape(good.shape) == 0, np.inf, good),
            "as complex": good + 1j,
            "as objects": good.astype(object),
            "as text": good.astype(str),
            "masked within": np.ma.masked_array(good, np.arange(good.size).reshape(good.shape) == 0),
        }
        if shapes:
            wrong |= {"an axis more": good[None], "longer": np.concatenate([good, good]), "of no step": good[:0]}
        return wrong

    return Argument(good, fine(*labels), more)


def weights(good, *labels):
    """The Params of one network."""

    def more(good):
        other = {f"nan in {name}": _with_nan(good, name) for name in Params._fields}
        other["inf in b_q"] = good._replace(b_q=np.full_like(good.b_q, np.inf))
        return other | {
            "masked W_hh": good._replace(W_hh=np.ma.masked_array(good.W_hh, good.W_hh > 0)),
            "matrix W_hh": good._replace(W_hh=good.W_hh.tolist()),
            "objects in b_h": good._replace(b_h=good.b_h.astype(object)),
            "integers": Params(*(w.astype(int) for w in good)),
            "b_h of two axes": good._replace(b_h=good.b_h[None]),
            "W_hx of another network": good._replace(W_hx=init_params(good.n_in, good.n_hidden + 1, 1).W_hx),
            "of another cell": init_params(good.n_in, good.n_hidden, good.n_out, cell="lstm"),
            "tuple of weights": tuple(good),
            "dict of weights": good._asdict(),
            "None in W_hh": good._replace(W_hh=None),
        }

    return Argument(good, fine(*labels), more)


def gradient(good, *labels):
    """A Params of which only the sum of squares matters, so that shapes are free."""
    argument = weights(good)
    shapes = ("integers", "b_h of two axes", "W_hx of another network", "of another cell")
    return argument._replace(fine=fine("params", *shapes, *labels))


def trace(good, *labels):
    """What forward returned, and nothing that was put together otherwise."""

    def more(good):
        params, B = good.params, good.x.shape[1]
        lstm = init_params(params.n_in, params.n_hidden, params.n_out, cell="lstm")
        complex_one = forward(params, good.x + 1e-30j)
        return {
            **{f"nan in {name}": good._replace(params=_with_nan(params, name)) for name in Params._fields},
            "nan in states": good._replace(states=np.full_like(good.states, np.nan)),
            "nan in x": good._replace(x=np.full_like(good.x, np.nan)),
            "nan in o": good._replace(o=np.full_like(good.o, np.nan)),
            "states of fewer steps": good._replace(states=good.states[1:]),
            "outputs of fewer steps": good._replace(o=good.o[1:]),
            "no steps": good._replace(x=good.x[:0], states=good.states[:1], o=good.o[:0]),
            "weights of another size": good._replace(
                params=init_params(params.n_in + 1, params.n_hidden, params.n_out)
            ),
            "weights of another cell": good._replace(params=lstm),
            "another cell": good._replace(cell=forward(lstm, good.x, cell="lstm").cell),
            "a cell by name": good._replace(cell="tanh"),
            "no params": good._replace(params=None),
            "no states": good._replace(states=None),
            "nothing kept": forward(lstm, good.x, cell="lstm")._replace(kept=None),
            "kept of fewer steps": forward(lstm, good.x, cell="lstm")._replace(kept=np.ones((1, 5, B, 3))),
            "tuple of a trace": tuple(good),
            "gradients": bptt(good, np.ones_like(good.o)),
            "complex trace": complex_one,
        }

    return Argument(good, fine(*labels), more)


def _with_nan(params, name):
    w = getattr(params, name).copy()
    w.flat[-1] = np.nan
    return params._replace(**{name: w})
