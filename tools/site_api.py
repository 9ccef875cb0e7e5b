"""Pages about the package for the site: one for each room, from the docstrings of its modules."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import bptt_helpers

ROOMS = ("numbers", "cells", "tasks", "passes", "truncation", "measures", "training", "lessons", "widgets")
CONTENTS = """\
The package
===========

.. automodule:: bptt_helpers
   :no-members:

What most programs need is imported from ``bptt_helpers`` itself:

{table}

The rooms, from the ground up:

.. toctree::
   :maxdepth: 1

{rooms}
"""


def pages() -> dict:
    """{name of the page: reStructuredText}."""
    found = {"index": CONTENTS.format(table=_table(bptt_helpers), rooms=_indented(ROOMS))}
    for room in ROOMS:
        face = importlib.import_module(f"bptt_helpers.{room}")
        modules = list(_modules(face))
        text = [_heading(room, "="), _auto("module", face.__name__), _table(face)]
        folders = {}
        for module in modules:
            name = module.__name__.removeprefix(f"{face.__name__}.")
            folder, _, _ = name.rpartition(".")
            if hasattr(module, "__path__"):
                folders[name] = [_heading(name, "="), _auto("module", module.__name__)]
            else:
                (folders[folder] if folder else text).append(_module(name, module))
        if folders:
            text.append(f".. toctree::\n   :maxdepth: 1\n\n{_indented(f'{room}.{name}' for name in folders)}\n")
        found[room] = "\n".join(text)
        found |= {f"{room}.{name}": "\n".join(parts) for name, parts in folders.items()}
    return found


def _modules(package):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def _module(name, module):
    return "\n".join([_heading(name, "-"), _auto("module", module.__name__), *map(_member, _members(module))])


def _members(module):
    """Functions and classes that are defined here and say more than one line, in the order of the file."""
    own = [
        thing
        for name, thing in vars(module).items()
        if (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__
        and not name.startswith("_")
        and thing.__doc__
        and "\n---" in inspect.getdoc(thing)
    ]
    return [f"{module.__name__}.{thing.__qualname__}" for thing in sorted(own, key=_line)]


def _line(thing):
    return inspect.getsourcelines(inspect.unwrap(thing))[1]


def _member(path):
    module, _, name = path.rpartition(".")
    thing = getattr(importlib.import_module(module), name)
    return _auto("class" if inspect.isclass(thing) else "function", path)


def _auto(kind, path):
    return f".. auto{kind}:: {path}\n"


def _heading(text, line):
    return f"{text}\n{line * len(text)}\n"


def _indented(names):
    return "\n".join(f"   {name}" for name in names)


def _table(face):
    """The names that a face exports, with their first lines."""
    things = [getattr(face, name) for name in getattr(face, "__all__", ())]
    paths = [
        thing.__name__ if inspect.ismodule(thing) else f"{thing.__module__}.{thing.__qualname__}"
        for thing in things
        if inspect.ismodule(thing) or inspect.isclass(thing) or inspect.isfunction(thing)
    ]
    if not paths:
        return ""
    # autosummary warns where a module is the current one
    return f".. py:currentmodule:: None\n\n.. autosummary::\n\n{_indented(f'~{path}' for path in paths)}\n"
