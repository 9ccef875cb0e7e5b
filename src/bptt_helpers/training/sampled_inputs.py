"""Training on the network's own letters: inputs that are sometimes its own sample of the step before.

    x_t = y_{t-1}, what the text says (teacher forcing),    or with chance p a letter drawn from softmax(o_{t-1})

The sample enters as a constant, so that `bptt` stops there: the gradient for the inputs as they came, not that of the
expected loss, which also feels how the weights change what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..cells.catalogue import find_cell
from ..cells.params import Params
from ..numbers.validate import array, function, generator, number, room, whole_number
from ..passes.backward import bptt
from ..passes.forward import forward
from ..tasks.losses import cross_entropy, full_labels
from .sampling import softmax

LARGEST = 100_000  # sequences that are summed over


class Fed(NamedTuple):
    """Inputs of which some are the network's own.

    Attributes
    ----------
    x : ndarray (T, B, d)
        One-hot.
    own : ndarray (T, B) of bool
        Where a letter was drawn from the output of the step before; it may be the one that stood there.
    """

    x: np.ndarray
    own: np.ndarray


class ExpectedGradient(NamedTuple):
    """The expected loss under the network's own letters, and the two parts of its gradient.

    Attributes
    ----------
    loss : float
        E L, in nats.
    detached : Params
        E dL/dθ with every letter held still: what backpropagation finds on average.
    score : Params
        E L · d ln P(letters)/dθ: what it leaves out.
    """

    loss: float
    detached: Params
    score: Params

    @property
    def exact(self) -> Params:
        """The gradient of the expected loss, the sum of both parts."""
        return Params(*(a + b for a, b in zip(self.detached, self.score, strict=True)))


def sampled_inputs(params, x, chance, *, cell="tanh", s0=None, mask=None, rng=0) -> Fed:
    """Replace inputs, each with chance p, by a letter drawn from the output of the step before.

    The first step keeps its input: nothing was said before it.

    Parameters
    ----------
    params : Params
        A network that says what it reads, n_out = n_in.
    x : ndarray (T, B, d)
        Inputs as the text has them, one-hot.
    chance : float
        p, 0 to 1.
    cell : str or Cell
        As `forward` takes it.
    s0 : ndarray (B, m) or (m,), optional
        Initial state. Default: zeros.
    mask : ndarray (T, B, n), optional
        As `forward` takes it: the letters are drawn from what the thinned network says.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed. The same inputs are replaced whatever the network says.

    Returns
    -------
    Fed

    Raises
    ------
    ValueError
        If an argument does not fit, or is out of range.
    OverflowError
        If the state leaves the range of the floating-point type.

    References
    ----------
    Bengio, Vinyals, Jaitly & Shazeer (2015), arXiv:1506.03099, section 2.4: scheduled sampling, here one coin a letter.

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> fed = sampled_inputs(init_params(3, 4, 3), np.eye(3)[[[0], [1], [2], [0]]], 0.5)
    >>> fed.x.argmax(2).ravel(), fed.own.ravel()
    (array([0, 2, 1, 1]), array([False,  True,  True,  True]))
    """
    cell, chance = find_cell(cell), number("chance", chance, 0, 1)
    x, s0 = array("x", x), None if s0 is None else array("s0", s0)
    first = forward(params, x, cell=cell, s0=s0, mask=mask).part(0, 1)  # which looks at all that was given, too
    _says_what_it_reads(params)
    (T, B, _), rng = x.shape, generator("rng", rng)
    own, draws = rng.random((T, B)) < chance, rng.random((T, B))
    own[0] = False
    fed, step, o = np.array(x, first.o.dtype), cell.stepper(params, first.states[1]), first.o[0]
    n, one_hot = params.n_hidden, np.eye(params.n_out, dtype=fed.dtype)
    for t in range(1, T):
        if (mine := own[t]).any():
            summed = softmax(o[mine]).cumsum(1)
            chosen = (summed <= draws[t, mine, None] * summed[:, -1:]).sum(1)
            fed[t, mine] = one_hot[chosen]
        with np.errstate(over="ignore", invalid="ignore"):
            h = step(fed[t])[:, :n]
            o = (h if mask is None else h * mask[t]).dot(params.W_qh.T) + params.b_q
        if not np.isfinite(o).all():
            raise OverflowError(f"sampled_inputs: want states that fit {o.dtype}, got overflow at step {t + 1} of {T}")
    return Fed(fed, own)


def fed_its_own(draw, chance, *, seed=0) -> Callable:
    """The gradient for inputs of which some are the network's own letters, as `train` takes it.

    Every update goes over its batch again, with the inputs of `sampled_inputs`; the loss in the run's history and the
    state that is carried on are those of the text as it stands.

    Parameters
    ----------
    draw : callable (int) -> Batch
        The same as `train` gets.
    chance : float or callable (int) -> float
        p, or that of the k-th update, counted from 0.
    seed : int
        Update k draws from (seed, k).

    Returns
    -------
    callable (trace, dL_do, int) -> Params

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> from bptt_helpers import Vocabulary, init_params, text_batch
    >>> from bptt_helpers.training.loop import train
    >>> from bptt_helpers.training.run import start
    >>> def draw(k):
    ...     return text_batch("to be or not to be", 5, 4, rng=k)
    >>> begin = start(init_params(7, 8, 7))
    >>> run = train(begin, draw, updates=3, learning_rate=0.1, gradient=fed_its_own(draw, 0.25))
    >>> run.updates
    3
    """
    function("draw", draw, "number of the update -> Batch")
    seed = whole_number("seed", seed, 0)
    if not callable(chance):
        number("chance", chance, 0, 1)

    def gradient(trace, dL_do, update):
        p = chance(update) if callable(chance) else chance
        params, s0 = trace.params, trace.states[0]
        options = {"cell": trace.cell, "s0": s0, "mask": trace.mask}
        fed = sampled_inputs(params, trace.x, p, rng=np.random.default_rng([seed, update]), **options)
        if not fed.own.any():
            return bptt(trace, dL_do).params
        batch, again = draw(update), forward(params, fed.x, **options)
        return bptt(again, cross_entropy(again.o, batch.y, weight=batch.weight)[1]).params

    return gradient


def expected_gradient(params, x, y, chance, *, cell="tanh") -> ExpectedGradient:
    """The gradient of the expected loss, by a sum over all sequences of letters that may be read.

        E L = Σ P(s) L(s),    P(s) = Π_t q_t(s_t),    q_t(c) = (1 - p) [c = x_t] + p softmax(o_{t-1})_c
        dE L/dθ = Σ P(s) dL(s)/dθ + Σ P(s) L(s) d ln P(s)/dθ

    Both sums are backward passes over all sequences side by side: the second sends p softmax(o)_c (e_c - softmax(o)) /
    q(c) back from the output before each letter c. It is the term that REINFORCE estimates from draws.

    Parameters
    ----------
    params : Params
        A network that says what it reads, n_out = n_in = d.
    x : ndarray (T, 1, d)
        Inputs as the text has them, one-hot: one sequence, with d^(T - 1) at most 100 000.
    y : array_like (T, 1) or (T,)
        Right answers.
    chance : float
        p, 0 to 1.
    cell : str or Cell

    Returns
    -------
    ExpectedGradient

    Raises
    ------
    ValueError
        If an argument does not fit, or there are too many sequences.

    References
    ----------
    Williams (1992), doi:10.1007/BF00992696, theorem 1.

    Examples
    --------
    >>> from bptt_helpers import init_params
    >>> x = np.eye(3)[[[0], [1], [2], [0]]]
    >>> expected = expected_gradient(init_params(3, 4, 3), x, [1, 2, 0, 1], 1.0)
    >>> expected.exact.W_hh.shape
    (4, 4)
    """
    cell, chance = find_cell(cell), number("chance", chance, 0, 1)
    given = forward(params, x, cell=cell)
    _says_what_it_reads(params)
    (T, B, d), x = x.shape, array("x", x)
    if B != 1:
        raise ValueError(f"x: want one sequence (T, 1, d), got {B}")
    if not (np.isin(x, (0, 1)).all() and (x.sum(2) == 1).all()):
        raise ValueError("x: want one-hot inputs, got others")
    labels = full_labels(y, T, 1, d)[0]
    room("x", *[d] * (T - 1), largest=LARGEST, where="of its sequences")
    letters = _all_sequences(x.argmax(2)[:, 0], d)
    trace = forward(params, np.eye(d, dtype=given.o.dtype)[letters], cell=cell)
    p, drawn, text = softmax(trace.o), np.eye(d)[letters[1:]], x[1:]
    q = (1 - chance) * (drawn * text).sum(2) + chance * (drawn * p[:-1]).sum(2)
    P = q.prod(0)
    right = np.broadcast_to(labels, letters.shape)
    loss = -np.log((np.eye(d)[right] * p).sum(2)).mean(0)
    dL_do = P[:, None] * (p - np.eye(d)[right]) / T
    reach = chance * (drawn * p[:-1]).sum(2) / np.where(q > 0, q, 1)
    dlnP_do = np.zeros_like(dL_do)
    dlnP_do[:-1] = (P * loss * reach)[..., None] * (drawn - p[:-1])
    both = (bptt(trace, signal.astype(trace.o.dtype)).params for signal in (dL_do, dlnP_do))
    return ExpectedGradient(float(P @ loss), *both)


def _all_sequences(first, d):
    """The numbers (T, d^(T-1)) of all sequences of letters that begin with the first of `first`."""
    T = len(first)
    rest = np.indices((d,) * (T - 1)).reshape(T - 1, -1) if T > 1 else np.empty((0, 1), int)
    return np.vstack([np.full((1, rest.shape[1]), first[0]), rest])


def _says_what_it_reads(params):
    if params.n_in != params.n_out:
        raise ValueError(
            f"params: want a network that says what it reads, got {params.n_in} inputs, {params.n_out} outputs"
        )
