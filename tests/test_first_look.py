"""Notebook 00: the environment check, the first exercise, and the numbers behind the first picture."""

import math

import numpy as np
import pytest

from bptt_helpers.cells.initial import init_params
from bptt_helpers.lessons.start_here import environment
from bptt_helpers.lessons.start_here.check import check_steps
from bptt_helpers.lessons.start_here.explorer import (
    FIRST_LOOK,
    FirstLookData,
    describe,
    first_characters,
    first_look_data,
)
from bptt_helpers.lessons.text_pictures import letters
from bptt_helpers.passes.forward import forward


def test_the_environment_check_passes_here():
    assert environment.check_environment().ok


def test_the_environment_check_names_a_missing_package(monkeypatch):
    monkeypatch.setattr(environment, "NEEDED", ("numpy", "no-such-package"))
    assert "Missing: no-such-package" in environment.check_environment().sentence


def test_the_environment_check_notices_a_wrong_gradient(monkeypatch):
    right = environment.bptt
    monkeypatch.setattr(environment, "bptt", lambda trace, d: right(trace, d, window=2))
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


def test_the_picture_shows_the_data():
    picture, data = FIRST_LOOK.shown(sequence_length=120)
    distance, profile = (curve.get_xydata() for curve in picture.curves)
    position = np.arange(1, 121)
    np.testing.assert_allclose(distance, np.column_stack([position, np.log10(data.distance)]))
    assert np.array_equal(profile, np.column_stack([position, data.profile]))
    assert [end.get_xydata().tolist() for end in picture.ends] == [[distance[-1].tolist()], [profile[0].tolist()]]
    page = np.ma.getdata(picture.page.get_array())
    assert page.shape == (10, 100)
    assert np.array_equal(page.ravel()[:120], data.profile)
    assert np.isnan(page.ravel()[120:]).all()
    assert picture.page.get_clim() == picture.right.get_ylim()


@pytest.mark.parametrize(
    ("distance", "profile", "sentence"),
    [
        (
            [1, 1e-4],
            [-3, 0.5],
            "After 2 characters the two states are 10^-4.0 apart; the last loss has a gradient of norm 10^0.5 at "
            "character 2 and 10^-3.0 at character 1.",
        ),
        (
            [1e-20],
            [-0.01],
            "After 1 character the two states are less than rounding apart; the last loss has a gradient of norm "
            "10^0.0 at character 1 and 10^0.0 at character 1.",
        ),
    ],
)
def test_the_sentence_says_both_ends(distance, profile, sentence):
    assert describe(FirstLookData(np.array(distance), np.array(profile))) == sentence


def test_a_letter_is_printed_in_its_cell_and_nowhere_else():
    ink = letters("ab\nd\u2014f x", 4, 2, 80, 60)
    cells = ink.reshape(2, 30, 4, 20).max((1, 3))
    assert (cells > 0.5).tolist() == [[True, True, False, True], [True, True, False, True]]


def test_the_page_is_white_on_dark_and_black_on_light():
    """At radius 0.1 the first line is dark blue and the last one yellow."""
    page = FIRST_LOOK.shown(sequence_length=1000, spectral_radius=0.1)[0].page.make_image(None)[0][:, :, :3]
    lines = np.array_split(page[::-1], 10)  # the renderer counts rows from below
    for line, ink, other in ((lines[0], 255, 0), (lines[-1], 0, 255)):
        assert (line == ink).all(2).any()
        assert not (line == other).all(2).any()


def by_loop(c, enough=lambda left: left <= 1e-6):
    left, steps = 1.0, 0
    while not enough(left):
        left, steps = left * c, steps + 1
    return steps


def by_power(c, enough=lambda left: left <= 1e-6):
    return next(steps for steps in range(100_000) if enough(c**steps))


RIGHT = {
    "by log10": lambda c: -6 / math.log10(c),
    "by ln": lambda c: math.log(1e-6) / math.log(c),
    "by log2": lambda c: math.log2(1e-6) / math.log2(c),
    "to base c": lambda c: math.log(1e-6, c),
    "to base 10": lambda c: -6 / math.log(c, 10),  # math.log(0.001, 10) is not -3
    "of 1 / c": lambda c: 6 / math.log10(1 / c),
    "with ln 10": lambda c: -6 * math.log(10) / math.log(c),
    "in NumPy": lambda c: -6 / np.log10(c),
}


