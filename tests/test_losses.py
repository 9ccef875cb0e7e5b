"""The two losses: value, gradient, short shapes, and sentences for bad input. See also test_unequal_lengths.py."""

import re
from itertools import product

import numpy as np
import pytest

from bptt_helpers import cross_entropy, squared_error
from bptt_helpers.tasks.losses import accuracy

rng = np.random.default_rng(0)
OUTPUTS, LABELS, TARGETS = rng.normal(size=(4, 3, 5)), rng.integers(0, 5, (4, 3)), rng.normal(size=(4, 3, 5))
WEIGHTS = [None, "last", np.array([0.5, 1.0, 0.0, 2.0])]


def steps_weights(weight, T):
    return {"None": np.ones(T), "last": np.eye(T)[-1]}.get(str(weight), weight)


@pytest.mark.parametrize("weight", WEIGHTS, ids=["mean", "last", "array"])
@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
@pytest.mark.parametrize(("T", "B", "q"), [(4, 3, 5), (4, 1, 1)])
def test_value_and_gradient_equal_pytorch(torch, loss, weight, T, B, q):
    o = torch.tensor(10 * OUTPUTS[:T, :B, :q], requires_grad=True)
    w = torch.tensor(steps_weights(weight, T))
    if loss is cross_entropy:
        y = LABELS[:T, :B] % q
        each = -torch.log_softmax(o, -1).gather(-1, torch.tensor(y)[..., None])[..., 0]
    else:
        y = TARGETS[:T, :B, :q]
        each = ((o - torch.tensor(y)) ** 2).sum(-1)
    expected = (w[:, None] * each).sum() / (B * w.sum())
    expected.backward()
    value, dL_do = loss(o.detach().numpy(), y, weight=weight)
    assert value == pytest.approx(expected.item(), rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(dL_do, o.grad.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize(("loss", "y"), [(cross_entropy, LABELS), (squared_error, TARGETS)])
def test_float32_stays_float32_even_with_float64_targets(loss, y):
    value, dL_do = loss(OUTPUTS.astype(np.float32), y)
    assert value.dtype == dL_do.dtype == np.float32
    np.testing.assert_allclose(dL_do, loss(OUTPUTS, y)[1], atol=1e-6)


def test_logits_of_a_thousand_do_not_overflow():
    o = np.array([[[1000.0, 0.0, -1000.0]]])
    assert cross_entropy(o, [[2]])[0] == 2000
    assert cross_entropy(o, [[0]])[0] == 0


def test_labels_may_be_floats_that_hold_whole_numbers():
    for got, wanted in zip(cross_entropy(OUTPUTS, LABELS.astype(float)), cross_entropy(OUTPUTS, LABELS), strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize(("steps", "batch", "q"), list(product((1, 2, 3), repeat=3)))
def test_every_shape_has_one_reading(steps, batch, q):
    """(B,) or (B, q) is the last step and needs "last"; (T,) needs B = 1; else all axes are there."""
    o, labels, targets = OUTPUTS[:steps, :batch, :q], LABELS[:steps, :batch] % q, TARGETS[:steps, :batch, :q]
    for weight in (None, "last"):
        readings = {(steps, batch): labels}
        if batch == 1:
            readings[steps,] = labels[:, 0]
        if weight == "last":
            readings[batch,] = labels[-1]
        wanted = cross_entropy(o, labels, weight=weight)
        share = accuracy(o, labels, weight=weight)
        for form in {(steps,), (batch,), (steps, batch)}:
            if form not in readings:
                with pytest.raises(ValueError, match=r"y: want shape \(T, B\)"):
                    cross_entropy(o, np.zeros(form, int), weight=weight)
                continue
            got = cross_entropy(o, readings[form], weight=weight)
            assert got[0] == wanted[0]
            np.testing.assert_array_equal(got[1], wanted[1])
            assert accuracy(o, readings[form], weight=weight) == share

        readings = {(steps, batch, q): targets}
        if q == 1:
            readings[steps, batch] = targets[..., 0]
        if weight == "last":
            readings[batch, q] = targets[-1]
        wanted = squared_error(o, targets, weight=weight)
        for form in {(steps, batch), (batch, q), (steps, batch, q)}:
            if form not in readings:
                with pytest.raises(ValueError, match=r"y: want shape \(T, B, q\)"):
                    squared_error(o, np.zeros(form), weight=weight)
                continue
            got = squared_error(o, readings[form], weight=weight)
            assert got[0] == wanted[0]
            np.testing.assert_array_equal(got[1], wanted[1])


def test_outputs_are_left_alone():
    before = OUTPUTS.copy()
    cross_entropy(OUTPUTS, LABELS)
    squared_error(OUTPUTS, TARGETS)
    np.testing.assert_array_equal(OUTPUTS, before)


def changed(array, value):
    array = array.astype(type(value))
    array[2, 1] = value
    return array


NOTHING = "leave out a batch with nothing to average"
NO_LABEL = f"y: want a label other than ignore_label = -1, got none; {NOTHING}"
NO_WEIGHT = f"weight: want a number > 0 where a label counts, got none; {NOTHING}"
NAMED = "a label that shall count nothing is named by ignore_label"
WEIGHT_SHAPE = "weight: want shape (T,) or (T, B) = (4,) or (4, 3), got"
OUTPUT_SHAPE = "o: want an array (T, B, q) with T, B, q >= 1, got"
FLOATS = "y: want whole numbers from 0 to 4, got float64 entries such as"
FIRST_IGNORED = np.where(np.arange(4)[:, None] < 2, -1, LABELS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"o": OUTPUTS[0]}, f"{OUTPUT_SHAPE} (3, 5)"),
        ({"o": [1.0]}, f"{OUTPUT_SHAPE} list"),
        ({"o": OUTPUTS[:0]}, f"{OUTPUT_SHAPE} (0, 3, 5)"),
        ({"o": OUTPUTS[:, :0]}, f"{OUTPUT_SHAPE} (4, 0, 5)"),
        ({"o": OUTPUTS[..., :0]}, f"{OUTPUT_SHAPE} (4, 3, 0)"),
        ({"o": OUTPUTS * np.nan}, "o: want finite numbers, got nan at index (0, 0, 0)"),
        ({"o": OUTPUTS.astype(int)}, "o: want floating-point numbers, got int64"),
        ({"weight": [1, 2]}, f"{WEIGHT_SHAPE} (2,)"),
        ({"weight": 1.0}, f"{WEIGHT_SHAPE} ()"),
        ({"weight": np.ones((3, 4))}, f"{WEIGHT_SHAPE} (3, 4)"),
        (
            {"weight": [1, 1, 1]},
            f"{WEIGHT_SHAPE} (3,); one weight for each sequence is np.broadcast_to(weight, (T, B))",
        ),
        ({"weight": [1, 2, 3, np.inf]}, "weight: want finite numbers, got inf at index (3,)"),
        ({"weight": np.full((4, 3), np.nan)}, "weight: want finite numbers, got nan at index (0, 0)"),
        ({"weight": ["a"] * 4}, "weight: want numbers, got entries of type <U1"),
        ({"weight": np.ones(4, complex)}, "weight: want real numbers, got complex128"),
        ({"weight": [2, 2, -1, 2]}, "weight: want numbers >= 0, got -1 at index (2,); 0 leaves an entry out"),
        (
            {"weight": changed(OUTPUTS[..., 0] ** 2, -0.5)},
            "weight: want numbers >= 0, got -0.5 at index (2, 1); 0 leaves an entry out",
        ),
        ({"weight": np.zeros(4)}, NO_WEIGHT),
        ({"weight": np.zeros((4, 3), bool)}, NO_WEIGHT),
        ({"weight": "first"}, "weight: want an array (T,) or (T, B), \"last\" or None, got 'first'"),
    ],
)
@pytest.mark.parametrize("judge", [cross_entropy, accuracy, squared_error])
def test_bad_outputs_and_weights_are_named(judge, arguments, sentence):
    assert_named(judge, {"o": OUTPUTS, "y": TARGETS if judge is squared_error else LABELS} | arguments, sentence)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"y": LABELS[:3]}, "y: want shape (T, B) = (4, 3), got (3, 3)"),
        ({"y": LABELS[-1]}, "y: want shape (T, B) = (4, 3), got (3,)"),
        ({"y": LABELS[:, 0]}, "y: want shape (T, B) = (4, 3), got (4,)"),
        ({"y": changed(LABELS, 5)}, f"y: want classes from 0 to 4, got 0 to 5; {NAMED}"),
        ({"y": np.full((4, 3), -1)}, f"y: want classes from 0 to 4, got -1 to -1; {NAMED}"),
        ({"y": changed(LABELS, -1), "ignore_label": -100}, f"y: want classes from 0 to 4, got -1 to 4; {NAMED}"),
        ({"y": changed(LABELS + 1, -1), "ignore_label": -1}, f"y: want classes from 0 to 4, got 1 to 5; {NAMED}"),
        ({"y": np.full((4, 3), 0.5)}, f"{FLOATS} 0.5"),
        ({"y": np.full((4, 3), 1e300)}, f"{FLOATS} 1e+300"),
        ({"y": np.full((4, 3), True)}, "y: want whole numbers from 0 to 4, got bool entries such as True"),
        ({"y": changed(LABELS, np.nan)}, "y: want finite numbers, got nan at index (2, 1)"),
        ({"y": np.full((4, 3), "a")}, "y: want numbers, got entries of type <U1"),
        ({"ignore_label": 0.5}, "ignore_label: want an integer, such as -1, or None, got 0.5"),
        ({"ignore_label": True}, "ignore_label: want an integer, such as -1, or None, got True"),
        ({"y": np.full((4, 3), -1), "ignore_label": -1}, NO_LABEL),
        ({"y": np.full(3, -1), "ignore_label": -1, "weight": "last"}, NO_LABEL),
        ({"y": FIRST_IGNORED, "ignore_label": -1, "weight": [1, 1, 0, 0]}, NO_WEIGHT),
    ],
)
@pytest.mark.parametrize("judge", [cross_entropy, accuracy])
def test_bad_labels_are_named(judge, arguments, sentence):
    assert_named(judge, {"o": OUTPUTS, "y": LABELS} | arguments, sentence)


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (TARGETS[..., :2], "y: want shape (T, B, q) = (4, 3, 5), got (4, 3, 2)"),
        (TARGETS * np.inf, "y: want finite numbers, got .*inf at index (0, 0, 0)"),
    ],
)
def test_bad_targets_are_named(y, sentence):
    assert_named(squared_error, {"o": OUTPUTS, "y": y}, sentence)


def assert_named(judge, arguments, sentence):
    with pytest.raises(ValueError, match="^" + re.escape(sentence).replace(r"\.\*", ".*") + "$"):
        judge(**arguments)
