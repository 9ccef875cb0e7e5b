"""Notebook 01: what the judge of the exercise accepts, and which mistakes it names."""

import linecache

import numpy as np
import pytest

from bptt_helpers.lessons.unrolling.check import check_unroll


def right(W_hx, W_hh, b_h, x, *, f=np.tanh):
    h = [np.zeros(len(b_h))]
    for x_t in x:
        h.append(f(W_hx @ x_t + W_hh @ h[-1] + b_h))
    return np.array(h)


def elementwise(W_hx, W_hh, b_h, x):
    h = np.zeros((len(x) + 1, len(b_h)))
    for t in range(len(x)):
        h[t + 1] = np.tanh(W_hx @ x[t] + W_hh * h[t] + b_h)
    return h


def elementwise_list(W_hx, W_hh, b_h, x):
    h = [np.zeros(len(b_h))]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + W_hh * h[-1] + b_h))
    return np.array(h)


def elementwise_wrong_sum(W_hx, W_hh, b_h, x):
    h = [np.zeros(len(b_h))]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + (h[-1] * W_hh).sum(0) + b_h))
    return np.array(h)


def elementwise_right_sum(W_hx, W_hh, b_h, x):
    h = [np.zeros(len(b_h))]
    for x_t in x:
        h.append(np.tanh((W_hx * x_t).sum(1) + np.einsum("ij,j->i", W_hh, h[-1]) + b_h))
    return np.array(h)


def begins_with_first_input(W_hx, W_hh, b_h, x):
    h = np.zeros((len(x) + 1, len(b_h)))
    h[0] = np.tanh(W_hx @ x[0] + b_h)
    for t in range(1, len(x)):
        h[t] = np.tanh(W_hx @ x[t] + W_hh @ h[t - 1] + b_h)
    return h


def begins_and_reads_again(W_hx, W_hh, b_h, x):
    h = [np.tanh(W_hx @ x[0] + b_h)]
    for x_t in x:
        h.append(np.tanh(W_hx @ x_t + W_hh @ h[-1] + b_h))
    return np.array(h)


def reads_beyond_the_end(W_hx, W_hh, b_h, x):
    h = np.zeros((len(x) + 1, len(b_h)))
    for t in range(len(x)):
        h[t + 1] = np.tanh(W_hx @ x[t + 1] + W_hh @ h[t] + b_h)
    return h


def stops_early(W_hx, W_hh, b_h, x):
    h = right(W_hx, W_hh, b_h, x)
    h[-1] = 0
    return h


def same_array_again(W_hx, W_hh, b_h, x):
    h = np.zeros(len(b_h))
    states = [h]
    for x_t in x:
        h[:] = np.tanh(W_hx @ x_t + W_hh @ h + b_h)
        states.append(h)
    return np.array(states)


def returns_inside_the_loop(W_hx, W_hh, b_h, x):
    h = np.zeros((len(x) + 1, len(b_h)))
    h[1] = np.tanh(W_hx @ x[0] + b_h)
    return h


def weights_exchanged(W_hx, W_hh, b_h, x):
    return right(W_hh, W_hx, b_h, x)


def bias_after_tanh(W_hx, W_hh, b_h, x):
    return right(W_hx, W_hh, 0 * b_h, x, f=lambda a: np.tanh(a) + b_h)


def by_parts(expression, activation="np.tanh({})"):
    """A loop with another right-hand side, in a source of its own, as a cell of a notebook has."""
    body = f"h = {activation.format(expression)}"
    name = f"<cell {body}>"
    linecache.cache[name] = (len(body), None, [body], name)
    line = compile(body, name, "exec")

    def answer(W_hx, W_hh, b_h, x):
        names = {"np": np, "W_hx": W_hx, "W_hh": W_hh, "b_h": b_h, "h": np.zeros(len(b_h))}
        states = [names["h"]]
        for x_t in x:
            names["x_t"] = x_t
            exec(line, names)
            states.append(names["h"])
        return np.array(states)

    return answer


