"""The check of notebook 05: right answers of several kinds pass; each mistake is named."""

import numpy as np
import pytest

from bptt_helpers.lessons.chaos.check import STEPS, check_exponent, rates, systems


def runs(step, h, u, T, *, eps=1e-6, keep=None, grown=np.log, norm=np.linalg.norm, back=True):
    """Logarithms of growth, two runs side by side; the keywords plant mistakes."""
    beside, logs = h + eps * u, []
    for t in range(1, T + 1):
        h, beside = step(t, h), step(t, beside)
        apart = norm(beside - h)
        logs.append(grown(apart / eps))
        if back:
            beside = h + (eps * u if keep == "u" else (beside - h) * eps / apart)
    return np.array(logs)


def right(step, h, u, T, **mistakes):
    return runs(step, h, u, T, **mistakes).mean()


@pytest.mark.parametrize(
    "answer",
    [
        right,
        lambda *a: right(*a, eps=1e-4),
        lambda *a: right(*a, eps=1e-9),
        lambda *a: right(*a, norm=lambda v: np.abs(v).max()),
        lambda *a: float(right(*a)),
        lambda *a: np.array(right(*a)),
        lambda step, h, u, T: right(lambda t, h: step(np.int64(t), h.tolist()), h, u, T),
    ],
)
def test_right_answers_pass(answer):
    verdict = check_exponent(answer)
    assert verdict.ok, verdict
    assert "three networks" in verdict.sentence


def test_one_network_is_chaotic_one_forgets_and_one_is_linear():
    chaotic, forgets, linear = systems()
    assert rates(chaotic).mean() > 0.1
    assert rates(forgets).mean() < -0.1
    assert abs(rates(linear).mean() - np.log(0.9)) < 0.02
    assert not linear.saturates


def test_the_rate_is_that_of_the_product_of_the_jacobians():
    for system in systems():
        h, product = system.h, np.eye(len(system.h))
        for t in range(1, 21):
            h = system.after(t, h)
            product = (np.diag(1 - h**2) if system.saturates else np.eye(len(h))) @ system.W @ product
        assert np.isclose(rates(system)[:20].sum(), np.log(np.linalg.norm(product @ system.u)))


def last_only(step, h, u, T):
    return runs(step, h, u, T)[-1]


def never_back(step, h, u, T, eps=1e-6):
    first, second = h, h + eps * u
    for t in range(1, T + 1):
        first, second = step(t, first), step(t, second)
    return np.log(np.linalg.norm(second - first) / eps) / T


def one_run(step, h, u, T):
    for t in range(1, T + 1):
        h = step(t, h)
    return np.log(np.linalg.norm(h)) / T


def to_length_1(step, h, u, T):
    beside, logs = h + 1e-6 * u, []
    for t in range(1, T + 1):
        h, beside = step(t, h), step(t, beside)
        apart = np.linalg.norm(beside - h)
        logs.append(np.log(apart))
        beside = h + (beside - h) / apart
    return np.mean(logs[1:])


def steps_from_0(step, h, u, T):
    for t in range(T):
        h = step(t, h)
    return 0.0


def swapped(step, h, u, T):
    return step(h, 1)


def changes_h(step, h, u, T):
    rate = right(step, h.copy(), u, T)
    h += 1
    return rate


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: right(*a, grown=np.log10), "base 10"),
        (lambda *a: right(*a, grown=np.log2), "base 2"),
        (lambda *a: right(*a, grown=lambda r: r), "mean factor"),
        (lambda *a: np.exp(right(*a)), "e to the rate"),
        (lambda *a: np.log(right(*a, grown=lambda r: r)), "logarithm of the mean factor"),
        (lambda *a: runs(*a).sum(), "divide it by T"),
        (lambda *a: -right(*a), "wrong way round"),
        (lambda *a: 2 * right(*a), "squared distances"),
        (last_only, "last step alone"),
        (lambda *a: right(*a, keep="u"), "put back along u"),
        (lambda *a: right(*a, grown=lambda r: np.log(r * 1e-6)), "distance before the step is missing"),
        (never_back, "left to itself"),
        (lambda *a: right(*a, back=False), "left to itself"),
        (lambda *a: right(*a, back=False, grown=lambda r: np.log(r * 1e-6)), "left to itself"),
        (to_length_1, "distance of 1"),
        (one_run, "two runs of T steps take 600"),
        (steps_from_0, "asked for t = 0; the steps are t = 1 to T"),
        (swapped, "asked for t = "),
        (lambda step, h, u, T: step(1, np.stack([h, h])), "was given a state of shape (2, 32)"),
        (lambda step, h, u, T: 0.1, "never called"),
        (changes_h, "your function changed h"),
        (lambda step, h, u, T: step(1, h), "want one real number"),
        (lambda step, h, u, T: step(1, h) and None, "stopped"),
        (lambda *a: runs(*a).tolist(), "want one real number"),
        (lambda *a: [right(*a), None][1], "None"),
        (lambda *a: right(*a) - np.inf, "became one"),
        (lambda *a: right(*a) + np.inf, "overflowed"),
        (lambda *a: right(*a) + 0.3, "the product of the 300 Jacobians grows by"),
    ],
)
def test_each_mistake_is_named(answer, hint):
    verdict = check_exponent(answer)
    assert not verdict.ok
    assert hint in verdict.sentence, verdict


def test_the_stub_waits():
    def stub(step, h, u, T):
        raise NotImplementedError

    assert "Not attempted yet" in check_exponent(stub).sentence


def test_a_table_of_the_three_rates_is_no_answer():
    found = iter([rates(system).mean() for system in systems()])
    assert "two runs of T steps" in check_exponent(lambda step, h, u, T: [step(1, h), next(found)][1] + 0.05).sentence
    assert STEPS == 300
