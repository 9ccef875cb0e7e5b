"""Optimisers against PyTorch's and by hand, learning rates that change, dropout, and stop rules."""

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward, init_params
from bptt_helpers.tasks.sequences import Batch
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.objectives import reached, regression
from bptt_helpers.training.optimisers import SGD, Adam
from bptt_helpers.training.run import History, start
from bptt_helpers.training.schedules import cosine

PARAMS = init_params(2, 3, 2, rng=0)


def gradients(count, seed=1):
    """Gradients of very different sizes, a weight without any among them."""
    rng = np.random.default_rng(seed)
    found = [Params(*(rng.normal(size=w.shape) * 10.0 ** rng.uniform(-9, 3) for w in PARAMS)) for _ in range(count)]
    for g in found:
        g.W_hx[0, 0] = 0
    return found


@pytest.mark.parametrize(
    ("ours", "name", "options"),
    [
        (SGD(), "SGD", {}),
        (SGD(0.9), "SGD", {"momentum": 0.9}),
        (Adam(), "Adam", {}),
        (Adam(0.8, 0.95, 1e-3), "Adam", {"betas": (0.8, 0.95), "eps": 1e-3}),
    ],
)
def test_the_steps_are_those_of_pytorch(torch, ours, name, options):
    theirs = [torch.tensor(w.copy(), requires_grad=True) for w in PARAMS]
    peer = getattr(torch.optim, name)(theirs, lr=0.01, **options)
    params, moments = PARAMS, ours.begin(PARAMS)
    for update, gradient in enumerate(gradients(20)):
        params, moments = ours.step(params, gradient, moments, 0.01, update)
        for tensor, g in zip(theirs, gradient, strict=True):
            tensor.grad = torch.tensor(g)
        peer.step()
    for w, tensor in zip(params, theirs, strict=True):
        np.testing.assert_allclose(w, tensor.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_the_first_step_of_adam_is_as_long_for_every_weight():
    (gradient,) = gradients(1)
    params, _ = Adam(epsilon=1e-30).step(PARAMS, gradient, Adam().begin(PARAMS), 0.01, 0)
    for w, before, g in zip(params, PARAMS, gradient, strict=True):
        np.testing.assert_allclose(w - before, -0.01 * np.sign(g), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("optimiser", [SGD(), SGD(0.9), Adam()])
def test_a_step_leaves_what_it_was_given_as_it_was_and_keeps_the_type(optimiser):
    params = PARAMS.astype(np.float32)
    moments = optimiser.begin(params)
    gradient = gradients(1)[0].astype(np.float32)
    before = [w.copy() for part in (params, gradient, *moments) for w in part]
    stepped, after = optimiser.step(params, gradient, moments, 0.1, 0)
    for one, other in zip(before, [w for part in (params, gradient, *moments) for w in part], strict=True):
        np.testing.assert_array_equal(one, other)
    assert {w.dtype for part in (stepped, *after) for w in part} == {np.dtype(np.float32)}


def test_adam_counts_in_float32_as_in_float64():
    params, moments = PARAMS.astype(np.float32), Adam().begin(PARAMS.astype(np.float32))
    exact, exact_moments = PARAMS.astype(np.float32).astype(float), Adam().begin(PARAMS)
    for update, gradient in enumerate(gradients(20)):
        gradient = gradient.astype(np.float32)
        params, moments = Adam().step(params, gradient, moments, 0.01, update)
        exact, exact_moments = Adam().step(exact, gradient.astype(float), exact_moments, 0.01, update)
    for ours, wanted in zip((params, *moments), (exact, *exact_moments), strict=True):
        np.testing.assert_allclose(ours.flat(), wanted.flat(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("of_weights", "of_gradient"), [(np.float32, float), (float, np.float32), (np.float16, float)])
def test_adam_leaves_weights_in_their_type_whatever_the_gradient_comes_in(of_weights, of_gradient):
    params, moments = PARAMS.astype(of_weights), Adam().begin(PARAMS.astype(of_weights))
    gradient = gradients(1)[0].astype(of_gradient)
    for update in range(2):
        params, moments = Adam().step(params, gradient, moments, 0.01, update)
    assert {w.dtype for w in params} == {np.dtype(of_weights)}
    for w, before, g in zip(params, PARAMS, gradient, strict=True):
        moved = np.abs(g) > 1e-5
        np.testing.assert_allclose((w - before)[moved], -0.02 * np.sign(g[moved]), rtol=0.05, atol=1e-3)
        assert np.isfinite(w).all()  # ε keeps its size in float16, which has no such number


def test_a_cosine_falls_from_its_top_to_its_end_and_rises_before():
    rate = cosine(0.4, 110, warm_up=10, lowest=0.1)
    rates = np.array([rate(k) for k in range(200)])
    assert rates[0] == pytest.approx(0.04)
    assert rates[9] == rates[10] == 0.4
    np.testing.assert_allclose(rates[60], 0.25)
    assert (np.diff(rates[10:111]) < 0).all()
    assert (rates[110:] == 0.1).all()
    np.testing.assert_allclose(rates[10:61] + rates[60:111][::-1], 0.5)  # turned about its middle


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 10), "highest: want"),
        ((0.1, 0), "updates: want an integer from 1 to 1000000000000, got 0"),
        ((0.1, 10, 10), "warm_up: want an integer from 0 to 9, got 10"),
    ],
)
def test_a_schedule_out_of_range_is_named(arguments, sentence):
    highest, updates, *warm_up = arguments
    with pytest.raises(ValueError, match=sentence):
        cosine(highest, updates, warm_up=warm_up[0] if warm_up else 0)


