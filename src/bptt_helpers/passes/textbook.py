"""The forward and backward pass as a textbook writes them: one line an equation, one step at a time.

The fast versions are `forward.forward` and `backward.bptt`; the tests hold both to the same numbers.
Read these first.
"""

from __future__ import annotations

import numpy as np

from ..cells.catalogue import find_cell
from ..cells.params import Params
from ..numbers.validate import COMPLEX, REAL, array, function, items, shape, shown


def forward(params, x, f=np.tanh):
    """States and outputs of a recurrent network, step by step.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
    f : callable
        Activation.

    Returns
    -------
    h : list of T + 1 ndarrays (B, n)
    o : list of T ndarrays (B, q)

    Raises
    ------
    ValueError
        If `params` is no Params of such a network, or `x` does not fit it.
    """
    _check_inputs(params, x, COMPLEX)
    _try("f", f, x, params)
    W_hx, W_hh, b_h, W_qh, b_q = params
    h, o = [np.zeros((x.shape[1], params.n_hidden))], []
    for x_t in x:
        h.append(f(x_t @ W_hx.T + h[-1] @ W_hh.T + b_h))  # rows are sequences: W h becomes h Wᵀ
        o.append(h[-1] @ W_qh.T + b_q)
    return h, o


def bptt(params, x, h, dL_do, slope=lambda h: 1 - h**2):
    """The exact gradient by backpropagation through time, step by step.

        dL/dh_t = W_qhᵀ dL/do_t + W_hhᵀ dL/da_{t+1},    dL/da_t = f′(a_t) ⊙ dL/dh_t

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
    h : sequence of T + 1 ndarrays (B, n)
    dL_do : ndarray (T, B, q)
    slope : callable
        f′ as a function of the state.

    Returns
    -------
    Params
        dL/d(parameters).

    Raises
    ------
    ValueError
        If `params` is no Params of such a network, or `x`, `h` or `dL_do` does not fit it.
    """
    T, B, kinds = _check_inputs(params, x)
    _check("h", h, (T + 1, B, params.n_hidden), "(T + 1, B, n), one row more than x,", kinds)
    _check("dL_do", dL_do, (T, B, params.n_out), "(T, B, q)", kinds)
    _try("slope", slope, x, params)
    gradient = Params(*(np.zeros_like(w) for w in params))
    from_later = 0.0  # W_hhᵀ dL/da_{t+1}; nothing comes back to the last step
    for t in reversed(range(len(x))):
        dL_dh = dL_do[t] @ params.W_qh + from_later
        dL_da = slope(h[t + 1]) * dL_dh
        gradient.W_hx[:] += dL_da.T @ x[t]
        gradient.W_hh[:] += dL_da.T @ h[t]  # h[t] is the state before step t
        gradient.b_h[:] += dL_da.sum(0)
        gradient.W_qh[:] += dL_do[t].T @ h[t + 1]
        gradient.b_q[:] += dL_do[t].sum(0)
        from_later = dL_da @ params.W_hh
    return gradient


def _check_inputs(params, x, kinds=None):
    """T, B and the kinds of numbers that fit the weights, if those are of a plain network and `x` belongs to them."""
    find_cell("tanh").check(params)
    if not isinstance(x, np.ndarray) or x.ndim != 3 or 0 in x.shape:
        raise ValueError(f"x: want an array (T, B, d) with T, B >= 1, got {shown(x)}")
    kinds = kinds or (COMPLEX if np.iscomplexobj(params.W_hx) else REAL)
    _check("x", x, (*x.shape[:2], params.n_in), "(T, B, d)", kinds)
    return *x.shape[:2], kinds


def _check(name, steps, wanted, axes, kinds):
    """Raise a ValueError if `steps` is not an array of this shape, or a list of arrays; it is then used as it is."""
    if not isinstance(steps, np.ndarray):
        steps = items(name, steps, "arrays")
        if not all(isinstance(step, np.ndarray) and step.shape == steps[0].shape for step in steps):
            raise ValueError(f"{name}: want an array {axes}, got {shown(steps)}")
        for step in steps:  # one by one: together they would be copied
            array(name, step, kinds)
        came = (len(steps), *(steps[0].shape if steps else ()))
    else:
        came = array(name, steps, kinds).shape
    if came != wanted:
        raise ValueError(f"{name}: want shape {axes} = {wanted}, got {came}")


def _try(name, f, x, params):
    """Raise a ValueError if `f` does not turn states (B, n) into as many numbers."""
    states = np.zeros((x.shape[1], params.n_hidden))
    shape(name, array(name, function(name, f, "(B, n) -> (B, n)")(states)), states.shape, "(B, n) of what it returns")
