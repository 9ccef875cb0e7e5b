"""Counting models: agree with the formulas written out, give probabilities, know the story's numbers."""

import math
from functools import cache

import numpy as np
import pytest

from bptt_helpers import Vocabulary, load_text
from bptt_helpers.tasks.ngrams import LONGEST, RARE, KneserNey

STORY = load_text()
CUT = int(0.9 * len(STORY))
LEARNED, HELD_OUT = STORY[:CUT], STORY[CUT:]
VOCABULARY = Vocabulary.of(STORY)


class Textbook:
    """The equations of Chen and Goodman, each count found by reading the whole text."""

    def __init__(self, text, order, vocabulary):
        self.text, self.order, self.characters = text, order, vocabulary.characters
        self.discounts = [self.discounts_of(length) for length in range(1, order + 1)]

    @cache  # noqa: B019 (lives as long as the test)
    def count(self, gram):
        places = [i for i in range(len(self.text) - len(gram) + 1) if self.text[i : i + len(gram)] == gram]
        if len(gram) == self.order:
            return len(places)
        return len({self.text[i - 1] for i in places if i > 0})

    def discounts_of(self, length):
        grams = {self.text[i : i + length] for i in range(len(self.text) - length + 1)}
        n = [sum(self.count(gram) == k for gram in grams) for k in range(5)]
        if 0 in n[1:4]:
            return 0, *RARE
        Y = n[1] / (n[1] + 2 * n[2])
        D = [k - (k + 1) * Y * n[k + 1] / n[k] for k in (1, 2, 3)]
        return (0, *D) if min(D) > 0 else (0, *RARE)

    def probability(self, context, character):
        counts = [self.count(context + v) for v in self.characters]
        shorter = self.probability(context[1:], character) if context else 1 / len(self.characters)
        if not sum(counts):
            return shorter
        D = self.discounts[len(context)]
        N1, N2, N3 = counts.count(1), counts.count(2), sum(c >= 3 for c in counts)
        gamma = (D[1] * N1 + D[2] * N2 + D[3] * N3) / sum(counts)
        count = self.count(context + character)
        return (count - D[min(count, 3)]) / sum(counts) + gamma * shorter


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_it_agrees_with_the_formulas_written_out(order):
    text = STORY[:440] + "#"  # at the very end, and nowhere else
    vocabulary = Vocabulary.of(text + "Q~")
    model, slow = KneserNey(text, order, vocabulary), Textbook(text, order, vocabulary)
    estimated = [D for D in slow.discounts if D[1:] != RARE]
    assert estimated, "the text is long enough to estimate some discounts"
    for context in (text[100 : 100 + order - 1], text[250 : 250 + order - 1], "~Qe"[: order - 1], "Qhe"[: order - 1]):
        expected = [slow.probability(context, character) for character in vocabulary.characters]
        assert model.probabilities(context) == pytest.approx(expected, rel=1e-12)


def test_a_bigram_model_by_hand():
    model = KneserNey("abracadabra", 2)
    # different characters before a: r, c, d; before b: a; before r: b; before c: a; before d: a. Seven in all, and
    # no character with a count of 2, so the discounts are those for short texts: 1.5 from a, .5 from each other
    a, other = 1.5 / 7 + 3.5 / 7 / 5, 0.5 / 7 + 3.5 / 7 / 5
    assert model.probabilities("") == pytest.approx([a, other, other, other, other])
    # a is followed by b twice, by c and d once; discounts 1, .5, .5
    after_a = [2 / 4 * a, 1 / 4 + 2 / 4 * other, 0.5 / 4 + 2 / 4 * other, 0.5 / 4 + 2 / 4 * other, 2 / 4 * other]
    assert model.probabilities("a") == pytest.approx(after_a)
    assert model.bits_per_character("ab") == pytest.approx(-(math.log2(a) + math.log2(after_a[1])) / 2)


