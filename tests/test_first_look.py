"""Notebook 00: the environment check, the first exercise, and the numbers behind the first picture."""

import math

import numpy as np
import pytest

from bptt_helpers.checks import environment
from bptt_helpers.checks.first_look import check_steps
from bptt_helpers.forward import forward
from bptt_helpers.parameters import init_params
from bptt_helpers.widgets.first_look import first_characters, first_look_data


def test_the_environment_check_passes_here():
    assert environment.check_environment().ok


def test_the_environment_check_names_a_missing_package(monkeypatch):
    monkeypatch.setattr(environment, "NEEDED", ("numpy", "no-such-package"))
    assert "Missing: no-such-package" in environment.check_environment().sentence


def test_the_environment_check_notices_a_wrong_gradient(monkeypatch):
    right = environment.bptt
    monkeypatch.setattr(environment, "bptt", lambda p, trace, d: right(p, trace, d, window=2))
    assert "differs from the numeric one" in environment.check_environment().sentence


def test_the_two_texts_differ_in_the_first_character_only():
    x, swapped = first_characters()
    assert x.shape == swapped.shape
    assert (x != swapped).any((1, 2)).nonzero()[0].tolist() == [0]


def test_profile_is_the_derivative_of_the_loss():
    T, radius, seed = 12, 1.3, 3
    data = first_look_data(T, radius, seed)
    x, _ = first_characters()
    d = x.shape[2]
    params = init_params(d, 32, d, spectral_radius=radius, rng=seed)
    h = forward(params, x[:T]).h[5]  # the state after 5 characters, moved unit by unit with a complex step
    gradient = []
    for unit in range(32):
        moved = h.astype(complex)
        moved[0, unit] += 1e-30j
        o = forward(params.astype(complex), x[5:T], h0=moved).o[-1, 0]
        loss = np.log(np.exp(o).sum()) - o[x[T].argmax()]
        gradient.append(loss.imag / 1e-30)
    assert data.profile[4] == pytest.approx(np.log10(np.linalg.norm(gradient)), abs=1e-9)


def test_check_accepts_the_right_answer():
    assert check_steps(lambda c: math.ceil(-6 / math.log10(c))).ok


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda c: -6 / math.log10(c), "round up"),
        (lambda c: math.floor(-6 / math.log10(c)), "round up, not down"),
        (lambda c: math.floor(6 / math.log10(c)), "minus sign"),
        (lambda c: math.ceil(-6 / math.log(c)), "which logarithm"),
        (lambda c: math.ceil(-13.8 / math.log10(c)), "which logarithm"),
        (lambda c: None, "return"),
        (lambda c: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_steps(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_check_says_not_attempted_yet():
    def stub(c):
        raise NotImplementedError

    assert check_steps(stub).sentence.startswith("Not attempted yet")
