"""Notebook 09: untrained networks as delivered and after another start, their explorer, a gate's time scale."""

import numpy as np
import pytest

from bptt_helpers import gradient_profile, init_params
from bptt_helpers.lessons.cures import STARTS, draw_scale, untrained
from bptt_helpers.lessons.cures.defaults_explorer import DEFAULTS, defaults_data
from bptt_helpers.lessons.cures.defaults_picture import GUESSED, LEFT, LENGTH, TALL
from bptt_helpers.lessons.cures.scale_picture import LOWEST
from bptt_helpers.lessons.cures.untrained import SEEDS, T, inputs_of, shares_left
from bptt_helpers.lessons.gradient_pictures import COLD, WARM, power
from bptt_helpers.lessons.pictures import INK
from bptt_helpers.tasks.text import Vocabulary, load_text

BARS = list(STARTS)


@pytest.mark.parametrize("inputs", ["noise", "text"])
@pytest.mark.parametrize("start", BARS)
def test_what_is_left_is_what_the_package_measures_another_way(start, inputs):
    how = {"units": 16, "bias": 2.5, "longest": 20, "inputs": inputs}
    left = shares_left(start, 16, 2.5, 20, inputs)
    for seed in range(SEEDS):
        profile = gradient_profile(*untrained(start, seed, **how))[:, 0]
        np.testing.assert_allclose(left[seed], (profile - profile[0])[::-1], atol=1e-6)


def test_every_start_has_the_same_weights_but_for_what_its_name_says():
    def weights(start, **how):
        return untrained(start, 3, units=6, **how)[0].params

    for cell, name in (("RNN", "tanh"), ("GRU", "gru"), ("LSTM", "lstm")):
        drawn = init_params(8, 6, 1, cell=name, init="pytorch", rng=3)
        for one, other in zip(weights(cell), drawn, strict=True):
            np.testing.assert_array_equal(one, other)
    plain, turned = weights("RNN"), weights("RNN, orthogonal")
    np.testing.assert_allclose(turned.W_hh.T @ turned.W_hh, np.eye(6), atol=1e-12)
    assert all((getattr(plain, name) == getattr(turned, name)).all() for name in ("W_hx", "b_h", "W_qh", "b_q"))
    for cell in ("GRU", "LSTM"):
        before, after = weights(cell), weights(f"{cell}, bias", bias=2.5)
        changed = (before.b_h != after.b_h).reshape(4, 6)
        assert changed[1].all()
        assert not changed[[0, 2, 3]].any()
        assert (after.b_h[6:12] == 2.5).all()
        assert all((getattr(before, name) == getattr(after, name)).all() for name in ("W_hx", "W_hh", "W_qh"))
    chrono = weights("LSTM, chrono", longest=20).b_h.reshape(4, 6)
    assert ((chrono[1] >= 0) & (chrono[1] <= np.log(19))).all()
    np.testing.assert_array_equal(chrono[0], -chrono[1])


def test_only_the_last_output_counts_and_the_inputs_are_as_said():
    trace, dL_do = untrained("GRU", 1, steps=30)
    assert dL_do.ravel().tolist() == [0] * 29 + [1]
    np.testing.assert_array_equal(trace.x, inputs_of("noise", 1)[:30])
    assert trace.x.shape == (30, 1, 8)
    assert inputs_of("noise", 1).std() == pytest.approx(1, abs=0.05)
    assert not np.array_equal(inputs_of("noise", 1), inputs_of("noise", 2))
    text = Vocabulary.of(load_text()).decode(inputs_of("text", 1)[:, 0].argmax(1))
    assert text in load_text()
    with pytest.raises(ValueError, match="start: want "):
        untrained("LSTM, forget", 0)
    with pytest.raises(ValueError, match="inputs: want "):
        untrained("LSTM", 0, inputs="sine")


