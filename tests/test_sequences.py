"""The toy tasks: targets recomputed by plain loops, baselines measured, randomness, sentences for bad input."""

import math
import re

import numpy as np
import pytest

from bptt_helpers import cross_entropy, sequences, squared_error
from bptt_helpers.tasks.sequences import adding, copying, cue_recall, sine, temporal_order

TASKS = {
    "adding": adding,
    "copying": copying,
    "temporal_order": temporal_order,
    "cue_recall": cue_recall,
    "sine": sine,
}
SHORTEST = {"adding": 2, "copying": 21, "temporal_order": 3, "cue_recall": 1, "sine": 1}
CLASSES = {"copying": 9, "temporal_order": 4, "cue_recall": 4}  # outputs q of the classifications
LENGTHS = [0, 1, 7, 8, 80]  # steps more than the shortest


def each_sequence(batch):
    """The sequences of a batch one by one: (T, d) and its answer."""
    axis = 0 if batch.weight == "last" else 1
    return [(batch.x[:, b], np.take(batch.y, b, axis)) for b in range(batch.x.shape[1])]


def within_4_standard_errors(samples, expected):
    return abs(np.mean(samples) - expected) < 4 * np.std(samples) / math.sqrt(len(samples))


@pytest.mark.parametrize("more", LENGTHS)
def test_adding_asks_for_the_sum_of_two_marked_numbers(more):
    T = SHORTEST["adding"] + more
    batch = adding(T, 50, rng=1)
    assert batch.x.shape == (T, 50, 2)
    assert batch.weight == "last"
    for sequence, answer in each_sequence(batch):
        marked = [t for t in range(T) if sequence[t, 1] == 1]
        assert [sequence[t, 1] for t in range(T) if t not in marked] == [0] * (T - 2)
        first, second = marked
        assert first < T // 2 <= second
        assert answer == pytest.approx([sequence[first, 0] + sequence[second, 0]], abs=0)
        assert all(0 <= number <= 1 for number in sequence[:, 0])


@pytest.mark.parametrize("more", LENGTHS)
def test_copying_gives_the_ten_symbols_back_after_go(more):
    T = SHORTEST["copying"] + more
    batch = copying(T, 20, rng=1)
    assert batch.x.shape == (T, 20, 10)
    assert batch.y.shape == (T, 20)
    assert batch.weight is None
    for sequence, answer in each_sequence(batch):
        shown = [list(step).index(1) for step in sequence]
        remembered, expected = [], []
        for t, symbol in enumerate(shown):  # a machine that knows the rules
            if t < 10:
                remembered.append(symbol)
            asked = 9 in shown[:t]
            expected.append(remembered[t - shown.index(9) - 1] if asked else 8)
        assert list(answer) == expected
        assert shown.count(9) == 1
        assert shown.index(9) == T - 11
        assert max(remembered) < 8


@pytest.mark.parametrize("more", LENGTHS)
def test_temporal_order_asks_which_came_first_and_which_second(more):
    T = SHORTEST["temporal_order"] + more
    batch = temporal_order(T, 200, rng=1)
    assert batch.x.shape == (T, 200, 6)
    assert batch.weight == "last"
    for sequence, answer in each_sequence(batch):
        shown = [list(step).index(1) for step in sequence]
        (first, i), (second, j) = [(symbol, t) for t, symbol in enumerate(shown) if symbol < 2]
        assert answer == {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3}[first, second]
        assert math.floor(T / 10) <= i <= math.floor(T / 5)
        assert math.floor(4 * T / 10) <= j <= math.floor(T / 2)


@pytest.mark.parametrize("more", LENGTHS)
def test_cue_recall_asks_for_the_first_symbol_and_the_rest_distract(more):
    T = SHORTEST["cue_recall"] + more
    batch = cue_recall(T, 200, rng=1)
    assert batch.x.shape == (T, 200, 8)
    assert batch.weight == "last"
    for sequence, answer in each_sequence(batch):
        cue, *distractors = [list(step).index(1) for step in sequence]
        assert answer == cue < 4
        assert all(symbol >= 4 for symbol in distractors)


