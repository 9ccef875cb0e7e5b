"""Windows and strides for every cell, against losses whose early states are frozen and against `detach`."""

import re

import numpy as np
import pytest

from bptt_helpers import Params, bptt
from tests.cell_cases import NAMES, assert_close, draw, numeric, torch_gradients

T = 8
PAIRS = [(1, 1), (1, 3), (4, 4), (2, 5), (3, 4), (5, 7), (3, 3), (7, 7), (1, T - 1), (1, T), (4, 30), (8, 8), (30, 30)]
PAIRS += [(3, 8), (5, 9)]  # longer than the sequence, and yet cut: the last block reaches beyond the end


def close_or_zero(got, wanted, rtol=1e-12):
    if wanted.any():
        assert_close(got, wanted, rtol)
    else:
        assert not got.any()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("stride", "window"), PAIRS)
@pytest.mark.parametrize("B", [1, 2])  # one sequence walks without an axis for the batch
def test_the_gradient_is_that_of_losses_with_frozen_states(name, stride, window, B):
    case = draw(name, T, B, (2, 3, 2), seed=stride + window)
    got = bptt(case.trace, case.dL_do, window=window, stride=stride)
    gradient, dL_dx, dL_ds0 = numeric(case, window, stride)
    for field in Params._fields:
        assert_close(getattr(got.params, field), getattr(gradient, field))
    assert_close(got.dL_dx, dL_dx)
    close_or_zero(got.dL_ds0, dL_ds0)
    close_or_zero(got.dL_dh0, dL_ds0[:, :3])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("length", "chunk"), [(13, 1), (13, 4), (12, 4), (13, 12), (13, 13), (13, 20)])
def test_chunked_is_what_detach_between_calls_of_pytorch_does(torch, name, length, chunk):
    case = draw(name, length, 3, (3, 5, 2), seed=chunk)
    got = bptt(case.trace, case.dL_do, window=chunk, scheme="chunked")
    _, gradient, dL_ds0, dL_dx = torch_gradients(torch, case, chunk)
    assert_close(got.params.flat(), gradient.flat(), 1e-10)
    assert_close(got.dL_dx, dL_dx, 1e-10)
    assert_close(got.dL_ds0, dL_ds0, 1e-10)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("B", [1, 2])
def test_a_scheme_is_a_stride_by_name(name, B):
    case = draw(name, T, B)
    for window in (1, 3, 4, T, 20):
        for scheme, stride in [("sliding", 1), ("chunked", window), (None, None)]:
            got = bptt(case.trace, case.dL_do, window=window, scheme=scheme)
            wanted = bptt(case.trace, case.dL_do, window=window, stride=stride or 1)
            np.testing.assert_array_equal(got.params.flat(), wanted.params.flat())
            np.testing.assert_array_equal(got.dL_ds, wanted.dL_ds)
            np.testing.assert_array_equal(got.dL_ds0, wanted.dL_ds0)


@pytest.mark.parametrize("name", NAMES)
def test_a_window_that_reaches_the_start_from_the_last_block_is_exact(name):
    case = draw(name, T, 2)
    exact = bptt(case.trace, case.dL_do)
    # the nominal end of the last block counts: with stride 3 it is 9
    for stride, window, is_exact in [(1, T, True), (3, 8, False), (3, 9, True), (5, 9, False), (5, 10, True)]:
        got = bptt(case.trace, case.dL_do, window=window, stride=stride).params.flat()
        assert np.array_equal(got, exact.params.flat()) == is_exact


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"window": 4, "stride": 6},
            "stride: want at most window = 4, got 6: 2 of every 6 losses would be left out",
        ),
        ({"stride": 2}, "window: want an integer >= stride, got None; without a window the gradient is exact"),
        (
            {"window": 4, "stride": 2, "scheme": "chunked"},
            "stride, scheme: want one of them, got stride=2 and scheme='chunked'",
        ),
        ({"window": 4, "stride": 0}, "stride: want an integer >= 1, got 0"),
        ({"window": 4, "stride": 2.0}, "stride: want an integer >= 1, got 2.0"),
        ({"window": 0, "stride": 1}, "window: want an integer >= 1, got 0"),
        ({"window": 4, "scheme": "rolling"}, "scheme: want one of 'sliding', 'chunked', got 'rolling'"),
    ],
)
def test_a_stride_that_makes_no_sense_is_named(options, sentence):
    case = draw("tanh", 6, 1)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        bptt(case.trace, case.dL_do, **options)


def test_a_stride_one_longer_than_the_window_leaves_losses_out():
    case = draw("tanh", 6, 1)
    with pytest.raises(
        ValueError, match=r"^stride: want at most window = 4, got 5: 1 of every 5 losses would be left out$"
    ):
        bptt(case.trace, case.dL_do, window=4, stride=5)
