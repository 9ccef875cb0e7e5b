"""The two-call loops of one sequence and the three-call loops of a batch: the same numbers."""

import numpy as np
import pytest

from bptt_helpers import bptt, textbook
from bptt_helpers.cells import loops
from bptt_helpers.cells.activations import ACTIVATIONS


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("T", [1, 2, 30])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
def test_both_loops_agree(make_case, activation, T, dtype):
    case = make_case(T, 1, (3, 5, 2), activation, h0=True, scale=0.8)
    params, f = case.params.astype(dtype), ACTIVATIONS[activation].f
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    h = []
    for fill in (loops.states_of_one, loops.states_of_batch):
        h.append(np.full((T + 1, 1, 5), np.nan, dtype))
        h[-1][0] = case.h0
        fill(params, case.x.astype(dtype), h[-1], f)
    np.testing.assert_allclose(*h, rtol=tolerance, atol=tolerance)

    slope = ACTIVATIONS[activation].slope_of_state(h[0][1:])
    dL_do = case.dL_do.astype(dtype)
    dL_dh_of_one = np.full((T, 1, 5), np.nan, dtype)
    dL_da_of_one = loops.signals_of_one(params, dL_do, slope, dL_dh_of_one)
    dL_dh = dL_do @ params.W_qh
    dL_da = loops.add_from_later(dL_dh, slope.copy(), params.W_hh)
    np.testing.assert_allclose(dL_dh_of_one, dL_dh, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(dL_da_of_one, dL_da, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize("few_weights", [0, 10**6])
@pytest.mark.parametrize("segment", [1, 2**15])
def test_every_path_gives_the_textbook_gradient(make_case, assert_same, monkeypatch, B, few_weights, segment):
    monkeypatch.setattr("bptt_helpers.cells.loops.FEW_WEIGHTS", few_weights)
    monkeypatch.setattr("bptt_helpers.cells.base.SEGMENT", segment)  # 1: segments of 16 steps, the last of 8
    case = make_case(40, B, (3, 5, 2), loss="cross_entropy")
    h, o = textbook.forward(case.params, case.x)
    np.testing.assert_allclose(case.trace.o, o, rtol=1e-12, atol=1e-13)
    got = bptt(case.trace, case.dL_do)
    assert_same(got.params, textbook.bptt(case.params, case.x, h, case.dL_do), rtol=1e-12)
    assert got.dL_dh.shape == (40, B, 5)


def test_which_loop_is_taken():
    assert loops.one_is_small(1, 16, 64)
    assert not loops.one_is_small(2, 16, 64)
    assert not loops.one_is_small(1, 256, 8)