def whole_numbers(W_hx, W_hh, b_h, x):
    return right(W_hx, W_hh, b_h, x).astype(int)


def leaves_out_the_first(W_hx, W_hh, b_h, x):
    h = np.zeros((len(x) + 1, len(b_h)))
    for t in range(1, len(x)):
        h[t + 1] = np.tanh(W_hx @ x[t] + W_hh @ h[t] + b_h)
    return h


def two_steps_back(W_hx, W_hh, b_h, x):
    h = [np.zeros(len(b_h))]
    for t in range(len(x)):
        h.append(np.tanh(W_hx @ x[t] + W_hh @ h[max(t - 1, 0)] + b_h))
    return np.array(h)


def stub(W_hx, W_hh, b_h, x):
    raise NotImplementedError


@pytest.mark.parametrize(
    "answer",
    [
        right,
        elementwise_right_sum,
        lambda *a: right(*a).tolist(),
        lambda *a: tuple(right(*a)),
        lambda *a: right(*a).astype(np.float32),
        by_parts("W_hx @ x_t + (W_hh * h).sum(1) + b_h"),
        by_parts("x_t @ W_hx.T + h @ W_hh.T + b_h"),
        by_parts("np.dot(W_hx, x_t) + np.dot(W_hh, h) + b_h"),
    ],
)
def test_check_accepts_right_answers(answer):
    assert check_unroll(answer).sentence.startswith("Right: ")


