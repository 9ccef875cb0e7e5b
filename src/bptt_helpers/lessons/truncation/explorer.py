"""Explorer: the gradient cut to a window, beside the exact one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...cells.params import recurrent_part
from ...measures.influence import cosine
from ...numbers.validate import whole_number
from ...passes.backward import SCHEMES, bptt
from ...passes.forward import forward
from ...truncation import cost
from ...truncation.every_window import gradient_by_window, logarithmic_windows
from ..explorer import Choice, Explorer, Real, Whole
from ..inputs import LONGEST, sequence
from ..kept import kept
from .picture import ROUNDING, TruncationPicture

N_HIDDEN = 16


class TruncationData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    sequence_length, window : int
        T, and τ, at most T.
    scheme : {"sliding", "chunked"}
    windows : ndarray of int (K,)
        The windows of the curves, two an octave.
    cosine, other_cosine : ndarrays (K,)
        Between truncated and exact gradient, in this scheme and in the other one.
    log10_norm, log10_error : ndarrays (K,)
        log10 ‖g_τ‖ / ‖g‖ and log10 ‖g_τ - g‖ / ‖g‖; -inf where nothing is left out.
    operations, stored : ndarrays (K,)
        Multiply-adds and stored numbers, divided by those of the exact gradient.
    here : tuple of five float
        cosine, log10_norm, log10_error, operations and stored at `window`.
    counts : tuple of two int
        Multiply-adds and stored numbers at `window`.
    """

    sequence_length: int
    window: int
    scheme: str
    windows: np.ndarray
    cosine: np.ndarray
    other_cosine: np.ndarray
    log10_norm: np.ndarray
    log10_error: np.ndarray
    operations: np.ndarray
    stored: np.ndarray
    here: tuple
    counts: tuple


@kept(8)
def network_on_text(sequence_length, spectral_radius, seed):
    """An untrained tanh network with 16 units that predicts each next character of a text.

    Parameters
    ----------
    sequence_length : int
        T, 1 to 1000: the first T characters of a piece of the embedded text.
    spectral_radius : float
    seed : int
        Draws the weights and the place in the text.

    Returns
    -------
    trace : Trace
    dL_do : ndarray (T, 1, q)
        Of the mean cross-entropy.

    Raises
    ------
    ValueError
        If `sequence_length` or `spectral_radius` is out of range.
    """
    sequence_length = whole_number("sequence_length", sequence_length, 1, LONGEST)
    x, y, n_out, loss = sequence("text", seed)
    params = init_params(x.shape[2], N_HIDDEN, n_out, spectral_radius=spectral_radius, rng=seed)
    trace = forward(params, x[:sequence_length])
    return trace, loss(trace.o, y[:sequence_length])[1]


@kept(16)
def _curve(sequence_length, spectral_radius, seed, scheme):
    network = network_on_text(sequence_length, spectral_radius, seed)
    return gradient_by_window(*network, scheme=scheme, windows=logarithmic_windows(sequence_length))


def _recurrent_gradient(network, window=None, scheme="sliding"):
    """dL/d(W_hh, W_hx, b_h) as one vector: truncation does not touch the readout, which would flatter it."""
    return recurrent_part(bptt(*network, window=window, scheme=scheme).params).ravel()


def _costs(network, windows, scheme):
    """Multiply-adds and stored numbers for each window, ndarray (2, K)."""
    trace, params = network[0], network[0].params
    sizes = (len(trace.x), params.n_in, params.n_hidden, params.n_out)
    counts = (cost.operations, cost.stored_numbers)
    return np.array([[count(*sizes, window, scheme) for window in windows] for count in counts])


def truncation_data(sequence_length, window, scheme, spectral_radius, seed) -> TruncationData:
    """Truncated gradients of one network, for windows two an octave and for the chosen one.

    Parameters
    ----------
    sequence_length, window, seed : int
        T (1 to 1000) and τ; the seed draws weights and text.
    scheme : {"sliding", "chunked"}
    spectral_radius : float
        Largest |eigenvalue| of W_hh.
    """
    case = (sequence_length, spectral_radius, seed)
    network = network_on_text(*case)
    curve = _curve(*case, scheme)
    other = _curve(*case, SCHEMES[1 - SCHEMES.index(scheme)])
    window = min(window, sequence_length)
    counts = _costs(network, [*curve.window.tolist(), window, None], scheme)
    operations, stored = counts / counts[:, -1:]

    g, g_window = _recurrent_gradient(network), _recurrent_gradient(network, window, scheme)
    log_g, log_g_window, log_difference = (_log10_norm(v) for v in (g, g_window, g_window - g))
    here = (cosine(g_window, g), log_g_window - log_g, log_difference - log_g, operations[-2], stored[-2])
    return TruncationData(
        sequence_length=sequence_length,
        window=window,
        scheme=scheme,
        windows=curve.window,
        cosine=curve.cosine,
        other_cosine=other.cosine,
        log10_norm=curve.log10_norm - log_g,
        log10_error=curve.log10_error,
        operations=operations[:-2],
        stored=stored[:-2],
        here=tuple(map(float, here)),
        counts=tuple(map(int, counts[:, -2])),
    )


def _log10_norm(v):
    norm = np.linalg.norm(v)
    return np.log10(norm) if norm else -np.inf


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    angle, _, error, operations, stored = data.here
    start = f"T = {data.sequence_length}, window τ = {data.window}, {data.scheme}:"
    counts = "{:,} multiply-adds and {:,} stored numbers".format(*data.counts)
    if data.window == data.sequence_length:
        return f"{start} nothing is cut, the gradient is exact; it takes {counts}."
    size = f"less than 10^{ROUNDING}" if error < ROUNDING else f"{10**error:.2g}"
    return (
        f"{start} cosine to the exact gradient {angle:.3f}, relative error {size}, norm "
        f"{_factor(data.here[1])} that of the exact one; it takes {counts}, {operations:.3g} and {stored:.2g} times "
        "those of the exact one."
    )


def _factor(log10):
    return f"{10**log10:.2f} times" if log10 > -2 else f"10^{log10:z.1f} times"


TRUNCATION = Explorer(
    title="A network and a window, and what the window does to the gradient.",
    controls={
        "sequence_length": Whole(100, 1, LONGEST, "Sequence length T", "T."),
        "window": Whole(8, 1, LONGEST, "Window τ", "τ; T or more is exact."),
        "scheme": Choice(
            "sliding",
            SCHEMES,
            "Scheme",
            "Every loss looks back τ steps; or no signal crosses a cut between blocks of τ steps.",
        ),
        "spectral_radius": Real(1.0, 0, 2, "Spectral radius ρ", "Largest |eigenvalue| of W_hh."),
        "seed": Whole(0, 0, 9, "Seed", "Draws the weights and the piece of text."),
    },
    leading=("window",),
    compute=truncation_data,
    picture=TruncationPicture,
    describe=describe,
)
