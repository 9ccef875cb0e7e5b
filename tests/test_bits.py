"""Bits a character: the same as asking the network for every next character, one after the other."""

import numpy as np
import pytest

from bptt_helpers import Vocabulary, forward, init_params, load_text
from bptt_helpers.measures import bits
from bptt_helpers.measures.bits import bits_by_context, bits_per_character

TEXT = load_text()[:120]
VOCABULARY = Vocabulary.of(TEXT)
D = len(VOCABULARY)


def network(cell="gru", n=9):
    return init_params(D, n, D, cell=cell, rng=4)


def log2_of_next(params, read, asked, cell):
    """log2 of the probability that a network which has read a text gives to one character."""
    x = np.eye(D)[VOCABULARY.encode(read)][:, None]
    o = forward(params, x, cell=cell).o[-1, 0]
    p = np.exp(o - o.max())
    return np.log2(p / p.sum())[VOCABULARY.encode(asked)[0]]


def slowly(params, text, cell, before=""):
    whole = before + text
    first = max(1, len(before))
    return -np.mean([log2_of_next(params, whole[:k], whole[k], cell) for k in range(first, len(whole))])


@pytest.mark.parametrize("stretch", [1, 7, 512])
@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
@pytest.mark.parametrize("before", ["", "T", "The fi"])
def test_they_are_those_of_one_question_after_the_other(monkeypatch, cell, before, stretch):
    monkeypatch.setattr(bits, "STRETCH", stretch)
    params, text = network(cell), TEXT[:40]
    found = bits_per_character(params, text, VOCABULARY, cell=cell, before=before)
    assert found == pytest.approx(slowly(params, text, cell, before), rel=1e-12)


def test_a_network_that_knows_nothing_has_the_bits_of_a_guess():
    params = network()
    params.W_qh[:] = 0
    assert bits_per_character(params, TEXT, VOCABULARY, cell="gru") == pytest.approx(np.log2(D))


@pytest.mark.parametrize("cell", ["tanh", "lstm"])
def test_by_context_only_the_last_characters_are_read(monkeypatch, cell):
    params, contexts = network(cell), [1, 3, 8]
    places = range(8, len(TEXT))
    wanted = [-np.mean([log2_of_next(params, TEXT[t - k : t], TEXT[t], cell) for t in places]) for k in contexts]
    np.testing.assert_allclose(bits_by_context(params, TEXT, VOCABULARY, contexts, cell=cell), wanted, rtol=1e-12)
    monkeypatch.setattr(bits, "AT_ONCE", 700)  # in several batches
    np.testing.assert_allclose(bits_by_context(params, TEXT, VOCABULARY, contexts, cell=cell), wanted, rtol=1e-12)


def test_float32_stays_float32_and_agrees():
    params = network()
    half = bits_per_character(params.astype("float32"), TEXT, VOCABULARY, cell="gru")
    assert half == pytest.approx(bits_per_character(params, TEXT, VOCABULARY, cell="gru"), rel=1e-5)
    assert isinstance(half, float)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"text": ""}, "text: want at least one character, got an empty string"),
        ({"text": "T"}, "text: want at least two characters, or one and what stands before it, got one alone"),
        ({"text": "Tß"}, "got 'ß' at position 1"),
        ({"before": None}, "before: want a string, got None"),
        ({"vocabulary": "abc"}, "vocabulary: want a Vocabulary, got 'abc'"),
        (
            {"vocabulary": Vocabulary("The l")},
            "params: want as many inputs and outputs as the vocabulary has characters",
        ),
        ({"cell": "lstm"}, "params.W_hh: want shape"),
    ],
)
def test_bad_input_is_named(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        bits_per_character(**({"params": network(), "text": TEXT, "vocabulary": VOCABULARY, "cell": "gru"} | arguments))


@pytest.mark.parametrize(
    ("contexts", "sentence"),
    [
        ([0], "contexts: want an integer from 1 to 119, got 0"),
        ([200], "contexts: want an integer from 1 to 119, got 200"),
        ([], "contexts: want at least one number of characters, got none"),
    ],
)
def test_contexts_that_make_no_sense_are_named(contexts, sentence):
    with pytest.raises(ValueError, match=sentence):
        bits_by_context(network(), TEXT, VOCABULARY, contexts, cell="gru")
