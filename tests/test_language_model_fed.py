"""Notebook 12: the still of a network that is fed its own letters."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch

from bptt_helpers.lessons.language_model import draw_fed
from bptt_helpers.lessons.language_model.fed_picture import FIRST, LAST, OWN, READS, SAYS, STATES, TEXT
from bptt_helpers.lessons.sheet_pictures import Words

CASES = [("to be", "tobbe", [0, 0, 1, 1, 0]), ("ab", "ab", [0, 0]), ("a\nb" * 6, "a\nc" * 6, [0, 0, 1] * 6)]


@pytest.mark.parametrize(("text", "read", "own"), CASES)
def test_letters_boxes_and_bars_are_those_of_the_sequence(text, read, own):
    still = draw_fed(text, read, np.array(own, bool), "a sentence")
    assert still.sentence == "a sentence"
    (ax,) = still.axes
    shown = {"\n": "↵", " ": "␣"}
    words = [word for collection in ax.collections if isinstance(collection, Words) for word in collection.words]
    places = np.linspace(FIRST, LAST, len(text))

    def row(y):
        return [(round(word.x, 6), word.text) for word in words if word.y == y and word.ha == "center"]

    assert row(TEXT) == [(round(x, 6), shown.get(c, c)) for x, c in zip(places, text, strict=True)]
    assert row(READS) == [(round(x, 6), shown.get(c, c)) for x, c in zip(places, read, strict=True)]
    # a drawn letter stands below the state before the one that reads it
    fed = [t for t in range(len(text)) if own[t]]
    assert row(SAYS) == [(round(places[t - 1], 6), shown.get(read[t], read[t])) for t in fed]
    shapes = [shape for one in ax.collections if isinstance(one, PolyCollection) for shape in one.shapes]
    orange = [shape.corners.mean(0) for shape in shapes if to_rgba(shape.face) == to_rgba(OWN)][:-1]  # not the legend's
    assert sorted(tuple(np.round(c, 6)) for c in orange) == sorted(
        [(round(places[t], 6), READS) for t in fed] + [(round(places[t - 1], 6), SAYS) for t in fed]
    )
    # one way into the input for each, with a bar across it where the gradient would have gone
    ways = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    bars = [line for line in ax.lines if line.get_linewidth() == 3.5][:-1]
    assert len(ways) == len(bars) == len(fed)
    for t, bar in zip(fed, bars, strict=True):
        x, y = bar.get_data()
        assert np.isclose(np.mean(x), (places[t - 1] + places[t]) / 2)
        assert SAYS < y[0] == y[1] < STATES
    # the gradient goes from each state to the one before: tails right, heads left
    back = [s.corners for s in shapes if len(s.corners) == 7 and np.ptp(s.corners[:, 1]) < 0.2][: len(text)]
    chain = [corners for corners in back if abs(corners[:, 1].mean() - STATES) < 1e-6]
    assert len(chain) == len(text) - 1
    assert all(corners[3, 0] < corners[0, 0] for corners in chain)
