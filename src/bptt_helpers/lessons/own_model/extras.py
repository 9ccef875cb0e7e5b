"""Functions of a notebook that need PyTorch or JAX: run where the library is there, else answered from data/.

What is stored was made by the notebook's own cells (``python -m tools.frameworks``). It is found by the function's
name, its arguments and its text: whoever changes the function is not handed what another one gave.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from functools import wraps

from ...numbers.validate import choice, flag
from ...tasks.stored import load_results
from .plain_values import frozen, thawed

LIBRARIES = {"torch": "PyTorch", "jax": "JAX"}
said = set()  # libraries whose absence this process has been told
recorded = None  # a list where tools/frameworks.py wants every call that a library answered


def needs(library, *, varies=False):
    """Decorator for a function in a notebook's cell that needs a library which not every reader has.

    The library is imported inside the function. Where it cannot be imported, the call is answered with what is stored,
    and one sentence says so, the first time for each library. Both ways the result is the same kind of thing: tensors
    come back as NumPy arrays, what has no axis as a plain number.

    Parameters
    ----------
    library : {"torch", "jax"}
    varies : bool
        Whether the result differs from run to run, as times do: then the tests compare its form alone.

    Returns
    -------
    callable
        The decorator. The function takes numbers, text, None and tuples of these; it returns numbers, text, arrays,
        tensors, `Params`, and lists, tuples or dicts of them.

    Raises
    ------
    ValueError
        If there is no such library; when called, if an argument or the result cannot be stored.
    ModuleNotFoundError
        When called, if the library is missing and nothing is stored for the function as it stands, or for these
        arguments.

    Examples
    --------
    >>> @needs("torch")
    ... def largest(n):
    ...     import torch
    ...
    ...     return torch.arange(n).max()
    """
    choice("library", library, tuple(LIBRARIES))
    varies = flag("varies", varies)

    def decorate(function):
        name, text = function.__name__, text_hash(function)

        @wraps(function)
        def answered(*args, **kwargs):
            given = inspect.signature(function).bind(*args, **kwargs)
            given.apply_defaults()
            arguments = {key: frozen(f"{name}, {key}", value) for key, value in given.arguments.items()}
            module = imported(library)
            if module is None:
                return thawed(stored(library, name, text, arguments))
            result = frozen(f"{name}, its result", function(*args, **kwargs))
            if recorded is not None:
                version = str(module.__version__).partition("+")[0]  # without the kind of build
                run = {"function": name, "text": text, "arguments": arguments, "library": library, "version": version}
                recorded.append(run | {"varies": varies, "result": result})
            return thawed(result)

        return answered

    return decorate


def text_hash(function) -> str | None:
    """A hash of the function's source, 16 digits; None where Python does not know the source."""
    try:
        lines = inspect.getsource(function).splitlines()
    except (OSError, TypeError):
        return None
    return hashlib.sha256("\n".join(line.rstrip() for line in lines).encode()).hexdigest()[:16]


def imported(library):
    """The module; None if it is not installed, or does not load."""
    try:
        return importlib.import_module(library)
    except (ImportError, OSError):
        return None


def stored(library, name, text, arguments):
    """What the library gave when the results were stored; the first time, print that this is so."""
    title = LIBRARIES[library]
    for run in load_results("frameworks")["runs"]:
        same = run["function"] == name and run["arguments"] == arguments and text in (None, run["text"])
        if same and run["library"] == library:
            break
    else:
        written = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        raise ModuleNotFoundError(
            f"{name}({written}): want {title}, which cannot be imported here; nothing is stored for this call of the "
            f"function as it now stands. `pip install {library}` adds {title}."
        )
    if library not in said:
        said.add(library)
        print(
            f"{title} cannot be imported here, so you see what {title} {run['version']} gave when this was stored; "
            f"`pip install {library}` adds it."
        )
    return run["result"]
