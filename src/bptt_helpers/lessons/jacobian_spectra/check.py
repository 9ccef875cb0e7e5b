"""Check of notebook 04: a matrix with spectral radius below 1 whose powers grow past 10."""

from __future__ import annotations

import numpy as np

from ..feedback import Wrong, exercise, same, want_array

HIGHEST_POWER = 100
LARGEST_STRETCH = 2.0  # of one step: the growth must come from the product
GOAL = 10.0


@exercise
def check_transient_growth(answer) -> str:
    """Judge a function () -> (W, norms): ρ(W) < 1, σ₁(W) <= 2, and norms[k] = ‖Wᵏ‖ for k = 0 … 100, past 10 somewhere.

    Parameters
    ----------
    answer : callable () -> (ndarray (n, n), ndarray (101,))
    """
    given = answer()
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise Wrong("return two things: the matrix W and the 101 norms.")
    W = _judge_matrix(given[0])
    norms = want_array("norms", given[1], (HIGHEST_POWER + 1,))
    powers = [np.linalg.matrix_power(W, k) for k in range(HIGHEST_POWER + 1)]
    right = np.array([np.linalg.norm(power, 2) for power in powers])
    if not same(norms, right):
        _name_the_mistake(W, powers, norms, right)
    if right.max() <= GOAL:
        if same(right, np.abs(np.linalg.eigvals(W)).max() ** np.arange(len(right))):
            raise Wrong("‖Wᵏ‖ = ρᵏ for your matrix: it is normal, as every symmetric one is, and cannot grow if ρ < 1.")
        raise Wrong(
            f"the norms are right, but they reach only {right.max():.2f}; want more than {GOAL:g}. "
            "Bring ρ closer to 1, or make W less normal."
        )
    return (
        f"ρ = {np.abs(np.linalg.eigvals(W)).max():.3f}, and yet ‖Wᵏ‖ reaches {right.max():.1f} at k = {right.argmax()}."
    )


def _judge_matrix(W) -> np.ndarray:
    W = np.asarray(W)
    if W.ndim != 2 or W.shape[0] != W.shape[1] or not W.size:
        raise Wrong(f"W has shape {W.shape}, want a square matrix (n, n).")
    if W.dtype.kind not in "biuf":
        raise Wrong(f"W holds entries of type {W.dtype}, want real numbers.")
    if not np.isfinite(W).all():
        raise Wrong("W holds a number that is not finite.")
    radius, stretch = np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2)
    if radius >= 1:
        raise Wrong(f"the spectral radius of W is {radius:.3f}, want it below 1.")
    if stretch > LARGEST_STRETCH:
        raise Wrong(
            f"σ₁ of W is {stretch:.2f}, want at most {LARGEST_STRETCH:g}: "
            "one step must not do it alone, the product has to grow."
        )
    return W.astype(float)


def _name_the_mistake(W, powers, norms, right):
    k = np.arange(len(right))
    with np.errstate(all="ignore"):
        known = {
            "`W ** k` raises every entry to the power k; a product of matrices is `W @ W @ …`.": [
                np.linalg.norm(W**j, 2) for j in k
            ],
            "these are Frobenius norms; ‖Wᵏ‖ here is the largest singular value, `np.linalg.norm(…, 2)`.": [
                np.linalg.norm(power) for power in powers
            ],
            "these are ρᵏ, only a lower bound of ‖Wᵏ‖: the eigenvalues alone, or products by `*`, which is not `@`.": [
                np.abs(np.linalg.eigvals(power)).max() for power in powers
            ],
            "these are σ₁ᵏ, an upper bound of ‖Wᵏ‖ that holds if every step stretches the same direction.": right[1]
            ** k,
            "these are logarithms; return the norms themselves.": np.log10(right),
            "norms[0] is the norm of W⁰, the identity: your list starts one power too late.": [
                *right[1:],
                np.linalg.norm(powers[-1] @ W, 2),
            ],
        }
    for hint, wrong in known.items():
        if np.isfinite(wrong).all() and same(norms, np.array(wrong), 1e-4):
            raise Wrong(hint)
    first = int(np.argmax(~np.isclose(norms, right, rtol=1e-6)))
    before = "the norms before it are right" if first else "it is that of the identity"
    raise Wrong(f"norms[{first}] is {norms[first]:.4g}, want ‖W^{first}‖ = {right[first]:.4g}; {before}.")
