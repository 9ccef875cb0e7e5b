"""Settings of the playground as a short line of text, to be pasted elsewhere, and back: "gru story T=50 window=7".

A word stands for itself where only one control has it among its options; all else is name=value. What is not named is
where the explorer starts.
"""

from __future__ import annotations

from ...numbers.validate import shown
from ..explorer import Choice, Stages, Whole
from .explorer import PLAYGROUND

CONTROLS = PLAYGROUND.controls
SHORT = {"sequence_length": "T", "spectral_radius": "radius", "gate_bias": "bias", "clip_norm": "clip"}
NAMES = {SHORT.get(name, name): name for name in CONTROLS}  # as they stand in the text
AS_WORD = ("reads", "cell", "init")  # their options need no name
WORDS = {option: name for name in AS_WORD for option in CONTROLS[name].options}


def to_text(values=None) -> str:
    """The line of text for values of the controls, in the order of the controls; what is as at the start is left out.

    Parameters
    ----------
    values : dict of str to value, optional
        By name of the control; those not named are where they start.

    Returns
    -------
    str
        Empty if all are where they start.

    Raises
    ------
    ValueError
        If there is no control of that name, or it cannot take the value.

    Examples
    --------
    >>> to_text({"cell": "gru", "window": 7, "gate_bias": "chrono"})
    'gru bias=chrono window=7'
    """
    values = PLAYGROUND.values(**(values or {}))
    parts = []
    for short, name in NAMES.items():
        value = values[name]
        if value != CONTROLS[name].start:
            parts.append(value if name in AS_WORD else f"{short}={_number(value)}")
    return " ".join(parts)


def _number(value):
    """A value as short as it can be read back without loss."""
    return value if isinstance(value, str) else f"{value:g}" if float(f"{value:g}") == value else repr(value)


def settings(text) -> dict:
    """The values of all controls that a line of text stands for.

    Parameters
    ----------
    text : str
        Words such as ``gru``, and ``name=value``, with spaces or commas between; no part need be there.

    Returns
    -------
    dict of str to value
        For ``explore_playground(**values)``; every control by name.

    Raises
    ------
    ValueError
        If a part is not understood, is named twice, or a control cannot take the value.

    Examples
    --------
    >>> values = settings("gru, T=50, window=7")
    >>> values["cell"], values["sequence_length"], values["window"], values["reads"]
    ('gru', 50, 7, 'story')
    """
    if not isinstance(text, str):
        raise ValueError(f'settings: want a text such as "gru window=7", got {shown(text)}')
    found, said = {}, {}
    for part in text.replace(",", " ").split():
        name, value = _part(part)
        if name in found:
            raise ValueError(f"settings: want {_short(name)} once, got {said[name]!r} and {part!r}")
        found[name], said[name] = value, part
    return PLAYGROUND.values(**found)


def _part(part):
    """The control that a part of the text names, and the value, which that control can take."""
    word, equals, value = part.partition("=")
    if not equals:
        if word.lower() not in WORDS:
            raise ValueError(f"settings: want one of {', '.join(WORDS)}, or {_named()}, got {part!r}")
        return WORDS[word.lower()], word.lower()
    names = {short.lower(): name for short, name in NAMES.items()} | {name: name for name in CONTROLS}
    if word.lower() not in names:
        raise ValueError(f"settings: want {_named()}, got {part!r}")
    name = names[word.lower()]
    control = CONTROLS[name]
    try:
        return name, control.check(_short(name), _read(control, value))
    except ValueError as problem:
        raise ValueError(f"settings, part {part!r}: {problem}") from None


def _read(control, value):
    """The value of a control from what was written: a word, or a number as far as it is one."""
    if isinstance(control, Choice):
        return value.lower()
    for kind in (int, float) if isinstance(control, Whole | Stages) else (float,):
        try:
            return kind(value)
        except ValueError:
            pass
    return value


def _short(name):
    return SHORT.get(name, name)


def _named():
    return ", ".join(f"{short}=…" for short in NAMES)
