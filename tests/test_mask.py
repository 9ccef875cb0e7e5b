"""Dropout of the outputs: a mask between state and output, and the exact way back through it."""

import numpy as np
import pytest

from bptt_helpers import bptt, cross_entropy, forward, init_params, numerical_gradient
from bptt_helpers.measures.influence import influence
from bptt_helpers.passes.steps import backward_steps
from bptt_helpers.truncation.every_window import gradient_by_window

CELLS = ("tanh", "relu", "sigmoid", "identity", "gru", "lstm")
T, D, N, Q = 9, 3, 5, 4


def case(cell, B, seed=0):
    """A network, inputs, labels and a mask of zeros and of different numbers."""
    rng = np.random.default_rng(seed)
    params = init_params(D, N, Q, cell=cell, rng=seed)
    mask = rng.uniform(0.5, 2, (T, B, N)) * (rng.random((T, B, N)) < 0.6)
    return params, rng.normal(size=(T, B, D)), rng.integers(0, Q, (T, B)), mask


@pytest.mark.parametrize("B", [1, 3, 40])
@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_through_a_mask_agrees_with_differences(cell, B):
    params, x, y, mask = case(cell, B)

    def loss(p):
        return cross_entropy(forward(p, x, cell=cell, mask=mask).o, y)[0]

    trace = forward(params, x, cell=cell, mask=mask)
    _, dL_do = cross_entropy(trace.o, y)
    numeric = numerical_gradient(loss, params)
    for name, ours, theirs in zip(params._fields, bptt(trace, dL_do).params, numeric, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-11, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_states_do_not_see_the_mask_and_outputs_do(cell):
    params, x, _, mask = case(cell, 3)
    plain, masked = forward(params, x, cell=cell), forward(params, x, cell=cell, mask=mask)
    np.testing.assert_array_equal(plain.states, masked.states)
    np.testing.assert_allclose(masked.o, (plain.h[1:] * mask) @ params.W_qh.T + params.b_q, atol=1e-13)


@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_all_ways_back_see_the_same_mask(cell, B):
    params, x, y, mask = case(cell, B)
    trace = forward(params, x, cell=cell, mask=mask)
    _, dL_do = cross_entropy(trace.o, y)
    exact = bptt(trace, dL_do)
    np.testing.assert_allclose(bptt(trace, dL_do, window=T - 1).dL_ds[-1], exact.dL_ds[-1], atol=1e-14)
    np.testing.assert_allclose(backward_steps(trace, dL_do).dL_ds, exact.dL_ds, atol=1e-14)
    sliding = [bptt(trace, dL_do, window=w).params.W_hh for w in (1, 4, T)]
    curve = gradient_by_window(trace, dL_do, windows=[1, 4, T])
    norms = [np.linalg.norm(W) for W in sliding]
    assert curve.cosine[-1] == pytest.approx(1)
    assert len(set(np.round(norms, 12))) > 1
    zero = forward(params, x, cell=cell, mask=np.zeros_like(mask))
    assert not np.any(bptt(zero, dL_do).params.W_hh)
    if B == 1:
        assert (np.isneginf(influence(zero, dL_do)) | np.isnan(influence(zero, dL_do))).all()


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_a_long_batch_in_segments_keeps_its_mask(cell):
    rng = np.random.default_rng(3)
    T, B, n = 700, 8, 12
    params = init_params(D, n, Q, cell=cell, rng=0)
    x, mask = rng.normal(size=(T, B, D)), rng.uniform(0, 2, (T, B, n))
    trace = forward(params, x, cell=cell, mask=mask)
    assert trace.cell.steps_at_once(trace) < T
    _, dL_do = cross_entropy(trace.o, rng.integers(0, Q, (T, B)))
    whole = trace.cell.walk_back(trace, dL_do, np.empty_like(trace.states[1:]), None)
    W_hx = trace.cell.into_weights(trace, whole)[0]
    np.testing.assert_allclose(bptt(trace, dL_do).params.W_hx, W_hx, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (np.ones((T, 2, N)), r"mask: want shape \(T, B, n\) = \(9, 3, 5\), got \(9, 2, 5\)"),
        (np.full((T, 3, N), np.nan), "mask: want finite"),
        (np.ones((T, 3, N), complex), "mask: want"),
        (3, "mask: want"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused_by_name(mask, sentence):
    params, x, *_ = case("tanh", 3)
    with pytest.raises(ValueError, match=sentence):
        forward(params, x, mask=mask)


def test_a_mask_follows_the_type_of_the_weights():
    params, x, _, mask = case("gru", 3)
    trace = forward(params.astype(np.float32), x, cell="gru", mask=mask)
    assert trace.o.dtype == trace.mask.dtype == np.float32
    assert trace.astype(float).mask.dtype == float
    part = trace.part(2, 5)
    np.testing.assert_array_equal(part.mask, trace.mask[2:5])
