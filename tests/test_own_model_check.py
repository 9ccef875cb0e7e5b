"""The exercise of notebook 13: Keras' step is Keras', a right answer passes, and each mistake is named."""

import numpy as np
import pytest

from bptt_helpers import Params, forward
from bptt_helpers.lessons.own_model import check_keras
from bptt_helpers.lessons.own_model.keras_check import SIZES
from bptt_helpers.lessons.own_model.keras_gru import KerasGRU, draw_keras, keras_outputs
from bptt_helpers.lessons.own_model.keras_mistakes import hint_for

# Keras 3.15.1 on JAX: Sequential(Input((4, 3)), GRU(2, return_sequences=True), Dense(2)), one sequence of four steps
OF_KERAS = KerasGRU(
    kernel=[[-2.3, -0.2, -1.2, -0.7, -0.5, -0.3], [0.4, 1.0, -0.1, 1.4, -0.7, 0.4], [0.9, 0.1, -0.7, -0.9, -0.5, 0.2]],
    recurrent_kernel=[[-1.0, -0.2, -0.2, 0.5, 0.2, 0.4], [-0.7, -0.1, 0.8, 1.5, -1.3, 1.5]],
    bias=[[1.3, 0.8, 0.3, -0.3, 1.5, 2.0], [1.8, 1.3, 0.4, -1.2, 0.0, 0.7]],
    dense_kernel=[[-1.3, 0.4], [0.4, 0.7]],
    dense_bias=[-1.2, -0.7],
)
X = [[0.1, -0.1, 0.6], [0.1, -0.5, 0.4], [1.3, 0.9, -0.7], [-1.3, -0.6, 0.0]]
OUTPUTS = [[-1.191579, -0.61059], [-1.193204, -0.493417], [-1.435936, -0.378411], [-1.396975, -0.301454]]


def read(
    kernel,
    recurrent_kernel,
    bias,
    dense_kernel,
    dense_bias,
    *,
    order=("rzh", "rzh", "rzh"),
    matrix=(lambda block: block.T, lambda block: block.T),
    rz=lambda of_x, of_h: of_x + of_h,
    n=lambda of_x, of_h: of_x,
    p=lambda of_x, of_h: of_h,
    minus="",
    dense=lambda kernel: kernel.T,
):
    """A right answer, and by its options wrong ones."""

    def blocks(array, change=lambda block: block):
        return {g: change((-1 if g in minus else 1) * b) for g, b in zip("zrh", np.split(array, 3, 1), strict=True)}

    W_hx, W_hh = blocks(kernel, matrix[0]), blocks(recurrent_kernel, matrix[1])
    b = {gate: tuple(rows) for gate, rows in blocks(bias).items()}
    first, second, third = order[2]
    b_h = [rz(*b[first]), rz(*b[second]), n(*b[third]), p(*b[third])]
    return Params(
        np.concatenate([W_hx[gate] for gate in order[0]]),
        np.concatenate([W_hh[gate] for gate in order[1]]),
        np.concatenate(b_h),
        dense(dense_kernel),
        dense_bias,
    )


def wrong(**options):
    return lambda *weights: read(*weights, **options)


def by_index(kernel, recurrent_kernel, bias, dense_kernel, dense_bias):
    """Another right answer, weight by weight, as lists."""
    d, n = len(kernel), len(recurrent_kernel)
    at = [*range(n, 2 * n), *range(n), *range(2 * n, 3 * n)]
    W_hx = [[kernel[j, i] for j in range(d)] for i in at]
    W_hh = [[recurrent_kernel[j, i] for j in range(n)] for i in at]
    b_h = [bias[0, i] + bias[1, i] for i in at[: 2 * n]] + [bias[row, i] for row in (0, 1) for i in at[2 * n :]]
    return [W_hx, W_hh, b_h, np.float32(dense_kernel).T, dense_bias]


