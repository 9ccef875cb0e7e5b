"""What a network has to beat: compressors, all models of the story by name, and their picture."""

import builtins
import bz2
import lzma
import math
import zlib

import pytest

from bptt_helpers import Vocabulary, load_text
from bptt_helpers.tasks import compressors
from bptt_helpers.tasks.baselines import BASELINES, baselines
from bptt_helpers.tasks.compressors import COMPRESSORS, compressed_bits
from bptt_helpers.tasks.ngrams import KneserNey

STORY = load_text()
CUT = int(0.9 * len(STORY))
LEARNED, HELD_OUT = STORY[:CUT], STORY[CUT:]


# compressors


def unpack(name, data):
    if name == "lzma":
        return lzma.decompress(data, format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**20}])
    return {"gzip": zlib, "bz2": bz2}[name].decompress(data)


@pytest.mark.parametrize("name", COMPRESSORS)
def test_what_is_packed_can_be_unpacked_and_its_growth_is_counted(name, monkeypatch):
    kept = []
    method = {"gzip": zlib, "bz2": bz2, "lzma": lzma}[name]
    original = method.compress
    monkeypatch.setattr(method, "compress", lambda *a, **b: kept.append(original(*a, **b)) or kept[-1])
    bits = compressed_bits("né 5 €", name, before="to be or né")
    whole, before = sorted(kept, key=lambda data: len(unpack(name, data)), reverse=True)
    assert unpack(name, whole).decode() == "to be or nén\u00e9 5 €"
    assert unpack(name, before).decode() == "to be or né"
    assert bits == 8 * (len(whole) - len(before)) / 6  # characters, which are 9 bytes


@pytest.mark.parametrize("name", COMPRESSORS)
def test_a_text_that_was_seen_costs_little_and_headers_nothing(name):
    line = HELD_OUT[:2000]
    assert compressed_bits(line, name, before=line) < 0.5 * compressed_bits(line, name)
    assert compressed_bits(line, name) > 3


# all by name


def test_all_baselines_of_the_story():
    bits = baselines(LEARNED, HELD_OUT)
    assert list(bits) == list(BASELINES)
    assert bits["uniform"] == math.log2(60)
    counted = {"unigram": 4.330, "bigram": 3.281, "trigram": 2.483, "4-gram": 2.069, "5-gram": 1.949}
    assert {name: bits[name] for name in counted} == pytest.approx(counted, abs=6e-4)
    # versions of the compressors differ a little
    assert {name: bits[name] for name in COMPRESSORS} == pytest.approx(
        {"gzip": 2.73, "bz2": 1.99, "lzma": 2.44}, abs=0.05
    )


def test_they_come_in_the_order_of_their_names_and_each_reads_on_from_the_learned_text():
    names = ("bz2", "trigram", "uniform")
    bits = baselines(LEARNED, HELD_OUT[:50], names=names)
    assert tuple(bits) == names
    vocabulary = Vocabulary.of(LEARNED + HELD_OUT[:50])
    expected = KneserNey(LEARNED, 3, vocabulary).bits_per_character(HELD_OUT[:50], LEARNED)
    assert bits["trigram"] == expected
    assert bits["bz2"] == compressed_bits(HELD_OUT[:50], "bz2", LEARNED)


def test_the_vocabulary_is_that_of_both_texts_or_the_given_one():
    assert baselines("ab", "cd", names=["uniform"]) == {"uniform": 2.0}
    assert baselines("ab", "ab", Vocabulary("abcdefgh"), ["uniform"]) == {"uniform": 3.0}
    known, wider = (baselines("abab", "ab", v, ["bigram"])["bigram"] for v in (None, Vocabulary("abcdefgh")))
    assert wider > known


def test_a_compressor_that_this_python_lacks_is_left_out(monkeypatch):
    def without(module):
        if module == "lzma":
            raise ImportError("No module named '_lzma'")
        return builtins.__import__(module)

    monkeypatch.setattr(compressors, "import_module", without)
    assert list(baselines("abc", "abc", names=COMPRESSORS)) == ["gzip", "bz2"]
    with pytest.raises(ImportError, match="_lzma"):
        compressed_bits("abc", "lzma")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: baselines("", "a"), "learned: want at least one character, got an empty string"),
        (lambda: baselines("a", ""), "held_out: want at least one character, got an empty string"),
        (lambda: baselines("ab", "ab"), "learned: want at least 3 characters for a trigram, got 2"),
        (
            lambda: baselines("ab", "ac", Vocabulary("ab")),
            "held_out: .* got 'c' at position 1",
        ),
        (lambda: baselines("ab", "a", names=["7-gram"]), "names: want one of 'uniform', .* got '7-gram'"),
        (lambda: compressed_bits("a", "zip"), "compressor: want one of 'gzip', 'bz2', 'lzma', got 'zip'"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
