"""Notebook 01: the chain of copies against the package, and its three pictures against their data."""

import numpy as np
import pytest

from bptt_helpers import Params, bptt, cost, forward, squared_error
from bptt_helpers.lessons.pictures import GREY, INK
from bptt_helpers.lessons.unrolling import cost_picture, nudge_picture, unfold_picture
from bptt_helpers.lessons.unrolling.chain import INPUTS, TARGET, W_O, W_X, run_chain
from bptt_helpers.lessons.unrolling.chain_picture import CHANGED, DERIVATIVE_INK, RADIUS, loop, places, signed
from bptt_helpers.lessons.unrolling.cost_explorer import GRADIENT_COST, cost_data
from bptt_helpers.lessons.unrolling.nudge_explorer import NUDGE, nudge_data
from bptt_helpers.lessons.unrolling.unfold_explorer import UNROLLING


@pytest.mark.parametrize("T", [1, 3, 5])
@pytest.mark.parametrize("w", [0.0, 0.8, 2.5])
def test_the_chain_is_the_network_of_the_package(T, w):
    one = np.array([[1.0]])
    params = Params(W_X * one, w * one, np.zeros(1), W_O * one, np.zeros(1))
    trace = forward(params, np.array(INPUTS[:T]).reshape(T, 1, 1))
    loss, dL_do = squared_error(trace.o, [[TARGET]], weight="last")
    chain = run_chain(np.full(T, w))
    np.testing.assert_allclose(chain.states, trace.h.ravel(), rtol=1e-12)
    assert chain.loss == pytest.approx(float(loss))
    assert chain.contributions.sum() == pytest.approx(bptt(trace, dL_do).params.W_hh[0, 0], abs=1e-12)


def test_each_contribution_is_the_derivative_of_its_own_copy():
    weights, eps = np.array([0.3, 1.1, 0.8, -0.7, 2.0]), 1e-6
    for t in range(5):
        up, down = (run_chain(weights + sign * eps * (np.arange(5) == t)).loss for sign in (1, -1))
        assert run_chain(weights).contributions[t] == pytest.approx((up - down) / (2 * eps), abs=1e-8)


def test_networks_side_by_side_are_those_alone():
    weights = np.random.default_rng(0).normal(size=(3, 4))
    together = run_chain(weights)
    for k in range(4):
        alone = run_chain(weights[:, k])
        np.testing.assert_array_equal(together.contributions[:, k], alone.contributions)
        assert together.loss[k] == alone.loss


# how the words of the pictures look that a test asks for
NAMES, INPUT_WORDS = {"colour": GREY}, {"colour": INK, "bold": False}  # of a chain
VALUES, NEW_VALUES, WEIGHTS = {"colour": INK, "bold": True}, {"colour": CHANGED}, {"colour": "black"}
NUDGED = {"colour": "white"}
CONTRIBUTIONS, TERMS, SUM, REMARK = {"size": 13.5}, {"size": 14.5}, {"size": 18}, {"size": 11}  # of the unfolded cell
FORETOLD, MEASURED, TOTAL = {"y": 0.93, "ha": "right"}, {"y": 0.43, "ha": "right"}, {"y": 1.43}  # of a nudge
NUMBERS = {"y": 2.3}  # beside the arrows of a nudge
RATIO, COUNTS, GUESSED = {"size": 14}, {"size": 21}, {"colour": cost_picture.GUESS}  # of the cost


def these(words, **looks):
    """Those words that look so."""
    return [word for word in words.words if all(getattr(word, name) == value for name, value in looks.items())]


def texts(words, **looks):
    """What they say."""
    return [word.text for word in these(words, **looks)]


def widths(path):
    """Of the shafts of all falling arrows in a path of eight points each."""
    return [arrow[1, 0] - arrow[0, 0] for arrow in path.vertices.reshape(-1, 8, 2)]