def left_in_pytorch(torch, kind, seed, bias=None):
    """log10 ‖dL/ds_1‖ / ‖dL/dh_T‖ by PyTorch alone; a bias set as the notebook says."""
    n = 128
    torch.manual_seed(seed)
    layer = getattr(torch.nn, kind)(8, n).double()
    if bias is not None:
        with torch.no_grad():
            layer.bias_ih_l0[n : 2 * n] = bias
            layer.bias_hh_l0[n : 2 * n] = 0
    x, v = torch.randn(T, 1, 8, dtype=torch.double), torch.randn(n, dtype=torch.double)
    with torch.no_grad():
        state = layer(x[:1])[1]
    parts = [part.requires_grad_() for part in (state if kind == "LSTM" else (state,))]
    output = layer(x[1:], tuple(parts) if kind == "LSTM" else parts[0])[0]
    (output[-1, 0] @ v).backward()
    arrives = torch.cat([part.grad.ravel() for part in parts])
    return float(torch.log10(arrives.norm() / v.norm()))


@pytest.mark.parametrize(
    ("kind", "start", "bias"),
    [
        ("RNN", "RNN", None),
        ("GRU", "GRU", None),
        ("LSTM", "LSTM", None),
        ("GRU", "GRU, bias", 3.0),
        ("LSTM", "LSTM, bias", 1.0),
    ],
)
def test_pytorchs_own_layers_lose_as_much(torch, kind, start, bias):
    theirs = np.median([left_in_pytorch(torch, kind, seed, bias) for seed in range(SEEDS)])
    ours = np.median(shares_left(start, 128, 0.0 if bias is None else bias, 100, "noise")[:, 0])
    assert theirs == pytest.approx(ours, abs=1 if kind != "RNN" else 2)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"lag": 1, "guess": "1e-3"},
        {"lag": 40, "bias": 5.0, "inputs": "text", "units": 128},
        {"longest": 5, "bias": 0.0, "guess": "2"},
        {"bias": 6.0, "units": 128},  # more than was sent
    ],
)
def test_bars_ticks_and_numbers_are_the_data(values):
    picture, data = DEFAULTS.shown(**values)
    words = [word.text for word in picture.words.words]
    for k, (bar, left) in enumerate(zip(picture.bars, data.left, strict=True)):
        np.testing.assert_array_equal(bar.get_array(), left)
        here = left[:, T - 1 - data.lag]
        name, typical, between = (
            word for word in picture.words.words if word.x < LEFT and abs(word.y - picture.middles[k]) < 0.2
        )
        assert (name.text, typical.text) == (data.names[k], power(np.median(here)))
        assert between.text == f"{power(here.min())} to {power(here.max())}"
        assert typical.colour == (COLD if np.median(here) < -6 else WARM if np.median(here) > 0 else INK)
    assert f"{data.lag} step{'' if data.lag == 1 else 's'} back" in words
    assert set(picture.line.get_xdata()) == {picture.place(T - data.lag)}
    ticks = picture.marks.get_segments()
    assert len(ticks) == (data.gone < T).sum()
    for x, y in (tick.mean(0) for tick in ticks):  # each behind the last state with more than 10⁻⁶
        bar = int(np.abs(np.array(picture.middles) - y).argmin())
        seed = int((picture.middles[bar] + TALL / 2 - y) / TALL * SEEDS)
        step = round((x - LEFT) / LENGTH * T)  # the tick is at its right edge
        assert data.left[bar, seed, step - 1] < -6 <= data.left[bar, seed, step:].min()


def test_how_long_a_bar_lasts_is_written_beside_its_ticks():
    picture, data = DEFAULTS.shown(units=64)
    says = {word.y: word.text for word in picture.words.words if word.text.startswith("10⁻⁶ after")}
    for middle, gone in zip(picture.middles, data.gone, strict=True):
        reached = gone[gone < T]
        if not len(reached):
            assert middle not in says
            continue
        assert says[middle].startswith(f"10⁻⁶ after {reached.min()}")
        assert (f"({len(reached)} of {SEEDS})" in says[middle]) == (len(reached) < SEEDS)
    assert any("of 5" in text for text in says.values())  # the orthogonal one
    inside = [word for word in picture.words.words if word.text in says.values()]
    assert all(word.x >= LEFT + 2 if word.ha == "right" else word.x <= LEFT + LENGTH - 2 for word in inside)


