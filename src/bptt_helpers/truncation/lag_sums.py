"""Two ways to sum what arrives from k steps ahead, for many lags k at once: lag by lag, and by doubling.

The loss at step s + k sends a signal back to the state at step s:

    λ_0[s] = f′(a_s) ⊙ W_qhᵀ dL/do_s,    λ_{k+1}[s] = P_1[s] λ_k[s + 1],    P_1[s] = diag(f′(a_s)) W_hhᵀ

and what arrives at the weights from lag k is c_k = Σ_s λ_k[s] [h_{s-1} | x_s | 1]. The gradient of a window τ is
c_0 + … + c_{τ-1}. Both ways give sums of c_k between edges, so a window that ends at an edge is a running sum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.activations import activation
from ..numbers.scaled import steps_between
from ..passes.backward import own_signals

# Signals this many bits below the largest are treated as gone: 1e-38.
GONE = 128
BLOCK = 16


class Way(NamedTuple):
    """What the losses send back and what it meets on the way.

    Attributes
    ----------
    own : ndarray (T, B, n)
        W_qhᵀ dL/do_t.
    slope : ndarray (T, B, n)
        f′(a_t).
    W_hh : ndarray (n, n)
    into_weights : ndarray (T·B, n + d + 1)
        [h_{t-1} | x_t | 1].
    """

    own: np.ndarray
    slope: np.ndarray
    W_hh: np.ndarray
    into_weights: np.ndarray


def way_of(params, trace, dL_do) -> Way:
    """Prepare a `Way` in float64 (a float32 network too: the exponents below are those of float64)."""
    params = params.astype(float)
    own = own_signals(params, trace, dL_do)
    T, B, _ = own.shape
    h = trace.h.astype(float, copy=False)
    return Way(
        own,
        activation(trace.activation).slope_of_state(h[1:]),
        params.W_hh,
        np.concatenate([h[:-1], trace.x, np.ones((T, B, 1))], 2).reshape(T * B, -1),
    )


def sums_by_lag(way, edges) -> tuple[np.ndarray, np.ndarray]:
    """Lag by lag: signals of one interval meet at their states first, so that it takes one product with the inputs.

    Parameters
    ----------
    way : Way
    edges : ndarray of int (K,)
        Rising, the last one T.

    Returns
    -------
    parts : ndarray (<= K, n, n + d + 1)
        Entry i: the sum of c_k for edges[i-1] <= k < edges[i], a mantissa. Intervals where nothing is left are missing.
    exponent : ndarray of int (<= K,)
        Power of two that belongs to each.
    """
    n = len(way.W_hh)
    parts, exponent = np.empty((len(edges), n, way.into_weights.shape[1])), np.zeros(len(edges), int)
    meeting = np.empty((len(way.into_weights), n))
    lag, start, i = -1, 0, 0
    for lag, signal, power in journey(way):
        if lag == start:
            exponent[i] = power
            if edges[i] == start + 1:
                met = signal
            else:
                met = meeting[: len(signal)]
                met[:] = signal
        else:
            common = max(exponent[i], power)
            if common > exponent[i]:
                met *= 2.0 ** max(exponent[i] - common, -1000)
            met[: len(signal)] += signal if power == common else signal * 2.0 ** max(power - common, -1000)
            exponent[i] = common
        if lag + 1 == edges[i]:
            np.dot(met.T, way.into_weights[: len(met)], out=parts[i])
            start, i = lag + 1, i + 1
    if lag >= start:  # the journey ended within an interval
        np.dot(met.T, way.into_weights[: len(met)], out=parts[i])
        i += 1
    return parts[:i], exponent[:i]


def journey(way):
    """Send all losses back together, one matrix product a lag.

    The journey ends when whatever is left, grown as much as the Jacobians still allow, stays below 1e-38 of the
    largest signal: a signal that has all but died in saturated units may grow again before them.

    Parameters
    ----------
    way : Way

    Yields
    ------
    lag : int
        0 … T - 1, or as far as there is something left.
    signal : ndarray ((T - lag)·B, n)
        Entry s: λ_lag[s], a mantissa; valid until the next round.
    power : int
        Power of two that belongs to it.
    """
    own, slope, W_hh, _ = way
    T, B, n = own.shape
    every, slope = steps_between(slope, W_hh), slope.reshape(T * B, n)
    here, next_one = own.reshape(T * B, n).copy(), np.empty((T * B, n))
    signal, power, largest, growth = here, 0, None, None
    for lag in range(T):
        if lag:
            later, signal = signal[B:], next_one[: (T - lag) * B]
            np.dot(later, W_hh, out=signal)
            here, next_one = next_one, here
        np.multiply(signal, slope[: len(signal)], out=signal)
        if lag % every == 0:
            size = max(signal.max(), -signal.min())
            if size == 0:
                return
            shift = int(np.clip(np.frexp(size)[1], -1000, 1000))
            signal *= 2.0**-shift
            power += shift
            largest = power if largest is None else max(largest, power)
            if power < largest - GONE:
                growth = most_growth(way) if growth is None else growth
                if power + _bits(signal.reshape(-1, B, n), growth) < largest - GONE:
                    return
        yield lag, signal, power


def most_growth(way) -> np.ndarray:
    """How many bits a signal can still grow by on its way back from step s, at most.

    The norm of a product is at most the product of the norms: of whole blocks of steps, where what one step adds
    another may take, and of single steps before the first and after the last whole block.

    Parameters
    ----------
    way : Way

    Returns
    -------
    ndarray (T,)
        inf where that would take too much memory to know.
    """
    T, B, n = way.own.shape
    blocks = T // BLOCK
    if blocks * B * n * n > 2**23:
        return np.full(T, np.inf)
    steps = way.slope[: blocks * BLOCK].reshape(blocks, BLOCK, B, 1, n)
    product = np.tile(np.eye(n), (blocks, B, 1, 1))
    for step in range(BLOCK - 1, -1, -1):
        product = product @ way.W_hh * steps[:, step]
    with np.errstate(divide="ignore"):
        of_block = np.log2(np.linalg.norm(product, 2, axis=(2, 3)).max(1, initial=0))
    of_step = max(0, np.log2(np.linalg.norm(way.W_hh, 2) * way.slope.max()))
    growth = np.zeros(blocks + 1)
    for block in range(blocks):
        growth[block + 1] = max(0, growth[block] + of_block[block])
    return np.repeat(growth, BLOCK)[:T] + 2 * BLOCK * of_step


def _bits(signal, growth):
    """log2 of the largest entry that `signal` can still lead to."""
    with np.errstate(divide="ignore"):
        size = np.log2(np.linalg.norm(signal, axis=2).max(1))
    return (size + growth[: len(signal)]).max()


def sums_by_doubling(way) -> tuple[np.ndarray, np.ndarray] | None:
    """By doubling, in log₂ T rounds: what has arrived from lags a to 2a, sent a steps further, comes from 2a to 3a.

        P_{2a}[s] = P_a[s] P_a[s+a],    λ_{2a}[s] + … + λ_{3a-1}[s] = P_a[s] (λ_a + … + λ_{2a-1})[s+a]

    Parameters
    ----------
    way : Way

    Returns
    -------
    parts, exponent
        As `sums_by_lag` with the edges 1, 2, 3, 4, 6, 8, 12 … T; None if a product leaves the range of float64.
    """
    own, slope, W_hh, into_weights = way
    T, n = len(own), len(W_hh)
    parts = []

    def arrive(signal):
        if len(signal):
            rows = signal.reshape(-1, n)
            parts.append(rows.T.dot(into_weights[: len(rows)]))
        return signal

    def send(signal, steps):  # P_steps[s] signal[s + steps], for the states that have one so far ahead
        states, later = max(0, len(signal) - steps), signal[steps:]
        if steps == 1:
            return later.reshape(-1, n).dot(W_hh).reshape(later.shape) * slope[:states]
        return (across[:states] @ later[..., None])[..., 0]

    with np.errstate(over="ignore", invalid="ignore"):
        at_lag_0 = arrive(own * slope)
        across, spare = slope[..., None] * W_hh.T, np.empty((*slope.shape, n))  # P_1, and room for P_2
        a, arrived = 1, arrive(send(at_lag_0, 1))
        while 16 * a < T:
            near = arrive(send(arrived, a))
            far = arrive(send(near, a))
            near[: len(far)] += far
            a, arrived = 2 * a, near  # from lags 2a to 4a
            needed = T - 2 * a
            np.matmul(across[:needed], across[a // 2 : a // 2 + needed], out=spare[:needed])
            across, spare = spare, across
        for sends in (1, 1, 2, 2, 4, 4):  # the last three octaves in strides of a: cheaper than three more P
            met = arrived = send(arrived, a)
            for _ in range(sends - 1):
                arrived = send(arrived, a)
                met[: len(arrived)] += arrived
            arrive(met)
    parts = np.array(parts)
    return (parts, np.zeros(len(parts), int)) if np.isfinite(parts).all() else None
