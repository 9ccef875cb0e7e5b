"""The two-call loops of one sequence and the three-call loops of a batch: the same numbers."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bptt_helpers import bptt, forward, textbook
from bptt_helpers.cells import loops, workspace
from bptt_helpers.cells.activations import ACTIVATIONS
from tests.cell_cases import NAMES, draw


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
    monkeypatch.setattr("bptt_helpers.cells.base.SEGMENT", segment)  # 1: segments of 14, 14 and 13 steps
    case = make_case(41, B, (3, 5, 2), loss="cross_entropy")
    h, o = textbook.forward(case.params, case.x)
    np.testing.assert_allclose(case.trace.o, o, rtol=1e-12, atol=1e-13)
    got = bptt(case.trace, case.dL_do)
    assert_same(got.params, textbook.bptt(case.params, case.x, h, case.dL_do), rtol=1e-12)
    assert got.dL_dh.shape == (41, B, 5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
@pytest.mark.parametrize("shape", [(3, 5), (128, 60), (256, 40), (300, 300)])  # rows of 1 kB and more among them
@pytest.mark.parametrize("B", [1, 4])
def test_a_product_of_a_step_is_that_product(dtype, shape, B):
    rng = np.random.default_rng(B)
    W, h = rng.normal(size=shape).astype(dtype), rng.normal(size=(B, shape[1])).astype(dtype)
    for matrix in (W, np.asfortranarray(W), W[::-1]):
        rows, out = (h[0], np.empty(shape[0], dtype)) if B == 1 else (h, np.empty((B, shape[0]), dtype))
        loops.times(matrix, B)(rows, out)
        np.testing.assert_allclose(out, rows @ matrix.T, rtol=1e-4 if dtype == np.float32 else 1e-12, atol=1e-4)


def results_of(case):
    trace = forward(case.params, case.x, cell=case.cell, s0=case.s0)
    gradients = bptt(trace, case.dL_do)
    kept = [] if trace.kept is None else [trace.kept]
    return [trace.states, trace.o, *kept, gradients.dL_ds, gradients.dL_ds0, gradients.dL_dx, *gradients.params]


@pytest.mark.parametrize("B", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_a_result_is_not_overwritten_by_the_next_call(name, B):
    """The loops for one sequence keep their memory between calls: what they return must be none of it."""
    cases = [draw(name, 20, B, seed=seed) for seed in (0, 1)]
    first = results_of(cases[0])
    before = [v.copy() for v in first]
    second = results_of(cases[1])
    assert all(map(np.array_equal, first, before))
    assert not any(np.shares_memory(a, b) for a in first for b in second)


@pytest.mark.parametrize("loops_of", ["elementwise", "gru"])
def test_what_the_way_back_returns_is_not_overwritten_either(make_case, loops_of):
    answers = []
    for seed in (0, 1):
        trace = draw("tanh" if loops_of == "elementwise" else loops_of, 20, 1, seed=seed).trace
        dL_ds = np.empty_like(trace.states[1:])
        dL_da = trace.cell.walk_back(trace, np.ones_like(trace.o), dL_ds, None)
        answers.append((dL_ds, dL_da, dL_da.copy()))
    np.testing.assert_array_equal(answers[0][1], answers[0][2])
    assert not np.shares_memory(answers[0][1], answers[1][1])


@pytest.mark.parametrize("name", ["tanh", "lstm"])
def test_threads_do_not_write_into_each_other(name):
    """A workspace is taken out before it is used: two threads never have the same one."""
    cases = [draw(name, 300, 1, seed=seed) for seed in range(8)]
    wanted = [results_of(case) for case in cases]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for found, right in zip(pool.map(results_of, cases), wanted, strict=True):
                assert all(map(np.array_equal, found, right))


def test_a_workspace_in_use_is_not_handed_out_again():
    key = ("of this test", 3)
    first = workspace.take(key, lambda size: [size])
    second = workspace.take(key, lambda size: [size])
    assert first == second == [3]
    assert first is not second
    workspace.give_back(key, first)
    assert workspace.take(key, list) is first
    assert workspace.take(key, lambda size: [size]) is not first


def test_only_the_last_few_workspaces_are_kept():
    for size in range(20):
        workspace.give_back(("of this test", size), [size])
    kept = [key for key in workspace._spare if key[0] == "of this test"]
    assert kept == [("of this test", size) for size in range(12, 20)]
    for key in kept:
        workspace.take(key, list)


def test_which_loop_is_taken():
    assert loops.one_is_small(1, 16, 64)
    assert not loops.one_is_small(2, 16, 64)
    assert not loops.one_is_small(1, 256, 8)
