"""Check of notebook 01: the states of an unrolled network."""

from __future__ import annotations

import numpy as np

from ..feedback import Wrong, exercise, same, want_array

ELEMENTWISE = "W h is a matrix product, W_hh @ h; `*` multiplies entry by entry."
BEGUN = "h_0 is not zero: row 0 holds the state before any input; the first input makes row 1."


class _Watched(np.ndarray):
    """A weight matrix that remembers whether it was multiplied entry by entry; results are plain arrays."""

    def __array_finalize__(self, parent):
        self.seen = getattr(parent, "seen", [])

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        self.seen.append(ufunc)
        inputs = [v.view(np.ndarray) if isinstance(v, _Watched) else v for v in inputs]
        if out is not None:
            options["out"] = tuple(v.view(np.ndarray) if isinstance(v, _Watched) else v for v in out)
        return getattr(ufunc, method)(*inputs, **options)


def _states(W_hx, W_hh, b_h, x, f=np.tanh, inputs=None, carried=1.0):
    """States by the equation, and by its options those of known mistakes."""
    h = [np.zeros(len(b_h))]
    for x_t in x if inputs is None else inputs:
        h.append(f(W_hx @ x_t + carried * (W_hh @ h[-1]) + b_h))
    return np.array(h)


def _known_mistakes(W_hx, W_hh, b_h, x):
    none, begun = np.zeros_like(x[:1]), _states(W_hx, W_hh, b_h, x)[1:]
    two_back = [np.zeros_like(b_h)] * 2
    for x_t in x:
        two_back.append(np.tanh(W_hx @ x_t + W_hh @ two_back[-2] + b_h))
    late = "off by one in time: step t, which makes row t of the states, reads the input in row t - 1 of x"
    return {
        "W_hh is transposed: it multiplies from the left, W_hh @ h.": _states(W_hx, W_hh.T, b_h, x),
        "tanh is missing: the sum has to go through it before it becomes a state.": _states(
            W_hx, W_hh, b_h, x, f=lambda a: a
        ),
        "the bias b_h is missing.": _states(W_hx, W_hh, 0 * b_h, x),
        "the bias b_h is added after tanh; it belongs inside.": _states(
            W_hx, W_hh, b_h, x, f=lambda a: np.tanh(a - b_h) + b_h
        ),
        "no state is carried on: every step starts from zero instead of from the state before it.": _states(
            W_hx, W_hh, b_h, x, carried=0.0
        ),
        "the inputs are missing: add W_hx @ x_t.": _states(0 * W_hx, W_hh, b_h, x),
        BEGUN: np.concatenate([begun, 0 * begun[:1]]),
        f"{late}; yours reads the one before.": _states(W_hx, W_hh, b_h, x, inputs=[*none, *x[:-1]]),
        f"{late}; yours reads the one before, and the last one first.": _states(
            W_hx, W_hh, b_h, x, inputs=np.roll(x, 1, 0)
        ),
        f"{late}; yours reads the one after.": _states(W_hx, W_hh, b_h, x, inputs=[*x[1:], *none]),
        f"{late}; yours reads the one after, and the first one last.": _states(
            W_hx, W_hh, b_h, x, inputs=np.roll(x, -1, 0)
        ),
        "off by one in time: the state is carried over two steps; use the state just before.": np.array(two_back[1:]),
    }


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
    watched = [W.copy().view(_Watched) for W in (W_hx, W_hh)]
    for W in watched:
        W.seen = []
    try:
        given = answer(*watched, b_h.copy(), x.copy())
        _want_states(given, T, n, x, W_hx, b_h)
    except (ValueError, Wrong) as error:
        if any(np.multiply in W.seen for W in watched):
            raise Wrong(ELEMENTWISE) from None
        if isinstance(error, Wrong):
            raise
        raise Wrong(f"shapes do not fit ({error}). Here T = {T}, d = {x.shape[1]}, n = {n}.") from None
    except IndexError as error:
        raise Wrong(
            f"off by one in time: your code asks for an entry that is not there ({error}). "
            "Rows of x are 0 to T - 1, rows of the states 0 to T."
        ) from None
    given, right = np.asarray(given), _states(W_hx, W_hh, b_h, x)
    if same(given, right):
        return
    for sentence, wrong in _known_mistakes(W_hx, W_hh, b_h, x).items():
        if same(given, wrong):
            raise Wrong(sentence)
    if any(np.multiply in W.seen for W in watched):
        raise Wrong(ELEMENTWISE)
    if (given == given[0]).all():
        raise Wrong("all rows are equal: your list holds one array many times; make a new one at every step.")
    if given[0].any():
        if same(given[0], right[1]):
            raise Wrong(BEGUN)
        raise Wrong("row 0 of your states, h_0, is not zero.")
    # each row is judged from the reader's own row before it, so that the first wrong step is named
    followed = np.tanh(x @ W_hx.T + given[:-1] @ W_hh.T + b_h)
    step = int((np.abs(given[1:] - followed).max(1) > 1e-6).argmax()) + 1
    raise Wrong(f"row {step} does not follow from row {step - 1} and the input of that step.")


def _want_states(given, T, n, x, W_hx, b_h):
    shape = np.shape(given) if given is not None else None
    if shape == (n, T + 1) and n != T + 1:
        raise Wrong(f"your states have shape {shape}; time comes first: {(T + 1, n)}.")
    if shape == (T, n):
        first = np.tanh(W_hx @ x[0] + b_h)
        where = "h_0" if same(given[0], first) else "one of them"
        raise Wrong(f"your states have {T} rows, want {T + 1}: {where} is missing; T steps connect T + 1 states.")
    if shape == (n,):
        raise Wrong("you return the last state only; return all of them, h_0 first.")
    want_array("the array of your states", given, (T + 1, n))
