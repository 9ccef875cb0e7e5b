"""What an explorer is, without any widget: what can be moved, what follows from it, and how that looks in words.

A notebook gives it sliders, a page without a kernel draws it into frames, a test walks its corners: all read this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..numbers.validate import choice, number, whole_number


class Whole(NamedTuple):
    """A whole number that can be moved.

    Attributes
    ----------
    start, low, high : int
        Where it begins, and its limits.
    label : str
        Beside the slider.
    says : str
        What it is, for the docstring of the explorer.
    """

    start: int
    low: int
    high: int
    label: str
    says: str

    def check(self, name, value) -> int:
        """`value` if this control can take it, else a ValueError that names `name`."""
        return whole_number(name, value, self.low, self.high)

    @property
    def ends(self) -> tuple:
        """The extreme values."""
        return self.low, self.high

    @property
    def range(self) -> str:
        """What it takes, for a docstring."""
        return f"int, {self.low} to {self.high}"


class Real(NamedTuple):
    """A real number that can be moved.

    Attributes
    ----------
    start, low, high : float
    label, says : str
        As in `Whole`.
    step : float
        Of the slider; Python may set any value between the limits.
    """

    start: float
    low: float
    high: float
    label: str
    says: str
    step: float = 0.01

    def check(self, name, value) -> float:
        """`value` if this control can take it, else a ValueError that names `name`."""
        return number(name, value, self.low, self.high)

    @property
    def ends(self) -> tuple:
        """The extreme values."""
        return self.low, self.high

    @property
    def range(self) -> str:
        """What it takes, for a docstring."""
        return f"float, {self.low:g} to {self.high:g}"


class Choice(NamedTuple):
    """One of a few words.

    Attributes
    ----------
    start : str
    options : tuple of str
    label, says : str
        As in `Whole`.
    """

    start: str
    options: tuple
    label: str
    says: str

    def check(self, name, value) -> str:
        """`value` if it is one of the options, else a ValueError that names `name`."""
        return choice(name, value, self.options)

    @property
    def ends(self) -> tuple:
        """All options."""
        return self.options

    @property
    def range(self) -> str:
        """What it takes, for a docstring."""
        return "{" + ", ".join(f'"{option}"' for option in self.options) + "}"


class Explorer(NamedTuple):
    """A question about gradients that a reader answers by moving things.

    Attributes
    ----------
    title : str
        One line: what is moved and what is seen.
    controls : dict of str to Whole, Real or Choice
        Named as the arguments of `compute`.
    leading : tuple of str
        The one or two controls that matter most: a page without a kernel moves these.
    compute : callable (**values) -> data
        A pure function of the controls' values.
    picture : callable () -> object
        Makes an object with ``figure`` (a matplotlib Figure, not made by pyplot), ``artists`` (those that move, in
        drawing order) and ``show(data)``, which puts them, and all that may differ, where `data` wants them: what was
        shown before must leave no trace.
    describe : callable (data) -> str
        One sentence with the numbers of the picture.
    """

    title: str
    controls: dict
    leading: tuple
    compute: Callable
    picture: Callable
    describe: Callable

    def values(self, **given) -> dict:
        """The start values, with those `given` in their place.

        Raises
        ------
        ValueError
            If there is no control of that name, or it cannot take the value.
        """
        for name, value in given.items():
            given[name] = self.controls[choice("control", name, tuple(self.controls))].check(name, value)
        return {name: given.get(name, control.start) for name, control in self.controls.items()}

    def shown(self, **given):
        """A picture of its own that shows these values, and the data in it; arguments and errors as in `values`."""
        data, picture = self.compute(**self.values(**given)), self.picture()
        picture.show(data)
        return picture, data
