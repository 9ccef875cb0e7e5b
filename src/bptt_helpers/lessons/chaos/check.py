"""Check of notebook 05: the exponent of a network of which only its step is known, from two nearby runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..answers import want_number, want_unchanged
from ..feedback import Wrong, exercise

CLOSE = 0.01  # of a rate: another norm, or steps that are a little too long, change less over so many steps
STEPS = 300
TRIED = 10.0 ** -np.arange(1, 13)  # distances with which known mistakes may begin


class System(NamedTuple):
    """A network that a reader's function may only step.

    Attributes
    ----------
    W : ndarray (n, n)
    x : ndarray (T, n)
        What is added before the activation.
    saturates : bool
        Whether the activation is tanh; else there is none.
    h : ndarray (n,)
        The state before the first step.
    u : ndarray (n,)
        A direction of length 1.
    """

    W: np.ndarray
    x: np.ndarray
    saturates: bool
    h: np.ndarray
    u: np.ndarray

    def after(self, t, h):
        """The state after step t = 1 … T."""
        a = self.W @ h + self.x[t - 1]
        return np.tanh(a) if self.saturates else a

    def ahead(self, h, v):
        """J v, where h is the state after the step."""
        return (1 - h**2) * (self.W @ v) if self.saturates else self.W @ v


@exercise
def check_exponent(answer) -> str:
    """Judge a function (step, h, u, T) -> rate against the product of the Jacobians, which it does not get.

    Parameters
    ----------
    answer : callable (callable (t, h) -> h, ndarray (n,), ndarray (n,), int) -> float
        ``step(t, h)`` is the state after step t = 1 … T; ``u`` is a direction of length 1. Wanted is the natural
        logarithm of growth a step.
    """
    found = [_judge(answer, system) for system in systems()]
    return f"it agrees with the Jacobians of three networks: {', '.join(f'{rate:+.2f}' for rate in found)} a step."


def systems():
    """A chaotic network, one that forgets, and a linear one that is far from normal."""
    rng = np.random.default_rng(0)
    for gain, noise, n in ((3.0, 0.1, 32), (1.5, 2.0, 8)):
        W, x = gain * rng.normal(size=(n, n)) / np.sqrt(n), noise * rng.normal(size=(STEPS, n))
        yield System(W, x, True, *_start(rng, n))
    yield System(np.array([[0.9, 0.5], [0.0, 0.8]]), 0.1 * rng.normal(size=(STEPS, 2)), False, *_start(rng, 2))


def _start(rng, n):
    h, u = rng.uniform(-1, 1, (2, n))
    return h, u / np.linalg.norm(u)


def _judge(answer, system):
    right = rates(system).mean()
    watched, h, u = Watched(system), system.h.copy(), system.u.copy()
    with np.errstate(all="ignore"):
        rate = answer(watched, h, u, STEPS)
    want_unchanged(h=(system.h, h), u=(system.u, u))
    if watched.steps == 0:
        raise Wrong("`step` is never called: let two runs take T steps, one from h and one from beside it.")
    found = _want_rate(rate, watched)
    if abs(found - right) > CLOSE:
        _name_the_mistake(system, watched, found, right)
        raise Wrong(f"you return {found:.3f}; the product of the {STEPS} Jacobians grows by {right:.3f} a step.")
    return found


def _want_rate(rate, watched):
    """The answer as a number; a `Wrong` that names the reason, where the two runs met or ran away."""
    is_number = np.shape(rate) == () and not isinstance(rate, str | bytes) and rate is not None
    if is_number and not np.isfinite(rate):
        why = "the two runs became one, to the last bit" if rate == -np.inf or np.isnan(rate) else "a number overflowed"
        raise Wrong(f"you return {rate}: {why}. Bring the second run back to its distance after every step.")
    return want_number("your rate", rate)


class Watched:
    """The step of a system; it counts, and refuses a time that the network does not have."""

    def __init__(self, system):
        self.system, self.steps = system, 0

    def __call__(self, t, h):
        try:
            index = range(1, STEPS + 1).index(t)
        except ValueError:
            raise Wrong(f"`step` was asked for t = {t!r:.20}; the steps are t = 1 to T.") from None
        if np.shape(h) != self.system.h.shape:
            raise Wrong(f"`step` was given a state of shape {np.shape(h)}, want {self.system.h.shape}; step(t, h).")
        self.steps += 1
        return self.system.after(index + 1, np.asarray(h, float))


def rates(system, turn=True):
    """ln of growth in every step: of the direction as the Jacobians turn it, or of u at every step anew."""
    h, v, found = system.h, system.u, []
    for t in range(1, STEPS + 1):
        h = system.after(t, h)
        moved = system.ahead(h, v)
        found.append(np.log(np.linalg.norm(moved)))
        v = moved / np.linalg.norm(moved) if turn else system.u
    return np.array(found)


def distances(system, eps):
    """Distances of two runs that are left alone, after 0 … T steps; the second begins eps away."""
    h, beside, found = system.h, system.h + eps * system.u, [eps]
    for t in range(1, STEPS + 1):
        h, beside = system.after(t, h), system.after(t, beside)
        found.append(np.linalg.norm(beside - h))
    return np.array(found)


def pulled_back(system, eps, to=None):
    """ln of distances after each step, where the second run is put back to a distance `to` after each."""
    h, beside, found = system.h, system.h + eps * system.u, []
    for t in range(1, STEPS + 1):
        h, beside = system.after(t, h), system.after(t, beside)
        apart = np.linalg.norm(beside - h)
        found.append(np.log(apart))
        beside = h + (beside - h) * ((eps if to is None else to) / apart)
    return np.array(found)


def _name_the_mistake(system, watched, found, right):
    grown = rates(system)
    alone = (
        "the second run is left to itself: the distance cannot grow beyond the size of the states, nor shrink below "
        "rounding. Bring it back to its distance after every step, and add up what it grew by."
    )
    known = [
        ("the mean is a logarithm to base 10; want the natural one.", right / np.log(10)),
        ("the mean is a logarithm to base 2; want the natural one.", right / np.log(2)),
        ("that is the mean factor; want the mean of its logarithm.", np.exp(grown).mean()),
        ("that is the factor a step, e to the rate; want the rate itself.", np.exp(right)),
        ("you take the logarithm of the mean factor; want the mean of the logarithms.", np.log(np.exp(grown).mean())),
        ("that is the sum over all steps; divide it by T.", grown.sum()),
        ("the sign is the wrong way round: the distance after a step is divided by the one before.", -right),
        ("these are logarithms of squared distances; take the root, or half.", 2 * right),
        ("that is the last step alone; want the mean over all of them.", grown[-1]),
        (
            "the second run is put back along u at every step; keep the direction it has turned to, and change its "
            "length only.",
            rates(system, turn=False).mean(),
        ),
    ]
    for eps in TRIED:
        apart = distances(system, eps)
        with np.errstate(divide="ignore"):
            known += [(alone, np.log(apart[-1] / eps) / STEPS), (alone, np.log(apart[1:]).mean())]
            known += [(alone, np.log(apart[1:] / eps).mean())]
        known += [("the distance before the step is missing: divide by it inside the logarithm.", right + np.log(eps))]
    for eps in TRIED:
        known += [
            (
                "the second run is put back to a distance of 1, which is not near: put it back to the small one.",
                pulled_back(system, eps, to=1.0)[1:].mean(),
            )
        ]
    for hint, wrong in known:
        if abs(found - wrong) <= 1e-3 * max(1, abs(wrong)) and abs(wrong - right) > CLOSE:
            raise Wrong(f"you return {found:.3f}: {hint}")
    if watched.steps < 2 * STEPS:
        calls = f"after {watched.steps} calls of `step`"
        raise Wrong(f"you return {found:.3f} {calls}; two runs of T steps take {2 * STEPS}.")
