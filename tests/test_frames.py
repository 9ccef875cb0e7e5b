"""Explorers on a page without a kernel: what is drawn beforehand, and what the page says and leaves out."""

import json
import re
from html import unescape

import numpy as np
import pytest
from PIL import Image

from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.lessons.explorer import Choice, Guess, Real, Stages, Whole
from bptt_helpers.lessons.gradient_pictures import FADE
from bptt_helpers.widgets import frames, pages
from bptt_helpers.widgets.painter import Painter

explorers = pytest.mark.parametrize("name", EXPLORERS)


@explorers
def test_the_page_moves_what_leads_from_end_to_end_with_the_start_among_it(name):
    controls = EXPLORERS[name].controls
    slider, menu = frames.moved_by(EXPLORERS[name])
    stops = frames.stops_of(controls[slider])
    assert len(stops) <= frames.MOST + 2
    assert (stops[0], stops[-1]) == controls[slider].ends
    assert controls[slider].start in stops
    assert stops == sorted(set(stops))
    assert {slider, menu} - {""} == set(EXPLORERS[name].leading)
    if menu:
        few = frames.few_of(controls[menu])
        assert controls[menu].start in few
        assert len(few) == len(set(few)) <= 5


@pytest.mark.parametrize(
    ("control", "wanted"),
    [
        (Real(1.0, 0.5, 2.0, "", ""), [0.5, 0.55, 0.6]),
        (Real(0.52, 0.5, 2.0, "", ""), [0.5, 0.52, 0.57]),
        (Whole(50, 1, 100, "", ""), [1, 5, 10]),
        (Whole(3, 1, 5, "", ""), [1, 2, 3, 4, 5]),
        (Stages(10, (1, 10, 300), "", ""), [1, 10, 300]),
    ],
)
def test_frames_stand_at_whole_strides_from_the_start(control, wanted):
    assert frames.stops_of(control)[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("control", "wanted"),
    [
        (Choice("b", ("a", "b", "c"), "", ""), ["a", "b", "c"]),
        (Stages(30, (1, 10, 30, 100, 300), "", ""), [1, 10, 30, 100, 300]),
        (Whole(50, 0, 90, "", ""), [0, 30, 50, 90]),
        (Whole(0, 0, 90, "", ""), [0, 30, 60, 90]),
    ],
)
def test_a_menu_has_all_words_or_a_few_values_with_the_start(control, wanted):
    assert frames.few_of(control) == wanted


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames") / "backward_pass"
    return frames.draw("backward_pass", folder, {}), folder


def test_each_frame_is_the_picture_of_its_values_with_its_sentence(drawn):
    shown, folder = drawn
    explorer = EXPLORERS["backward_pass"]
    painter = Painter(explorer.picture)
    assert (shown.slider, shown.menu) == ("step", "losses")
    for row, losses in enumerate(explorer.controls["losses"].options):
        for column, step in enumerate(explorer.controls["step"].stops):
            data = explorer.compute(**explorer.values(step=step, losses=losses))
            assert shown.sentences[row][column] == explorer.describe(data)
            assert shown.values[column] == f"{step}"
            assert farthest(Image.open(folder / f"{row}-{column}.png"), painter.pixels(data)) <= 20
    start = explorer.values()
    assert [shown.options[shown.start[0]], shown.values[shown.start[1]]] == [start["losses"], f"{start['step']}"]
    assert frames.read(folder) == shown


def farthest(stored, wanted):
    """How far the most changed colour has moved, of 255."""
    return np.abs(np.asarray(stored.convert("RGB")).astype(int) - np.asarray(wanted)).max()


def test_few_colours_keep_the_warm_half_of_the_scale_apart(tmp_path):
    """Every colour of gradient sizes stays where it was; in the warm half neighbours stay different."""
    explorer = EXPLORERS["influence"]
    wanted = Painter(explorer.picture).pixels(explorer.compute(**explorer.values(spectral_radius=2.0)))
    frames.save(wanted, tmp_path / "few.png")
    stored = Image.open(tmp_path / "few.png")
    assert stored.mode == "P"
    assert farthest(stored, wanted) <= 20
    grey = np.asarray(wanted)[150, 350]  # a background keeps its colour
    assert np.abs(np.asarray(stored.convert("RGB")).astype(int)[150, 350] - grey).max() <= 1
    scale = (FADE(np.linspace(0.5, 1, 256))[:, :3] * 255).round().astype(int)
    warm = {tuple(color) for color in scale}
    pixels = np.asarray(wanted).reshape(-1, 3)
    inside = np.array([tuple(pixel) in warm for pixel in pixels])
    assert len(np.unique(pixels[inside], axis=0)) > 60
    assert len(np.unique(np.asarray(stored.convert("RGB")).reshape(-1, 3)[inside], axis=0)) > 30