def test_a_guess_stands_where_the_lstm_has_come_down_to_it():
    for guess in ("1e-3", "1e-12"):
        picture, data = DEFAULTS.shown(guess=guess)
        middle = np.median(data.left[GUESSED], axis=0)
        step = T - data.guess_lag
        assert middle[step - 1] <= np.log10(float(guess)) < middle[step:].min()
        assert list(picture.guess.get_xdata()) == [picture.place(step)]
        assert list(picture.guess.get_ydata()) == [picture.middles[BARS.index("LSTM")] - TALL / 2]
    assert DEFAULTS.shown(guess="1e-60")[1].guess_lag == T - 1  # further than the bar
    for nothing in ("", "many", "-1", "0"):
        assert not len(DEFAULTS.shown(guess=nothing)[0].guess.get_xdata())


def test_the_pointer_moves_the_line():
    picture, _ = DEFAULTS.shown()
    width, height = picture.figure.get_size_inches()
    for lag in (1, 40, 99):
        place = picture.place(T - lag) / width
        assert picture.touched(place, picture.middles[2] / height) == {"lag": pytest.approx(lag)}
    assert picture.touched(0.1, picture.middles[2] / height) == {}
    assert picture.touched(0.6, 0.02) == {}


def arrives(start, lag=99, bias=1.0, longest=100, units=32, inputs="noise"):
    return defaults_data(lag, bias, longest, units, inputs, "").left[BARS.index(start)][:, 99 - lag]


def test_what_is_looked_for():
    """The answers of the notebook, on the sliders' own grid."""
    stops = DEFAULTS.controls["bias"].stops
    for start, enough in (("GRU, bias", 2.0), ("LSTM, bias", 1.5)):
        assert next(b for b in stops if (arrives(start, bias=b) > -6).all()) == enough
    assert all((arrives("GRU, bias", bias=b) < 0).all() for b in stops)
    assert next(b for b in stops if (arrives("LSTM, bias", bias=b) > 0).any()) == 4.0
    lengths = DEFAULTS.controls["longest"].stops
    assert next(T_max for T_max in lengths if (arrives("LSTM, chrono", longest=T_max) > -2).all()) == 50
    for how in ({"inputs": "text"}, {"units": 128}):
        changed = [s for s in BARS if abs(np.median(arrives(s, **how)) - np.median(arrives(s))) > 3]
        assert changed == ["RNN", "RNN, orthogonal"]


def test_as_delivered_no_cell_keeps_a_gradient_and_a_bias_does():
    """The headline, with 128 units."""
    for start, low, high in (("RNN", -26, -21), ("GRU", -20.5, -18), ("LSTM", -21, -19)):
        left = shares_left(start, 128, 0.0, 100, "noise")[:, 0]
        assert ((left > low) & (left < high)).all()
    assert (np.abs(shares_left("LSTM, bias", 128, 1.0, 100, "noise")[:, 0] + 7.1) < 0.6).all()
    assert (np.abs(shares_left("RNN, orthogonal", 128, 0.0, 100, "noise")[:, 0] + 4.3) < 0.5).all()
    assert (np.abs(shares_left("LSTM, chrono", 128, 0.0, 100, "noise")[:, 0] + 1) < 0.2).all()


def test_the_scale_is_drawn_from_its_numbers():
    rng, b = np.random.default_rng(0), np.arange(4.0)
    formula = np.array([b, rng.uniform(-20, 0, 4)])
    direct, whole = ({cell: rng.uniform(-40, 4, (4, 3)) for cell in ("GRU", "LSTM")} for _ in range(2))
    figure = draw_scale(b, formula, direct, whole, 99, "What it shows.")
    ax = figure.axes[0]
    assert ax.get_ylim() == (LOWEST, 3)
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(lines["σ(b) to the power 99"].get_xydata(), formula.T)
    for cell in ("GRU", "LSTM"):
        for label, values in ((f"{cell}, all paths", whole[cell]), (f"{cell}, direct path", direct[cell])):
            np.testing.assert_array_equal(lines[label].get_xdata(), np.repeat(b, 3))
            np.testing.assert_array_equal(lines[label].get_ydata(), np.clip(values.ravel(), LOWEST, 3))
    ticks = [text.get_text() for text in ax.child_axes[0].get_xticklabels()]
    assert ticks == [f"{1 + np.exp(one):.3g}" for one in b]
    assert figure.sentence == "What it shows."
