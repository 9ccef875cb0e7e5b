"""Clipping by norm and by value: size, direction, and what cannot be rescued."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, clip_by_global_norm, clip_by_value, cosine
from bptt_helpers.training.clipping import global_norm


def random_gradient(seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    return Params(*(scale * rng.normal(size=s) for s in [(4, 3), (4, 4), (4,), (2, 4), (2,)]))


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("limit", [0.1, 5.0])
def test_norm_and_value_clipping_equal_pytorch(torch, scale, limit):
    gradient = random_gradient(scale=scale)
    for ours, theirs in [
        (clip_by_global_norm(gradient, limit)[0], torch.nn.utils.clip_grad_norm_),
        (clip_by_value(gradient, limit), torch.nn.utils.clip_grad_value_),
    ]:
        weights = [torch.zeros(g.shape, dtype=torch.float64) for g in gradient]
        for w, g in zip(weights, gradient, strict=True):
            w.grad = torch.tensor(g)
        theirs(weights, limit)
        for got, w in zip(ours, weights, strict=True):
            # PyTorch adds 1e-6 to the norm before it divides
            np.testing.assert_allclose(got, w.grad.numpy(), rtol=2e-6 / min(limit, 1) + 1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_long_gradient_is_shortened_and_not_turned(seed):
    gradient = random_gradient(seed, 100)
    clipped, norm = clip_by_global_norm(gradient, 0.5)
    assert norm == pytest.approx(np.linalg.norm(gradient.flat()), rel=1e-14)
    assert np.linalg.norm(clipped.flat()) == pytest.approx(0.5, rel=1e-14, abs=0)
    assert cosine(clipped, gradient) == pytest.approx(1, abs=1e-14)
    assert cosine(clip_by_value(gradient, 0.5), gradient) < 0.95


def test_a_short_gradient_is_left_alone():
    gradient = random_gradient()
    clipped, norm = clip_by_global_norm(gradient, 1e3)
    assert clipped is gradient
    assert norm == global_norm(gradient)
    for g, c in zip(gradient, clip_by_value(gradient, 1e3), strict=True):
        np.testing.assert_array_equal(g, c)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_squares_neither_overflow_nor_underflow(scale):
    gradient = random_gradient()
    expected = np.linalg.norm(gradient.flat()) * scale
    assert global_norm(random_gradient(scale=scale)) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("scale", "limit"), [(1e308, 1.0), (1e308, 1e-300), (1e140, 1e-320), (1e120, 1e-300), (1e-305, 1e-306)]
)
def test_what_is_far_too_long_keeps_its_direction(scale, limit):
    """The norm may be infinite, and limit / norm zero: the clipped gradient is neither."""
    gradient = Params(*(np.sign(g) * scale for g in random_gradient()))
    clipped, norm = clip_by_global_norm(gradient, limit)
    n = gradient.flat().size
    wanted = np.sign(gradient.flat()) * (limit / np.sqrt(n))
    np.testing.assert_allclose(clipped.flat(), wanted, rtol=0.01 if limit == 1e-320 else 1e-13)
    assert norm == pytest.approx(scale * np.sqrt(n), rel=1e-13, abs=0) if scale < 1e308 else norm == np.inf


def test_a_float32_gradient_is_clipped_far_down():
    gradient = Params(*(w.astype(np.float32) for w in random_gradient(scale=1e37)))
    clipped, norm = clip_by_global_norm(gradient, 1e-20)
    assert clipped.W_hh.dtype == np.float32
    np.testing.assert_allclose(clipped.flat(), gradient.flat().astype(float) * (1e-20 / norm), rtol=1e-6)


def test_the_norm_of_nothing_and_of_no_number():
    zero = random_gradient(scale=0)
    assert clip_by_global_norm(zero, 1) == (zero, 0)
    assert np.isnan(global_norm(random_gradient(scale=np.nan)))


@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
def test_bad_input_is_named(clip):
    name = "max_norm" if clip is clip_by_global_norm else "max_value"
    for value, wanted in [
        (0, "a finite number > 0, got 0"),
        (-1, "a finite number > 0"),
        (np.nan, "a finite number"),
        ("1", "a finite"),
    ]:
        with pytest.raises(ValueError, match=f"{name}: want {wanted}"):
            clip(random_gradient(), value)
    for bad in (np.nan, np.inf):
        gradient = random_gradient()
        gradient.W_hh[1, 2] = bad
        with pytest.raises(
            ValueError, match=re.escape(f"gradient.W_hh: want finite numbers, got {bad} at index (1, 2)")
        ):
            clip(gradient, 1)