def test_another_start_has_its_own_folder_and_frame(tmp_path):
    assert frames.key_of("backward_pass", {}) == frames.key_of("backward_pass", {"seed": 0}) == "backward_pass"
    assert re.fullmatch(r"backward_pass-[0-9a-f]{8}", frames.key_of("backward_pass", {"seed": 1}))
    explorer = EXPLORERS["backward_pass"]
    start = {"seed": 3, "step": 4, "losses": "last step only"}
    shown = frames.draw("backward_pass", tmp_path, start, whole=False)
    assert shown.sentences == [[explorer.describe(explorer.compute(**start))]]
    assert [path.name for path in tmp_path.glob("*.png")] == ["0-0.png"]
    assert frames.draw("backward_pass", tmp_path, start).start == [1, 3]
    with pytest.raises(ValueError, match=r"step: want .*got 9"):
        frames.draw("backward_pass", tmp_path, {"step": 9})


def test_values_are_written_as_sliders_of_a_notebook_write_them():
    assert frames.as_text(Real(1.0, 0.5, 2.0, "", ""), 1.0) == "1.00"
    assert frames.as_text(Stages(1e-11, (1e-11, 0.3), "", ""), 1e-11) == "1e-11"
    assert frames.as_text(Whole(3, 1, 5, "", ""), 3) == "3"


def test_the_page_holds_the_first_frame_its_sentence_and_all_others(drawn):
    shown, _ = drawn
    html = pages.player(shown, "../frames/backward_pass", 'See <a href="x">there</a>.')
    row, column = shown.start
    sentence = shown.sentences[row][column]
    assert f'src="../frames/backward_pass/{row}-{column}.png"' in html
    assert unescape(re.search(r'alt="([^"]*)"', html)[1]) == sentence
    assert unescape(re.search(r'role="status">([^<]*)<', html)[1]) == sentence
    assert re.search(r'<input type="range" min="0" max="3" value="(\d)"', html)[1] == str(column)
    assert re.findall(r"<option( selected)?>([^<]*)", html) == [
        (" selected" if k == row else "", option) for k, option in enumerate(shown.options)
    ]
    data = json.loads(re.search(r'<script type="application/json">(.*)</script>', html)[1])
    assert data == {"values": shown.values, "sentences": shown.sentences}
    assert 'See <a href="x">there</a>.' in html
    assert ("<button" in html) == EXPLORERS["backward_pass"].controls["step"].plays


def test_nothing_in_a_sentence_is_taken_for_html(drawn):
    shown = drawn[0]._replace(sentences=[['a < b </script> & "c"'] * 4] * 2)
    html = pages.player(shown, "x")
    assert html.count("</script>") == 1
    assert unescape(re.search(r'alt="([^"]*)"', html)[1]) == shown.sentences[0][0]
    data = json.loads(re.search(r'<script type="application/json">(.*)</script>', html)[1])
    assert data["sentences"] == shown.sentences


@explorers
def test_the_page_says_what_it_leaves_out(name):
    explorer = EXPLORERS[name]
    slider, menu = frames.moved_by(explorer)
    values = frames.stops_of(explorer.controls[slider])
    options = frames.few_of(explorer.controls[menu]) if menu else [""]
    shown = frames.Frames(name, slider, values, menu, options, [0, 0], [1, 1], [])
    said = pages.left_out(shown)
    for control_name, control in explorer.controls.items():
        left_out = control_name not in (slider, menu) and not isinstance(control, Guess)
        assert (control.label in said.partition("start: ")[2].partition(". ")[0].split(", ")) == left_out
    for moved, count in ((slider, len(values)), (menu, len(options))):
        control = explorer.controls.get(moved)
        if hasattr(control, "stops"):
            assert (f"{count} of the {len(control.stops)} values" in said) == (count < len(control.stops))
    assert explorer.touch in said
