"""The picture of windows: brackets as long as the windows, a dot for every seed, one colour for a cell."""

import numpy as np
import pytest

from bptt_helpers.lessons.cures.cells_picture import INK_OF_CELL, OF_CELL
from bptt_helpers.lessons.language_model.windows_picture import BITS, LONGEST, draw_windows

PANELS = {
    "time": {"RNN": {5: [2.2, 2.1, 2.3], 100: [2.6, 2.6, 2.65]}, "GRU": {5: [1.9, 2.0, 1.95], 100: [2.25, 2.2, 2.3]}},
    "updates": {"LSTM": {5: [2.2, 2.2], 10: [2.0, 2.1]}, "GRU": {5: [2.1, 2.1], 10: [2.01, 2.05]}},
}
TEXT = "abcdefghij" * 10


@pytest.fixture(scope="module")
def figure():
    lines = [("trigram", 2.48), ("uniform", 5.91), ("5-gram", 1.95)]
    return draw_windows(PANELS, TEXT, "Words.", lines=lines)


def panels_of(figure):
    return [ax for ax in figure.axes if ax.get_title(loc="left")]


def dots(ax, cell):
    return [line for line in ax.lines if line.get_color() == OF_CELL[cell] and line.get_linestyle() == "None"]


def test_every_seed_is_a_dot_at_its_window(figure):
    assert figure.sentence == "Words."
    panels = panels_of(figure)
    assert [ax.get_title(loc="left") for ax in panels] == list(PANELS)
    windows = [5, 10, 100]
    for ax, cells in zip(panels, PANELS.values(), strict=True):
        here = sorted({window for by in cells.values() for window in by})
        assert [label.get_text() for label in ax.get_xticklabels()] == [str(window) for window in here]
        assert list(ax.get_xticks()) == [windows.index(window) for window in here]
        assert ax.get_ylim() == BITS
        for cell, by in cells.items():
            for line, (window, bits) in zip(dots(ax, cell), by.items(), strict=True):
                assert np.abs(np.asarray(line.get_xdata()) - windows.index(window)).max() < 0.2
                assert list(line.get_ydata()) == bits
            (curve,) = [c for c in ax.lines if c.get_color() == OF_CELL[cell] and c.get_linestyle() == "-"]
            assert list(curve.get_ydata()) == [np.median(bits) for bits in by.values()]


def test_names_at_the_ends_of_curves_stand_apart_and_beside_them(figure):
    for ax, cells in zip(panels_of(figure), PANELS.values(), strict=True):
        names = {text.get_text(): text for text in ax.texts if text.get_text() in OF_CELL}
        assert set(names) == set(cells)
        heights = sorted(text.get_position()[1] for text in names.values())
        assert np.diff(heights).min() > 0.05
        for cell, text in names.items():
            assert abs(text.get_position()[1] - np.median(list(cells[cell].values())[-1])) < 0.1
            assert text.get_color() == INK_OF_CELL[cell]


def test_only_models_within_the_axis_are_drawn_across(figure):
    for ax in panels_of(figure):
        across = [line.get_ydata()[0] for line in ax.lines if line.get_linestyle() == ":"]
        assert across == [2.48, 1.95]
        assert [text.get_text() for text in ax.texts if text.get_text() not in OF_CELL] == [
            "trigram 2.48",
            "5-gram 1.95",
        ]


def test_brackets_are_as_long_as_their_windows(figure):
    (page,) = [ax for ax in figure.axes if not ax.axison]
    assert [np.ptp(line.get_xdata()) for line in page.lines] == [5, 10, 100]
    assert {line.get_xdata()[-1] for line in page.lines} == {LONGEST}
    letters = [text.get_text() for text in page.texts if len(text.get_text()) == 1]
    assert "".join(letters) == TEXT
