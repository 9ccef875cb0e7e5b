"""Inputs that are the network's own letters: drawn from what it says, and what the detached gradient leaves out."""

import itertools

import numpy as np
import pytest

from bptt_helpers import Params, Vocabulary, bptt, cross_entropy, forward, init_params, text_batch
from bptt_helpers.cells.catalogue import find_cell
from bptt_helpers.tasks.text import one_hot
from bptt_helpers.training.dropout import Dropout
from bptt_helpers.training.loop import train
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start
from bptt_helpers.training.sampled_inputs import expected_gradient, fed_its_own, sampled_inputs
from bptt_helpers.training.sampling import softmax

EPS = 1e-30
cells = pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])


def network(cell="tanh", d=3, n=3, seed=0):
    """A small network that has opinions."""
    params, rng = init_params(d, n, d, cell=cell, spectral_radius=0.9, rng=seed), np.random.default_rng([seed, 1])
    return params._replace(W_qh=2 * rng.normal(size=(d, n)), W_hx=rng.normal(size=params.W_hx.shape))


def letters(T, B, d, seed=0):
    return np.random.default_rng([seed, 2]).integers(0, d, (T, B))


@cells
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("masked", [False, True])
def test_each_own_letter_is_drawn_from_what_the_network_says_in_that_very_pass(cell, dtype, masked):
    T, B, d, n = 9, 4, 5, 6
    params = network(cell, d, n).astype(dtype)
    x = one_hot(letters(T, B, d), d)
    s0 = np.random.default_rng(1).normal(size=(B, find_cell(cell).parts * n))
    mask = Dropout(0.5).mask(0, (T, B, n), dtype) if masked else None
    given = x.copy()
    fed = sampled_inputs(params, x, 0.6, cell=cell, s0=s0, mask=mask, rng=7)
    assert (x == given).all()
    assert fed.x.dtype == dtype
    rng = np.random.default_rng(7)
    own, draws = rng.random((T, B)) < 0.6, rng.random((T, B))
    own[0] = False
    assert (fed.own == own).all()
    assert 0.3 < own.mean() < 0.9
    assert (fed.x[~own] == x[~own]).all()
    assert (fed.x.sum(2) == 1).all()
    o = forward(params, fed.x, cell=cell, s0=s0, mask=mask).o.astype(float)
    for t, b in np.argwhere(own):
        p = np.exp(o[t - 1, b]) / np.exp(o[t - 1, b]).sum()
        assert fed.x[t, b].argmax() == (p.cumsum() <= draws[t, b]).sum()


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_the_chance_is_the_share_of_own_letters(chance):
    fed = sampled_inputs(network(), one_hot(letters(200, 50, 3), 3), chance)
    assert not fed.own[0].any()
    share = fed.own[1:].mean()
    assert share == chance if chance in (0, 1) else abs(share - chance) < 0.02


def test_with_chance_1_the_letters_have_the_chances_of_a_written_text():
    """The first letter is given; all that follow are a Markov chain of the network: one sequence's chance by hand."""
    params, T = network(), 3
    x = np.eye(3)[np.zeros((T, 30_000), int)]
    fed = sampled_inputs(params, x, 1.0).x.argmax(2)
    for second, third in itertools.product(range(3), repeat=2):
        o = forward(params, np.eye(3)[[[0], [second]]]).o[:, 0]
        chance = softmax(o[0])[second] * softmax(o[1])[third]
        share = ((fed[1] == second) & (fed[2] == third)).mean()
        assert abs(share - chance) < 4 * np.sqrt(chance * (1 - chance) / 30_000)


def expected_loss_by_hand(params, x, y, chance, cell):
    """Σ P(s) L(s), one sequence after the other, for complex weights too."""
    T, _, d = x.shape
    total, text = 0, x[:, 0].argmax(1)
    for rest in itertools.product(range(d), repeat=T - 1):
        read = [text[0], *rest]
        o = forward(params, np.eye(d)[read][:, None], cell=cell).o[:, 0]
        p = np.exp(o) / np.exp(o).sum(1, keepdims=True)
        P = 1
        for t in range(1, T):
            P = P * ((1 - chance) * (read[t] == text[t]) + chance * p[t - 1, read[t]])
        total = total - P * np.log(p[np.arange(T), y]).mean()
    return total


def by_complex_steps(loss, params):
    gradient = []
    for name in Params._fields:
        w = getattr(params, name).astype(complex)
        g = np.empty(w.shape)
        for i in np.ndindex(w.shape):
            moved = w.copy()
            moved[i] += 1j * EPS
            g[i] = loss(params._replace(**{name: moved})).imag / EPS
        gradient.append(g)
    return Params(*gradient)


@cells
@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_both_parts_together_are_the_gradient_of_the_expected_loss(cell, chance):
    params, s = network(cell), letters(5, 1, 3)[:, 0]
    x, y = np.eye(3)[s[:-1]][:, None], s[1:]
    expected = expected_gradient(params, x, y, chance, cell=cell)

    def loss(weights):
        complex_ones = Params(*(w.astype(complex) for w in weights))
        return expected_loss_by_hand(complex_ones, x, y, chance, cell)

    assert abs(expected.loss - loss(params).real) < 1e-12
    numeric, exact = by_complex_steps(loss, params).flat(), expected.exact.flat()
    assert np.abs(exact - numeric).max() < 1e-12
    left_out = np.abs(expected.score.flat()).max()
    assert left_out == 0 if chance == 0 else left_out > 1e-3  # without it the test above would fail
    if chance == 0:
        trace = forward(params, x, cell=cell)
        wanted = bptt(trace, cross_entropy(trace.o, y)[1]).params
        np.testing.assert_allclose(exact, wanted.flat(), rtol=0, atol=1e-15)


