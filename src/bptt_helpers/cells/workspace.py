"""Memory with the views of its steps, kept between calls: making the views is a good part of a loop over few units."""

from __future__ import annotations

# `take` takes a workspace out before it is used: two threads never write into one.
_spare = {}


def take(key, make):
    """The workspace called `key`, a tuple of a name and all sizes; made by ``make(*sizes)`` if none is spare."""
    return _spare.pop(key, None) or make(*key[1:])


def give_back(key, workspace) -> None:
    """Keep a workspace for the next call of the same sizes; the last few are kept."""
    _spare[key] = workspace
    for oldest in list(_spare)[:-8]:
        _spare.pop(oldest, None)
