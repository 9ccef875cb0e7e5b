"""Let a network write: read what it wrote itself, one character after the other."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..cells.catalogue import find_cell
from ..numbers.validate import array, generator, number, room, shown, whole_number
from ..passes.forward import forward
from ..tasks.text import Vocabulary


class Written(NamedTuple):
    """What a network wrote, and what it expected at each place.

    Attributes
    ----------
    text : str
        Without the prefix.
    o : ndarray (length, d)
        Output before each character, in the floating-point type of the weights.
    """

    text: str
    o: np.ndarray

    def chances(self, temperature=1.0) -> np.ndarray:
        """Softmax(o / temperature), (length, d): the chance of every character at every place, in float64."""
        return softmax(self.o, temperature)


def sample(params, vocabulary, length, *, prefix="", temperature=1.0, cell="tanh", rng=0) -> str:
    """Let a network read a prefix and write on.

        p = softmax(o_t / temperature),    x_{t+1} = a character drawn from p

    Parameters
    ----------
    params : Params
        A network that reads and says the characters of `vocabulary`, one-hot.
    vocabulary : Vocabulary
    length : int
        Characters to write, >= 0.
    prefix : str
        Read first, from the zero state. If it is empty, the first character is drawn from what the readout says at
        the zero state, softmax(b_q / temperature): all that a network expects before it has read anything.
    temperature : float
        >= 0. Below 1 likely characters become likelier; 0 takes the likeliest, of several the one with the smallest
        number; far above 1 all become equally likely.
    cell : str or Cell
        As `forward` takes it.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed. Each character takes one number of it, also at temperature 0, so that
        the same seed at two temperatures makes the same choices where it can.

    Returns
    -------
    str
        What was written, without the prefix.

    Raises
    ------
    ValueError
        If the vocabulary does not fit the network, the prefix has a character outside it, or an argument is out of
        range.
    OverflowError
        If the state leaves the range of the floating-point type.

    References
    ----------
    Graves (2013), arXiv:1308.0850, section 1; the temperature is that of Ackley, Hinton & Sejnowski (1985),
    doi:10.1207/s15516709cog0901_7.

    Examples
    --------
    >>> from bptt_helpers import Vocabulary, init_params
    >>> sample(init_params(3, 8, 3), Vocabulary("abc"), 10, prefix="ab", temperature=0)
    'ababababab'
    """
    arguments = dict(prefix=prefix, temperature=temperature, cell=cell, rng=rng)
    return write(params, vocabulary, length, **arguments).text


def write(params, vocabulary, length, *, prefix="", temperature=1.0, cell="tanh", rng=0) -> Written:
    """As `sample`, with the outputs that the characters were drawn from; arguments and errors are the same.

    Parameters
    ----------
    params, vocabulary, length, prefix, temperature, cell, rng
        As in `sample`.

    Returns
    -------
    Written

    Examples
    --------
    >>> from bptt_helpers import Vocabulary, init_params
    >>> written = write(init_params(3, 8, 3), Vocabulary("abc"), 4)
    >>> len(written.text), written.chances().sum(1).round(9)
    (4, array([1., 1., 1., 1.]))
    """
    cell = find_cell(cell)
    _check(params, vocabulary, cell)
    length = whole_number("length", length, 0)
    room("length, vocabulary", length, len(vocabulary))
    temperature = number("temperature", temperature, 0)
    x, draws = vocabulary.encode(prefix, "prefix"), generator("rng", rng).random(length)
    n, dtype = params.n_hidden, params.W_hh.dtype
    state = np.zeros((1, cell.parts * n), dtype)
    if len(x):
        state = forward(params, np.eye(len(vocabulary), dtype=dtype)[x][:, None], cell=cell).states[-1]
    step, one_hot = cell.stepper(params, state), np.eye(len(vocabulary), dtype=dtype)[:, None]
    o, numbers, h = np.empty((length, len(vocabulary)), dtype), np.empty(length, int), state[0, :n]
    W_qh_times, b_q = np.ascontiguousarray(params.W_qh).dot, params.b_q
    with np.errstate(over="ignore", invalid="ignore"):  # found out by `_choose`
        for k, (o_t, u) in enumerate(zip(o, draws.tolist(), strict=True)):
            W_qh_times(h, o_t)
            o_t += b_q
            numbers[k] = chosen = _choose(o_t, temperature, u)
            h = step(one_hot[chosen])[0, :n]
    return Written(vocabulary.decode(numbers), o)


def softmax(o, temperature=1.0) -> np.ndarray:
    """Chances from outputs: exp(o / temperature), divided by their sum.

    Parameters
    ----------
    o : array_like (…, d)
    temperature : float
        >= 0; 0 gives 1 to the largest output, of several to the first.

    Returns
    -------
    ndarray (…, d)
        float64.

    Raises
    ------
    ValueError
        If an output is not finite, there is none, or `temperature` is below 0.

    Examples
    --------
    >>> [softmax([0.0, 1.0, 1.0], temperature).round(3).tolist() for temperature in (0, 0.5, 1, 1e9)]
    [[0.0, 1.0, 0.0], [0.063, 0.468, 0.468], [0.155, 0.422, 0.422], [0.333, 0.333, 0.333]]
    """
    o, temperature = array("o", o).astype(float), number("temperature", temperature, 0)
    if not o.ndim or not o.shape[-1]:
        raise ValueError(f"o: want an array (…, d) with d >= 1, got shape {o.shape}")
    if temperature == 0:
        return (np.arange(o.shape[-1]) == o.argmax(-1)[..., None]).astype(float)
    with np.errstate(over="ignore"):  # to minus infinity: the chance is 0
        p = np.exp((o - o.max(-1, keepdims=True)) / temperature)
    return p / p.sum(-1, keepdims=True)


def _choose(o, temperature, u):
    """The number of a character: the first whose summed chances are above u, 0 <= u < 1."""
    top = float(o.max())
    if not math.isfinite(top):
        raise OverflowError(f"sample: want outputs that fit {o.dtype}, got overflow; use tanh or smaller weights")
    if temperature == 0:
        return int(o.argmax())
    summed = np.exp((o.astype(float) - top) / temperature).cumsum()
    # the total is at least 1, so its product with u < 1 is below it, after rounding too
    return int(summed.searchsorted(u * summed[-1], side="right"))


def _check(params, vocabulary, cell):
    """Raise a ValueError if these do not belong together."""
    cell.check(params)
    if params.W_hh.dtype.kind != "f":
        raise ValueError(f"params: want real weights, got {params.W_hh.dtype}")
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: want a Vocabulary, got {shown(vocabulary)}")
    if not params.n_in == params.n_out == len(vocabulary):
        came = f"{len(vocabulary)} for one with {params.n_in} inputs and {params.n_out} outputs"
        raise ValueError(f"vocabulary: want as many characters as the network reads and says, got {came}")