def test_the_step_is_that_of_keras():
    weights = KerasGRU(*map(np.array, OF_KERAS))
    assert keras_outputs(weights, np.array(X)[:, None])[:, 0] == pytest.approx(np.array(OUTPUTS), abs=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_read_gives_the_outputs_of_keras_in_this_package(size):
    weights, x = draw_keras(*size), np.random.default_rng(3).normal(size=(9, 3, size[0]))
    outputs = forward(read(*weights), x, cell="gru").o
    assert np.abs(outputs - keras_outputs(weights, x)).max() < 1e-13
    assert hint_for(read(*weights), weights) is None


@pytest.mark.parametrize("answer", [read, by_index])
def test_a_right_answer_passes(answer):
    verdict = check_keras(answer)
    assert verdict.ok, verdict
    assert "three sizes" in verdict.sentence
    assert check_keras.solution(answer).ok


def untransposed(*weights):
    """Blocks below one another, none of them transposed; W_hx right, so that the shapes fit."""
    return read(*weights, matrix=(lambda b: b.T, lambda b: b))


MISTAKES = {
    "in W_hh the gates stand below one another, but each block is as Keras has it": untransposed,
    "W_hx has shape (9, 5), want (15, 3); each block is as Keras has it": wrong(matrix=(lambda b: b, lambda b: b)),
    "W_hx is Keras' kernel reshaped": lambda K, R, *rest: read(K, R, *rest)._replace(W_hx=K.reshape(-1, len(K))),
    "W_hh is Keras' kernel reshaped": lambda K, R, *rest: read(K, R, *rest)._replace(W_hh=R.reshape(-1, len(R))),
    "the blocks of W_hx stand in the order z, r, h; want r, z, n,": wrong(order=("zrh", "zrh", "zrh")),
    "the blocks of W_hh stand in the order z, r, h; want r, z, n,": wrong(order=("rzh", "zrh", "rzh")),
    "the blocks of b_h stand in the order z, r, h; want r, z, n, p,": wrong(order=("rzh", "rzh", "zrh")),
    "the last block of b_h is the bias inside the reset": wrong(order=("rzh", "rzh", "rhz")),
    "in W_hx the rows of z have a minus sign; z keeps the state in Keras too": wrong(minus="z"),
    "in W_hx the rows of r, h have a minus sign": wrong(minus="rh"),
    "the block r of b_h holds row 0 of Keras' bias; want the sum": wrong(rz=lambda of_x, of_h: of_x),
    "the block r of b_h holds row 1 of Keras' bias; want the sum": wrong(rz=lambda of_x, of_h: of_h),
    "the block r of b_h holds twice row 1 of Keras' bias": wrong(rz=lambda of_x, of_h: 2 * of_h),
    "the block r of b_h holds the mean of both rows": wrong(rz=lambda of_x, of_h: (of_x + of_h) / 2),
    "the block r of b_h holds nothing of Keras' bias": wrong(rz=lambda of_x, of_h: 0 * of_h),
    "you add both rows outside": wrong(n=lambda of_x, of_h: of_x + of_h, p=lambda of_x, of_h: 0 * of_h),
    "you add both rows inside": wrong(n=lambda of_x, of_h: 0 * of_x, p=lambda of_x, of_h: of_x + of_h),
    "you have them exchanged": wrong(n=lambda of_x, of_h: of_h, p=lambda of_x, of_h: of_x),
    "row 1 is in both": wrong(n=lambda of_x, of_h: of_x + of_h),
    "row 0 is in both": wrong(p=lambda of_x, of_h: of_x + of_h),
    "you have the sum of both in each": wrong(n=lambda of_x, of_h: of_x + of_h, p=lambda of_x, of_h: of_x + of_h),
    "yours hold row 0 and nothing": wrong(p=lambda of_x, of_h: 0 * of_h),
    "W_qh has shape (5, 2), want (2, 5); it is transposed": wrong(dense=lambda kernel: kernel),
    "W_hx has shape (3, 15), want (15, 3); it is transposed": lambda *weights: Params(*weights),
    "b_h has shape (15,), three blocks": lambda *w: read(*w)._replace(b_h=w[2].sum(0)),
    "b_h has shape (2, 15), six blocks": lambda *w: read(*w)._replace(b_h=w[2]),
    "b_h has shape (7,), want (20,)": lambda *w: read(*w)._replace(b_h=np.zeros(7)),
    "Does your function end with `return`?": lambda *w: None,
    "you return a tuple of length 3": lambda *w: read(*w)[:3],
    "you return one number": lambda *w: 1.0,
    "you return an object of type dict": lambda *w: read(*w)._asdict(),
    "a weight is a complex number": lambda *w: read(*w)._replace(b_q=w[4] * 1j),
    "W_hh holds a number that is not finite": lambda *w: read(*w)._replace(W_hh=np.nan * read(*w).W_hh),
    "look at b_q.": lambda *w: read(*w)._replace(b_q=2 * w[4]),
    "look at W_hx and b_h.": lambda *w: read(*w)._replace(W_hx=2 * read(*w).W_hx, b_h=read(*w).b_h ** 2),
    "shapes do not fit": lambda *w: w[0] @ w[1],
    "your function changed kernel": lambda *w: read(*w) if w[0].sort() is None else None,
    "your function changed bias": lambda *w: read(*w) if w[2].sort() is None else None,
}


@pytest.mark.parametrize("hint", MISTAKES)
def test_a_mistake_is_named(hint):
    verdict = check_keras(MISTAKES[hint])
    assert not verdict.ok
    assert hint in verdict.sentence


@pytest.mark.parametrize("part", ["W_hx", "W_qh"])
def test_a_transpose_that_fits_where_all_sizes_are_equal_is_found(part):
    """Right where sizes differ, and as Keras has it where they are equal: only the second size tells."""

    def answer(*weights):
        right = read(*weights)
        if len(weights[0]) != len(weights[1]) or len(weights[0]) == 1:
            return right
        same = read(*weights, matrix=(lambda b: b, lambda b: b.T), dense=lambda kernel: kernel)
        return right._replace(**{part: getattr(same, part)})

    verdict = check_keras(answer)
    assert not verdict.ok
    assert f"{part} is Keras' dense kernel as it is" in verdict.sentence or f"in {part} the gates" in verdict.sentence


def test_a_zero_block_of_the_bias_is_no_gate_of_its_own():
    verdict = check_keras(lambda *w: read(*w)._replace(b_h=0 * read(*w).b_h))
    assert "the block r of b_h holds nothing of Keras' bias" in verdict.sentence
