"""Weights under PyTorch's keys: found, read, and refused by name where they are not those of one plain layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..numbers.tensors import as_array
from ..numbers.validate import array, shape, shown

MODES = {"RNN_TANH": "tanh", "RNN_RELU": "relu", "GRU": "gru", "LSTM": "lstm"}  # nn.RNNBase.mode → cell
WEIGHTS = ("weight_ih_l0", "weight_hh_l0")
BIASES = ("bias_ih_l0", "bias_hh_l0")
COMPUTED = "weights that are computed from others"

# A piece of a key, what a layer with such a key is, and what to do about it.
REFUSED = {
    "_all_weight_values": ("a quantised layer", "take the layer as it was before"),
    "_reverse": ("bidirectional=True", "its first half alone is a mapping of the keys without _reverse"),
    "_l1": ("num_layers > 1", "give each as a mapping under the keys of layer 0; what one gives out is x of the next"),
    "weight_hr": ("proj_size > 0", "its h is shorter than its state, which no cell here has"),
    "parametrizations.": (COMPUTED, "torch.nn.utils.parametrize.remove_parametrizations leaves them as they are used"),
    "_l0_v": (COMPUTED, "torch.nn.utils.remove_weight_norm leaves them as they are used"),
    "_l0_orig": (COMPUTED, "torch.nn.utils.prune.remove leaves them as they are used"),
    "recurrent_kernel": ("weights by Keras' names", "there they are transposed, and the gates in another order"),
}


def mode_of(layer) -> str | None:
    """The cell that a layer of PyTorch says it is; None for anything else."""
    mode = getattr(as_it_was(layer), "mode", None)
    return MODES.get(mode) if isinstance(mode, str) and is_module(layer) else None


def as_it_was(module):
    """The module inside one that ``torch.compile`` returned; any other as it is."""
    return getattr(module, "_orig_mod", module)


def is_module(value) -> bool:
    """Whether it is a module of PyTorch, by what it can do."""
    return not isinstance(value, type) and callable(getattr(value, "state_dict", None))


def layer_weights(layer) -> dict:
    """The weights of a layer or mapping by key, none missing and none unknown."""
    if isinstance(layer, Mapping):
        weights = _below_one_prefix(layer)
    elif mode_of(layer):
        weights = dict(as_it_was(layer).state_dict())
    else:
        raise ValueError(f"layer: want an nn.RNN, nn.GRU or nn.LSTM, or a mapping of arrays, got {_what(layer)}")
    for piece, (kind, way) in REFUSED.items():
        found = next((key for key in weights if piece in key), None)
        if found is not None:
            wanted = "one layer in one direction with weights of its own"
            raise ValueError(f"layer: want {wanted}, got {kind} ({shown(found)}); {way}")
    given = set(weights)
    if not (set(WEIGHTS) <= given <= {*WEIGHTS, *BIASES}) or len(given) == 3:
        keys, got = ", ".join(WEIGHTS + BIASES), ", ".join(sorted(weights))[:200] or "none of them"
        way = "; " + ONE_STEP if "weight_ih" in weights else ""
        raise ValueError(f"layer: want the keys {keys}, both biases or neither, got {got}{way}")
    return weights


ONE_STEP = 'give a cell of one step as {key + "_l0": w for key, w in cell.state_dict().items()}'


def _below_one_prefix(mapping) -> dict:
    """What stands under the prefix of weight_hh_l0, without it; all of a mapping in which no such key is."""
    names = [key for key in mapping if isinstance(key, str)]
    if len(names) < len(mapping):
        raise ValueError(f"layer: want keys of text, such as weight_hh_l0, got {shown(list(mapping))}")
    prefixes = [key.removesuffix(WEIGHTS[1]) for key in names if key.split(".")[-1] == WEIGHTS[1]]
    if len(prefixes) > 1:
        several = ", ".join(sorted(p.removesuffix(".") or "no prefix" for p in prefixes))
        raise ValueError(f"layer: want the weights of one layer, got those of {len(prefixes)}: {several[:200]}")
    prefix = prefixes[0] if prefixes else ""
    return {key.removeprefix(prefix): mapping[key] for key in names if key.startswith(prefix)}


def _what(value) -> str:
    """What came instead of a layer, and what to do about it."""
    if not is_module(value):
        return shown(value)
    keys, kind = [str(key) for key in value.state_dict()], type(value).__name__
    if "weight_ih" in keys:
        return f"one step, {kind}; {ONE_STEP}"
    inside = [key.removesuffix("." + WEIGHTS[1]) for key in keys if key.endswith("." + WEIGHTS[1])]
    return f"a module {kind}" + (f"; give the layer in it, .{inside[0]}" if inside else "")


def readout_weights(readout) -> dict:
    """weight and perhaps bias of an nn.Linear or of a mapping, whose common prefix is left out."""
    if isinstance(readout, Mapping):
        found = {str(key): w for key, w in readout.items()}
        prefixes = {key.removesuffix("weight") for key in found if key.split(".")[-1] == "weight"}
        if len(prefixes) > 1:
            several = ", ".join(sorted(p.removesuffix(".") or "no prefix" for p in prefixes))
            raise ValueError(f"readout: want the weights of one layer, got those of {len(prefixes)}: {several[:200]}")
        for prefix in prefixes:
            found = {key.removeprefix(prefix): w for key, w in found.items() if key.startswith(prefix)}
    elif is_module(readout) and any(kind.__name__ == "Linear" for kind in type(as_it_was(readout)).__mro__):
        found = dict(as_it_was(readout).state_dict())
    else:
        came = f"a module {type(readout).__name__}" if is_module(readout) else shown(readout)
        way = "; with None o is h, and dL_do the gradient that PyTorch finds for it"
        raise ValueError(f"readout: want an nn.Linear, a mapping {{weight, bias}} or None, got {came}{way}")
    if not {"weight"} <= set(found) <= {"weight", "bias"}:
        raise ValueError(f"readout: want the keys weight and bias, or weight alone, got {', '.join(found)[:200]}")
    return found


def read(weights, key, whose="layer") -> np.ndarray:
    """One array of weights, copied: float32 or float64, finite."""
    name = f"{whose}: {key}"
    w = array(name, as_array(name, weights[key]))
    if w.dtype.kind != "f" or w.dtype.itemsize not in (4, 8):
        way = f"; {whose}.float() makes it float32" if w.dtype.kind == "f" else ""
        raise ValueError(f"{name}: want float32 or float64, got {w.dtype}{way}")
    return np.array(w, w.dtype.newbyteorder("="), order="C")


def units(W_hh) -> int:
    """n, from weight_hh_l0 (blocks · n, n)."""
    if W_hh.ndim == 2 and W_hh.size:
        rows, n = W_hh.shape
        if rows in (n, 3 * n, 4 * n):
            return n
        turned = n in (3 * rows, 4 * rows)
    else:
        turned = False
    wanted = "shape (n, n), (3n, n) for a GRU or (4n, n) for an LSTM"
    raise ValueError(f"layer: weight_hh_l0: want {wanted}, got {W_hh.shape}{'; is it transposed?' * turned}")


def want_matrix(name, w, wanted, axes) -> None:
    """Raise a ValueError if the shape of `w` is not `wanted`, where None is any number; ask if it is transposed."""

    def fits(sizes):
        return len(sizes) == 2 and all(size and goal in (None, size) for size, goal in zip(sizes, wanted, strict=True))

    if not fits(w.shape):
        raise ValueError(f"{name}: want shape {axes}, got {w.shape}{'; is it transposed?' * fits(w.shape[::-1])}")


def biases(weights, rows, dtype) -> list:
    """bias_ih_l0 and bias_hh_l0, (rows,) each; zeros where the layer has none."""
    both = [read(weights, key) if key in weights else np.zeros(rows, dtype) for key in BIASES]
    for key, b in zip(BIASES, both, strict=True):
        shape(f"layer: {key}", b, (rows,), "(rows of weight_hh_l0,)")
    return both
