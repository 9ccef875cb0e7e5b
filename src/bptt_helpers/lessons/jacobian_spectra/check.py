"""Check of notebook 04: a matrix with spectral radius below 1 whose powers grow past 10."""

from __future__ import annotations

import numpy as np

from ..answers import as_numbers, came, want_array
from ..feedback import Wrong, exercise

HIGHEST_POWER = 100
LARGEST_STRETCH = 2.0  # of one step: the growth must come from the product
GOAL = 10.0
EPS = np.finfo(float).eps
MOST_UNITS = 8  # up to here a vector that was followed is looked for, from so many starts, in so many steps
STARTS, STEPS = 10, 30
MOST_NAMED = 64  # for a larger W the norms of known mistakes would take seconds


@exercise
def check_transient_growth(answer) -> str:
    """Judge a function () -> (W, norms): ρ(W) < 1, σ₁(W) <= 2, and norms[k] = ‖Wᵏ‖ for k = 0 … 100, past 10 somewhere.

    Parameters
    ----------
    answer : callable () -> (ndarray (n, n), ndarray (101,))
    """
    given = answer()
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise Wrong(f"return two things: the matrix W and the 101 norms; got {came(given)}.")
    W = _judge_matrix(given[0])
    powers = [np.eye(len(W))]
    for _ in range(HIGHEST_POWER):
        powers.append(powers[-1] @ W)
    right = np.array([np.linalg.norm(power, 2) for power in powers])
    about_radius = _judge_radius(W, powers, right)
    norms = want_array("norms", given[1], (HIGHEST_POWER + 1,))
    if not _close(norms, right, 1e-5).all():
        if len(W) <= MOST_NAMED:
            _name_the_mistake(W, powers, norms, right)
        first = int(np.argmax(~_close(norms, right, 1e-5)))
        before = "the norms before it are right" if first else "it is that of the identity"
        raise Wrong(f"norms[{first}] is {norms[first]:.4g}, want ‖W^{first}‖ = {right[first]:.4g}; {before}.")
    if right.max() <= GOAL:
        if _close(right, np.abs(np.linalg.eigvals(W)).max() ** np.arange(len(right))).all():
            raise Wrong("‖Wᵏ‖ = ρᵏ for your matrix: it is normal, as every symmetric one is, and cannot grow if ρ < 1.")
        raise Wrong(
            f"the norms are right, but they reach only {right.max():.2f}; want more than {GOAL:g}. "
            "Bring ρ closer to 1, or make W less normal."
        )
    height = f"{right.max():.1f}" if right.max() < 1e4 else f"{right.max():.1e}"
    return f"{about_radius}, and yet ‖Wᵏ‖ reaches {height} at k = {right.argmax()}."


def _close(given, wanted, tolerance=1e-4):
    """Whether each norm agrees, relative to itself; what the largest before it leaves behind in rounding is allowed."""
    return np.abs(given - wanted) <= tolerance * np.abs(wanted) + 1e-10 * np.maximum.accumulate(np.abs(wanted))


def _judge_matrix(value) -> np.ndarray:
    W = as_numbers(value)
    if W is None:
        raise Wrong(f"W: want a square matrix (n, n) of numbers, got {came(value)}.")
    if W.ndim != 2 or W.shape[0] != W.shape[1] or not W.size:
        raise Wrong(f"W has shape {W.shape}, want a square matrix (n, n).")
    if W.dtype.kind == "c":
        raise Wrong(f"W holds entries of type {W.dtype}, want real numbers.")
    if not np.isfinite(W).all():
        raise Wrong("W holds a number that is not finite.")
    W = W.astype(float)
    stretch = np.linalg.norm(W, 2)
    if stretch > LARGEST_STRETCH:
        raise Wrong(
            f"σ₁ of W is {stretch:.2f}, want at most {LARGEST_STRETCH:g}: "
            "one step must not do it alone, the product has to grow."
        )
    return W


def _judge_radius(W, powers, norms) -> str:
    """What is known of ρ, for the sentence; a `Wrong` if it is not below 1.

    Far from normal, the computed eigenvalues are rounding noise, often on a circle that is much too wide. So a computed
    radius above 1 counts only as far as rounding cannot have made it. The mean of the k-th powers of the eigenvalues,
    tr Wᵏ / n, counts always: it is at most ρᵏ, and rounding hardly moves it while Wᵏ is not large.
    """
    n = len(W)
    eigenvalues, moved = _eigenvalues(W)
    radius = np.abs(eigenvalues).max()
    firm = n * EPS * np.maximum.accumulate(norms) < 1e-6
    means = [abs(np.trace(power)) / n for power, is_firm in zip(powers, firm, strict=True) if is_firm][1:]
    at_least = (np.abs(eigenvalues) - moved).max()
    if max(means) >= 1 - 1e-9 or (radius >= 1 - 1e-9 and at_least > 0.999):
        raise Wrong(f"the spectral radius of W is {radius:.3f}, want it below 1.")
    if radius >= 1:
        return f"the computed ρ, {radius:.3f}, is rounding noise, which cannot be told from a ρ below 1"
    return f"ρ = {radius:.3f}"


