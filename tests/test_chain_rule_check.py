"""Notebook 02: what the judges of the exercise accept, and which mistakes they name."""

import numpy as np
import pytest

from bptt_helpers import Params, bptt, forward, relative_error
from bptt_helpers.lessons.chain_rule.check import FIELDS, SETTINGS, check_diagnosis, check_repair, draw_case, symptoms
from bptt_helpers.lessons.chain_rule.mistakes import MISTAKES, SLIPS, backward


def loop(params, x, h, dL_do, *, transpose=True, slope_before=False, accumulate=True, pass_on=1.0, state=0):
    """A backward pass written as a loop, right or with a mistake: independent of the one in the checks."""
    g, later = Params(*(np.zeros_like(w) for w in params)), np.zeros(params.n_hidden)
    for t in reversed(range(len(x))):
        dL_dh = params.W_qh.T @ dL_do[t] + later
        dL_da = (1 - h[t + (not slope_before)] ** 2) * dL_dh
        for field, term in zip(
            g,
            (np.outer(dL_da, x[t]), np.outer(dL_da, h[t + state]), dL_da, np.outer(dL_do[t], h[t + 1]), dL_do[t]),
            strict=True,
        ):
            field[...] = accumulate * field + term
        later = pass_on * ((params.W_hh.T if transpose else params.W_hh) @ dL_da)
    return g


def wrong(**options):
    return lambda *arguments: loop(*arguments, **options)


def one_field(name, change):
    def answer(*arguments):
        right = loop(*arguments)
        return right._replace(**{name: change(getattr(right, name))})

    return answer


def passed_on_in_place(params, x, h, dL_do):
    """from_later overwritten with the signal before the slope: tanh′ missing on the way."""
    g, later = Params(*(np.zeros_like(w) for w in params)), 0.0
    for t in reversed(range(len(x))):
        dL_dh = params.W_qh.T @ dL_do[t] + later
        dL_da = (1 - h[t + 1] ** 2) * dL_dh
        g.W_hx[:] += np.outer(dL_da, x[t])
        g.W_hh[:] += np.outer(dL_da, h[t])
        g.b_h[:] += dL_da
        g.W_qh[:] += np.outer(dL_do[t], h[t + 1])
        g.b_q[:] += dL_do[t]
        later = params.W_hh.T @ dL_dh
    return g


def elementwise(params, x, h, dL_do):
    return loop(params._replace(W_hh=np.diag(np.diag(params.W_hh))), x, h, dL_do)


def broadcast(params, x, h, dL_do):
    return params.W_hh.T * (params.W_qh.T @ dL_do[0]) + np.zeros((7, 11))


def adds_up_what_is_carried(params, x, h, dL_do, *, add=True, slope=lambda h: 1 - h**2, stop=False):
    g, later = Params(*(np.zeros_like(w) for w in params)), 0.0
    for t in reversed(range(len(x))):
        dL_da = slope(h[t + 1]) * (params.W_qh.T @ dL_do[t] + later)
        g.W_hx[:] += np.outer(dL_da, x[t])
        g.W_hh[:] += np.outer(dL_da, h[t])
        g.b_h[:] += dL_da
        g.W_qh[:] += np.outer(dL_do[t], h[t + 1])
        g.b_q[:] += dL_do[t]
        later = add * later + params.W_hh.T @ dL_da
        if stop:
            return g
    return g


def tanh_twice(*arguments):
    return adds_up_what_is_carried(*arguments, add=False, slope=lambda h: 1 - np.tanh(h) ** 2)


def returns_inside_the_loop(*arguments):
    return adds_up_what_is_carried(*arguments, add=False, stop=True)


