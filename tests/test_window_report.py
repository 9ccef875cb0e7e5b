"""How long a window must be: the report against brute force, its bound, its map, its costs, an interrupt."""

import re
import sys

import numpy as np
import pytest

from bptt_helpers import (
    Params,
    bptt,
    cost,
    cross_entropy,
    forward,
    gradient_by_window,
    influence,
    init_params,
    window_report,
)
from bptt_helpers.cells.params import recurrent_part
from bptt_helpers.tasks.sequences import adding
from bptt_helpers.tasks.stored import load_weights
from bptt_helpers.tasks.text import Vocabulary, load_text
from bptt_helpers.tasks.text_layouts import split_text, text_batches
from bptt_helpers.training.window_report import ERRORS
from bptt_helpers.truncation.lag_sums import journey, way_of
from bptt_helpers.truncation.safe_window import error_bounds, most_into_weights
from tests.cell_cases import GATED, NAMES, CellCase, draw, in_pytorch

PRECISIONS = ("float64", "float32")
MODELS = ("rnn", "gru", "lstm", "gru as drawn", "lstm chrono", "adding")


def quiet(trace, dL_do, **options):
    return window_report(trace, dL_do, progress=False, **options)


def network(cell, dtype="float64", T=60, B=3, scale=0.6, **options):
    """A random network of 8 units whose signals fade, and the losses of all its steps."""
    case = draw(cell, T, B, (3, 8, 4), scale=scale, **options)
    trace = forward(case.params.astype(dtype), case.x.astype(dtype), cell=cell)
    return trace, cross_entropy(trace.o, np.random.default_rng(1).integers(0, 4, (T, B)))[1]


def model(name, T=60, B=2):
    """Trace and dL_do, in float32, of a network that reads the story, trained or as drawn, or of one that adds."""
    cell = {"rnn": "tanh", "adding": "gru"}.get(name, name.split()[0])
    if name in ("rnn", "gru", "lstm", "adding"):
        weights = load_weights(name)
        (W_hx, W_hh, b_ih, b_hh), n = weights["rnn"].values(), weights["readout"]["weight"].shape[1]
        b_h = np.concatenate([(b_ih + b_hh)[: 2 * n], b_ih[2 * n :], b_hh[2 * n :]]) if cell == "gru" else b_ih + b_hh
        params = Params(W_hx, W_hh, b_h, weights["readout"]["weight"], weights["readout"]["bias"])
    else:
        options = {"chrono": T} if "chrono" in name else {}
        params = init_params(60, 64, 60, cell=cell, init="pytorch", rng=0, **options).astype(np.float32)
    if name == "adding":
        batch = adding(T, B, rng=0)
        trace = forward(params, batch.x, cell=cell)
        dL_do = np.zeros_like(trace.o)
        dL_do[-1] = trace.o[-1] - batch.y[-1]
        return trace, dL_do
    text = load_text()
    options = {"layout": "shuffled", "carried": False, "vocabulary": Vocabulary.of(text), "dtype": "float32"}
    batch = text_batches(split_text(text)[1], T, B, **options)(0)
    trace = forward(params, batch.x, cell=cell)
    return trace, cross_entropy(trace.o, batch.y)[1]