def line(update):
    """To learn: the running mean of the inputs so far, times 2."""
    x = np.random.default_rng(update).normal(size=(6, 8, 2))
    return Batch(x, x.cumsum(0)[..., :1], None)


@pytest.mark.parametrize(("optimiser", "rate"), [(SGD(), 0.02), (SGD(0.9), 0.005), (Adam(), 0.01)])
def test_each_optimiser_learns_a_regression_with_a_falling_rate(optimiser, rate):
    begin = start(init_params(2, 12, 1, rng=0))
    options = {"learning_rate": cosine(rate, 400), "optimiser": optimiser, "objective": regression()}
    run = train(begin, line, updates=400, cell="identity", clip_norm=1.0, **options)
    assert run.history.loss[-20:].mean() < 0.2 * run.history.loss[:5].mean()
    np.testing.assert_allclose(run.history.rate, [cosine(rate, 400)(k) for k in range(400)])
    np.testing.assert_array_equal(run.history.score, run.history.loss)


def test_dropout_leaves_out_its_share_and_is_right_on_average():
    dropout = Dropout(0.3, seed=5)
    mask = dropout.mask(7, (50, 40, 30), np.float32)
    assert mask.dtype == np.float32
    assert set(np.unique(mask)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert mask.mean() == pytest.approx(1, abs=0.01)
    assert (mask == 0).mean() == pytest.approx(0.3, abs=0.005)
    np.testing.assert_array_equal(mask, dropout.mask(7, (50, 40, 30), np.float32))
    assert (mask != dropout.mask(8, (50, 40, 30), np.float32)).any()
    assert (mask != Dropout(0.3, seed=6).mask(7, (50, 40, 30), np.float32)).any()
    assert (Dropout(0.0).mask(0, (2, 2, 2), float) == 1).all()


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 1 / 3, 0.5, 0.999, 1 - 1e-9])
@pytest.mark.parametrize("shape", [(5, 4, 16), (3, 3, 3)])
def test_a_mask_is_that_of_plain_random_numbers(rate, shape):
    """Runs that were kept go on with the masks they had."""
    plain = np.random.default_rng([5, 7]).random(shape, np.float32) >= rate
    for dtype in (np.float32, float):
        np.testing.assert_array_equal(Dropout(rate, 5).mask(7, shape, dtype), plain / np.asarray(1 - rate, dtype))


def test_training_with_dropout_takes_the_gradient_of_the_thinned_network(torch):
    """One update by automatic differentiation with the same mask."""
    begin, dropout, batch = start(init_params(2, 5, 1, rng=3)), Dropout(0.5, seed=2), line(0)
    run = train(begin, line, updates=1, learning_rate=0.1, objective=regression(), dropout=dropout)
    W_hx, W_hh, b_h, W_qh, b_q = weights = [torch.tensor(w, requires_grad=True) for w in begin.params]
    x, y, mask = (torch.tensor(v) for v in (batch.x, batch.y, dropout.mask(0, (6, 8, 5), float)))
    h, loss = torch.zeros(8, 5, dtype=x.dtype), 0
    for t in range(6):
        h = torch.tanh(x[t] @ W_hx.T + h @ W_hh.T + b_h)
        loss = loss + ((h * mask[t]) @ W_qh.T + b_q - y[t]).square().sum() / 48
    loss.backward()
    assert run.history.loss[0] == pytest.approx(loss.item(), rel=1e-12)
    for name, w, theirs in zip(Params._fields, run.params, weights, strict=True):
        np.testing.assert_allclose(w, (theirs - 0.1 * theirs.grad).detach().numpy(), rtol=1e-10, err_msg=name)


@pytest.mark.parametrize(
    ("rule", "scores", "stops"),
    [
        (reached(at_least=0.9, lately=3), [0, 0.9, 0.9, 0.9], True),
        (reached(at_least=0.9, lately=3), [0.9, 0.9, 0.9, 0.8], False),
        (reached(at_least=0.9, lately=3), [1.0, 1.0], False),
        (reached(at_most=0.1, lately=2), [5, 0.1, 0.05], True),
        (reached(at_most=0.1, lately=2), [5, 0.3, 0.05], False),
        (reached(at_least=0.4, at_most=0.6, lately=1), [0.9], False),
    ],
)
def test_a_stop_rule_looks_at_the_last_scores(rule, scores, stops):
    values = np.array(scores, float)
    assert rule(History(values, values, values, values)) is stops


def test_a_stop_rule_without_a_limit_is_refused():
    with pytest.raises(ValueError, match="at_least, at_most: want one of them, got neither"):
        reached()


@pytest.mark.parametrize("optimiser", [SGD(0.9), Adam()])
def test_a_run_hands_the_moments_on_from_update_to_update(optimiser):
    begin = start(init_params(2, 3, 1, rng=0))
    run = train(begin, line, updates=4, learning_rate=0.01, optimiser=optimiser, objective=regression())
    params, moments = begin.params, optimiser.begin(begin.params)
    for update in range(4):
        batch = line(update)
        trace = forward(params, batch.x)
        gradient = bptt(trace, regression()(trace.o, batch)[1]).params
        params, moments = optimiser.step(params, gradient, moments, 0.01, update)
    np.testing.assert_allclose(run.params.flat(), params.flat(), rtol=1e-13)
    for ours, theirs in zip(run.moments, moments, strict=True):
        np.testing.assert_allclose(ours.flat(), theirs.flat(), rtol=1e-13)
