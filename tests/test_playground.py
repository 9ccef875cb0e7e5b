"""Notebook 14: one experiment with every knob, its numbers by other routes, its picture, its settings as a text."""

import random
from itertools import product

import numpy as np
import pytest

from bptt_helpers import bptt, clip_by_global_norm, cosine, gradient_by_window, influence, init_params, textbook
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.lessons.explorer import Choice
from bptt_helpers.lessons.gradient_pictures import gradient_colours
from bptt_helpers.lessons.own_model.window_picture import HERE, LOWEST, MARKED, at_scale
from bptt_helpers.lessons.playground import network, settings, task_of, to_text
from bptt_helpers.lessons.playground.experiment import CELLS, INITS, READS, errors, sent
from bptt_helpers.lessons.playground.explorer import PLAYGROUND, idle
from bptt_helpers.lessons.playground.picture import CEILING, FLOOR, NOTES
from bptt_helpers.lessons.scheme_pictures import CHUNKED, SLIDING, STRIDE
from bptt_helpers.tasks.sequences import adding, copying
from bptt_helpers.truncation.window_search import window_needed
from bptt_helpers.widgets import explore_playground, playground

NETWORKS = [
    ("story", "tanh", "gaussian", 1.5, "drawn", 50, 3),
    ("shuffled", "relu", "orthogonal", 1.0, "drawn", 25, 1),
    ("copying", "gru", "pytorch", 1.0, "3", 75, 0),
    ("adding", "lstm", "gaussian", 0.8, "chrono", 50, 2),
]


def relative_error(known, window, stride):
    exact, cut = (
        recurrent_part(g.params).ravel()
        for g in (bptt(known.trace, known.dL_do), bptt(known.trace, known.dL_do, window=window, stride=stride))
    )
    return np.linalg.norm(cut - exact) / np.linalg.norm(exact)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_error_of_every_window_is_that_of_windows_one_by_one(name):
    known, T = sent(*name), name[5]
    for stride in (1, 4, 7, T):
        found = errors(known, stride)
        for window in (1, 3, 5, 7, 8, 20, T - 1, T):
            wanted = relative_error(known, window, min(stride, window))
            assert found[window - 1] == pytest.approx(wanted, rel=1e-9, abs=1e-13), (stride, window)


