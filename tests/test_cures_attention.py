"""Notebook 09, a path around: what attention sends back, by other routes, and what the picture shows of it."""

import numpy as np
import pytest

from bptt_helpers import bptt, forward, init_params, relative_error
from bptt_helpers.lessons.cures.attention import LENGTHS, attend, attended, attention_network, chain_alone
from bptt_helpers.lessons.cures.attention_explorer import ATTENTION, SHARPNESS
from bptt_helpers.lessons.cures.attention_picture import (
    ABOVE,
    BELOW,
    DRAWN,
    HEIGHT,
    HIGH,
    LOW,
    THIN,
    WIDTH,
    across,
    arcs,
    widths,
)
from bptt_helpers.lessons.gradient_pictures import gradient_colours, leaving, power
from tests.cell_cases import complex_step

sharpnesses = pytest.mark.parametrize("sharpness", SHARPNESS)
STARTS = [{}, {"sequence_length": 10, "state": 4}, {"sequence_length": 1000, "sharpness": 30.0, "state": 4, "seed": 3}]
shown_at = pytest.mark.parametrize("given", STARTS, ids=["start", "short", "long and sharp"])


# what is computed


@sharpnesses
def test_the_direct_part_is_what_a_complex_step_in_each_state_alone_gives(sharpness):
    h, v = np.random.default_rng(0).normal(size=(7, 5)), np.random.default_rng(1).normal(size=5)
    direct = attend(h, v, sharpness).direct
    assert relative_error(direct, complex_step(lambda moved: attend(moved, v, sharpness).loss, h)) < 1e-13


def test_the_loss_is_the_mean_that_the_scores_weigh():
    h, v = np.random.default_rng(0).normal(size=(6, 4)), np.array([1.0, -2, 0.5, 3])
    e = [2 * h[-1] @ h[s] / np.sqrt(4) for s in range(5)]
    weights = np.exp(e) / np.exp(e).sum()
    attention = attend(h, v, 2.0)
    np.testing.assert_allclose(attention.weights, weights, rtol=1e-13)
    assert attention.loss == pytest.approx(sum(a * (v @ h_s) for a, h_s in zip(weights, h, strict=False)))


def test_scores_of_any_size_are_taken():
    h = np.array([[60.0, 0], [50, 1], [40, 0]])
    attention = attend(h, np.array([1.0, 2]), 5.0)
    np.testing.assert_allclose(attention.weights, [1, 0], atol=1e-12)
    assert attention.loss == pytest.approx(60)


@sharpnesses
def test_all_ways_together_are_what_a_complex_step_through_the_network_gives(sharpness):
    """h_s is nudged, and all that comes after it, its own key included, is computed anew."""
    trace, v = attention_network(1.2, 3)
    T = 20
    total, direct, _ = attended(T, 1.2, sharpness, 3)
    before = trace.h[1 : T + 1, 0]

    def loss_of(s):
        def nudged(h):
            later = forward(trace.params, trace.x[s:T], h0=h).h[1:, 0]
            return attend(np.vstack([before[: s - 1], h[None], later]), v, sharpness).loss

        return nudged

    for s in (1, 2, 11, 19):
        numeric = complex_step(loss_of(s), before[s - 1])
        assert total[s - 1] == pytest.approx(np.log10(np.linalg.norm(numeric)), abs=1e-11)
    assert total[-1] == pytest.approx(direct[-1], abs=1e-13)  # nothing comes after the last


def test_pytorch_agrees(torch):
    trace, v = attention_network(0.8, 1)
    T, params = 12, trace.params
    W_hx, W_hh = (torch.tensor(w) for w in (params.W_hx, params.W_hh))
    h, states = torch.zeros(16, dtype=torch.float64), []
    for x in trace.x[:T, 0]:
        h = torch.tanh(W_hx @ torch.tensor(x) + W_hh @ h)
        h.requires_grad_() if not states else h.retain_grad()
        states.append(h)
    H = torch.stack(states)
    weights = torch.softmax(3.0 * H[:-1] @ H[-1] / 4, 0)
    (torch.tensor(v) @ (weights @ H[:-1])).backward()
    wanted = [np.log10(np.linalg.norm(state.grad.numpy())) for state in states]
    np.testing.assert_allclose(attended(T, 0.8, 3.0, 1)[0], wanted, rtol=0, atol=1e-11)


def test_the_chain_alone_is_the_exact_gradient_of_the_last_state():
    trace, v = attention_network(1.0, 2)
    part = trace.part(0, 50)
    dL_do = np.zeros_like(part.o)
    dL_do[-1] = v
    wanted = np.log10(np.linalg.norm(bptt(part, dL_do).dL_dh[:, 0], axis=1))
    np.testing.assert_allclose(chain_alone(50, 1.0, 2), wanted, rtol=0, atol=1e-10)
    assert chain_alone(50, 1.0, 2)[-1] == pytest.approx(0)


def test_a_loss_that_weighs_all_alike_sends_each_an_equal_share():
    _, direct, weights = attended(200, 0.8, 0.0, 0)
    np.testing.assert_allclose(direct[:-1], np.log10(1 / 199), atol=1e-12)
    np.testing.assert_allclose(weights, 1 / 199)


