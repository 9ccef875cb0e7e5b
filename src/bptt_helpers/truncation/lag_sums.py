"""Two ways to sum what arrives from k steps ahead, for many lags k at once: lag by lag, and by doubling.

The loss at step s + k sends a signal back to the state at step s, and from there to the weights:

    λ_0[s] = W_qhᵀ dL/do_s (in h),    λ_{k+1}[s] = J_{s+1}ᵀ λ_k[s + 1],    J_s = ds_s/ds_{s-1}

What arrives at the weights from lag k is c_k = Σ_s (dL/da of λ_k[s]) [h_{s-1} | x_s | 1]. The gradient of a window τ is
c_0 + … + c_{τ-1}. Both ways give sums of c_k between edges, so a window that ends at an edge is a running sum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.base import Cell, at, bound_of_stretch, own_signals
from ..cells.elementwise import Elementwise
from ..cells.params import Params, recurrent_part
from ..numbers.scaled import steps_between
from ..passes.backward import checked_signal

# Signals this many bits below the largest are treated as gone: 1e-38.
GONE = 128
BLOCK = 16


class Way(NamedTuple):
    """What the losses send back and what it meets on the way.

    Attributes
    ----------
    cell : Cell
    params : Params
    local : NamedTuple of ndarrays (T, B, …)
        The factors of every step.
    own : ndarray (T, B, m)
        W_qhᵀ dL/do_t.
    inputs : ndarray (T·B, n + d + 1)
        [h_{t-1} | x_t | 1], what the weights are multiplied by.
    reads : ndarray (biases · n, n + d + 1) or None
        1 where an entry of a_t reads an input, 0 where it does not; None if all do.
    """

    cell: Cell
    params: Params
    local: NamedTuple
    own: np.ndarray
    inputs: np.ndarray
    reads: np.ndarray | None

    def into_weights(self, dL_da, out=None):
        """Σ dL/da [h | x | 1] over the first rows, ``(rows, biases · n)`` → ``(biases · n, n + d + 1)``."""
        sums = np.dot(dL_da.T, self.inputs[: len(dL_da)], out=out)
        if self.reads is not None:
            sums *= self.reads
        return sums

    def into_weights_of_each(self, dL_da):
        """The same sums for many signals side by side, ``(T, B, K, biases · n)`` → ``(K, biases · n, n + d + 1)``."""
        K, width = dL_da.shape[2:]
        # few rows times many columns: half the time of many rows times few columns
        if dL_da.flags.c_contiguous:
            sums = (self.inputs.T @ dL_da.reshape(-1, K * width)).reshape(-1, K, width).transpose(1, 2, 0)
        else:  # the signals are the last axis in memory
            sums = (self.inputs.T @ dL_da.swapaxes(2, 3).reshape(-1, width * K)).reshape(-1, width, K).T
        return sums if self.reads is None else sums * self.reads


def way_of(trace, dL_do, dtype=float) -> Way:
    """Prepare a `Way`, in float64 unless told otherwise (doubling has only the exponents of float64 to work with)."""
    dL_do = checked_signal(trace, dL_do)
    trace = trace.astype(dtype)
    dL_do = dL_do.astype(dtype, copy=False)
    T, B, _ = trace.x.shape
    inputs = np.concatenate([trace.h[:-1], trace.x, np.ones((T, B, 1), dtype)], 2).reshape(T * B, -1)
    all_read = len(trace.params.b_h) == len(trace.params.W_hh)  # not in a GRU
    reads = None if all_read else recurrent_part(Params(*map(np.ones_like, trace.params)))
    return Way(trace.cell, trace.params, trace.cell.local(trace), own_signals(trace, dL_do), inputs, reads)


def sums_by_lag(way, edges) -> tuple[np.ndarray, np.ndarray]:
    """Lag by lag: signals of one interval meet at their states first, so that it takes one product with the inputs.

    Parameters
    ----------
    way : Way
    edges : ndarray of int (K,)
        Rising, the last one T.

    Returns
    -------
    parts : ndarray (<= K, biases · n, n + d + 1)
        Entry i: the sum of c_k for edges[i-1] <= k < edges[i], a mantissa. Intervals where nothing is left are missing.
    exponent : ndarray of int (<= K,)
        Power of two that belongs to each.
    """
    width = len(way.params.b_h)
    parts, exponent = np.empty((len(edges), width, way.inputs.shape[1])), np.zeros(len(edges), int)
    meeting = np.empty((len(way.inputs), width))
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
            way.into_weights(met, out=parts[i])
            start, i = lag + 1, i + 1
    if lag >= start:  # the journey ended within an interval
        way.into_weights(met, out=parts[i])
        i += 1
    return parts[:i], exponent[:i]


def journey(way, enough=None):
    """Send all losses back together, one matrix product a lag.

    The journey ends when whatever is left, grown as much as the Jacobians still allow, stays below 1e-38 of the
    largest signal: a signal that has all but died in saturated units may grow again before them.

    Parameters
    ----------
    way : Way
    enough : callable (lag, signal, power) -> bool, optional
        Is shown λ_lag, ((T - lag)·B, m), before it goes into the weights; True ends the journey there.

    Yields
    ------
    lag : int
        0 … T - 1, or as far as there is something left.
    dL_da : ndarray ((T - lag)·B, biases · n)
        Entry s: what λ_lag[s] sends to the weights, a mantissa.
    power : int
        Power of two that belongs to it.
    """
    cell, params = way.cell, way.params
    T, B, m = way.own.shape
    double = way.own.dtype == float  # eight steps may take a signal out of the range of float32
    every, most = (steps_between(*cell.reach(params, way.local)), 1000) if double else (1, 100)
    rows, signal = type(way.local)(*(v.reshape(T * B, -1) for v in way.local)), way.own.reshape(T * B, m).copy()
    here, there = np.empty_like(signal), signal
    # where dL/da is as wide as the signal, it is written over it: one array less on the way
    arrived = None if isinstance(cell, Elementwise) else np.empty((T * B, len(params.b_h)), signal.dtype)
    power, largest, growth = 0, None, None
    for lag in range(T):
        if lag % every == 0:
            size = max(signal.max(), -signal.min())
            if size == 0:
                return
            shift = int(np.clip(np.frexp(size)[1], -most, most))
            signal *= 2.0**-shift
            power += shift
            largest = power if largest is None else max(largest, power)
            # knowing how much is to come takes as long as 4 T m rows on their way: where fewer are left, they go on
            if power < largest - GONE and (growth is not None or (T - lag) ** 2 > 8 * T * m):
                growth = most_growth(way) if growth is None else growth
                if power + _bits(signal.reshape(-1, B, m), growth) < largest - GONE:
                    return
        if enough is not None and enough(lag, signal, power):
            return
        left = len(signal)
        dL_da = signal if arrived is None else arrived[:left]
        cell.back(params, at(rows, slice(left)), signal, dL_da, here[:left])
        yield lag, dL_da, power
        signal, here, there = here[B:left], there, here


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
    T, B, m = way.own.shape
    blocks = T // BLOCK
    if blocks * B * m * m > 2**23:
        return np.full(T, np.inf)
    by_block = type(way.local)(
        *(v[: blocks * BLOCK].reshape(blocks, BLOCK, *v.shape[1:]).swapaxes(0, 1) for v in way.local)
    )
    product = np.eye(m, dtype=way.own.dtype)
    for step in range(BLOCK - 1, -1, -1):
        product = product @ way.cell.jacobians(way.params, at(by_block, step))
    with np.errstate(divide="ignore"):
        of_block = np.log2(bound_of_stretch(product.astype(float)).max(1, initial=0))
        of_step = max(0, np.log2(way.cell.most_stretch(way.params, way.local)))
    growth = np.zeros(blocks + 1)
    for block in range(blocks):
        growth[block + 1] = max(0, growth[block] + of_block[block])
    return np.repeat(growth, BLOCK)[:T] + 2 * BLOCK * of_step


def _bits(signal, growth):
    """log2 of the largest entry that `signal` can still lead to, or a little more."""
    with np.errstate(divide="ignore"):
        size = np.log2(np.abs(signal).max((1, 2))) + np.log2(signal.shape[2]) / 2  # no squares: they may be 0
    return (size + growth[: len(signal)]).max()


def sums_by_doubling(way) -> tuple[np.ndarray, np.ndarray] | None:
    """By doubling, in log₂ T rounds: what has arrived from lags a to 2a, sent a steps further, comes from 2a to 3a.

        P_{2a}[s] = P_a[s] P_a[s+a],    λ_{2a}[s] + … + λ_{3a-1}[s] = P_a[s] (λ_a + … + λ_{2a-1})[s+a]
        P_1[s] = J_{s+1}ᵀ

    Parameters
    ----------
    way : Way

    Returns
    -------
    parts, exponent
        As `sums_by_lag` with the edges 1, 2, 3, 4, 6, 8, 12 … T; None if a product leaves the range of float64.
    """
    cell, params, local = way.cell, way.params, way.local
    T, B, _ = way.own.shape
    parts = []

    def arrive(signal):
        if len(signal):
            dL_da = cell.into_a(params, at(local, slice(len(signal))), signal)
            parts.append(way.into_weights(dL_da.reshape(len(signal) * B, -1)))
        return signal

    def send(signal, steps):  # to the states that have one so far ahead
        later = signal[steps:]
        if steps == 1:
            return cell.back(params, at(local, slice(1, len(later) + 1)), later)[1]
        return (later[..., None, :] @ across[: len(later)])[..., 0, :]

    with np.errstate(over="ignore", invalid="ignore"):
        at_lag_0 = arrive(way.own)
        J = cell.jacobians(params, local)
        across, spare = J[1:], np.empty_like(J[1:])  # what takes a signal from s + 1 to s, and room for s + 2 to s
        a, arrived = 1, arrive(send(at_lag_0, 1))
        while 16 * a < T:
            near = arrive(send(arrived, a))
            far = arrive(send(near, a))
            near[: len(far)] += far
            a, arrived = 2 * a, near  # from lags 2a to 4a
            needed = T - 2 * a
            np.matmul(across[a // 2 : a // 2 + needed], across[:needed], out=spare[:needed])
            across, spare = spare, across
        for sends in (1, 1, 2, 2, 4, 4):  # the last three octaves in strides of a: cheaper than three more P
            met = arrived = send(arrived, a)
            for _ in range(sends - 1):
                arrived = send(arrived, a)
                met[: len(arrived)] += arrived
            arrive(met)
    parts = np.array(parts)
    return (parts, np.zeros(len(parts), int)) if np.isfinite(parts).all() else None
