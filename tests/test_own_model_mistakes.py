"""The mistakes of notebook 13: the picture shows what was measured, and the graph's memory is counted."""

import gc
from itertools import combinations, pairwise

import numpy as np
import pytest

from bptt_helpers.lessons.own_model import GraphMemory, draw_mistakes
from bptt_helpers.lessons.own_model import mistake_signs_picture as signs
from bptt_helpers.lessons.own_model.mistakes_picture import CARDS, PLACES, SYMPTOM, TITLE
from bptt_helpers.lessons.sheet_pictures import CAPITAL, Shapes, Words, outline

FOUND = {
    "carried": (27.5, 424.4),
    "leftover": (0.108, 0.288),
    "biases": (1.0, 2.0),
    "order": (2.16, 3.59),
    "reset": (2.17, 3.11),
    "padding": (0.0, 0.62),
    "layout": (2.18, 4.67),
    "scaled": (0.362, 1.5e-5),
}


def drawn(figure):
    collections = figure.axes[0].collections
    (words,) = (a.words for a in collections if isinstance(a, Words))
    (shapes,) = (a.shapes for a in collections if isinstance(a, Shapes))
    return words, shapes


def joined(words, wanted):
    """The texts of these words as one, from top to bottom."""
    return " ".join(w.text for w in sorted(filter(wanted, words), key=lambda w: -w.y))


def test_every_row_has_its_title_two_numbers_three_words_of_symptom_and_a_cure():
    figure = draw_mistakes(FOUND)
    words, _ = drawn(figure)
    right, wrong = ([w.text for w in words if w.text.startswith(sign)][1:] for sign in "✓✗")
    assert right == ["✓ 28 kB", "✓ 0.108", "✓ 1", "✓ 2.16", "✓ 2.17", "✓ 0%", "✓ 2.18", "✓ 0.36"]
    assert wrong == ["✗ 424 kB", "✗ 0.288", "✗ 2", "✗ 3.59", "✗ 3.11", "✗ 62%", "✗ 4.67", "✗ 2×10⁻⁵"]
    assert [w.text for w in sorted(words, key=lambda w: -w.y) if w.x == 0.1] == list("12345678")
    cards = CARDS.values()
    assert all(len(card.symptom.split()) == 3 for card in cards)
    assert joined(words, lambda w: w.x == TITLE and w.bold) == " ".join(["mistake", *(c.title for c in cards)])
    assert joined(words, lambda w: w.x == SYMPTOM) == " ".join(["you notice", *(c.symptom for c in cards)])
    assert joined(words, lambda w: w.mono) == " ".join(card.cure.replace("\n", " ") for card in cards)
    assert figure.sentence.startswith("Mistakes and what they give. state carried with its graph: 424 kB of memory")
    assert figure.sentence.endswith("clipped before unscaling: 2×10⁻⁵ step length instead of 0.36.")


def test_the_columns_are_named_and_every_number_has_its_unit_beside_it():
    words, _ = drawn(draw_mistakes(FOUND))
    heads = sorted((w for w in words if w.y == max(word.y for word in words)), key=lambda w: w.x)
    assert [w.text for w in heads] == ["mistake", "✓ right", "✗ wrong", "you notice", "cure"]
    assert tuple(w.x for w in heads[1:3]) == PLACES
    for place in PLACES:
        pairs = [(w, nxt) for w, nxt in pairwise(words) if w.text[0] in "✓✗" and abs(w.x - place) < 1][1:]
        assert [unit.text for _, unit in pairs] == [card.unit for card in CARDS.values()]
        assert all(unit.y == number.y and 0 < unit.x - number.x < 0.9 for number, unit in pairs)


def test_nothing_leaves_the_sheet_and_no_two_words_meet():
    figure = draw_mistakes(FOUND)
    words, shapes = drawn(figure)
    width, height = figure.get_size_inches()
    assert (width, height) == (9, pytest.approx(7.5, abs=0.05))  # readable at 900 pixels, seen at once
    corners = np.concatenate([shape.corners for shape in shapes])
    assert (corners >= 0).all()
    assert (corners <= (width, height)).all()
    boxes = [extent(word) for word in words]
    assert min(x for (x, _), _ in boxes) >= 0
    assert max(x for _, (x, _) in boxes) <= width
    meet = [(a.text, b.text) for (a, p), (b, q) in combinations(zip(words, boxes, strict=True), 2) if overlap(p, q)]
    assert meet == []
    assert min(word.size for word in words) >= 9


def extent(word):
    """Lower left and upper right corner of a word, in inches."""
    points, _, width = outline(word.text, word.bold, word.mono)
    left = word.x - width * word.size / 72 * {"left": 0, "center": 0.5, "right": 1}[word.ha]
    placed = points * word.size / 72 + (left, word.y - CAPITAL * word.size / 144)
    return placed.min(axis=0), placed.max(axis=0)


def overlap(a, b):
    return (np.minimum(a[1], b[1]) > np.maximum(a[0], b[0])).all()


def test_what_is_wrong_is_drawn_in_its_column_alone():
    _, shapes = drawn(draw_mistakes(FOUND))
    wrong = {signs.WRONG, signs.LIGHT[signs.WRONG]}
    found = np.concatenate([shape.corners[:, 0] for shape in shapes if {shape.face, shape.edge} & wrong])
    assert len(found) > 40
    assert (np.abs(found - PLACES[1]) <= signs.WIDTH / 2 + 1e-9).all()


