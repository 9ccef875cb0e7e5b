"""Every cell against complex steps and against PyTorch's own layers, and the promises of `Cell` one by one."""

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward
from bptt_helpers.cells.base import Cell, at, bound_of_stretch
from bptt_helpers.passes.steps import backward_steps
from tests.cell_cases import GATED, NAMES, assert_close, draw, numeric, numeric_jacobians, torch_gradients

# T, B, (d, n, q): all different, then one of each
SHAPES = [(7, 4, (3, 5, 2)), (1, 3, (2, 4, 5)), (5, 1, (4, 3, 2)), (6, 2, (3, 1, 4)), (1, 1, (1, 1, 1))]


def the_same(got, gradient, dL_dx, dL_ds0, rtol):
    for name in Params._fields:
        assert_close(getattr(got.params, name), getattr(gradient, name), rtol)
    assert_close(got.dL_dx, dL_dx, rtol)
    assert_close(got.dL_ds0, dL_ds0, rtol)
    assert_close(got.dL_dh0, dL_ds0[:, : got.dL_dh.shape[2]], rtol)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("T", "B", "sizes"), SHAPES)
def test_the_gradient_is_the_complex_step(name, T, B, sizes):
    case = draw(name, T, B, sizes, seed=1)
    the_same(bptt(case.trace, case.dL_do), *numeric(case), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("T", "B", "sizes"), [*SHAPES, (40, 3, (2, 6, 3)), (40, 1, (2, 6, 3))])
def test_the_layers_of_pytorch_agree(torch, name, T, B, sizes):
    case = draw(name, T, B, sizes, seed=2)
    o, gradient, dL_ds0, dL_dx = torch_gradients(torch, case)
    assert_close(case.trace.o, o, 1e-12)
    the_same(bptt(case.trace, case.dL_do), gradient, dL_dx, dL_ds0, rtol=1e-10)


@pytest.mark.parametrize("name", GATED)
def test_a_way_back_in_segments_is_the_way_back_in_one(name, monkeypatch):
    case = draw(name, T=50, B=3)
    whole = bptt(case.trace, case.dL_do)
    for steps in (1, 7, 49, 50):
        monkeypatch.setattr(type(case.trace.cell), "steps_at_once", lambda self, trace, steps=steps: steps)
        got = bptt(case.trace, case.dL_do)
        assert_close(got.params.flat(), whole.params.flat(), 1e-13)
        assert_close(got.dL_ds, whole.dL_ds, 1e-13)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("B", [1, 3])
def test_the_own_way_back_of_a_cell_is_the_general_one(name, B):
    case = draw(name, T=8, B=B)
    cell = case.trace.cell
    for from_later in (None, np.random.default_rng(5).normal(size=(B, case.width))):
        own, general = np.full((2, 8, B, case.width), np.nan)
        entering = None if from_later is None else from_later.copy()
        dL_da = cell.walk_back(case.trace, case.dL_do, own, entering)
        assert_close(dL_da, Cell.walk_back(cell, case.trace, case.dL_do, general, from_later))
        assert_close(own, general)


