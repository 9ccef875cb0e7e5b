"""A text laid out in batches: every sequence is a piece of the text, and only streams go on where they ended."""

import numpy as np
import pytest

from bptt_helpers import Vocabulary, load_text
from bptt_helpers.tasks.text_layouts import LAYOUTS, split_text, text_batches

TEXT = load_text()[:700]
VOCABULARY = Vocabulary.of(TEXT)


def read(batch):
    """What each sequence of a batch reads, and what it is to say, as texts."""
    return [
        ["".join(VOCABULARY.characters[k] for k in column) for column in numbers.T]
        for numbers in (batch.x.argmax(2), batch.y)
    ]


def goes_on_rightly(batch, following):
    """Whether every sequence of the second reads first what the first was to say last."""
    return bool((following.x[0].argmax(1) == batch.y[-1]).all())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sequence_is_a_piece_of_the_text_and_its_targets_are_one_further(layout):
    draw = text_batches(TEXT, 7, 5, layout=layout, seed=3)
    for update in (0, 1, draw.per_pass - 1, draw.per_pass, 50):
        batch = draw(update)
        assert batch.x.shape == (7, 5, len(VOCABULARY))
        assert (batch.x.sum(2) == 1).all()
        assert batch.weight is None
        for seen, asked, start in zip(*read(batch), draw.starts(update), strict=True):
            assert seen + asked[-1] == TEXT[start : start + 8]
            assert seen[1:] == asked[:-1]


@pytest.mark.parametrize(("T", "B", "characters"), [(1, 1, 3), (7, 5, 75), (7, 5, 700), (3, 4, 29)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_batch_of_many_passes_leaves_the_text(layout, T, B, characters):
    draw = text_batches(TEXT[:characters], T, B, layout=layout, vocabulary=VOCABULARY)
    assert draw.per_pass >= 1
    ends = [(draw.starts(update).min(), draw.starts(update).max() + T) for update in range(20 * draw.per_pass)]
    assert min(ends)[0] >= 0
    assert max(last for _, last in ends) < characters


def test_streams_go_on_where_they_ended_and_stay_in_their_stretch():
    draw = text_batches(TEXT, 7, 5, seed=1)
    stretch = len(TEXT) // 5
    for update in range(3 * draw.per_pass):
        following = draw(update + 1)
        assert following.goes_on == ((update + 1) % draw.per_pass != 0)
        if following.goes_on:
            assert goes_on_rightly(draw(update), following)
        assert (draw.starts(update) // stretch).tolist() == list(range(5))
    assert not draw(0).goes_on


@pytest.mark.parametrize("layout", ["in_order", "shuffled"])
def test_the_two_other_layouts_hand_the_state_to_another_place(layout):
    draw = text_batches(TEXT, 7, 5, layout=layout)
    pairs = [(draw(k), draw(k + 1)) for k in range(40)]
    assert all(not goes_on_rightly(a, b) for a, b in pairs)
    assert sum(b.goes_on for _, b in pairs) >= 36


def test_pieces_in_order_cover_the_text_once_a_pass():
    draw = text_batches(TEXT, 7, 5, layout="in_order")
    starts = np.concatenate([draw.starts(k) for k in range(draw.per_pass)])
    assert set(np.diff(starts)) == {7}
    assert len(starts) * 7 > len(TEXT) - 5 * 7 - 7


def test_a_batch_depends_on_seed_and_update_alone_and_passes_begin_elsewhere():
    draw, again = text_batches(TEXT, 7, 5), text_batches(TEXT, 7, 5)
    assert all(np.array_equal(draw(k).x, again(k).x) for k in (9, 0, 40, 9))
    first = [int(draw.starts(p * draw.per_pass)[0]) for p in range(30)]
    assert set(first) == set(range(7))
    other = text_batches(TEXT, 7, 5, seed=1)
    assert any(not np.array_equal(draw.starts(p * draw.per_pass), other.starts(p * draw.per_pass)) for p in range(9))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_first_batch_of_a_run_goes_on_nowhere(layout):
    assert not text_batches(TEXT, 7, 5, layout=layout)(0).goes_on


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_a_carried_state_no_batch_goes_on(layout):
    draw = text_batches(TEXT, 7, 5, layout=layout, carried=False)
    assert not any(draw(k).goes_on for k in range(30))


def test_it_comes_in_the_type_of_the_network():
    assert text_batches(TEXT, 7, 5, dtype="float32")(0).x.dtype == np.float32
    assert text_batches(TEXT, 7, 5)(0).x.dtype == np.float64


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"text": ""}, "text: want at least one character, got an empty string"),
        (
            {"text": "a"},
            r"text: want at least batch_size \(2 sequence_length \+ 1\) = 75 characters, got 1; use a longer",
        ),
        ({"text": TEXT[:74]}, "= 75 characters, got 74"),
        ({"text": TEXT + "ß", "vocabulary": VOCABULARY}, "got 'ß' at position 700"),
        ({"layout": "random"}, "layout: want one of 'streams', 'in_order', 'shuffled', got 'random'"),
        ({"vocabulary": "abc"}, "vocabulary: want a Vocabulary or None, got 'abc'"),
        ({"carried": "yes"}, "carried: want True or False, got 'yes'"),
        ({"dtype": "int"}, "dtype: want one of 'float64', 'float32', got 'int'"),
        ({"sequence_length": 0}, "sequence_length: want an integer >= 1, got 0"),
    ],
)
def test_bad_input_is_named(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        text_batches(**({"text": TEXT, "sequence_length": 7, "batch_size": 5} | arguments))


def test_another_update_than_a_number_is_named():
    with pytest.raises(ValueError, match="update: want an integer >= 0, got -1"):
        text_batches(TEXT, 7, 5)(-1)


@pytest.mark.parametrize(("characters", "learned"), [(700, 630), (10, 9), (5, 4), (1, 1)])
def test_a_text_is_split_without_loss_and_its_last_tenth_is_held_out(characters, learned):
    parts = split_text(TEXT[:characters])
    assert "".join(parts) == TEXT[:characters]
    assert len(parts[0]) == learned