@pytest.mark.parametrize("more", LENGTHS)
def test_sine_asks_for_the_next_value(more):
    T = SHORTEST["sine"] + more
    batch = sine(T, 20, rng=1)
    assert batch.x.shape == batch.y.shape == (T, 20, 1)
    assert batch.weight is None
    for sequence, answer in each_sequence(batch):
        assert list(sequence[1:]) == list(answer[:-1])
        wave = [*sequence[:, 0], answer[-1, 0]]
        if T >= 3:  # the law that two remembered values are enough for, with ω from the best fit
            now, around = np.array(wave[1:-1]), np.array(wave[:-2]) + np.array(wave[2:])
            two_cos = now @ around / (now @ now)
            np.testing.assert_allclose(around, two_cos * now, atol=1e-12)
            assert 0.1 <= math.acos(two_cos / 2) <= 0.6


@pytest.mark.parametrize(
    ("name", "unit"),
    [("adding", 0), ("adding", 1), ("temporal_order", 0), ("copying", 3), ("cue_recall", 3), ("cue_recall", 7)],
)
def test_every_allowed_place_occurs(name, unit):
    T = SHORTEST[name] + 7
    x = TASKS[name](T, 2000).x[:, :, unit]
    cue = range(unit // 4, 1 if unit < 4 else T)
    allowed = {"adding": range(T), "temporal_order": [1, 2, 4, 5], "copying": range(10), "cue_recall": cue}[name]
    assert set(np.flatnonzero(x.any(1))) == set(allowed)


def test_the_baseline_of_adding_is_a_sixth():
    y = adding(20, 20_000, rng=2).y
    assert within_4_standard_errors((y[:, 0] - 1) ** 2, 1 / 6)
    assert squared_error(np.ones((20, 20_000, 1)), y, weight="last")[0] == pytest.approx(1 / 6, rel=0.05)


@pytest.mark.parametrize("wait", [1, 30])
def test_the_baseline_of_copying(wait):
    batch = copying(wait + 20, 2000, rng=2)
    o = np.full((wait + 20, 2000, 9), -40.0)  # certain of a blank, then even between the eight
    o[: wait + 10, :, 8] = 0
    o[wait + 10 :, :, :8] = 0
    assert cross_entropy(o, batch.y)[0] == pytest.approx(10 * math.log(8) / (wait + 20), rel=1e-12, abs=0)
    for symbol in range(8):  # and no symbol is more frequent than another
        assert within_4_standard_errors((batch.y[-10:] == symbol).ravel(), 1 / 8)


def test_the_baseline_of_temporal_order_is_a_quarter():
    batch = temporal_order(20, 20_000, rng=2)
    for label in range(4):
        assert within_4_standard_errors(batch.y == label, 1 / 4)
    distractors = batch.x[-1].argmax(1)
    for symbol in range(2, 6):
        assert within_4_standard_errors(distractors == symbol, 1 / 4)
    assert cross_entropy(np.zeros((20, 20_000, 4)), batch.y, weight="last")[0] == pytest.approx(math.log(4))


def test_the_baseline_of_cue_recall_is_a_quarter():
    batch = cue_recall(2, 20_000, rng=2)
    for label in range(4):
        assert within_4_standard_errors(batch.y == label, 1 / 4)
        assert within_4_standard_errors(batch.x[1, :, 4 + label] == 1, 1 / 4)
    assert cross_entropy(np.zeros((2, 20_000, 4)), batch.y, weight="last")[0] == pytest.approx(math.log(4))


def test_the_baselines_of_sine():
    batch = sine(1, 20_000, rng=2)
    assert within_4_standard_errors(batch.y.ravel() ** 2, 1 / 2)
    assert within_4_standard_errors((batch.y - batch.x).ravel() ** 2, 1 - 2 * (math.sin(0.6) - math.sin(0.1)))
    assert f"{1 - 2 * (math.sin(0.6) - math.sin(0.1)):.4f}" == "0.0704"  # the number in the docstring


@pytest.mark.parametrize("name", TASKS)
def test_a_seed_decides_everything_and_the_global_state_is_left_alone(name):
    draw, T = TASKS[name], 30
    before = np.random.get_state(legacy=False)  # noqa: NPY002 - the old global state is what we look at
    first, again, other = draw(T, 4, rng=5), draw(T, 4, rng=5), draw(T, 4, rng=6)
    generated = draw(T, 4, rng=np.random.default_rng(5))
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    assert (before["state"]["key"] == after["state"]["key"]).all()
    assert before["state"]["pos"] == after["state"]["pos"]
    for a, b, c, d in zip(first[:2], again[:2], generated[:2], other[:2], strict=True):
        assert (a == b).all()
        assert (a == c).all()
        assert (a != d).any()


@pytest.mark.parametrize("name", TASKS)
def test_a_change_of_the_inputs_changes_no_answer(name):
    batch = TASKS[name](30, 2)
    assert batch.x.flags.writeable
    assert batch.y.flags.writeable
    assert not np.shares_memory(batch.x, batch.y)
    again = TASKS[name](30, 2)
    batch.x[:] = 7
    assert (batch.y == again.y).all()


def test_one_generator_goes_on_from_batch_to_batch():
    rng = np.random.default_rng(0)
    assert (adding(10, 3, rng=rng).x != adding(10, 3, rng=rng).x).any()


@pytest.mark.parametrize("name", TASKS)
def test_a_batch_goes_straight_into_its_loss(name):
    batch = TASKS[name](30, 3)
    loss, q = (cross_entropy, CLASSES[name]) if name in CLASSES else (squared_error, 1)
    value, dL_do = loss(np.zeros((30, 3, q)), batch.y, weight=batch.weight)
    assert value > 0
    assert dL_do[-1].any()
    assert dL_do[:-1].any() == (batch.weight is None)


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ((0, 2), "sequence_length: want an integer >= {shortest}, got 0"),
        ((-3, 2), "sequence_length: want an integer >= {shortest}, got -3"),
        ((30.0, 2), "sequence_length: want an integer >= {shortest}, got 30.0"),
        (("30", 2), "sequence_length: want an integer >= {shortest}, got '30'"),
        ((True, 2), "sequence_length: want an integer >= {shortest}, got True"),
        ((30, 0), "batch_size: want an integer >= 1, got 0"),
        ((30, -1), "batch_size: want an integer >= 1, got -1"),
        ((30, 2.5), "batch_size: want an integer >= 1, got 2.5"),
        ((10**12, 2), "want at most 50000000 numbers in x, got 1000000000000 × 2 × "),
        ((30, 10**9), "want at most 50000000 numbers in x, got 30 × 1000000000 × "),
    ],
)
def test_sizes_that_make_no_sense_get_one_sentence(name, sizes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence.format(shortest=SHORTEST[name]))) as caught:
        TASKS[name](*sizes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in TASKS if SHORTEST[name] > 1])
def test_one_step_less_than_the_shortest_is_refused(name):
    TASKS[name](SHORTEST[name], 1)
    with pytest.raises(ValueError, match=f"want an integer >= {SHORTEST[name]}"):
        TASKS[name](SHORTEST[name] - 1, 1)


def test_the_limit_on_sizes_is_the_number_it_names():
    d = 10
    B = sequences.LARGEST_BATCH // (25 * d)
    assert sequences.check_sizes(25, B, d) == (25, B)
    with pytest.raises(ValueError, match="want at most"):
        sequences.check_sizes(25, B + 1, d)