def by_detaching(torch, trace, dL_do):
    """The gradient of every window by PyTorch: each loss runs forward again from a state that is only a number."""
    double = trace.params.astype(float)
    case = CellCase(trace.cell.name, double, trace.x, trace.states[0], dL_do, trace)
    layer, _ = in_pytorch(torch, case)
    layer, n = layer.to(torch.float32), trace.params.n_hidden
    x, states = torch.tensor(trace.x), torch.tensor(trace.states)
    sent = torch.tensor(dL_do @ trace.params.W_qh)  # the readout is the same for all: what it sends back to h
    T, weights = len(x), [getattr(layer, f"{w}_l0") for w in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def run(inputs, start):
        parts = [part[None].contiguous() for part in start.split(n, 1)]
        return layer(inputs, tuple(parts) if len(parts) == 2 else parts[0])[0]

    for window in range(1, T + 1):
        first = run(x[:window], states[0])  # these losses see the start
        loss = (first * sent[:window]).sum()
        if window < T:
            pieces = torch.cat([x[t - window + 1 : t + 1] for t in range(window, T)], 1)
            starts = torch.cat([states[t - window + 1] for t in range(window, T)])
            loss = loss + (run(pieces, starts)[-1] * sent[window:].flatten(0, 1)).sum()
        of_x, of_h, b_ih, b_hh = (g.numpy() for g in torch.autograd.grad(loss, weights))
        b_h = np.append(b_ih, b_hh[2 * n :]) if case.cell == "gru" else b_ih
        yield np.concatenate([g.ravel() for g in (of_x, of_h, b_h)])


@pytest.mark.parametrize("name", MODELS)
def test_the_window_found_is_that_of_brute_force_over_detached_runs_of_pytorch(torch, name):
    trace, dL_do = model(name)
    report = quiet(trace, dL_do)
    gradients = np.array([*by_detaching(torch, trace, dL_do)], float)
    exact = gradients[-1]
    error = np.linalg.norm(gradients - exact, axis=1) / np.linalg.norm(exact)
    needed = tuple(next(w for w in range(1, 61) if (error[w - 1 :] <= e).all()) for e in ERRORS)
    assert report.needed == needed
    K = len(report.window)
    np.testing.assert_allclose(report.error, error[:K], atol=1e-5)
    assert (error[K:] < 0.001).all()
    assert (name == "lstm chrono") == (needed[0] > 30) or name == "adding"


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("cell", NAMES)
def test_the_curves_are_those_of_every_window(cell, dtype):
    trace, dL_do = network(cell, dtype)
    report, curve = quiet(trace, dL_do), gradient_by_window(trace, dL_do)
    K, tolerance = len(report.window), 1e-13 if dtype == "float64" else 3e-6
    assert np.array_equal(report.window, np.arange(1, K + 1))
    np.testing.assert_allclose(report.error, 10 ** curve.log10_error[:K], atol=tolerance)
    np.testing.assert_allclose(report.cosine, curve.cosine[:K], atol=tolerance)
    np.testing.assert_allclose(report.length, 10 ** (curve.log10_norm - curve.log10_norm[-1])[:K], atol=tolerance)
    assert (10 ** curve.log10_error[K:] <= min(report.errors) / 10).all()
    assert report[:5] == (cell, 8, 60, 3, dtype)


def test_the_search_ends_where_nothing_is_left_and_not_before():
    fading, lasting = network("tanh", scale=0.3), network("gru", scale=0.2)
    gates = lasting[0].params.b_h.copy()
    gates[8:16] += 8  # the gate that keeps
    trace = forward(lasting[0].params._replace(b_h=gates), lasting[0].x, cell="gru")
    assert len(quiet(*fading).window) < 30
    assert len(quiet(*fading, errors=[0.5]).window) < len(quiet(*fading, errors=[1e-6]).window)
    assert len(quiet(trace, lasting[1]).window) > 57


def test_a_signal_that_grows_again_is_waited_for():
    """A loss at the end, units that all but close for twenty steps, and large weights before these."""
    params = Params(np.ones((2, 1)), np.array([[3.0, 1.0], [0.0, 3.0]]), np.zeros(2), np.ones((1, 2)), np.zeros(1))
    x = np.zeros((60, 1, 1))
    x[40:45] = 1.0
    trace = forward(params, x)
    dL_do = np.zeros_like(trace.o)
    dL_do[[-1, 30]] = 1.0
    report, curve = quiet(trace, dL_do), gradient_by_window(trace, dL_do)
    assert report.needed[0] == 1 + np.flatnonzero(10**curve.log10_error > 0.1)[-1] + 1


@pytest.mark.parametrize(("cell", "scale"), [*((cell, 0.3) for cell in NAMES), ("tanh", 1e-6)])
def test_a_journey_in_float32_reaches_as_far_as_one_in_float64(cell, scale):
    trace, dL_do = network(cell, T=200, scale=scale)
    single = trace.astype(np.float32), dL_do.astype(np.float32)
    far, near = (journey(way_of(*given, dtype)) for given, dtype in (((trace, dL_do), float), (single, np.float32)))
    lags = 0
    for (lag, wanted, power), (lag_single, got, power_single) in zip(far, near, strict=False):
        assert (lag, got.dtype) == (lag_single, np.float32)
        wanted = wanted * 2.0 ** (power - power_single)
        assert np.abs(got - wanted).max() <= 1e-4 * np.abs(wanted).max()
        lags, smallest = lag + 1, power_single
    assert lags > (60 if scale == 0.3 else 5)
    assert smallest < -80


@pytest.mark.parametrize("cell", NAMES)
def test_what_is_left_is_the_mean_over_the_losses_of_the_influence_map(cell):
    trace, dL_do = network(cell, T=20)
    dL_do[3:9, 1] = 0  # losses that are none
    report, norm = quiet(trace, dL_do), 10 ** influence(trace, dL_do)
    sends = np.diagonal(norm).T > 0
    wanted = [np.diagonal(norm, -k).T[sends[k:]].mean() for k in range(len(report.window))]
    np.testing.assert_allclose(report.left, np.array(wanted) / wanted[0], rtol=1e-9)


@pytest.mark.parametrize("cell", NAMES)
def test_the_map_is_that_of_one_sequence_which_is_named(cell):
    trace, dL_do = network(cell, T=90)
    dL_do[:, 0], dL_do[:7, 1] = 0, 0
    report = quiet(trace, dL_do)
    assert report.sequence == 2
    assert (report.losses[0], report.losses[-1], len(report.losses)) == (0, 89, 64)
    np.testing.assert_allclose(report.influence, influence(trace, dL_do, losses=report.losses)[..., 2], rtol=1e-12)
    dL_do[:-1] = 0
    dL_do[40, 2] = 1.0
    assert quiet(trace, dL_do).losses.tolist() == [40, 89]
    dropped = forward(trace.params, trace.x, cell=cell, mask=np.random.default_rng(0).integers(0, 2, trace.h[1:].shape))
    wanted = influence(dropped, dL_do, losses=[40, 89])[..., 2]
    np.testing.assert_allclose(quiet(dropped, dL_do).influence, wanted, rtol=1e-12)


@pytest.mark.parametrize("cell", NAMES)
def test_no_signal_sends_more_into_the_weights_than_the_bound_says(cell):
    trace, dL_do = network(cell, T=4, scale=1.0)
    way, most = way_of(trace, dL_do), 0.0
    T, B, m = way.own.shape
    for t, b, unit in np.ndindex(T, B, m // trace.cell.parts):
        columns = []
        for part in range(trace.cell.parts):
            signal = np.zeros_like(way.own)
            signal[t, b, part * 8 + unit] = 1
            dL_da = trace.cell.into_a(trace.params, way.local, signal)
            columns.append(way.into_weights(dL_da.reshape(T * B, -1)).ravel())
        most = max(most, np.linalg.norm(np.array(columns), 2))
    assert most * (1 - 1e-12) <= most_into_weights(way) <= most * (2**0.5 if cell == "lstm" else 1 + 1e-12)


@pytest.mark.parametrize("name", MODELS[:4])
def test_the_bound_is_safe_and_pays_for_it(name):
    trace, dL_do = model(name, T=100, B=4)
    report = quiet(trace, dL_do)
    assert all(1.3 * n < s < 6 * n for n, s in zip(report.needed, report.safe, strict=True))
    assert (report.bound >= report.error).all()
    for allowed, window in zip(report.errors, report.safe, strict=True):
        assert report.bound[window - 1] <= allowed < report.bound[window - 2]
    norm = np.linalg.norm(recurrent_part(bptt(trace, dL_do).params))
    way = way_of(trace, dL_do)
    signals = np.linalg.norm(way.own, axis=2).sum() / norm * report.left  # N φ_k
    np.testing.assert_allclose(report.bound, error_bounds(signals, report.length, most_into_weights(way)), rtol=1e-3)


def test_the_bound_is_the_sum_of_what_is_left_where_that_is_geometric():
    phi = 0.5 ** np.arange(40)
    lengths = np.full(40, 3.0)
    left_out = 2 * 0.5 ** np.arange(40)  # Σ_{k >= τ} 0.5^k, M = 2
    np.testing.assert_allclose(
        error_bounds(phi, lengths, 2.0), np.where(left_out < 3, left_out / (3 - left_out), np.inf)
    )
    assert np.isinf(error_bounds(np.ones(40), lengths, 2.0)).all()
    assert np.isinf(error_bounds(phi[:2], lengths[:2], 2.0)).all()


def test_a_network_that_forgets_nothing_has_no_safe_window():
    report = quiet(*model("lstm chrono"))
    assert report.safe == (None, None, None)
    assert "chooses no window" in report.sentence


@pytest.mark.parametrize("cell", NAMES)
def test_cuts_are_measured_and_counted(cell):
    trace, dL_do = network(cell)
    report, exact = quiet(trace, dL_do), recurrent_part(bptt(trace, dL_do).params)
    uncut = report.stored[0]
    assert (uncut.window, uncut.stride, uncut.error) == (60, 60, 0.0)
    assert uncut.operations == 3 * cost.operations(60, 3, 8, 4, cell=cell)
    for needed, strided, block, allowed in zip(
        report.needed, report.stored[1:], report.blocks, report.errors, strict=True
    ):
        assert (strided[:2], block[:2]) == ((2 * needed - 1, needed), (needed, needed))
        for cut in (strided, block):
            cut_gradient = recurrent_part(bptt(trace, dL_do, window=cut.window, stride=cut.stride).params)
            assert cut.error == pytest.approx(np.linalg.norm(cut_gradient - exact) / np.linalg.norm(exact))
            assert cut.numbers == 3 * cost.stored_numbers(60, 3, 8, 4, cut.window, stride=cut.stride, cell=cell)
        assert strided.error <= allowed < block.error
        assert block.numbers < strided.numbers < uncut.numbers


@pytest.mark.parametrize("cell", NAMES)
def test_stored_numbers_of_a_cell_are_those_of_its_trace(cell):
    trace = draw(cell, 7, 1, (3, 5, 2)).trace
    kept = 0 if trace.kept is None else trace.kept[:, :4].size  # an LSTM's fifth block is c_{t-1}, a state
    assert cost.stored_numbers(7, 3, 5, 2, cell=cell) == trace.x.size + trace.states.size + trace.o.size + kept


@pytest.mark.parametrize("cell", NAMES)
def test_operations_count_every_weight_of_a_cell(cell):
    params = draw(cell, 7, 1, (3, 5, 2)).params
    ahead = 7 * sum(getattr(params, W).size for W in ("W_hx", "W_hh", "W_qh"))
    assert cost.forward_operations(7, 3, 5, 2, cell=cell) == ahead
    # back: as many for the weights and as many for the signals, but for x, and for the state before the first
    back = 2 * ahead - 7 * params.W_hx.size - params.W_hh.size
    assert cost.backward_operations(7, 3, 5, 2, cell=cell) == back
    assert cost.operations(7, 3, 5, 2, cell=cell) == ahead + back


def test_progress_is_told_and_an_interrupt_gives_what_was_found():
    trace, dL_do = network("gru")
    seen = []
    whole = window_report(trace, dL_do, progress=lambda done, wanted: seen.append((done, wanted)))
    K = len(whole.window)
    assert seen == [*((k, 60) for k in range(1, K + 1)), (60, 60)]
    assert whole.complete
    assert "Interrupted" not in whole.sentence

    def stop_at(last):
        def progress(done, wanted):
            if done == last:
                raise KeyboardInterrupt

        return progress

    first = whole.needed[0]
    report = window_report(trace, dL_do, progress=stop_at(first))
    assert not report.complete
    assert report.needed == (first, None, None)
    assert np.array_equal(report.error, whole.error[:first])
    assert (report.stored[2:], report.blocks[0]) == ((None, None), whole.blocks[0])
    assert f"window of {first}, ? and ? steps" in report.sentence
    assert report.sentence.endswith(f"Interrupted after window {first}: what longer windows change is not known.")


def test_an_interrupt_before_the_first_window_is_not_caught(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(sys.modules[window_report.__module__], "search", interrupted)
    with pytest.raises(KeyboardInterrupt):
        quiet(*network("tanh"))


def test_the_sentence_says_what_was_measured():
    report = quiet(*network("lstm", "float32"))
    numbers = [int(number) for number in re.findall(r"\d+", report.sentence)]
    assert numbers[:5] == [8, 3, 60, *report.needed[:2]]
    assert report.sentence.startswith("LSTM of 8 units, 3 sequences of 60 steps: from a window of ")
    assert "within 10 %, 5 % and 1 % of the exact one" in report.sentence
    one = quiet(*network("tanh", B=1), errors=[0.02])
    assert one.sentence.startswith("RNN (tanh) of 8 units, 1 sequence of 60 steps: from a window of ")
    assert "is within 2 % of" in one.sentence


def test_one_step_and_a_huge_gradient():
    report = quiet(*network("gru", T=1))
    assert (report.needed, report.safe) == ((1, 1, 1), (None, None, None))
    trace, dL_do = network("tanh")
    assert quiet(trace, 1e300 * dL_do).needed == quiet(trace, 1e-300 * dL_do).needed == quiet(trace, dL_do).needed
    single = trace.astype(np.float32)
    assert quiet(single, 1e30 * dL_do).needed == quiet(single, 1e-30 * dL_do).needed == quiet(trace, dL_do).needed


@pytest.mark.parametrize("cell", GATED)
def test_windows_of_a_growing_network(cell):
    trace, dL_do = network(cell, "float32", scale=2.5)
    report, curve = quiet(trace, dL_do), gradient_by_window(trace, dL_do)
    np.testing.assert_allclose(report.error, 10 ** curve.log10_error[: len(report.window)], atol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"errors": []}, "errors: want at least one number from 2e-13"),
        ({"errors": [1e-14]}, "errors: want at least one number from 2e-13"),
        ({"errors": [0.1, 2.0]}, "errors: want a finite number > 0, at most 1, got 2.0"),
        ({"errors": 0.1}, "errors: want a sequence of relative errors"),
        ({"dL_do": np.zeros((60, 3, 4))}, "dL_do: want a loss with a gradient, got one whose gradient is zero"),
        ({"dL_do": np.zeros((60, 3, 5))}, "dL_do: want shape"),
        ({"progress": 3}, "progress: want a function"),
    ],
)
def test_what_it_cannot_measure_is_refused(arguments, message):
    trace, dL_do = network("tanh")
    with pytest.raises(ValueError, match=re.escape(message)):
        window_report(**({"trace": trace, "dL_do": dL_do, "progress": False} | arguments))
    with pytest.raises(ValueError, match=r"errors: want at least one number from 0\.0001"):
        quiet(trace.astype(np.float32), dL_do, errors=[1e-5])
