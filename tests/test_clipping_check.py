"""The check of notebook 08: right answers pass, an epsilon in the denominator too, and each mistake is named."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers.lessons.gradient_clipping.check import SHAPES, check_clip, known_mistakes


def right(arrays, max_norm):
    norm = norm_of(arrays)
    if not np.isfinite(norm):
        raise ValueError("gradient: want finite numbers")
    return [a * max_norm / max(max_norm, norm) for a in arrays]


def norm_of(arrays, power=2):
    """Scaled by the largest entry, so that no power overflows."""
    top = np.max([np.abs(a).max() for a in arrays])
    if top == 0 or not np.isfinite(top):
        return np.float64(top)
    return top * sum((np.abs(a / top) ** power).sum() for a in arrays) ** (1 / power)


def naive(arrays, max_norm):
    norm = np.sqrt(sum((a**2).sum() for a in arrays))
    if not np.isfinite(norm):
        raise ValueError("gradient: want finite numbers")
    return [a * max_norm / max(max_norm, norm) for a in arrays]


def finite_norm(arrays, error):
    if not np.isfinite(norm_of(arrays)):
        raise error
    return norm_of(arrays)


def in_place(arrays, max_norm):
    scale = min(1, max_norm / norm_of(arrays))
    for a in arrays:
        a *= scale
    return arrays


def root_mean_square(arrays):
    return norm_of(arrays) / np.sqrt(sum(np.size(a) for a in arrays))


def spectral(arrays):
    return norm_of([np.array([np.linalg.norm(a, 2)]) for a in arrays])


def divides_zero_and_raises(arrays, max_norm):
    norm = norm_of(arrays)
    shortened = [a / norm * min(norm, max_norm) for a in arrays]
    if not np.isfinite(norm_of(shortened)):
        raise ValueError("gradient: want finite numbers")
    return shortened


def stub(arrays, max_norm):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (stub, "Not attempted yet"),
        (naive, "entries of 1e200 is finite, yet your function raises ValueError"),
        (
            lambda g, m: [a * min(1, m / np.sqrt(sum((b**2).sum() for b in g))) for a in g],
            "does not come back with norm 1",
        ),
        (lambda g, m: None, "does your function end with `return`"),
        (lambda g, m: (right(g, m), 1.0), "without the norm"),
        (lambda g, m: [a * min(1, m / np.linalg.norm(a)) for a in g], "by its own norm"),
        (lambda g, m: [np.clip(a, -m, m) for a in g], "turns the gradient"),
        (lambda g, m: [a / norm_of(g) for a in g], "do not multiply by max_norm"),
        (lambda g, m: [a * min(1, m / norm_of(g) ** 2) for a in g], "square root is missing"),
        (lambda g, m: [a * min(1, m / norm_of(g, 1)) for a in g], "sums absolute values"),
        (lambda g, m: [a * min(1, m / sum(np.linalg.norm(b) for b in g)) for a in g], "norms of the arrays are added"),
        (lambda g, m: g, "comes back as it was"),
        (lambda g, m: [a * m / norm_of(g) for a in g], "is made longer"),
        (lambda g, m: [a.T for a in g], "array 0 has shape (3, 4), want (4, 3)"),
        (in_place, "your function changed array 0, array 1, array 2, array 3"),
        (lambda g, m: [a * min(1, m / norm_of(g)) for a in g], "nan in it, nothing was raised: a clipped nan"),
        (lambda g, m: right(g, m) if np.isnan(norm_of(g)) or np.isfinite(norm_of(g)) else g, "inf in it, nothing was"),
        (lambda g, m: [a * (m / max(m, finite_norm(g, AssertionError))) for a in g], "it raised AssertionError"),
        (lambda g, m: [a / norm_of(g) * min(norm_of(g), m) for a in g], "do not divide by its norm"),
        (lambda g, m: [a * min(1, m / float(norm_of(g))) for a in g], "do not divide by its norm"),
        (lambda g, m: [0.9 * a for a in right(g, m)], "want 1."),
        (lambda g, m: [a * min(1, m / root_mean_square(g)) for a in g], "that is a mean of squares"),
        (lambda g, m: [a * min(1, m / norm_of([[root_mean_square([b])] for b in g])) for a in g], "mean of squares"),
        (lambda g, m: [a * min(1, m / max(np.abs(b).max() for b in g)) for a in g], "you take the largest entry"),
        (lambda g, m: [a * min(1, m / max(norm_of([b]) for b in g)) for a in g], "the largest norm of one array"),
        (lambda g, m: [a * min(1, m / norm_of(g[-1:])) for a in g], "only the norm of the last array"),
        (lambda g, m: [a * min(1, m / norm_of(g[:1])) for a in g], "only the norm of the first array"),
        (lambda g, m: [a * min(1, m / spectral(g)) for a in g], "is its largest singular value"),
        (lambda g, m: [a * min(1, m / np.linalg.norm(a, 2)) for a in g], "by its own norm"),
        (lambda g, m: (a for a in right(g, m)), "return a list of 4 arrays; got a generator"),
        (lambda g, m: norm_of(g), "return a list of 4 arrays; got one number, 4.99"),
        (lambda g, m: 1.5, "return a list of 4 arrays; got one number, 1.5"),
        (lambda g, m: "gradient", "return a list of 4 arrays; got the text"),
        (lambda g, m: dict(enumerate(g)), "return a list of 4 arrays; got an object of type dict"),
        (lambda g, m: np.concatenate([a.ravel() for a in g]), "got an array of shape (40,)"),
        (lambda g, m: right(g, m)[:3], "as many as came; yours has 3"),
        (lambda g, m: ([[1], [1, 2]], [[1], [1, 2]]), "without the norm"),
        (lambda g, m: (1.0, [[1], [1, 2]]), "as many as came; yours has 2"),
        (
            lambda g, m: [[[1], [1, 2]]] * 4,
            "array 0: want an array of numbers with shape (4, 3), got a list of length 2",
        ),
        (lambda g, m: ["a"] * 4, "array 0: want an array of numbers with shape (4, 3), got the text"),
        (lambda g, m: None if not norm_of(g) else right(g, m), "does your function end with `return`"),
        (lambda g, m: 0.0 if not norm_of(g) else right(g, m), "return a list of 4 arrays; got one number, 0.0"),
        (lambda g, m: [(a / norm_of(g) * min(norm_of(g), m)).tolist() for a in g], "do not divide by its norm"),
        (divides_zero_and_raises, "do not divide by its norm"),
        (lambda g, m: [1e300 * a for a in g], "your gradient has norm inf"),
        ([1.0], "hand over your function itself"),
    ],
)
def test_the_check_names_the_mistake(answer, hint):
    with np.errstate(all="ignore"):
        feedback = check_clip(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def with_eps(eps):
    """As torch.nn.utils.clip_grad_norm_ has it."""

    def clip(arrays, max_norm):
        norm = norm_of(arrays)
        if not np.isfinite(norm):
            raise ValueError("gradient: want finite numbers")
        return [a * min(1, max_norm / (norm + eps)) for a in arrays]

    return clip


def in_single(arrays, max_norm):
    return [a.astype(np.float32) for a in right(arrays, max_norm)]


@pytest.mark.parametrize(
    "answer", [right, with_eps(1e-6), with_eps(1e-8), in_single, lambda g, m: [a.tolist() for a in right(g, m)]]
)
def test_the_check_accepts_right_answers(answer):
    feedback = check_clip(answer)
    assert feedback.ok, feedback


def test_longer_is_said_of_a_short_gradient_only():
    """A long one, shortened by too much in the denominator, was told that it is made longer."""
    feedback = check_clip(with_eps(1e-3))
    assert "longer" not in feedback.sentence
    assert "want 0.010" in feedback.sentence


def test_a_tensor_that_carries_a_gradient_is_named(torch):
    feedback = check_clip(lambda g, m: [torch.tensor(a, requires_grad=True) for a in g])
    assert "array 0: want an array of numbers with shape (4, 3), got an object of type Tensor" in feedback.sentence


def test_no_two_known_mistakes_look_alike():
    """In the first case that is judged, where max_norm is below every norm, right or wrong."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in SHAPES]
    found = [("right", right(arrays, 0.01)), *known_mistakes(arrays, 0.01)]
    for (first, a), (second, b) in combinations(found, 2):
        apart = max(np.abs(x - y).max() / np.abs(x).max() for x, y in zip(a, b, strict=True))
        assert first == second or apart > 1e-3, (first, second)
