"""The forward pass: equal to the equation, and clear about bad input."""

import copy
import pickle
import re

import numpy as np
import pytest

from bptt_helpers import (
    Params,
    Trace,
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
    textbook,
)
from bptt_helpers.cells.elementwise import preactivation
from bptt_helpers.passes.forward import check_trace

F = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "identity": lambda a: a,
}
X = np.ones((4, 2, 3))


@pytest.mark.parametrize("activation", F)
@pytest.mark.parametrize(("T", "B", "sizes"), [(1, 1, (3, 5, 2)), (300, 1, (1, 1, 1)), (40, 3, (2, 7, 4))])
def test_states_and_outputs_follow_the_equation(make_case, activation, T, B, sizes):
    case = make_case(T, B, sizes, activation, h0=True, scale=0.7)
    W_hx, W_hh, b_h, W_qh, b_q = case.params
    h, o = case.trace.h, case.trace.o
    assert h.shape == (T + 1, B, sizes[1])
    np.testing.assert_array_equal(h[0], case.h0)
    for t in range(T):
        for b in range(B):
            a = W_hx @ case.x[t, b] + W_hh @ h[t, b] + b_h
            np.testing.assert_allclose(h[t + 1, b], F[activation](a), rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(o[t, b], W_qh @ h[t + 1, b] + b_q, rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(preactivation(case.trace)[t, b], a, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("activation", F)
def test_same_numbers_as_the_textbook_loop_from_a_zero_state(make_case, activation):
    case = make_case(30, 2, activation=activation, scale=0.7)
    h, o = textbook.forward(case.params, case.x, F[activation])
    np.testing.assert_allclose(case.trace.h, h, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(case.trace.o, o, rtol=1e-12, atol=1e-13)


def test_a_batch_is_its_sequences_one_by_one(make_case):
    case = make_case(9, 4, h0=True)
    for b in range(4):
        one = forward(case.params, case.x[:, b : b + 1], h0=case.h0[b : b + 1])
        np.testing.assert_allclose(one.h[:, 0], case.trace.h[:, b], rtol=1e-13, atol=1e-14)


def test_inputs_are_left_alone(make_case):
    case = make_case(h0=True)
    copies = [w.copy() for w in (*case.params, case.x, case.h0)]
    forward(case.params, case.x, h0=case.h0)
    for w, before in zip((*case.params, case.x, case.h0), copies, strict=True):
        np.testing.assert_array_equal(w, before)


def test_float32_stays_float32(make_case):
    case = make_case(20)
    trace = forward(case.params.astype(np.float32), case.x)
    assert {trace.x.dtype, trace.h.dtype, trace.o.dtype} == {np.dtype(np.float32)}
    np.testing.assert_allclose(trace.o, case.trace.o, atol=1e-4)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_saturated_units_give_no_warning(activation):
    params = init_params(3, 5, 2)
    trace = forward(params, 1e6 * X, activation=activation)
    assert np.isfinite(trace.o).all()
    forward(params, np.full((4, 2, 3), 1e308), activation=activation)  # the sums overflow, the states do not


def bad(field, value):
    return init_params(3, 5, 2)._replace(**{field: value})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"params": [1, 2]}, "params: want a Params, as init_params makes it, got list"),
        ({"params": bad("W_hh", np.eye(4))}, "params.W_hx: want shape (n, d) = (4, 3), got (5, 3)"),
        ({"params": bad("W_hh", np.ones((5, 4)))}, "params.W_hh: want shape (n, n) = (4, 4), got (5, 4)"),
        ({"params": bad("b_h", np.ones(4))}, "params.b_h: want shape (n,) = (5,), got (4,)"),
        ({"params": bad("b_h", np.ones((5, 1)))}, "params.b_h: want an array with 1 axis, got shape (5, 1)"),
        ({"params": bad("W_hx", [[1.0]])}, "params.W_hx: want an array with 2 axes, got list"),
        ({"params": bad("W_qh", np.ones((2, 4)))}, "params.W_qh: want shape (q, n) = (2, 5), got (2, 4)"),
        ({"params": bad("b_q", np.ones(3))}, "params.b_q: want shape (q,) = (2,), got (3,)"),
        (
            {"params": bad("b_q", np.array([0, np.nan]))},
            "params.b_q: want finite numbers, got nan at index (1,)",
        ),
        (
            {"params": bad("b_q", np.ones(2, int))},
            "params.b_q: want floating-point numbers, of one type in all weights, got int64",
        ),
        (
            {"params": bad("b_q", np.ones(2, np.float32))},
            "params.b_q: want floating-point numbers, of one type in all weights, got float32",
        ),
        ({"x": [[[1.0]]]}, "x: want an array (T, B, d) with T, B >= 1, got list"),
        ({"x": np.ones((4, 3))}, "x: want an array (T, B, d) with T, B >= 1, got shape (4, 3)"),
        ({"x": np.ones((0, 1, 3))}, "x: want an array (T, B, d) with T, B >= 1, got shape (0, 1, 3)"),
        ({"x": np.ones((4, 2, 9))}, "x: want shape (T, B, d) = (4, 2, 3), got (4, 2, 9)"),
        ({"x": np.where(X > 0, -np.inf, 0)}, "x: want finite numbers, got -inf at index (0, 0, 0)"),
        ({"x": np.full((1, 2, 3), "a")}, "x: want numbers, got entries of type <U1"),
        ({"h0": np.ones((1, 5))}, "h0: want shape (B, n) = (2, 5), got (1, 5)"),
        ({"h0": np.full((2, 5), np.inf)}, "h0: want finite numbers, got inf at index (0, 0)"),
        (
            {"cell": "gru", "activation": "tanh"},
            "cell, activation: want one of them, got cell='gru' and activation='tanh'",
        ),
        (
            {"activation": "elu"},
            "activation: want one of 'tanh', 'relu', 'sigmoid', 'identity', 'gru', 'lstm', or a Cell, got 'elu'",
        ),
    ],
)
def test_bad_input_is_named(arguments, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        forward(**({"params": init_params(3, 5, 2), "x": X} | arguments))


def test_infinities_of_both_signs_are_reported_without_a_warning():
    x = X.copy()
    x[1, 0, :2] = np.inf, -np.inf
    with pytest.raises(ValueError, match=re.escape("x: want finite numbers, got inf at index (1, 0, 0)")):
        forward(init_params(3, 5, 2), x)


def test_huge_but_finite_numbers_are_not_called_infinite():
    params = init_params(3, 5, 2)
    forward(params._replace(W_hx=params.W_hx * 0), np.full((4, 2, 3), 1.7e308))


@pytest.mark.parametrize("activation", ["relu", "identity"])
@pytest.mark.parametrize(("dtype", "step"), [(np.float64, 308 + 1), (np.float32, 38 + 1)])
def test_overflow_names_the_step(activation, dtype, step):
    one = np.ones((1, 1))
    params = Params(one, 10 * one, np.zeros(1), one, np.zeros(1)).astype(dtype)
    x = np.zeros((400, 1, 1))
    x[0] = 1  # the state after step t is 10^(t-1)
    sentence = (
        f"forward: want states that fit {np.dtype(dtype)}, got overflow at step {step + 1} of 400; "
        "use fewer steps, a smaller spectral radius or tanh"
    )
    with pytest.raises(OverflowError, match=f"^{re.escape(sentence)}$"):
        forward(params, x, activation=activation)
    assert isinstance(forward(params, x[:step], activation=activation), Trace)


def test_an_output_that_overflows_between_finite_states_is_found():
    one = np.ones((1, 1))
    x = np.zeros((5, 1, 1))
    x[1] = 1e200
    with pytest.raises(OverflowError, match="overflow at step 2 of 5"):
        forward(Params(one, 0 * one, np.zeros(1), 1e200 * one, np.zeros(1)), x, activation="identity")


def test_a_trace_that_was_taken_apart_is_looked_at_again():
    """What `forward` made is not: bptt of ten steps has no time for that."""
    trace = forward(init_params(3, 5, 2), np.ones((7, 4, 3)))
    assert repr(trace).startswith("Trace(")
    for other in (pickle.loads(pickle.dumps(trace)), copy.copy(trace), trace._replace(x=trace.x), Trace(*trace)):
        assert type(other) is Trace
        assert isinstance(trace, Trace)
        check_trace(other)
    with pytest.raises(ValueError, match=r"^trace.params.W_hh: want finite numbers, got nan"):
        check_trace(trace._replace(params=trace.params._replace(W_hh=np.full((5, 5), np.nan))))


@pytest.mark.parametrize(
    "call",
    [
        bptt,  # which said: overflow, use a smaller spectral radius
        lambda trace, dL_do: bptt(trace, dL_do, window=3),
        influence,  # all others answered nan
        gradient_profile,
        gradient_by_window,
        lambda trace, dL_do: jacobian_product_norms(trace),
        lambda trace, dL_do: lyapunov_exponents(trace, blocks=2),
        lambda trace, dL_do: randomized_gradients(trace, dL_do, constant_hazard(4)),
    ],
)
def test_weights_written_over_after_the_forward_pass_are_named(call):
    trace = forward(init_params(3, 5, 2), np.ones((7, 4, 3)))
    trace.params.W_hh[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"^trace.params.W_hh: want finite numbers, got nan at index \(1, 2\)"):
        call(trace, np.ones((7, 4, 2)))


def test_numbers_that_do_not_fit_the_type_of_the_weights_are_named():
    small = init_params(3, 5, 2).astype(np.float32)
    x = np.ones((7, 4, 3))
    x[2, 1, 0] = 1e300
    with pytest.raises(ValueError, match=r"^x: want numbers that fit float32, got 1e\+300 at index \(2, 1, 0\)"):
        forward(small, x)
    with pytest.raises(ValueError, match=r"^h0: want numbers that fit float32, got 1e\+300 at index \(0,\)"):
        forward(small, np.ones((7, 4, 3)), h0=np.full(5, 1e300))
    trace = forward(small, np.ones((7, 4, 3)))
    with pytest.raises(ValueError, match=r"^dL_do: want numbers that fit float32, got 1e\+300 at index \(0, 0, 0\)"):
        bptt(trace, np.full((7, 4, 2), 1e300))
