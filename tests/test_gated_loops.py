"""The loops of the gated cells: the equations as they stand, the generic way back, and nothing left over in between."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bptt_helpers import forward, init_params
from bptt_helpers.cells import gru_loops, lstm_loops
from bptt_helpers.cells.base import Cell
from bptt_helpers.cells.catalogue import find_cell

LOOPS = {"lstm": lstm_loops, "gru": gru_loops}
# around the length of a workspace, the limits of `one_is_small` and of a batch's segment
SIZES = [(1, 3, 1), (127, 4, 1), (129, 4, 1), (300, 16, 1), (6, 90, 1), (1, 4, 3), (40, 5, 3), (20, 70, 50)]
TOLERANCE = {"float64": 1e-12, "float32": 1e-4, "complex128": 1e-12}


def draw(cell, T, n, B, dtype="float64", seed=0):
    rng = np.random.default_rng(seed)
    params = init_params(2, n, 3, cell=cell, init="pytorch", rng=rng).astype(dtype)
    if dtype == "complex128":
        params = type(params)(*(w + 1e-3j * w[::-1] for w in params))
    s0 = rng.normal(size=(B, find_cell(cell).parts * n)).astype(dtype)
    return params, rng.normal(size=(T, B, 2)), s0, rng


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def plain_states(cell, params, x, s0):
    """The states by the equations of the cell's module."""
    n, states = params.n_hidden, [s0]
    for x_t in x:
        h = states[-1][:, :n]
        a, p = x_t @ params.W_hx.T + params.b_h[: len(params.W_hx)], h @ params.W_hh.T
        if cell == "lstm":
            i, f, g, o = np.split(a + p, 4, 1)
            c = sigmoid(f) * states[-1][:, n:] + sigmoid(i) * np.tanh(g)
            states.append(np.hstack([sigmoid(o) * np.tanh(c), c]))
        else:
            r, z = sigmoid(a[:, :n] + p[:, :n]), sigmoid(a[:, n : 2 * n] + p[:, n : 2 * n])
            new = np.tanh(a[:, 2 * n :] + r * (p[:, 2 * n :] + params.b_h[3 * n :]))
            states.append((1 - z) * new + z * h)
    return np.array(states)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cell", LOOPS)
def test_states_are_those_of_the_equations(cell, size, dtype):
    params, x, s0, _ = draw(cell, *size, dtype)
    trace = forward(params, x, cell=cell, s0=s0)
    assert trace.states.dtype == trace.kept.dtype == dtype
    assert len(trace.kept) == size[0]
    assert np.abs(trace.states - plain_states(cell, params, x, s0)).max() < TOLERANCE[dtype]


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cell", LOOPS)
def test_the_way_back_is_the_generic_one(cell, size, dtype, later):
    params, x, s0, rng = draw(cell, *size, dtype)
    trace = forward(params, x, cell=cell, s0=s0)
    dL_do = rng.normal(size=trace.o.shape).astype(dtype)
    from_later = rng.normal(size=s0.shape).astype(dtype) if later else None
    for part, own in [(trace, dL_do), (trace.part(size[0] // 2, size[0]), dL_do[size[0] // 2 :])]:
        answers = []
        for walk_back in (trace.cell.walk_back, lambda *a: Cell.walk_back(trace.cell, *a)):
            dL_ds = np.full_like(part.states[1:], np.nan)
            answers.append((dL_ds, walk_back(part, own, dL_ds, from_later)))
        for fast, generic in zip(*answers, strict=True):
            assert fast.dtype == dtype
            assert fast.shape == generic.shape
            assert np.abs(fast - generic).max() < TOLERANCE[dtype] * np.abs(generic).max()


@pytest.mark.parametrize("cell", LOOPS)
def test_the_loops_for_one_sequence_and_for_a_batch_agree(cell):
    params, x, s0, rng = draw(cell, 150, 6, 1)
    loops, trace = LOOPS[cell], forward(params, x, cell=cell, s0=s0)
    states = trace.states.copy()
    states[1:] = np.nan
    kept = loops.states_of_batch(params, x, states)
    assert np.abs(states - trace.states).max() < 1e-13
    assert np.abs(kept - trace.kept).max() < 1e-13
    dL_do = rng.normal(size=trace.o.shape)
    one, batch = np.empty_like(states[1:]), np.empty_like(states[1:])
    da_one = loops.signals_of_one(trace, dL_do, one)
    da_batch = loops.signals_of_batch(trace, dL_do, batch, None)
    assert np.abs(one - batch).max() < 1e-12 * np.abs(batch).max()
    assert np.abs(da_one - da_batch).max() < 1e-12 * np.abs(da_batch).max()


@pytest.mark.parametrize("cell", LOOPS)
def test_a_used_workspace_leaves_no_trace(cell):
    params, x, s0, rng = draw(cell, 140, 4, 1)
    wild = type(params)(*(30 * w for w in params))
    wanted = forward(params, x, cell=cell, s0=s0)
    dL_do = rng.normal(size=wanted.o.shape)

    def back(trace, own):
        dL_ds = np.empty_like(trace.states[1:])
        return dL_ds, trace.cell.walk_back(trace, own, dL_ds, None)

    before = back(wanted, dL_do)
    back(forward(wild, 9 * x, cell=cell, s0=9 * s0), 1e6 * dL_do)
    again = forward(params, x, cell=cell, s0=s0)
    assert np.array_equal(again.states, wanted.states)
    assert np.array_equal(again.kept, wanted.kept)
    for a, b in zip(back(again, dL_do), before, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("cell", LOOPS)
def test_threads_do_not_write_into_each_other(cell):
    cases = [draw(cell, 200, 4, 1, seed=seed)[:3] for seed in range(8)]
    wanted = [forward(params, x, cell=cell, s0=s0).states for params, x, s0 in cases]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            found = pool.map(lambda case: forward(case[0], case[1], cell=cell, s0=case[2]).states, cases)
            assert all(map(np.array_equal, found, wanted))
