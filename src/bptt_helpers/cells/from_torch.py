"""The weights of a PyTorch layer as `Params`, copied by key and shape; PyTorch itself is not needed.

    weight_ih_l0 → W_hx,    weight_hh_l0 → W_hh,    gates as blocks of rows in the same order
    bias_ih_l0 + bias_hh_l0 → b_h;    in a GRU r and z are sums, n is that of ih and p that of hh

PyTorch has two biases, of which only the sum matters, but in the last block of a GRU: there the reset gate multiplies
the one of hh and not the one of ih.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..numbers.tensors import as_array
from ..numbers.validate import array, choice, flag, shape, shown
from .catalogue import CELLS
from .params import Params
from .torch_weights import biases, layer_weights, mode_of, read, readout_weights, units, want_matrix

BLOCKS = {1: "tanh", 3: "gru", 4: "lstm"}  # blocks of rows → cell, where nothing else says which


class Imported(NamedTuple):
    """A layer of PyTorch as this course has it.

    Attributes
    ----------
    cell : str
        As `forward` takes it.
    params : Params
        A copy, in the layer's own floating-point type.
    batch_first : bool
        Whether the layer's inputs and outputs are (B, T, …) and not (T, B, …).
    """

    cell: str
    params: Params
    batch_first: bool

    def time_first(self, values) -> np.ndarray:
        """A tensor or array in the layer's layout as a copy with time first: (T, B, …), or (T, B) for labels.

        Parameters
        ----------
        values : tensor or array_like (T, B, …), or (B, T, …) with `batch_first`
            Inputs, labels, outputs, or the gradient ``o.grad`` of PyTorch's own loss, on any device.

        Raises
        ------
        ValueError
            If it has fewer than two axes, is packed, or holds anything but finite real numbers.
        """
        axes = "(B, T, …)" if self.batch_first else "(T, B, …)"
        if hasattr(values, "batch_sizes"):
            raise ValueError(
                f"values: want a tensor {axes}, got a {type(values).__name__}; pad_packed_sequence makes it one, and "
                "ignore_label or a weight leaves the padding out of the loss"
            )
        if values is None:
            raise ValueError(f"values: want a tensor {axes}, got None; o.grad is None without o.retain_grad() before")
        values = array("values", as_array("values", values))
        if values.ndim < 2:
            add = "values[None]" if self.batch_first else "values[:, None]"
            raise ValueError(f"values: want {axes}, got shape {values.shape}; a sequence without a batch is {add}")
        return np.array(values.swapaxes(0, 1) if self.batch_first else values, order="C")

    def initial_state(self, state) -> np.ndarray:
        """The layer's h_0 (1, B, n), or (h_0, c_0) of an LSTM, as `forward` takes it: s0 (B, m).

        Raises
        ------
        ValueError
            If a shape does not fit, or a number is not finite.
        """
        lstm = self.cell == "lstm"
        if lstm and not (isinstance(state, tuple | list) and len(state) == 2):
            raise ValueError(f"state: want (h_0, c_0), as an LSTM returns it, got {type(state).__name__}")
        parts, n = [], self.params.n_hidden
        for name, part in zip(("h_0", "c_0"), state if lstm else (state,), strict=False):
            part = array(f"state: {name}", as_array(f"state: {name}", part))
            if part.ndim != 3 or part.shape[::2] != (1, n):
                raise ValueError(f"state: {name}: want shape (1, B, n) with n = {n}, got {part.shape}")
            parts.append(part[0])
            shape("state: c_0", part[0], parts[0].shape, "(B, n) of h_0")
        return np.concatenate(parts, 1)


def from_torch(layer, readout=None, *, cell=None, batch_first=None) -> Imported:
    """Copy a recurrent layer of PyTorch, or of any framework under PyTorch's keys.

        model = from_torch(layer, readout)
        trace = forward(model.params, model.time_first(x), cell=model.cell)

    Compare the outputs with the layer's own by `compare_outputs` before anything else. What an embedding gives out is
    x. Any head and any loss will do: with ``readout=None``, o is h, and ``model.time_first(h.grad)`` is dL_do, where h
    is the layer's output, ``h.retain_grad()`` called on it before PyTorch's own ``loss.backward()``.

    Parameters
    ----------
    layer : nn.RNN, nn.GRU, nn.LSTM, or mapping of arrays
        One layer in one direction; its dropout does nothing and is no obstacle, and biases it does not have are 0. A
        mapping has the keys weight_ih_l0 (gates · n, d), weight_hh_l0 (gates · n, n), and bias_ih_l0 and bias_hh_l0
        (gates · n,) or neither, with the gates in PyTorch's order: i, f, g, o for an LSTM; r, z, n for a GRU, whose
        reset comes after the product. A prefix that these share is left out, and what stands under other prefixes is
        passed over, so that the ``state_dict()`` of a whole model will do.
    readout : nn.Linear, mapping of arrays {weight (q, n), bias (q,)}, or None
        From h to o. None: o = h. Without bias, b_q is 0.
    cell : str, optional
        What a mapping is. Its blocks of rows say it if you do not: 3 are "gru", 4 "lstm", and 1 is "tanh", PyTorch's
        own default, unless you say "relu", "sigmoid" or "identity".
    batch_first : bool, optional
        Layout of a mapping's data; a layer says it itself. Default: False, as in PyTorch.

    Returns
    -------
    Imported
        With weights in the layer's own type, float32 or float64.

    Raises
    ------
    ValueError
        If the layer is of another kind (several layers, both directions, a projection, quantised, half precision, a
        cell of one step), a key is missing or unknown, a shape does not fit, or a weight is not finite.

    References
    ----------
    PyTorch's documentation of torch.nn.RNN, torch.nn.GRU and torch.nn.LSTM: keys, shapes, equations.

    Examples
    --------
    >>> weights = {"weight_ih_l0": np.ones((12, 3)), "weight_hh_l0": np.ones((12, 4))}
    >>> model = from_torch(weights, batch_first=True)
    >>> model.cell, model.params.b_h.shape
    ('gru', (16,))
    >>> model.time_first(np.ones((2, 7, 3))).shape
    (7, 2, 3)
    """
    weights = layer_weights(layer)
    W_hx, W_hh = read(weights, "weight_ih_l0"), read(weights, "weight_hh_l0")
    n = units(W_hh)
    rows = len(W_hh)
    want_matrix("layer: weight_ih_l0", W_hx, (rows, None), f"({rows}, d), rows as in weight_hh_l0")
    b_ih, b_hh = biases(weights, rows, W_hh.dtype)
    b_h = b_ih + b_hh
    if rows == 3 * n:
        b_h = np.concatenate([b_h[: 2 * n], b_ih[2 * n :], b_hh[2 * n :]])
    if readout is None:
        W_qh, b_q = np.eye(n, dtype=W_hh.dtype), np.zeros(n, W_hh.dtype)
    else:
        W_qh, b_q = _linear(readout, n)
    params = Params(W_hx, W_hh, b_h, W_qh, b_q)
    if len(types := {str(w.dtype) for w in params}) > 1:
        raise ValueError(f"layer, readout: want one floating-point type, got {' and '.join(sorted(types))}")
    return Imported(_cell(layer, cell, rows // n), params, _layout(layer, batch_first))


def _linear(readout, n):
    """W_qh (q, n) and b_q (q,)."""
    weights = readout_weights(readout)
    W_qh = read(weights, "weight", "readout")
    want_matrix("readout: weight", W_qh, (None, n), f"(q, {n}), since the layer has {n} units")
    b_q = read(weights, "bias", "readout") if "bias" in weights else np.zeros(len(W_qh), W_qh.dtype)
    shape("readout: bias", b_q, (len(W_qh),), "(q,)")
    return W_qh, b_q


def _cell(layer, cell, blocks) -> str:
    """The name of the cell, if the layer, its blocks of rows and the reader agree about it."""
    own = mode_of(layer)
    if cell is None:
        return own or BLOCKS[blocks]
    if own and not (isinstance(cell, str) and cell == own):
        raise ValueError(f"cell: want {own!r}, as the layer says, or None, got {shown(cell)}")
    return choice("cell", cell, [name for name, found in CELLS.items() if found.gates == blocks])


def _layout(layer, batch_first) -> bool:
    """Whether the batch comes first, if the layer and the reader agree about it."""
    if isinstance(layer, Mapping):
        return False if batch_first is None else flag("batch_first", batch_first)
    own = bool(getattr(layer, "batch_first", False))
    if batch_first is not None and flag("batch_first", batch_first) != own:
        raise ValueError(f"batch_first: want {own}, as the layer says, or None, got {batch_first}")
    return own