@pytest.mark.parametrize(
    "answer", [loop, lambda *a: tuple(loop(*a)), lambda *a: Params(*(g.astype(np.float32) for g in loop(*a)))]
)
def test_the_judge_accepts_a_right_pass_written_another_way(answer):
    feedback = check_repair(answer)
    assert feedback.ok
    assert feedback.sentence.startswith("Right: it agrees with numeric gradients")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (wrong(transpose=False), "transpose missing"),
        (wrong(slope_before=True), "slope of the wrong state"),
        (wrong(accumulate=False), "overwritten, not accumulated"),
        (wrong(pass_on=0.0), "nothing passed on"),
        (wrong(state=1), "h_t for h_{t-1}"),
        (passed_on_in_place, "slope missing on the way"),
        (elementwise, "elementwise for matrix product"),
        (broadcast, "shapes do not fit"),
        (one_field("W_hh", np.transpose), "outer product turned round"),
        (one_field("W_hx", np.transpose), "dL/dW_hx has shape (3, 4), want (4, 3); it is transposed."),
        (one_field("W_hx", np.negative), "sign turned round"),
        (lambda *a: Params(*(-g for g in loop(*a))), "sign turned round"),
        (adds_up_what_is_carried, "carried signal added up"),
        (tanh_twice, "tanh taken twice"),
        (returns_inside_the_loop, "returned after one round"),
        (broadcast, "in line "),
        (one_field("b_h", lambda g: 2 * g), "dL/db_h differs from the numeric gradient by 100%"),
        (one_field("b_q", lambda g: g[:1]), "dL/db_q has shape (1,), want (2,)"),
        (one_field("b_q", lambda g: np.nan * g), "not finite"),
        (lambda *a: None, "you return nothing; does your function end with `return`?"),
        (lambda *a: loop(*a)[:3], "Params(W_hx=…, W_hh=…, b_h=…, W_qh=…, b_q=…); you return a tuple of length 3."),
        (
            lambda *a: list(loop(*a)),
            "return a Params, Params(W_hx=…, W_hh=…, b_h=…, W_qh=…, b_q=…); you return a list of length 5.",
        ),
        (lambda *a: loop(*a)._asdict(), "you return an object of type dict"),
        (lambda *a: (g for g in loop(*a)), "you return a generator"),
        (
            one_field("b_h", lambda g: [[1], [1, 2]]),
            "dL/db_h: want an array of numbers with shape (4,), got a list of length 2 whose",
        ),
        (lambda *a: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_the_judge_names_the_mistake(answer, hint):
    feedback = check_repair(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


@pytest.mark.parametrize("special", [lambda x, h: len(x) == 1, lambda x, h: h.shape[1] == 1])
def test_the_judge_tries_one_step_and_one_unit(special):
    def answer(params, x, h, dL_do):
        right = loop(params, x, h, dL_do)
        return right._replace(b_h=2 * right.b_h) if special(x, h) else right

    assert "dL/db_h differs from the numeric gradient by 100%" in check_repair(answer).sentence


@pytest.mark.parametrize("mistake", MISTAKES | SLIPS)
def test_every_mistake_is_wrong_and_known_by_its_own_name(mistake):
    feedback = check_repair(lambda *arguments: backward(*arguments, mistake))
    assert feedback.sentence == f"Not yet: {mistake}: {(MISTAKES | SLIPS)[mistake]}"


def test_a_mistake_in_one_weight_only_is_named_too():
    def answer(*arguments):
        return loop(*arguments)._replace(W_hx=loop(*arguments, accumulate=False).W_hx)

    assert "overwritten, not accumulated" in check_repair(answer).sentence


def test_a_symmetric_W_hh_hides_a_missing_transpose_and_the_judge_does_not_use_one():
    for symmetric, hidden in ((True, True), (False, False)):
        case = draw_case(6, 3, 4, 2, symmetric=symmetric)
        error = relative_error(loop(*case.arguments, transpose=False), loop(*case.arguments))
        assert (error < 1e-12) == hidden


def test_the_right_pass_of_the_checks_is_the_package_and_the_drawn_case_is_consistent():
    case = draw_case(7, 3, 4, 2)
    trace = forward(case.params, case.x[:, None], h0=case.h[:1])
    assert relative_error(backward(*case.arguments), bptt(trace, case.dL_do[:, None]).params) < 1e-12
    assert set(FIELDS) == set(Params._fields)


def broken_a(*arguments):
    return loop(*arguments, transpose=False)


def broken_b(*arguments):
    return loop(*arguments, state=1)


def broken_c(*arguments):
    return passed_on_in_place(*arguments)


def broken_d(*arguments, leftovers=True):
    """Loss by loss in the order of time; what a state is sent stays in `sent`, as in the .grad of a framework."""
    params, x, h, dL_do = arguments
    g, sent = Params(*(np.zeros_like(w) for w in params)), np.zeros_like(h)
    for t in range(len(x)):
        signal = params.W_qh.T @ dL_do[t]
        g.W_qh[:] += np.outer(dL_do[t], h[t + 1])
        g.b_q[:] += dL_do[t]
        sent *= leftovers
        for k in range(t, -1, -1):
            dL_da = (1 - h[k + 1] ** 2) * signal
            g.W_hx[:] += np.outer(dL_da, x[k])
            g.W_hh[:] += np.outer(dL_da, h[k])
            g.b_h[:] += dL_da
            sent[k] += params.W_hh.T @ dL_da
            signal = sent[k]
    return g


def without_leftovers(*arguments):
    return broken_d(*arguments, leftovers=False)


NAMES = {
    broken_a: "transpose missing",
    broken_b: "h_t for h_{t-1}",
    broken_c: "slope missing on the way",
    broken_d: "leftover gradient",
}


def test_a_gradient_left_over_is_named_and_the_same_pass_without_it_is_right():
    assert "leftover gradient" in check_repair(broken_d).sentence
    assert check_repair(without_leftovers).ok


def test_the_leftover_of_a_reader_s_own_network():
    """discuss.pytorch.org, thread 15500: one unit, x_0 = .9, w = .2, no input; dx_3/dw comes out as .288, not .108."""
    x_0, w = 0.9, 0.2
    x, sent, gradients = [x_0, w * x_0, w**2 * x_0], np.zeros(3), []
    for t in (1, 2):  # the losses x_2 and x_3; the gradient of w is set to zero between them, those of states are not
        signal, dL_dw = 1.0, 0.0
        for k in range(t, -1, -1):
            dL_dw += signal * x[k]
            sent[k] += w * signal
            signal = sent[k]
        gradients.append(dL_dw)
    assert gradients == pytest.approx([2 * w * x_0, 0.288])
    assert 3 * w**2 * x_0 == pytest.approx(0.108)


def test_the_right_diagnosis_is_accepted():
    assert check_diagnosis(lambda: NAMES).ok


def test_every_setting_but_the_first_hides_a_mistake():
    found = {name: table >= 1e-4 for name, table in symptoms(*NAMES, loop).items()}
    general, symmetric, last_only, one_step, tiny = range(len(SETTINGS))
    fields = list(Params._fields)
    assert not found["loop"].any()
    for name in ("broken_a", "broken_c", "broken_d"):
        wrong_fields = [field for field, wrong in zip(fields, found[name][general], strict=True) if wrong]
        assert wrong_fields == ["W_hx", "W_hh", "b_h"]
    assert found["broken_b"].tolist() == [[field == "W_hh" for field in fields]] * 5
    hidden = {name: np.flatnonzero(~table.any(1)).tolist() for name, table in found.items()}
    assert hidden["broken_a"] == [symmetric, one_step]
    assert hidden["broken_c"] == [one_step, tiny]
    assert hidden["broken_d"] == [last_only, one_step]


@pytest.mark.parametrize(
    ("diagnosis", "hint"),
    [
        ({**NAMES, broken_b: "transpose missing"}, "has dL/db_h right; “transpose missing” would make it wrong"),
        ({**NAMES, broken_a: "h_t for h_{t-1}"}, "has dL/db_h wrong; “h_t for h_{t-1}” would leave it right"),
        ({**NAMES, broken_c: "transpose missing"}, "with a symmetric W_hh, broken_c has dL/db_h wrong"),
        ({**NAMES, broken_a: "passed on once"}, "with a symmetric W_hh, broken_a has dL/db_h right"),
        ({**NAMES, broken_c: "passed on once"}, "other numbers"),
        ({**NAMES, broken_c: "bad luck"}, "'bad luck' is not one of the names; copy one from the list above."),
        ({broken_a: "transpose missing"}, "four entries"),
        ({"a": "transpose missing", "b": "", "c": ""}, "{function: name of its mistake}"),
        (None, "return a dict"),
        ({loop: "transpose missing", broken_b: "h_t for h_{t-1}", broken_c: ""}, "broken_a is missing"),
        ({**NAMES, broken_d: "passed on once"}, "with a loss at the last step only, broken_d has dL/db_h right"),
        ({**NAMES, broken_c: "leftover gradient"}, "with a loss at the last step only, broken_c has dL/db_h wrong"),
        (
            {
                broken_a: "transpose missing",
                lambda *a: broken_a(*a): "transpose missing",
                lambda *a: broken_a(*a, *()): "transpose missing",
            },
            "broken_b is missing",
        ),
        ({**NAMES, loop: "transpose missing"}, "four entries, {function: name of its mistake}; you return 5"),
        ({f.__name__: name for f, name in NAMES.items()}, "your keys are texts: write broken_a without quotes"),
        ({name: f for f, name in NAMES.items()}, "the function comes first, then the name"),
        ({1: "transpose missing"}, "broken_a without parentheses is the function"),
        (list(NAMES.values()), "the names alone do not say whose they are"),
        ("transpose missing", "you return the text 'transpose missing'"),
        ({**NAMES, broken_a: ["transpose missing"]}, "for broken_a you return a list of length 1; want one name"),
        ({**NAMES, broken_a: None}, "for broken_a you return None; want one name out of the list, in quotes"),
        ({**NAMES, broken_a: "Transpose missing"}, "did you mean 'transpose missing'?"),
        ({**NAMES, broken_a: "missing transpose"}, "copy one from the list above"),
        ({**NAMES, broken_b: "h_t for h_t-1"}, "did you mean 'h_t for h_{t-1}'?"),
    ],
)
def test_a_wrong_diagnosis_is_answered_with_a_symptom(diagnosis, hint):
    feedback = check_diagnosis(lambda: diagnosis)
    assert not feedback.ok
    assert hint in feedback.sentence


def stub(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize("check", [check_repair, check_diagnosis])
def test_a_stub_is_not_attempted_yet(check):
    assert check(stub).sentence.startswith("Not attempted yet")