@pytest.mark.parametrize(
    "answer",
    [
        *(lambda c, f=f: math.ceil(f(c)) for f in RIGHT.values()),
        lambda c: np.ceil(RIGHT["in NumPy"](c)),
        by_loop,
        by_power,
    ],
)
def test_check_accepts_every_right_answer(answer):
    for _ in range(20):  # one c is drawn afresh
        assert check_steps(answer).sentence.startswith("Right: c to the power")


@pytest.mark.parametrize(
    "answer",
    [
        *(lambda c, f=f: math.floor(f(c)) + 1 for f in RIGHT.values()),
        lambda c: by_loop(c, lambda left: left < 1e-6),
        lambda c: by_power(c, lambda left: left < 1e-6),
    ],
)
def test_one_step_too_many_where_a_millionth_is_left_exactly(answer):
    assert "“at most” includes that" in check_steps(answer).sentence


def test_a_table_of_answers_is_refused():
    seen = {}

    def tell(c):
        seen[c] = math.ceil(-6 / math.log10(c))
        return seen[c]

    assert check_steps(tell).ok
    assert not check_steps(lambda c: seen.get(c, 100)).ok


class OneNumber:
    """Stands for an array or tensor of one number of any package."""

    def item(self):
        return 20

    def __repr__(self):
        return "tensor(20)"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda c: -6 / math.log10(c), "you return 19.932; a number of steps is whole, so round up"),
        (lambda c: math.floor(-6 / math.log10(c)), "19 steps leave 1.91e-06, a little too much; round up, not down"),
        (lambda c: math.ceil(-6 / math.log10(c)) + 1, "20 steps are enough; you count one step too many"),
        (lambda c: math.floor(6 / math.log10(c)), "minus sign"),
        (lambda c: math.ceil(6 / math.log10(c)), "minus sign"),
        (lambda c: math.ceil(-6 / math.log(c)), "which logarithm"),
        (lambda c: -6 / math.log(c), "which logarithm"),
        (lambda c: math.ceil(-6 / math.log2(c)), "which logarithm"),
        (lambda c: math.ceil(math.log(1e-6) / math.log10(c)), "which logarithm did you use? One and the same"),
        (lambda c: -6 * math.log10(c), "multiply where you have to divide"),
        (lambda c: math.ceil(-6 * math.log10(c)), "multiply where you have to divide"),
        (lambda c: 6 * math.log10(c), "multiply where you have to divide"),
        (lambda c: math.log10(c) / -6, "upside down"),
        (lambda c: math.ceil(math.log10(c) / -6), "you return 1, and the same for any other c"),
        (lambda c: math.ceil(math.log10(1e-6 / c)), "inside the logarithm"),
        (lambda c: math.ceil(-7 / math.log10(c)), "count the zeros"),
        (lambda c: 454, "you return 454, and the same for any other c"),
        (lambda c: c**-6, "start from c^T = 10^-6"),
        (lambda c: math.ceil(c**-6), "but fewer steps are enough; start from c^T = 10^-6"),
        (lambda c: 1e-6 / c, "2e-06 steps leave 1.00e+00, more than 1e-6; start from"),
        (lambda c: math.ceil((1 - 1e-6) / (1 - c)), "2 steps leave 2.50e-01, more than 1e-6; start from"),
        (lambda c: -int(1000 / c), "a number of steps is not negative: start from"),
        (lambda c: -(10**9) * c, "a number of steps is not negative"),
        (lambda c: None, "return"),
        (lambda c: "20", "you return '20'; want one whole number."),
        (lambda c: (20, 1e-6), "you return (20, 1e-06); want one whole number."),
        (lambda c: np.array([20]), "you return array([20]); want one whole number. int(…) makes one of it."),
        (lambda c: OneNumber(), "you return tensor(20); want one whole number. int(…) makes one of it."),
        (lambda c: math.inf, "you return inf; want one whole number"),
        (lambda c: math.nan, "you return nan; want one whole number"),
        (lambda c: 10**400, "want one whole number"),
        (lambda c: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_steps(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


@pytest.mark.parametrize("answer", [lambda c: -7 * c, lambda c: c**-6, lambda c: 1e-6 / c, lambda c: 454])
def test_no_logarithm_is_suspected_where_there_is_none(answer):
    assert "which logarithm" not in check_steps(answer).sentence


def test_check_says_not_attempted_yet():
    def stub(c):
        raise NotImplementedError

    assert check_steps(stub).sentence.startswith("Not attempted yet")
