"""Functions that need a library run where it is there; elsewhere their stored answer, with one sentence."""

import linecache
import sys
import types

import numpy as np
import pytest

from bptt_helpers.lessons.own_model import extras, needs


@pytest.fixture
def there(monkeypatch):
    """A library torch that can be imported, and a list of what is noted of the calls."""
    torch = types.ModuleType("torch")
    torch.__version__ = "9.8.7+cpu"
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(extras, "recorded", [])
    return extras.recorded


@pytest.fixture
def take_away(there, monkeypatch):
    """A function: from now on neither library can be imported, and what was noted until now is what is stored."""

    def take():
        runs = [dict(run) for run in there]
        monkeypatch.setattr(extras, "load_results", lambda name: {"frameworks": {"runs": runs}}[name])
        monkeypatch.setattr(extras, "said", set())
        for library in extras.LIBRARIES:
            monkeypatch.setitem(sys.modules, library, None)

    return take


@needs("torch")
def scaled(size, factor=2.0):
    """The one that the tests call."""
    return {"all": np.full(size, factor), "of": (size, "a")}


def test_where_the_library_is_there_the_function_runs(there, capsys):
    got = scaled(2, factor=0.1)
    assert (got["all"] == 0.1).all()
    assert got["of"] == (2, "a")
    assert scaled.__name__ == "scaled"
    assert scaled.__doc__ == "The one that the tests call."
    assert capsys.readouterr().out == ""


def test_what_is_noted_names_the_call_and_the_version(there):
    scaled(3)
    (run,) = there
    assert run["arguments"] == {"size": 3, "factor": 2.0}, "with what was left at its default"
    assert (run["function"], run["library"], run["version"], run["varies"]) == ("scaled", "torch", "9.8.7", False)
    assert len(run["text"]) == 16


def test_without_the_library_the_stored_answer_comes_with_one_sentence(take_away, capsys):
    live = scaled(2), scaled(3, 0.1)
    take_away()
    for got, wanted in zip((scaled(size=2), scaled(3, 0.1)), live, strict=True):
        assert np.array_equal(got["all"], wanted["all"])
        assert got["of"] == wanted["of"]
    assert capsys.readouterr().out == (
        "PyTorch cannot be imported here, so you see what PyTorch 9.8.7 gave when this was stored; "
        "`pip install torch` adds it.\n"
    )


def test_each_library_has_its_own_sentence(take_away, there, capsys):
    scaled(1)
    there.append(there[0] | {"library": "jax", "version": "0.1"})
    take_away()
    for _ in range(2):
        extras.stored("jax", "scaled", None, there[0]["arguments"])
        scaled(1)
    said = capsys.readouterr().out.splitlines()
    assert ["JAX 0.1 gave" in said[0], "PyTorch 9.8.7 gave" in said[1], len(said)] == [True, True, 2]


def another(text):
    """A decorated function `mine` of the given body, as a cell of a notebook would define it."""
    source = f"@needs('torch')\ndef mine(size):\n    return {text}\n"
    name = f"<cell {text}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    cell = {"needs": needs}
    exec(compile(source, name, "exec"), cell)
    return cell["mine"]


def test_nobody_gets_what_another_function_or_call_gave(take_away):
    assert [another(text)(3) for text in ("size", "-size")] == [3, -3]
    take_away()
    assert [another(text)(3) for text in ("-size", "size")] == [-3, 3]
    with pytest.raises(ModuleNotFoundError, match=r"^mine\(size=2\): want PyTorch, which cannot .*; nothing is stored"):
        another("size")(2)
    with pytest.raises(ModuleNotFoundError, match=r"of the function as it now stands. `pip install torch` adds"):
        another("size * size")(3)


def test_a_function_without_a_known_text_is_found_by_its_name(take_away):
    cell = {"needs": needs}
    another("size")(3)
    take_away()
    exec("@needs('torch')\ndef mine(size):\n    return None", cell)
    assert cell["mine"](3) == 3


def test_a_library_that_does_not_load_counts_as_missing(there, take_away, monkeypatch):
    scaled(1)
    take_away()
    for error in (ImportError, OSError):

        def broken(name, error=error):
            raise error(name)

        monkeypatch.setattr(extras.importlib, "import_module", broken)
        assert scaled(1)["of"] == (1, "a")


def test_an_error_inside_the_function_is_the_readers_own(there):
    @needs("torch")
    def broken():
        raise ImportError("mine")

    with pytest.raises(ImportError, match=r"^mine$"):
        broken()


@pytest.mark.parametrize("library", ["keras", "", None, np.ones(2), ["torch"]])
def test_an_unknown_library_is_refused(library):
    with pytest.raises(ValueError, match=r"^library: want one of 'torch', 'jax', got "):
        needs(library)


def test_varies_is_a_flag():
    with pytest.raises(ValueError, match=r"^varies: want True or False, got 'yes'"):
        needs("torch", varies="yes")


def test_what_cannot_be_stored_is_refused_though_the_library_is_there(there):
    @needs("torch")
    def odd(value):
        return object()

    with pytest.raises(ValueError, match=r"^odd, value: want numbers"):
        odd(object())
    with pytest.raises(ValueError, match=r"^odd, its result: want numbers"):
        odd(1)
    assert there == []
