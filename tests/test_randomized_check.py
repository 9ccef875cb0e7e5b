"""The check of notebook 07: right answers pass, none with a π of its own, and each mistake is named."""

from itertools import combinations, product

import numpy as np
import pytest

from bptt_helpers.lessons.randomized_truncation.check import KEEP, LENGTHS, check_estimate, known_mistakes


def recursion(wrong=""):
    def estimate(b, c, kept, pi):
        z, a = 0.0, 0.0
        for t in range(len(b)):
            past = a if wrong in ("exact", "both") else z
            k = not kept[t] if wrong == "exchanged" else kept[t - (wrong == "step before")] or wrong == "uncut"
            factors = {"none": 1, "both": 1, "times": pi, "cut chance": 1 / (1 - pi), "uncut": 1, "odd": 1.1 / pi}
            factor = factors.get(wrong, 1 / pi)
            z = b[t] + k * factor * c[t] * past
            if wrong == "all":
                z = kept[t] / pi * (b[t] + c[t] * past)
            if wrong == "zero":
                z = kept[t] * (b[t] + c[t] * past / pi)
            a = b[t] + c[t] * a
        return z

    return estimate


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("both", "both mistakes are still there"),
        ("exact", "Run it on z itself"),
        ("step before", "belongs to the way from step t - 1 to step t"),
        ("none", "not compensated"),
        ("times", "you multiply by π"),
        ("cut chance", "divide by 1 - π"),
        ("exchanged", "exchanged"),
        ("uncut", "nothing is cut"),
        ("all", "immediate term"),
        ("zero", "z is b_t, not 0"),
        ("odd", "the mean over all cut patterns"),
    ],
)
def test_the_check_names_the_mistake(wrong, hint):
    feedback = check_estimate(recursion(wrong))
    assert not feedback.ok
    assert hint in feedback.sentence


def test_the_check_accepts_the_right_answer_and_refuses_none():
    assert check_estimate(recursion()).ok
    assert "return" in check_estimate(lambda *_: None).sentence
    assert "one real number, got an array of shape (6,)" in check_estimate(lambda b, *_: b).sentence


def test_a_right_mean_of_wrong_numbers_is_not_accepted():
    feedback = check_estimate(lambda b, c, kept, pi: recursion()(b, c, kept[::-1], pi))
    assert not feedback.ok
    assert "the mean is right, but for kept = [" in feedback.sentence


def steps(rule, at_end=lambda z, kept, pi: z, start=0.0):
    """An answer that goes through the steps; `rule` takes (z, b_t, c_t, kept_t, pi, t)."""

    def estimate(b, c, kept, pi):
        z = start
        for t in range(len(b)):
            z = rule(z, b[t], c[t], kept[t], pi, t)
        return at_end(z, kept, pi)

    return estimate


def keeps_the_old(b, c, kept, pi):
    z = 0.0
    for t in range(len(b)):
        if not kept[t]:
            continue
        z = b[t] + c[t] * z / pi
    return z


def stops_at_a_cut(b, c, kept, pi, with_its_step=False):
    z = 0.0
    for t in range(len(b)):
        if not kept[t]:
            return b[t] if with_its_step else z
        z = b[t] + c[t] * z / pi
    return z


def in_place(b, c, kept, pi):
    for t in range(1, len(b)):
        b[t] += kept[t] / pi * c[t] * b[t - 1]
    return b[-1]


def draws(rng):
    return lambda b, c, kept, pi: recursion()(b, c, rng.random(len(b)) < pi, pi)


def plain(z, b, c, kept, pi, t):
    return b + kept * c * z


def index_beyond(b, c, kept, pi):
    return b[len(b)]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda b, c, kept, pi: recursion()(b, c, kept, 0.7), "use the argument, not a number of your own"),
        (lambda b, c, kept, pi: recursion()(b, c, kept, 0.4), "use the argument, not a number of your own"),
        (lambda b, c, kept, pi: recursion()(b, c, kept, 0.55), "use the argument, not a number of your own"),
        (keeps_the_old, "at a cut z stays what it was"),
        (stops_at_a_cut, "you stop at a cut"),
        (lambda *case: stops_at_a_cut(*case, with_its_step=True), "you stop at a cut"),
        (steps(lambda z, b, c, kept, pi, t: (b + kept * c * z) / pi), "π divides b_t too"),
        (steps(lambda z, b, c, kept, pi, t: (b + c * z) / pi if kept else b), "π divides b_t too"),
        (steps(plain, lambda z, kept, pi: z / pi), "π comes in once, at the end"),
        (steps(plain, lambda z, kept, pi: z / pi ** len(kept)), "π comes in once, at the end"),
        (steps(plain, lambda z, kept, pi: z / pi ** kept.sum()), "π comes in once, at the end"),
        (steps(lambda z, b, c, kept, pi, t: b + kept * c * z / pi**t), "1/πᵗ pays twice"),
        (steps(lambda z, b, c, kept, pi, t: b + kept * c * z / pi ** (t + 1)), "1/πᵗ pays twice"),
        (steps(lambda z, b, c, kept, pi, t: b + kept / pi * z), "c is missing"),
        (steps(lambda z, b, c, kept, pi, t: b + c * z / pi), "nothing is cut"),
        (lambda b, c, kept, pi: recursion()(b, np.roll(c, 1), kept, pi), "`c[t]` belongs to the way"),
        (draws(np.random.default_rng(0)), "asked twice, your function gives two answers"),
        (in_place, "your function changed b, which it was given"),
        (lambda *_: (z for z in [1.0]), "z after the last step: want one real number, got a generator"),
        (lambda *_: [[1], [1, 2]], "want one real number, got a list"),
        (lambda *_: "1.0", "want one real number, got the text"),
        (lambda *_: 1j, "want one real number, got one number, 1j"),
        (lambda *_: {}, "want one real number, got an object of type dict"),
        (lambda *_: recursion, "want one real number, got a function"),
        (lambda *_: np.nan, "z after the last step is nan"),
        (index_beyond, "axis 0 with size 6 (here T = 6)"),
        (1.5, "hand over your function itself"),
    ],
)
def test_the_check_names_it(answer, hint):
    feedback = check_estimate(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_single_precision_passes():
    assert check_estimate(lambda b, c, kept, pi: recursion()(*np.float32([b, c]), kept, np.float32(pi))).ok


def test_a_tensor_with_one_number_passes(torch):
    def estimate(b, c, kept, pi):
        return recursion()(torch.tensor(b, requires_grad=True), torch.tensor(c), kept, pi)

    assert check_estimate(estimate).ok


def test_no_two_known_mistakes_look_alike():
    rng = np.random.default_rng(0)
    b, c = rng.uniform(0.5, 1.5, LENGTHS[0]), rng.uniform(0.5, 1.2, LENGTHS[0])
    cases = [(b, c, np.array(kept), pi) for pi in KEEP for kept in product([False, True], repeat=LENGTHS[0])]
    found = [(hint, np.array([rule(*case) for case in cases])) for hint, rule in [("", recursion()), *known_mistakes()]]
    for (first, a), (second, other) in combinations(found, 2):
        assert first == second or np.abs(a - other).max() > 1e-3 * np.abs(a).max(), (first, second)
