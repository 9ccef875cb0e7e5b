"""How an exercise is judged: run the reader's code, name the mistake, never give away the answer."""

from __future__ import annotations

import html
import linecache
import sysconfig
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import NamedTuple

from .patience import Endless, patience

# The sign of a verdict and its colour; the sign tells them apart without the colour.
RIGHT, WRONG, WAITING, SOLUTION = ("✓", "#2e7d32"), ("✗", "#b3290f"), ("○", "#6b6b6b"), ("◆", "#2f6fb5")
# Frames of a traceback that are not the reader's: this package, Python's own modules, installed packages.
NOT_THE_READERS = tuple(
    str(Path(place).resolve()) for place in (Path(__file__).parents[1], *map(sysconfig.get_path, ("stdlib", "purelib")))
)


class Feedback(NamedTuple):
    """The verdict on an exercise; a notebook shows its sign and the sentence.

    Attributes
    ----------
    ok : bool
    sentence : str
    kind : tuple of str
        Sign and colour.
    """

    ok: bool
    sentence: str
    kind: tuple

    def __repr__(self) -> str:
        return f"{self.kind[0]} {self.sentence}"

    def _repr_html_(self) -> str:
        sign, colour = self.kind  # the sign keeps the page's own colour, which can be read on a dark one too
        return (
            f'<p style="border-left: 5px solid {colour}; padding-left: 0.6em"><b>{sign}</b> '
            f"{html.escape(self.sentence, quote=False)}</p>"
        )


class Wrong(Exception):
    """Raised by a judge; the message tells the reader which mistake was recognised."""


def exercise(judge: Callable) -> Callable:
    """Turn a judge into a check that a reader can run on anything.

    Parameters
    ----------
    judge : callable (answer) -> str
        Returns the sentence for a right answer; raises `Wrong` with a hint for a wrong one.

    Returns
    -------
    callable (answer) -> Feedback
        Says "Not attempted yet" while the stub raises NotImplementedError, and reports any other error of the
        reader's code in one sentence, with its line; an endless loop too, where it can be ended.
        ``check.solution(answer)`` judges the course's own answer, and says that it is that one; an AssertionError if
        it is wrong.
    """

    @wraps(judge)
    def check(answer):
        if not callable(answer):
            return Feedback(False, "Not yet: hand over your function itself, its name without parentheses.", WRONG)
        try:
            with patience():
                return Feedback(True, f"Right: {judge(answer)}", RIGHT)
        except NotImplementedError:
            return Feedback(False, "Not attempted yet: replace the line that raises NotImplementedError.", WAITING)
        except Wrong as mistake:
            return Feedback(False, f"Not yet: {mistake}", WRONG)
        except Endless as seconds:
            place = f"after {seconds} seconds{where(seconds)}"
            sentence = f"Your code was still at work {place} and was stopped: is a loop endless?"
            return Feedback(False, sentence, WRONG)
        except Exception as error:
            line, text = where(error), f"{type(error).__name__}: {error}"
            sentence = (
                f"Your code stopped{line} with {text}" if line else f"Your answer does not fit the check ({text})."
            )
            return Feedback(False, sentence, WRONG)

    def solution(answer):
        feedback = check(answer)
        assert feedback.ok, feedback
        return Feedback(True, f"The solution: {feedback.sentence.removeprefix('Right: ')}", SOLUTION)

    check.solution = solution
    return check


def where(error) -> str:
    """The reader's own last line on the way to an error, as a part of a sentence; empty if there is none."""
    found, step = "", error.__traceback__
    while step is not None:
        file, number = step.tb_frame.f_code.co_filename, step.tb_lineno
        if not str(Path(file).resolve() if Path(file).exists() else file).startswith((*NOT_THE_READERS, "<frozen")):
            found = f" in line {number}, `{linecache.getline(file, number).strip()}`,"
        step = step.tb_next
    return found.replace(", ``,", ",")
