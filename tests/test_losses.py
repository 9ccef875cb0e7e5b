"""The two losses: value, gradient, weights of the steps, and sentences for bad input."""

import re

import numpy as np
import pytest

from bptt_helpers import cross_entropy, squared_error

rng = np.random.default_rng(0)
OUTPUTS, LABELS, TARGETS = rng.normal(size=(4, 3, 5)), rng.integers(0, 5, (4, 3)), rng.normal(size=(4, 3, 5))
WEIGHTS = [None, "last", np.array([0.5, -1.0, 0.0, 2.0])]


def steps_weights(weight, T):
    return {"None": np.full(T, 1 / T), "last": np.eye(T)[-1]}.get(str(weight), weight)


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
    expected = (w[:, None] * each).sum() / B
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


def test_short_forms_of_the_labels_and_targets_mean_the_same():
    for full, short in [
        (cross_entropy(OUTPUTS, LABELS, weight="last"), cross_entropy(OUTPUTS, LABELS[-1], weight="last")),
        (cross_entropy(OUTPUTS[:, :1], LABELS[:, :1]), cross_entropy(OUTPUTS[:, :1], LABELS[:, 0])),
        (cross_entropy(OUTPUTS, LABELS), cross_entropy(OUTPUTS, LABELS.astype(float))),
        (squared_error(OUTPUTS, TARGETS, weight="last"), squared_error(OUTPUTS, TARGETS[-1], weight="last")),
        (squared_error(OUTPUTS[..., :1], TARGETS[..., :1]), squared_error(OUTPUTS[..., :1], TARGETS[..., 0])),
    ]:
        assert full[0] == short[0]
        np.testing.assert_array_equal(full[1], short[1])


def test_outputs_are_left_alone():
    before = OUTPUTS.copy()
    cross_entropy(OUTPUTS, LABELS)
    squared_error(OUTPUTS, TARGETS)
    np.testing.assert_array_equal(OUTPUTS, before)


def changed(array, value):
    array = array.astype(type(value))
    array[2, 1] = value
    return array


@pytest.mark.parametrize(
    ("loss", "arguments", "sentence"),
    [
        (cross_entropy, {"o": OUTPUTS[0]}, "o: want an array (T, B, q), got (3, 5)"),
        (squared_error, {"o": [1.0]}, "o: want an array (T, B, q), got list"),
        (cross_entropy, {"o": OUTPUTS * np.nan}, "o: want finite numbers, got nan at index (0, 0, 0)"),
        (cross_entropy, {"o": OUTPUTS.astype(int)}, "o: want floating-point numbers, got int64"),
        (cross_entropy, {"y": LABELS[:3]}, "y: want shape (T, B) = (4, 3), got (3, 3)"),
        (cross_entropy, {"y": LABELS[-1]}, "y: want shape (T, B) = (4, 3), got (3,)"),
        (cross_entropy, {"y": changed(LABELS, 5)}, "y: want classes from 0 to 4, got 0 to 5"),
        (cross_entropy, {"y": np.full((4, 3), -1)}, "y: want classes from 0 to 4, got -1 to -1"),
        (
            cross_entropy,
            {"y": np.full((4, 3), 0.5)},
            "y: want whole numbers from 0 to 4, got float64 entries such as 0.5",
        ),
        (
            cross_entropy,
            {"y": np.full((4, 3), True)},
            "y: want whole numbers from 0 to 4, got bool entries such as True",
        ),
        (cross_entropy, {"y": changed(LABELS, np.nan)}, "y: want finite numbers, got nan at index (2, 1)"),
        (cross_entropy, {"y": np.full((4, 3), "a")}, "y: want numbers, got entries of type <U1"),
        (squared_error, {"y": TARGETS[..., :2]}, "y: want shape (T, B, q) = (4, 3, 5), got (4, 3, 2)"),
        (squared_error, {"y": TARGETS * np.inf}, "y: want finite numbers, got .*inf at index (0, 0, 0)"),
        (squared_error, {"weight": [1, 2]}, "weight: want shape (T,) = (4,), got (2,)"),
        (squared_error, {"weight": 1.0}, "weight: want shape (T,) = (4,), got ()"),
        (squared_error, {"weight": [1, 2, 3, np.inf]}, "weight: want finite numbers, got inf at index (3,)"),
        (
            cross_entropy,
            {"weight": "first"},
            "weight: want an array (T,), \"last\" or None, got 'first'",
        ),
    ],
)
def test_bad_input_is_named(loss, arguments, sentence):
    good = {"o": OUTPUTS, "y": LABELS if loss is cross_entropy else TARGETS}
    with pytest.raises(ValueError, match="^" + re.escape(sentence).replace(r"\.\*", ".*") + "$"):
        loss(**(good | arguments))