@pytest.mark.parametrize("name", NETWORKS)
def test_sliding_and_blocks_are_what_every_window_at_once_finds(name):
    known, T = sent(*name), name[5]
    for scheme, stride in (("sliding", 1), ("chunked", T)):
        curve = gradient_by_window(known.trace, known.dL_do, scheme=scheme)
        np.testing.assert_allclose(errors(known, stride), 10.0**curve.log10_error, rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_every_loss_sends_is_its_influence(name):
    known = sent(*name)
    wanted = influence(known.trace, known.dL_do)[:, :, 0]
    asked = np.isfinite(wanted)
    np.testing.assert_allclose(known.log10_norm[asked], wanted[asked], atol=1e-9)
    assert not np.isfinite(known.log10_norm[~asked]).any()


def test_an_error_off_by_one_step_would_be_seen():
    known = sent(*NETWORKS[0])
    found = errors(known, 4)
    assert abs(found[9] - relative_error(known, 11, 4)) > 1e-3
    assert abs(found[9] - relative_error(known, 10, 5)) > 1e-3


SETTINGS = ["", "tanh radius=1.5 window=4 stride=4 seed=3", "gru pytorch bias=3 window=30 stride=7 T=75 loss=40"]
SETTINGS += ["tanh radius=1.5 window=20 stride=20 seed=1 T=75"]
SETTINGS += ["adding relu orthogonal window=100 stride=100 clip=100", "copying bias=chrono T=25 window=1 clip=0.01"]
SETTINGS += [
    "window=6 stride=40 loss=63",
    "shuffled relu radius=2 window=20 seed=0 loss=1",
    "adding relu radius=2 window=10 T=50 seed=5",
]


@pytest.mark.parametrize("text", SETTINGS)
def test_the_numbers_of_one_way_to_cut_are_those_of_the_backward_pass(text):
    values = settings(text)
    data = PLAYGROUND.compute(**values)
    T = values["sequence_length"]
    assert (data.window, data.stride) == (min(values["window"], T), min(values["window"], values["stride"], T))
    radius = values["spectral_radius"]
    known = sent(values["reads"], values["cell"], values["init"], radius, values["gate_bias"], T, values["seed"])
    exact, cut = (
        bptt(known.trace, known.dL_do, **cuts).params for cuts in ({}, {"window": data.window, "stride": data.stride})
    )
    for log_norms, gradient in (
        (data.exact, exact),
        (data.cut, cut),
        (data.clipped, clip_by_global_norm(cut, values["clip_norm"])[0]),
    ):
        norms = [np.sqrt((part**2).sum()) for part in gradient]
        np.testing.assert_allclose(10.0**log_norms, [*norms, np.sqrt(sum(n**2 for n in norms))], rtol=1e-9)
    assert data.cosine == pytest.approx(cosine(recurrent_part(cut), recurrent_part(exact)), abs=1e-12)
    assert data.error[data.window - 1] == pytest.approx(
        relative_error(known, data.window, data.stride), rel=1e-7, abs=1e-13
    )
    shares = 10.0 ** np.nan_to_num(data.relative[data.loss - 1], nan=-np.inf)
    assert data.lost == pytest.approx(shares[~data.kept[data.loss - 1]].sum() / shares.sum(), abs=1e-12)
    for window, allowed in zip(data.needed, MARKED, strict=True):
        if window is None:
            assert data.error[-1] > allowed
            continue
        assert (data.error[window - 1 :] <= allowed).all()
        assert window == 1 or data.error[window - 2] > allowed


def test_the_exact_gradient_is_the_textbooks():
    name = NETWORKS[0]
    known = sent(*name)
    wanted = textbook.bptt(known.trace.params, known.trace.x, known.trace.h, known.dL_do)
    for part, other in zip(bptt(known.trace, known.dL_do).params, wanted, strict=True):
        np.testing.assert_allclose(part, other, atol=1e-12)


def test_what_is_needed_holds_for_all_longer_windows():
    error = np.array([0.9, 0.04, 0.2, 0.03, 0.0])
    assert [window_needed(error, allowed) for allowed in (1, 0.2, 0.05, 0.01)] == [1, 2, 4, 5]
    assert window_needed(error[:3], 0.05) is None


def test_the_tasks_are_those_of_the_course():
    batch, task = adding(50, 1, rng=4), task_of("adding", 50, 4)
    np.testing.assert_array_equal(task.x, batch.x)
    assert task.weight == "last"
    assert task.text == "".join(str(int(10 * number)) for number in batch.x[:, 0, 0])
    assert task.marked == tuple(np.flatnonzero(batch.x[:, 0, 1]) + 1)
    batch, task = copying(50, 1, rng=4), task_of("copying", 50, 4)
    np.testing.assert_array_equal(task.x, batch.x)
    np.testing.assert_array_equal(task.y, batch.y)
    assert task.text[10:39] == "·" * 29
    assert task.text[39] == ">"
    assert task.text[:10] == "".join(map(str, batch.y[-10:, 0]))


@pytest.mark.parametrize("reads", ["story", "shuffled"])
def test_of_a_text_the_next_character_is_asked(reads):
    task = task_of(reads, 50, 2)
    assert task.x[1:, 0].argmax(1).tolist() == task.y[:-1, 0].tolist()
    assert len(task.text) == 50
    story, shuffled = task_of("story", 50, 2), task_of("shuffled", 50, 2)
    assert story.text != shuffled.text
    last = [one.y[-1, 0] for one in (story, shuffled)]
    counts = [one.x.sum((0, 1)) + np.eye(one.x.shape[2])[y] for one, y in zip((story, shuffled), last, strict=True)]
    np.testing.assert_array_equal(*counts)  # the same characters, the one asked last among them


def test_a_network_has_the_start_that_is_named():
    task = task_of("story", 50, 0)
    d, q = task.x.shape[2], task.n_out
    blocks = network("gru", "gaussian", 1.3, "3", task, 5)
    for block in blocks.W_hh.reshape(3, 16, 16):
        assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(1.3)
    wanted = init_params(d, 16, q, cell="lstm", init="pytorch", chrono=50, rng=5)
    for part, other in zip(network("lstm", "pytorch", 2.0, "chrono", task, 5), wanted, strict=True):
        np.testing.assert_array_equal(part, other)
    tanh = network("tanh", "orthogonal", 1.0, "3", task, 5)
    np.testing.assert_allclose(tanh.W_hh @ tanh.W_hh.T, np.eye(16), atol=1e-12)


@pytest.mark.parametrize(("reads", "cell", "init"), [*product(READS, CELLS, INITS)])
def test_what_is_idle_changes_no_number_and_all_else_changes_some(reads, cell, init):
    values = PLAYGROUND.values(reads=reads, cell=cell, init=init, sequence_length=50)
    still = idle(**values)
    for name, other in (("gate_bias", "3"), ("spectral_radius", 1.7), ("loss", 20)):
        one, two = PLAYGROUND.compute(**values), PLAYGROUND.compute(**values | {name: other})
        numbers = [(data.error, data.exact, data.relative[data.loss - 1]) for data in (one, two)]
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(*numbers, strict=True))
        assert same == (name in still), name


