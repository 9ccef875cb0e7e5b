"""The checks of notebook 09: right answers pass, each mistake is named, and no two mistakes look alike."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers import bptt, forward, init_params
from bptt_helpers.lessons.cures.bias_check import MISTAKES, check_bias, left_after, right
from bptt_helpers.lessons.cures.lstm_check import UNITS, check_step_back, step_symptoms
from bptt_helpers.lessons.cures.lstm_mistakes import lines, signals_of_c
from bptt_helpers.lessons.cures.lstm_step import Back, draw_step, numeric


def slope_s(v):
    return v * (1 - v)


def slope_t(v):
    return 1 - v**2


def sigma_again(v):
    s = 1 / (1 + np.exp(-v))
    return s * (1 - s)


def back(
    dL_dh,
    dL_dc,
    c_before,
    c,
    i,
    f,
    g,
    o,
    W_hh,
    *,
    into_c=lambda dh, dc, o, c: dc + dh * o * (1 - np.tanh(c) ** 2),
    of_i=slope_s,
    of_f=slope_s,
    of_g=slope_t,
    of_o=slope_s,
    met_by_i=lambda i, g: g,
    met_by_g=lambda i, g: i,
    met_by_f=lambda c_before, c: c_before,
    met_by_o=np.tanh,
    o_hears=lambda dh, dc: dh,
    carry=lambda W, da: W.T @ da,
    keep=lambda f, i, dc, later: f * dc,
    order=(0, 1, 2, 3),
):
    """A right answer, and by its options wrong ones."""
    dc = into_c(dL_dh, dL_dc, o, c)
    blocks = [
        of_i(i) * met_by_i(i, g) * dc,
        of_f(f) * met_by_f(c_before, c) * dc,
        of_g(g) * met_by_g(i, g) * dc,
        of_o(o) * met_by_o(c) * o_hears(dL_dh, dc),
    ]
    da = np.concatenate([blocks[k] for k in order])
    return da, carry(W_hh, da), keep(f, i, dc, dL_dc)


def wrong(**options):
    return lambda *case: back(*case, **options)


def in_place(dL_dh, dL_dc, c_before, c, i, f, g, o, W_hh):
    n = len(c)
    dL_dc += dL_dh * o * (1 - np.tanh(c) ** 2)
    dL_da = np.empty(4 * n)
    dL_da[:n] = dL_dc * g * i * (1 - i)
    dL_da[n : 2 * n] = dL_dc * c_before * (f - f**2)
    dL_da[2 * n : 3 * n] = dL_dc * i / np.cosh(np.arctanh(g)) ** 2
    dL_da[3 * n :] = dL_dh * np.tanh(c) * o * (1 - o)
    dL_dc *= f
    return [dL_da, dL_da @ W_hh, dL_dc]


def block_by_block(*case):
    W_hh = case[-1]
    da, _, dc = back(*case)
    blocks = np.split(da, 4)
    return (*blocks, sum(W.T @ block for W, block in zip(np.split(W_hh, 4), blocks, strict=True)), dc)


def as_lists(*case):
    n, (da, dh, dc) = len(case[0]), back(*case)
    return da.reshape(4, n).tolist(), dh.tolist(), dc.tolist()


def one_unit_at_a_time(dL_dh, dL_dc, c_before, c, i, f, g, o, W_hh):
    n = len(c)
    da, dh, dc = [0.0] * (4 * n), [0.0] * n, [0.0] * n
    for k in range(n):
        total = dL_dc[k] + dL_dh[k] * o[k] / np.cosh(c[k]) ** 2
        da[k] = total * g[k] * i[k] * (1 - i[k])
        da[n + k] = total * c_before[k] * f[k] * (1 - f[k])
        da[2 * n + k] = total * i[k] * (1 + g[k]) * (1 - g[k])
        da[3 * n + k] = dL_dh[k] * np.tanh(c[k]) * o[k] * (1 - o[k])
        dc[k] = total * f[k]
    for k in range(n):
        dh[k] = sum(W_hh[row, k] * da[row] for row in range(4 * n))
    return da, dh, dc


def in_single(*case):
    return back(*(a.astype(np.float32) for a in case))


def as_rows(*case):
    """Six rows of one array."""
    n, (da, dh, dc) = len(case[0]), back(*case)
    return np.vstack([da.reshape(4, n), dh, dc])


def as_back(*case):
    return Back(*back(*case))


@pytest.mark.parametrize(
    "answer", [back, in_place, block_by_block, as_lists, one_unit_at_a_time, in_single, as_rows, as_back]
)
def test_a_right_step_back_in_any_style_is_accepted(answer):
    assert check_step_back(answer).sentence.startswith("Right: it agrees with numeric derivatives")


def no_transpose(*case):
    return case[-1] @ back(*case)[0]


def multiplies_by_f_too_early(dL_dh, dL_dc, c_before, c, i, f, g, o, W_hh):
    """In place, and one line too early: the gates feel what is meant for c_{t-1}."""
    dL_dc += dL_dh * o * slope_t(np.tanh(c))
    dL_dc *= f
    dL_da = np.concatenate(
        [
            slope_s(i) * g * dL_dc,
            slope_s(f) * c_before * dL_dc,
            slope_t(g) * i * dL_dc,
            slope_s(o) * np.tanh(c) * dL_dh,
        ]
    )
    return dL_da, W_hh.T @ dL_da, dL_dc


def stub(*case):
    raise NotImplementedError


def forgets_to_return(*case):
    back(*case)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        # what people report
        (wrong(into_c=lambda dh, dc, o, c: dh * o * (1 - np.tanh(c) ** 2)), "in dL/dc_{t-1}: dL/dc_t is overwritten"),
        (wrong(into_c=lambda dh, dc, o, c: dc), "in dL/dc_{t-1}: h_t = o ⊙ tanh(c_t) depends on c_t, and this path"),
        (wrong(of_f=slope_t), "in dL/da_f: 1 - f² is the slope of tanh; f is a sigmoid."),
        (wrong(of_i=sigma_again), "in dL/da_i: σ′ is taken at i where a_i is meant"),
        (wrong(of_o=sigma_again), "in dL/da_o: σ′ is taken at o where a_o is meant"),
        (wrong(of_g=lambda g: 1 - np.tanh(g) ** 2), "in dL/da_g: tanh′ is taken at g where a_g is meant"),
        # what comes through h_t
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o), "in dL/dc_{t-1}: tanh′(c_t) is missing"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * (1 - np.tanh(c) ** 2)), "o is missing on the way"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh), "tanh′(c_t) and o are missing"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o * (1 - c**2)), "not 1 - c_t²"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o * (1 - (o * np.tanh(c)) ** 2)), "not 1 - h_t²"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o * (1 - np.tanh(c))), "the square is missing"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o * slope_s(np.tanh(c))), "not the slope of a sigmoid"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o * np.tanh(c)), "stands where its slope"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * o * slope_t(np.tanh(np.tanh(c)))), "tanh is taken twice"),
        (wrong(into_c=lambda dh, dc, o, c: dc + dh * slope_s(o) * slope_t(np.tanh(c))), "the slope of o belongs"),
        (wrong(into_c=lambda dh, dc, o, c: (dc + dh) * o * slope_t(np.tanh(c))), "is there already"),
        (wrong(into_c=lambda dh, dc, o, c: dc * dh * o * slope_t(np.tanh(c))), "added, not multiplied"),
        (wrong(into_c=lambda dh, dc, o, c: dc - dh * o * slope_t(np.tanh(c))), "added, not subtracted"),
        (wrong(into_c=lambda dh, dc, o, c: dh * o), "is overwritten: c_t feels both"),
        (wrong(into_c=lambda dh, dc, o, c: dh), "dL/dh_t stands where dL/dc_t is meant"),
        # what goes on to c_{t-1}
        (wrong(keep=lambda f, i, dc, later: dc), "in dL/dc_{t-1}: f is missing"),
        (wrong(keep=lambda f, i, dc, later: i * dc), "by f on its way, not by i"),
        (wrong(keep=lambda f, i, dc, later: f * (1 - f) * dc), "by f itself on its way, not by its slope"),
        (wrong(keep=lambda f, i, dc, later: (1 - f) * dc), "not by 1 - f"),
        (wrong(keep=lambda f, i, dc, later: f * f * dc), "by f once"),
        (wrong(keep=lambda f, i, dc, later: 0 * dc), "in dL/dc_{t-1}: nothing is passed on"),
        (wrong(keep=lambda f, i, dc, later: f * later), "in dL/dc_{t-1}: h_t = o ⊙ tanh(c_t) depends on c_t"),
        (multiplies_by_f_too_early, "in dL/da_f: f stands on the way to c_{t-1} only"),
        # the gates
        (wrong(met_by_i=lambda i, g: i, met_by_g=lambda i, g: g), "i and g are exchanged"),
        (wrong(met_by_g=lambda i, g: g), "in dL/da_g: i and g are exchanged"),
        (wrong(met_by_i=lambda i, g: np.tanh(g)), "in dL/da_i: g is tanh(a_g) already"),
        (wrong(met_by_i=lambda i, g: 1), "in dL/da_i: what the gate is multiplied by in c_t is missing"),
        (wrong(met_by_f=lambda before, c: c), "in dL/da_f: f multiplies c_{t-1}, the cell before the step"),
        (wrong(met_by_f=lambda before, c: np.tanh(before)), "in dL/da_f: f multiplies c_{t-1}, the cell before"),
        (wrong(met_by_o=lambda c: c), "in dL/da_o: o multiplies tanh(c_t), not c_t"),
        (wrong(met_by_o=lambda c: 1), "in dL/da_o: o multiplies tanh(c_t), which is missing"),
        (wrong(o_hears=lambda dh, dc: dc), "in dL/da_o: o acts on h_t, not on c_t"),
        (wrong(of_f=lambda f: 1), "in dL/da_f: the slope of f is missing: this is dL/df, want dL/da_f"),
        (wrong(of_i=lambda i: 1 - i), "in dL/da_i: the slope of i has two factors, of which i is missing"),
        (wrong(of_o=lambda o: o), "in dL/da_o: the slope of o has two factors, of which 1 - o is missing"),
        (wrong(of_g=slope_s), "in dL/da_g: g ⊙ (1 - g) is the slope of a sigmoid; g is a tanh"),
        (wrong(of_g=lambda g: 1 - g), "in dL/da_g: the slope of g is 1 - g²: the square is missing"),
        (wrong(of_g=lambda g: 1), "in dL/da_g: the slope of g is missing"),
        (wrong(order=(0, 1, 3, 2)), "in dL/da_t: its blocks stand in the order i, f, o, g; want i, f, g, o"),
        (wrong(order=(1, 0, 2, 3)), "stand in the order f, i, g, o"),
        # h_{t-1}
        (
            wrong(carry=lambda W, da: sum(w @ a for w, a in zip(np.split(W, 4), np.split(da, 4), strict=True))),
            "in dL/dh_{t-1}: the blocks of W_hh need their transposes",
        ),
        (wrong(carry=lambda W, da: W.reshape(W.shape[::-1]) @ da), "in dL/dh_{t-1}: W_hh is reshaped, not transposed"),
        (no_transpose, "shapes do not fit in line "),
        (no_transpose, "(here n = 5, W_hh has shape (20, 5), all else (5,)). Does W_hh need its transpose"),
        (wrong(carry=lambda W, da: 0 * W[0]), "in dL/dh_{t-1}: nothing is passed on: all four gates"),
        (wrong(carry=lambda W, da: W[: 3 * len(da) // 4].T @ da[: 3 * len(da) // 4]), "o reads h_{t-1} too"),
        (wrong(carry=lambda W, da: W[len(da) // 4 :].T @ da[len(da) // 4 :]), "i reads h_{t-1} too"),
        (wrong(carry=lambda W, da: W[: len(da) // 4].T @ da[: len(da) // 4]), "only i sends something back"),
        (lambda *case: (back(*case)[0], back(*case)[1] + case[0], back(*case)[2]), "dL/dh_t itself is not passed on"),
        (lambda *case: (back(*case)[0], *back(*case)[:0:-1]), "it holds dL/dc_{t-1}"),
        (lambda *case: [-value for value in back(*case)], "the sign is turned round"),
        # two at once: the signal comes first
        (wrong(into_c=lambda dh, dc, o, c: dh * o * slope_t(np.tanh(c)), of_f=slope_t), "dL/dc_t is overwritten"),
        (wrong(of_f=slope_t, met_by_f=lambda before, c: c), "in dL/da_f: 1 - f² is the slope of tanh"),
        # no known mistake, no three arrays
        (lambda *case: (back(*case)[0] + 1, *back(*case)[1:]), "dL/dh_{t-1}, dL/dc_{t-1} agree."),
        (lambda *case: (*back(*case)[:2], 7 * back(*case)[2]), "the numeric derivative is"),
        (lambda *case: back(*case)[:2], "you return a tuple of length 2"),
        (lambda *case: back(*case)[0], "you return an array of shape (20,)"),
        (lambda *case: (back(*case)[0][:-1], *back(*case)[1:]), "dL/da_t has shape (19,), want (20,)"),
        (lambda *case: (back(*case)[0], *back(*case)[:2]), "dL/dh_{t-1} has shape (20,), want (5,)"),
        (lambda *case: {"dL_da": back(*case)[0]}, "you return an object of type dict"),
        (lambda *case: 1.0, "you return one number"),
        (lambda *case: (np.nan * back(*case)[0], *back(*case)[1:]), "not finite"),
        (lambda *case: (None, *back(*case)[1:]), "dL/da_t is None"),
        (forgets_to_return, "you return None. Does your function end with `return`?"),
        (stub, "Not attempted yet"),
    ],
)
def test_a_wrong_step_back_is_answered_by_the_name_of_its_mistake(answer, hint):
    feedback = check_step_back(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_one_unit_is_tried():
    def answer(*case):
        da, dh, dc = back(*case)
        return da, dh * (1 + (len(dh) == 1)), dc

    assert "for n = 1, entry 0 of dL/dh_{t-1}" in check_step_back(answer).sentence


@pytest.mark.parametrize("name", ["dL/dc_{t-1}", "dL/da_i", "dL/da_f", "dL/da_g", "dL/da_o"])
def test_no_two_single_mistakes_of_a_line_look_alike(name):
    values = [(hints, value) for value, hints in lines(draw_step(UNITS[0]))[name] if len(hints) < 2]
    for (first, a), (second, b) in combinations(values, 2):
        assert np.abs(a - b).max() > 1e-3 * np.abs(a).max(), (first, second)


def test_the_right_product_of_every_line_is_the_numeric_derivative():
    step = draw_step(UNITS[0])
    wanted = numeric(step).parts()
    for name, line in lines(step).items():
        for value, hints in line:
            if not hints:
                np.testing.assert_allclose(value, wanted[name], rtol=1e-12)


def test_the_step_is_that_of_the_package():
    """An LSTM of the package walks back over two steps as this step twice."""
    n = 4
    params = init_params(3, n, 2, cell="lstm", rng=0)
    x, dL_do = np.random.default_rng(1).normal(size=(2, 1, 3)), np.random.default_rng(2).normal(size=(2, 1, 2))
    trace = forward(params, x, cell="lstm")
    result = bptt(trace, dL_do)
    h, c = trace.states[:, 0, :n], trace.states[:, 0, n:]
    dL_dh, dL_dc, db = 0.0, np.zeros(n), np.zeros(4 * n)
    for t in (1, 0):
        a_i, a_f, a_g, a_o = np.split(params.W_hx @ x[t, 0] + params.W_hh @ h[t] + params.b_h, 4)
        i, f, o = (1 / (1 + np.exp(-a)) for a in (a_i, a_f, a_o))
        dL_dh = dL_dh + params.W_qh.T @ dL_do[t, 0]
        dL_da, dL_dh, dL_dc = back(dL_dh, dL_dc, c[t], c[t + 1], i, f, np.tanh(a_g), o, params.W_hh)
        db += dL_da
    np.testing.assert_allclose(result.params.b_h, db, rtol=1e-12)


def test_either_signal_alone_tells_which_line_is_wrong():
    overwritten = wrong(into_c=lambda dh, dc, o, c: dh * o * slope_t(np.tanh(c)), of_f=slope_t)
    found = {
        setting: [k for k, e in errors.items() if e > 1e-6] for setting, errors in step_symptoms(overwritten).items()
    }
    assert found["dL_dc = 0"] == ["dL/da_f", "dL/dh_{t-1}"]
    assert found["dL_dh = 0"] == ["dL/da_i", "dL/da_f", "dL/da_g", "dL/dh_{t-1}", "dL/dc_{t-1}"]
    assert all(error < 1e-12 for errors in step_symptoms(back).values() for error in errors.values())


def test_the_hint_of_the_signal_is_found_in_every_line_that_has_it():
    step = draw_step(UNITS[0])
    for hint, signal in signals_of_c(step).items():
        assert any(hints == [hint] * bool(hint) for _, hints in lines(step)["dL/da_g"]), hint
        assert np.isfinite(signal).all()


# the bias


def as_root(T):
    f = 0.5 ** (1 / T)
    return np.log(f / (1 - f))


def by_bisection(T):
    low, high = -50.0, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if T * np.logaddexp(0, -middle) > np.log(2) else (low, middle)
    return middle


@pytest.mark.parametrize(
    "answer",
    [
        right,
        as_root,
        by_bisection,
        lambda T: -np.log(2 ** (1 / T) - 1),
        lambda T: np.float32(right(T)),
        lambda T: np.array([right(T)])[0],
    ],
)
def test_a_right_bias_is_accepted(answer):
    assert check_bias(answer).sentence.startswith("Right: half is left after 1, 10, 100, 1000 and a million steps.")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (
            lambda T: np.log(T - 1) if T > 1 else 0,
            "for T = 10 your b = 2.197 leaves 0.349: that makes T the time scale",
        ),
        (lambda T: np.log(T), "and you set e^b to T"),
        (lambda T: -np.log(np.exp(1 / T) - 1), "1/e is left after T steps, not ½"),
        (lambda T: -as_root(T), "the sign is wrong"),
        (lambda T: 0.5 ** (1 / T), "that is f itself"),
        (lambda T: 0.5 ** (1 / T) / (1 - 0.5 ** (1 / T)), "that is f/(1 - f); its logarithm"),
        (lambda T: 1 / (1 - 0.5 ** (1 / T)), "that is the time scale 1/(1 - f); want the bias"),
        (lambda T: np.log(0.5 ** (1 / T)), "that is ln f"),
        (lambda T: -np.log(1 - 0.5 ** (1 / T)), "that is -ln(1 - f)"),
        (lambda T: -np.log2(2 ** (1 / T) - 1), "not that to base 2"),
        (lambda T: -np.log10(2 ** (1 / T) - 1), "not that to base 10"),
        (lambda T: np.log(T / np.log(2)), "f/(1 - f) is near T/ln 2 for a long T only"),
        (lambda T: np.log(T / np.log(2) - 1), "1/(1 - f) is near T/ln 2 for a long T only"),
        (lambda T: np.log(2 * T - 1), "each step takes a part of what is left"),
        (lambda T: np.log(0.5**T / (1 - 0.5**T)), "to the power of 1/T, not of T"),
        (lambda T: np.log(0.5 / T / (1 - 0.5 / T)), "not ½ divided by T"),
        (lambda T: np.arctanh(0.5 ** (1 / T)), "the gate is a sigmoid, not a tanh"),
        (lambda T: as_root(T - 1), "half is left after T - 1 steps"),
        (lambda T: as_root(T + 1), "half is left after T + 1 steps"),
        (lambda T: 1.0, "for T = 10 your b = 1 leaves 0.0436 of the signal, want 0.5"),
        (lambda T: as_root(T) + 1e-3, "for T = 10 your b = 2.635 leaves 0.5003 of the signal, want 0.5."),
        (lambda T: as_root(T) if T > 1 else 1.0, "for T = 1 your b = 1 leaves 0.7311 of the signal"),
        (lambda T: float(-np.log(np.float32(2) ** np.float32(1 / T) - 1)), "are digits lost? np.expm1"),
        (lambda T: -np.inf, "bias(10) is -inf"),
        (lambda T: None, "bias(10) is None; does your function end with `return`?"),
        (lambda T: np.full(3, as_root(T)), "bias(10): want one real number, got an array of shape (3,)"),
        (stub, "Not attempted yet"),
    ],
)
def test_a_wrong_bias_is_answered_by_the_name_of_its_mistake(answer, hint):
    with np.errstate(all="ignore"):
        feedback = check_bias(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_no_two_wrong_biases_look_alike():
    values = {"right": right(10)} | {hint: wrong(10) for hint, wrong in MISTAKES.items()}
    for (first, a), (second, b) in combinations(values.items(), 2):
        assert abs(a - b) > 1e-3, (first, second)


@pytest.mark.parametrize("b", [-3.0, 0.0, 2.0, 5.0])
def test_what_is_left_is_a_power_of_the_gate_on_the_network_and_beyond(b):
    f = 1 / (1 + np.exp(-b))
    assert left_after(b, 7) == pytest.approx(f**7, rel=1e-12)
    assert left_after(b, 1001) == pytest.approx(left_after(b, 1000) * f, rel=1e-11)


def test_half_is_left_after_very_many_steps_too():
    for T in (1, 10, 10**3, 10**6, 10**12, 10**15):
        assert left_after(right(T), T) == pytest.approx(0.5, rel=1e-9)
