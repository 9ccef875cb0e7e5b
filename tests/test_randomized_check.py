"""The check of notebook 07: right answers pass, and each mistake is named."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers.lessons.randomized_truncation.check import (
    CHANCES,
    check_chance,
    draw_cases,
    known_mistakes,
    variance_by_patterns,
)


def smallest(wrong="", tolerance=1e-4):
    """A reader's answer, by the recursion for E z and E z², with one thing wrong."""

    def variance(b, c, pi):
        mean = square = 0.0
        found = []
        c = np.roll(c, 1) if wrong == "another step" else c
        for b_t, c_t in zip(b, c, strict=True):
            again = {"not compensated": 1.0, "squared": 1 / pi**2}.get(wrong, 1 / pi)
            cross = {"no cross term": 0, "cross once": 1}.get(wrong, 2)
            square = b_t**2 + cross * b_t * c_t * mean + c_t**2 * again * square
            mean = b_t + c_t * mean
            found.append(square if wrong == "second moment" else square - mean**2)
        if wrong == "deviation":
            return np.sqrt(max(found[-1], 0))
        return max(found) if wrong == "every step" else found[-2 if wrong == "a step early" else -1]

    def answer(b, c, bound):
        low, high = 0.0, 1.0
        while high - low > tolerance:
            middle = (low + high) / 2
            low, high = (low, middle) if variance(b, c, middle) <= bound else (middle, high)
        return 1 - high if wrong == "of a cut" else high

    return answer


def by_scanning(b, c, bound, grid=None):
    """From the largest chance down, with draws of every pattern: no recursion at all."""
    grid = np.arange(1, 1001) / 1000 if grid is None else grid
    return min(pi for pi in grid if variance_by_patterns(b, c, pi) <= bound * (1 + 1e-9))


def oldest_only(b, c, bound):
    square = (b[0] * np.prod(c[1:])) ** 2
    return (1 + bound / square) ** (-1 / (len(b) - 1))


def each_for_itself(b, c, bound):
    def total(pi):
        return sum((b[s] * np.prod(c[s + 1 :])) ** 2 * (pi ** -(len(b) - 1.0 - s) - 1) for s in range(len(b)))

    return min(pi for pi in np.arange(1, 1001) / 1000 if total(pi) <= bound)


@pytest.mark.parametrize("answer", [smallest(), smallest(tolerance=1e-12), by_scanning])
def test_right_answers_pass(answer):
    feedback = check_chance(answer)
    assert feedback.ok, feedback


def test_single_precision_passes():
    assert check_chance(lambda b, c, bound: np.float32(smallest()(b, c, bound))).ok


def test_a_tensor_with_one_number_passes(torch):
    assert check_chance(lambda b, c, bound: torch.tensor(smallest()(b, c, bound), requires_grad=True)).ok


def changes(b, c, bound):
    found = smallest()(b, c, bound)
    c[0] = 0
    return found


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (smallest("of a cut"), "you return the chance of a cut"),
        (lambda b, c, bound: 1, "want the smallest"),
        (smallest("not compensated"), "no chance is too small. What survives is multiplied by 1/π"),
        (smallest("squared"), "is 1/π, not 1/π²"),
        (smallest("second moment"), "subtract (E z)²"),
        (smallest("no cross term"), "the cross term is missing"),
        (smallest("cross once"), "(x + y)² = x² + 2xy + y²"),
        (smallest("deviation"), "you compare the standard deviation"),
        (smallest("every step"), "you ask it of every step"),
        (smallest("a step early"), "yours stops one step before"),
        (smallest("another step"), "`c[t]` belongs to the way from step t - 1"),
        (oldest_only, "you follow the oldest signal only"),
        (each_for_itself, "as if each had its own cuts"),
        (lambda b, c, bound: max(c) ** 2, "a bound after T steps is another matter"),
        (lambda b, c, bound: np.mean(c**2), "a bound after T steps is another matter"),
        (lambda b, c, bound: 0.62, "you return 0.6200. There the variance over all patterns"),
        (lambda b, c, bound: smallest()(b, c, bound) + 0.004, "a smaller π will do"),
        (lambda b, c, bound: smallest()(b, c, bound) - 0.004, "that is more than the bound"),
        (lambda b, c, bound: 1 + smallest()(b, c, bound), "above 0 and at most 1; yours is 1."),
        (lambda b, c, bound: None, "does your function end with `return`?"),
        (lambda b, c, bound: b, "π: want one real number, got an array of shape (6,)"),
        (lambda b, c, bound: np.nan, "π is nan"),
        (lambda b, c, bound: b[len(b)], "axis 0 with size 6 (here T = 6)"),
        (changes, "your function changed c, which it was given"),
        (0.5, "hand over your function itself"),
    ],
)
def test_the_check_names_it(answer, hint):
    feedback = check_chance(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_the_bound_is_the_variance_at_the_right_answer():
    """By drawing, without patterns or recursion."""
    rng = np.random.default_rng(0)
    for (b, c, bound), pi in zip(draw_cases(), CHANCES.values(), strict=True):
        z = np.zeros(400_000)
        for b_t, c_t in zip(b, c, strict=True):
            z = b_t + (rng.random(len(z)) < pi) / pi * c_t * z
        assert z.var() == pytest.approx(bound, rel=0.05)


def test_no_two_known_mistakes_look_alike():
    cases = draw_cases()
    found = [("", np.array(list(CHANCES.values())))]
    found += [(hint, np.array([rule(*case) for case in cases])) for hint, rule in known_mistakes()]
    for (first, a), (second, other) in combinations(found, 2):
        assert first == second or np.abs(a - other).max() > 5e-3, (first, second)
