"""Notebook 12: the explorer of what a network writes at a temperature."""

import numpy as np
import pytest

from bptt_helpers import forward
from bptt_helpers.lessons.language_model.writer import (
    LENGTH,
    PREFIX,
    STAGES,
    bits_of,
    known,
    pieces_of,
    story,
    writers,
    writing,
)
from bptt_helpers.lessons.language_model.writing_explorer import WRITING, writing_data
from bptt_helpers.lessons.language_model.writing_picture import GAUGE, GAUGE_WIDTH, GAUGES, MOST, SURPRISE
from bptt_helpers.lessons.text_pictures import LEVELS, Page, luminance
from bptt_helpers.training.sampling import sample, softmax

settings = pytest.mark.parametrize(
    "values", [{}, {"temperature": 0.0, "seed": 3}, {"temperature": 2.0, "place": LENGTH}, {"updates": 0, "place": 1}]
)


@settings
def test_the_text_is_a_sample_and_its_surprise_what_forward_says(values):
    data = writing_data(**WRITING.values(**values))
    given, vocabulary = WRITING.values(**values), story().vocabulary
    params = writers()[given["updates"]]
    options = {"prefix": PREFIX, "temperature": given["temperature"], "cell": "gru", "rng": given["seed"]}
    assert data.text == sample(params, vocabulary, LENGTH, **options)
    numbers = vocabulary.encode(PREFIX + data.text)
    o = forward(params, np.eye(60)[numbers[:-1]][:, None], cell="gru").o[len(PREFIX) - 1 :, 0]
    p = softmax(o)
    came = p[np.arange(LENGTH), numbers[len(PREFIX) :]]
    np.testing.assert_allclose(data.surprise, -np.log2(came), rtol=1e-9, atol=1e-9)
    assert data.bits == pytest.approx(-np.log2(came).mean())
    assert (data.known, data.known_of_story) == (known(data.text), known(story().held_out))
    assert data.bits_of_story == bits_of(data.updates)
    # the candidates at the marked place, from the same outputs
    here = [vocabulary.characters.index(letter) for letter in data.letters]
    at = data.place - 1
    np.testing.assert_allclose(data.own, p[at][here], rtol=1e-9)
    np.testing.assert_allclose(data.warm, softmax(o[at], data.temperature)[here], rtol=1e-6, atol=1e-12)
    assert data.text[at] in data.letters
    assert len(set(data.letters)) == 8
    likeliest = np.sort(p[at])[::-1]
    np.testing.assert_allclose(data.own[:7], likeliest[:7], rtol=1e-9)


def test_a_rare_letter_is_among_the_candidates_in_the_place_of_the_eighth():
    hot, rare = writing(500, 2.0, 0), 0
    for place in range(1, 60):
        data, likeliest = writing_data(2.0, 500, place, 0), np.sort(hot.chances[place - 1])[::-1]
        if 2.0 ** -hot.surprise[place - 1] < likeliest[7]:
            rare += 1
            assert data.letters[-1] == data.text[place - 1]
            assert data.own[-1] == pytest.approx(2.0 ** -hot.surprise[place - 1])
    assert rare > 5


def test_the_share_of_known_pieces_is_counted():
    assert pieces_of("abcdef") == ["abcde", "bcdef"]
    learned = story().learned
    assert known(learned[100:200]) == 1
    assert known("zzzzzzzz") == 0
    assert np.isnan(known("abc"))
    text = "the xq tower on the hill"
    assert known(text) == np.mean([text[k : k + 5] in learned for k in range(len(text) - 4)])
    assert 0.7 < known(story().held_out) < 0.9


def test_the_writer_learns():
    bits = [bits_of(updates) for updates in STAGES]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > 5.8
    assert bits[-1] < 2.3


