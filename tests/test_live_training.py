"""The live training of a character model: the session that trains, and the widget whose thread it runs on."""

import asyncio
import gc
import itertools
import threading
import time
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from bptt_helpers import bptt, cross_entropy, forward, init_params, load_text
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.lessons.language_model import schemes
from bptt_helpers.lessons.language_model.curves import AROUND, curves, few
from bptt_helpers.lessons.language_model.session import CELLS, LAYOUTS, Session, Settings
from bptt_helpers.lessons.language_model.view import POINTS
from bptt_helpers.measures.bits import bits_per_character
from bptt_helpers.measures.influence import influence
from bptt_helpers.tasks.text_layouts import text_batches
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import History, load_run, save_run, start
from bptt_helpers.truncation.hazards import constant_hazard, draw_factors
from bptt_helpers.widgets import training, watch_training

TEXT = load_text()[:3000]
SMALL = {"n_hidden": 8, "sequence_length": 12, "batch_size": 4}


def session(run=None, dropout=None, **settings):
    return Session(TEXT, Settings(**{"window": 5} | settings), **SMALL, dropout=dropout, run=run)


def trained(one, updates):
    """Let a session make some updates, in as many calls as it takes."""
    wanted = one.run.updates + updates
    while (before := one.run.updates) < wanted:
        asked = itertools.count(0 if before else 1)  # a run that goes on is asked before its first update, too
        one.advance(lambda asked=asked, wanted=wanted - before: next(asked) >= wanted)
    assert one.run.updates == wanted
    return one


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.active_count()
    yield
    for live in list(training._TRAININGS):
        live.close()
    assert threading.active_count() <= before


def signal_of_one(cell, t, T=12):
    """A trace, and what a loss at step t alone sends to the outputs."""
    rng = np.random.default_rng(0)
    trace = forward(init_params(3, 4, 3, cell=cell, rng=1), rng.normal(size=(T, 1, 3)), cell=cell)
    dL_do = np.zeros_like(trace.o)
    dL_do[t] = rng.normal(size=3)
    return trace, dL_do


# What a scheme leaves


