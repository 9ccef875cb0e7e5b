"""The checker must pass right gradients, and must fail wrong ones."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward, init_params, numerical_gradient, relative_error, squared_error
from bptt_helpers.passes.step_size import step_errors


def backward(case, bug=None, window=None):
    """Textbook backpropagation (sliding window if one is given), right or with one planted bug."""
    p, h = case.params, case.trace.h
    T = len(case.x)
    gradient = Params(*(np.zeros_like(w) for w in p))
    signals = case.dL_do @ p.W_qh
    dL_dh = signals.copy()
    rounds = T - 1 if window is None else window - 1
    rounds += bug == "window off by one"
    for _ in range(rounds):
        later = (1 - h[2:] ** 2) * dL_dh[1:]
        if bug == "from_later not passed on":  # only the first step back is heard
            later = (1 - h[2:] ** 2) * signals[1:]
        if bug == "slope missing on the way":
            later = dL_dh[1:]
        dL_dh[:-1] = signals[:-1] + later @ (p.W_hh.T if bug == "transpose missing" else p.W_hh)
    slope = 1 - h[1:] ** 2
    if bug == "slope missing at the end":
        slope = np.ones_like(slope)
    if bug == "slope of the state before":
        slope = 1 - h[:-1] ** 2
    for t in range(T):
        dL_da = slope[t] * dL_dh[t]
        if bug == "overwritten, not accumulated":
            gradient.W_hh[:] = 0
        gradient.W_hh[:] += dL_da.T @ h[t + (bug == "h_t for h_{t-1}")]
        gradient.W_hx[:] += dL_da.T @ case.x[t]
        gradient.b_h[:] += dL_da.mean(0) if bug == "mean over the batch, not sum" else dL_da.sum(0)
        gradient.W_qh[:] += case.dL_do[t].T @ h[t + 1]
        gradient.b_q[:] += case.dL_do[t].sum(0)
    return gradient


def abs_sum(p):
    return np.abs(p.W_hh).sum()


BUGS = (
    "slope missing at the end",
    "slope missing on the way",
    "slope of the state before",
    "transpose missing",
    "overwritten, not accumulated",
    "h_t for h_{t-1}",
    "from_later not passed on",
    "mean over the batch, not sum",
)


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
@pytest.mark.parametrize("seed", [0, 1])
def test_planted_bugs_are_caught_and_the_right_gradient_passes(make_case, loss, seed):
    case = make_case(8, 3, (3, 4, 2), loss=loss, h0=True, seed=seed)
    trusted = numerical_gradient(case.loss_of, case.params)
    assert relative_error(backward(case), trusted) < 1e-12
    for bug in BUGS:
        assert relative_error(backward(case, bug), trusted) > 1e-3, bug


@pytest.mark.parametrize("tau", [1, 2, 4])
def test_a_window_off_by_one_is_caught(make_case, tau):
    """A truncated gradient belongs to no loss; but the last step alone, from a frozen state, does."""
    T = 8
    case = make_case(T, 2, weight="last", seed=2)
    # with a loss at the end only, a window of τ is the network started from the frozen state τ steps before
    x, y, frozen = case.x[T - tau :], case.y[T - tau :], case.trace.h[T - tau]

    def loss(params):
        return squared_error(forward(params, x, h0=frozen).o, y, weight="last")[0]

    trusted = numerical_gradient(loss, case.params)
    assert relative_error(backward(case, window=tau), trusted) < 1e-9
    assert relative_error(backward(case, "window off by one", window=tau), trusted) > 1e-3


@pytest.mark.parametrize(("method", "accuracy"), [("complex", 1e-14), ("central", 1e-8)])
def test_known_derivatives(make_case, method, accuracy):
    params = make_case().params
    got = numerical_gradient(lambda p: sum((w**3).sum() for w in p), params, method=method)
    assert relative_error(got, Params(*(3 * w**2 for w in params))) < accuracy


@pytest.mark.parametrize(
    "loss", [lambda p: float(p.W_hh.sum().real), lambda p: p.W_hh.sum().imag, lambda p: 7, abs_sum]
)
def test_a_real_number_from_complex_weights_is_refused(make_case, loss):
    """Its imaginary part is 0, and so was the whole gradient, without a word."""
    params = make_case().params
    with pytest.raises(
        ValueError, match=r"^loss: want a complex number from complex weights, got .* method='central'$"
    ):
        numerical_gradient(loss, params)
    numerical_gradient(loss, params, method="central")


def test_imaginary_parts_lost_on_the_way_are_noticed(make_case):
    case = make_case()
    for part in (1, 0.1):
        with pytest.raises(ValueError, match="loss: want imaginary parts kept on the whole way"):
            numerical_gradient(lambda p, part=part: case.loss_of(p) + part * abs_sum(p), case.params)


def relu_at_zero(T=6):
    """Biases of zero and an input of zeros: at the first step every unit stands at exactly 0."""
    rng = np.random.default_rng(1)
    params, x, y = init_params(3, 5, 2, rng=4), rng.normal(size=(T, 2, 3)), rng.normal(size=(T, 2, 2))
    x[0] = 0
    return params, lambda p: squared_error(forward(p, x, cell="relu").o, y)[0]


def own_relu(a):
    return np.where(a.real > 0, a, 0)


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize(
    ("loss", "at"),
    [
        relu_at_zero()[::-1],
        (lambda w: (2 * w - np.maximum(w, 0)).sum(), np.zeros(3)),
        (lambda w: np.maximum(w[0], 0 * w[0]) + w[1] ** 2, np.array([0, 2.0])),
        (lambda w: np.maximum(w - 1e9, 0).sum(), np.array([1e9])),  # where a step of 6e-6 is rounded
    ],
)
def test_a_kink_has_no_gradient(method, loss, at):
    with pytest.raises(ValueError, match="at: want a point where the loss has a derivative, got a kink"):
        numerical_gradient(loss, at, method=method)
    moved = Params(*(w + 1e-3 for w in at)) if isinstance(at, tuple) else 1.01 * at + 1e-3
    numerical_gradient(loss, moved, method=method)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_kink_that_the_complex_step_sees_from_one_side_only(method):
    with pytest.raises(ValueError, match=r"or there is a kink|got a kink"):
        numerical_gradient(lambda w: own_relu(w).sum() + w.sum(), np.zeros(3), method=method)


def chaos(p):
    return squared_error(forward(p, np.ones((300, 1, 3))).o, np.zeros((300, 1, 2)))[0]


@pytest.mark.parametrize(
    ("loss", "at", "exact"),
    [
        (lambda w: (w**3).sum(), np.array([1e9]), np.array([3e18])),
        (lambda w: (w**3).sum(), np.array([1e-9, 0]), np.array([3e-18, 0])),
        (lambda w: (w.astype(np.complex64) ** 2).sum(), np.array([1.0]), np.array([2.0])),
        (lambda w: (np.exp(1e4 * w)).sum(), np.array([0.0]), np.array([1e4])),
        (lambda w: (1e9 + w**2).sum(), np.array([0.0, 1]), np.array([0.0, 2])),
        (lambda w: (w[:1] * 0).sum(), np.array([1.0]), np.array([0.0])),
        (lambda w: (w * 0).sum(), np.zeros((0, 2)), np.zeros((0, 2))),
    ],
)
def test_a_smooth_loss_is_not_taken_for_a_kink(loss, at, exact):
    np.testing.assert_allclose(numerical_gradient(loss, at), exact, rtol=1e-6, atol=1e-50)


def test_a_chaotic_network_is_not_taken_for_a_kink(make_case):
    params = make_case(scale=4).params
    trace = forward(params, np.ones((300, 1, 3)))
    right = bptt(trace, squared_error(trace.o, np.zeros((300, 1, 2)))[1]).params
    assert relative_error(numerical_gradient(chaos, params), right) < 1e-6


def test_the_weights_come_back_unchanged(make_case):
    params = make_case().params
    before = params.flat()
    for method in ("complex", "central"):
        numerical_gradient(lambda p: (p.W_hh**2).sum(), params, method=method)
    np.testing.assert_array_equal(params.flat(), before)


def test_relative_error_measures_against_the_trusted_one():
    assert relative_error(np.array([3.0, 5.0]), np.array([3.0, 4.0])) == pytest.approx(0.2)
    assert relative_error(np.array([3.0, 4.0]), np.zeros(2)) == 5
    with pytest.raises(ValueError, match="a: want finite numbers, got nan"):
        relative_error(np.array([np.nan]), np.ones(1))


@pytest.mark.parametrize("scale", [1e-310, 1e-170, 1e160, 4e307])
def test_relative_error_of_tiny_and_huge_gradients(scale):
    b = scale * np.array([1.0, 2, 2])
    assert relative_error(1.5 * b, b) == pytest.approx(0.5, rel=1e-12, abs=0)
    assert relative_error(-b, b) == pytest.approx(2, rel=1e-12)  # b - (-b) may be out of range
    assert relative_error(b * (1 + 1e-6j), b) == pytest.approx(1e-6, rel=1e-6)
    assert relative_error(b, 0 * b) == pytest.approx(3 * scale, rel=1e-12, abs=0)
    assert relative_error(np.array([1e200]), np.array([1e-200])) == np.inf
    assert relative_error(np.array([1.7e308]), np.array([-1.7e308])) == 2


@pytest.mark.parametrize("size", [1e-250, 1e-170, 1e-100])
def test_step_errors_of_tiny_gradients(size):
    """The gradient with respect to W_hh is as small as W_qh: its square is 0. (A large one has an infinite loss.)"""
    params, rng = init_params(2, 3, 1), np.random.default_rng(0)
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    params = params._replace(W_qh=size * params.W_qh)
    errors = step_errors(params, x, y, [1e-30, 1e-8])
    assert errors["complex"][0] < 1e-12
    assert errors["forward"][0] == errors["central"][0] == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"method": "forward"}, "method: want one of 'central', 'complex', got 'forward'"),
        *(({"eps": eps}, f"eps: want a finite number > 0, got {eps!r}") for eps in (0, -1e-6, np.nan, np.inf, "small")),
        (
            {"loss": lambda p: p.W_hh},
            "loss: want a function that returns one number, got shape (5, 5)",
        ),
    ],
)
def test_bad_input_is_named(make_case, arguments, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        numerical_gradient(**({"loss": lambda p: p.W_hh.sum(), "at": make_case().params} | arguments))
