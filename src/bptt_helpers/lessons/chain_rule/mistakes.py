"""Mistakes of a backward pass, and a pass that makes any of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...cells.params import Params

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
    "leftover gradient": "each loss walks back alone, but a state still holds what earlier losses sent it: start from "
    "zero for every loss.",
    "overwritten, not accumulated": "the term of each step replaces the one before; want their sum.",
    "time runs forwards": "dL/dh_t takes from the step before it; the backward pass starts at the last step.",
    "h_t for h_{t-1}": "dL/dW_hh pairs dL/da_t with the state after step t; W_hh multiplied the state before it.",
    "h_{t-1} for h_t in the readout": "dL/dW_qh pairs dL/do_t with the state before step t; W_qh multiplied the one "
    "after it.",
    "mean over the steps": "you divide by T; dL/do holds that factor already.",
}
# what a reader may still do wrong in a repair; these are not on the list of the diagnosis
SLIPS = {
    "carried signal added up": "what step t sends back replaces what step t + 1 sent; it is not added to it.",
    "tanh taken twice": "h_t is tanh(a_t) already: the slope takes no tanh of it.",
    "square missing in the slope": "the slope of tanh has the square of the state in it.",
    "returned after one round": "only the last step is in your sums; does `return` stand inside the loop?",
    "outer product turned round": "dL/dW_hh is transposed; entry (i, j) belongs to the weight from unit j to unit i.",
    "sign turned round": "want dL/dw, not minus dL/dw.",
}


def backward(params, x, h, dL_do, mistake=None) -> Params:
    """The exact backward pass of a tanh network over one sequence, or one with a mistake of `MISTAKES` or `SLIPS`.

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
    slope = {
        "slope missing everywhere": np.ones_like(slope),
        "tanh taken twice": 1 - np.tanh(h[1:]) ** 2,
        "square missing in the slope": 1 - h[1:],
    }.get(mistake, slope)
    on_the_way = np.ones_like(slope) if mistake == "slope missing on the way" else slope
    at_the_end = np.ones_like(slope) if mistake == "slope missing at the end" else slope
    # signals are rows: v @ W_hh is W_hhᵀ v
    W = {"transpose missing": W_hh.T, "elementwise for matrix product": np.diag(np.diag(W_hh))}.get(mistake, W_hh)
    own = dL_do @ params.W_qh
    dL_dh, carried = own.copy(), np.zeros_like(own[0])
    order = range(T)[::-1] if mistake != "time runs forwards" else range(T)
    for done, t in pairwise(order):
        signal = own[done] if mistake == "passed on once" else dL_dh[done]
        carried = (on_the_way[done] * signal) @ W + (mistake == "carried signal added up") * carried
        dL_dh[t] = {"nothing passed on": own[t], "own loss left out": carried}.get(mistake, own[t] + carried)
    if mistake == "leftover gradient":
        dL_dh = _with_leftovers(own, slope, W)
    dL_da = at_the_end * dL_dh
    if mistake == "overwritten, not accumulated":  # what the last round of a backward loop leaves
        dL_da, dL_do, x, h = dL_da[:1], dL_do[:1], x[:1], h[:2]
    if mistake == "returned after one round":
        dL_da, dL_do, x, h = dL_da[-1:], dL_do[-1:], x[-1:], h[-2:]
    gradient = Params(
        W_hx=dL_da.T @ x,
        W_hh=dL_da.T @ (h[1:] if mistake == "h_t for h_{t-1}" else h[:-1]),
        b_h=dL_da.sum(0),
        W_qh=dL_do.T @ (h[:-1] if mistake == "h_{t-1} for h_t in the readout" else h[1:]),
        b_q=dL_do.sum(0),
    )
    if mistake == "outer product turned round":
        gradient = gradient._replace(W_hh=gradient.W_hh.T)
    factor = {"mean over the steps": 1 / T, "sign turned round": -1}.get(mistake, 1)
    return Params(*(factor * w for w in gradient))


def _with_leftovers(own, slope, W):
    """What the losses send to each state when they walk back one after the other, (T, n).

    What arrives at a state is kept there and added to, as frameworks do, and the next loss finds it and sends it on.
    """
    dL_dh, kept = own.copy(), np.zeros_like(own)
    for t in range(len(own)):
        signal = own[t]
        for k in reversed(range(t)):
            kept[k] += (slope[k + 1] * signal) @ W
            signal = kept[k]
            dL_dh[k] += signal
    return dL_dh
