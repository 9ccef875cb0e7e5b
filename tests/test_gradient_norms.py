"""Notebook 03: the numbers behind the influence explorer, and the exercise's judge."""

import numpy as np
import pytest

from bptt_helpers.checks.gradient_norms import check_log_profile
from bptt_helpers.widgets.influence import influence_data


def log_profile(W_hh, slopes, signal, *, transpose=True, journey=slice(None, 0, -1), log=np.log10, rescale=True):
    """A right answer, and by its options the wrong ones."""
    logs, size = [], 0.0
    W = W_hh.T if transpose else W_hh
    for slope in [np.ones(len(signal)), *slopes[journey]]:
        signal = W @ (slope * signal) if logs else signal
        norm = np.linalg.norm(signal)
        logs.append(size + log(norm))
        if rescale:
            size, signal = logs[-1], signal / norm
    return np.array(logs)


def wrong(**options):
    return lambda W_hh, slopes, signal: log_profile(W_hh, slopes, signal, **options)


def slope_last(W_hh, slopes, signal):
    logs = [np.log10(np.linalg.norm(signal))]
    for slope in slopes[:0:-1]:
        signal = slope * (W_hh.T @ signal)
        logs.append(np.log10(np.linalg.norm(signal)))
    return np.array(logs)


def test_check_accepts_the_right_answer():
    assert check_log_profile(log_profile).ok


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (wrong(log=np.log), "natural logarithms"),
        (lambda *a: 10 ** log_profile(*a), "norms themselves"),
        (wrong(transpose=False), "transpose"),
        (wrong(journey=slice(1, None)), "forward order"),
        (wrong(journey=slice(-2, None, -1)), "shifted by one"),
        (slope_last, "before W_hh"),
        (wrong(rescale=False), "rescale the signal"),
        (lambda *a: log_profile(*a)[1:], "shape (6,), want (7,)"),
        (lambda *a: None, "return"),
        (lambda *a: log_profile(*a) + 1, "numeric derivative says"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_log_profile(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_check_says_not_attempted_yet():
    def stub(W_hh, slopes, signal):
        raise NotImplementedError

    assert check_log_profile(stub).sentence.startswith("Not attempted yet")


@pytest.mark.parametrize("inputs", ["text", "sine", "adding"])
def test_the_last_row_of_the_map_is_the_profile(inputs):
    data = influence_data(250, 1.2, "tanh", 8, inputs, 1)
    assert data.map.shape == (100, 250)
    assert np.array_equal(data.map[-1], data.profile[::-1])
    assert np.isfinite(data.profile).all()


def test_a_linear_network_follows_the_rule_and_tanh_does_not():
    """The claim of the notebook: at radius 1.2 the rule says growth; identity grows, tanh shrinks, for most of ten seeds."""
    change = {}
    for activation in ("identity", "tanh"):
        profiles = [influence_data(100, 1.2, activation, 16, "text", seed).profile for seed in range(10)]
        change[activation] = np.array([p[99] - p[0] for p in profiles])
    assert (change["identity"] > 0).all()
    assert (change["tanh"] < change["identity"] - 3).all()
    assert np.median(change["tanh"]) < 0
