"""Explorer: pushes that walk along a row of units, and a window that closes before the opposite ones arrive."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...truncation.influence_balancing import EXACT_SENSITIVITY, N_UNITS, SIGN, A
from ..explorer import Choice, Explorer, Whole
from ..kept import kept
from .pushes_picture import PushesPicture
from .reach import SCHEMES, stride_of

LONGEST_LAG, LONGEST_WINDOW = 120, 200


class PushesData(NamedTuple):
    """What the picture shows.

    Attributes
    ----------
    scheme : str
    window, lag : int
        τ, and k: how many steps ago the pushes were given.
    row : ndarray (23,)
        Aᵏ p, the pushes of one moment, k steps later.
    arriving : ndarray (200,)
        (Aᵏ p)_1 for k = 0 … 199: what arrives at the first unit.
    open : ndarray (200,)
        For every k: the share of the losses whose windows reach so far back.
    seen : dict of str to ndarray (200,)
        By scheme, for windows 1 … 200: the derivative ds_1/dθ that the gradient is made with.
    right : int
        The first window with the right sign in this scheme.
    """

    scheme: str
    window: int
    lag: int
    row: np.ndarray
    arriving: np.ndarray
    open: np.ndarray
    seen: dict
    right: int


def open_for(scheme, window, lags) -> np.ndarray:
    """The share of all losses that hear what was given `lags` steps ago.

    The losses of h′ steps walk back together, τ steps from the last of them. The last hears lags 0 … τ - 1, the one
    before it one lag less, so lag k is heard by τ - k of them: all h′ at most, and none if that is below 0.

    Examples
    --------
    >>> [open_for(scheme, 4, np.arange(6)).tolist() for scheme in SCHEMES]
    [[1.0, 1.0, 1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.5, 0.0, 0.0], [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]]
    """
    return np.clip((window - lags) / stride_of(scheme, window), 0, 1)


@kept(1)
def walk():
    """Aᵏ p for k = 0 … 199, ``(200, 23)``, and what every window of every scheme sees of ds_1/dθ."""
    rows = [SIGN]
    for _ in range(LONGEST_WINDOW - 1):
        rows.append(A @ rows[-1])
    rows, lags = np.array(rows), np.arange(LONGEST_WINDOW)
    windows = range(1, LONGEST_WINDOW + 1)
    seen = {name: np.array([open_for(name, window, lags) @ rows[:, 0] for window in windows]) for name in SCHEMES}
    return rows, seen


def pushes_data(lag, window, scheme) -> PushesData:
    """Where the pushes of one moment are `lag` steps later, and what a window counts of those that arrive.

    Parameters
    ----------
    lag, window : int
        k, 0 to 120, and τ, 1 to 200.
    scheme : {"sliding", "stride τ/2", "chunked"}
    """
    rows, seen = walk()
    return PushesData(
        scheme=scheme,
        window=window,
        lag=lag,
        row=rows[lag],
        arriving=rows[:, 0],
        open=open_for(scheme, window, np.arange(LONGEST_WINDOW)),
        seen=seen,
        right=int((seen[scheme] < 0).argmax() + 1),
    )


def picture() -> PushesPicture:
    """The picture for this row of units."""
    return PushesPicture(N_UNITS, LONGEST_LAG, walk()[0][:, 0], EXACT_SENSITIVITY)


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    seen, share = data.seen[data.scheme][data.window - 1], data.open[data.lag]
    heard = {1: "all losses hear it", 0: "no loss hears it any more"}.get(share, f"{share:.0%} of the losses hear it")
    return (
        f"{data.lag} steps after the pushes {data.row[0]:+.2f} of a push arrives at the first unit, and {heard}. "
        f"Window τ = {data.window}, {data.scheme}: it counts {seen:+.2f} in all, the exact derivative is "
        f"{EXACT_SENSITIVITY:+g}; the sign is right from τ = {data.right} on."
    ).replace("-", "−")


PUSHES = Explorer(
    title="Pushes that walk along a row of 23 units, and a window that closes before the opposite ones arrive.",
    controls={
        "lag": Whole(12, 0, LONGEST_LAG, "Steps later, k", "Since the pushes were given.", plays=True),
        "window": Whole(19, 1, LONGEST_WINDOW, "Window τ", "τ."),
        "scheme": Choice("sliding", SCHEMES, "Scheme", "As in the explorer of the text."),
    },
    leading=("lag", "scheme"),
    compute=pushes_data,
    picture=picture,
    describe=describe,
    touch="Drag in the lower panels: the window's edge.",
)
