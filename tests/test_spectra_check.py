"""The check of notebook 04: right answers pass, whatever rounding does to eigenvalues; each mistake is named."""

from functools import partial

import numpy as np
import pytest

from bptt_helpers.lessons.jacobian_spectra import check
from bptt_helpers.lessons.jacobian_spectra.check import check_transient_growth

JORDAN = np.array([[0.9, 10.0], [0.0, 0.9]])
ROTATION = np.array([[0.0, 0.5], [-0.5, 0.0]])


def norms_of(W, k=100):
    return np.array([np.linalg.norm(np.linalg.matrix_power(W, j), 2) for j in range(k + 1)])


GOOD = np.array([[0.95, 1.5], [0, 0.95]])
TAME = np.array([[0.5, 1.0], [0, 0.5]])


def turned(W, seed=0):
    """The same matrix in other coordinates: Q W Qᵀ."""
    Q = np.linalg.qr(np.random.default_rng(seed).normal(size=W.shape))[0]
    return Q @ W @ Q.T


def shifted(n, radius):
    """n equal eigenvalues; turned, the computed ones lie on a circle around them, of noise alone."""
    return radius * np.eye(n) + 0.6 * np.eye(n, k=1)


def both(A, B):
    return np.block([[A, np.zeros((len(A), len(B)))], [np.zeros((len(B), len(A))), B]])


def along(W, v):
    """What following the one vector v gives."""
    v, norms = np.array(v, float), []
    for _ in range(101):
        norms.append(np.linalg.norm(v))
        v = W @ v
    return np.array(norms)


def of_powers(W, what):
    return np.array([what(np.linalg.matrix_power(W, k)) for k in range(101)])


@pytest.mark.parametrize(
    "W",
    [
        GOOD,
        GOOD.T,
        np.diag([0.95] * 3) + np.diag([0.9] * 2, 1),
        *(both(shifted(n, 0.9), ROTATION) for n in (11, 12, 30)),  # eigenvectors coincide
    ],
)
def test_check_accepts_right_answers(W):
    feedback = check_transient_growth(lambda: (W, norms_of(W)))
    assert feedback.ok, feedback
    assert "reaches" in feedback.sentence


@pytest.mark.parametrize("n", [24, 32, 64])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_computed_radius_that_is_rounding_noise_is_not_held_against_the_reader(n, seed):
    W = turned(shifted(n, 0.9), seed)
    assert np.abs(np.linalg.eigvals(W)).max() > 1
    feedback = check_transient_growth(lambda: (W, norms_of(W)))
    assert feedback.ok, feedback
    assert "is rounding noise, which cannot be told from a ρ below 1" in feedback.sentence


@pytest.mark.parametrize(
    "W",
    [
        np.array([[1.0, 1.0], [0.0, 1.0]]),
        np.array([[1.5, -0.5], [0.5, 0.5]]),  # one eigenvector, eigenvalue 1
        *(turned(np.array([[1.0, 1.0], [0.0, 1.0]]), seed) for seed in range(6)),
        *(turned(both(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[0.1]])), seed) for seed in range(6)),
        *(turned(shifted(n, radius)) for n in (4, 8, 24, 64) for radius in (1.0, 1.01, 1.1)),
        turned(np.diag([1.05, *np.linspace(0, 0.9, 23)])),
        turned(both(shifted(12, 0.5), np.array([[1.0]]))),
        turned(both(shifted(12, 1.02), shifted(12, 0.1))),
        both(np.array([[1.01, 1.0], [0.0, 1.01]]), np.zeros((10, 10))),
        both(np.array([[1.002, 1.0], [0.0, 1.002]]), ROTATION),  # no full set of eigenvectors
        -turned(shifted(24, 1.0)),
        turned(both(shifted(12, 1.0), -shifted(12, 1.0))),
    ],
)
def test_a_radius_of_one_or_more_is_refused_however_far_from_normal(W):
    feedback = check_transient_growth(lambda: (W, norms_of(W)))
    assert not feedback.ok
    assert "spectral radius of W is" in feedback.sentence


def test_of_a_large_matrix_no_mistake_is_looked_for(monkeypatch):
    """It took longer than the reader's own code, seconds for 200 units."""
    looked = []
    monkeypatch.setattr(check, "_name_the_mistake", lambda W, *_: looked.append(len(W)))
    for W in (shifted(64, 0.9), shifted(65, 0.9)):
        given = (W, 1.01 * norms_of(W))
        assert "norms[0] is 1.01, want" in check_transient_growth(partial(tuple, given)).sentence
    assert looked == [64]


def test_a_height_of_many_digits_is_rounded():
    W = shifted(65, 0.9)
    assert check_transient_growth(lambda: (W, norms_of(W))).sentence.endswith("reaches 3.7e+17 at k = 100.")


def test_each_norm_is_compared_with_itself_not_with_the_largest():
    W = turned(shifted(24, 0.9))
    feedback = check_transient_growth(lambda: (W, norms_of(W) * np.where(np.arange(101) == 3, 2, 1)))
    assert "norms[3] is" in feedback.sentence


@pytest.mark.parametrize("W", [GOOD, GOOD.astype(np.float32), GOOD.tolist(), turned(GOOD)])
def test_norms_by_repeated_products_pass_in_single_precision_too(W):
    power, norms = np.eye(2, dtype=getattr(W, "dtype", float)), []
    for _ in range(101):
        norms.append(np.linalg.norm(power, 2))
        power = power @ np.asarray(W)
    feedback = check_transient_growth(lambda: (W, norms))
    assert feedback.ok, feedback


