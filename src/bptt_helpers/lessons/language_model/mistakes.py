"""What the bits of a text read in pieces come out as when something is wrong, each with the hint that names it.

Four things can go wrong: how the text is cut, which state a piece starts from, how the losses are averaged, and the
unit. Each has its own list, so that two mistakes at once are known as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...passes.forward import forward
from ...tasks.text import one_hot

EXACTLY = 1e-6  # relative; a thousand wrong numbers are near each other


def in_one_pass(params, codes, cell) -> float:
    """Bits a character, all characters read at once; what pieces must give too.

    Parameters
    ----------
    params : Params
    codes : ndarray of int (N,)
    cell : str or Cell

    Returns
    -------
    float
    """
    return float(nats_of(params, codes[:-1], codes[1:], cell)[0].mean() / np.log(2))


def nats_of(params, x, y, cell, s0=None):
    """Minus log-probability of every one of the characters `y`, (T,), and all states, (T + 1, m)."""
    trace = forward(params, one_hot(x, params.n_in)[:, None], cell=cell, s0=s0)
    o = trace.o[:, 0] - trace.o[:, 0].max(1, keepdims=True)
    return np.log(np.exp(o).sum(1)) - o[np.arange(len(y)), y], trace.states[:, 0]


def hint_for(given, params, codes, length, cell) -> str | None:
    """The hint of the fewest mistakes, two at most, that give the number `given`; None if it is not known.

    Parameters
    ----------
    given : float
    params, codes, length, cell
        What the reader's function was called with.
    """
    fits = [hints for value, hints in wrong_bits(params, codes, length, cell) if _same(given, value)]
    return min(fits, key=len)[0] if fits and all(fits) else None


def wrong_bits(params, codes, length, cell) -> Iterator[tuple[float, list[str]]]:
    """Pairs (bits a character, hints of what is wrong), the right one among them, with at most two mistakes."""
    n, asked = params.n_hidden, len(codes) - 1
    for cut, pieces in pieces_of(codes, length).items():
        for start, state in states_of(n).items():
            if start and cut == OWN:  # which network reads what is told by the inputs alone
                continue
            losses = list(read(params, pieces, cell, state))
            for mean, nats in averages_of(losses, length, asked).items():
                for unit, value in units_of(nats).items():
                    hints = [hint for hint in (cut, start, mean.strip("*"), unit) if hint]
                    if len(hints) <= 2:
                        yield value, hints


def read(params, pieces, cell, state) -> Iterator[np.ndarray]:
    """Losses of every piece, (T,), each started from what `state` makes of the states of all pieces before."""
    before = []
    for x, y in pieces:
        nats, states = nats_of(params, x, y, cell, state(before) if before else None)
        before.append(states)
        yield nats


OWN = "the target of a character is the one that follows it, codes[k + 1], not the character itself."


def pieces_of(codes, length) -> dict[str, list]:
    """Inputs and targets of all pieces, by the hint of what is wrong with the cut."""
    x, y, asked = codes[:-1], codes[1:], len(codes) - 1

    def cut(starts, length=length, x=x, y=y):
        pieces = [(x[start : start + length], y[start : start + length]) for start in starts]
        return [piece for piece in pieces if len(piece[1])]

    starts = range(0, asked, length)
    full = range(0, asked - length + 1, length)
    found = {
        "": cut(starts),
        "the last character of a piece has a target too, the first character of the next piece: a piece of T targets "
        "needs T + 1 characters.": cut(starts, length - 1) if length > 1 else [],
        "the next piece begins with the last target of this one as its first input: step on by `length`, not by "
        "length + 1.": cut(range(0, asked, length + 1)),
        "pieces overlap: each has one input too many, which the next one reads and counts again.": cut(
            starts, length + 1
        ),
        "pieces overlap: they begin every length - 1 characters.": (
            cut(range(0, asked, length - 1)) if length > 1 else []
        ),
        "the last piece is missing: it is shorter than the others, and it counts too.": cut(full),
        "the last piece is filled up with characters that were read before: leave it short.": (
            cut([*full, max(0, asked - length)]) if asked % length else []
        ),
        "the first character is missing: begin with codes[0] as input.": cut(range(1, asked, length)),
        OWN: cut(starts, y=x),
        "inputs and targets are exchanged: the network reads a character and is asked for the next.": cut(
            starts, x=y, y=x
        ),
    }
    return {hint: pieces for hint, pieces in found.items() if pieces}


def states_of(n) -> dict:
    """The state from which a piece starts, made of the states of all pieces before, by the hint of what is wrong."""

    def part(state, h, c):
        return np.concatenate([h * state[:n], c * state[n:]])

    return {
        "": lambda before: before[-1][-1],
        "the state begins at zero in every piece: hand on the last one, states[-1] of the piece before.": (
            lambda before: None
        ),
        "what you hand on is the state after the first character of the piece before, states[1]; want states[-1].": (
            lambda before: before[-1][1]
        ),
        "what you hand on is the last but one state of the piece before: states has T + 1 rows, the last is states[-1]"
        ".": lambda before: before[-1][-2],
        "the state comes one piece late: a piece starts where the piece just before it ended.": (
            lambda before: before[-2][-1] if len(before) > 1 else None
        ),
        "every piece starts from the state after the first one: take a new state from each piece.": (
            lambda before: before[0][-1]
        ),
        "the cell state is lost: an LSTM's state is h and c together, states[-1] of the trace, which goes in as s0.": (
            lambda before: part(before[-1][-1], 1, 0)
        ),
        "h is lost: an LSTM's state is h and c together, states[-1] of the trace, which goes in as s0.": (
            lambda before: part(before[-1][-1], 0, 1)
        ),
    }


def averages_of(losses, length, asked) -> dict[str, float]:
    """Nats a character from the losses of all pieces, by the hint of what is wrong; a star sets equal hints apart."""
    sums, counts = np.array([nats.sum() for nats in losses]), np.array([len(nats) for nats in losses])
    means, total = sums / counts, sums.sum()
    short = "a piece counts by its characters: multiply each mean by the length of the piece, which is shorter at the "
    short += "end."
    border = "a mean is over the targets of a piece, which are one fewer than its characters: multiply by that."
    last = "the loss of each piece replaces the one before: add them up."
    return {
        "": total / counts.sum(),
        "*": total / asked,  # the same, unless the text is cut in a wrong way
        "the mean of the means gives the characters of a short piece more weight: multiply each by its length, divide "
        "by all characters in the end.": means.mean(),
        short: (means * length).sum() / asked,
        "divided by as many characters as full pieces would have; the last one is shorter.": total
        / (len(sums) * length),
        "divided by all characters; the first of them is no target, so there are len(codes) - 1.": total / (asked + 1),
        "that is the sum over all characters: divide by their number.": total,
        "the sum is divided by the number of pieces; divide it by that of the targets.": total / len(sums),
        "the means are added and not divided; each has to be multiplied by the length of its piece, and the sum "
        "divided by the number of targets.": means.sum(),
        "each mean has to be multiplied by the length of its piece, before you divide by all targets.": means.sum()
        / asked,
        border: (means * (counts + 1)).sum() / asked,
        f"*{border}": (means * (counts + 1)).sum() / (counts + 1).sum(),
        f"**{border}": (means * (counts + 1)).sum() / (asked + 1),
        last: means[-1],
        f"*{last}": sums[-1] / asked,
        "only the first piece counts; go on to the end of the text.": means[0],
    }


def units_of(nats) -> dict[str, float]:
    """What becomes of nats a character, by the hint of what is wrong."""
    if nats > 500:
        return {"": nats / np.log(2)}
    return {
        "": nats / np.log(2),
        "these are nats: cross_entropy takes natural logarithms; divide by ln 2.": nats,
        "nats become bits by division: 1 bit = ln 2 = 0.693 nats.": nats * np.log(2),
        "want the logarithm to base 2, not that to base 10.": nats / np.log(10),
        "the sign is wrong: cross_entropy is minus the logarithm already.": -nats / np.log(2),
        "that is the perplexity, 2 to the power of the bits; want the bits.": np.exp(nats),
        "that is a probability; want minus its logarithm to base 2.": np.exp(-nats),
    }


def _same(given, wrong) -> bool:
    return bool(abs(given - wrong) <= EXACTLY * abs(wrong))