def test_seeds_and_temperatures_are_as_the_text_of_the_notebook_says():
    cold = writing_data(0.0, 500, 1, 0)
    assert cold.text == writing_data(0.0, 500, 1, 9).text
    repeated = cold.text[-130:]
    assert any(repeated[k:] == repeated[:-k] for k in range(1, 65))  # it has fallen into a loop
    assert cold.known > 0.95

    def mean(name, temperature):
        return np.mean([getattr(writing_data(temperature, 500, 1, seed), name) for seed in range(10)])

    assert mean("known", 0.5) > known(story().held_out) > mean("known", 0.8)
    assert mean("bits", 0.8) < bits_of(500) < mean("bits", 1.0)


@settings
def test_the_artists_show_the_data(values):
    picture, data = WRITING.shown(**values)
    page = picture.page
    shown = np.ma.getdata(page.get_array()).ravel()
    assert np.isnan(shown[: len(PREFIX)]).all()
    np.testing.assert_array_equal(shown[len(PREFIX) :], data.surprise)
    assert page._text == data.prefix + data.text
    cells, ink = page.colours()
    wanted = 255 * np.asarray(SURPRISE(data.surprise / MOST))[:, :3]
    np.testing.assert_allclose(cells[len(PREFIX) :], wanted)
    light, dark = (
        np.maximum(luminance(cells), luminance(ink)) + 0.05,
        np.minimum(luminance(cells), luminance(ink)) + 0.05,
    )
    assert (light / dark).min() > 4.5  # letters can be read on every cell
    # the frame is around the marked letter
    column, row = divmod(len(PREFIX) + data.place - 1, 60)[::-1]
    x, y = picture.frame.get_data()
    left, bottom = picture.top.transData.transform((column, row + 1))
    assert np.allclose(picture.ax.transData.transform((min(x), min(y))), (left, bottom), atol=1)
    # bars: of each candidate two, then the gauges
    bars = picture.bars.shapes
    tall = np.array([np.ptp(bar.corners[:, 1]) for bar in bars[:16]]).reshape(8, 2)
    np.testing.assert_allclose(tall / 0.95, np.column_stack([data.own, data.warm]), atol=1e-9)
    wide = [np.ptp(bar.corners[:, 0]) / GAUGE_WIDTH for bar in bars[16:]]
    np.testing.assert_allclose(wide, [data.known, data.bits / MOST])
    marks = [mark.corners[:, 0].mean() for mark in picture.marks.shapes]
    np.testing.assert_allclose(marks, GAUGE + GAUGE_WIDTH * np.array([data.known_of_story, data.bits_of_story / MOST]))
    words = [word.text for word in picture.words.words]
    assert f"{100 * data.known:.0f} %" in words
    assert f"{data.bits:.2f}" in words
    assert f"unread story {data.bits_of_story:.2f}" in words
    assert words.count("▲") == 1
    assert len(GAUGES) == 2


def test_letters_are_printed_as_a_page_prints_them():
    picture, _data = WRITING.shown()
    height, width = 4 * 72, 60 * 28
    ours, theirs = picture.page._print(height, width), Page._print(picture.page, height, width)
    np.testing.assert_array_equal(ours // (LEVELS + 1), theirs // (LEVELS + 1))
    ink = (ours % (LEVELS + 1) - theirs % (LEVELS + 1))[ours >= 0]
    assert (np.abs(ink) > LEVELS / 2).mean() < 0.02  # a letter alone is rounded to pixels for itself
    odd = picture.page._print(4 * 72 + 1, 60 * 28 - 7)
    assert odd.shape == (289, 1673)
    assert odd.max() < 240 * (LEVELS + 1)


def test_the_pointer_marks_a_letter_and_no_letter_of_the_prefix():
    picture, _data = WRITING.shown()
    figure = picture.figure.transFigure.inverted()

    def at(index):
        x, y = picture.top.transData.transform((index % 60 + 0.5, index // 60 + 0.6))
        return picture.touched(*figure.transform((x, y)))

    assert at(len(PREFIX)) == {"place": 1}
    assert at(len(PREFIX) - 1) == {}
    assert at(0) == {}
    assert at(239) == {"place": LENGTH}
    assert picture.touched(0.5, 0.1) == {}