@pytest.mark.parametrize(
    ("W", "norms", "hint"),
    [
        (JORDAN, norms_of(JORDAN), "σ₁ of W is 10.08"),
        (np.diag([1.0, 0.5]), norms_of(np.diag([1.0, 0.5])), "spectral radius of W is 1.000"),
        (np.ones((2, 3)), np.ones(101), "shape (2, 3)"),
        (np.empty((0, 0)), np.ones(101), "shape (0, 0)"),
        (GOOD * 1j, norms_of(GOOD), "real numbers"),
        (np.array([[np.inf, 0], [0, 0]]), norms_of(GOOD), "not finite"),
        (GOOD, norms_of(GOOD)[1:], "norms has shape (100,), want (101,)"),
        (GOOD, [np.linalg.norm(GOOD**k, 2) for k in range(101)], "raises every entry"),
        (GOOD, [np.linalg.norm(np.linalg.matrix_power(GOOD, k)) for k in range(101)], "Frobenius"),
        (GOOD, 0.95 ** np.arange(101), "eigenvalues alone"),
        (GOOD, norms_of(GOOD)[1] ** np.arange(101), "upper bound"),
        (GOOD, np.log10(norms_of(GOOD)), "logarithms"),
        (GOOD, norms_of(GOOD, 101)[1:], "one power too late"),
        (GOOD, norms_of(np.diag(np.diag(GOOD))), "not `@`"),  # products by *, from the identity on
        (GOOD, norms_of(GOOD) * np.where(np.arange(101) == 7, 2, 1), "norms[7] is"),
        (GOOD, norms_of(GOOD) * np.where(np.arange(101) == 0, 2, 1), "norms[0] is 2, want ‖W^0‖ = 1; it is that of"),
        (np.diag([0.9, 0.5]), norms_of(np.diag([0.9, 0.5])), "normal"),
        (TAME, norms_of(TAME), "reach only 1.21"),
        (GOOD, along(GOOD, [1, 0]), "or one eigenvector that you follow"),
        (GOOD, along(GOOD, [0, 1]), "you follow one vector"),
        (GOOD, along(GOOD, [1, 1]), "you follow one vector"),
        (GOOD, along(GOOD, np.sqrt([0.5, 0.5])), "you follow one vector"),
        (GOOD, along(GOOD, [0.3, -1.7]), "you follow one vector"),
        (GOOD, along(GOOD.T, [1, 0]), "you follow one vector"),
        (turned(shifted(4, 0.9)), along(turned(shifted(4, 0.9)), [1, 2, -1, 0.5]), "you follow one vector"),
        (turned(shifted(4, 0.9)), along(turned(shifted(4, 0.9)).T, [0, 0, 0, 1]), "you follow one vector"),
        (GOOD, of_powers(GOOD, lambda P: np.linalg.norm(P, 1)), "sums of absolute entries"),
        (GOOD.T, of_powers(GOOD.T, lambda P: np.linalg.norm(P, 1)), "sums of absolute entries"),
        (turned(GOOD), of_powers(turned(GOOD), lambda P: np.linalg.norm(P, np.inf)), "sums of absolute entries"),
        (GOOD, of_powers(GOOD, lambda P: np.abs(P).max()), "the largest entries"),
        (GOOD, of_powers(GOOD, lambda P: np.linalg.norm(P, "nuc")), "sums of all singular values"),
        (GOOD, norms_of(GOOD) ** 2, "squares of the norms"),
        (GOOD, np.log(norms_of(GOOD)), "logarithms"),
        (GOOD, norms_of(GOOD) ** (1 / np.maximum(np.arange(101), 1)), "k-th roots"),
        (GOOD, [1, *norms_of(GOOD)[:-1]], "W⁰ stands twice"),
        (GOOD, np.full(101, 1e300), "norms[0] is 1e+300, want"),
        ([[1.0], [1.0, 2.0]], np.ones(101), "W: want a square matrix (n, n) of numbers, got a list"),
        ("W", np.ones(101), "W: want a square matrix (n, n) of numbers, got the text"),
        (None, np.ones(101), "W: want a square matrix (n, n) of numbers, got None"),
        ((row for row in GOOD), np.ones(101), "W: want a square matrix (n, n) of numbers, got a generator"),
        (1.5, np.ones(101), "W has shape (), want a square matrix"),
        (GOOD, (norm for norm in norms_of(GOOD)), "norms: want an array of numbers with shape (101,), got a generator"),
        (GOOD, "norms", "norms: want an array of numbers with shape (101,), got the text"),
        (
            GOOD,
            [1, [2, 3]],
            "norms: want an array of numbers with shape (101,), got a list of length 2",
        ),
    ],
)
def test_check_names_the_mistake(W, norms, hint):
    feedback = check_transient_growth(lambda: (W, norms))
    assert not feedback.ok
    assert hint in feedback.sentence


def test_check_wants_two_things_and_knows_a_stub():
    assert "two things" in check_transient_growth(lambda: GOOD).sentence
    assert "two things" in check_transient_growth(lambda: None).sentence

    def stub():
        raise NotImplementedError

    assert check_transient_growth(stub).sentence.startswith("Not attempted yet")


def test_a_result_in_place_of_the_function_is_named():
    feedback = check_transient_growth((GOOD, norms_of(GOOD)))
    assert "hand over your function itself" in feedback.sentence


def test_a_matrix_in_half_precision_is_judged():
    W = GOOD.astype(np.float16)
    assert check_transient_growth(lambda: (W, norms_of(W.astype(float)))).ok


def test_a_tensor_that_carries_a_gradient_is_named(torch):
    W = torch.tensor(GOOD, requires_grad=True)
    feedback = check_transient_growth(lambda: (W, norms_of(GOOD)))
    assert "W: want a square matrix (n, n) of numbers, got an object of type Tensor" in feedback.sentence
