"""Sequences of unequal lengths: weights of entries, ignored labels, and each sequence's own last step."""

from itertools import product

import numpy as np
import pytest

from bptt_helpers import Params, bptt, cross_entropy, forward, numerical_gradient, squared_error
from bptt_helpers.tasks.losses import accuracy, entry_weights, full_labels

T, B, Q, PAD = 6, 4, 5, -1
LENGTHS = np.array([6, 1, 3, 0])  # the longest, the shortest, one between, and one with nothing in it
INSIDE = np.arange(T)[:, None] < LENGTHS
OWN_LAST = np.arange(T)[:, None] == LENGTHS - 1

rng = np.random.default_rng(0)
OUTPUTS, TARGETS = 5 * rng.normal(size=(T, B, Q)), rng.normal(size=(T, B, Q))
CLASSES = rng.integers(0, Q, (T, B))
PADDED = np.where(INSIDE, CLASSES, PAD)
GAPS = CLASSES.copy()  # ignored in the middle too, and at a last step
GAPS[[0, 3, 5, 2], [0, 0, 1, 2]] = PAD
PER_STEP, PER_ENTRY = rng.uniform(0, 3, T), rng.uniform(0, 3, (T, B))
PER_ENTRY[2, 1] = 0
WEIGHTS = {
    "mean": None,
    "last": "last",
    "steps": PER_STEP,
    "entries": PER_ENTRY,
    "mask": INSIDE,
    "integers": [0, 2] * 3,
}


def losses_by_hand(o, y):
    """l of every entry (T, B), with loops; 0 where the label is ignored."""
    each = np.zeros(o.shape[:2])
    for t, b in np.ndindex(*each.shape):
        if y.ndim == 3:
            each[t, b] = sum((o[t, b, k] - y[t, b, k]) ** 2 for k in range(o.shape[2]))
        elif y[t, b] != PAD:
            each[t, b] = np.logaddexp.reduce(o[t, b]) - o[t, b, y[t, b]]
    return each


def weights_by_hand(weight, inside):
    """w of every entry, with loops."""
    w = np.zeros(inside.shape)
    for b in range(inside.shape[1]):
        asked = [t for t in range(len(inside)) if inside[t, b]]
        for t in asked[-1:] if isinstance(weight, str) else asked:
            w[t, b] = 1 if weight is None or isinstance(weight, str) else np.asarray(weight)[(t, b)[: np.ndim(weight)]]
    return w


def labels_case(y):
    return (y, {"ignore_label": PAD}, y != PAD)


EVERYWHERE = np.ones((T, B), bool)
CASES = {
    "targets": (TARGETS, {}, EVERYWHERE),
    "labels": (CLASSES, {}, EVERYWHERE),
    "padded": labels_case(PADDED),
    "gaps": labels_case(GAPS),
}


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("case", CASES)
def test_the_loss_is_the_weighted_mean_and_its_gradient_the_complex_step(case, weight):
    y, options, inside = CASES[case]
    loss = squared_error if case == "targets" else cross_entropy
    w = weights_by_hand(weight, inside)
    value, dL_do = loss(OUTPUTS, y, weight=weight, **options)
    assert value == pytest.approx((w * losses_by_hand(OUTPUTS, y)).sum() / w.sum(), rel=1e-12)
    assert not dL_do[w == 0].any()
    numeric = np.empty_like(OUTPUTS)
    for i in np.ndindex(*OUTPUTS.shape):
        stepped = OUTPUTS.astype(complex)
        stepped[i] += 1e-30j
        numeric[i] = loss(stepped, y, weight=weight, **options)[0].imag / 1e-30
    np.testing.assert_allclose(dL_do, numeric, rtol=0, atol=1e-10 * np.abs(numeric).max())


