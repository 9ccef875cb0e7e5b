"""Every argument of every public function, given what it cannot mean: one sentence about it, nothing raw or silent.

The functions find themselves: what a room's face or a notebook names, and what has a Parameters block. A new one fails
here until it has an entry in `bad_input_table.py`.
"""

import ast
import copy
import importlib
import inspect
import json
import pkgutil
import re
import warnings
from pathlib import Path

import pytest

from tests.bad_input_table import TABLE

ROOMS = ("cells", "tasks", "passes", "truncation", "measures", "training")
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

# Documented for those who read the package, and called with what an entrance has already looked at.
INTERNAL = {
    "cells.loops": {"states_of_batch", "states_of_one", "add_from_later", "signals_of_one", "times"},
    "cells.gru_loops": {"states_of_batch", "stepper", "factors", "signals_of_batch"},
    "cells.lstm_loops": {"states_of_batch", "stepper", "factors", "signals_of_batch"},
    "tasks.losses": {"full_labels", "entry_weights"},
    "tasks.sequences": {"check_sizes"},
    "passes.backward": {"windowed", "weight_gradient"},
    "training.progress": {"reporting"},
    "training.whole_files": {"replacing"},
    "truncation.chunk_sums": {"chunked_sums"},
    "truncation.lag_sums": {"sums_by_lag", "journey", "most_growth", "sums_by_doubling"},
    "truncation.safe_window": {"most_into_weights", "error_bounds"},
    "truncation.window_search": {"search"},
    "measures.travel": {"travel_back"},
}
IS_INTERNAL = {f"{module}.{name}" for module, names in INTERNAL.items() for name in names}


def named_by(public):
    return f"{public.__module__}.{public.__qualname__}".removeprefix("bptt_helpers.")


def modules():
    for room in ROOMS:
        face = importlib.import_module(f"bptt_helpers.{room}")
        yield face
        for found in pkgutil.iter_modules(face.__path__):
            yield importlib.import_module(f"{face.__name__}.{found.name}")


def in_notebooks():
    """What the cells of notebooks import from the package by name."""
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "".join("".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "code")
        text = re.sub(r"^( *)[%!].*$", r"\1pass", text, flags=re.MULTILINE)  # commands of IPython
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "bptt_helpers":
                module = importlib.import_module(node.module)
                yield from (getattr(module, alias.name, None) for alias in node.names)


def is_public_class(found):
    """A class that a reader makes himself: not a NamedTuple, which only holds what it is given, and no base."""
    takes = "Parameters\n" in (found.__doc__ or "")
    return takes and not issubclass(found, tuple) and not inspect.isabstract(found)


def exported():
    for module in modules():
        yield from (getattr(module, name) for name in getattr(module, "__all__", ()))
    yield from in_notebooks()


def public_functions():
    found = {}
    for thing in exported():
        if inspect.isfunction(thing):
            found[named_by(thing)] = thing
        if inspect.isclass(thing) and is_public_class(thing):
            for method, value in inspect.getmembers(thing, inspect.isroutine):
                if not method.startswith("_"):
                    found[named_by(value)] = value
    for module in modules():
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", None) != module.__name__ or name.startswith("_"):
                continue
            if inspect.isfunction(thing) and "Parameters\n" in (thing.__doc__ or ""):
                found[named_by(thing)] = thing
            if inspect.isclass(thing) and is_public_class(thing):
                found[named_by(thing)] = thing
    return {name: thing for name, thing in found.items() if name.split(".")[0] in ROOMS}


PUBLIC = public_functions()
CHECKED = sorted(set(TABLE) & set(PUBLIC))


def test_every_public_function_has_its_entry_and_every_entry_its_function():
    assert set(PUBLIC) - IS_INTERNAL == set(TABLE)
    assert set(PUBLIC) >= IS_INTERNAL


def test_nothing_internal_is_offered():
    assert not IS_INTERNAL & {named_by(thing) for thing in exported() if inspect.isfunction(thing)}


@pytest.mark.parametrize("name", CHECKED)
def test_every_argument_has_a_kind(name):
    wanted = [p for p in inspect.signature(PUBLIC[name]).parameters]
    assert sorted(TABLE[name]) == sorted(wanted)


def good_arguments(name):
    return {argument: getattr(kind, "good", kind) for argument, kind in TABLE[name].items()}


def call(name, arguments):
    """Whatever it returns, or the exception; a copy of what may be written over or used up."""
    arguments = {key: copy.deepcopy(value) if key == "rng" else value for key, value in arguments.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", r"(train|descend): ", RuntimeWarning)
            return PUBLIC[name](**arguments)
    except Exception as error:
        return error


def fault(name, argument, label, answer):
    """What is wrong with the answer to a bad argument; None if it is a sentence about it."""
    if not isinstance(answer, Exception):
        return "no error"
    documented = [
        kind for kind in (ValueError, OSError, OverflowError) if kind.__name__ in (PUBLIC[name].__doc__ or "")
    ]
    if not isinstance(answer, (ValueError, *documented)):
        return f"raw {type(answer).__name__}: {answer}"
    sentence = str(answer)
    names = [argument]
    if isinstance(answer, OverflowError):  # of the pass as a whole
        names += [name.split(".")[-1]]
    if label in ("params", "trace"):  # of another network, as good as ours: what does not fit it is named
        names += TABLE[name]
    about = rf"\b({'|'.join(names)})\b"
    if ": want " not in sentence or not re.search(about, sentence) or len(sentence) > 600:
        return f"no sentence about it: {type(answer).__name__}: {sentence}"
    return None


CASES = [(name, argument) for name in CHECKED for argument in TABLE[name] if hasattr(TABLE[name][argument], "bad")]


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_what_cannot_be_meant_gets_a_sentence_and_what_is_meant_is_taken(name, argument):
    kind, good = TABLE[name][argument], good_arguments(name)
    default = inspect.signature(PUBLIC[name]).parameters[argument].default
    faults = {}
    for label, value in kind.bad().items():
        if label == "None" and default is None:
            continue
        found = fault(name, argument, label, call(name, good | {argument: value}))
        if found:
            faults[label] = found
    for label, value in kind.meant().items():
        answer = call(name, good | {argument: value})
        if isinstance(answer, Exception):
            faults[label] = f"is meant, but {type(answer).__name__}: {answer}"
    assert faults == {}


def test_the_good_arguments_are_good():
    answers = {name: call(name, good_arguments(name)) for name in CHECKED}
    assert {name: repr(answer) for name, answer in answers.items() if isinstance(answer, Exception)} == {}
