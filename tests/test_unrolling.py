"""Notebook 01: formulas of cost, and arrays that count, against a program on plain lists that counts."""

import itertools

import numpy as np
import pytest

from bptt_helpers import Params, bptt, cost, forward, init_params, textbook
from bptt_helpers.lessons.unrolling import count_multiply_adds
from bptt_helpers.lessons.unrolling.cost_explorer import operations_alone


class Counter:
    """A recurrent network on plain lists that counts every multiply-add and the numbers it has in store."""

    def __init__(self, d, n, q, rng):
        draw = lambda *shape: rng.normal(size=shape).tolist()  # noqa: E731
        self.W_hx, self.W_hh, self.W_qh = draw(n, d), draw(n, n), draw(q, n)
        self.sizes, self.operations, self.store, self.peak = (d, n, q), 0, {}, 0
        self.dW_hh = [[0.0] * n for _ in range(n)]

    def times(self, W, v):
        out = []
        for row in W:
            total = 0.0
            for w, v_j in zip(row, v, strict=True):
                total += w * v_j
                self.operations += 1
            out.append(total)
        return out

    def transposed_times(self, W, v):
        return self.times([list(column) for column in zip(*W, strict=True)], v)

    def add_outer(self, into, u, v):
        for row, u_i in zip(into, u, strict=True):
            for j, v_j in enumerate(v):
                row[j] += u_i * v_j
                self.operations += 1

    def keep(self, key, values):
        self.store[key] = values
        self.peak = max(self.peak, sum(map(len, self.store.values())))

    def step(self, t, x_t):
        self.keep(("x", t), x_t)
        a = zip(self.times(self.W_hx, x_t), self.times(self.W_hh, self.store["h", t - 1]), strict=True)
        self.keep(("h", t), [float(np.tanh(u + v)) for u, v in a])
        self.keep(("o", t), self.times(self.W_qh, self.store["h", t]))

    def own_signal(self, t):  # the loss is half the sum of all squared outputs: dL/do = o
        _, n, q = self.sizes
        self.add_outer([[0.0] * n for _ in range(q)], self.store["o", t], self.store["h", t])
        return self.transposed_times(self.W_qh, self.store["o", t])

    def visit(self, t, dL_dh):
        d, n, _ = self.sizes
        dL_da = [(1 - h * h) * g for h, g in zip(self.store["h", t], dL_dh, strict=True)]
        self.add_outer(self.dW_hh, dL_da, self.store["h", t - 1])
        self.add_outer([[0.0] * d for _ in range(n)], dL_da, self.store["x", t])
        return dL_da

    def walk(self, last, first, *, all_losses):
        """From step `last` back to step `first`; the steps on the way add their own signals, or do not."""
        dL_dh = self.own_signal(last)
        for t in range(last, first - 1, -1):
            dL_da = self.visit(t, dL_dh)
            if t > first:
                dL_dh = self.transposed_times(self.W_hh, dL_da)
                if all_losses:
                    dL_dh = [u + v for u, v in zip(dL_dh, self.own_signal(t - 1), strict=True)]

    def forget(self, keep_from, keep_state):
        for kind, t in list(self.store):
            if t < keep_from and (kind, t) != ("h", keep_state):
                del self.store[kind, t]

    def run(self, x, window=None, scheme="sliding"):
        T = len(x)
        window = T if window is None else min(window, T)
        self.keep(("h", 0), [0.0] * self.sizes[1])
        for t, x_t in enumerate(x, 1):
            if scheme == "sliding" and window < T:
                self.forget(t - window + 1, t - window)
                self.store.pop(("o", t - 1), None)
                self.step(t, x_t)
                self.walk(t, max(1, t - window + 1), all_losses=False)
                continue
            self.step(t, x_t)
            if t % window == 0 or t == T:
                self.walk(t, (t - 1) // window * window + 1, all_losses=True)
                self.forget(t + 1, t)
        return self


SIZES = [(2, 3, 1), (1, 1, 1), (3, 2, 4)]
WINDOWS = [(None, "sliding"), *itertools.product((1, 2, 3, 5, 8), ("sliding", "chunked"))]


@pytest.mark.parametrize(("window", "scheme"), WINDOWS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("T", [1, 2, 7, 8])
def test_the_formulas_agree_with_a_program_that_counts(T, sizes, window, scheme):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(T, sizes[0]))
    counted = Counter(*sizes, rng).run(x.tolist(), window, scheme)
    assert cost.operations(T, *sizes, window, scheme) == counted.operations
    assert cost.stored_numbers(T, *sizes, window, scheme) == counted.peak


@pytest.mark.parametrize(("window", "scheme"), WINDOWS)
def test_the_program_that_counts_computes_the_gradient_it_claims_to(window, scheme):
    rng = np.random.default_rng(1)
    T, d, n, q = 7, 2, 3, 2
    x = rng.normal(size=(T, d))
    counted = Counter(d, n, q, rng).run(x.tolist(), window, scheme)
    weights = [np.array(W) for W in (counted.W_hx, counted.W_hh, counted.W_qh)]
    params = Params(weights[0], weights[1], np.zeros(n), weights[2], np.zeros(q))
    trace = forward(params, x[:, None])
    gradient = bptt(trace, trace.o, window=window, scheme=scheme).params
    np.testing.assert_allclose(counted.dW_hh, gradient.W_hh, rtol=1e-10)


@pytest.mark.parametrize("T", [1, 30, 300])
def test_stored_numbers_are_those_of_the_trace(make_case, T):
    case = make_case(T=T, B=1, sizes=(3, 5, 2))
    stored = case.trace.x.size + case.trace.h.size + case.trace.o.size
    assert cost.stored_numbers(T, 3, 5, 2) == stored


def longest_path(T, window):
    """Longest path by searching the graph: nodes (kind, t), a loss hears inputs of its window only."""
    longest = 0
    for t in range(1, T + 1):
        for s in range(max(1, t - window + 1), t + 1):
            path = [("x", s), *(("h", r) for r in range(s, t + 1)), ("o", t), ("L", t)]
            longest = max(longest, len(path) - 1)
    return longest


@pytest.mark.parametrize(("T", "window"), [(1, 1), (5, 5), (5, 2), (12, 1), (3, 9)])
def test_depth_is_the_longest_path(T, window):
    assert cost.depth(T, window) == longest_path(T, window)
    assert cost.depth(T) == longest_path(T, T)


def test_all_three_grow_linearly():
    T = np.array([1, 10, 100, 1000])
    for count in (
        [cost.operations(int(t), 2, 16, 1) for t in T],
        [cost.stored_numbers(int(t), 2, 16, 1) for t in T],
        [cost.depth(int(t)) for t in T],
    ):
        slope = np.diff(count) / np.diff(T)
        assert (slope == slope[0]).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sequence_length": 0}, "sequence_length: want an integer >= 1, got 0"),
        ({"sequence_length": 2.5}, "sequence_length: want"),
        ({"n_hidden": -1}, "n_hidden: want"),
        ({"window": 0}, "window: want an integer >= 1, got 0"),
        ({"scheme": "none"}, "scheme: want"),
    ],
)
def test_bad_sizes_are_refused_by_name(values, message):
    sizes = {"sequence_length": 5, "n_in": 2, "n_hidden": 3, "n_out": 1} | values
    for count in (cost.operations, cost.stored_numbers):
        with pytest.raises(ValueError, match=message):
            count(**sizes)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("T", [1, 2, 7])
