"""Check of notebook 06: backpropagation in blocks, with the state detached at every cut."""

from __future__ import annotations

import numpy as np

from ..answers import same, sizes, want_array, want_unchanged
from ..feedback import Wrong, exercise

# T and τ; the last block of the first case is not full, and there every known mistake gives another gradient
CASES = ((10, 4), (12, 4), (6, 1), (3, 8), (1, 1))
UNITS, INPUTS = 5, 2  # n is none of T, d and the number of blocks: what is divided by one of them is told apart


@exercise
def check_chunked(answer) -> str:
    """Judge a function (W_hx, W_hh, x, y, window) -> dL/dW_hh in blocks of `window` steps.

    What is right is found without any backward pass: the state at a cut is a number that is not moved, so the truncated
    gradient is the plain derivative, by complex steps, of the loss with these states frozen.

    Parameters
    ----------
    answer : callable (ndarray (n, d), ndarray (n, n), ndarray (T, d), ndarray (T, n), int) -> ndarray (n, n)

    Returns
    -------
    Feedback
    """
    rng = np.random.default_rng(0)
    n, d = UNITS, INPUTS
    W_hx, W_hh = rng.normal(size=(n, d)), rng.normal(size=(n, n))
    for T, window in CASES:
        x, y = rng.normal(size=(T, d)), rng.normal(size=(T, n))
        case = W_hx, W_hh, x, y
        handed = [a.copy() for a in case]
        with sizes(f"T = {T}, τ = {window}, n = {n}, d = {d}"):
            returned = answer(*handed, window)
        given = want_array("your gradient", returned, (n, n))
        want_unchanged(**dict(zip(("W_hx", "W_hh", "x", "y"), zip(case, handed, strict=True), strict=True)))
        right = frozen_gradient(*case, blocks(T, window))
        if same(given, right, 1e-5):  # float32 is good enough
            continue
        for hint, wrong in known_mistakes(*case, window, right).items():
            if same(given, wrong, 1e-5):
                raise Wrong(hint)
        i, j = np.unravel_index(np.abs(given - right).argmax(), right.shape)
        raise Wrong(
            f"for T = {T} and blocks of {window} your entry [{i}, {j}] is {given[i, j]:.4f}; moving that weight, "
            f"with the states at the cuts held still, says {right[i, j]:.4f}."
        )
    return "it agrees with numeric derivatives of the loss with frozen states, full last block or not."


def blocks(T, window, first=None):
    """Pieces (start, stop, first loss counted) of a sequence in blocks; `first` is the length of the first one."""
    starts = [0, *range(window if first is None else first, T, window)]
    return [(start, stop, start) for start, stop in zip(starts, [*starts[1:], T], strict=True) if start < stop]


def states(W_hx, W_hh, x, h):
    """The states after each step, from the state `h` on."""
    out = [h]
    for x_t in x:
        out.append(np.tanh(W_hx @ x_t + W_hh @ out[-1]))
    return np.array(out)


def frozen_gradient(W_hx, W_hh, x, y, pieces, reset=False):
    """Derivative, by complex steps, of the loss in which the state at the start of every piece does not move.

    Parameters
    ----------
    W_hx, W_hh, x, y : ndarrays (n, d), (n, n), (T, d), (T, n)
    pieces : list of (int, int, int)
        Start, stop and the first step whose loss counts; steps count from 0.
    reset : bool
        Start each piece from zero instead of from the state that the forward pass has there.
    """
    frozen = states(W_hx, W_hh, x, np.zeros(len(W_hh))) * (not reset)
    gradient, eps = np.zeros_like(W_hh), 1e-30
    for i in np.ndindex(W_hh.shape):
        moved = W_hh.astype(complex)
        moved[i] += 1j * eps
        for start, stop, counted in pieces:
            h = states(W_hx, moved, x[start:stop], frozen[start])[1 + counted - start :]
            gradient[i] += (0.5 * (h - y[counted:stop]) ** 2).sum().imag / eps
    return gradient


