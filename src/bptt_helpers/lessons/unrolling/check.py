"""Check of notebook 01: the states of an unrolled network."""

from __future__ import annotations

import numpy as np

from ..answers import same, want_array
from ..feedback import Wrong, exercise, where
from .watched import Watched

ELEMENTWISE = "W h is a matrix product, W_hh @ h; `*` multiplies entry by entry."
BEGUN = "h_0 is not zero: row 0 holds the state before any input; the first input makes row 1."
PARTS = "tanh is taken of the parts; want it once, of their sum."
BIAS_AFTER = "the bias b_h is added after tanh; it belongs inside."


@exercise
def check_unroll(answer) -> str:
    """Judge a function (W_hx, W_hh, b_h, x) -> states against the equation of every single step.

    Parameters
    ----------
    answer : callable (ndarray (n, d), ndarray (n, n), ndarray (n,), ndarray (T, d)) -> ndarray (T + 1, n)
    """
    rng = np.random.default_rng(0)
    for T, d, n in ((6, 3, 4), (1, 2, 1), (9, 1, 5)):
        W_hx, W_hh = rng.normal(size=(n, d)), rng.normal(size=(n, n))
        b_h, x = rng.normal(size=n), rng.normal(size=(T, d))
        _judge(answer, W_hx, W_hh, b_h, x)
    return "every state follows from the one before it, for three sizes of network and sequence."


def _judge(answer, W_hx, W_hh, b_h, x):
    T, n = len(x), len(b_h)
    watched = [Watched.of("W_hx", W_hx), Watched.of("W_hh", W_hh)]
    try:
        given = answer(*watched, b_h.copy(), x.copy())
        given = _want_states(given, T, n, x, W_hx, b_h)
    except (ValueError, Wrong) as error:
        if any(W.never_added_up for W in watched):
            raise Wrong(ELEMENTWISE) from None
        if isinstance(error, Wrong):
            raise
        place = where(error).rstrip(",")
        raise Wrong(f"shapes do not fit{place}: {error}. Here T = {T}, d = {x.shape[1]}, n = {n}.") from None
    except IndexError as error:
        raise Wrong(
            f"off by one in time{where(error).rstrip(',')}: your code asks for an entry that is not there ({error}). "
            "Rows of x are 0 to T - 1, rows of the states 0 to T."
        ) from None
    right = _states(W_hx, W_hh, b_h, x)
    if same(given, right):
        return
    if given.dtype.kind in "iu":
        raise Wrong("your array holds whole numbers, so that everything after the point is cut off; want floats.")
    for sentence, wrong in _known_mistakes(W_hx, W_hh, b_h, x):
        if same(given, wrong):
            raise Wrong(sentence)
    if any(W.never_added_up for W in watched):
        raise Wrong(ELEMENTWISE)
    _judge_rows(given, right, W_hx, W_hh, b_h, x)


def _want_states(given, T, n, x, W_hx, b_h):
    """The states as an array, or a `Wrong` that says what their shape tells."""
    try:
        shape = np.shape(given)
    except Exception:  # want_array says what it is
        shape = None
    if shape == (n, T + 1) and n != T + 1:
        raise Wrong(f"your states have shape {shape}; time comes first: {(T + 1, n)}.")
    if shape == (T, n):
        first = np.tanh(W_hx @ x[0] + b_h)
        is_first = same(want_array("the array of your states", given, shape)[0], first)
        missing = "h_0" if is_first else "one of them"
        raise Wrong(f"your states have {T} rows, want {T + 1}: {missing} is missing; T steps connect T + 1 states.")
    if shape == (n,) and n > 1:
        raise Wrong("you return the last state only; return all of them, h_0 first.")
    return want_array("the array of your states", given, (T + 1, n))


def _judge_rows(given, right, W_hx, W_hh, b_h, x):
    """A `Wrong` with the first row that is not what the equation says."""
    filled = given.any(1).nonzero()[0]
    if not filled.size:
        raise Wrong("every state is 0; is each new state stored in its row?")
    if filled[-1] < len(x):
        rows = f"row {len(x)} is" if filled[-1] == len(x) - 1 else f"rows {filled[-1] + 1} to {len(x)} are"
        raise Wrong(f"{rows} still 0; does your loop reach the last step, and `return` stand after it?")
    if (given == given[0]).all():
        raise Wrong("all rows are equal; is one array stored many times? Make a new one at every step.")
    if given[0].any():
        if same(given[0], right[1]):
            raise Wrong(BEGUN)
        raise Wrong("row 0 of your states, h_0, is not zero.")
    # each row is judged from the reader's own row before it, so that the first wrong step is named
    followed = np.tanh(x @ W_hx.T + given[:-1] @ W_hh.T + b_h)
    step = int((np.abs(given[1:] - followed).max(1) > 1e-6).argmax()) + 1
    if not given[step].any():
        raise Wrong(f"row {step} is still 0; does your loop leave it out?")
    raise Wrong(f"row {step} does not follow from row {step - 1} and the input of that step.")


