"""Corners of all cells: gates driven to their ends, one unit, a thousand steps, a large radius. Warnings are errors."""

import numpy as np
import pytest

from bptt_helpers import (
    bptt,
    constant_hazard,
    forward,
    gradient_by_window,
    gradient_profile,
    influence,
    init_params,
    jacobian_product_norms,
    lyapunov_exponents,
    randomized_gradients,
)
from bptt_helpers.cells.base import own_signals
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.measures.jacobians import frobenius_map
from bptt_helpers.truncation.every_window import logarithmic_windows
from bptt_helpers.truncation.random_cuts import exact_moments
from tests.cell_cases import GATED, CellCase, assert_close, draw, numeric


def long_case(name, n, T=1000):
    rng = np.random.default_rng(3)
    params = init_params(2, n, 2, cell=name, spectral_radius=3, rng=1)
    params = params._replace(b_h=rng.normal(size=params.b_h.shape))
    x, dL_do = rng.normal(size=(T, 1, 2)), rng.normal(size=(T, 1, 2))
    trace = forward(params, x, cell=name)
    return CellCase(name, params, x, trace.states[0], dL_do, trace)


CASES = {
    "weights times 50": lambda name: draw(name, 40, 2, (3, 5, 2), scale=50),
    "one unit": lambda name: draw(name, 40, 2, (1, 1, 1), scale=5),
    "a thousand steps, radius 3": lambda name: long_case(name, 8),
    "a thousand steps, one unit": lambda name: long_case(name, 1),
    "one step": lambda name: draw(name, 1, 1, (1, 1, 1), scale=3),
}


def scaled_norms(case, start):
    """log10 norms of `start` (B, k, m) sent back from the last step, by lag: each step rescaled by its own norm."""
    J = case.trace.cell.jacobians(case.params, case.trace.cell.local(case.trace, precise=True))
    B, signal, norms = len(start), start, []
    log = np.zeros(B)
    for lag in range(len(J)):
        if lag:
            signal = signal @ J[len(J) - lag]
        size = np.sqrt(((signal / np.abs(signal).max((1, 2), keepdims=True)) ** 2).sum((1, 2)))
        size *= np.abs(signal).max((1, 2))
        log = log + np.log10(size)
        signal = signal / size[:, None, None]
        norms.append(log)
    return np.array(norms)


@pytest.mark.parametrize("name", ["tanh", *GATED])
@pytest.mark.parametrize("corner", CASES)
def test_measures_are_finite_and_right_in_corners(name, corner):
    case = CASES[corner](name)
    T, B, m = case.trace.states[1:].shape
    dL_do = case.dL_do * (np.arange(T) == T - 1)[:, None, None]
    own = own_signals(case.trace, dL_do)
    wanted = scaled_norms(case, own[-1][:, None])
    np.testing.assert_allclose(gradient_profile(case.trace, dL_do), wanted, rtol=1e-9, atol=1e-9)
    got = influence(case.trace, dL_do, losses=[T - 1])[0, ::-1]
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9)
    wanted = scaled_norms(case, np.tile(np.eye(m), (B, 1, 1)))
    got = frobenius_map(case.trace, losses=[T - 1])[0, ::-1]
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9)
    spectral = jacobian_product_norms(case.trace)
    assert np.isfinite(spectral).all()
    assert (spectral <= wanted + 1e-9).all()
    assert (spectral >= wanted - 0.5 * np.log10(m) - 1e-9).all()
    assert np.isfinite(influence(case.trace, case.dL_do, losses=[0, T - 1] if T > 1 else [0])[-1]).all()
    if T > 1:
        assert np.isfinite(lyapunov_exponents(case.trace, blocks=2).value).all()


@pytest.mark.parametrize("name", ["tanh", *GATED])
@pytest.mark.parametrize("corner", CASES)
def test_gradients_are_finite_and_right_in_corners(name, corner):
    case = CASES[corner](name)
    T, B, _ = case.x.shape
    exact = bptt(case.trace, case.dL_do)
    flat = exact.params.flat()
    arrays = exact.params.flat(), exact.dL_ds, exact.dL_ds0, exact.dL_dx
    assert all(np.isfinite(v).all() for v in arrays)
    assert_close(bptt(case.trace, case.dL_do, window=T).params.flat(), flat)
    if T <= 40:
        # a rounded slope is wrong by a rounding error, of a slope of 1
        gradient, dL_dx, dL_ds0 = numeric(case)
        assert_close(flat, gradient.flat(), 1e-9)
        assert np.abs(exact.dL_dx - dL_dx).max() < 1e-9 * max(1, np.abs(dL_dx).max())
        assert np.abs(exact.dL_ds0 - dL_ds0).max() < 1e-9 * max(1, np.abs(dL_ds0).max())
    windows = [w for w in logarithmic_windows(T) if w < 70] + [T]
    whole = recurrent_part(exact.params)
    for scheme in ("sliding", "chunked"):
        curve = gradient_by_window(case.trace, case.dL_do, scheme=scheme, windows=windows)
        for k, window in enumerate(windows):
            got = recurrent_part(bptt(case.trace, case.dL_do, window=window, scheme=scheme).params)
            assert curve.log10_norm[k] == pytest.approx(np.log10(np.linalg.norm(got)), abs=1e-8)
        assert not np.isnan(curve.log10_error).any()
        assert curve.log10_norm[-1] == pytest.approx(np.log10(np.linalg.norm(whole)), abs=1e-8)
        assert (np.abs(curve.cosine) <= 1).all()
    drawn = randomized_gradients(case.trace, case.dL_do, constant_hazard(50), n_draws=3)
    assert np.isfinite(drawn).all()
    if B == 1:
        moments = exact_moments(case.trace, case.dL_do, [50])
        assert_close(moments.mean, whole, 1e-9)
        assert np.isfinite(moments.variance).all()
