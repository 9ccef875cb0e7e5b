"""Exercise of notebook 13: the weights of a Keras GRU, read into those of this course."""

from __future__ import annotations

import numpy as np

from ...cells.params import Params
from ...passes.forward import forward
from ..answers import as_numbers, described, same, sizes, want_array, want_unchanged
from ..feedback import Wrong, exercise, where
from .keras_gru import KerasGRU, draw_keras, keras_outputs
from .keras_mistakes import CLOSE, EACH_BLOCK, hint_for

SIZES = ((3, 5, 2), (4, 4, 4), (1, 1, 1))  # d, n, q: all different; all equal, where a transpose fits either way; one
T, B = 6, 2
WANT = "return Params(W_hx, W_hh, b_h, W_qh, b_q)"
OTHER_LENGTHS = {
    3: "three blocks. A GRU here has four, r, z, n and p: the last is the bias inside the reset",
    6: "six blocks. Here r and z have one bias each, so b_h has four: r, z, n and p",
}


@exercise
def check_keras(answer) -> str:
    """Judge how a Keras GRU with its readout is read, against the outputs of Keras' own step, and name the mistake.

    Parameters
    ----------
    answer : callable (kernel, recurrent_kernel, bias, dense_kernel, dense_bias) -> Params
        Shapes (d, 3 n), (n, 3 n), (2, 3 n), (n, q) and (q,), as ``get_weights`` of the two layers returns them.

    Returns
    -------
    Feedback
    """
    for d, n, q in SIZES:
        weights = draw_keras(d, n, q)
        params = _returned(answer, weights, (d, n, q))
        x = np.random.default_rng(1).normal(size=(T, B, d))
        outputs, wanted = forward(params, x, cell="gru").o, keras_outputs(weights, x)
        if same(outputs, wanted, CLOSE):
            continue
        if hint := hint_for(params, weights):
            raise Wrong(hint)
        t, b, k = np.unravel_index(np.abs(outputs - wanted).argmax(), wanted.shape)
        raise Wrong(
            f"with d = {d}, n = {n}, q = {q}, output {k} of sequence {b} at t = {t + 1} is {outputs[t, b, k]:.4f}, "
            f"Keras gives {wanted[t, b, k]:.4f}; {_look_at(params, weights)}."
        )
    return "the outputs are those of Keras' step, for three sizes, one unit among them."


def _returned(answer, weights, size) -> Params:
    """What a reader returns, as Params of the right shapes; a `Wrong` that says what it is instead."""
    d, n, q = size
    copies = [w.copy() for w in weights]
    shapes = ", ".join(f"{name} {w.shape}" for name, w in zip(KerasGRU._fields, weights, strict=True))
    try:
        with sizes(f"d = {d}, n = {n}, q = {q}: {shapes}"):
            given = answer(*copies)
    except ValueError as error:
        raise Wrong(f"shapes do not fit{where(error).rstrip(',')}: {error}.") from None
    if given is None:
        raise Wrong(f"{WANT}; you return None. Does your function end with `return`?")
    if not isinstance(given, tuple | list) or len(given) != len(Params._fields):
        raise Wrong(f"{WANT}; you return {described(given)}.")
    want_unchanged(**{name: pair for name, *pair in zip(KerasGRU._fields, weights, copies, strict=True)})
    _name_usual_shapes(given, d, n)
    wanted = ((3 * n, d), (3 * n, n), (4 * n,), (q, n), (q,))
    arrays = [want_array(*part) for part in zip(Params._fields, given, wanted, strict=True)]
    if any(array.dtype.kind == "c" for array in arrays):
        raise Wrong("a weight is a complex number; want real ones.")
    return Params(*(array.astype(float) for array in arrays))


def _name_usual_shapes(given, d, n):
    """A `Wrong` for shapes that tell the mistake."""
    W_hx, _, b_h, *_ = map(as_numbers, given)
    if d != n and W_hx is not None and W_hx.shape == (3 * d, n):
        raise Wrong(f"W_hx has shape {W_hx.shape}, want {(3 * n, d)}; {EACH_BLOCK}")
    if W_hx is not None and W_hx.shape == (3 * n, d) and b_h is not None and b_h.size in (3 * n, 6 * n):
        raise Wrong(f"b_h has shape {b_h.shape}, {OTHER_LENGTHS[b_h.size // n]}.")


def _look_at(params, weights):
    """Which of the weights are not what they should be, so that a reader looks there."""
    n = params.n_hidden
    rows = np.r_[n : 2 * n, :n, 2 * n : 3 * n]
    of_x, of_h = weights.bias[:, rows]
    right = {
        "W_hx": weights.kernel.T[rows],
        "W_hh": weights.recurrent_kernel.T[rows],
        "b_h": np.concatenate([(of_x + of_h)[: 2 * n], of_x[2 * n :], of_h[2 * n :]]),
        "W_qh": weights.dense_kernel.T,
        "b_q": weights.dense_bias,
    }
    wrong = [name for name, array in right.items() if not same(getattr(params, name), array, CLOSE)]
    return f"look at {' and '.join(wrong)}"
