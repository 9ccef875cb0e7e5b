"""Check of notebook 12: the bits of a text that is read in pieces, with the state carried from each to the next."""

from __future__ import annotations

import numpy as np

from ...cells.gru import GRU
from ...cells.initial import init_params
from ..answers import same, sizes, want_number, want_unchanged
from ..feedback import Wrong, exercise
from .mistakes import hint_for, in_one_pass

# cell, characters of the text, length of a piece; the first tells all known mistakes apart: its last piece is short
CASES = (
    ("lstm", 24, 7),
    ("gru", 31, 5),  # all pieces are full
    ("tanh", 12, 1),
    ("gru", 18, 40),  # one piece
    ("lstm", 2, 3),  # one target
    ("relu", 41, 13),
)
CHARACTERS, UNITS = 9, 6
CLOSE = 1e-5  # relative; float32 is good enough


class Watched(GRU):
    """A GRU that keeps how many steps it was given at once, each time.

    Attributes
    ----------
    lengths : list of int
    """

    def __init__(self):
        self.lengths = []

    def run(self, params, x, states):
        self.lengths.append(len(x))
        return super().run(params, x, states)


@exercise
def check_pieces(answer) -> str:
    """Judge the bits of a text read in pieces by those of one pass over the whole text.

    Parameters
    ----------
    answer : callable (Params, ndarray of int (N,), int, cell) -> float
        The network, the numbers of the N characters, the length of a piece, and the cell as `forward` takes it: bits a
        character of ``codes[1:]``.

    Returns
    -------
    Feedback
    """
    for seed, (cell, count, length) in enumerate(CASES):
        params, codes = _network(cell, seed), _text(count, seed)
        given, right = _asked(answer, params, codes, length, cell), in_one_pass(params, codes, cell)
        place = f"for {count} characters in pieces of {length} (cell {cell!r})"
        _asked(answer, params, codes[::-1].copy(), length, cell)
        if not same(_asked(answer, params, codes, length, cell), given):
            raise Wrong(
                "after another text the same one gives another number: something of the call before is left, a state "
                "or a sum. Start both anew in your function."
            )
        if same(given, right, CLOSE):
            continue
        hint = hint_for(given, params, codes, length, cell)
        if hint:
            raise Wrong(f"{place} you get {given:.3f} where one pass gets {right:.3f} bits: {hint}")
        raise Wrong(f"{place} you get {given:.4f}, one pass over the whole text {right:.4f} bits a character.")
    _check_lengths(answer)
    cell, count, length = CASES[0]
    right = in_one_pass(_network(cell, 0), _text(count, 0), cell)
    return (
        f"pieces give the bits of one pass over the whole text, in {len(CASES)} cases, from pieces of one character to "
        f"a text of one piece. For {count} characters in pieces of {length}: {right:.3f}."
    )


def _check_lengths(answer):
    """A `Wrong` if a right number did not come from pieces of the length that was asked for."""
    cell, (_, count, length) = Watched(), CASES[0]
    try:
        answer(_network("gru", 0), _text(count, 0), length, cell)
    except Exception:  # it asks for the cell's name, perhaps; then its pieces are not seen
        return
    if cell.lengths and max(cell.lengths) != length:
        raise Wrong(
            f"the numbers are right, but asked for pieces of {length} characters your function reads "
            f"{max(cell.lengths)} at once."
        )


def _asked(answer, params, codes, length, cell) -> float:
    """What the reader's function returns, as a float."""
    handed, weights = codes.copy(), params._replace(**{name: w.copy() for name, w in params._asdict().items()})
    d, m = params.n_in, 2 * UNITS if cell == "lstm" else UNITS
    with sizes(f"{len(codes)} characters, length = {length}, d = {d}, states {m} wide"):
        value = answer(weights, handed, length, cell)
    want_unchanged(codes=(codes, handed), params=(_flat(params), _flat(weights)))
    return want_number("your number of bits", value)


def _flat(params):
    return np.concatenate([w.ravel() for w in params])


def _network(cell, seed):
    """Weights so large that every character and the state before it matter."""
    rng = np.random.default_rng(seed)
    params = init_params(CHARACTERS, UNITS, CHARACTERS, cell=cell, spectral_radius=1.0, rng=rng)
    return params._replace(W_hx=3 * params.W_hx, W_qh=2 * params.W_qh, b_q=rng.normal(0, 0.5, CHARACTERS))


def _text(count, seed):
    return np.random.default_rng([seed, 1]).integers(0, CHARACTERS, count)
