"""What the weights of a Keras GRU come out as when they are read wrongly, with the hint that names the mistake.

Every block of n rows is recognised alone: as the block of one of Keras' gates, transposed or not, with or without a
minus sign; a block of the bias as a sum of the two rows of one gate. So several mistakes at once are known as well.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from ..answers import same

CLOSE = 1e-5  # float32 is good enough
GATES = "zrh"  # Keras' order
WANTED = "rzh"  # the order of the rows here, where h is called n
ROWS = {(1, 1): "both rows", (1, 0): "row 0", (0, 1): "row 1", (0, 0): "nothing"}
ROWS |= {(2, 0): "twice row 0", (0, 2): "twice row 1", (2, 2): "twice both rows", (0.5, 0.5): "the mean of both rows"}
EACH_BLOCK = (
    "each block is as Keras has it; there weights multiply from the right, here from the left, so each block needs its "
    "transpose."
)
TURNED = "the rows of z have a minus sign; z keeps the state in Keras too, so nothing is turned round"


def hint_for(given, weights) -> str | None:
    """The hint for the first mistake that is known here, from the weights of the inputs to those of the readout.

    Parameters
    ----------
    given : Params
        What the reader returned, of the right shapes.
    weights : KerasGRU

    Returns
    -------
    str or None
        None if no mistake is recognised.
    """
    return (
        _of_matrix("W_hx", given.W_hx, weights.kernel)
        or _of_matrix("W_hh", given.W_hh, weights.recurrent_kernel)
        or _of_bias(given.b_h, weights.bias)
        or _of_readout(given.W_qh, weights.dense_kernel)
    )


def _of_matrix(name, given, kernel):
    """The hint for W_hx or W_hh; None if it is right, or wrong in no way that is known."""
    if same(given, kernel.reshape(given.shape), CLOSE):
        return f"{name} is Keras' kernel reshaped, which mixes up rows and columns; want its transpose."
    blocks = dict(zip(GATES, np.split(kernel, 3, axis=1), strict=True))
    known = {(gate, 1, sign): sign * block.T for sign in (1, -1) for gate, block in blocks.items()}
    if kernel.shape[0] * 3 == kernel.shape[1]:
        known |= {(gate, 0, sign): sign * block for sign in (1, -1) for gate, block in blocks.items()}
    found = [_recognised(block, known) for block in np.split(given, 3)]
    if None in found:
        return None
    gates, turned, signs = zip(*found, strict=True)
    if not all(turned):
        return f"in {name} the gates stand below one another, but {EACH_BLOCK}"
    return _of_order(name, gates) or _of_signs(name, gates, signs)


def _of_order(name, gates):
    if "".join(gates) == WANTED:
        return None
    return f"the blocks of {name} stand in the order {', '.join(gates)}; want r, z, n, where n is Keras' h."


def _of_signs(name, gates, signs):
    minus = [gate for gate, sign in zip(gates, signs, strict=True) if sign < 0]
    if not minus:
        return None
    return f"in {name} {TURNED}." if minus == ["z"] else f"in {name} the rows of {', '.join(minus)} have a minus sign."


def _of_bias(given, bias):
    """The hint for b_h (r, z, n, p)."""
    of_gate = dict(zip(GATES, np.split(bias, 3, axis=1), strict=True))
    known = {
        (gate, sign, rows): sign * (rows[0] * of_x + rows[1] * of_h)
        for rows, sign, (gate, (of_x, of_h)) in product(ROWS, (1, -1), of_gate.items())
    }
    found = [_recognised(block, known) for block in np.split(given, 4)]
    if None in found:
        return None
    gates, signs, rows = zip(*found, strict=True)
    gates = [gate if any(of) else wanted for gate, of, wanted in zip(gates, rows, "rzhh", strict=True)]  # zeros fit any
    if gates[3] != "h":
        return "the last block of b_h is the bias inside the reset: it belongs to Keras' gate h, called n here."
    if hint := _of_order("b_h", gates[:3]) or _of_signs("b_h", gates, signs):
        return hint.replace("want r, z, n", "want r, z, n, p")
    for k in (0, 1):
        if rows[k] != (1, 1):
            return f"the block {WANTED[k]} of b_h holds {ROWS[rows[k]]} of Keras' bias; want the sum of both rows."
    return None if rows[2:] == ((1, 0), (0, 1)) else _of_reset(*rows[2:])


def _of_reset(n, p):
    """The hint for the last two blocks of b_h, from how often each row of Keras' bias is in them."""
    says = "b_h has two blocks for Keras' gate h: row 0 of its bias outside the reset (n), row 1 inside (p)"
    common = {
        ((1, 1), (0, 0)): "you add both rows outside: then r no longer multiplies row 1.",
        ((0, 0), (1, 1)): "you add both rows inside: then r multiplies row 0 too.",
        ((0, 1), (1, 0)): "you have them exchanged: row 0 is added to the product with x, row 1 to that with h.",
        ((1, 1), (0, 1)): "row 1 is in both.",
        ((1, 0), (1, 1)): "row 0 is in both.",
        ((1, 1), (1, 1)): "you have the sum of both in each of them.",
    }
    return f"{says}; {common.get((n, p), f'yours hold {ROWS[n]} and {ROWS[p]}.')}"


def _of_readout(given, dense_kernel):
    if given.shape == dense_kernel.shape and same(given, dense_kernel, CLOSE) and not same(given, given.T, CLOSE):
        return "W_qh is Keras' dense kernel as it is; here the weights stand left of h, so it needs its transpose."
    return None


def _recognised(block, known):
    """The key of the first of the arrays of the same shape that `block` equals; None if there is none."""
    block = block if next(iter(known.values())).ndim == 2 else np.ravel(block)
    return next((key for key, array in known.items() if array.shape == block.shape and same(block, array, CLOSE)), None)
