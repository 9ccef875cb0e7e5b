"""What an explorer is, without any widget: what can be moved, what follows from it, and how that looks in words.

A notebook gives it sliders, a page without a kernel draws it into frames, a test walks its corners: all read this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..numbers.validate import choice, number, shown, whole_number


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
    plays : bool
        Whether time or rounds pass with it: a button beside the slider then lets it run.
    """

    start: int
    low: int
    high: int
    label: str
    says: str
    plays: bool = False

    def check(self, name, value) -> int:
        """`value` if this control can take it, else a ValueError that names `name`."""
        return whole_number(name, value, self.low, self.high)

    def nearest(self, value) -> int:
        """What it can take that is nearest to a number."""
        return round(min(max(value, self.low), self.high))

    @property
    def stops(self) -> range:
        """All values of its slider, from left to right."""
        return range(self.low, self.high + 1)

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

    def nearest(self, value) -> float:
        """What the slider can take that is nearest to a number."""
        return min(self.stops, key=lambda stop: abs(stop - value))

    @property
    def stops(self) -> tuple:
        """All values of its slider, from left to right."""
        count = int((self.high - self.low) / self.step + 1e-9)
        return tuple(round(self.low + k * self.step, 12) for k in range(count + 1))

    @property
    def ends(self) -> tuple:
        """The extreme values."""
        return self.low, self.high

    @property
    def range(self) -> str:
        """What it takes, for a docstring."""
        return f"float, {self.low:g} to {self.high:g}"


class Stages(NamedTuple):
    """One of a few rising numbers, such as 1, 3, 10, 30, 100: for a range that is too wide for equal steps.

    Attributes
    ----------
    start : int or float
    values : tuple of int or float
        Rising.
    label, says : str
        As in `Whole`.
    plays : bool
        As in `Whole`.
    """

    start: float
    values: tuple
    label: str
    says: str
    plays: bool = False

    def check(self, name, value) -> float:
        """`value` if it is one of the stages, else a ValueError that names `name` and the nearest one."""
        wanted = number(name, value, *self.ends)
        nearest = self.nearest(wanted)
        if not np.isclose(wanted, nearest, rtol=1e-12, atol=0):
            raise ValueError(f"{name}: want {self.range}, got {shown(value)}; the nearest is {nearest:g}")
        return nearest

    def nearest(self, value) -> float:
        """The stage that is nearest to a number."""
        return min(self.values, key=lambda stage: abs(stage - value))

    @property
    def stops(self) -> tuple:
        """All values of its slider, from left to right."""
        return self.values

    @property
    def ends(self) -> tuple:
        """The extreme values."""
        return self.values[0], self.values[-1]

    @property
    def range(self) -> str:
        """What it takes, for a docstring."""
        stages = [f"{stage:g}" for stage in self.values]
        if len(stages) > 15:
            stages = [*stages[:7], "…", *stages[-3:]]
        return "one of " + ", ".join(stages)


class Guess(NamedTuple):
    """What a reader guessed before looking, to be marked in the picture; a box to write in.

    Attributes
    ----------
    label, says : str
        As in `Whole`.
    """

    label: str
    says: str

    @property
    def start(self) -> str:
        """No guess."""
        return ""

    def check(self, name, value) -> str:
        """The guess as a text: `predict.compare` has said before what is no number, and such a one is not marked."""
        return "" if value is None else str(value)

    def nearest(self, value) -> str:
        """The guess as a text."""
        return f"{value:g}"

    @property
    def ends(self) -> tuple:
        """None, and one."""
        return "", "20"

    @property
    def range(self) -> str:
        """What it takes, for a docstring."""
        return "a number, or None"


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

    def nearest(self, value) -> str:
        """The option itself."""
        return self.check("option", value)

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
    controls : dict of str to Whole, Real, Stages, Choice or Guess
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
    touch : str
        What the pointer moves in the picture, in one sentence. If there is one, the picture has
        ``touched(x, y) -> dict``: the values, by name of the control, that belong to a point of the figure (fractions
        of its width and height, from below) while it shows what it was last given; {} where nothing is to be moved.
    idle : callable (**values) -> set of str, optional
        Which controls change nothing while the others are where they are: a notebook greys them.
    """

    title: str
    controls: dict
    leading: tuple
    compute: Callable
    picture: Callable
    describe: Callable
    touch: str = ""
    idle: Callable | None = None

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