@pytest.mark.parametrize("ignored", [-1, -100, 2, 99])
@pytest.mark.parametrize("where", [~INSIDE, rng.random((T, B)) < 0.5], ids=["padding", "anywhere"])
def test_ignored_labels_are_those_of_pytorch(torch, where, ignored):
    y = np.where(where, ignored, CLASSES)
    o = torch.tensor(OUTPUTS, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(
        o.reshape(T * B, Q), torch.tensor(y.ravel()), ignore_index=ignored, reduction="mean"
    )
    expected.backward()
    value, dL_do = cross_entropy(OUTPUTS, y, ignore_label=ignored)
    assert value == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(dL_do, o.grad.numpy(), rtol=0, atol=1e-10 * np.abs(dL_do).max())
    assert not dL_do[y == ignored].any()


def test_an_ignored_label_may_come_in_any_kind_of_number():
    wanted = cross_entropy(OUTPUTS, PADDED, ignore_label=PAD)
    as_bytes = np.where(INSIDE, CLASSES, 255).astype(np.uint8)
    for y, ignored in [(PADDED.astype(float), PAD), (as_bytes, 255), (PADDED.tolist(), np.int8(PAD))]:
        value, dL_do = cross_entropy(OUTPUTS, y, ignore_label=ignored)
        assert value == wanted[0]
        np.testing.assert_array_equal(dL_do, wanted[1])
    assert cross_entropy(OUTPUTS, as_bytes % 8 % Q, ignore_label=-1)[0] > 0  # bytes cannot hold it: nothing is ignored


def test_only_ratios_of_weights_matter():
    for loss, y in [(cross_entropy, CLASSES), (squared_error, TARGETS)]:
        wanted = loss(OUTPUTS, y, weight=PER_ENTRY)
        for factor in (1e-300, 7, 1e307):  # the sum of the largest ones is no float
            value, dL_do = loss(OUTPUTS, y, weight=factor * PER_ENTRY)
            assert value == pytest.approx(wanted[0], rel=1e-14, abs=0)
            np.testing.assert_allclose(dL_do, wanted[1], rtol=1e-13)
        repeated = np.broadcast_to(PER_STEP[:, None], (T, B))
        assert loss(OUTPUTS, y, weight=repeated)[0] == loss(OUTPUTS, y, weight=PER_STEP)[0]


def test_a_weight_with_one_axis_is_one_of_steps_even_if_there_are_as_many_sequences():
    square = OUTPUTS[:B], CLASSES[:B]
    w = PER_STEP[:B]
    expected = (w[:, None] * losses_by_hand(*square)).sum() / (B * w.sum())
    assert cross_entropy(*square, weight=w)[0] == pytest.approx(expected, rel=1e-12)


def test_a_mask_and_an_ignored_label_say_the_same():
    masked, ignored = (
        cross_entropy(OUTPUTS, CLASSES, weight=INSIDE),
        cross_entropy(OUTPUTS, PADDED, ignore_label=PAD),
    )
    assert masked[0] == ignored[0]
    np.testing.assert_array_equal(masked[1], ignored[1])
    at_last = cross_entropy(OUTPUTS, CLASSES, weight=OWN_LAST)
    last = cross_entropy(OUTPUTS, PADDED, weight="last", ignore_label=PAD)
    assert at_last[0] == last[0]
    np.testing.assert_array_equal(at_last[1], last[1])


def test_float32_stays_float32_with_weights_of_float64():
    small = OUTPUTS.astype(np.float32)
    for loss, y, options in [
        (cross_entropy, PADDED, {"ignore_label": PAD}),
        (cross_entropy, PADDED, {"ignore_label": PAD, "weight": "last"}),
        (cross_entropy, CLASSES, {"weight": 1e300 * PER_ENTRY}),  # too large for float32: divided before it is one
        (squared_error, TARGETS, {"weight": 1e300 * PER_STEP}),
    ]:
        value, dL_do = loss(small, y, **options)
        assert value.dtype == dL_do.dtype == np.float32
        np.testing.assert_allclose(dL_do, loss(OUTPUTS, y, **options)[1], atol=1e-5)


def test_a_padded_output_whose_square_overflows_leaves_the_loss_alone():
    wild = np.where(INSIDE[..., None], OUTPUTS, 1e200)
    value, dL_do = squared_error(wild, TARGETS, weight=INSIDE)
    assert value == squared_error(OUTPUTS, TARGETS, weight=INSIDE)[0]
    np.testing.assert_array_equal(dL_do[INSIDE], squared_error(OUTPUTS, TARGETS, weight=INSIDE)[1][INSIDE])


# networks


@pytest.mark.parametrize("weight", ["every step", "own last step"])
@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_padded_batch_is_its_sequences_one_by_one(make_case, assert_same, loss, weight, activation):
    """However long the padding and whatever stands in it."""
    case = make_case(T, B, (3, 5, Q), activation, loss=loss.__name__, h0=True, seed=2)
    last = weight == "own last step"
    alone, total = [], 0
    for b, length in enumerate(LENGTHS):
        if length:
            trace = forward(case.params, case.x[:length, b : b + 1], h0=case.h0[b : b + 1], activation=activation)
            value, dL_do = loss(trace.o, case.y[:length, b : b + 1], weight="last" if last else None)
            count = 1 if last else length
            alone.append((count, value, bptt(trace, dL_do).params))
            total += count
    wanted = Params(*(sum(n * g[k] for n, _, g in alone) / total for k in range(len(Params._fields))))
    options = [{"weight": OWN_LAST if last else INSIDE}]
    y = [case.y]
    if loss is cross_entropy:
        options.append({"ignore_label": PAD, "weight": "last" if last else None})
        y.append(np.where(INSIDE, case.y, PAD))
    for chosen, labels in zip(options, y, strict=True):
        for padding in (0.0, 9.0):
            x = np.where(INSIDE[..., None], case.x, padding)
            trace = forward(case.params, x, h0=case.h0, activation=activation)
            value, dL_do = loss(trace.o, labels, **chosen)
            got = bptt(trace, dL_do)
            assert value == pytest.approx(sum(n * v for n, v, _ in alone) / total, rel=1e-12, abs=0)
            assert_same(got.params, wanted)


@pytest.mark.parametrize("weight", ["last", None, PER_STEP, PER_ENTRY], ids=["last", "mean", "steps", "entries"])
def test_the_gradient_of_a_network_is_the_numeric_one(make_case, assert_same, weight):
    case = make_case(T, B, (3, 4, Q), loss="cross_entropy", seed=3)

    def loss(params):
        return cross_entropy(forward(params, case.x).o, GAPS, weight=weight, ignore_label=PAD)

    got = bptt(case.trace, loss(case.params)[1]).params
    assert_same(got, numerical_gradient(lambda params: loss(params)[0], case.params))


# right answers


def test_accuracy_counts_what_the_loss_counts():
    right = OUTPUTS.argmax(2) == CLASSES
    for weight, (y, options, inside) in product(WEIGHTS.values(), [CASES["labels"], CASES["padded"], CASES["gaps"]]):
        w = weights_by_hand(weight, inside)
        expected = (w * right).sum() / w.sum()
        assert accuracy(OUTPUTS, y, weight=weight, **options) == pytest.approx(expected, rel=1e-14, abs=1e-300)


def test_accuracy_is_exactly_one_when_all_that_counts_is_right():
    """Also with weights whose sum is rounded, so that a threshold of 1 can be reached."""
    o = np.eye(Q)[np.where(INSIDE, CLASSES, (CLASSES + 1) % Q)]
    for weight in (PER_ENTRY, PER_STEP, None, "last"):
        assert accuracy(o, PADDED, weight=weight, ignore_label=PAD) == 1
    assert accuracy(o, CLASSES) < 1


@pytest.mark.parametrize("batch", range(1, 30))
def test_accuracy_at_the_last_step_is_the_plain_mean_to_the_last_bit(batch):
    """Stored runs stopped at a threshold: another rounding would stop them elsewhere."""
    draws = np.random.default_rng(batch)
    o, y = draws.normal(size=(3, batch, 2)), draws.integers(0, 2, batch)
    assert accuracy(o, y, weight="last") == (o[-1].argmax(1) == y).mean()


def test_labels_of_the_last_step_may_be_ignored():
    """A sequence whose only label is ignored counts nothing; the labels say nothing about earlier steps."""
    last = np.array([3, PAD, 0, PAD])
    value, dL_do = cross_entropy(OUTPUTS, last, weight="last", ignore_label=PAD)
    assert value == pytest.approx(cross_entropy(OUTPUTS[-1:, ::2], last[None, ::2])[0], rel=1e-14, abs=0)
    assert not dL_do[:-1].any()
    assert not dL_do[:, 1::2].any()


def test_the_functions_that_give_full_shapes():
    labels, counted = full_labels(PADDED, T, B, Q, ignore_label=PAD)
    np.testing.assert_array_equal(labels, CLASSES * INSIDE)
    np.testing.assert_array_equal(counted, INSIDE)
    assert full_labels(CLASSES, T, B, Q)[1] is None
    np.testing.assert_array_equal(entry_weights("last", INSIDE, T, B), OWN_LAST)
    np.testing.assert_array_equal(entry_weights("last", None, T, B), np.eye(T)[-1][:, None].repeat(B, 1))
    assert entry_weights(5 * PER_ENTRY, None, T, B).max() == 1
    before = PADDED.copy(), PER_ENTRY.copy()
    cross_entropy(OUTPUTS, PADDED, weight=PER_ENTRY, ignore_label=PAD)
    np.testing.assert_array_equal(PADDED, before[0])
    np.testing.assert_array_equal(PER_ENTRY, before[1])