@pytest.mark.parametrize(("copies", "weight"), [(3, 0.8), (5, 2.0), (1, 0.8)])
def test_unfolded_the_picture_shows_every_number(copies, weight):
    picture, data = UNROLLING.shown(copies=copies, weight=weight)
    chain = picture.chain
    assert texts(chain.words, **VALUES) == [signed(v) for v in (*data.states, data.loss)]
    assert texts(chain.words, **WEIGHTS) == ["w"] * copies
    assert [text.split()[-1] for text in texts(chain.words, **INPUT_WORDS)] == [signed(x, 0) for x in data.inputs]
    assert texts(picture.words, **CONTRIBUTIONS) == [signed(c) for c in data.contributions]
    assert texts(picture.words, **SUM) == [f"= {signed(data.total)}"]
    drawn = [c for c in data.contributions if c]
    np.testing.assert_allclose(widths(picture.falling.get_path()), [unfold_picture.width_of(c) for c in drawn])
    at = places(copies, 1.0, unfold_picture.LEFT, unfold_picture.RIGHT)
    np.testing.assert_allclose(chain.nodes.get_xydata()[:, 0], at)
    assert len(picture.back_heads.get_path().vertices) == 4 * copies  # from the loss to h_1
    terms = texts(picture.words, **TERMS)[0].removeprefix("dL/dw = ").replace("− ", "-").replace("+ ", "")
    assert [float(term.replace("−", "-")) for term in terms.split()] == pytest.approx(data.contributions, abs=6e-4)


def test_an_arrow_is_as_wide_as_what_it_carries():
    widths_drawn = [unfold_picture.width_of(c) for c in (0.5, -1.0, 2.0)]
    assert widths_drawn == pytest.approx(
        [0.2 * unfold_picture.WIDEST, 0.4 * unfold_picture.WIDEST, 0.8 * unfold_picture.WIDEST]
    )
    largest = max(
        np.abs(run_chain(np.full(T, w)).contributions).max() for T in range(1, 6) for w in np.arange(0, 2.51, 0.05)
    )
    assert largest < unfold_picture.FULL  # none is cut


def test_the_start_is_the_example_of_the_text():
    picture, _ = UNROLLING.shown()
    assert texts(picture.chain.words, **VALUES) == ["0", "0.462", "0.354", "−0.214", "1.744"]
    assert texts(picture.words, **CONTRIBUTIONS) == ["0", "−1.223", "−1.337"]
    assert texts(picture.words, **TERMS) + texts(picture.words, **SUM) == ["dL/dw = 0 − 1.223 − 1.337", "= −2.560"]


@pytest.mark.parametrize("copies", range(1, unfold_picture.MOST_COPIES + 1))
@pytest.mark.parametrize("frame", range(unfold_picture.PULLED + 1))
def test_no_badge_is_crammed_under_a_node_that_is_named(copies, frame):
    picture, _ = UNROLLING.shown(unfold=frame, copies=copies)
    nodes = picture.chain.nodes.get_xydata()
    if nodes[1, 0] - nodes[0, 0] > 2 * RADIUS:
        corners = picture.chain.badges.get_path().vertices
        assert np.hypot(*(corners[:, None] - nodes).T).min() > RADIUS + 0.15


@pytest.mark.parametrize("frame", [0, 6, unfold_picture.PULLED, unfold_picture.BACK, unfold_picture.FRAMES])
def test_equations_always_stand_there_and_the_way_back_has_a_name(frame):
    picture, _ = UNROLLING.shown(unfold=frame)
    assert texts(picture.equations) == [unfold_picture.EQUATIONS]
    assert ("signal back: dL/dhₜ" in texts(picture.words)) == (frame > unfold_picture.PULLED)


def test_pulled_apart_the_chain_is_straight_and_a_loop_moves_with_its_nodes():
    np.testing.assert_allclose(places(3, 1.0, 0.5, 8.5), [0.5, 2.5, 4.5, 6.5, 8.5])
    assert np.ptp(places(3, 0.0, 0.5, 8.5)[:-1]) == 0
    straight = loop(1.0, 4.0, 1.0)
    assert (straight[:, 1] == 0).all()
    assert (np.diff(straight[:, 0]) > 0).all()
    for apart in (0.0, 0.4, 1.0):
        np.testing.assert_allclose(loop(3.0, 4.0, apart), loop(1.0, 2.0, apart) + (2, 0), atol=1e-12)
    assert loop(1.0, 1.0, 0.0)[:, 1].min() < -2 * RADIUS  # the loop hangs below its cell


def test_folded_there_is_one_loop_and_nothing_has_fallen():
    picture, _ = UNROLLING.shown(unfold=0)
    curves = picture.chain.copies.get_xydata()
    loops = [part for part in np.split(curves, np.isnan(curves[:, 0]).nonzero()[0]) if len(part) > 1]
    first, *others = [part[~np.isnan(part[:, 0])] for part in loops]
    assert len(others) == 2
    assert all(np.array_equal(first, other) for other in others)
    nodes = picture.chain.nodes.get_xydata()
    assert (nodes[:4] == nodes[0]).all()
    assert texts(picture.chain.words, **NAMES) == ["hₜ", "L"]
    assert not picture.box.get_visible()
    for looks in (CONTRIBUTIONS, TERMS, SUM, REMARK):
        assert texts(picture.words, **looks) == []


