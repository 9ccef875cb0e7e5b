"""What there is to see of a character model while it trains: the trainer makes it, the picture draws it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

POINTS = 400  # of a curve, at most


class TrainingView(NamedTuple):
    """A training run at one moment.

    The page is the first N characters of the held-out text. The network reads it from its start, from zeros, and says
    after each character s what comes next.

    Attributes
    ----------
    exact : ndarray (N,)
        log10 ‖dL_t/dh_s‖ for the loss of the picked character t and every character s of the page; nan behind t.
    windowed : ndarray (N,)
        The same as the training computes it: -inf where it cuts. With random cuts these are the cuts of one draw, and
        what survives is larger than the exact one by the factors that make up for them.
    picked : int
        t, an index on the page.
    updates, bits, norms : ndarray (k,)
        At most `POINTS` moments of the run: number of the update, bits a character of its batch (a mean over the
        updates around it) and norm of the gradient before clipping (of that update); empty before the first update.
    tested : ndarray (2, m)
        Updates, and bits a character on the whole held-out text after them; m is at least 1.
    clip_norm : float
        Present limit; inf: none.
    clipped : float
        Share of the last 100 updates whose gradient was longer than that; 0 before the first.
    window : int
        τ of the scheme in characters; of "full", the length of the sequences.
    cell : str
        "RNN", "GRU" or "LSTM".
    state : str
        "ready", "running", "paused", "ended", or "failed: …".
    written : str
        At most 120 characters that the network writes now.
    done : int
        Updates so far.
    scheme : str
        "full", "sliding", "stride τ/2", "chunked" or "random".
    length : int
        T, characters of a sequence: the training cuts between two sequences, whatever the scheme.
    rate : float
        Present learning rate.
    """

    exact: np.ndarray
    windowed: np.ndarray
    picked: int
    updates: np.ndarray
    bits: np.ndarray
    norms: np.ndarray
    tested: np.ndarray
    clip_norm: float
    clipped: float
    window: int
    cell: str
    state: str
    written: str
    done: int
    scheme: str = "full"
    length: int = 35
    rate: float = 0.01
