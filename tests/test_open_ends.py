"""Sequences with open ends: a state that comes in, a signal that comes back, and padding that sends nothing."""

import re

import numpy as np
import pytest

from bptt_helpers import bptt, cross_entropy, forward
from tests.cell_cases import GATED, NAMES, assert_close, draw, numeric

T = 9


@pytest.mark.parametrize("name", [*NAMES, "sigmoid", "identity"])
@pytest.mark.parametrize("split", [1, T // 2, T - 1])
@pytest.mark.parametrize("B", [1, 3])
def test_two_calls_joined_are_one_call(name, split, B):
    case = draw(name, T, B, (3, 4, 2))
    whole = bptt(case.trace, case.dL_do)
    first = forward(case.params, case.x[:split], cell=name, s0=case.s0)
    second = forward(case.params, case.x[split:], cell=name, s0=first.states[-1])
    assert_close(np.concatenate([first.o, second.o]), case.trace.o, 1e-13)
    later = bptt(second, case.dL_do[split:])
    kept = later.dL_ds0.copy()
    earlier = bptt(first, case.dL_do[:split], dL_ds_end=later.dL_ds0)
    assert_close(earlier.params.flat() + later.params.flat(), whole.params.flat(), 1e-13)
    for field in ("dL_ds", "dL_dh", "dL_dx"):
        joined = np.concatenate([getattr(earlier, field), getattr(later, field)])
        assert_close(joined, getattr(whole, field), 1e-13)
    assert_close(earlier.dL_ds0, whole.dL_ds0, 1e-13)
    np.testing.assert_array_equal(later.dL_ds0, kept)  # what was handed over is not written to


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("B", [1, 2])
@pytest.mark.parametrize(("window", "stride"), [(None, None), (3, 1), (4, 4), (5, 2), (1, 1)])
def test_a_signal_at_the_end_is_part_of_the_last_loss(name, B, window, stride):
    case = draw(name, 7, B, (2, 3, 2), seed=8)
    signal = np.random.default_rng(1).normal(size=case.s0.shape)
    gradient, dL_dx, dL_ds0 = numeric(case, window, stride, signal)
    for end in (signal, signal.tolist()):
        got = bptt(case.trace, case.dL_do, window=window, stride=stride, dL_ds_end=end)
        assert_close(got.params.flat(), gradient.flat())
        assert_close(got.dL_dx, dL_dx)
        if dL_ds0.any():
            assert_close(got.dL_ds0, dL_ds0)
        else:
            assert not got.dL_ds0.any()


@pytest.mark.parametrize("name", NAMES)
def test_one_initial_state_for_all_sequences(name):
    case, n = draw(name, 4, 3), 5
    for h0 in (case.s0[0, :n], case.s0[0, :n].tolist()):
        got = forward(case.params, case.x, cell=name, h0=h0)
        wanted = forward(case.params, case.x, cell=name, h0=np.tile(h0, (3, 1)))
        np.testing.assert_array_equal(got.states, wanted.states)
    got = forward(case.params, case.x, cell=name, s0=case.s0[0])
    np.testing.assert_array_equal(got.states, forward(case.params, case.x, cell=name, s0=case.s0[[0, 0, 0]]).states)
    # h0 alone leaves the rest of the state at zero; nothing at all leaves everything there
    rest = np.zeros((3, case.width - n))
    whole = forward(case.params, case.x, cell=name, s0=np.hstack([case.s0[:, :n], rest]))
    np.testing.assert_array_equal(forward(case.params, case.x, cell=name, h0=case.s0[:, :n]).states, whole.states)
    at_rest = forward(case.params, case.x, cell=name).states
    np.testing.assert_array_equal(at_rest, forward(case.params, case.x, cell=name, s0=0 * case.s0).states)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        (
            "lstm",
            {"h0": (5,), "s0": (10,)},
            "h0, s0: want one of them, got both: s0 is the whole state, h0 its first part",
        ),
        (
            "tanh",
            {"h0": (5,), "s0": (5,)},
            "h0, s0: want one of them, got both: s0 is the whole state, h0 its first part",
        ),
        ("tanh", {"h0": (4,)}, "h0: want shape (n,) or (B, n) = (5,), got (4,)"),
        ("lstm", {"h0": (10,)}, "h0: want shape (n,) or (B, n) = (5,), got (10,)"),
        ("gru", {"h0": (3, 5)}, "h0: want shape (B, n) = (2, 5), got (3, 5)"),
        ("lstm", {"s0": (5,)}, "s0: want shape (m,) or (B, m) = (10,), got (5,)"),
        ("lstm", {"s0": (2, 5)}, "s0: want shape (B, m) = (2, 10), got (2, 5)"),
        ("gru", {"s0": (1, 5)}, "s0: want shape (B, m) = (2, 5), got (1, 5)"),
        ("gru", {"s0": ()}, "s0: want shape (B, m) = (2, 5), got ()"),
    ],
)
def test_an_initial_state_that_does_not_fit_is_named(name, given, sentence):
    case = draw(name, 3, 2)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        forward(case.params, case.x, cell=name, **{k: np.zeros(shape) for k, shape in given.items()})


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (np.zeros((2, 5)), "dL_ds_end: want shape (B, m) = (2, 10), got (2, 5)"),
        (np.zeros(10), "dL_ds_end: want shape (B, m) = (2, 10), got (10,)"),
        (np.full((2, 10), np.inf), "dL_ds_end: want finite numbers, got inf at index (0, 0)"),
    ],
)
def test_a_signal_at_the_end_that_does_not_fit_is_named(end, sentence):
    case = draw("lstm", 3, 2)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        bptt(case.trace, case.dL_do, dL_ds_end=end)


