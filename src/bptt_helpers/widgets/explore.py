"""A function for each explorer, with its start values as arguments and a docstring that names their limits."""

from __future__ import annotations

from inspect import Parameter, Signature

from ..lessons.catalogue import EXPLORERS
from .live import Live

DOCUMENTATION = """{title}

Parameters
----------
{parameters}

Returns
-------
{kind}
    A widget with ``controls``, ``image``, ``update(**values)`` and ``sentence``.

Raises
------
ValueError
    If a start value is out of range.
"""


def explore_as(name, kind=Live):
    """The function ``explore_name(**start)`` for an explorer of the catalogue, which makes a widget of this `kind`."""
    explorer = EXPLORERS[name]
    starts = [
        Parameter(argument, Parameter.POSITIONAL_OR_KEYWORD, default=control.start)
        for argument, control in explorer.controls.items()
    ]
    signature = Signature(starts, return_annotation=kind)

    def explore(*args, **kwargs):
        return kind(explorer, **signature.bind(*args, **kwargs).arguments)

    explore.__name__ = explore.__qualname__ = f"explore_{name}"
    explore.__module__ = __package__
    explore.__signature__ = signature
    parameters = [f"{name} : {control.range}\n    {control.says}" for name, control in explorer.controls.items()]
    explore.__doc__ = DOCUMENTATION.format(kind=kind.__name__, title=explorer.title, parameters="\n".join(parameters))
    return explore
