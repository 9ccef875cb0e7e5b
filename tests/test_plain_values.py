"""What a library gave, as JSON holds it and back: nothing is lost but the library."""

import json

import numpy as np
import pytest

from bptt_helpers import Params, init_params
from bptt_helpers.lessons.own_model.plain_values import frozen, thawed


def there_and_back(value):
    return thawed(json.loads(json.dumps(frozen("value", value))))


def same(a, b):
    """Whether two values are the same in type, form, floating-point type and every digit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, 0.1, "a", [], [1, [2.0]], (1, ("a",)), {"a": (1, 2)}, {}),
        np.random.default_rng(0).normal(size=(2, 3)),
        np.full((1, 2), 0.1, np.float32),
        np.arange(3),
        np.zeros((0, 2)),
        np.array(["a", "bc"]),
        np.array([True, False]),
        init_params(2, 3, 1),
        [init_params(1, 1, 1).astype(np.float32), {"x": np.ones(1)}],
    ],
    ids=repr,
)
def test_plain_values_come_back_as_they_were(value):
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(("value", "wanted"), [(np.float32(0.5), 0.5), (np.array(2), 2), (np.bool_(True), True)])
def test_what_has_no_axis_becomes_a_plain_number(value, wanted):
    assert same(there_and_back(value), wanted)


def test_tensors_become_arrays(torch):
    weight = torch.arange(6.0, dtype=torch.float64, requires_grad=True).reshape(2, 3)
    number, array = there_and_back((weight.sum(), weight.T))
    assert same(number, 15.0)
    assert same(array, np.arange(6.0).reshape(2, 3).T)
    assert isinstance(there_and_back(Params(*[weight] * 5)).W_hh, np.ndarray)


def test_arrays_of_jax_become_arrays(jax):
    source = (
        "import jax.numpy as jnp\nfrom bptt_helpers.lessons.own_model.plain_values import frozen\n"
        "print(frozen('value', [jnp.ones((1, 2)), jnp.float32(2)]))"
    )
    assert jax(source).strip() == "[{'array': [1.0, 1.0], 'shape': [1, 2], 'dtype': 'float32'}, 2.0]"


@pytest.mark.parametrize(
    "value",
    [
        {1: 2},
        {"array": 1, "shape": 2, "dtype": 3},
        {"tuple": 1},
        {"params": 1},
        object,  # a class; the name of an object would hold its address
        [abs],
        1j,
        np.ones(1) * 1j,
        b"a",
        {1},
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],  # no address: two processes would collect different tests
)
def test_what_json_cannot_hold_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"^mine, its result: want .*, got "):
        frozen("mine, its result", value)