def _states(W_hx, W_hh, b_h, x, step=lambda u, v, b, before: np.tanh(u + v + b)):
    """States by the equation or, by another `step`, those of a mistake.

    A step takes u = W_hx x_t, v = W_hh h, b = b_h and the state before.
    """
    h = [np.zeros(len(b_h))]
    for x_t in x:
        h.append(step(W_hx @ x_t, W_hh @ h[-1], b_h, h[-1]))
    return np.array(h)


def _known_mistakes(W_hx, W_hh, b_h, x):
    """Pairs of a hint and the states that this mistake makes."""
    none, tanh = np.zeros_like(x[:1]), np.tanh

    def states(step):
        with np.errstate(over="ignore"):
            return _states(W_hx, W_hh, b_h, x, step)

    def reading(*inputs):
        return _states(W_hx, W_hh, b_h, np.concatenate(inputs))

    begun = _states(W_hx, W_hh, b_h, x)[1:]
    two_back = [np.zeros_like(b_h)] * 2
    for x_t in x:
        two_back.append(tanh(W_hx @ x_t + W_hh @ two_back[-2] + b_h))
    late = "off by one in time: step t, which makes row t of the states, reads the input in row t - 1 of x"
    columns = "the products of W_hh and h are added up along the wrong axis; a matrix product adds along each row."
    yield "W_hh is transposed: it multiplies from the left, W_hh @ h.", _states(W_hx, W_hh.T, b_h, x)
    yield ELEMENTWISE, _states(W_hx, np.diag(np.diag(W_hh)), b_h, x)
    yield columns, _states(W_hx, np.diag(W_hh.sum(0)), b_h, x)
    yield (
        "tanh is missing: the sum has to go through it before it becomes a state.",
        states(lambda u, v, b, h: u + v + b),
    )
    yield "the activation is a sigmoid; want tanh.", states(lambda u, v, b, h: 1 / (1 + np.exp(-u - v - b)))
    yield "the activation is a relu; want tanh.", states(lambda u, v, b, h: np.maximum(u + v + b, 0))
    yield "the bias b_h is missing.", states(lambda u, v, b, h: tanh(u + v))
    yield "the bias b_h is added twice.", states(lambda u, v, b, h: tanh(u + v + 2 * b))
    yield BIAS_AFTER, states(lambda u, v, b, h: tanh(u + v) + b)
    yield PARTS, states(lambda u, v, b, h: tanh(u) + tanh(v) + b)
    yield PARTS, states(lambda u, v, b, h: tanh(u) + tanh(v) + tanh(b))
    yield PARTS, states(lambda u, v, b, h: tanh(u + b) + tanh(v))
    yield PARTS, states(lambda u, v, b, h: tanh(u) + tanh(v + b))
    part = "tanh is taken of one part only; want it of the whole sum."
    yield part, states(lambda u, v, b, h: tanh(u) + v + b)
    yield part, states(lambda u, v, b, h: tanh(u + b) + v)
    yield part, states(lambda u, v, b, h: u + tanh(v) + b)
    yield part, states(lambda u, v, b, h: u + tanh(v + b))
    yield "the state before is added once more, after tanh.", states(lambda u, v, b, h: h + tanh(u + v + b))
    yield (
        "the state before is added as it is; it has to be multiplied by W_hh.",
        states(lambda u, v, b, h: tanh(u + h + b)),
    )
    yield (
        "no state is carried on: every step starts from zero instead of from the state before it.",
        states(lambda u, v, b, h: tanh(u + b)),
    )
    yield "the inputs are missing: add W_hx @ x_t.", states(lambda u, v, b, h: tanh(v + b))
    yield BEGUN, np.concatenate([begun, 0 * begun[:1]])
    yield "the inputs are read from the last to the first.", reading(x[::-1])
    yield "every step reads the same input, the first row of x.", reading(*[x[:1]] * len(x))
    yield f"{late}; yours reads the one before.", reading(none, x[:-1])
    yield f"{late}; yours reads the one before, and the last one first.", reading(x[-1:], x[:-1])
    yield f"{late}; yours reads the one after.", reading(x[1:], none)
    yield f"{late}; yours reads the one after, and the first one last.", reading(x[1:], x[:1])
    yield "off by one in time: the state is carried over two steps; use the state just before.", np.array(two_back[1:])