def test_one_thing_after_the_other_appears():
    first, shown = {}, []
    for frame in range(unfold_picture.FRAMES + 1):
        picture, _ = UNROLLING.shown(unfold=frame)
        back, falling = picture.back.get_xydata(), picture.falling.get_path().vertices
        numbers, total = texts(picture.words, **CONTRIBUTIONS), texts(picture.words, **SUM)
        parts = {"back": back, "falling": falling, "numbers": numbers, "sum": total}
        for name, part in parts.items():
            if len(part):
                first.setdefault(name, frame)
        shown.append(
            (picture.chain.nodes.get_xydata()[0, 0], np.nanmin(back[:, 0], initial=9), np.min(falling, initial=9))
        )
    pulled, back, fall = unfold_picture.PULLED, unfold_picture.BACK, unfold_picture.FALL
    assert first == {"back": pulled + 1, "falling": back + 1, "numbers": fall, "sum": unfold_picture.FRAMES}
    assert len(set(shown)) == fall + 1  # in the last frame the sum alone is new
    assert unfold_picture.apart_at(pulled) == 1


@pytest.mark.parametrize("frame", range(unfold_picture.PULLED))
def test_where_the_last_state_is_dragged_there_it_stands(frame):
    picture, data = UNROLLING.shown(unfold=frame)
    x, y = picture.chain.nodes.get_xydata()[len(data.inputs)] / picture.figure.get_size_inches()
    assert picture.touched(x, y) == {"unfold": frame}
    assert picture.touched(0.99, y) == {"unfold": unfold_picture.FRAMES}
    assert picture.touched(x, 0.1) == {}


@pytest.mark.parametrize("copy", nudge_picture.COPIES)
@pytest.mark.parametrize("nudge", [-0.5, 0.0, 0.1, 0.5])
def test_a_nudge_is_measured_on_the_chain(copy, nudge):
    picture, data = NUDGE.shown(copy=copy, nudge=nudge)
    weights = np.full(3, 0.8)
    weights[[t - 1 for t in data.copies]] += nudge
    chain, before = run_chain(weights), run_chain(np.full(3, 0.8))
    assert data.measured == pytest.approx(chain.loss - before.loss)
    assert data.predicted == pytest.approx(nudge * sum(before.contributions[t - 1] for t in data.copies))
    assert texts(picture.chain.words, **NEW_VALUES) == [
        signed(v) for v in (*chain.states, chain.loss)[4 - len(data.changed) + 1 :]
    ]
    assert texts(picture.words, **FORETOLD) == [signed(data.predicted)]
    assert texts(picture.words, **MEASURED) == [signed(data.measured)]
    beside = [word.colour for word in these(picture.words, **NUMBERS)]
    assert beside == [INK if t in data.copies else GREY for t in (1, 2, 3)]
    assert picture.here.get_xydata().tolist() == [[nudge, data.loss]]
    np.testing.assert_allclose(picture.foretold.get_xydata(), [[nudge, data.old_loss + data.predicted]])
    for at, loss in zip(*picture.curve.get_data(), strict=True):
        assert nudge_data(copy, float(at)).loss == pytest.approx(loss)
    (x, y), (x_end, y_end) = picture.tangent.get_xydata()
    assert (y_end - y) / (x_end - x) == pytest.approx(data.slope)


def test_a_small_nudge_moves_the_loss_as_predicted_and_only_what_comes_after_it():
    for copy, moved in (("copy 1", ()), ("copy 2", (2, 3, 4)), ("copy 3", (3, 4)), ("all three", (2, 3, 4))):
        data = nudge_data(copy, 0.001)
        assert data.changed == moved
        assert data.predicted == pytest.approx(data.measured, abs=2e-6)


def test_both_lines_of_a_nudge_are_named_where_no_line_comes():
    picture, _ = NUDGE.shown()
    assert [text.get_color() for text in picture.panel.texts] == [DERIVATIVE_INK, CHANGED]
    assert [text.get_text() for text in picture.panel.texts] == ["predicted", "measured"]
    left, low = -0.1, 2.3  # of the names, with their samples
    for copy in nudge_picture.COPIES:
        data = nudge_data(copy, 0.1)
        x = data.nudges[data.nudges > left]
        assert max(data.losses[data.nudges > left].max(), (data.old_loss + data.slope * x).max()) < low


