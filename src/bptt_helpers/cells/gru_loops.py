"""The GRU's loops over time, forward and back, for one sequence and for a batch: laid out as in `lstm_loops`.

A single sequence takes ten calls a step forward and two back, where also the way around the gates, z ⊙ dL/dh, goes
through the product: n² more sums cost less than a call.
"""

from __future__ import annotations

import numpy as np

from .base import SEGMENT, into_h
from .lstm_loops import AT_ONCE, product_of
from .workspace import give_back, take

# What is kept of a step: blocks of (T, 4, B, n).
R, Z, P, NEW = range(4)
# What a step back multiplies by: dh_t/da of n, r, z, p, and z itself; blocks of (T, 5, B, n).
TO_N, TO_R, TO_Z, TO_P, KEEP = range(5)


def states_of_batch(params, x, states) -> np.ndarray:
    """Fill ``states[1:]`` with the states after each step; ``states[0]`` holds the initial one.

        (a_r, a_z, p) = W [h_{t-1} | x_t | 1],    (r, z) = ½ + ½ tanh(a/2)
        n = tanh(r ⊙ p + (W_nx x_t + b_n)),    h_t = n + z ⊙ (h_{t-1} - n)

    The a/2 of the gates goes into the weights. The bracket needs no state: it is there before the loop.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
    states : ndarray (T + 1, B, n)
        Overwritten, but for ``states[0]``.

    Returns
    -------
    ndarray (T, 4, B, n)
        r, z, p and n of every step.
    """
    T, B, d = x.shape
    n, dtype = params.n_hidden, states.dtype
    weights = np.ascontiguousarray(_weights_ahead(params).reshape(4, n, -1).transpose(0, 2, 1))
    gates, of_new = weights[:NEW], weights[NEW, n:]
    kept = np.empty((T, 4, B, n), dtype)
    length = max(1, SEGMENT // (B * n))
    rows = np.empty((length + 1, B, n + d + 1), dtype)
    rows[..., -1] = 1
    rows[0, :, :n] = states[0]
    spare, matmul = np.empty((B, n), dtype), np.matmul
    for start in range(0, T, length):
        stop = min(T, start + length)
        count = stop - start
        rows[:count, :, n:-1] = x[start:stop]
        block, h = kept[start:stop], rows[..., :n]
        matmul(rows[:count, :, n:], of_new, out=block[:, NEW])
        views = [rows, block[:, :NEW], block[:, : Z + 1], block[:, R], block[:, Z], block[:, P], block[:, NEW]]
        _steps_ahead(zip(*views, h, h[1:], strict=False), lambda row, a: matmul(row, gates, out=a), spare)
        states[start + 1 : stop + 1] = h[1 : count + 1]
        h[0] = h[count]
    return kept


def states_of_one(params, x, states) -> np.ndarray:
    """As `states_of_batch`, for one sequence: vectors, one product, and a workspace whose views are made once."""
    T, _, d = x.shape
    n, dtype = params.n_hidden, states.dtype
    product = _weights_ahead(params).dot
    kept = np.empty((T, 4, 1, n), dtype)
    key = "gru ahead", min(T, AT_ONCE), n, d, dtype
    rows, gates, steps = take(key, _workspace_ahead)
    rows[0, :n], spare = states[0, 0], np.empty(n, dtype)
    for start in range(0, T, key[1]):
        stop = min(T, start + key[1])
        count = stop - start
        rows[:count, n:-1] = x[start:stop, 0]
        _steps_ahead(steps[:count], product, spare)
        states[start + 1 : stop + 1, 0] = rows[1 : count + 1, :n]
        kept[start:stop, :, 0] = gates[:count]
        rows[0, :n] = rows[count, :n]
    give_back(key, (rows, gates, steps))
    return kept


def stepper(params, states):
    """As `states_of_batch`, a step a call: for an input that is known only after the output before.

    Parameters
    ----------
    params : Params
    states : ndarray (B, n)
        Before the first step.

    Returns
    -------
    callable (x) -> ndarray (B, n)
        Takes x_t (B, d), gives h_t in memory that is written again.
    """
    B, n = states.shape
    row, kept = np.empty((B, n + params.n_in + 1), states.dtype), np.empty((4, B, n), states.dtype)
    row[:, :n], row[:, -1] = states, 1
    h, x = row[:, :n], row[:, n:-1]
    steps = [(row, kept, kept[: Z + 1], kept[R], kept[Z], kept[P], kept[NEW], h, h)]
    product, spare = product_of(_weights_ahead(params), 4, B), np.empty((B, n), states.dtype)

    def step(x_t):
        x[:] = x_t
        _steps_ahead(steps, product, spare)
        return h

    return step


def _workspace_ahead(length, n, d, dtype):
    rows, gates = np.empty((length + 1, n + d + 1), dtype), np.empty((length, 4, n), dtype)
    rows[:, -1] = 1
    flat, h = gates.reshape(length, 4 * n), rows[:, :n]
    views = [rows, flat, flat[:, : 2 * n], gates[:, R], gates[:, Z], gates[:, P], gates[:, NEW], h, h[1:]]
    return rows, gates, list(zip(*views, strict=False))


def _steps_ahead(steps, product, spare):
    """The loop over time. A step: row, a, (r, z), r, z, p, n, h_{t-1}, room for h_t."""
    half = np.array(0.5, spare.dtype)
    tanh, multiply, add, subtract = np.tanh, np.multiply, np.add, np.subtract
    for row, a, sigmoids, r, z, p, new, h_before, h in steps:
        product(row, a)
        tanh(sigmoids, sigmoids)
        multiply(sigmoids, half, sigmoids)
        add(sigmoids, half, sigmoids)
        multiply(r, p, spare)
        add(new, spare, new)
        tanh(new, new)
        subtract(h_before, new, spare)
        multiply(z, spare, spare)
        add(new, spare, h)


def _weights_ahead(params):
    """[W_hh | W_hx | b_h] in the order r, z, p, n, with half the weights for the two sigmoids.

    The block p does not read x, and the block n does not read h: zeros.
    """
    n = params.n_hidden
    W = np.zeros((4 * n, n + params.n_in + 1), params.W_hh.dtype)
    W[: 3 * n, :n], W[: 2 * n, n:-1], W[3 * n :, n:-1] = params.W_hh, params.W_hx[: 2 * n], params.W_hx[2 * n :]
    W[: 2 * n, -1], W[2 * n : 3 * n, -1] = params.b_h[: 2 * n], params.b_h[3 * n :]
    W[3 * n :, -1] = params.b_h[2 * n : 3 * n]
    W[: 2 * n] *= 0.5
    return W


def factors(kept, h_before, out=None) -> np.ndarray:
    """What a step back multiplies by, (T, 5, B, n): dh_t/da of n, r, z and p, and z, the way around the gates.

    Parameters
    ----------
    kept : ndarray (T, 4, B, n)
        As `states_of_batch` returns it.
    h_before : ndarray (T, B, n)
        h_{t-1}.
    out : ndarray, optional
    """
    if out is None:
        out = np.empty((len(kept), 5, *kept.shape[2:]), kept.dtype)
    new = kept[:, NEW]
    into_n = np.multiply(new, new, out=out[:, TO_N])
    np.subtract(1, into_n, out=into_n)
    into_n *= 1 - kept[:, Z]
    slopes = np.multiply(kept[:, : Z + 1], kept[:, : Z + 1], out=out[:, TO_R : TO_Z + 1])
    np.subtract(kept[:, : Z + 1], slopes, out=slopes)  # σ′ = σ (1 - σ), of r and z
    np.multiply(out[:, TO_R], kept[:, P], out=out[:, TO_R])
    np.multiply(out[:, TO_R], into_n, out=out[:, TO_R])
    np.multiply(out[:, TO_Z], h_before - new, out=out[:, TO_Z])
    np.multiply(into_n, kept[:, R], out=out[:, TO_P])
    out[:, KEEP] = kept[:, Z]
    return out


def signals_of_batch(trace, dL_do, dL_ds, from_later) -> np.ndarray:
    """Send all signals back to the first step.

        dL/da_t = dL/dh_t ⊙ dh_t/da,    dL/dh_{t-1} = W_qhᵀ dL/do_{t-1} + z ⊙ dL/dh_t + W_hhᵀ (dL/da of r, z, p)

    Parameters
    ----------
    trace : Trace
    dL_do : ndarray (T, B, q)
    dL_ds : ndarray (T, B, n)
        Written.
    from_later : ndarray (B, n) or None
        The signal that enters after the last step.

    Returns
    -------
    ndarray (T, B, 4 n)
        dL/da, of r, z, n and p.
    """
    B = dL_do.shape[1]
    params, n, dtype = trace.params, trace.params.n_hidden, trace.states.dtype
    W_hh = np.ascontiguousarray(params.W_hh).reshape(3, n, n)
    signals = factors(trace.kept, trace.states[:-1])  # the signals take the place of the factors
    into_h(trace, dL_do, dL_ds)
    if from_later is not None:
        dL_ds[-1] += from_later
    carried = np.empty((3, B, n), dtype)
    by_r, by_z, by_p = carried
    matmul, multiply, add = np.matmul, np.multiply, np.add
    steps = list(zip(signals[1:], signals[1:, TO_R : TO_P + 1], signals[1:, KEEP], dL_ds[1:], dL_ds, strict=False))
    for signal, through_W_hh, around, dh, dh_before in reversed(steps):
        multiply(signal, dh, signal)
        matmul(through_W_hh, W_hh, out=carried)
        add(by_r, by_z, by_r)
        add(by_p, around, by_p)
        add(by_r, by_p, by_r)
        add(dh_before, by_r, dh_before)
    multiply(signals[0], dL_ds[0], signals[0])
    return in_order(signals)


def signals_of_one(trace, dL_do, dL_ds) -> np.ndarray:
    """As `signals_of_batch`, for one sequence to which nothing comes from later.

    dL/dh_t = [W_hhᵀ | 1 | W_qhᵀ] [dL/da_{t+1} of r, z, p | z ⊙ dL/dh_{t+1} | dL/do_t]
    """
    T, _, q = dL_do.shape
    params, n, dtype = trace.params, trace.params.n_hidden, trace.states.dtype
    product = np.concatenate([params.W_hh.T, np.eye(n, dtype=dtype), params.W_qh.T], 1).dot
    key = "gru back", min(T, AT_ONCE), n, q, dtype
    rows, by, dL_dh, steps = take(key, _workspace_back)
    signals = np.empty((T, 5, 1, n), dtype)
    first = np.zeros_like(rows[0])
    multiply = np.multiply
    for stop in range(T, 0, -key[1]):
        start = max(0, stop - key[1])
        count = stop - start
        rows[count], rows[1 : count + 1, 5 * n :] = first, dL_do[start:stop, 0]
        factors(trace.kept[start:stop, :, 0], trace.states[start:stop, 0], by[:count])
        for later, dh, by_t, signal in reversed(steps[:count]):
            product(later, dh)
            multiply(by_t, dh, signal)
        dL_ds[start:stop, 0] = dL_dh[:count]
        signals[start:stop, :, 0] = rows[:count, : 5 * n].reshape(count, 5, n)
        first = rows[0].copy()
    give_back(key, (rows, by, dL_dh, steps))
    return in_order(signals)


def _workspace_back(length, n, q, dtype):
    # a row: dL/da of n, r, z, p, then z ⊙ dL/dh_t and dL/do_{t-1}
    rows, by = np.zeros((length + 1, 5 * n + q), dtype), np.empty((length, 5, n), dtype)
    dL_dh = np.empty((length, n), dtype)
    views = [rows[1:, n:], dL_dh, by, rows[:, : 5 * n].reshape(length + 1, 5, n)]
    return rows, by, dL_dh, list(zip(*views, strict=False))


def in_order(signals):
    """dL/da (T, B, 4 n) in the order of ``b_h``: r, z, n, p."""
    T, _, B, n = signals.shape
    dL_da = np.empty((T, B, 4, n), signals.dtype)
    for block, of in enumerate((TO_R, TO_Z, TO_N, TO_P)):
        dL_da[:, :, block] = signals[:, of]
    return dL_da.reshape(T, B, 4 * n)