@pytest.mark.parametrize(
    ("name", "field", "shape", "sentence"),
    [
        ("lstm", "W_hh", (15, 5), "params.W_hh: want shape (4n, n) = (20, 5), got (15, 5)"),
        ("lstm", "W_hx", (5, 3), "params.W_hx: want shape (4n, d) = (20, 3), got (5, 3)"),
        ("gru", "W_hh", (20, 5), "params.W_hh: want shape (3n, n) = (15, 5), got (20, 5)"),
        ("gru", "b_h", (15,), "params.b_h: want shape (4n,) = (20,), got (15,)"),
        ("tanh", "b_h", (10,), "params.b_h: want shape (n,) = (5,), got (10,)"),
        ("tanh", "W_qh", (2, 4), "params.W_qh: want shape (q, n) = (2, 5), got (2, 4)"),
        ("gru", "b_q", (3,), "params.b_q: want shape (q,) = (2,), got (3,)"),
    ],
)
def test_weights_of_another_cell_are_named(name, field, shape, sentence):
    case = draw(name, 3, 2)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        forward(case.params._replace(**{field: np.zeros(shape)}), case.x, cell=name)


@pytest.mark.parametrize("option", ["cell", "activation"])
def test_a_cell_that_does_not_exist_is_named(option):
    case = draw("tanh", 3, 2)
    names = "'tanh', 'relu', 'sigmoid', 'identity', 'gru', 'lstm'"
    with pytest.raises(ValueError, match=f"^{option}: want one of {names}, or a Cell, got 'elman'$"):
        forward(case.params, case.x, **{option: "elman"})
    got = forward(case.params, case.x, **{option: case.trace.cell}, s0=case.s0)
    np.testing.assert_array_equal(got.o, case.trace.o)


@pytest.mark.parametrize("name", GATED)
@pytest.mark.parametrize("by", ["weight", "ignore_label"])
def test_a_padded_batch_is_the_weighted_mean_of_its_sequences(name, by):
    lengths, q = np.array([9, 1, 4]), 3
    case = draw(name, T, 3, (2, 5, q), seed=4)
    inside = np.arange(T)[:, None] < lengths
    labels = np.random.default_rng(2).integers(0, q, (T, 3))
    if by == "weight":
        weight = np.random.default_rng(3).uniform(0.5, 2, (T, 3)) * inside
        loss, dL_do = cross_entropy(case.trace.o, labels, weight=weight)
    else:
        weight = inside.astype(float)
        loss, dL_do = cross_entropy(case.trace.o, np.where(inside, labels, -1), ignore_label=-1)
    got = bptt(case.trace, dL_do)
    mean, share_of = 0, weight.sum(0) / weight.sum()
    for b, (length, share) in enumerate(zip(lengths, share_of, strict=True)):
        alone = forward(case.params, case.x[:length, b : b + 1], cell=name, s0=case.s0[b])
        of_one, dL_do = cross_entropy(alone.o, labels[:length, b : b + 1], weight=weight[:length, b])
        single = bptt(alone, dL_do)
        mean = mean + share * np.append(single.params.flat(), of_one)
        assert_close(got.dL_ds0[b], share * single.dL_ds0[0])
        assert_close(got.dL_dx[:length, b], share * single.dL_dx[:, 0])
        assert not got.dL_ds[length:, b].any()
    assert_close(np.append(got.params.flat(), loss), mean)
