"""The LSTM's loops over time, forward and back, for one sequence and for a batch.

`LSTM.back` has a step back as the equations are written. Here the numbers of a step stand gate by gate, each gate a
block (B, n) without gaps, and what is multiplied or added alike stands side by side: one call does it for several
gates. All that a step reads is one row [h_{t-1} | x_t | 1], so one product does the sum.

- A single sequence lives from few calls: eight a step forward, four back.
- A batch lives from blocks that BLAS likes and that are still in the cache: gate by gate its products take three
  quarters of the time of one product for all four, or as long, by processor.
"""

from __future__ import annotations

import numpy as np

from .base import SEGMENT, into_h
from .workspace import give_back, take

# What is kept of a step, and what a step back multiplies by: blocks of (T, blocks, B, n).
OUT, IN, FORGET, NEW, C_BEFORE = range(5)
H_TO_C, H_TO_O, C_TO_C, C_TO_I, C_TO_F, C_TO_G = range(6)

# Steps of one sequence in one workspace: few enough to stay in the cache.
AT_ONCE = 128


def states_of_batch(params, x, states) -> np.ndarray:
    """Fill ``states[1:]`` with the states (h | c) after each step; ``states[0]`` holds the initial one.

        a = W [h_{t-1} | x_t | 1],    (o, i, f) = ½ + ½ tanh(a/2),    g = tanh(a)
        c_t = i ⊙ g + f ⊙ c_{t-1},    h_t = o ⊙ tanh(c_t)

    The a/2 of the gates goes into the weights: one tanh serves all four.

    Parameters
    ----------
    params : Params
    x : ndarray (T, B, d)
    states : ndarray (T + 1, B, 2 n)
        Overwritten, but for ``states[0]``.

    Returns
    -------
    ndarray (T, 5, B, n)
        o, i, f, g and c_{t-1} of every step.
    """
    T, B, d = x.shape
    n, dtype = params.n_hidden, states.dtype
    weights = np.ascontiguousarray(_weights_ahead(params).reshape(4, n, -1).transpose(0, 2, 1))
    kept = np.empty((T + 1, 5, B, n), dtype)  # one step more, for the last c
    length = max(1, SEGMENT // (B * n))
    rows = np.empty((length + 1, B, n + d + 1), dtype)
    rows[..., -1] = 1
    rows[0, :, :n], kept[0, C_BEFORE] = states[0, :, :n], states[0, :, n:]
    both = np.empty((2, B, n), dtype)
    spare, matmul = (both, *both, np.empty((B, n), dtype)), np.matmul
    for start in range(0, T, length):
        stop = min(T, start + length)
        count = stop - start
        rows[:count, :, n:-1] = x[start:stop]
        block = kept[start : stop + 1]
        views = [rows, block[:-1, :C_BEFORE], block[:, : FORGET + 1], block[:, IN : FORGET + 1], block[:, NEW:]]
        steps = zip(*views, block[:, OUT], block[1:, C_BEFORE], rows[1:, :, :n], strict=False)
        _steps_ahead(steps, lambda row, a: matmul(row, weights, out=a), spare)
        states[start + 1 : stop + 1, :, :n] = rows[1 : count + 1, :, :n]
        states[start + 1 : stop + 1, :, n:] = block[1:, C_BEFORE]
        rows[0, :, :n] = rows[count, :, :n]
    return kept[:T]


def states_of_one(params, x, states) -> np.ndarray:
    """As `states_of_batch`, for one sequence: vectors, and a workspace whose views are made once."""
    T, _, d = x.shape
    n, dtype = params.n_hidden, states.dtype
    product = _weights_ahead(params).dot
    kept = np.empty((T, 5, 1, n), dtype)
    key = "lstm ahead", min(T, AT_ONCE), n, d, dtype
    rows, gates, steps = take(key, _workspace_ahead)
    rows[0, :n], gates[0, C_BEFORE] = states[0, 0, :n], states[0, 0, n:]
    both = np.empty(2 * n, dtype)
    spare = both, both[:n], both[n:], np.empty(n, dtype)
    for start in range(0, T, key[1]):
        stop = min(T, start + key[1])
        count = stop - start
        rows[:count, n:-1] = x[start:stop, 0]
        _steps_ahead(steps[:count], product, spare)
        states[start + 1 : stop + 1, 0, :n] = rows[1 : count + 1, :n]
        states[start + 1 : stop + 1, 0, n:] = gates[1 : count + 1, C_BEFORE]
        kept[start:stop, :, 0] = gates[:count]
        rows[0, :n], gates[0, C_BEFORE] = rows[count, :n], gates[count, C_BEFORE]
    give_back(key, (rows, gates, steps))
    return kept


def stepper(params, states):
    """As `states_of_batch`, a step a call: for an input that is known only after the output before.

    Parameters
    ----------
    params : Params
    states : ndarray (B, 2 n)
        Before the first step.

    Returns
    -------
    callable (x) -> ndarray (B, 2 n)
        Takes x_t (B, d), gives (h_t | c_t) in memory that is written again.
    """
    B, n = len(states), params.n_hidden
    row, kept = np.empty((B, n + params.n_in + 1), states.dtype), np.empty((5, B, n), states.dtype)
    row[:, :n], row[:, -1], kept[C_BEFORE] = states[:, :n], 1, states[:, n:]
    h, c, both, spare = row[:, :n], kept[C_BEFORE], np.empty_like(kept[:2]), np.empty_like(kept[0])
    steps = [(row, kept[:C_BEFORE], kept[: FORGET + 1], kept[IN : FORGET + 1], kept[NEW:], kept[OUT], c, h)]
    product, spare = product_of(_weights_ahead(params), 4, B), (both, *both, spare)
    x, reached = row[:, n:-1], np.empty_like(states)

    def step(x_t):
        x[:] = x_t
        _steps_ahead(steps, product, spare)
        reached[:, :n], reached[:, n:] = h, c
        return reached

    return step


def product_of(weights, gates, B):
    """A function (rows, out) that writes the products of B rows with all gates, (gates, B, n): as B likes it best."""
    if B == 1:
        return lambda row, a: weights.dot(row[0], a.reshape(-1))
    by_gate = np.ascontiguousarray(weights.reshape(gates, -1, weights.shape[1]).transpose(0, 2, 1))
    return lambda row, a: np.matmul(row, by_gate, out=a)


def _workspace_ahead(length, n, d, dtype):
    rows, gates = np.empty((length + 1, n + d + 1), dtype), np.empty((length + 1, 5, n), dtype)
    rows[:, -1] = 1
    flat = gates.reshape(length + 1, 5 * n)
    views = [rows, flat[:, : 4 * n], flat[:, : 3 * n], flat[:, n : 3 * n], flat[:, 3 * n :], flat[:, :n]]
    return rows, gates, list(zip(*views, gates[1:, C_BEFORE], rows[1:, :n], strict=False))


def _steps_ahead(steps, product, spare):
    """The loop over time. A step: row, a, (o, i, f), (i, f), (g, c_{t-1}), o, room for c_t, room for h_t."""
    summands, from_i, from_f, tanh_c = spare
    half = np.array(0.5, tanh_c.dtype)
    tanh, multiply, add = np.tanh, np.multiply, np.add
    for row, a, sigmoids, i_f, g_c, o, c, h in steps:
        product(row, a)
        tanh(a, a)
        multiply(sigmoids, half, sigmoids)
        add(sigmoids, half, sigmoids)
        multiply(i_f, g_c, summands)
        add(from_i, from_f, c)
        tanh(c, tanh_c)
        multiply(o, tanh_c, h)


def _weights_ahead(params):
    """[W_hh | W_hx | b_h] in the order o, i, f, g, with half the weights for the three sigmoids."""
    n = params.n_hidden
    W = np.concatenate([params.W_hh, params.W_hx, params.b_h[:, None]], 1)
    W = np.concatenate([W[3 * n :], W[: 3 * n]])
    W[: 3 * n] *= 0.5
    return W


def factors(kept, c, out=None) -> np.ndarray:
    """What a step back multiplies by, (T, 6, B, n): dh_t/dc_t, dh_t/da_o, dc_t/dc_{t-1} = f, dc_t/da of i, f, g.

    Parameters
    ----------
    kept : ndarray (T, 5, B, n)
        As `states_of_batch` returns it.
    c : ndarray (T, B, n)
        c_t.
    out : ndarray, optional
    """
    if out is None:
        out = np.empty((len(kept), 6, *kept.shape[2:]), kept.dtype)
    tanh_c, o, g = np.tanh(c), kept[:, OUT], kept[:, NEW]
    slopes = kept[:, OUT : FORGET + 1] * kept[:, OUT : FORGET + 1]
    np.subtract(kept[:, OUT : FORGET + 1], slopes, out=slopes)  # σ′ = σ (1 - σ), of o, i and f
    np.multiply(slopes[:, 0], tanh_c, out=out[:, H_TO_O])
    np.multiply(slopes[:, 1:], kept[:, NEW:], out=out[:, C_TO_I : C_TO_F + 1])  # times g and c_{t-1}
    out[:, C_TO_C] = kept[:, FORGET]
    for tanh, times, into in (g, kept[:, IN], C_TO_G), (tanh_c, o, H_TO_C):
        slope = np.multiply(tanh, tanh, out=out[:, into])
        np.subtract(1, slope, out=slope)
        slope *= times
    return out


def signals_of_batch(trace, dL_do, dL_ds, from_later) -> np.ndarray:
    """Send all signals back to the first step.

        dL/dh_t = W_qhᵀ dL/do_t + W_hhᵀ dL/da_{t+1},    dL/da_o = dL/dh_t ⊙ dh_t/da_o
        s = dL/dc_t + dL/dh_t ⊙ dh_t/dc_t,    (dL/dc_{t-1}, dL/da_i, dL/da_f, dL/da_g) = s ⊙ (f, dc_t/da)

    Parameters
    ----------
    trace : Trace
    dL_do : ndarray (T, B, q)
    dL_ds : ndarray (T, B, 2 n)
        Written: dL/dh_t, and dL/dc_t without what comes through h_t.
    from_later : ndarray (B, 2 n) or None
        The signal that enters after the last step.

    Returns
    -------
    ndarray (T, B, 4 n)
        dL/da.
    """
    T, B, _ = dL_do.shape
    params, n, dtype = trace.params, trace.params.n_hidden, trace.states.dtype
    W_hh = np.ascontiguousarray(params.W_hh).reshape(4, n, n)
    by = factors(trace.kept, trace.states[1:, :, n:])
    signals = np.empty((T + 1, 5, B, n), dtype)  # dL/dc_{t-1} and dL/da of i, f, g, o
    dL_dh = into_h(trace, dL_do)
    carried = np.zeros((4, B, n), dtype)
    signals[T, 0] = 0
    if from_later is not None:
        carried[0], signals[T, 0] = from_later[:, :n], from_later[:, n:]
    matmul, multiply, add = np.matmul, np.multiply, np.add
    s, (by_i, by_f, by_g, by_o) = np.empty((B, n), dtype), carried
    steps = list(
        zip(dL_dh, by[:, H_TO_C], by[:, H_TO_O], by[:, C_TO_C:], signals[1:, 0], signals[:, :4], signals, strict=False)
    )
    for t in reversed(range(T)):
        dh, h_to_c, h_to_o, from_c, dc, into_c, signal = steps[t]
        if t + 1 < T:
            matmul(signals[t + 1, 1:], W_hh, out=carried)
            add(by_i, by_f, by_i)
            add(by_g, by_o, by_g)
            add(by_i, by_g, by_i)
        add(dh, by_i, dh)
        multiply(dh, h_to_c, s)
        add(s, dc, s)
        multiply(from_c, s, into_c)
        multiply(dh, h_to_o, signal[4])
    dL_ds[..., :n], dL_ds[..., n:] = dL_dh, signals[1:, 0]
    return signals[:T, 1:].transpose(0, 2, 1, 3).reshape(T, B, 4 * n)


def signals_of_one(trace, dL_do, dL_ds) -> np.ndarray:
    """As `signals_of_batch`, for one sequence to which nothing comes from later.

    (dL/dh_t, dL/dh_t) = [W_hhᵀ | W_qhᵀ] [dL/da_{t+1} | dL/do_t], twice, for the two factors that wait for it
    """
    T, _, q = dL_do.shape
    params, n, dtype = trace.params, trace.params.n_hidden, trace.states.dtype
    weights = np.concatenate([params.W_hh.T, params.W_qh.T], 1)
    product = np.concatenate([weights, weights]).dot
    key = "lstm back", min(T, AT_ONCE), n, q, dtype
    rows, by, twice, steps = take(key, _workspace_back)
    dL_da = np.empty((T, 1, 4 * n), dtype)
    s, first = np.empty(n, dtype), np.zeros_like(rows[0])
    multiply, add = np.multiply, np.add
    for stop in range(T, 0, -key[1]):
        start = max(0, stop - key[1])
        count = stop - start
        rows[count], rows[1 : count + 1, 5 * n :] = first, dL_do[start:stop, 0]
        factors(trace.kept[start:stop, :, 0], trace.states[start + 1 : stop + 1, 0, n:], by[:count])
        for da_do, dc, dh, h_to, through_h_and_o, through_h, from_c, into_c in reversed(steps[:count]):
            product(da_do, dh)
            multiply(dh, h_to, through_h_and_o)
            add(through_h, dc, s)
            multiply(from_c, s, into_c)
        dL_ds[start:stop, 0, :n], dL_ds[start:stop, 0, n:] = twice[:count, :n], rows[1 : count + 1, :n]
        dL_da[start:stop, 0] = rows[:count, n : 5 * n]
        first = rows[0].copy()
    give_back(key, (rows, by, twice, steps))
    return dL_da


def _workspace_back(length, n, q, dtype):
    # a row: dL/dc_{t-1}, dL/da of i, f, g, o, dL/do_{t-1}; what comes through h_t waits in the place of g
    rows, by = np.zeros((length + 1, 5 * n + q), dtype), np.empty((length, 6, n), dtype)
    twice = np.empty((length, 2 * n), dtype)
    views = [
        rows[1:, n:],
        rows[1:, :n],
        twice,
        by[:, :C_TO_C].reshape(length, 2 * n),
        rows[:, 3 * n : 5 * n],
        rows[:, 3 * n : 4 * n],
        by[:, C_TO_C:],
        rows[:, : 4 * n].reshape(length + 1, 4, n),
    ]
    return rows, by, twice, list(zip(*views, strict=False))