def test_the_sentence_names_a_gate_only_where_there_is_one():
    for cell in CELLS:
        assert ("gate bias 3" in explore_playground(cell=cell, gate_bias="3").sentence) == (cell in ("gru", "lstm"))
    assert "in blocks of 6" in explore_playground(window=6, stride=40).sentence
    assert "every 5 steps" in explore_playground(window=6, stride=5).sentence


# The picture


@pytest.mark.parametrize("text", SETTINGS)
def test_the_picture_shows_the_numbers(text):
    picture, data = PLAYGROUND.shown(**settings(text))
    T, window = len(data.text), data.window
    page = picture.top.page
    assert page._text == data.text.ljust(100)
    np.testing.assert_array_equal(np.ma.getdata(page.get_array()).ravel()[:T], data.relative[data.loss - 1])
    assert len(picture.top.struck.get_segments()) == data.first_heard[data.loss - 1] - 1
    assert (f", stride {data.stride}:" in picture.top.window.get_text()) == (data.stride > 1)
    x, y = (np.array(places[::3]) for places in picture.marked.get_data(orig=True))
    assert (x + 50 * (y > 1.5) + 1).astype(int).tolist() == list(data.marked)
    cells = np.ma.getdata(picture.cells.get_array())
    t, s = T - 1, T - 1  # what the last loss sends to its own step
    np.testing.assert_array_equal(cells[t, s], np.rint(255 * gradient_colours(0.0)[:3]))
    assert bool(picture.only.get_text()) == (not data.every)
    if data.every and window < T:
        greys = cells[~data.kept & (np.arange(T) <= np.arange(T)[:, None])]
        assert (greys.max(1).astype(int) - greys.min(1) < 100).all()
    look = SLIDING if data.stride == 1 else CHUNKED if data.stride == window else STRIDE
    x, y = picture.curves[1].get_data()
    assert picture.curves[1].get_color() == picture.value.get_color() == look["color"]
    np.testing.assert_array_equal(y, at_scale(data.error)[: len(x)])
    if data.error[-1] < LOWEST:  # the curve ends where it leaves the axis for good
        assert y[-1] == LOWEST <= data.error[len(x) - 2]
    np.testing.assert_array_equal(
        picture.curves[0].get_ydata(), at_scale(data.sliding)[: picture.curves[0].get_xdata().size]
    )
    assert list(picture.here.get_xdata()) == [window]
    assert picture.here.get_ydata()[0] == max(min(data.error[window - 1], 2), LOWEST)
    assert picture.here.get_markerfacecolor() == HERE
    assert list(picture.enough.get_xdata()) == [window for window in data.needed if window]
    assert [label.get_text() for label in picture.needed] == [str(window or "") for window in data.needed]
    for mark, norms in ((picture.exact, data.exact), (picture.cut, data.cut), (picture.clipped, data.clipped)):
        np.testing.assert_array_equal(mark.get_ydata(), np.clip(norms, FLOOR, CEILING))
    assert picture.level.get_ydata()[0] == np.clip(np.log10(data.clip_norm), FLOOR, CEILING)
    assert picture.limit.get_text() == f"dashed: clip norm {data.clip_norm:g}"
    assert picture.note.get_text() == NOTES[data.reads]


@pytest.mark.parametrize("reads", READS)
def test_the_longest_title_leaves_room_for_what_is_read(reads):
    picture, _ = PLAYGROUND.shown(reads=reads, window=100, stride=100)
    assert picture.top.window.get_window_extent().x1 < picture.note.get_window_extent().x0


def place_in(picture, ax, x, y):
    return picture.figure.transFigure.inverted().transform(ax.transData.transform((x, y)))


def test_the_pointer_moves_window_loss_and_clip_norm():
    picture, _ = PLAYGROUND.shown(window=10, stride=5)

    def touch(ax, x, y):
        return picture.touched(*place_in(picture, ax, x, y))

    (found,) = touch(picture.top.ax, 40.5, 1.6).values()  # step 91: the first of a window of ten
    assert PLAYGROUND.controls["window"].nearest(found) == 10
    picture, _ = PLAYGROUND.shown(window=10, stride=5, loss=97)  # walks back with loss 100
    (found,) = touch(picture.top.ax, 40.5, 1.6).values()
    assert found == 10
    assert PLAYGROUND.compute(**PLAYGROUND.values(window=found, stride=5, loss=97)).first_heard[96] == 91
    assert round(touch(picture.map, 3.2, 41.3)["loss"]) == 41
    assert round(touch(picture.right, 25.1, 0.01)["window"]) == 25
    assert touch(picture.norms, 2.5, -1.0)["clip_norm"] == pytest.approx(0.1)
    assert picture.touched(0.5, 0.001) == {}
    picture, _ = PLAYGROUND.shown(reads="adding")
    assert picture.touched(*place_in(picture, picture.map, 3.2, 41.3)) == {}


