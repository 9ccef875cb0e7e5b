"""What each derivative of one step back comes out as when something in its line is wrong, with the hint that names it.

A line is a product, such as dL/da_f = slope ⊙ partner ⊙ signal. Each factor has its own list of mistakes, so that two
of them in one line are known as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from ..answers import same
from .lstm_step import Step, ahead, sigmoid

CLOSE = 1e-5  # float32 is good enough


def hint_for(given, right, step) -> tuple[str, str] | None:
    """The first derivative that is wrong in a way known here, and the hint; None if there is none.

    Parameters
    ----------
    given, right : Back
    step : Step
    """
    if all(same(came, -wanted, CLOSE) for came, wanted in zip(given, right, strict=True)):
        return "all of them", "the sign is turned round."
    if same(given.h, right.c, CLOSE) and same(given.c, right.h, CLOSE):
        return "dL/dh_{t-1}", "it holds dL/dc_{t-1}, and that one holds it; return dL/da_t, dL/dh_{t-1}, dL/dc_{t-1}."
    for name, line in lines(step).items():
        came, wanted = given.parts()[name], right.parts()[name]
        if same(came, wanted, CLOSE):
            continue
        if name.startswith("dL/da") and (hint := _exchanged(given, step)):
            return "dL/da_t", hint
        if hint := _known(came, line):
            return name, hint
    return None


def _known(came, line) -> str | None:
    """The hint of the product that `came` is, with the fewest mistakes."""
    found = [hints for product, hints in line if same(came, product, CLOSE)]
    return min(found, key=len)[0] if found and all(found) else None


def lines(step: Step) -> dict[str, Iterator]:
    """By name of the derivative, what its line gives, right and wrong: pairs (array (n,), hints of what is wrong)."""
    _, c, (i, f, g, o) = ahead(step.a, step.c_before)
    into_c, dL_dh = signals_of_c(step), step.dL_dh
    of_h = {
        "": dL_dh,
        "o acts on h_t, not on c_t: its signal is dL/dh_t.": into_c[""],
        "o acts on h_t, not on c_t: want dL/dh_t, not dL/dc_t.": step.dL_dc,
    }
    exchanged = "i and g are exchanged: c_t holds i ⊙ g, so each is multiplied by the other."
    into_gate = into_c | {"f stands on the way to c_{t-1} only; i, f and g feel dL/dc_t itself.": f * into_c[""]}
    partner_missing = "what the gate is multiplied by in c_t is missing."
    before = "f multiplies c_{t-1}, the cell before the step."
    return {
        "dL/dc_{t-1}": products(kept_by(f, i, o), into_c),
        "dL/da_f": products(
            sigmoid_slopes("f", f),
            {"": step.c_before, before: c, f"{before} No tanh of it.": np.tanh(step.c_before), partner_missing: 1.0},
            into_gate,
        ),
        "dL/da_i": products(
            sigmoid_slopes("i", i),
            {"": g, exchanged: i, "g is tanh(a_g) already: no second tanh.": np.tanh(g), partner_missing: 1.0},
            into_gate,
        ),
        "dL/da_g": products(tanh_slopes(g), {"": i, exchanged: g, partner_missing: 1.0}, into_gate),
        "dL/da_o": products(
            sigmoid_slopes("o", o),
            {
                "": np.tanh(c),
                "o multiplies tanh(c_t), not c_t.": c,
                "o multiplies tanh(c_t), of the cell after the step.": np.tanh(step.c_before),
                "o multiplies tanh(c_t); h_t has o in it already.": o * np.tanh(c),
                "o multiplies tanh(c_t), which is missing.": 1.0,
            },
            of_h,
        ),
        "dL/dh_{t-1}": carried(step),
    }


def products(*factors) -> Iterator:
    """Every product that takes one of each list of factors, and the hints of those that are wrong."""
    done = [(1.0, [])]
    for choices in factors:
        done = [(a * b, [*hints, hint] if hint else hints) for a, hints in done for hint, b in choices.items()]
    return done


def signals_of_c(step) -> dict:
    """dL/dc_t, with what comes through h_t, by the hint of what is wrong; the right one has none."""
    _, c, (_, _, _, o) = ahead(step.a, step.c_before)
    dL_dh, later, tanh = step.dL_dh, step.dL_dc, np.tanh(c)
    slope = 1 - tanh**2
    through_h = {
        "": o * slope,
        "tanh′(c_t) is missing on the way from h_t to c_t.": o,
        "o is missing on the way from h_t to c_t.": slope,
        "tanh′(c_t) is 1 - tanh²(c_t), not 1 - c_t².": o * (1 - c**2),
        "tanh′(c_t) is 1 - tanh²(c_t), not 1 - h_t²: o is in h_t.": o * (1 - (o * tanh) ** 2),
        "tanh′(c_t) is 1 - tanh²(c_t): the square is missing.": o * (1 - tanh),
        "tanh′(c_t) is 1 - tanh²(c_t), not the slope of a sigmoid.": o * tanh * (1 - tanh),
        "tanh(c_t) stands where its slope, 1 - tanh²(c_t), is meant.": o * tanh,
        "tanh is taken twice in the slope 1 - tanh²(c_t).": o * (1 - np.tanh(tanh) ** 2),
        "the slope is 1 - tanh²(c_t), from the cell after the step.": o * (1 - np.tanh(step.c_before) ** 2),
        "the slope of o belongs into dL/da_o; on the way from h_t to c_t o itself stands.": o * (1 - o) * slope,
    }
    overwritten = (
        "dL/dc_t is overwritten: c_t feels both what came from step t + 1 and what comes through h_t; add them."
    )
    signals = {hint: later + factor * dL_dh for hint, factor in through_h.items()}
    signals |= {f"{overwritten} And {hint}" if hint else overwritten: f * dL_dh for hint, f in through_h.items()}
    return signals | {
        "tanh′(c_t) and o are missing on the way from h_t to c_t.": later + dL_dh,
        "dL/dh_t stands where dL/dc_t is meant: on its way to c_t it is multiplied by o ⊙ tanh′(c_t), and added to "
        "what came from step t + 1.": dL_dh,
        "h_t = o ⊙ tanh(c_t) depends on c_t, and this path is missing: c_t must feel dL/dh_t too.": later,
        "o ⊙ tanh′(c_t) multiplies what comes through h_t only; what came to c_t from step t + 1 is there already.": (
            (later + dL_dh) * o * slope
        ),
        "the two signals that meet in c_t are added, not multiplied.": later * dL_dh * o * slope,
        "the two signals that meet in c_t are added, not subtracted.": later - dL_dh * o * slope,
    }


def kept_by(f, i, o) -> dict:
    """What dL/dc_t is multiplied by on its way to c_{t-1}, by the hint of what is wrong."""
    return {
        "": f,
        "f is missing: c_t holds f ⊙ c_{t-1}, so dL/dc_t is multiplied by f on its way.": 1.0,
        "c_t holds f ⊙ c_{t-1}: dL/dc_t is multiplied by f on its way, not by i.": i,
        "c_t holds f ⊙ c_{t-1}: dL/dc_t is multiplied by f on its way, not by o.": o,
        "c_t holds f ⊙ c_{t-1}: dL/dc_t is multiplied by f itself on its way, not by its slope.": f * (1 - f),
        "dL/dc_t is multiplied by f on its way, not by 1 - f.": 1 - f,
        "dL/dc_t is multiplied by f once on its way.": f**2,
        "nothing is passed on: c_t holds f ⊙ c_{t-1}.": 0.0,
    }


def sigmoid_slopes(k, gate) -> dict:
    """dgate/da of a gate of sigmoids, by the hint of what is wrong."""
    slope = gate * (1 - gate)
    return {
        "": slope,
        f"1 - {k}² is the slope of tanh; {k} is a sigmoid.": 1 - gate**2,
        f"σ′ is taken at {k} where a_{k} is meant: {k} is σ(a_{k}) already, and its slope needs no further σ.": (
            sigmoid(gate) * (1 - sigmoid(gate))
        ),
        f"the slope of {k} is missing: this is dL/d{k}, want dL/da_{k}.": 1.0,
        f"the slope of {k} has two factors, of which {k} is missing.": 1 - gate,
        f"the slope of {k} has two factors, of which 1 - {k} is missing.": gate,
        f"the slope of {k} is there twice.": slope**2,
        f"the slope of {k} has the wrong sign.": -slope,
    }


def tanh_slopes(g) -> dict:
    """dg/da_g, by the hint of what is wrong."""
    return {
        "": 1 - g**2,
        "g ⊙ (1 - g) is the slope of a sigmoid; g is a tanh.": g * (1 - g),
        "tanh′ is taken at g where a_g is meant: g is tanh(a_g) already, and its slope needs no further tanh.": (
            1 - np.tanh(g) ** 2
        ),
        "the slope of g is missing: this is dL/dg, want dL/da_g.": 1.0,
        "the slope of g is 1 - g²: the square is missing.": 1 - g,
        "the slope of g is 1 - g².": g**2,
        "the slope of g is there twice.": (1 - g**2) ** 2,
        "the slope of g has the wrong sign.": g**2 - 1,
    }


def right_blocks(step, dL_dc) -> list:
    """dL/da of i, f, g and o, if `dL_dc` is what c_t feels."""
    _, c, (i, f, g, o) = ahead(step.a, step.c_before)
    return [
        i * (1 - i) * g * dL_dc,
        f * (1 - f) * step.c_before * dL_dc,
        (1 - g**2) * i * dL_dc,
        o * (1 - o) * np.tanh(c) * step.dL_dh,
    ]


def _exchanged(given, step) -> str | None:
    """Whether the four blocks are right, but stand in another order."""
    for dL_dc in signals_of_c(step).values():
        blocks = right_blocks(step, dL_dc)
        for order in permutations(range(4)):
            if order != (0, 1, 2, 3) and same(given.a, np.concatenate([blocks[k] for k in order]), CLOSE):
                return f"its blocks stand in the order {', '.join('ifgo'[k] for k in order)}; want i, f, g, o."
    return None


def carried(step) -> list:
    """dL/dh_{t-1} if dL/da_t is right: pairs (array (n,), hints)."""
    n, W, (_, c, (i, f, g, _)) = len(step.dL_dh), step.W_hh, ahead(step.a, step.c_before)
    dL_dc = signals_of_c(step)[""]
    blocks, weights = right_blocks(step, dL_dc), W.reshape(4, n, n)
    right = sum(w.T @ block for w, block in zip(weights, blocks, strict=True))
    gates = np.concatenate([dL_dc * g, dL_dc * step.c_before, dL_dc * i, step.dL_dh * np.tanh(c)])
    into_c = W.T @ np.concatenate([*blocks[:3], 0 * c])
    wrong = {
        "the blocks of W_hh need their transposes on the way back.": sum(
            w @ block for w, block in zip(weights, blocks, strict=True)
        ),
        "W_hh is reshaped, not transposed.": W.reshape(n, -1) @ np.concatenate(blocks),
        "W_hhᵀ gets dL/da_t, behind the slopes, not dL/d(i, f, g, o).": W.T @ gates,
        "dL/dh_t itself is not passed on: h_{t-1} acts on the step through W_hh only.": right + step.dL_dh,
        "f keeps c, not h: h_{t-1} acts on the step through W_hh only.": right + f * step.dL_dh,
        "nothing is passed on: all four gates read h_{t-1}.": 0 * right,
        "o reads h_{t-1} too: its block of dL/da_t is missing.": into_c,
        "the sign is wrong.": -right,
        "W_hhᵀ dL/da_t is a matrix product, not a product entry by entry.": sum(
            np.diag(w) * block for w, block in zip(weights, blocks, strict=True)
        ),
    }
    for k, name in enumerate("ifg"):
        wrong[f"{name} reads h_{{t-1}} too: its block of dL/da_t is missing."] = right - weights[k].T @ blocks[k]
    for k, name in enumerate("ifgo"):
        wrong[f"only {name} sends something back; all four gates read h_{{t-1}}."] = weights[k].T @ blocks[k]
    return [(value, [hint]) for hint, value in wrong.items()]
