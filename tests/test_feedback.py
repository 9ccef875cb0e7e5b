"""What a reader is told of an answer or a guess: sign, colour, line, and by how much."""

import re
import signal
import threading
import time

import numpy as np
import pytest

from bptt_helpers.lessons import patience
from bptt_helpers.lessons.answers import want_array
from bptt_helpers.lessons.feedback import RIGHT, SOLUTION, WAITING, WRONG, Wrong, exercise
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


WANT = "Not yet: what you return: want an array of numbers with shape (3,), got"


class Tensor:
    """Stands for a tensor with a gradient, which refuses to become an array."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


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
        (
            lambda x: [[1], [1, 2]],
            False,
            WRONG,
            f"{WANT} a list of length 2 whose entries differ in shape, or are no numbers.",
        ),
        (
            lambda x: [1, None, 2],
            False,
            WRONG,
            f"{WANT} a list of length 3 whose entries differ in shape, or are no numbers.",
        ),
        (lambda x: (2 * x, 3), False, WRONG, f"{WANT} a tuple of length 2."),
        (lambda x: "2 x", False, WRONG, f"{WANT} the text '2 x'."),
        (lambda x: 0.5, False, WRONG, f"{WANT} one number, 0.5."),
        (lambda x: np.array(2), False, WRONG, f"{WANT} one number, 2."),
        (lambda x: (2 * v for v in x), False, WRONG, f"{WANT} a generator; make a list or an array of what it yields."),
        (lambda x: np.sum, False, WRONG, f"{WANT} a function that was never called."),
        (lambda x: {"a": 2}, False, WRONG, f"{WANT} an object of type dict."),
        (lambda x: Tensor(), False, WRONG, f"{WANT} an object of type Tensor."),
        (lambda x: (2 * x)[:2], False, WRONG, "Not yet: what you return has shape (2,), want (3,)."),
        (3, False, WRONG, "Not yet: hand over your function itself, its name without parentheses."),
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


def test_an_error_outside_the_readers_lines_is_told_without_one():
    def knows_no_network():
        return 3

    sentence = check_unroll(knows_no_network).sentence
    assert sentence.startswith("Your answer does not fit the check (TypeError: ")
    assert sentence.endswith("knows_no_network() takes 0 positional arguments but 4 were given).")


def test_a_transposed_array_is_called_so():
    with pytest.raises(Wrong, match=r"W has shape \(3, 2\), want \(2, 3\); it is transposed\."):
        want_array("W", np.ones((3, 2)), (2, 3))


# ---- endless loops


def endless(x):
    steps = 0
    while x[0] < 1:
        steps += 1


@pytest.fixture
def quick(monkeypatch):
    """Patience of a tenth of a second, and interrupts as in a notebook, also where the tests run in the background."""
    monkeypatch.setattr(patience, "SECONDS", 0.1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_endless_loop_is_ended_and_its_line_shown(quick):
    feedback = check_double(endless)
    assert feedback.kind == WRONG
    assert re.fullmatch(
        r"Your code was still at work after 0.1 seconds in line \d+, `(while x\[0\] < 1:|steps \+= 1)`, "
        r"and was stopped: is a loop endless\?",
        feedback.sentence,
    )


def test_waiting_is_not_work(quick):
    def waits(x):
        time.sleep(0.4)
        return right(x)

    assert check_double(waits).ok


def test_the_readers_own_stop_is_left_alone(quick):
    def stopped(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_double(stopped)


def test_no_interrupt_comes_after_the_end(quick):
    def busy(x):
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
        return right(x)

    assert check_double(busy).ok
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    assert not [thread for thread in threading.enumerate() if thread.name.endswith("(watch)")]


def test_another_thread_is_not_interrupted(quick):
    """An interrupt would hit the main thread, which runs something else."""
    found = []

    def busy(x):
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
        return right(x)

    thread = threading.Thread(target=lambda: found.append(check_double(busy)))
    thread.start()
    thread.join()
    assert found[0].ok


# ---- lines


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
