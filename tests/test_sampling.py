"""A network that writes: the right distribution, the same as `forward` fed with its own letters, nothing silent."""

import numpy as np
import pytest

from bptt_helpers import Vocabulary, forward, init_params
from bptt_helpers.cells.base import Cell
from bptt_helpers.cells.catalogue import CELLS, find_cell
from bptt_helpers.training.sampling import sample, softmax, write

LETTERS = "abcde"
V = Vocabulary(LETTERS)
cells = pytest.mark.parametrize("cell", ["tanh", "relu", "gru", "lstm"])
types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def network(cell="tanh", n=6, dtype=np.float64, seed=0, loud=3.0):
    """Weights of a size at which what was read matters; a readout loud enough to have favourites."""
    params = init_params(5, n, 5, cell=cell, spectral_radius=0.9, rng=seed)
    rng = np.random.default_rng(seed + 1)
    params = params._replace(
        W_hx=params.W_hx + rng.normal(size=params.W_hx.shape),
        W_qh=loud * rng.normal(size=(5, n)),
        b_h=rng.normal(size=params.b_h.shape) / 2,
        b_q=rng.normal(size=5) / 2,
    )
    return params.astype(dtype)


def outputs_of(params, text, cell):
    """What `forward` says before each character and after the last, (len + 1, d), the first at the zero state."""
    o_0 = params.b_q[None]
    if not text:
        return o_0
    x = np.eye(5, dtype=params.b_q.dtype)[V.encode(text)][:, None]
    return np.concatenate([o_0, forward(params, x, cell=cell).o[:, 0]])


@cells
@types
@pytest.mark.parametrize("prefix", ["", "a", "bead"])
@pytest.mark.parametrize("temperature", [0, 0.7, 1, 3])
def test_it_is_forward_fed_with_its_own_letters(cell, dtype, prefix, temperature):
    params = network(cell, dtype=dtype)
    written = write(params, V, 30, prefix=prefix, temperature=temperature, cell=cell, rng=4)
    o = outputs_of(params, prefix + written.text, cell)[len(prefix) : -1]
    assert written.o.dtype == dtype
    np.testing.assert_allclose(written.o, o, rtol=0, atol=(2e-5 if dtype is np.float32 else 1e-12) * np.abs(o).max())
    # step by step: each letter by the same number of the source of randomness
    draws = np.random.default_rng(4).random(30)
    for letter, o_t, u in zip(written.text, o.astype(float), draws, strict=True):
        if temperature == 0:
            assert letter == LETTERS[o_t.argmax()]
        else:
            p = np.exp(o_t / temperature - (o_t / temperature).max())
            assert letter == LETTERS[int((p.cumsum() / p.sum() <= u).sum())]
    assert sample(params, V, 30, prefix=prefix, temperature=temperature, cell=cell, rng=4) == written.text


def chi_squared(counts, chances):
    expected = chances * counts.sum()
    return ((counts - expected) ** 2 / expected).sum()


@types
@pytest.mark.parametrize("temperature", [0.5, 1, 2.5])
@pytest.mark.parametrize("prefix", ["", "bead"])
def test_many_samples_have_the_chances_of_the_softmax(dtype, temperature, prefix):
    params = network("gru", dtype=dtype)
    rng = np.random.default_rng(3)
    first = [sample(params, V, 1, prefix=prefix, temperature=temperature, cell="gru", rng=rng) for _ in range(4000)]
    o = outputs_of(params, prefix, "gru")[-1].astype(float) / temperature
    chances = np.exp(o) / np.exp(o).sum()
    counts = np.array([first.count(letter) for letter in LETTERS])
    assert chi_squared(counts, chances) < 18.5  # one in a thousand is above, with four degrees of freedom
    wrong = np.roll(chances, 1)
    assert chi_squared(counts, wrong) > 50


def test_letters_later_in_the_text_have_their_chances_too():
    params = network("lstm")
    written = write(params, V, 20_000, cell="lstm", rng=5)
    chances = written.chances()
    came = np.eye(5)[V.encode(written.text)]
    # counts minus their expectation, given what was read: a martingale, of variance p (1 - p) a letter
    z = (came - chances).sum(0) / np.sqrt((chances * (1 - chances)).sum(0))
    assert np.abs(z).max() < 4


@cells
def test_temperature_zero_is_deterministic_and_takes_the_first_of_several(cell):
    params = network(cell)
    texts = {sample(params, V, 50, prefix="c", temperature=0, cell=cell, rng=seed) for seed in range(5)}
    assert len(texts) == 1
    flat = params._replace(W_qh=0 * params.W_qh, b_q=np.array([0.0, 2.0, 1.0, 2.0, 2.0]))
    assert sample(flat, V, 4, temperature=0, cell=cell) == "bbbb"


@types
def test_any_temperature_is_stable(dtype):
    loud = network("tanh", dtype=dtype, loud=100.0)
    coldest = sample(loud, V, 60, temperature=0)
    for tiny in (5e-324, 1e-300, 1e-40, 1e-6):
        assert sample(loud, V, 60, temperature=tiny) == coldest
    for huge in (1e6, 1e300, 1.7e308):
        text = sample(loud, V, 4000, temperature=huge)
        counts = np.array([text.count(letter) for letter in LETTERS])
        assert chi_squared(counts, np.full(5, 0.2)) < 18.5
    two = loud._replace(W_qh=0 * loud.W_qh, b_q=np.array([0, 3, 0, 3, 0], dtype))
    assert set(sample(two, V, 200, temperature=5e-324)) == {"b", "d"}  # a tie is drawn, as near 0 as one likes
    assert set(sample(two, V, 200, temperature=0)) == {"b"}