@pytest.mark.parametrize("cell", CELLS.values())
@pytest.mark.parametrize("scheme", ["full", "sliding", "stride τ/2", "chunked"])
def test_a_page_shows_of_a_loss_what_the_backward_pass_of_its_sequence_leaves(cell, scheme):
    T = 12
    for window in (1, 2, 5, 7, 12):
        for place in range(T):
            trace, dL_do = signal_of_one(cell, place, T)
            stride = {"sliding": 1, "stride τ/2": max(1, window // 2), "chunked": window}.get(scheme)
            windows = {} if scheme == "full" else {"window": window, "stride": stride}
            with np.errstate(divide="ignore"):
                exact, wanted = (
                    np.log10(np.linalg.norm(bptt(trace, dL_do, **how).dL_dh[:, 0], axis=1)) for how in ({}, windows)
                )
            # the second sequence of a page of two: what the first felt is cut by every scheme
            page = np.r_[np.full(T, -1.0), exact[: place + 1], np.full(T - place - 1, np.nan)]
            left = schemes.through_window(page, scheme, window, T, T + place, np.random.default_rng(0))
            assert np.isneginf(left[:T]).all()
            assert np.allclose(left[T : T + place + 1], wanted[: place + 1])
            assert np.isnan(left[T + place + 1 :]).all()


def test_random_cuts_on_the_page_are_those_of_one_draw():
    exact = np.linspace(-3, 0, 20)
    left = schemes.through_window(exact, "random", 4, 20, 19, np.random.default_rng(3))
    factor = draw_factors(constant_hazard(4), 20, 1, np.random.default_rng(3))[:, 0]
    wanted = [np.prod(factor[s + 1 :]) * 10 ** exact[s] for s in range(20)]
    assert 1 < np.count_nonzero(wanted) < 20
    assert np.allclose(10**left, wanted)
    assert np.isneginf(schemes.through_window(exact, "random", 1, 20, 19, np.random.default_rng(3))[:-1]).all()


def batch_gradient(cell, mask=None):
    rng = np.random.default_rng(0)
    params = init_params(5, 4, 5, cell=cell, rng=1)
    trace = forward(params, rng.normal(size=(9, 3, 5)), cell=cell, mask=mask)
    return trace, cross_entropy(trace.o, rng.integers(0, 5, (9, 3)))[1]


@pytest.mark.parametrize("cell", CELLS.values())
def test_random_cuts_that_never_come_give_the_exact_gradient_in_its_shape(cell):
    case = batch_gradient(cell, Dropout(0.3).mask(0, (9, 3, 4), float))
    exact = bptt(*case).params
    found = schemes.gradient("random", 10**9, *case, np.random.default_rng(0))
    assert all(np.allclose(g, w, rtol=1e-6, atol=1e-12) for g, w in zip(found, exact, strict=True))


@pytest.mark.parametrize("cell", CELLS.values())
def test_random_cuts_are_drawn_by_the_generator_and_right_on_average(cell):
    case, rng = batch_gradient(cell), np.random.default_rng(0)
    draws = np.array([recurrent_part(schemes.gradient("random", 3, *case, rng)) for _ in range(200)])
    exact = recurrent_part(bptt(*case).params)
    spread = draws.std(0).max()
    assert spread > 0.01 * np.abs(exact).max()
    assert np.abs(draws.mean(0) - exact).max() < 5 * spread / np.sqrt(len(draws))


# The session


@pytest.mark.parametrize("cell", CELLS)
def test_a_session_trains_as_the_engine_does(cell):
    one = trained(session(cell=cell, scheme="chunked", clip_norm=0.5, learning_rate=0.02), 30)
    cut = round(0.9 * len(TEXT))
    d, name = len(set(TEXT)), CELLS[cell]
    begin = start(init_params(d, 8, d, cell=name, init="orthogonal", rng=0).astype(np.float32))
    run = train(
        begin,
        text_batches(TEXT[:cut], 12, 4, vocabulary=one.vocabulary, dtype="float32"),
        updates=30,
        learning_rate=0.02,
        optimiser=Adam(),
        clip_norm=0.5,
        cell=name,
        gradient=lambda trace, dL_do, k: bptt(trace, dL_do, window=5, scheme="chunked").params,
        dropout=None if cell == "RNN" else Dropout(0.3),
    )
    assert one.run.history.loss.tobytes() == run.history.loss.tobytes()
    assert not one.run.solved
    assert run.history.loss[-5:].mean() < run.history.loss[0] - 0.3


@pytest.mark.parametrize("scheme", schemes.SCHEMES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_run_from_a_file_goes_on_as_if_never_interrupted(tmp_path, scheme, cell):
    whole = trained(session(cell=cell, scheme=scheme), 40).run
    half = trained(session(cell=cell, scheme=scheme), 17).run
    save_run(half, tmp_path / "half.npz")
    run = trained(session(run=load_run(tmp_path / "half.npz"), cell=cell, scheme=scheme), 23).run
    for part in History._fields:
        assert getattr(run.history, part).tobytes() == getattr(whole.history, part).tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(run.params, whole.params, strict=True))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_as_it_says(layout):
    kind, carried = LAYOUTS[layout]
    one = trained(session(layout=layout), 3)
    again = text_batches(one.learned, 12, 4, layout=kind, carried=carried, vocabulary=one.vocabulary, dtype="float32")
    run = train(
        start(session().run.params),
        again,
        updates=3,
        learning_rate=0.01,
        optimiser=Adam(),
        clip_norm=1.0,
        cell="gru",
        dropout=Dropout(0.3),
    )
    assert run.history.loss.tobytes() == one.run.history.loss.tobytes()


def test_settings_take_effect_with_the_next_update():
    one = trained(session(learning_rate=0.01, clip_norm=np.inf, dropout=0), 5)
    one.settings = one.settings._replace(learning_rate=0.05, clip_norm=1e-9, scheme="sliding", window=1)
    before = one.run
    trained(one, 1)
    assert one.run.history.rate.tolist() == [0.01] * 5 + [0.05]
    batch = one._draw(5)
    s0 = before.state if batch.goes_on else None
    trace = forward(before.params, batch.x, cell="gru", s0=s0)
    g = bptt(trace, cross_entropy(trace.o, batch.y)[1], window=1).params
    assert one.run.history.norm[5] == pytest.approx(np.sqrt(sum((w**2).sum() for w in g)), rel=1e-5)
    # clipped to next to nothing, it leaves Adam's first moment to shrink by its factor
    shrunk = one.run.moments[0].W_hh / before.moments[0].W_hh
    assert np.allclose(shrunk[np.abs(before.moments[0].W_hh) > 1e-5], 0.9, rtol=1e-3)


def test_it_is_tested_often_at_first_and_seldom_later():
    one = trained(session(cell="RNN"), 60)
    assert [updates for updates, _ in one.tested] == [0, 25, 50]
    bits = bits_per_character(one.run.params, one.held_out, one.vocabulary, cell="tanh", before=one.learned[-200:])
    trained(one, 15)
    assert one.tested[-1][0] == 75
    assert one.tested[-1][1] != pytest.approx(bits, abs=1e-4)
    again = bits_per_character(one.run.params, one.held_out, one.vocabulary, cell="tanh", before=one.learned[-200:])
    assert one.tested[-1][1] == again
    one.tested[-1] = (10_000, 1.0)
    asked = []
    one.run = one.run._replace(history=History(*(np.zeros(10_000) for _ in History._fields)))
    one.advance(lambda: bool(asked.append(1)) or len(asked) > 201)
    assert one.run.updates == one.tested[-1][0] == 10_200


def test_the_page_shows_the_exact_influence_of_the_picked_loss():
    one = trained(session(), 3)
    numbers = one.vocabulary.encode(one.page)
    trace = forward(one.run.params, np.eye(len(one.vocabulary))[numbers[:-1], None], cell="gru")
    _, dL_do = cross_entropy(trace.o, numbers[1:, None])
    dL_do = dL_do * (len(numbers) - 1)  # of each loss, not of their mean
    for picked in (40, 41, 0):
        view = one.view(picked)
        wanted = influence(trace, dL_do, losses=[picked], part="h")[0, :, 0]
        assert np.allclose(view.exact[: picked + 1], wanted[: picked + 1], atol=1e-3)
        assert np.isnan(view.exact[picked + 1 :]).all()
        assert len(view.exact) == len(view.windowed) == len(one.page)
        assert (view.picked, view.window, view.length, view.scheme) == (picked, 12, 12, "full")
    before = one.view(40).exact
    assert not np.allclose(trained(one, 1).view(40).exact[:41], before[:41])


def test_a_view_counts_what_was_clipped_lately():
    one = session(clip_norm=np.inf)
    assert one.view(3).clipped == 0
    norms = np.r_[np.full(20, 5.0), np.tile([1.0, 1.0, 1.0, 3.0], 25)]
    one.run = one.run._replace(history=History(*[norms] * 4))
    assert one.view(3).clipped == 0
    assert one.view(3, one.settings._replace(clip_norm=2.0)).clipped == 0.25
    assert one.view(3).done == 120 == one.view(3).updates[-1]


def test_curves_are_short_and_smoothed():
    loss = np.random.default_rng(0).normal(3, 1, 5000)
    updates, bits, norms = curves(History(loss, 2 * loss, loss, loss))
    assert len(updates) == POINTS
    assert updates[0] == 1
    assert updates[-1] == 5000
    assert (norms == 2 * loss[updates - 1]).all()
    middle = updates[200] - 1
    assert bits[200] == pytest.approx(loss[middle - AROUND // 2 : middle + AROUND // 2].mean() / np.log(2))
    assert [len(curve) for curve in curves(History(*[np.empty(0)] * 4))] == [0, 0, 0]
    one = curves(History(*[np.array([1.0])] * 4))
    assert [float(curve[0]) for curve in one] == [1, pytest.approx(1 / np.log(2)), 1]
    assert few([(k, 2 * k) for k in range(1000)]).shape == (2, POINTS)
    assert few([(0, 5.9)]).tolist() == [[0], [5.9]]


BAD = {
    "text: want at least one character, got an empty string": {"text": ""},
    "text: want a string, got int": {"text": 3},
    "text: want at least two different characters, got nothing but 'a'": {"text": "a"},
    "text: want at least 2525 characters, .*sequence_length = 35, got 200; use a longer text": {"text": "ab" * 100},
    "cell: want one of 'tanh', 'gru', 'lstm', got 'GRUE'": {"cell": "GRUE"},
    "window: want an integer from 1 to 35, got 36": {"window": 36},
    "clip_norm: want a finite number > 0, got -1": {"clip_norm": -1},
    "learning_rate: want a finite number > 0, got 0": {"learning_rate": 0},
    "scheme: want one of 'full', .*got 'none'": {"scheme": "none"},
    "layout: want one of 'streams, carried', .*got 'streams'": {"layout": "streams"},
    "sequence_length: want an integer from 1 to 100000, got 0": {"sequence_length": 0},
    "batch_size: want an integer from 1 to 100000, got 2.5": {"batch_size": 2.5},
    "n_hidden: want an integer from 1 to 4096, got 0": {"n_hidden": 0},
    "seed: want an integer >= 0, got -1": {"seed": -1},
    "dropout: want a number from 0 to 0.99, got 1": {"dropout": 1},
    "clip_norm: want a finite number > 0, got an array of shape": {"clip_norm": np.ones(3)},
    "sequence_length: want an integer from 1 to 100000, got 1000000": {"sequence_length": 10**6},
    "batch_size: want an integer from 1 to 100000, got 1000000": {"batch_size": 10**6},
    "baselines: want a sequence of pairs of a name and bits a character, got 3": {"baselines": 3},
    "baselines: want pairs of a name and bits a character, got 'trigram' among them": {"baselines": ["trigram"]},
    "baselines: want a finite number > 0, got nan": {"baselines": [("trigram", np.nan)]},
    "run: want a Run, as load_run reads it, got 3": {"run": 3},
}


@pytest.mark.parametrize("sentence", BAD)
def test_what_cannot_be_meant_is_answered_by_a_sentence(sentence):
    with pytest.raises(ValueError, match=sentence):
        watch_training(**BAD[sentence])


def test_a_run_of_another_text_cell_or_batch_is_refused():
    run = trained(session(), 2).run
    with pytest.raises(ValueError, match="run: want one that learned a text of 3 different characters"):
        watch_training("abc" * 1000, run=run)
    with pytest.raises(ValueError, match="cell: want 'gru', the cell of the run, or None, got 'lstm'"):
        watch_training(TEXT, run=run, cell="lstm")
    with pytest.raises(ValueError, match="batch_size: want that of the run, 4, got 32"):
        watch_training(TEXT, sequence_length=12, run=run)


def test_the_shortest_text_that_is_taken_can_be_learned():
    one = Session("ab" * 10, Settings(window=1), n_hidden=2, sequence_length=1, batch_size=6)
    assert trained(one, 30).run.updates == 30
    assert len(one.page) == 2
    with pytest.raises(ValueError, match=r"text: want at least 16 characters, .* got 15"):  # one alone held out
        Session("ab" * 7 + "a", Settings(window=1), n_hidden=2, sequence_length=1, batch_size=3)
    assert len(Session("ab" * 8, Settings(window=1), n_hidden=2, sequence_length=1, batch_size=3).page) == 2


# The widget


def watching(**more):
    return watch_training(TEXT, **SMALL, **more)


async def until(condition, seconds=10):
    """Let the loop work until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not come"
        await asyncio.sleep(0.002)


def role(live):
    return next((name for name in ("status", "alert") if f'role="{name}"' in live.readout.value), None)


def in_a_loop(scene, **more):
    """Play a scene with a live training, as in a kernel, where there is a loop."""

    async def play():
        live = watching(**more)
        try:
            await scene(live)
        finally:
            live.close()

    asyncio.run(play())


def fails(*_):
    raise ArithmeticError("the chalk broke")


def test_a_thread_trains_and_the_loop_draws(monkeypatch):
    monkeypatch.setattr(training, "REST", 1)

    async def scene(live):
        drawn, show = [], live.painter.picture.show
        monkeypatch.setattr(
            live.painter.picture, "show", lambda view: (drawn.append((threading.current_thread(), view)), show(view))
        )
        steps, made = set(), live.session._gradient
        live.session._gradient = lambda *case: (steps.add(threading.current_thread()), made(*case))[1]
        live.buttons["Start"].click()
        await until(lambda: len(drawn) >= 3 and live.run.updates > 5)
        live.buttons["Pause"].click()
        await until(lambda: live._drawn == live._values())
        assert {thread for thread, _ in drawn} == {threading.main_thread()}
        assert len(steps) == 1
        assert threading.main_thread() not in steps
        assert not live.running
        assert drawn[-1][1].done == live.run.updates
        assert [view.state for _, view in drawn][:2] == ["running"] * 2
        assert drawn[-1][1].state == "paused"
        assert live.sentence.startswith(f"Paused: Start goes on. GRU, {live.run.updates} updates: ")

    in_a_loop(scene)


def test_a_reader_who_listens_hears_of_a_pause_and_of_a_slider_at_rest_and_of_no_other_picture(monkeypatch):
    monkeypatch.setattr(training, "SHORTEST", 0.01)
    monkeypatch.setattr(training, "REST", 0)
    monkeypatch.setattr(training, "PAUSE", 0.05)

    async def scene(live):
        assert role(live) == "status"
        written = []
        live.start()
        live.readout.observe(lambda change: written.append(role(live)), "value")
        await until(lambda: len(written) > 5)
        assert set(written) == {None}
        live.controls["picked"].set_state({"value": 50})  # what a message from the page does
        await until(lambda: "status" in written)
        live.readout.unobserve_all()
        live.pause()
        await until(lambda: role(live) == "status" and live.sentence.startswith("Paused"))

    in_a_loop(scene)


def test_a_slider_is_answered_while_it_trains_and_read_by_the_next_update(monkeypatch):
    monkeypatch.setattr(training, "SHORTEST", 1e9)  # no picture that nobody asked for

    async def scene(live):
        live.session.tested[-1] = (10_000, 5.9)  # nor a test: the run is brought up to date all the same
        live.start()
        await until(lambda: live.run.updates > 3)
        live.controls["learning_rate"].set_state({"index": 0})
        assert live.session.settings.learning_rate == 0.0001, "known before anything is drawn"
        live.controls["scheme"].set_state({"index": 1})
        live.controls["window"].set_state({"index": 2})
        live.controls["clip_norm"].set_state({"index": 0})
        await until(lambda: "sees 3." in live.readout.value)
        settings = live.session.settings
        assert (settings.scheme, settings.window, settings.clip_norm) == ("sliding", 3, np.inf)
        await until(lambda: live.run.history.rate[-1] == 0.0001)
        live.children[0].children[-1].click()  # Reset
        await until(lambda: live.session.settings == Settings(window=10))

    in_a_loop(scene)


def test_what_training_brings_is_no_newer_value_of_a_slider(monkeypatch):
    monkeypatch.setattr("bptt_helpers.widgets.live.LONGEST_DELAY", 100)

    async def scene(live):
        live.controls["picked"].set_state({"value": 50})
        live.session.run = trained(session(), 2).run  # before the loop comes to draw
        await until(lambda: "2 updates" in live.readout.value and "(character 50)" in live.readout.value, seconds=3)

    in_a_loop(scene)


def test_drawing_rests_many_times_as_long_as_it_took(monkeypatch):
    live, now, seconds = watching(), 100.0, iter((0.03, 0.03, 1.0, 0.04, 0.05, 0.05, 0.001, 0.001))
    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: now))

    def draw(view):
        nonlocal now
        now += next(seconds)
        return b""

    monkeypatch.setattr(live.painter, "jpeg", draw)
    rests = []
    for picked in range(30, 38):
        live.update(picked=picked)
        rests.append(live._due - now)
    # the third is slow alone, and no reason to wait
    assert rests[1:] == pytest.approx(
        [training.REST * d for d in (0.03, 0.03, 0.04, 0.04, 0.05)] + [training.SHORTEST] * 2
    )


def test_training_waits_for_a_picture_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(training, "LONGEST_WAIT", 0.2)
    live = watching()
    live._until = live._due = np.inf
    live._free.clear()
    began = time.monotonic()
    assert not live._enough()
    assert 0.15 < time.monotonic() - began < 2
    live._free.set()
    jpeg, free = live.painter.jpeg, []
    monkeypatch.setattr(live.painter, "jpeg", lambda view: (free.append(live._free.is_set()), jpeg(view))[1])
    live.update(picked=30)
    assert free == [False]
    assert live._free.is_set()


def test_only_one_trains_at_a_time():
    async def scene(first):
        first.start()
        await until(lambda: first.run.updates > 2)
        second = watching()  # the cell run again
        assert not first.running
        await until(lambda: first.readout.value.count("Paused"))
        done = first.run.updates
        second.start()
        await until(lambda: second.run.updates > 2)
        first.start()
        assert first.running
        assert not second.running
        await until(lambda: first.run.updates > done)
        first.start()  # a second click
        assert sum(thread.name == training.__name__ for thread in threading.enumerate()) == 1

    in_a_loop(scene)


def test_stop_ends_a_run_and_start_begins_one_from_the_menus():
    async def scene(live):
        live.start()
        await until(lambda: live.run.updates > 2)
        live.controls["cell"].set_state({"index": 2})
        await asyncio.sleep(0.02)
        assert live.session.cell == "GRU", "the menu is for the next run"
        live.buttons["Stop"].click()
        assert live.session.state == "ended"
        kept = live.run
        assert kept.updates > 2
        live.buttons["Start"].click()
        live.pause()
        assert live.session.cell == "LSTM"
        assert len(live.run.params.W_hh) == 4 * 8
        await until(lambda: "LSTM" in live.readout.value)

    in_a_loop(scene)


def test_before_the_first_start_the_menu_shows_an_untrained_network_at_once():
    live = watching()
    live.update(cell="RNN")
    assert live.session.cell == "RNN"
    assert live.sentence.startswith("Ready: Start lets it train. RNN, 0 updates")
    paused = watching(run=trained(session(), 2).run)
    paused.update(cell="RNN")
    assert paused.sentence.startswith("Paused: Start goes on. GRU, 2 updates")


def test_an_exception_in_an_update_is_shown_and_the_run_before_it_is_kept():
    async def scene(live):
        live.start()
        await until(lambda: live.run.updates > 2)
        made = live.session._gradient
        live.session._gradient = fails
        await until(lambda: not live.running and role(live) == "alert")
        assert live.sentence.startswith("Failed: ArithmeticError: the chalk broke. GRU, ")
        done = live.run.updates
        assert done > 2
        live.session._gradient = made
        live.start()
        await until(lambda: live.run.updates > done)

    in_a_loop(scene)


def test_a_run_that_leaves_the_range_of_its_numbers_is_said_to_have_failed():
    async def scene(live):
        live.session.advance = lambda enough: setattr(
            live.session, "run", live.session.run._replace(overflow="train: update 3 led out of the range")
        )
        live.start()
        await until(lambda: "Failed: OverflowError: train: update 3 led out of the range" in live.readout.value)
        assert not live.running

    in_a_loop(scene)


def test_a_picture_that_cannot_be_drawn_does_not_end_training(monkeypatch):
    async def scene(live):
        live.start()
        monkeypatch.setattr(live.painter, "jpeg", fails)
        await until(lambda: "ArithmeticError: the chalk broke" in live.readout.value)
        done = live.run.updates
        await until(lambda: live.run.updates > done + 3)
        monkeypatch.undo()
        await until(lambda: "It trains." in live.readout.value)

    monkeypatch.setattr(training, "SHORTEST", 0.01)
    in_a_loop(scene)


def test_closing_ends_the_thread_and_draws_no_more():
    async def scene(live):
        live.start()
        await until(lambda: live.run.updates > 2)
        live.close()
        assert not live.running
        shown = live.image.value
        live._tell()
        await asyncio.sleep(0.05)
        assert live.image.value == shown

    in_a_loop(scene)


def test_in_plain_python_it_trains_and_shows_itself_when_asked():
    live = watching()
    live.start()
    end = time.monotonic() + 10
    while live.run.updates < 5:
        assert time.monotonic() < end
        time.sleep(0.002)
    first = live.image.value
    assert live.sentence.startswith("It trains. GRU, ")
    assert live.image.value != first
    live.pause()
    assert live.sentence.startswith(f"Paused: Start goes on. GRU, {live.run.updates} updates")


def test_it_trains_on_when_its_loop_is_closed():
    live = []

    async def page():
        live.append(watching())
        live[0].start()
        await until(lambda: live[0].run.updates > 2)

    asyncio.run(page())
    done, end = live[0].run.updates, time.monotonic() + 10
    while live[0].run.updates < done + 3:
        assert time.monotonic() < end
        time.sleep(0.002)
    live[0].stop()
    assert live[0].sentence.startswith("Ended: Start begins a new run.")


def test_a_widget_goes_on_from_a_file_with_the_losses_of_one_that_never_stopped(tmp_path):
    whole = trained(session(window=10), 30).run.history.loss
    first = watching()
    first.start()
    while first.run.updates < 4:
        time.sleep(0.002)
    first.pause()
    save_run(first.run, tmp_path / "run.npz")
    second = watching(run=load_run(tmp_path / "run.npz"))
    assert second.sentence.startswith(f"Paused: Start goes on. GRU, {first.run.updates} updates")
    second.start()
    while second.run.updates < 25:
        time.sleep(0.002)
    second.pause()
    loss = second.run.history.loss
    count = min(len(loss), 30)
    assert loss[:count].tobytes() == whole[:count].tobytes()


def test_a_click_on_a_page_picks_its_character():
    live = watching()
    ax = live.painter.picture.pages[1].ax
    x, y = ax.transData.transform((20.5, 2.5))
    place = ax.figure.transFigure.inverted().transform((x, y))
    live._touched(*place)
    assert live.controls["picked"].value == 2 * 38 + 20 + 1
    assert live.data.picked == 96


def test_its_sentence_says_what_the_picture_shows():
    live = watching(run=trained(session(), 30).run, scheme="chunked", window=4)
    view = live.data
    assert f"30 updates: {view.tested[1, -1]:.2f} bits a character on held-out text" in live.sentence
    assert f", {view.bits[-1]:.2f} on what it learns; {view.clipped:.0%} of the last gradients" in live.sentence
    shares = view.exact - view.exact[view.picked]
    back = shares[view.picked :: -1] >= -2
    exactly = len(back) if back.all() else int(back.argmin())
    first = view.picked - view.picked % 12 % 4
    kept = min(exactly, view.picked - first + 1)
    assert live.sentence.endswith(f"feels {exactly} characters, of which the training sees {kept}.")
    assert live.image.tooltip == live.sentence
    live.update(clip_norm="none")
    assert "clipped" not in live.sentence


def test_widgets_of_one_text_share_a_figure_and_a_closed_one_is_freed():
    one, two = watching(), watching()
    assert one.painter is two.painter
    gone = weakref.ref(one)
    one.close()
    del one
    gc.collect()
    assert gone() is None


def test_it_is_stored_with_a_picture_and_leaves_no_thread():
    live = watching(run=trained(session(), 2).run)
    stored = live._repr_mimebundle_()
    assert stored["text/plain"] == live.sentence
    assert stored["image/png"]
    assert not live.running