def test_the_mean_of_detached_gradients_is_their_part_and_reinforce_finds_the_other():
    params, s, count, chance = network(), letters(5, 1, 3)[:, 0], 40_000, 0.7
    x, y = np.repeat(np.eye(3)[s[:-1]][:, None], count, 1), np.repeat(s[1:, None], count, 1)
    expected = expected_gradient(params, x[:, :1], y[:, :1], chance)
    trace = forward(params, sampled_inputs(params, x, chance, rng=3).x)
    p, drawn = softmax(trace.o), trace.x
    # a mean over the batch is a mean over the draws
    detached = bptt(trace, cross_entropy(trace.o, y)[1]).params.flat()
    loss = -np.log((np.eye(3)[y] * p).sum(2)).mean(0)
    of_letter = (drawn[1:] * p[:-1]).sum(2)
    share = chance * of_letter / ((1 - chance) * (drawn[1:] * x[1:]).sum(2) + chance * of_letter)
    signal = np.zeros_like(p)
    signal[:-1] = (share * (loss - expected.loss))[..., None] * (drawn[1:] - p[:-1]) / count
    score = bptt(trace, signal).params.flat()
    for found, wanted, error in ((detached, expected.detached.flat(), 0.01), (score, expected.score.flat(), 0.15)):
        assert np.linalg.norm(found - wanted) < error * np.linalg.norm(wanted)
    assert np.linalg.norm(detached - expected.exact.flat()) > 0.1 * np.linalg.norm(expected.exact.flat())


def draw(update):
    return text_batch("to be or not to be, that is the question", 6, 4, rng=update)


def run(gradient, updates=6, begin=None, **more):
    d = len(Vocabulary.of("to be or not to be, that is the question"))
    begin = begin or start(init_params(d, 7, d, cell="gru", rng=0))
    options = {"cell": "gru", "optimiser": Adam(), "dropout": Dropout(0.3)} | more
    return train(begin, draw, updates=updates, learning_rate=0.01, gradient=gradient, **options)


def test_the_gradient_of_an_update_is_backpropagation_over_the_inputs_that_were_read():
    seen = []

    def looking(trace, dL_do, update):
        gradient = fed_its_own(draw, 0.5, seed=3)(trace, dL_do, update)
        fed = sampled_inputs(
            trace.params,
            trace.x,
            0.5,
            cell="gru",
            s0=trace.states[0],
            mask=trace.mask,
            rng=np.random.default_rng([3, update]),
        )
        again = forward(trace.params, fed.x, cell="gru", s0=trace.states[0], mask=trace.mask)
        wanted = bptt(again, cross_entropy(again.o, draw(update).y)[1]).params
        seen.append(all((a == b).all() for a, b in zip(gradient, wanted, strict=True)))
        return gradient

    run(looking)
    assert seen == [True] * 6


def test_chance_0_is_teacher_forcing_and_a_run_that_goes_on_is_the_same_to_the_last_bit():
    def same(a, b):
        return all((u == v).all() for u, v in zip(a.params, b.params, strict=True))

    assert same(run(fed_its_own(draw, 0.0)), run(lambda trace, dL_do, k: bptt(trace, dL_do).params))
    rising = fed_its_own(draw, lambda k: k / 6)
    whole = run(rising)
    assert same(whole, run(rising, begin=run(rising, 3)))
    assert not same(whole, run(fed_its_own(draw, 0.0)))
    assert not same(whole, run(fed_its_own(draw, lambda k: k / 6, seed=1)))


X = np.eye(3)[letters(4, 1, 3)]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sampled_inputs(network(), X, 1.1), "chance: want a number from 0 to 1, got 1.1"),
        (lambda: sampled_inputs(init_params(3, 4, 2), X, 0.5), "params: want a network that says what it reads, got 3"),
        (lambda: fed_its_own(draw, -1), "chance: want a number from 0 to 1, got -1"),
        (lambda: fed_its_own(None, 0.5), "draw: want a function"),
        (lambda: run(fed_its_own(draw, lambda k: 2.0)), "chance: want a number from 0 to 1, got 2.0"),
        (lambda: expected_gradient(network(), np.repeat(X, 2, 1), [0] * 4, 1.0), "x: want one sequence"),
        (lambda: expected_gradient(network(), 2 * X, [0] * 4, 1.0), "x: want one-hot inputs"),
        (lambda: expected_gradient(network(), X, [3] * 4, 1.0), "y: want classes from 0 to 2"),
        (lambda: expected_gradient(network(), np.eye(3)[letters(40, 1, 3)], [0] * 40, 1.0), "x: want at most 100000"),
    ],
)
def test_what_cannot_be_meant_is_answered_by_a_sentence(call, sentence):
    with pytest.raises(ValueError, match="^" + sentence.replace("(", r"\(")):
        call()


def test_overflow_names_the_step():
    wild = init_params(3, 4, 3, rng=0)._replace(W_hh=1e60 * np.eye(4), b_h=np.ones(4), W_qh=np.zeros((3, 4)))
    with pytest.raises(OverflowError, match=r"overflow at step \d of"):
        sampled_inputs(wild, np.eye(3)[letters(9, 1, 3)], 0.5, cell="relu")
