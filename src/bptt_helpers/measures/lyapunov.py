"""The largest Lyapunov exponent: how fast nearby states part, and so how fast gradients grow.

    λ₁ = lim 1/T ln ‖J_T … J_1 v‖,    J_t = ds_t/ds_{t-1};    elementwise cells:  J_t = diag(f′(a_t)) W_hh

λ₁ is to a network with saturation and inputs what ln ρ is to a linear one: gradients explode if it is positive (the
network is chaotic), vanish if it is negative. All rates here are natural logarithms a step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..cells.activations import slope_and_power
from ..cells.base import beside, each, smallest
from ..cells.catalogue import find_cell
from ..cells.elementwise import Local
from ..cells.params import Params
from ..numbers.scaled import renormalise, times_own_powers
from ..numbers.validate import array, generator, items, number, room, shown, whole_number
from ..passes.forward import Trace, forward, real_trace

SMALLEST, LARGEST = 2.0**-450, 2.0**450  # norms between them have squares well inside float64
STRONGEST = 1e100  # gain or noise: beyond, sums of them may leave the range of float64


class LyapunovExponents(NamedTuple):
    """Estimated exponents with their standard errors.

    Attributes
    ----------
    value : ndarray (count, B)
        Natural logarithm a step, the largest first; -inf where a direction is lost: it shrinks to zero, or in one step
        by 1e-308 more than the first.
    standard_error : ndarray (count, B)
        From the scatter of block means.
    """

    value: np.ndarray
    standard_error: np.ndarray


def lyapunov_exponents(trace, *, count=1, discard=0, blocks=10, rng=0) -> LyapunovExponents:
    """How fast do small changes of the state grow along a trajectory?

        Q_t R_t = J_t Q_{t-1},    λ_i = mean of ln |R_t[i, i]| over the steps after `discard`

    Without the QR step all columns of Q would turn to the fastest direction and overflow.

    Parameters
    ----------
    trace : Trace
        A forward pass; each of its B sequences gives an estimate of its own.
    count : int
        How many exponents, 1 to m, the width of the state.
    discard : int
        Steps at the start that are left out, while state and directions settle.
    blocks : int
        The remaining T - discard steps are cut into this many blocks, >= 2, of equal length (the remainder is dropped
        from the error, not from the value). The error is honest if a block is longer than the memory of the network.
    rng : numpy.random.Generator or int
        Draws the first directions.

    Returns
    -------
    LyapunovExponents

    Raises
    ------
    ValueError
        If `trace` is no trace of real numbers or has fewer than ``discard + blocks`` steps, `count` is larger than m,
        or `rng` is no source of randomness.

    References
    ----------
    Benettin, Galgani, Giorgilli & Strelcyn (1980), doi:10.1007/BF02128236.

    Examples
    --------
    >>> W = np.diag([0.5, 2.0])
    >>> params = Params(np.eye(2), W, np.zeros(2), np.eye(2), np.zeros(2))
    >>> trace = forward(params, np.zeros((300, 1, 2)), activation="identity")
    >>> print(np.exp(lyapunov_exponents(trace, count=2, discard=50).value[:, 0]).round(6))
    [2.  0.5]
    """
    trace = real_trace(trace)
    T, B, m = trace.states[1:].shape
    count, rng = whole_number("count", count, 1, m), generator("rng", rng)
    discard, blocks = whole_number("discard", discard, 0), whole_number("blocks", blocks, 2)
    if discard + blocks > T:
        raise ValueError(f"trace: want at least discard + blocks = {shown(discard + blocks)} steps, got {T}")
    trace = trace.astype(float)  # slopes of a float32 network end at 1e-45
    local, powers = trace.cell.scaled_local(trace)
    powers = [None] * T if powers is None else powers
    steps = list(zip(each(beside(local)), powers, strict=True))
    rates = _growth_rates(trace.cell, trace.params, lambda: steps, (B, count, m), rng)
    kept = rates[discard:]
    means = kept[: len(kept) // blocks * blocks].reshape(blocks, -1, *kept.shape[1:]).mean(1)
    with np.errstate(invalid="ignore"):  # -inf has no scatter: nan
        error = means.std(0, ddof=1) / np.sqrt(blocks)
    return LyapunovExponents(kept.mean(0), error)


def log_gradient_slope(log_norm, *, discard=10) -> np.ndarray:
    """At what rate does a gradient grow on its way back?

    The least-squares slope of ln ‖dL/dh_{T-lag}‖ over the lag.

    Parameters
    ----------
    log_norm : ndarray (T, B)
        log10 norms by lag, as `gradient_profile` gives them with a loss at the last step only.
    discard : int
        Lags at the start that are left out: there the direction of the loss still matters.

    Returns
    -------
    ndarray (B,)
        Natural logarithm a step, to be compared with the largest Lyapunov exponent.

    Raises
    ------
    ValueError
        If fewer than two lags remain or a norm is not finite (a gradient that is exactly zero has no slope).

    Examples
    --------
    >>> print(log_gradient_slope(np.log10(0.5) * np.arange(30)[:, None]).round(4), np.log(0.5).round(4))
    [-0.6931] -0.6931
    """
    log_norm = array("log_norm", log_norm).astype(float, copy=False)
    discard = whole_number("discard", discard, 0)
    if log_norm.ndim != 2 or len(log_norm) < discard + 2:
        raise ValueError(
            f"log_norm: want shape (T, B) with T >= discard + 2 = {shown(discard + 2)}, got {log_norm.shape}"
        )
    lag = np.arange(discard, len(log_norm))
    return np.polyfit(lag, log_norm[discard:] * np.log(10), 1)[0]


def driven_network(gain, noise, *, n_hidden=64, sequence_length=110, batch=8, seed=0) -> Trace:
    """Run a random tanh network that noise drives: the classical model of chaos in networks.

        h_t = tanh(W_hh h_{t-1} + x_t),    W_hh ~ N(0, gain²/n),    x_t ~ N(0, noise²) for every unit

    Parameters
    ----------
    gain, noise : float
        0 to 1e100. The same seed draws the same numbers and multiplies them by other factors.
    n_hidden, sequence_length, batch : int
        n, T and B: the sequences have their own inputs and initial states, but one W_hh.
    seed : int

    Returns
    -------
    Trace
        Its ``params.W_hx`` is the identity.

    Raises
    ------
    ValueError
        If an argument is out of range, or the arrays would not fit in memory.

    References
    ----------
    Sompolinsky, Crisanti & Sommers (1988), doi:10.1103/PhysRevLett.61.259: chaos from gain 1 on as n grows.
    """
    gain, noise = number("gain", gain, 0, STRONGEST), number("noise", noise, 0, STRONGEST)
    W, x, h0 = _draw(n_hidden, sequence_length, batch, seed)
    n = len(W)
    params = Params(np.eye(n), gain * W, np.zeros(n), np.ones((1, n)) / np.sqrt(n), np.zeros(1))
    return forward(params, noise * x, h0=h0)


def exponent_by_gain(gains, noise, *, n_hidden=64, sequence_length=110, batch=8, discard=30, seed=0) -> np.ndarray:
    """The largest Lyapunov exponent of `driven_network` at many gains.

    All gains run side by side, so that a picture of the whole curve can follow a slider.

    Parameters
    ----------
    gains : sequence of G floats
    noise : float
        0 to 1e100.
    n_hidden, sequence_length, batch, seed : int
        As for `driven_network`.
    discard : int
        Steps left out at the start.

    Returns
    -------
    ndarray (G, B)
        Natural logarithm a step.

    Raises
    ------
    ValueError
        If an argument is out of range, or the arrays would not fit in memory.
    """
    gains = np.array([number("gains", gain, 0, STRONGEST) for gain in items("gains", gains, "numbers >= 0")])
    if not len(gains):
        raise ValueError("gains: want at least one number >= 0, got none")
    noise = number("noise", noise, 0, STRONGEST)
    W, x, first = _draw(n_hidden, sequence_length, batch, seed)
    T, B, n = x.shape
    discard = whole_number("discard", discard, 0, T - 1)
    room("gains, batch, n_hidden", len(gains), B, n)
    gain = np.repeat(gains, B)[:, None]  # one row for every gain and sequence
    params = Params(np.eye(n), W, np.zeros(n), np.eye(n), np.zeros(n))
    tanh, W_T = find_cell("tanh"), np.ascontiguousarray(W.T)
    least = gains[gains > 0].min(initial=1) * smallest(W)

    def steps():
        h = np.tile(first, (len(gains), 1))
        for x_t in noise * x:
            a = h.dot(W_T)
            a *= gain
            a.reshape(len(gains), B, n)[:] += x_t
            h = np.tanh(a)
            # J = diag(f′) gain W = diag(gain f′) W: the gain joins the slope, and one W serves all rows
            slope, power = slope_and_power(tanh.activation, a, least)
            yield beside(Local(gain * slope)), power

    rates = _growth_rates(tanh, params, steps, (len(gain), 1, n), seed)
    return rates[discard:, 0].mean(0).reshape(len(gains), B)


def _draw(n_hidden, sequence_length, batch, seed):
    """Weights of variance 1/n, and inputs (T, B, n) and initial states (B, n) of variance 1."""
    n, T, B = (
        whole_number(*pair) for pair in (("n_hidden", n_hidden), ("sequence_length", sequence_length), ("batch", batch))
    )
    room("n_hidden", n, n)
    room("sequence_length, batch, n_hidden", T, B, n)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    return rng.normal(0, 1 / np.sqrt(n), (n, n)), rng.normal(size=(T, B, n)), rng.normal(size=(B, n))


def _growth_rates(cell, params, steps, shape, rng):
    """ln |R_t[i, i]| of every step, (T, count, B), for directions of `shape` (B, count, m).

    `steps()` yields the factors of each step, `beside`, with their powers of two, or None.
    """
    directions = generator("rng", rng).normal(size=shape)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):  # ln 0 = -inf: the direction is lost
        rates = _rates(cell, params, steps(), directions)
        return _rates_far_out(cell, params, steps(), directions) if rates is None else rates


def _rates(cell, params, steps, directions):
    """The rates, or None if a square on the way may have left the range of float64."""
    stretches = []
    directions, _ = _orthonormal(directions)
    for local, powers in steps:
        if powers is not None:
            return None
        directions, stretch = _orthonormal(cell.ahead(params, local, directions))
        stretches.append(stretch.T)
    stretches = np.array(stretches)
    safe = stretches.min() > SMALLEST and stretches.max() < LARGEST  # False for nan
    return np.log(stretches) if safe else None


def _rates_far_out(cell, params, steps, directions):
    """The rates, with a power of two beside the directions of every sequence."""
    rates = []
    directions, _ = _orthonormal(directions)
    for local, powers in steps:
        directions, exponent = cell.ahead(params, local, directions), np.zeros(len(directions), int)
        if powers is not None:
            times_own_powers(directions, powers[:, None], exponent)
        renormalise(directions.reshape(len(directions), -1), exponent)
        directions, stretch = _orthonormal(directions)
        rates.append(np.log(stretch.T) + np.log(2) * exponent)
    return np.array(rates)


def _orthonormal(rows):
    """Rows (B, count, n) made orthonormal, and the diagonal |R| (B, count); a row of zeros stays zero."""
    if rows.shape[1] == 1:  # QR of one vector is its norm
        stretch = np.sqrt(np.vecdot(rows, rows))
        return rows / (stretch + (stretch == 0))[:, :, None], stretch
    Q, R = np.linalg.qr(rows.swapaxes(1, 2))
    return Q.swapaxes(1, 2), np.abs(R.diagonal(axis1=1, axis2=2))