def test_every_drawing_keeps_to_its_place():
    for card, numbers in zip(CARDS.values(), FOUND.values(), strict=True):
        for wrong in (False, True):
            shapes, words = card.draw(0, 0, wrong, numbers)
            corners = np.concatenate([*(s.corners for s in shapes), *map(np.array, map(extent, words))])
            assert np.abs(corners[:, 0]).max() <= signs.WIDTH / 2 + 0.02, card.title
            assert np.abs(corners[:, 1]).max() <= signs.HEIGHT / 2 + 0.01, card.title


def test_a_few_mistakes_alone_make_a_smaller_sheet():
    few = {name: FOUND[name] for name in ("leftover", "layout")}
    assert draw_mistakes(few).get_size_inches()[1] < draw_mistakes(FOUND).get_size_inches()[1] / 3


def width_of(shape):
    return np.ptp(shape.corners[:, 0])


def test_the_bars_of_a_leftover_gradient_are_to_scale():
    (right,), _ = signs.leftover(1, 1, False, (0.1, 0.3))
    (same, rest), _ = signs.leftover(1, 1, True, (0.1, 0.3))
    assert width_of(right) == pytest.approx(width_of(same))
    assert width_of(rest) == pytest.approx(2 * width_of(right))
    assert rest.edge == signs.WRONG


def test_the_way_back_goes_one_batch_or_all():
    right, wrong = (signs.carried(1, 1, which, None)[0] for which in (False, True))
    boxes = right[:3]
    assert right[-1].corners[:, 0].min() == pytest.approx(boxes[2].corners[:, 0].min())
    assert wrong[-1].corners[:, 0].min() == pytest.approx(boxes[0].corners[:, 0].min())


def test_blocks_go_to_the_slot_of_their_letter_or_straight_down():
    def ways(wrong):
        shapes, words = signs.order(0, 0, wrong, None)
        file = {round(w.x, 3): w.text for w in words if w.y > 0}
        slots = {round(w.x, 3): w.text for w in words if w.y < 0}
        arrows = [s for s in shapes if len(s.corners) == 7]
        pairs = [(s.corners[[0, -1], 0].mean(), s.corners[3, 0]) for s in arrows]
        near = lambda x, named: named[min(named, key=lambda place: abs(place - x))]  # noqa: E731
        return [near(start, file) + near(end, slots) for start, end in pairs]

    assert ways(False) == ["zz", "rr", "hn"]
    assert ways(True) == ["zr", "rz", "hn"]


def test_the_state_is_taken_at_the_end_of_the_sequence_or_of_the_padding():
    for wrong, last in ((False, 4), (True, 7)):
        shapes, _ = signs.padding(0, 0, wrong, None)
        assert shapes[-1].corners[3, 0] == pytest.approx(shapes[last].corners[:, 0].mean())


def test_reading_goes_along_time_or_across_the_sequences():
    for wrong, along in ((False, 0), (True, 1)):
        arrows = [s for s in signs.layout(0, 0, wrong, None)[0] if len(s.corners) == 7]
        assert all(np.ptp(s.corners[:, along]) > 2 * np.ptp(s.corners[:, 1 - along]) for s in arrows)
        assert len(arrows) == (5 if wrong else 3)


def test_the_wrong_step_clips_before_it_divides_and_is_a_point():
    def order(wrong):
        shapes, words = signs.scaled(0, 0, wrong, None)
        assert [w.text for w in words][2] == "step"
        return [w.text for w in sorted(words[:2], key=lambda w: w.x)], width_of(shapes[-1])

    (right, long), (wrong, short) = order(False), order(True)
    assert right == ["÷ 65536", "clip"]
    assert wrong == ["clip", "÷ 65536"]
    assert long > 20 * short


# ---- what the graph holds


def test_the_graph_of_one_product_is_counted_and_let_go(torch):
    memory = GraphMemory()
    a, b = torch.ones(10, requires_grad=True), torch.ones(10, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(memory.keep, memory.give):
        product = a * b
        assert memory.bytes == 80  # both factors, float32
        again = product * a  # and the product; a is held already
        assert memory.bytes == 120
        again.sum().backward()
    assert a.grad.tolist() == [2.0] * 10
    assert memory.bytes == 0


def test_a_view_counts_as_the_storage_it_belongs_to(torch):
    memory, whole = GraphMemory(), torch.ones(4, 5)
    w = torch.ones(5, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(memory.keep, memory.give):
        terms = [part * w for part in (whole[:3], whole[1:])]
    assert memory.bytes == 80  # both parts lie in one storage; w is not needed, since they want no gradient
    del terms
    gc.collect()
    assert memory.bytes == 0


@pytest.mark.parametrize(("retain", "growth"), [(False, 1), (True, 4)])
def test_a_graph_that_is_retained_grows_with_every_batch(torch, retain, growth):
    memory, layer, h, held = GraphMemory(), torch.nn.RNN(2, 3), None, []
    with torch.autograd.graph.saved_tensors_hooks(memory.keep, memory.give):
        for _ in range(4):
            out, h = layer(torch.ones(5, 1, 2), h)
            held.append(memory.bytes)
            out.sum().backward(retain_graph=retain)
            h = h if retain else h.detach()
    per_batch = held[1] - held[0] if retain else 0
    assert held[3] - held[0] == (growth - 1) * per_batch
    assert (per_batch > 0) is retain
