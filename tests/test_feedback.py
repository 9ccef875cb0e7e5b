"""What a reader is told of an answer or a guess: sign, colour, line, and by how much."""

import re

import numpy as np
import pytest

from bptt_helpers.lessons.feedback import RIGHT, SOLUTION, WAITING, WRONG, Wrong, exercise, want_array
from bptt_helpers.lessons.predict import compare
from bptt_helpers.lessons.unrolling import check_unroll


@exercise
def check_double(answer):
    """Judge a function that doubles an array of three numbers."""
    given = want_array("what you return", answer(np.arange(3.0)), (3,))
    if (given == np.arange(3.0)).all():
        raise Wrong("it comes back as it was.")
    return "twice as much."


def right(x):
    return 2 * x


def same(x):
    return x


def stub(x):
    raise NotImplementedError


def breaks(x):
    doubled = 2 * x
    return doubled[7]


def nested(x):
    return breaks(x)


def in_numpy(x):
    return np.concatenate([x, np.ones((2, 2))])


@pytest.mark.parametrize(
    ("answer", "ok", "kind", "sentence"),
    [
        (right, True, RIGHT, "Right: twice as much."),
        (same, False, WRONG, "Not yet: it comes back as it was."),
        (stub, False, WAITING, "Not attempted yet: replace the line that raises NotImplementedError."),
        (lambda x: None, False, WRONG, "Not yet: what you return is None; does your function end with `return`?"),
        (lambda x: [[1], [1, 2]], False, WRONG, "want an array of numbers with shape (3,), got something else."),
        (lambda x: "2 x", False, WRONG, "want an array of numbers with shape (3,), got something else."),
    ],
)
def test_each_verdict_has_its_own_sign(answer, ok, kind, sentence):
    feedback = check_double(answer)
    assert (feedback.ok, feedback.kind) == (ok, kind)
    assert feedback.sentence.endswith(sentence)
    assert repr(feedback) == f"{kind[0]} {feedback.sentence}"
    assert kind[0] in feedback._repr_html_()
    assert kind[1] in feedback._repr_html_()


def test_signs_and_colours_differ():
    signs, colours = zip(RIGHT, WRONG, WAITING, SOLUTION, strict=True)
    assert len(set(signs)) == len(set(colours)) == 4


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (breaks, "`return doubled[7]`, with IndexError"),
        (nested, "`return doubled[7]`, with IndexError"),  # the last line of the reader's own
        (in_numpy, "`return np.concatenate([x, np.ones((2, 2))])`, with ValueError"),  # not one of NumPy's
    ],
)
def test_an_error_in_the_readers_code_is_shown_with_its_line(answer, line):
    feedback = check_double(answer)
    assert feedback.kind == WRONG
    assert line in feedback.sentence
    (number,) = re.findall(r"Your code stopped in line (\d+), ", feedback.sentence)
    start = {breaks: breaks, nested: breaks, in_numpy: in_numpy}[answer].__code__.co_firstlineno
    assert int(number) == start + (1 if answer is in_numpy else 2)


def test_an_error_without_a_line_is_told_without_one():
    assert check_unroll(3).sentence == "Your code stopped with TypeError: 'int' object is not callable"


def test_a_line_of_a_notebook_cell_is_shown():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns["check_double"] = check_double
    shell.run_cell("def answer(x):\n    y = x + 1\n    return y[9]\n\nfeedback = check_double(answer)")
    assert "in line 3, `return y[9]`, with IndexError" in shell.user_ns["feedback"].sentence


def test_the_solution_does_not_look_like_the_readers_verdict():
    feedback = check_double.solution(right)
    assert feedback.sentence == "The solution: twice as much."
    assert feedback.kind == SOLUTION
    with pytest.raises(AssertionError, match="comes back as it was"):
        check_double.solution(same)


def test_what_a_reader_writes_is_no_html():
    def angry(x):
        raise ValueError("<b>x</b> & y")

    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in check_double(angry)._repr_html_()


@pytest.mark.parametrize(
    ("guess", "measured", "verdict"),
    [
        (None, 215, "No guess yet. Measured: 215."),
        (215, 215, "Your guess: 215, measured: 215. Exactly right."),
        (np.array([215]), 215, "Your guess: 215, measured: 215. Exactly right."),
        (20, 215, "Your guess: 20, measured: 215. 11 times too small."),
        (2000.0, 215, "Your guess: 2000, measured: 215. 9.3 times too large."),
        (200, 215, "Your guess: 200, measured: 215. Right, to a tenth."),
        (-5, 215, "Your guess: -5, measured: 215. 220 too small."),
        (0.5, -0.25, "Your guess: 0.5, measured: -0.25. 0.75 too large."),
        (1e9, 215, "Your guess: 1e+09, measured: 215. 4.7e+06 times too large."),
        (0, 17, "Your guess: 0, measured: 17. 17 too small."),
        ("abc", 215, "Your guess, 'abc', is no number: write one, such as 20. Measured: 215."),
        ([1, 2], 215, "Your guess, [1, 2], is no number: write one, such as 20. Measured: 215."),
        (float("nan"), 215, "Your guess, nan, is no number: write one, such as 20. Measured: 215."),
        (True, 215, "Your guess, True, is no number: write one, such as 20. Measured: 215."),
        (compare, 215, "is no number: write one, such as 20. Measured: 215."),
        (10**400, 215, "is no number"),
    ],
)
def test_a_guess_gets_a_verdict(guess, measured, verdict):
    assert verdict in compare(guess, measured)