def test_a_letter_of_no_chance_is_never_drawn():
    params = network()._replace(W_qh=np.zeros((5, 6)), b_q=np.array([-1e4, 0.0, -1e4, 0.0, -1e4]))
    assert set(sample(params, V, 3000)) == {"b", "d"}

    class Edge(np.random.Generator):
        def random(self, size):
            return np.tile([0.0, 1 - 2**-53], size // 2)

    assert sample(params, V, 6, rng=Edge(np.random.PCG64(0))) == "bdbdbd"


def test_the_same_seed_at_two_temperatures_makes_the_same_choices_where_it_can():
    params = network()._replace(W_qh=np.zeros((5, 6)))
    cold, warm = (sample(params, V, 400, temperature=t, rng=1) for t in (0.9, 1.0))
    assert sum(a == b for a, b in zip(cold, warm, strict=True)) > 350


def test_only_what_was_written_comes_back_and_nothing_if_nothing_is_wanted():
    params = network()
    assert sample(params, V, 0, prefix="bead") == ""
    assert write(params, V, 0).o.shape == (0, 5)
    assert len(sample(params, V, 7, prefix="bead")) == 7
    rng = np.random.default_rng(0)
    two = sample(params, V, 5, rng=rng), sample(params, V, 5, rng=rng)
    assert two[0] != two[1]  # a Generator goes on
    one = Vocabulary("a")
    assert sample(init_params(1, 3, 1), one, 4) == "aaaa"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"prefix": "bet"}, "prefix: want only the 5 characters of the vocabulary, got 't' at position 2"),
        ({"prefix": None}, "prefix: want a string, got NoneType"),
        ({"temperature": -0.1}, "temperature: want a finite number >= 0, got -0.1"),
        ({"temperature": np.nan}, "temperature: want a finite number >= 0, got nan"),
        ({"temperature": np.inf}, "temperature: want a finite number >= 0, got inf"),
        ({"length": -1}, "length: want an integer >= 0, got -1"),
        ({"length": 10**12}, "length, vocabulary: want at most"),
        ({"vocabulary": "abcde"}, "vocabulary: want a Vocabulary, got 'abcde'"),
        ({"vocabulary": Vocabulary("ab")}, "vocabulary: want as many characters as the network reads and says, got 2"),
        ({"cell": "gru"}, "params.W_hh: want shape"),
    ],
)
def test_what_cannot_be_meant_is_answered_by_a_sentence(arguments, sentence):
    given = {"params": network(), "vocabulary": V, "length": 5} | arguments
    with pytest.raises(ValueError, match="^" + sentence.replace("(", r"\(")):
        sample(**given)


def test_a_network_of_other_outputs_or_of_complex_weights_is_refused():
    with pytest.raises(ValueError, match="got 5 for one with 5 inputs and 2 outputs"):
        sample(init_params(5, 3, 2), V, 5)
    with pytest.raises(ValueError, match="params: want real weights, got complex128"):
        sample(network().astype(complex), V, 5)


def test_overflow_is_said():
    params = network("relu")
    wild = params._replace(W_hh=1e3 * np.eye(6), b_h=np.ones(6))
    with pytest.raises(OverflowError, match="want outputs that fit float64, got overflow"):
        sample(wild, V, 500, cell="relu")


def test_softmax_of_any_outputs():
    o = np.random.default_rng(0).normal(size=(3, 4, 5)) * 100
    for temperature in (0, 5e-324, 1.0, 1e308):
        p = softmax(o, temperature)
        assert p.shape == o.shape
        assert p.dtype == float
        np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-12)
    np.testing.assert_allclose(softmax(o), np.exp(o - 400) / np.exp(o - 400).sum(-1, keepdims=True), rtol=1e-10)
    for wrong in (3.0, [], [[], []]):
        with pytest.raises(ValueError, match=r"o: want an array \(…, d\) with d >= 1"):
            softmax(wrong)


@pytest.mark.parametrize("cell", [*CELLS])
@types
@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize("n", [4, 90])  # either side of `one_is_small`
def test_a_stepper_walks_as_forward_does(cell, dtype, B, n):
    params = init_params(5, n, 2, cell=cell, spectral_radius=0.9, rng=0).astype(dtype)
    rng = np.random.default_rng(1)
    x = rng.normal(size=(12, B, 5)).astype(dtype)
    s0 = rng.normal(size=(B, find_cell(cell).parts * n)).astype(dtype)
    states, before = forward(params, x, cell=cell, s0=s0).states[1:], s0.copy()
    atol = 2e-5 if dtype is np.float32 else 1e-12
    for make in (
        find_cell(cell).stepper,
        lambda *a: Cell.stepper(find_cell(cell), *a),
    ):  # its own, and that of any cell
        step = make(params, s0)
        for x_t, wanted in zip(x, states, strict=True):
            np.testing.assert_allclose(step(x_t), wanted, rtol=0, atol=atol * max(1, np.abs(states).max()))
    assert (s0 == before).all()  # what it began from is not its memory