def test_the_cost_of_walking_alone_agrees_with_a_program_that_does(T, sizes):
    x = np.random.default_rng(0).normal(size=(T, sizes[0]))
    counted, together = (Counter(*sizes, np.random.default_rng(1)) for _ in range(2))
    counted.keep(("h", 0), [0.0] * sizes[1])
    for t, x_t in enumerate(x.tolist(), 1):
        counted.step(t, x_t)
    for t in range(1, T + 1):
        counted.walk(t, 1, all_losses=False)
    assert operations_alone(T, *sizes) == counted.operations
    np.testing.assert_allclose(counted.dW_hh, together.run(x.tolist()).dW_hh, rtol=1e-10)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("T", [1, 2, 7])
def test_counting_arrays_count_what_the_lists_do(T, sizes):
    d, n, q = sizes
    x = np.random.default_rng(0).normal(size=(T, 1, d))
    counter = Counter(*sizes, np.random.default_rng(0)).run(x[:, 0].tolist())
    params = init_params(d, n, q)
    ahead, (h, o) = count_multiply_adds(textbook.forward, (params, x))
    back, gradient = count_multiply_adds(textbook.bptt, (params, x, h, o))
    assert ahead == cost.forward_operations(T, *sizes)
    assert ahead + back == counter.operations + n * n  # one product more: the textbook goes on to h_0
    assert type(h[0]) is type(gradient.W_hh) is np.ndarray
    plain = textbook.bptt(params, x, *textbook.forward(params, x))
    assert all(np.array_equal(a, b) for a, b in zip(gradient, plain, strict=True))


@pytest.mark.parametrize(
    ("function", "shapes", "count"),
    [
        (lambda W, v: W @ v, [(3, 4), (4,)], 12),
        (lambda v, W: v @ W, [(3,), (3, 4)], 12),
        (lambda u, v: u @ v, [(5,), (5,)], 5),
        (lambda X, W: X @ W.T, [(6, 2, 4), (3, 4)], 6 * 2 * 3 * 4),
        (lambda W, v: np.tanh(W @ (W @ v)) + v, [(3, 3), (3,)], 18),
        (lambda W, v: W * v, [(3, 4), (4,)], 0),
        (lambda W: np.matmul(W, W, out=np.empty((2, 2))), [(2, 2)], 8),
        (lambda W: None, [(2, 2)], 0),
    ],
)
def test_every_product_is_counted_once(function, shapes, count):
    arrays = [np.random.default_rng(0).normal(size=shape) for shape in shapes]
    counted, result = count_multiply_adds(function, arrays)
    assert counted == count
    np.testing.assert_array_equal(result, function(*arrays))
    assert not hasattr(result, "tally")


def test_what_cannot_be_counted_is_refused_by_name():
    with pytest.raises(ValueError, match=r"function: want a function \(.*got 3"):
        count_multiply_adds(3, ())
    with pytest.raises(ValueError, match=r"arguments: want a sequence of arguments, got 3"):
        count_multiply_adds(np.tanh, 3)


def test_what_the_function_is_given_stays_as_it_was():
    params = init_params(2, 3, 1)
    count_multiply_adds(lambda params: params.W_hh @ params.b_h, (params,))
    assert all(type(W) is np.ndarray for W in params)