def test_what_follows_one_character_alone_is_unlikely_elsewhere():
    text = STORY[:5000].replace("e", "qe")
    model = KneserNey(text, 2, Vocabulary.of(text + "~"))
    chance = dict(zip(model.vocabulary.characters, model.probabilities("~"), strict=True))
    assert text.count("e") > 20 * text.count("v")
    assert chance["e"] < chance["v"]


@pytest.mark.parametrize("order", [1, 2, 3, 5, 9])
def test_probabilities_are_above_0_and_add_up_to_1(order):
    model = KneserNey(LEARNED, order, VOCABULARY)
    assert LEARNED.count("ZZ") == 0
    for context in ("", "t", "the ", "and the l", HELD_OUT[:200], "ZZZZZZZZZ", "ZZZZZZZZe"):
        p = model.probabilities(context)
        assert p.shape == (len(VOCABULARY),)
        assert p.min() > 0
        assert p.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("text", ["a", "ab", "aab", "aaaa", "abab" * 5])
def test_very_short_texts_give_probabilities_too(text):
    for order in range(1, min(3, len(text)) + 1):
        model = KneserNey(text, order, Vocabulary("abc"))
        for context in ("", "a", "ba", "cc"):
            p = model.probabilities(context)
            assert p.min() > 0
            assert p.sum() == pytest.approx(1, abs=1e-12)


def test_discounts_that_would_take_from_nothing_are_not_used():
    # n1 = 4, n2 = 1, n3 = 6: the estimate for a count of 2 is below 0
    text = "abcd" + "ee" + "".join(character * 3 for character in "fghijk")
    p = KneserNey(text, 1, Vocabulary(text + "~")).probabilities("")
    assert p.min() > 0
    assert p[-1] == pytest.approx((4 * 0.5 + 1 * 1 + 6 * 1.5) / 24 / 12)


def test_bits_are_the_mean_over_the_text_and_the_text_before_is_context():
    model = KneserNey(LEARNED, 4, VOCABULARY)
    text, before = HELD_OUT[:40], LEARNED[-7:]
    whole = before + text
    chances = [model.probabilities(whole[:i])[VOCABULARY.encode(whole[i])[0]] for i in range(7, len(whole))]
    assert model.bits_per_character(text, before) == pytest.approx(-np.log2(chances).mean())
    assert model.bits_per_character(text, before) != model.bits_per_character(text)
    assert model.bits_per_character(text, before[-3:]) == model.bits_per_character(text, before)
    assert model.bits_per_character(text, before[-2:]) != model.bits_per_character(text, before)


@pytest.mark.parametrize(
    ("order", "bits"), [(1, 4.330), (2, 3.281), (3, 2.483), (4, 2.069), (5, 1.949), (6, 1.910), (7, 1.901), (8, 1.901)]
)
def test_bits_of_the_story(order, bits):
    model = KneserNey(LEARNED, order, VOCABULARY)
    assert len(HELD_OUT) == 4083
    assert model.bits_per_character(HELD_OUT, LEARNED) == pytest.approx(bits, abs=6e-4)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: KneserNey("abc", 0), "order: want an integer from 1 to 16, got 0"),
        (lambda: KneserNey("abc" * 9, LONGEST + 1), "order: want an integer from 1 to 16, got 17"),
        (lambda: KneserNey("", 1), "text: want at least one character, got an empty string"),
        (lambda: KneserNey("a", 2), "text: want at least order = 2 characters, got 1"),
        (lambda: KneserNey("abc", 2, Vocabulary("ab")), "text: want only the 2 characters of the vocabulary, got 'c'"),
        (lambda: KneserNey("abc", 2, "abc"), "vocabulary: want a Vocabulary or None, got 'abc'"),
        (lambda: KneserNey("abc", 2).probabilities("a?!"), "got '?' at position 1"),
        (lambda: KneserNey("abc", 2).bits_per_character(""), "text: want at least one character, got an empty string"),
        (lambda: KneserNey("abc", 2).bits_per_character("abba!"), "text: .* got '!' at position 4"),
        (lambda: KneserNey("abc", 2).bits_per_character("a", "z"), "before: .* got 'z' at position 0"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence.replace("?", r"\?")):
        call()