def test_the_network_is_the_package_s_at_that_radius():
    trace, v = attention_network(0.7, 5)
    assert np.abs(np.linalg.eigvals(trace.params.W_hh)).max() == pytest.approx(0.7)
    assert np.array_equal(trace.params.W_hx, init_params(4, 16, 16, rng=5).W_hx)
    assert np.array_equal(trace.o, trace.h[1:])
    assert np.linalg.norm(v) == pytest.approx(1)


# what is drawn


@shown_at
def test_the_picture_shows_the_data(given):
    picture, data = ATTENTION.shown(**given)
    T = data.nodes[-1]
    assert {*data.nodes} <= {*data.steps} <= {*range(1, T + 1)}
    assert len(data.steps) <= DRAWN + len(data.nodes)
    x, named = across(data.steps, T), np.searchsorted(data.steps, data.nodes)
    for y, sizes, small, big in zip((ABOVE, BELOW), (data.total, data.chain), picture.small, picture.big, strict=True):
        np.testing.assert_array_equal(small.get_offsets(), np.column_stack([x, np.full(len(x), y)]))
        np.testing.assert_allclose(small.get_facecolors(), gradient_colours(sizes))
        np.testing.assert_allclose(big.get_facecolors(), gradient_colours(sizes[named]))
    segments = picture.arcs.get_segments()
    assert len(segments) == len(x) - 1
    order = np.argsort(data.direct[:-1])
    np.testing.assert_allclose(picture.arcs.get_linewidths(), widths(data.direct[order]))
    np.testing.assert_allclose(picture.arcs.get_colors(), gradient_colours(data.direct[order]))
    np.testing.assert_array_equal(np.array(segments), arcs(x[:-1])[order])
    np.testing.assert_allclose(picture.with_it.get_ydata(), leaving(data.first, LOW, HIGH))
    np.testing.assert_allclose(picture.without.get_ydata(), leaving(data.first_chain, LOW, HIGH))
    here = LENGTHS.index(T)
    for dot, curve in zip(picture.dots, (data.first, data.first_chain), strict=True):
        assert dot.get_ydata().tolist() == [np.clip(curve[here], LOW, HIGH)]
        assert dot.get_marker() == ("v" if curve[here] < LOW else "o")
    assert [*picture.ring.get_xdata()] == [x[named[data.node]]] * 2


@shown_at
def test_the_words_name_what_reaches_each_state(given):
    picture, data = ATTENTION.shown(**given)
    named = np.searchsorted(data.steps, data.nodes)
    under = {(round(w.x, 6), round(w.y, 6)): w.text for w in picture.words.words}
    for y, sizes in ((ABOVE, data.total), (BELOW, data.chain)):
        for k, at in enumerate(named):
            assert under[round(across(data.nodes[k], data.nodes[-1]), 6), round(y - 0.46, 6)] == power(sizes[at])
    right = [word.text for word in picture.words.words if word.x == 8.75]
    sizes = [power(data.here(part)) for part in (data.direct, data.total, data.chain)]
    assert right == [*sizes, f"{data.largest:.2g}"]


def test_an_arc_leads_from_the_loss_to_its_state():
    for arc, x in zip(arcs(np.array([0.5, 4.0])), (0.5, 4.0), strict=True):
        assert arc[0] == pytest.approx([x, ABOVE])
        assert arc[-1] == pytest.approx([8.5, ABOVE + 0.17])
        assert arc[:, 1].max() < HEIGHT - 0.3


def test_an_arc_is_as_wide_as_the_root_of_what_it_carries():
    assert widths(np.array([0.0, -2, -4, 2, -np.inf])) == pytest.approx([13, 1.3, THIN, 13, THIN])


def test_the_sentence_says_what_the_arrays_say():
    data = ATTENTION.compute(**ATTENTION.values(sequence_length=50, state=3, sharpness=3.0))
    s = data.nodes[2]
    total, direct, weights = attended(50, 0.8, 3.0, 0)
    sentence = ATTENTION.describe(data)
    assert f"State {s} receives {power(direct[s - 1])} by its own arc and {power(total[s - 1])} by" in sentence
    assert f"by the chain alone, {power(chain_alone(50, 0.8, 0)[s - 1])}." in sentence
    assert f"{weights.max():.2g}, of state {weights.argmax() + 1};" in sentence


def test_the_pointer_on_a_state_reads_it_and_on_the_curves_sets_the_length():
    picture, data = ATTENTION.shown()
    state = ATTENTION.controls["state"]
    for k, s in enumerate(data.nodes, 1):
        for y in (ABOVE, BELOW):
            touched = picture.touched(across(s, 100) / WIDTH, y / HEIGHT)
            assert state.nearest(touched["state"]) == k
    for T in LENGTHS:
        pixels = picture.curves.transData.transform((min(max(T, 10.1), 990), -4))
        assert picture.touched(*picture.figure.transFigure.inverted().transform(pixels)) == {"sequence_length": T}
    assert picture.touched(0.99, 0.99) == {}
