"""Notebook 13 with PyTorch and JAX, and without: what is stored is what its cells give."""

import copy
import json

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from bptt_helpers.lessons.own_model.extras import LIBRARIES
from bptt_helpers.lessons.own_model.plain_values import frozen, thawed
from bptt_helpers.tasks.stored import load_results
from tools import frameworks
from tools.frameworks import NOTEBOOK, calls_in
from tools.notebook_rules import IGNORE, code_of, printed_by, tags_of
from tools.notebooks import execute

BLOCKED = f"import sys\nfor library in {list(LIBRARIES)}:\n    sys.modules[library] = None"
SENTENCE = "{} cannot be imported here, so you see what {} {} gave when this was stored; `pip install {}` adds it.\n"


def key(call):
    return call["function"], call["text"], json.dumps(call["arguments"]), call["library"], call["varies"]


def form(value):
    """The value with every number replaced by its type, and every array by its shape."""
    if isinstance(value, dict):
        return {name: form(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [form(part) for part in value]
    return (value.shape, value.dtype.kind) if isinstance(value, np.ndarray) else type(value)


def numbers_in(value):
    """All numbers of a value, one after the other."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(part)
    elif isinstance(value, np.ndarray | float | int) and np.asarray(value).dtype.kind in "biuf":
        yield from np.ravel(value).astype(float)


def differences(stored, fresh):
    """What is wrong with the stored calls, beside those of a new run."""
    if [key(call) for call in stored] != [key(call) for call in fresh]:
        yield f"stored are {[key(call) for call in stored]}, the notebook makes {[key(call) for call in fresh]}"
        return
    for before, now in zip(stored, fresh, strict=True):
        old, new = thawed(before["result"]), thawed(now["result"])
        if form(old) != form(new):
            yield f"{before['function']}: stored is {form(old)}, now it is {form(new)}"
        elif before["version"] == now["version"] and not before["varies"]:
            a, b = (np.array(list(numbers_in(value))) for value in (old, new))
            if a.size and not np.allclose(a, b, rtol=1e-6, atol=1e-6 * np.abs(b).max()):
                yield f"{before['function']}: stored numbers are off by {np.abs(a - b).max():.1e}"


def test_what_is_stored_is_what_the_notebook_gives(torch, jax):
    fresh = calls_in(nbformat.read(NOTEBOOK, as_version=4), NOTEBOOK.parent)
    assert list(differences(load_results("frameworks")["runs"], fresh)) == [], "run `python -m tools.frameworks`"


def test_without_the_libraries_the_notebook_runs_and_says_so_once():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    stored = {cell.id: printed_by(cell) for cell in code_of(notebook)}
    notebook.cells.insert(0, new_code_cell(BLOCKED))
    execute(notebook, NOTEBOOK.parent)  # an error in a cell ends it
    printed = "".join(map(printed_by, code_of(notebook)))
    version = {run["library"]: run["version"] for run in load_results("frameworks")["runs"]}
    for library, title in LIBRARIES.items():
        assert printed.count(SENTENCE.format(title, title, version[library], library)) == 1
    compared = [cell for cell in code_of(notebook)[1:] if IGNORE not in tags_of(cell)]
    assert {cell.id: printed_by(cell) for cell in compared} == {cell.id: stored[cell.id] for cell in compared}


# the tool and the comparison, on a small notebook with libraries that only pretend

PRETEND = """\
import sys, types
for library in ("torch", "jax"):
    sys.modules[library] = types.ModuleType(library)
    sys.modules[library].__version__ = "1.2.3\""""
CELLS = [
    "from bptt_helpers.lessons.own_model import needs\nimport numpy as np",
    '@needs("torch")\ndef a(n):\n    return np.arange(n) / 3\n\na(2)\na(3)\na(2)',
    '@needs("jax", varies=True)\ndef b():\n    return {"seconds": 0.5}\n\nb()',
]


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """What the tool notes of the cells above."""
    notebook = new_notebook(cells=list(map(new_code_cell, (PRETEND, *CELLS))))
    before = copy.deepcopy(notebook)
    noted = calls_in(notebook, tmp_path_factory.mktemp("notebook"))
    assert notebook == before
    return noted


@pytest.fixture
def store(tmp_path, calls, monkeypatch):
    """A function that stores some of these calls: what it returns and the file."""

    def run_main(calls):
        monkeypatch.setattr(frameworks, "calls_in", lambda notebook, folder: calls)
        nbformat.write(new_notebook(), tmp_path / "small.ipynb")
        return frameworks.main(tmp_path / "small.ipynb", tmp_path / "stored.json"), tmp_path / "stored.json"

    return run_main


def test_each_call_is_stored_once_and_in_order(calls, store, capsys):
    code, file = store(calls)
    assert code == 0
    assert capsys.readouterr().out.startswith("3 calls, ")
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"]
    wanted = [("a", {"n": 2}, "1.2.3"), ("a", {"n": 3}, "1.2.3"), ("b", {}, "1.2.3")]
    assert [(run["function"], run["arguments"], run["version"]) for run in runs] == wanted
    assert thawed(runs[1]["result"]).tolist() == [0, 1 / 3, 2 / 3]


def test_nothing_is_stored_where_a_library_is_missing(calls, store, capsys):
    code, file = store([call for call in calls if call["library"] == "torch"])
    assert code == 1
    assert not file.exists()
    assert capsys.readouterr().err == (
        "frameworks: want calls of torch and of jax, none came of jax; nothing was stored. "
        "`make torch jax` installs them\n"
    )


def other(calls, number, **changes):
    """The same calls, one of them with changes."""
    return [call | changes if k == number else call for k, call in enumerate(calls)]


@pytest.mark.parametrize(
    ("number", "changes", "found"),
    [
        (0, {}, None),
        (2, {"result": {"seconds": 0.7}}, None),
        (2, {"result": {"minutes": 0.5}}, "b: stored is {'seconds'"),
        (1, {"result": frozen("a", np.arange(3) / 3 + 1e-5)}, "a: stored numbers are off by 1.0e-05"),
        (1, {"result": frozen("a", np.arange(3) / 3 + 1e-5), "version": "1.2.4"}, None),
        (1, {"result": frozen("a", np.arange(3))}, "a: stored is ((3,), 'f'), now it is ((3,), 'i')"),
        (1, {"result": frozen("a", np.arange(4) / 3)}, "a: stored is ((3,), 'f'), now it is ((4,), 'f')"),
        (1, {"arguments": {"n": 4}}, "stored are"),
        (1, {"text": "of another function"}, "stored are"),
    ],
)
def test_the_comparison_finds_what_has_changed(calls, number, changes, found):
    said = list(differences(calls, other(calls, number, **changes)))
    assert [line[: len(found)] for line in said] == [found] if found else said == []


def test_a_call_that_is_gone_is_found(calls):
    assert list(differences(calls, calls[:2]))
    assert list(differences(calls[:2], calls))


# what the notebook says of JAX without showing it

NETWORK = """\
import jax, jax.numpy as jnp, numpy as np
from bptt_helpers import bptt, forward, init_params, relative_error
jax.config.update("jax_enable_x64", True)
p, draw = init_params(3, 6, 4, rng=0), np.random.default_rng(1)
x, dL_do = jnp.array(draw.normal(size=(24, 2, 3))), draw.normal(size=(24, 2, 4))
trace = forward(p, np.array(x))
def step(p, h, x_t):
    return jnp.tanh(x_t @ p.W_hx.T + h @ p.W_hh.T + p.b_h)
"""
SLIDING = """\
states = jnp.array(trace.h)
def at(p, t):
    def one(h, s):
        return jnp.where(s < 0, h, step(p, h, x[s])), None
    first = t - 4 + 1
    h = jax.lax.scan(one, states[jnp.maximum(first, 0)], first + jnp.arange(4))[0]
    return ((h @ p.W_qh.T + p.b_q) * jnp.array(dL_do)[t]).sum()
g = jax.grad(lambda p: jax.vmap(at, (None, 0))(p, jnp.arange(24)).sum())(p)
print(relative_error(type(p)(*map(np.array, g)), bptt(trace, dL_do, window=4).params) < 1e-10)
"""
CHECKPOINT = """\
def loss(p, again):
    def segment(h, part):
        return jax.lax.scan(lambda h, x_t: (step(p, h, x_t),) * 2, h, part)
    h = jax.lax.scan(jax.checkpoint(segment) if again else segment, jnp.zeros((2, 6)), x.reshape(4, 6, 2, 3))[1]
    return ((h.reshape(24, 2, 6) @ p.W_qh.T + p.b_q) * dL_do).sum()
g = jax.grad(loss)(p, True)
print(relative_error(type(p)(*map(np.array, g)), bptt(trace, dL_do).params) < 1e-10)
kept = [jax.eval_shape(lambda p: jax.vjp(lambda p: loss(p, again), p)[1], p) for again in (True, False)]
few, many = (sum(a.size for a in jax.tree.leaves(part) if a.shape[-2:] == (2, 6)) for part in kept)
print(few < many / 2)
"""
FLOAT32 = """\
import jax.numpy as jnp, numpy as np
print(jnp.array(np.ones(1)).dtype == "float32")
"""


def test_jax_does_as_the_notebook_says(jax):
    assert jax(FLOAT32 + NETWORK + SLIDING + CHECKPOINT).split() == ["True"] * 4