def _eigenvalues(W) -> tuple:
    """The eigenvalues as computed, and how far a change of W by rounding may have moved each of them.

    To first order by its condition number times the change; never by more than Elsner's bound
    (2 ‖W‖)^(1 - 1/n) ‖change‖^(1/n) (Linear Algebra and its Applications 71, 1985).
    """
    n, size = len(W), np.linalg.norm(W, 2)
    eigenvalues, right = np.linalg.eig(W)
    if not np.tril(W, -1).any() or not np.triu(W, 1).any():  # they stand on the diagonal
        return eigenvalues, 0.0
    change = n * EPS * size
    try:
        with np.errstate(over="ignore"):
            condition = np.linalg.norm(right, axis=0) * np.linalg.norm(np.linalg.inv(right), axis=1)
    except np.linalg.LinAlgError:  # eigenvectors that coincide
        condition = np.full(n, np.inf)
    return eigenvalues, np.minimum(condition * change, (2 * size) ** (1 - 1 / n) * change ** (1 / n))


def _name_the_mistake(W, powers, norms, right):
    k = np.arange(len(right))
    after = np.linalg.norm(powers[-1] @ W, 2)
    columns_or_rows = (
        "these are sums of absolute entries, along columns or rows; ‖Wᵏ‖ here is the largest singular value."
    )
    with np.errstate(all="ignore"):
        known = [
            (
                "`W ** k` raises every entry to the power k; a product of matrices is `W @ W @ …`.",
                [np.linalg.norm(W**j, 2) for j in k],
            ),
            (
                "these are Frobenius norms; ‖Wᵏ‖ here is the largest singular value, `np.linalg.norm(…, 2)`.",
                [np.linalg.norm(power) for power in powers],
            ),
            (columns_or_rows, [np.linalg.norm(power, 1) for power in powers]),
            (columns_or_rows, [np.linalg.norm(power, np.inf) for power in powers]),
            ("these are the largest entries of Wᵏ; a norm asks for all of them.", [abs(p).max() for p in powers]),
            ("these are sums of all singular values; want the largest.", [np.linalg.norm(p, "nuc") for p in powers]),
            ("these are squares of the norms: eigenvalues of the product with the transpose need a root.", right**2),
            (
                "these are ρᵏ, only a lower bound of ‖Wᵏ‖: the eigenvalues alone, products by `*`, which is not `@`, "
                "or one eigenvector that you follow.",
                [np.abs(np.linalg.eigvals(power)).max() for power in powers],
            ),
            (
                "these are σ₁ᵏ, an upper bound of ‖Wᵏ‖ that holds if every step stretches the same direction.",
                right[1] ** k,
            ),
            ("these are logarithms; return the norms themselves.", np.log10(right)),
            ("these are logarithms; return the norms themselves.", np.log(right)),
            ("these are k-th roots; return the norms themselves.", right ** (1 / np.maximum(k, 1))),
            (
                "norms[0] is the norm of W⁰, the identity: your list starts one power too late.",
                [*right[1:], after],
            ),
            ("W⁰ stands twice: norms[1] is the norm of W itself.", [1, *right[:-1]]),
        ]
    for hint, wrong in known:
        wrong = np.array(wrong)
        if np.isfinite(wrong).all() and _close(norms, wrong).all():
            raise Wrong(hint)
    if _follows_one_vector(powers, norms):
        raise Wrong(
            "you follow one vector. ‖Wᵏ‖ is the largest stretch over all vectors, and not every power stretches the "
            "same vector most."
        )


def _follows_one_vector(powers, norms):
    """Whether there is a vector v with norms[k] = ‖Wᵏ v‖, or with the transpose of W, for all k.

    Found by Gauss-Newton steps from a few vectors: the squares ‖Wᵏ v‖² have the derivative 2 (Wᵏ)ᵀ Wᵏ v.
    """
    n, norms = len(powers[0]), np.abs(norms)
    if n > MOST_UNITS or not norms[0] or norms.max() > 1e100:  # squares of more than that overflow
        return False
    starts = norms[0] * np.random.default_rng(0).normal(size=(STARTS, n)) / np.sqrt(n)
    weight = 1 / np.maximum(norms, 1e-6 * norms.max()) ** 2  # every norm counts alike, large or small
    for chain in (np.array(powers), np.array(powers).swapaxes(1, 2)):
        products = chain.swapaxes(1, 2) @ chain
        for v in starts:
            for _ in range(STEPS):
                halves = products @ v
                v = v + np.linalg.lstsq(2 * halves * weight[:, None], (norms**2 - halves @ v) * weight)[0]
                if not np.abs(v).max() < 1e3 * norms[0]:  # the norm of v is norms[0]: this way is lost
                    break
            else:
                if _close(norms, np.linalg.norm(chain @ v, axis=1)).all():
                    return True
    return False
