"""Notebook 00: the environment check, the first exercise, and the numbers behind the first picture."""

import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bptt_helpers.cells.initial import init_params
from bptt_helpers.lessons.gradient_pictures import power
from bptt_helpers.lessons.start_here import environment
from bptt_helpers.lessons.start_here.check import check_steps
from bptt_helpers.lessons.start_here.explorer import FIRST_LOOK, FirstLookData, describe, first_look_data, page
from bptt_helpers.passes.forward import forward
from bptt_helpers.tasks.text import Vocabulary, load_text, one_hot


def test_the_environment_check_passes_here():
    assert environment.check_environment().ok


def test_the_environment_check_names_a_missing_package(monkeypatch):
    monkeypatch.setattr(environment, "NEEDED", ("numpy", "no-such-package"))
    assert "Missing: no-such-package" in environment.check_environment().sentence


def test_the_environment_check_notices_a_wrong_gradient(monkeypatch):
    right = environment.bptt
    monkeypatch.setattr(environment, "bptt", lambda trace, d: right(trace, d, window=2))
    assert "differs from the numeric one" in environment.check_environment().sentence


def network(radius, seed):
    d = len(page()[1])
    return init_params(d, 32, d, spectral_radius=radius, rng=seed)


def data_at(**given):
    return first_look_data(**FIRST_LOOK.values(**given))


def test_profile_is_the_derivative_of_the_loss():
    T, radius, seed = 60, 1.3, 3
    data, (x, _), params = data_at(sequence_length=T, spectral_radius=radius, seed=seed), page(), network(radius, seed)
    h = forward(params, x[:T]).h[55]  # the state after 55 characters, moved unit by unit with a complex step
    gradient = []
    for unit in range(32):
        moved = h.astype(complex)
        moved[0, unit] += 1e-30j
        o = forward(params.astype(complex), x[55:T], h0=moved).o[-1, 0]
        loss = np.log(np.exp(o).sum()) - o[x[T].argmax()]
        gradient.append(loss.imag / 1e-30)
    assert data.profile[54] == pytest.approx(np.log10(np.linalg.norm(gradient)), abs=1e-9)


@pytest.mark.parametrize(("swapped", "letter"), [(1, "Z"), (87, "Q"), (300, "Z")])
def test_the_distance_is_that_of_two_readings_from_the_start(swapped, letter):
    """Character 87 is the Z of Zora."""
    text = load_text()
    other = text[: swapped - 1] + letter + text[swapped:]
    vocabulary, params = Vocabulary.of(text), network(1.1, 2)
    one, two = (
        forward(params, one_hot(vocabulary.encode(t[:300]), len(vocabulary))[:, None]).h[1:, 0] for t in (text, other)
    )
    data = data_at(spectral_radius=1.1, seed=2, swapped=swapped)
    assert data.letter == letter
    np.testing.assert_allclose(data.distance, np.linalg.norm(one - two, axis=1)[swapped - 1 :], rtol=1e-6, atol=1e-12)
    assert (one[: swapped - 1] == two[: swapped - 1]).all()


def test_gone_and_felt_have_the_same_threshold():
    for radius in (0.5, 1.0, 2.0):
        data = data_at(spectral_radius=radius, seed=3)
        seen = data.distance if data.gone is None else data.distance[: data.gone - 1]
        assert (seen >= 1e-6).all()
        assert data.gone is None or data.distance[data.gone - 1] < 1e-6
        assert (data.profile[300 - data.felt :] >= -6).all()
        assert data.felt == 300 or data.profile[300 - data.felt - 1] < -6


def test_a_character_that_is_not_read_leaves_no_trace():
    data = data_at(sequence_length=120, swapped=121)
    assert len(data.distance) == 0
    assert data.gone is None
    assert describe(data).startswith("Character 121 is not read. The last loss feels")


