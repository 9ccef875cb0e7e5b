"""Ways to choose the weights of a network before it has learned anything."""

from __future__ import annotations

import numpy as np

from ..numbers.validate import choice, generator, number, room, whole_number
from .catalogue import find_cell
from .params import Params, scale_to_radius

INITS = ("gaussian", "orthogonal", "identity", "pytorch")


def init_params(
    n_in,
    n_hidden,
    n_out,
    *,
    cell="tanh",
    spectral_radius=None,
    init="gaussian",
    forget_bias=None,
    chrono=None,
    rng=0,
) -> Params:
    """Draw the weights of a recurrent network.

    Parameters
    ----------
    n_in, n_hidden, n_out : int
        Numbers of inputs d, hidden units n and outputs q, each >= 1.
    cell : {"tanh", "relu", "sigmoid", "identity", "gru", "lstm"} or Cell
        Decides how many blocks of n rows the weights have.
    spectral_radius : float, optional
        Rescale ``W_hh``, with gates each of its blocks, so that the largest |eigenvalue| is this number, >= 0.
        Default: leave it as drawn.
    init : {"gaussian", "orthogonal", "identity", "pytorch"}
        How ``W_hh``, with gates each of its blocks, is drawn: independent normal entries of variance 1/n (radius near
        1 for large n), a random rotation or reflection (all singular values 1), or the identity. "pytorch": what
        PyTorch's layers start from, in all weights: uniform between ±1/√n, and ``b_h`` the sum of two such.
    forget_bias : float, optional
        Bias of the gate that keeps the state (f of an LSTM, z of a GRU): b keeps it about 1 + e^b steps.
    chrono : float, optional
        Draw that bias as ln U(1, chrono - 1), so that the units keep their states for 1 to `chrono` > 2 steps; an
        LSTM's input gate gets the opposite bias.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Params
        ``W_hx`` and ``W_qh`` have normal entries of variance 1/n_in and 1/n_hidden, and the biases are zero, unless
        said otherwise above.

    Raises
    ------
    ValueError
        If a size is not a whole number >= 1, the weights would not fit in memory, `spectral_radius` is negative or not
        finite, `cell` or `init` is unknown, `rng` is no source of randomness, or a bias is asked for where there is no
        gate, or twice.

    References
    ----------
    Saxe, McClelland & Ganguli (2014), arXiv:1312.6120 (orthogonal);
    Le, Jaitly & Hinton (2015), arXiv:1504.00941 (identity);
    Gers, Schmidhuber & Cummins (2000), doi:10.1162/089976600300015015 (forget gate);
    Tallec & Ollivier (2018), arXiv:1804.11188 (chrono).

    Examples
    --------
    >>> params = init_params(3, 5, 2, spectral_radius=0.9)
    >>> params.W_hh.shape
    (5, 5)
    >>> print(f"{np.abs(np.linalg.eigvals(params.W_hh)).max():.3f}")
    0.900
    >>> init_params(3, 5, 2, cell="lstm", forget_bias=1).b_h.reshape(4, 5)[1]
    array([1., 1., 1., 1., 1.])
    """
    d, n, q = whole_number("n_in", n_in), whole_number("n_hidden", n_hidden), whole_number("n_out", n_out)
    cell = find_cell(cell)
    gates, biases = cell.gates, cell.biases
    rng = generator("rng", rng)
    room("n_in, n_hidden, n_out", max(gates * n, q), max(n, d))
    if choice("init", init, INITS) == "pytorch":
        params = _as_pytorch(rng, d, n, q, gates, biases)
        W_hh = params.W_hh
    else:
        W_hh = np.concatenate([_recurrent(rng, n, init) for _ in range(gates)])
        params = None
    if spectral_radius is not None:
        W_hh = np.concatenate([scale_to_radius(block, spectral_radius) for block in W_hh.reshape(gates, n, n)])
    if params is None:
        W_hx = rng.normal(0, 1 / np.sqrt(d), (gates * n, d))
        W_qh = rng.normal(0, 1 / np.sqrt(n), (q, n))
        params = Params(W_hx, W_hh, np.zeros(biases * n), W_qh, np.zeros(q))
    params = params._replace(W_hh=W_hh)
    if forget_bias is not None or chrono is not None:
        _set_gates(rng, params.b_h.reshape(biases, n), cell, forget_bias, chrono)
    return params


def _recurrent(rng, n, init):
    """One block of W_hh, (n, n)."""
    if init == "gaussian":
        return rng.normal(0, 1 / np.sqrt(n), (n, n))
    if init == "identity":
        return np.eye(n)
    q, r = np.linalg.qr(rng.normal(size=(n, n)))
    return q * np.sign(np.diag(r))  # without the signs, QR does not draw all rotations equally often


def _as_pytorch(rng, d, n, q, gates, biases):
    """Uniform between ±1/√n; the two biases of PyTorch's layers are added, but for the one inside a GRU's reset."""

    def draw(*shape):
        return rng.uniform(-1, 1, shape) / np.sqrt(n)

    W_hx, W_hh = draw(gates * n, d), draw(gates * n, n)
    of_x, of_h = draw(gates * n), draw(gates * n)
    if biases == gates:
        b_h = of_x + of_h
    else:
        b_h = np.concatenate([of_x + of_h, of_h[-n:]])
        b_h[-2 * n : -n] = of_x[-n:]
    return Params(W_hx, W_hh, b_h, draw(q, n), draw(q))


def _set_gates(rng, b_h, cell, forget_bias, chrono):
    """Write the biases that decide how long the state is kept into `b_h` (biases, n)."""
    name = "forget_bias" if chrono is None else "chrono"
    if cell.keeps is None:
        raise ValueError(f"{name}: want a cell with a gate that keeps the state, such as 'lstm', got {cell.name!r}")
    if chrono is None:
        b_h[cell.keeps] = number("forget_bias", forget_bias)
        return
    if forget_bias is not None:
        raise ValueError("forget_bias, chrono: want one of them, got both: each sets the same bias")
    if number("chrono", chrono) <= 2:
        raise ValueError(f"chrono: want a number of steps > 2, got {chrono:g}")
    b_h[cell.keeps] = np.log(rng.uniform(1, chrono - 1, b_h.shape[1]))
    if cell.lets_in is not None:
        b_h[cell.lets_in] = -b_h[cell.keeps]