@pytest.mark.parametrize("special", [lambda x: len(x) == 1, lambda x: x.shape[1] == 1])
def test_check_tries_one_step_and_one_input(special):
    def answer(W_hx, W_hh, b_h, x):
        return right(W_hx, W_hh, b_h, x) * (0 if special(x) else 1)

    assert not check_unroll(answer).ok


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: right(*a)[1:], "h_0 is missing"),
        (lambda *a: right(*a)[:-1], "one of them is missing"),
        (lambda *a: right(*a).T, "time comes first"),
        (lambda *a: right(*a)[-1], "last state only"),
        (lambda *a: right(*a)[:, :2], "want (7, 4)"),
        (lambda *a: None, "return"),
        (elementwise, "matrix product"),
        (elementwise_list, "matrix product"),
        (elementwise_wrong_sum, "added up along the wrong axis"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, W_hh.T, b_h, x), "transposed"),
        (lambda *a: right(*a, f=lambda v: v), "tanh is missing"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, W_hh, 0 * b_h, x), "bias"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, np.zeros_like(W_hh), b_h, x), "no state is carried"),
        (lambda W_hx, W_hh, b_h, x: right(np.zeros_like(W_hx), W_hh, b_h, x), "inputs are missing"),
        (begins_with_first_input, "h_0 is not zero"),
        (begins_and_reads_again, "h_0 is not zero"),
        (lambda *a: right(*a) + 1, "h_0, is not zero"),
        (reads_beyond_the_end, "off by one in time"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, W_hh, b_h, np.roll(x, 1, 0)), "the last one first"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, W_hh, b_h, np.roll(x, -1, 0)), "the first one last"),
        (two_steps_back, "carried over two steps"),
        (stops_early, "row 6 is still 0; does your loop reach the last step"),
        (returns_inside_the_loop, "rows 2 to 6 are still 0"),
        (same_array_again, "all rows are equal"),
        (
            weights_exchanged,
            "W_hh has shape (n, n) = (4, 4) and takes a state, n = 4 entries; what it multiplies here has "
            "shape (3,). Here T = 6, d = 3, n = 4.",
        ),
        (by_parts("W_hx.T @ x_t + W_hh @ h + b_h"), "W_hx is transposed; want it as it is, (n, d) = (4, 3)"),
        (by_parts("x_t @ W_hx + W_hh @ h + b_h"), "W_hx stands to the right of @"),
        (by_parts("W_hx @ h + W_hh @ h + b_h"), "W_hx has shape (n, d) = (4, 3) and takes an input, d = 3 entries"),
        (by_parts("W_hx.T @ x_t"), "shapes do not fit in line 1, `h = np.tanh(W_hx.T @ x_t)`: W_hx is"),
        (reads_beyond_the_end, "off by one in time in line "),
        # a matrix product written by entries is one, whatever else is wrong
        (by_parts("W_hx @ x_t + (W_hh * h).sum(1) + 2 * b_h"), "b_h is added twice"),
        (by_parts("W_hx @ x_t + (W_hh * h) @ np.ones(len(h)) + 2 * b_h"), "b_h is added twice"),
        (by_parts("W_hx @ x_t + sum((W_hh * h).T) + 2 * b_h"), "b_h is added twice"),
        (by_parts("W_hx @ x_t + sum(W_hh[:, j] * h[j] for j in range(len(h))) + 2 * b_h"), "b_h is added twice"),
        (by_parts("W_hx @ x_t + (W_hh * h).sum(1) + 3 * b_h"), "row 1 does not follow from row 0"),
        (by_parts("W_hx @ x_t + (W_hh * h).sum(0) + b_h"), "added up along the wrong axis"),
        (by_parts("W_hx @ x_t + np.diag(W_hh) * h + b_h"), "`*` multiplies entry by entry"),
        (whole_numbers, "your array holds whole numbers"),
        (lambda *a: np.zeros_like(right(*a)), "every state is 0; is each new state stored"),
        (leaves_out_the_first, "row 1 is still 0; does your loop leave it out?"),
        (by_parts("W_hx @ x_t + W_hh @ h + b_h", "1 / (1 + np.exp(-({})))"), "the activation is a sigmoid"),
        (by_parts("W_hx @ x_t + W_hh @ h + b_h", "np.maximum({}, 0)"), "the activation is a relu"),
        (by_parts("W_hx @ x_t + W_hh @ h + b_h", "h + np.tanh({})"), "added once more, after tanh"),
        (by_parts("W_hx @ x_t + h + b_h"), "it has to be multiplied by W_hh"),
        (by_parts("np.tanh(W_hx @ x_t) + np.tanh(W_hh @ h) + b_h", "{}"), "tanh is taken of the parts"),
        (by_parts("np.tanh(W_hx @ x_t) + np.tanh(W_hh @ h) + np.tanh(b_h)", "{}"), "tanh is taken of the parts"),
        (by_parts("np.tanh(W_hx @ x_t + b_h) + np.tanh(W_hh @ h)", "{}"), "tanh is taken of the parts"),
        (by_parts("np.tanh(W_hx @ x_t) + np.tanh(W_hh @ h + b_h)", "{}"), "tanh is taken of the parts"),
        (by_parts("np.tanh(W_hx @ x_t) + W_hh @ h + b_h", "{}"), "tanh is taken of one part only"),
        (by_parts("np.tanh(W_hx @ x_t + b_h) + W_hh @ h", "{}"), "tanh is taken of one part only"),
        (by_parts("W_hx @ x_t + np.tanh(W_hh @ h) + b_h", "{}"), "tanh is taken of one part only"),
        (by_parts("W_hx @ x_t + np.tanh(W_hh @ h + b_h)", "{}"), "tanh is taken of one part only"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, W_hh, b_h, x[::-1]), "read from the last to the first"),
        (lambda W_hx, W_hh, b_h, x: right(W_hx, W_hh, b_h, [x[0]] * len(x)), "reads the same input"),
        (lambda *a: (right(*a), 0.5), "want an array of numbers with shape (7, 4), got a tuple of length 2"),
        (lambda *a: [[0.0], *right(*a)[1:]], "got a list of length 7 whose entries differ in shape"),
        (lambda *a: "h", "got the text 'h'"),
        (lambda *a: 0.3, "got one number, 0.3"),
        (lambda *a: (h for h in right(*a)), "got a generator"),
        (lambda *a: {"h": right(*a)}, "got an object of type dict"),
        (bias_after_tanh, "added after tanh"),
        (stub, "Not attempted yet"),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_unroll(answer)
    assert not feedback.ok
    assert hint in feedback.sentence