def some_data(**given):
    """A page of six characters."""
    values = {"profile": np.array([-7, -5, -7, -3, -1, 0.0]), "distance": np.array([1, 1e-2, 1e-7, 0, 0])}
    values |= {"swapped": 2, "letter": "Z", "felt": 3, "gone": 3, "guess": np.nan}
    return FirstLookData(**(values | given))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {},
            f"Character 2 is swapped for Z: the difference is gone after 3 characters. The last loss feels the last 3 "
            f"of 6 characters; its gradient at the first has norm {power(-7)}.",
        ),
        (
            {"gone": None, "felt": 6, "distance": np.full(5, 0.01)},
            f"Character 2 is swapped for Z: the states are still {power(-2)} apart at character 6. The last loss feels "
            f"all 6 characters; its gradient at the first has norm {power(-7)}.",
        ),
    ],
)
def test_the_sentence_says_the_numbers_of_the_picture(given, sentence):
    assert describe(some_data(**given)) == sentence


@pytest.mark.parametrize("given", [{}, {"sequence_length": 120, "swapped": 50, "spectral_radius": 0.8, "seed": 4}])
def test_the_picture_shows_the_data(given):
    picture, data = FIRST_LOOK.shown(**given)
    T, first = len(data.profile), data.swapped - 1
    cells = np.ma.getdata(picture.page.get_array())
    assert cells.shape == (6, 60)
    assert np.array_equal(cells.ravel()[:T], data.profile)
    assert np.isnan(cells.ravel()[T:]).all()
    # the curve: at the middle of a cell it has the height of the distance, below 10^-6 there is none
    x, y = picture.wake.line.get_xydata().T
    middles = x % 1 == 0.5
    row = np.arange(first, T) // 60
    log_distance = np.log10(data.distance)
    drawn = np.where(log_distance > -6, picture.wake.height(row, log_distance), np.nan)
    assert np.array_equal(x[middles], np.arange(first, T) % 60 + 0.5)
    np.testing.assert_allclose(y[middles], drawn)
    # frame and marks
    corners = picture.frame.get_xydata()
    begin, end = divmod(T - data.felt, 60), divmod(T - 1, 60)
    assert np.nanmin(corners[:, 1]) == begin[0] + picture.page.gap
    assert corners[0, 0] == begin[1]
    assert np.nanmax(corners[:, 1]) == end[0] + 1
    assert np.nansum(np.diff(corners.reshape(-1, 6, 2)[:, :2, 0])) == data.felt
    mark = picture.end.mark.get_xydata()[-1]
    assert mark.tolist() == [(first + data.gone - 1) % 60 + 1, (first + data.gone - 1) // 60 + picture.page.gap]
    assert picture.end.words.get_text() == f"below 10⁻⁶ after {data.gone} characters"
    assert picture.feels.get_text() == f"the last loss feels {data.felt} characters"
    assert picture.letter.get_position()[0] == first % 60 + 0.5


@pytest.mark.parametrize(("T", "lines"), [(60, 1), (300, 5), (360, 6)])
def test_the_axis_of_the_wake_stands_above_the_lines_that_are_read(T, lines):
    """Below the last of them the label of the loss has the place for itself."""
    picture, _ = FIRST_LOOK.shown(sequence_length=T)
    heights = picture.wake.guides.get_ydata()
    drawn = sorted(set(heights[~np.isnan(heights)]))
    assert drawn == [picture.wake.height(row, value) for row in range(lines) for value in (0, -6)]
    said = [text for text in picture.ax.texts if text.get_text() in ("1", "10⁻⁶") and text.get_position()[0] > 60]
    assert [text.get_position()[1] for text in said] == drawn[:2]


def test_the_swapped_letter_hides_no_other():
    picture, _ = FIRST_LOOK.shown(swapped=100)
    half = picture.box.get_linewidth() / 2 / 72 * 60 / (9 * picture.ax.get_position().width)  # of the edge, in columns
    assert picture.box.get_x() - half > 39 - 0.15
    assert picture.box.get_x() + picture.box.get_width() + half < 40 + 0.15


def test_the_wake_has_one_scale():
    height = FIRST_LOOK.shown()[0].wake.height
    top, one, ground = (height(2, value) for value in (1, 0, -6))
    assert 2 < top < one < ground < 2.5  # counted downwards, between the text above and its own line
    assert (ground - one) / (ground - top) == pytest.approx(6 / 7)
    assert height(2, -9) == ground


def test_what_is_beyond_the_colours_is_said():
    picture, data = FIRST_LOOK.shown(spectral_radius=2.0)
    said = f"the last loss feels all 300 characters, gradient {power(data.profile[0])} at the first"
    assert picture.feels.get_text() == said


@pytest.mark.parametrize(
    ("guess", "column", "line", "words"),
    [("100", 39, 1, "your guess: 100"), ("0.2", 0, 0, "your guess: 0.2"), ("1000000", 59, 4, "your guess: 1000000 →")],
)
def test_the_guess_stands_on_the_page(guess, column, line, words):
    picture, _ = FIRST_LOOK.shown(guess=guess)
    assert picture.guess.mark.get_xydata()[-1].tolist() == [column + 0.5, line + picture.page.gap]
    assert picture.guess.words.get_text() == words
    picture.show(data_at(guess="many"))
    assert len(picture.guess.mark.get_xydata()) == 0
    assert picture.guess.words.get_text() == ""


def test_labels_never_cover_each_other_nor_leave_the_page():
    picture, _ = FIRST_LOOK.shown()
    renderer = FigureCanvasAgg(picture.figure).get_renderer()
    for gone in (1, 4, 30, 52, 60, 61, 67, 120):
        for guess in (1, 5, 12, 25, 49, 55, 60, 63, 68, 1e6):
            distance = np.r_[np.ones(gone - 1), np.zeros(121 - gone)]
            picture.show(
                FirstLookData(np.zeros(120), distance, swapped=1, letter="Z", felt=120, gone=gone, guess=guess)
            )
            one, two = (flag.words.get_window_extent(renderer) for flag in (picture.end, picture.guess))
            assert not one.overlaps(two), (gone, guess)
            for box in (one, two):
                for mark in (picture.end.mark, picture.guess.mark):
                    (x, y), _ = picture.ax.transData.transform(mark.get_xydata())
                    assert not (box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 + 20), (gone, guess)
                assert picture.ax.bbox.x0 <= box.x0 < box.x1 <= picture.ax.bbox.x1, (gone, guess)


def test_what_the_loss_feels_covers_nothing_below_the_page():
    picture, _ = FIRST_LOOK.shown(sequence_length=360, spectral_radius=2.0)
    renderer = FigureCanvasAgg(picture.figure).get_renderer()
    plate = picture.feels.get_window_extent(renderer)
    for text in [*picture.figure.texts, *(text for ax in picture.figure.axes[1:] for text in ax.texts)]:
        assert not plate.overlaps(text.get_window_extent(renderer)), text.get_text()


def test_a_label_stands_beside_its_own_mark_where_there_is_room():
    picture, _ = FIRST_LOOK.shown(spectral_radius=0.8, swapped=151, guess="60")
    assert picture.end.words.get_position()[0] < picture.end.mark.get_xdata()[0]
    assert picture.guess.words.get_position()[0] > picture.guess.mark.get_xdata()[0]


def test_the_pointer_picks_the_character_under_it():
    picture, _ = FIRST_LOOK.shown()
    for index in (0, 59, 60, 299, 359):
        x, y = picture.page.corner(index)
        place = picture.ax.transData.transform((x + 0.5, y + 0.2))
        assert picture.touched(*picture.figure.transFigure.inverted().transform(place)) == {"swapped": index + 1}
    assert picture.touched(0.01, 0.5) == {}
    assert picture.touched(0.5, 0.99) == {}


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
    # one of 91 factors is drawn: a table of one of them passes by chance, of four draws in a row one in 7·10⁷
    assert not all(check_steps(lambda c: seen.get(c, 100)).ok for _ in range(4))


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
