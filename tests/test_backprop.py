"""Backpropagation against three independent routes, and truncation against its definition."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, Trace, bptt, forward, init_params, numerical_gradient, relative_error, textbook
from bptt_helpers.cells import CELLS

ACTIVATIONS = ("tanh", "relu", "sigmoid", "identity")
SLOPE = {
    "tanh": lambda h: 1 - h**2,
    "relu": lambda h: 1.0 * (h > 0),
    "sigmoid": lambda h: h * (1 - h),
    "identity": np.ones_like,
}


def torch_gradient(torch, case, cut_before=()):
    """Loss, gradient and outputs by PyTorch, from elementary operations; `cut_before`: steps to detach at."""
    activations = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda a: a}
    params = Params(*(torch.tensor(w, requires_grad=True) for w in case.params))
    T, B, _ = case.x.shape
    x, y = torch.tensor(case.x), torch.tensor(case.y)
    h = torch.zeros(B, case.params.n_hidden, dtype=x.dtype) if case.h0 is None else torch.tensor(case.h0)
    outputs = []
    for t in range(T):
        if t in cut_before:
            h = h.detach()
        h = activations[case.activation](x[t] @ params.W_hx.T + h @ params.W_hh.T + params.b_h)
        outputs.append(h @ params.W_qh.T + params.b_q)
    o = torch.stack(outputs)
    if case.loss == "squared_error":
        each = ((o - y) ** 2).sum(-1)
    else:
        each = torch.logsumexp(o, -1) - o.gather(-1, y[..., None])[..., 0]
    weight = {"None": np.ones(T), "last": np.eye(T)[-1]}.get(str(case.weight), case.weight)
    loss = (each.mean(1) * torch.tensor(weight)).sum() / weight.sum()
    loss.backward()
    return loss.item(), Params(*(w.grad.numpy() for w in params)), o.detach().numpy()


def same_as_torch(torch, case, assert_same):
    loss, gradient, o = torch_gradient(torch, case)
    np.testing.assert_allclose(case.trace.o, o, rtol=1e-10, atol=1e-11)
    assert case.loss_of(case.params) == pytest.approx(loss, rel=1e-10, abs=0)
    assert_same(bptt(case.trace, case.dL_do).params, gradient)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
@pytest.mark.parametrize("weight", [None, "last", "array"])
@pytest.mark.parametrize(
    ("T", "B", "sizes", "h0"),
    [(1, 1, (3, 5, 2), False), (7, 3, (4, 6, 3), True), (300, 2, (2, 5, 3), True), (20, 1, (1, 1, 1), True)],
)
def test_equals_pytorch(torch, make_case, assert_same, activation, loss, weight, T, B, sizes, h0):
    same_as_torch(torch, make_case(T, B, sizes, activation, loss, weight, h0, seed=T + B, scale=0.8), assert_same)


def test_equals_pytorch_at_random_sizes(torch, hypothesis, make_case, assert_same):
    st = hypothesis.strategies

    @hypothesis.settings(max_examples=40, deadline=None, derandomize=True)
    @hypothesis.given(
        sizes=st.lists(st.integers(1, 9), min_size=3, max_size=3, unique=True),
        T=st.integers(1, 30),
        B=st.integers(1, 4),
        activation=st.sampled_from(ACTIVATIONS),
        loss=st.sampled_from(["squared_error", "cross_entropy"]),
        weight=st.sampled_from([None, "last", "array"]),
        seed=st.integers(0, 10**6),
    )
    def check(sizes, T, B, activation, loss, weight, seed):
        same_as_torch(torch, make_case(T, B, tuple(sizes), activation, loss, weight, True, seed, 0.8), assert_same)

    check()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("loss", "weight"), [("squared_error", "array"), ("cross_entropy", "last")])
@pytest.mark.parametrize("B", [1, 3])
def test_equals_the_textbook_loop_and_finite_differences(make_case, assert_same, activation, loss, weight, B):
    case = make_case(8, B, (3, 4, 2), activation, loss, weight, h0=True, seed=7)
    exact = bptt(case.trace, case.dL_do)
    gradient, dL_dh = exact.params, exact.dL_dh
    assert_same(gradient, textbook.bptt(case.params, case.x, case.trace.h, case.dL_do, SLOPE[activation]))
    assert_same(gradient, numerical_gradient(case.loss_of, case.params))
    assert relative_error(gradient, numerical_gradient(case.loss_of, case.params, method="central")) < 1e-7
    assert dL_dh.shape == (8, B, 4)


def test_dL_dh_is_the_answer_to_a_push_on_the_state(make_case):
    case = make_case(6, 2, activation="tanh")
    dL_dh = bptt(case.trace, case.dL_do).dL_dh
    for s in range(6):  # restart after step s from a state pushed along a random direction
        push = np.random.default_rng(s).normal(size=(2, 5))
        change = 0
        for sign in (1, -1):
            h = case.trace.h[s + 1] + sign * 1e-6 * push
            o = [h @ case.params.W_qh.T + case.params.b_q]
            if s < 5:
                o = [*o, *forward(case.params, case.x[s + 1 :], h0=h).o]
            change += sign * ((np.array(o) - case.y[s:]) ** 2).sum() / (2 * 6)
        assert change / 2e-6 == pytest.approx((dL_dh[s] * push).sum(), rel=1e-6)


def truncated(case, jacobians, heard):
    """From the definition: every loss t on its own; dL_t/dh_s counts if heard(t, s)."""
    slope, J_T = jacobians(case)
    T, B, n = slope.shape
    dL_dh, gradient = np.zeros((T, B, n)), Params(*(np.zeros_like(w) for w in case.params))
    for b in range(B):
        for t in range(T):
            own = case.params.W_qh.T @ case.dL_do[t, b]
            for s in range(t + 1):
                if not heard(t, s):
                    continue
                product = np.eye(n)
                for k in range(s + 1, t + 1):  # J_{s+1}ᵀ … J_tᵀ
                    product = product @ J_T[k, b]
                dL_dh[s, b] += product @ own
            gradient.W_qh[:] += np.outer(case.dL_do[t, b], case.trace.h[t + 1, b])
            gradient.b_q[:] += case.dL_do[t, b]
        for s in range(T):
            da = slope[s, b] * dL_dh[s, b]
            gradient.W_hx[:] += np.outer(da, case.x[s, b])
            gradient.W_hh[:] += np.outer(da, case.trace.h[s, b])
            gradient.b_h[:] += da
    return gradient, dL_dh


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("B", [1, 2])
@pytest.mark.parametrize("tau", [1, 2, 3, 4, 5, 6, 7, 8, 10**12])
def test_windows_agree_with_their_definition(make_case, transposed_jacobians, assert_same, activation, B, tau):
    case = make_case(7, B, activation=activation, h0=True, seed=3)
    for scheme, heard in [
        ("sliding", lambda t, s: t - s < tau),
        ("chunked", lambda t, s: t // tau == s // tau),
    ]:
        gradient, dL_dh = truncated(case, transposed_jacobians, heard)
        got = bptt(case.trace, case.dL_do, window=tau, scheme=scheme)
        assert_same(got.params, gradient)
        np.testing.assert_allclose(got.dL_dh, dL_dh, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("tau", [1, 2, 3, 5, 7, 12, 13, 20])
def test_chunked_is_what_detach_at_the_block_starts_does(torch, make_case, assert_same, tau):
    case = make_case(13, 3, h0=True)
    got = bptt(case.trace, case.dL_do, window=tau, scheme="chunked").params
    assert_same(got, torch_gradient(torch, case, cut_before=range(0, 13, tau))[1])


@pytest.mark.parametrize("scheme", ["sliding", "chunked"])
def test_the_two_ends_of_the_window(make_case, assert_same, scheme):
    case = make_case(9, 2)
    exact = bptt(case.trace, case.dL_do)
    for tau in (9, 10, 10**30):
        got = bptt(case.trace, case.dL_do, window=tau, scheme=scheme)
        assert_same(got.params, exact.params, rtol=0)
    one = bptt(case.trace, case.dL_do, window=1, scheme=scheme)
    np.testing.assert_allclose(one.dL_dh, case.dL_do @ case.params.W_qh, rtol=1e-13)
    np.testing.assert_array_equal(one.params.W_qh, exact.params.W_qh)


@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize(("window", "scheme"), [(None, "sliding"), (4, "sliding"), (4, "chunked")])
def test_float32_stays_float32_even_with_a_float64_signal(make_case, assert_same, B, window, scheme):
    case = make_case(10, B)
    single = case.params.astype(np.float32)
    got = bptt(forward(single, case.x), case.dL_do, window=window, scheme=scheme)
    assert {w.dtype for w in (*got.params, got.dL_dh)} == {np.dtype(np.float32)}
    wanted = bptt(case.trace, case.dL_do, window=window, scheme=scheme)
    assert_same(got.params, wanted.params, rtol=1e-4)


def test_inputs_are_left_alone_and_lists_will_do(make_case, assert_same):
    case = make_case()
    arrays = (*case.params, case.trace.x, case.trace.h, case.trace.o, case.dL_do)
    copies = [w.copy() for w in arrays]
    for window, scheme in [(None, "sliding"), (2, "sliding"), (2, "chunked")]:
        got = bptt(case.trace, case.dL_do.tolist(), window=window, scheme=scheme)
        assert_same(got.params, bptt(case.trace, case.dL_do, window=window, scheme=scheme).params, 0)
    for w, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(w, copy)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        *(
            ({"window": value}, f"window: want an integer >= 1, got {value!r}")
            for value in (0, -3, 2.0, True, "3", np.nan)
        ),
        ({"scheme": "rolling"}, "scheme: want one of 'sliding', 'chunked', got 'rolling'"),
        ({"dL_do": np.ones((6, 2))}, "dL_do: want shape (T, B, q) = (6, 2, 2), got (6, 2)"),
        ({"dL_do": np.ones((5, 2, 2))}, "dL_do: want shape (T, B, q) = (6, 2, 2), got (5, 2, 2)"),
        ({"dL_do": np.full((6, 2, 2), np.nan)}, "dL_do: want finite numbers, got nan at index (0, 0, 0)"),
    ],
)
def test_bad_input_is_named(make_case, arguments, sentence):
    case = make_case()
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        bptt(**({"trace": case.trace, "dL_do": case.dL_do} | arguments))


def test_a_gradient_out_of_range_is_an_error_not_a_warning():
    T = 1000
    params = init_params(1, 4, 1, init="orthogonal", spectral_radius=3)
    arrays = np.zeros((T, 1, 1)), np.zeros((T + 1, 1, 4)), np.zeros((T, 1, 1))
    at_rest = Trace(params, CELLS["identity"], *arrays)
    with pytest.raises(OverflowError, match="bptt: want gradients that fit float64, got overflow"):
        bptt(at_rest, np.ones((T, 1, 1)))