def test_a_copy_is_chosen_by_touch_and_the_nudge_by_its_curve():
    picture, _ = NUDGE.shown()
    size = picture.figure.get_size_inches()
    weights = sorted(these(picture.chain.words, **WEIGHTS) + these(picture.chain.words, **NUDGED))  # from the left
    (total,) = these(picture.words, **TOTAL)
    assert [weight.text for weight in weights] == ["w", "0.90", "w"]
    for name, weight in zip(nudge_picture.COPIES, [*weights, total], strict=True):
        assert picture.touched(*np.array([weight.x, weight.y]) / size) == {"copy": name}
    x, y = picture.figure.transFigure.inverted().transform(picture.panel.transData.transform((0.3, 1.0)))
    assert picture.touched(x, y) == {"nudge": pytest.approx(0.3)}
    assert picture.touched(0.5, 0.98) == {}


@pytest.mark.parametrize(("T", "n", "d"), [(12, 16, 2), (1, 128, 1000), (1000, 1, 1)])
def test_the_cost_is_drawn_in_forward_passes_over_1000_steps(T, n, d):
    picture, data = GRADIENT_COST.shown(sequence_length=T, n_hidden=n, n_in=d)
    one = cost.forward_operations(1000, d, n, 1)
    assert data.operations == cost.operations(T, d, n, 1)
    np.testing.assert_array_equal(picture.exact.get_xydata(), np.column_stack([data.lengths, data.exact]))
    assert data.lengths[-1] == 1000
    assert data.exact[-1] * one == pytest.approx(cost.operations(1000, d, n, 1))
    assert texts(picture.words, **RATIO) == [f"× {data.exact[-1]:.2f}"]
    for T_k, alone, exact in list(zip(data.lengths, data.alone, data.exact, strict=True))[::30]:
        there = cost_data(int(T_k), n, d)
        assert (alone, exact) == pytest.approx((there.operations_alone / one, there.operations / one))
    assert 2 <= data.exact[-1] <= 3
    marks = picture.marks.get_xydata()
    assert (marks[:, 0] == T).all()
    assert marks[0, 1] == data.exact_now
    apart = [now for now in (data.forward_now, data.alone_now) if abs(now - data.exact_now) > cost_picture.ROOM]
    assert marks[1:, 1].tolist() == [now for now in apart if now <= cost_picture.MOST]
    operations = [text for text in texts(picture.words) if text.endswith(" multiply-adds")]
    counts = [data.visits_alone, T, data.operations_alone, data.operations]
    numbers = texts(picture.words, **COUNTS) + operations
    assert [int(text.split()[0].replace(",", "")) for text in numbers] == counts


@pytest.mark.parametrize("T", [1, 5, 20])
def test_every_visit_has_a_dot_where_they_can_be_counted(T):
    picture, data = GRADIENT_COST.shown(sequence_length=T)
    dots, x, y = picture.visits.get_xydata(), *cost_picture.lanes(T)
    assert len(np.unique(dots, axis=0)) == len(dots) == data.visits_alone
    for across, height in dots:  # a loss visits its own step and those before
        assert across <= x[int(np.abs(y - height).argmin())] + 1e-12
    assert len(picture.steps.get_xydata()) == T
    assert len(GRADIENT_COST.shown(sequence_length=50)[0].visits.get_xydata()) == 0


@pytest.mark.parametrize(
    ("guess", "star", "words"),
    [
        ("3", [[1000, 3.0]], ["your guess: 3"]),
        ("1000", [], ["your guess: 1,000 ↑"]),
        ("many", [], []),
        ("", [], []),
        ("-1", [], []),
    ],
)
def test_the_guess_is_marked(guess, star, words):
    picture, _ = GRADIENT_COST.shown(guess=guess)
    assert picture.guess.get_xydata().tolist() == star
    assert texts(picture.words, **GUESSED) == words


def test_the_length_follows_the_pointer_along_the_curves():
    picture, _ = GRADIENT_COST.shown()
    x, y = picture.figure.transFigure.inverted().transform(picture.panel.transData.transform((400, 1.0)))
    assert picture.touched(x, y) == {"sequence_length": pytest.approx(400)}
    assert picture.touched(0.1, 0.5) == {}