def known_mistakes(W_hx, W_hh, x, y, window, right):
    """What each mistake the check knows would return, by its hint."""
    T, case = len(x), (W_hx, W_hh, x, y)
    pieces = blocks(T, window)

    def numeric(pieces, **options):
        return frozen_gradient(*case, pieces, **options)

    alone = [(t, t + 1, t) for t in range(T)]
    found = {
        "nothing is cut: the signal must be set to zero where a block ends.": numeric([(0, T, 0)]),
        "the state is reset: a cut stops the gradient only, the next block starts from the last state of this one.": (
            numeric(pieces, reset=True)
        ),
        "this is the sliding window: every loss looks back τ steps. In blocks, none looks back beyond the cut.": (
            numeric([(max(0, t - window + 1), t + 1, t) for t in range(T)])
        ),
        "the last block is missing: it is shorter than the others, and it counts too.": numeric(
            [(start, stop, counted) for start, stop, counted in pieces if stop - start == window]
        ),
        "the gradient of each block overwrites that of the one before; add them up.": numeric(pieces[-1:]),
        "only the first block counts; go on to the end of the sequence.": numeric(pieces[:1]),
        "blocks are counted from the end; the first one starts at the first step, and the last one may be short.": (
            numeric(blocks(T, window, T % window or window))
        ),
        "off by one in τ: your blocks have τ + 1 steps.": numeric(blocks(T, window + 1)),
        "off by one in τ: your walk back takes one step through the cut, so a block keeps τ + 1 terms.": numeric(
            [(max(0, start - 1), stop, counted) for start, stop, counted in pieces]
        ),
        "the cuts come one step late: the first block has τ + 1 steps.": numeric(blocks(T, window, window + 1)),
        "only the last loss of each block counts; every step has one.": numeric(
            [(start, stop, stop - 1) for start, stop, _ in pieces]
        ),
        "nothing travels back inside a block either; add W_hh transposed times the signal of the step after.": numeric(
            alone
        ),
        "divided by T: the loss is the sum over the steps.": right / T,
        "divided by n: the loss is the sum over the units.": right / len(W_hh),
        "divided by T n: the loss is the sum over steps and units.": right / y.size,
        "divided by the number of blocks: add their gradients up.": right / len(pieces),
        "divided by τ: the loss is the sum over the steps.": right / window,
        "the gradient of each block is divided by its length: the loss is the sum over the steps.": sum(
            numeric([piece]) / (piece[1] - piece[0]) for piece in pieces
        ),
        "twice too large: the derivative of ½ ‖h_t - y_t‖² is h_t - y_t.": 2 * right,
        "the sign is wrong: dL/dh_t of the step's own loss is h_t - y_t.": -right,
        "transposed: the outer product has the row of dL/da and the column of h.": right.T,
    }
    if window > 1:
        found |= {
            "off by one in τ: your blocks have τ - 1 steps.": numeric(blocks(T, window - 1)),
            "the cuts come one step early: the first block has τ - 1 steps.": numeric(blocks(T, window, window - 1)),
        }
    return found | wrong_algebra(*case, window)


def wrong_algebra(W_hx, W_hh, x, y, window):
    """What a backward pass returns that is cut in the right places and wrong in one line, by its hint."""

    def slope(h):
        return 1 - h**2

    def walk_back(y=y, x=x, **wrong_line):
        return _walk_back(W_hx, W_hh, x, y, window, **wrong_line)

    again = np.arange(len(x)) % window  # rows counted from the start of the block
    full = np.tile(np.arange(min(window, len(x))), -(-len(x) // window))  # the last block as long as the others

    return {
        "a signal leaks into the next block: start every walk back with no signal from later.": walk_back(leaks=True),
        "each walk back ends one step early: the first step of a block has its term too.": walk_back(last=1),
        "h_t stands where h_{t-1} should: W_hh met the state before the step.": walk_back(meets=1),
        "y is one step late: row t of x and row t of y, counted from 0, belong to the same step.": walk_back(
            np.vstack([y[1:], y[-1:]])
        ),
        "y begins again with row 0 in every block: count its rows from the start of the sequence.": walk_back(y[again]),
        "x begins again with row 0 in every block: each block reads its own rows.": walk_back(x=x[again]),
        "x and y begin again with row 0 in every block: each block has its own rows.": walk_back(y[again], x[again]),
        "every block reads the first τ rows of x and y; each block has its own.": walk_back(y[full], x[full]),
        "the gradient of each step overwrites that of the one before; add them up.": walk_back(overwrites=True),
        "the signal from later piles up: what goes back from a step replaces what came to it.": walk_back(piles=True),
        "the slope is taken from h_{t-1}; it belongs to h_t, the state that the step makes.": walk_back(slope_at=1),
        "tanh is taken twice: h_t is already a tanh, its slope is 1 - h_t².": walk_back(
            at_sum=lambda h, own, later: slope(np.tanh(h)) * (own + later)
        ),
        "the slope 1 - h_t² of tanh is missing.": walk_back(at_sum=lambda h, own, later: own + later),
        "the slope 1 - h_t² multiplies both signals, that of the step's own loss and the one from later.": walk_back(
            at_sum=lambda h, own, later: slope(h) * own + later
        ),
        "the slope 1 - h_t² multiplies the step's own signal h_t - y_t too.": walk_back(
            at_sum=lambda h, own, later: own + slope(h) * later
        ),
        "what goes back is W_hh transposed times dL/da, not times dL/dh: the slope of the step comes first.": walk_back(
            send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_dh
        ),
        "on its way back the signal is multiplied by W_hh; it must be the transpose.": walk_back(
            send=lambda W_hh, dL_da, dL_dh: W_hh @ dL_da
        ),
    }


def _walk_back(
    W_hx,
    W_hh,
    x,
    y,
    window,
    *,
    at_sum=lambda h, own, later: (1 - h**2) * (own + later),  # dL/da_t
    send=lambda W_hh, dL_da, dL_dh: W_hh.T @ dL_da,  # what goes back to h_{t-1}
    meets=0,  # 1: h_t in place of h_{t-1}
    last=0,  # how many steps of a block are left out at its start
    slope_at=0,  # 1: the slope of h_{t-1}
    leaks=False,  # whether the next block hears the last signal of this one
    overwrites=False,  # whether a step's gradient replaces the sum
    piles=False,  # whether the signal from later is never put down
):
    """A right answer, unless an option replaces one of its lines."""
    h = states(W_hx, W_hh, x, np.zeros(len(W_hh)))
    gradient, later = np.zeros_like(W_hh), np.zeros(len(W_hh))
    for start, stop, _ in blocks(len(x), window):
        later = later * leaks
        for t in range(stop, start + last, -1):
            own = h[t] - y[t - 1]
            dL_da = at_sum(h[t - slope_at], own, later)
            gradient = gradient * (not overwrites) + np.outer(dL_da, h[t - 1 + meets])
            later = send(W_hh, dL_da, own + later) + later * piles
    return gradient