# The settings as a text


def test_settings_become_a_text_and_come_back_at_every_corner():
    rng, ends = random.Random(0), {name: control.ends for name, control in PLAYGROUND.controls.items()}
    for corner in product(*ends.values()):
        values = dict(zip(ends, corner, strict=True))
        assert settings(to_text(values)) == values
    for _ in range(2000):
        values = {
            name: rng.choice(control.options if isinstance(control, Choice) else list(control.stops))
            for name, control in PLAYGROUND.controls.items()
        } | {"spectral_radius": rng.uniform(0.5, 2)}
        assert settings(to_text(values)) == values


def test_the_text_is_short_and_says_only_what_differs():
    assert to_text() == to_text(PLAYGROUND.values()) == ""
    assert settings("") == PLAYGROUND.values()
    values = {"reads": "adding", "cell": "gru", "gate_bias": "chrono", "sequence_length": 50, "spectral_radius": 1.25}
    assert to_text(values) == "adding gru radius=1.25 bias=chrono T=50"


@pytest.mark.parametrize("text", ["T=50 GRU", "gru,t=50", "cell=gru  sequence_length=50", "T=50.0, gru,"])
def test_a_text_may_be_written_in_other_words(text):
    assert settings(text) == PLAYGROUND.values(cell="gru", sequence_length=50)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("gruu", r"settings: want one of story, .*, pytorch, or reads=…, .*seed=…, got 'gruu'"),
        ("windw=3", r"settings: want reads=…, .*seed=…, got 'windw=3'"),
        ("window=ten", r"settings, part 'window=ten': window: want an integer from 1 to 100, got 'ten'"),
        ("window=101", r"part 'window=101': window: want an integer from 1 to 100, got 101"),
        ("window=3.5", r"window: want an integer from 1 to 100, got 3.5"),
        ("T=30", r"part 'T=30': T: want one of 25, 50, 75, 100, got 30; the nearest is 25"),
        ("radius=nan", r"radius: want a number from 0.5 to 2, got nan"),
        ("radius=", r"radius: want a number from 0.5 to 2, got ''"),
        ("bias=2", r"bias: want one of 'drawn', '1', '3', 'chrono', got '2'"),
        ("gru lstm", r"settings: want cell once, got 'gru' and 'lstm'"),
        ("T=50 sequence_length=50", r"settings: want T once, got 'T=50' and 'sequence_length=50'"),
        (7, r"settings: want a text such as .*, got 7"),
        (None, r"settings: want a text such as .*, got None"),
    ],
)
def test_a_wrong_text_is_answered_by_a_sentence_that_names_the_part(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        settings(text)
    with pytest.raises(ValueError, match=sentence):
        playground(text)


def test_values_that_no_control_takes_have_no_text():
    with pytest.raises(ValueError, match="window: want an integer from 1 to 100, got 0"):
        to_text({"window": 0})
    with pytest.raises(ValueError, match="control: want one of"):
        to_text({"windw": 1})


# The widget


def test_the_field_follows_the_controls_and_takes_what_is_pasted():
    live = playground("gru window=7")
    assert live.settings.value == "gru window=7"
    live.controls["window"].value = 12
    assert live.settings.value == "gru window=12"
    live.settings.value = "  tanh, T=50"
    assert live.settings.value == "tanh T=50"
    assert live.controls["cell"].value == "tanh"
    assert live.controls["window"].value == 10
    assert live.sentence == explore_playground(cell="tanh", sequence_length=50).sentence
    live.update(**PLAYGROUND.values())
    assert live.settings.value == ""


def test_a_wrong_paste_leaves_the_picture_and_says_what_is_wrong_until_something_moves():
    live = explore_playground()
    before, text = live.image.value, "gruu window=3"
    live.settings.value = text
    assert live.settings.value == text
    assert "got &#x27;gruu&#x27;" in live._problem.value
    assert 'role="alert"' in live._problem.value
    assert live.image.value == before
    live.settings.value = ""
    assert live._problem.value == ""
    live.settings.value = text
    live.controls["window"].value = 3
    assert live._problem.value == ""
    assert live.settings.value == "window=3"


def test_what_has_no_effect_is_greyed():
    live = explore_playground()

    def greyed():
        return {name for name, control in live.controls.items() if control.disabled}

    assert greyed() == set()
    live.update(cell="tanh", init="pytorch", reads="adding")
    assert greyed() == {"gate_bias", "spectral_radius", "loss"}
    live.update(**PLAYGROUND.values())
    assert greyed() == set()