@pytest.mark.parametrize("name", NAMES)
def test_one_step_ahead_is_the_transpose_of_one_step_back(name):
    case, rng = draw(name, T=4, B=3), np.random.default_rng(3)
    cell, params, local = case.trace.cell, case.params, case.trace.cell.local(case.trace)
    signal, tangent = rng.normal(size=(2, 4, 3, case.width))
    before = cell.back(params, local, signal)[1]
    after = cell.ahead(params, local, tangent)
    np.testing.assert_allclose((before * tangent).sum(-1), (signal * after).sum(-1), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_one_step_back_is_linear_and_writes_where_it_is_told(name):
    case, rng = draw(name, T=4, B=3), np.random.default_rng(4)
    cell, params, local = case.trace.cell, case.params, case.trace.cell.local(case.trace)
    one, other = rng.normal(size=(2, 4, 3, case.width))
    for k in (0, 1):
        apart = 2 * cell.back(params, local, one)[k] - 3 * cell.back(params, local, other)[k]
        assert_close(cell.back(params, local, 2 * one - 3 * other)[k], apart)
    dL_da, before = np.empty((4, 3, len(params.b_h))), np.empty_like(one)
    untouched = one.copy()
    got = cell.back(params, local, one, dL_da, before)
    for written, wanted, returned in zip((dL_da, before), cell.back(params, local, one), got, strict=True):
        np.testing.assert_array_equal(written, wanted)
        np.testing.assert_array_equal(returned, wanted)
    np.testing.assert_array_equal(one, untouched)
    np.testing.assert_array_equal(cell.into_a(params, local, one), dL_da)


@pytest.mark.parametrize("name", NAMES)
def test_jacobians_are_those_of_complex_steps(name):
    case = draw(name, T=4, B=2)
    cell = case.trace.cell
    wanted = numeric_jacobians(case)
    for precise in (False, True):
        local = cell.local(case.trace, precise=precise)
        assert_close(cell.jacobians(case.params, local), wanted)
        assert cell.most_stretch(case.params, local) >= np.linalg.norm(wanted, 2, (-2, -1)).max() * (1 - 1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [0.01, 0.1, 1, 5])
def test_the_reach_of_a_step_bounds_it(name, scale):
    case, rng = draw(name, T=5, B=2, scale=scale), np.random.default_rng(6)
    cell, params, n = case.trace.cell, case.params, case.params.n_hidden
    local = cell.local(case.trace, precise=True)
    least, most = cell.reach(params, local)
    for signal in (*rng.choice([-1.0, 1.0], (20, 5, 2, case.width)), *rng.normal(size=(3, 5, 2, case.width))):
        before = cell.back(params, local, signal)[1]
        assert np.abs(before).max() <= most * np.abs(signal).max()
    for path in single_paths(name, local, params.W_hh, n):
        assert np.abs(path[path != 0]).min() >= least * (1 - 1e-12)


def test_the_reach_knows_a_shut_gate_where_no_other_path_is_small():
    case = draw("lstm", T=1, B=1)
    b_h = case.params.b_h.copy()
    b_h[5:10] = -60  # f; from c = 0 its own slope is multiplied by exactly zero
    trace = forward(case.params._replace(b_h=b_h), case.x, cell="lstm")
    local = trace.cell.local(trace, precise=True)
    assert trace.cell.reach(trace.params, local)[0] <= local.f.min()


def single_paths(name, local, W_hh, n):
    """What a signal is multiplied by on every path through one step, before paths are summed."""
    if name in ("tanh", "relu"):
        return [local.slope[..., None] * W_hh]
    W = W_hh.reshape(-1, n, n)  # gate, from unit, to unit
    if name == "gru":
        into = local.h_to_a.reshape(*local.z.shape[:-1], 4, n)[..., [0, 1, 3], :]
        return [local.z, into[..., None] * W]
    into = local.c_to_a.reshape(*local.f.shape[:-1], 3, n)
    from_c = [local.f, into[..., None] * W[:3]]
    from_h = [local.h_to_c * local.f, local.h_to_c[..., None, :, None] * from_c[1], local.h_to_o[..., None] * W[3]]
    return from_c + from_h


@pytest.mark.parametrize("name", NAMES)
def test_precise_factors_are_the_plain_ones_where_nothing_is_saturated(name):
    case = draw(name, T=6, B=2)
    cell = case.trace.cell
    for plain, precise in zip(cell.local(case.trace), cell.local(case.trace, precise=True), strict=True):
        np.testing.assert_allclose(plain, precise, rtol=1e-11, atol=1e-13)


def at_pre_activations(name, by_block, s0, x=0.0):
    """One unit, one step, no weights but biases: b_h is what the gates see."""
    blocks = len(by_block)
    params = Params(
        np.zeros((3 if name == "gru" else blocks, 1)),
        np.zeros((3 if name == "gru" else blocks, 1)),
        np.array(by_block, float),
        np.ones((1, 1)),
        np.zeros(1),
    )
    trace = forward(params, np.full((1, 1, 1), x), cell=name, s0=np.array(s0, float))
    return [
        type(local)(*(v.ravel() for v in local))
        for local in (trace.cell.local(trace), trace.cell.local(trace, precise=True))
    ]


def test_precise_factors_are_right_where_a_gate_is_saturated():
    tanh40, sigmoid40 = 4 * np.exp(-80), np.exp(-40)  # slopes at ±40, to the last digit: e^-40 is nothing beside 1
    plain, precise = at_pre_activations("tanh", [-40], [0.3])
    assert (plain.slope, precise.slope) == (0, pytest.approx(tanh40, rel=1e-14, abs=0))

    i, f, g, o = 0.7, 0.4, 0.5, 0.6  # pre-activations, of which one after the other is saturated
    sigmoid, c0 = lambda a: 1 / (1 + np.exp(-a)), 0.8
    by_gate = {
        0: ("c_to_a", 0, np.tanh(g) * sigmoid40),
        1: ("c_to_a", 1, c0 * sigmoid40),
        2: ("c_to_a", 2, sigmoid(i) * tanh40),
        3: ("h_to_o", 0, np.tanh(sigmoid(f) * c0 + sigmoid(i) * np.tanh(g)) * sigmoid40),
    }
    for gate, (field, k, wanted) in by_gate.items():
        biases = [i, f, g, o]
        biases[gate] = 40
        plain, precise = at_pre_activations("lstm", biases, [0.1, c0])
        assert getattr(plain, field)[k] == 0
        assert getattr(precise, field)[k] == pytest.approx(wanted, rel=1e-13, abs=0)
    plain, precise = at_pre_activations("lstm", [0, 100, 0, 50], [0.1, 40])
    assert (plain.h_to_c, precise.h_to_c) == (0, pytest.approx(tanh40, rel=1e-13, abs=0))

    r, z, new, p, h0 = 0.7, 0.4, 0.5, 0.6, 0.3
    inner = np.tanh(new + sigmoid(r) * p)
    slope_n = 1 - inner**2
    for k, biases, wanted in [
        (0, [40, z, new, p], (1 - sigmoid(z)) * (1 - np.tanh(new + p) ** 2) * p * sigmoid40),
        (1, [r, 40, new, p], (h0 - inner) * sigmoid40),
        (2, [r, z, 40 - sigmoid(r) * p, p], (1 - sigmoid(z)) * tanh40),
        (2, [r, 40, new, p], slope_n * sigmoid40),  # 1 - z at z = 1
        (3, [r, 40, new, p], slope_n * sigmoid40 * sigmoid(r)),
    ]:
        plain, precise = at_pre_activations("gru", biases, [h0])
        assert plain.h_to_a[k] == 0
        assert precise.h_to_a[k] == pytest.approx(wanted, rel=1e-12, abs=0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("B", [1, 3])
def test_float32_stays_float32(name, B):
    case = draw(name, T=9, B=B)
    single = forward(case.params.astype(np.float32), case.x, cell=name, s0=case.s0)
    assert {v.dtype for v in (*single.params, *single[2:]) if v is not None} == {np.dtype(np.float32)}
    for options in ({}, {"window": 4}, {"window": 4, "stride": 2}, {"dL_ds_end": np.ones((B, case.width))}):
        got, wanted = bptt(single, case.dL_do, **options), bptt(case.trace, case.dL_do, **options)
        arrays = *got.params, got.dL_ds, got.dL_dh, got.dL_ds0, got.dL_dh0, got.dL_dx
        assert {v.dtype for v in arrays} == {np.dtype(np.float32)}
        assert_close(got.params.flat(), wanted.params.flat(), 1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_written_down_sum_to_the_gradient(name):
    case = draw(name, T=6, B=3)
    got, steps = bptt(case.trace, case.dL_do), backward_steps(case.trace, case.dL_do)
    assert_close(steps.W_hh_terms.sum(0), got.params.W_hh)
    assert_close(steps.dL_da.sum((0, 1)), got.params.b_h)
    assert_close(steps.dL_ds, got.dL_ds)
    assert_close(steps.dL_dh, got.dL_dh)
    assert_close(steps.own + steps.from_later, steps.dL_ds)
    assert not steps.from_later[-1].any()


@pytest.mark.parametrize("name", NAMES)
def test_a_part_of_a_trace_is_the_trace_of_a_part(name):
    case = draw(name, T=7, B=2)
    part = case.trace.part(2, 5)
    alone = forward(case.params, case.x[2:5], cell=name, s0=case.trace.states[2])
    for got, wanted in zip(part[2:], alone[2:], strict=True):
        if wanted is not None:
            assert_close(got, wanted)
    picked = at(case.trace.cell.local(case.trace), slice(2, 5))
    for got, wanted in zip(picked, alone.cell.local(alone), strict=True):
        assert_close(got, wanted)


@pytest.mark.parametrize("scale", [1.0, 1e-150, 1e150])
@pytest.mark.parametrize("m", [1, 2, 7, 32])
def test_the_stretch_of_a_matrix_is_bounded_tightly(m, scale):
    J = np.random.default_rng(m).normal(size=(6, 2, m, m))
    J[1] = np.outer(J[1, 0, 0], J[1, 0, :, 0])  # of rank one
    J[2], J[3, 0] = np.eye(m), 0
    exact = scale * np.linalg.norm(J, 2, axis=(2, 3))
    bound = bound_of_stretch(scale * J)
    assert bound.shape == (6, 2)
    assert bound[3, 0] == 0
    assert (bound >= exact * (1 - 1e-12)).all()
    assert (bound <= exact * m ** (1 / 16) * (1 + 1e-12)).all()
