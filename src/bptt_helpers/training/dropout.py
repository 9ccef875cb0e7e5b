"""Dropout of the outputs: leave out units on their way to the readout, others each time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..numbers.validate import number, whole_number


class Dropout(NamedTuple):
    """Each entry of h_t is left out of o_t with chance `rate`, else divided by 1 - rate: right on average.

    The state that goes on to the next step is left whole. `forward` takes the mask, and `bptt` goes back through it.

    Attributes
    ----------
    rate : float
        From 0 to below 1.
    seed : int
        Update k draws its mask from (seed, k): a run that goes on sees the masks of one that was never interrupted.

    References
    ----------
    Srivastava et al. (2014), JMLR 15; Zaremba, Sutskever & Vinyals (2014), arXiv:1409.2329 (not in the recurrence).

    Examples
    --------
    >>> Dropout(0.5).mask(0, (1, 1, 8), float)
    array([[[2., 2., 2., 0., 0., 0., 0., 0.]]])
    """

    rate: float
    seed: int = 0

    def checked(self) -> Dropout:
        """The same; a ValueError that names `dropout.rate` or `dropout.seed` if one is out of range."""
        rate, seed = number("dropout.rate", self.rate, 0, 1), whole_number("dropout.seed", self.seed, 0)
        if rate == 1:
            raise ValueError("dropout.rate: want a number from 0 to below 1, got 1, which leaves nothing")
        return Dropout(rate, seed)

    def mask(self, update, shape, dtype) -> np.ndarray:
        """Factors of h, ``(T, B, n)``, for one update."""
        kept = np.random.default_rng([self.seed, update]).random(shape, np.float32) >= self.rate
        mask = kept.astype(dtype)
        mask *= np.divide(1, 1 - self.rate, dtype=dtype)
        return mask
