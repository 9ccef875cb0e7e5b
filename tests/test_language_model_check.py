"""The check of notebook 12: right answers pass, each mistake is named, and no two mistakes look alike."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers import Vocabulary, cross_entropy, forward, init_params, one_hot
from bptt_helpers.cells.catalogue import CELLS
from bptt_helpers.lessons.language_model.check import CASES, _network, _text, check_pieces
from bptt_helpers.lessons.language_model.mistakes import EXACTLY, hint_for, in_one_pass, wrong_bits
from bptt_helpers.measures.bits import bits_per_character


def reading(
    params,
    codes,
    length,
    cell,
    *,
    starts=lambda codes, length: range(0, len(codes) - 1, length),
    piece_of=lambda codes, begin, length: codes[begin : begin + length + 1],
    pair=lambda piece: (piece[:-1], piece[1:]),
    hand_on=lambda trace: {"s0": trace.states[-1]},
    weight=lambda piece, length: len(piece) - 1,
    gather=sum,
    divide=lambda codes, length, losses: len(codes) - 1,
    unit=lambda nats: nats / np.log(2),
):
    """A right answer, and by its options wrong ones."""
    losses, state = [], {}
    for begin in starts(codes, length):
        piece = piece_of(codes, begin, length)
        x, y = pair(piece)
        trace = forward(params, one_hot(x, params.n_in)[:, None], cell=cell, **state)
        losses.append(weight(piece, length) * cross_entropy(trace.o, y)[0])
        state = hand_on(trace)
    return unit(gather(losses) / divide(codes, length, losses))


def wrong(**options):
    return lambda *case: reading(*case, **options)


def character_by_character_inside_a_piece(params, codes, length, cell):
    """One pass for each piece, and its losses one by one; it knows the cells by their names."""
    bits, state = [], np.zeros(CELLS[cell].parts * params.n_hidden)
    for begin in range(0, len(codes) - 1, length):
        x = codes[begin : begin + length][: len(codes) - 1 - begin]
        trace = forward(params, np.eye(params.n_in)[x][:, None, :], cell=cell, s0=state)
        state = trace.states[-1, 0]
        for t, o in enumerate(trace.o[:, 0]):
            p = np.exp(o) / np.exp(o).sum()
            bits.append(-np.log2(p[codes[begin + t + 1]]))
    return np.mean(bits)


def with_split(params, codes, length, cell):
    x, y = codes[:-1], codes[1:]
    cuts, state, total = np.arange(length, len(x), length), None, 0
    for own, following in zip(np.split(x, cuts), np.split(y, cuts), strict=True):
        trace = forward(params, one_hot(own, params.n_in)[:, None], cell=cell, s0=state)
        total, state = total + cross_entropy(trace.o, following[:, None])[0] * following.size, trace.states[-1]
    return total / y.size / np.log(2)


def averaged(params, codes, length, cell):
    means, counts, state = [], [], None
    for begin in range(0, len(codes) - 1, length):
        y = codes[begin + 1 : begin + 1 + length]
        x = one_hot(codes[begin : begin + len(y)], params.n_in)
        trace = forward(params, x[:, None], cell=cell, s0=state)
        means.append(cross_entropy(trace.o, y)[0] * np.log2(np.e))
        counts.append(len(y))
        state = trace.states[-1].copy()
    return np.average(means, weights=counts)


def in_single(params, codes, length, cell):
    return np.float32(reading(params.astype(np.float32), codes, length, cell))


def as_array(*case):
    return np.array([reading(*case)])[0]


def recursive(params, codes, length, cell):
    def rest(codes, state):
        if len(codes) < 2:
            return 0.0
        piece = codes[: length + 1]
        trace = forward(params, one_hot(piece[:-1], params.n_in)[:, None], cell=cell, s0=state)
        here = cross_entropy(trace.o, piece[1:])[0] * (len(piece) - 1)
        return here + rest(codes[length:], trace.states[-1])

    return rest(codes, None) / np.log(2) / (len(codes) - 1)


def with_while(params, codes, length, cell):
    codes, begin, nats, state = list(codes), 0, 0, None
    while begin + 1 < len(codes):
        end = min(begin + length, len(codes) - 1)
        trace = forward(params, one_hot(codes[begin:end], params.n_in)[:, None], cell=cell, s0=state)
        loss, _ = cross_entropy(trace.o, codes[begin + 1 : end + 1], weight=np.ones(end - begin))
        nats, state, begin = nats + (end - begin) * loss, trace.states[-1], end
    return nats / np.log(2) / (len(codes) - 1)


RIGHT = [
    reading,
    character_by_character_inside_a_piece,
    with_split,
    averaged,
    in_single,
    as_array,
    recursive,
    with_while,
]


@pytest.mark.parametrize("answer", RIGHT)
def test_a_right_answer_in_any_style_is_accepted(answer):
    assert check_pieces(answer).sentence.startswith("Right: pieces give the bits of one pass")


def full(codes, length):
    return range(0, len(codes) - length, length)


def filled_up(codes, length):
    """The last piece ends with the text and is full, if any is."""
    return [*full(codes, length), max(0, len(codes) - 1 - length)] if (len(codes) - 1) % length else full(codes, length)


def lossy(trace):
    return {"h0": trace.h[-1]}


def without_h(trace):
    s = trace.states[-1].copy()
    s[:, : trace.params.n_hidden] = 0
    return {"s0": s}


def first_state_for_all(params, codes, length, cell):
    kept = []

    def hand_on(trace):
        kept.append(trace.states[-1])
        return {"s0": kept[0]}

    return reading(params, codes, length, cell, hand_on=hand_on)


def one_piece_late(params, codes, length, cell):
    kept = [None]

    def hand_on(trace):
        kept.append(trace.states[-1])
        return {"s0": kept[-2]}

    return reading(params, codes, length, cell, hand_on=hand_on)


def adds_means(*case):
    return reading(*case, weight=lambda piece, length: 1, divide=lambda codes, length, losses: 1)


ONE, MEAN = {"weight": lambda piece, length: 1}, {"divide": lambda codes, length, losses: len(losses)}
MISTAKES = {
    "the state begins at zero": wrong(hand_on=lambda trace: {}),
    "begins at zero in every piece": wrong(hand_on=lambda trace: {"s0": trace.states[0]}),
    "states[1]; want": wrong(hand_on=lambda trace: {"s0": trace.states[1]}),
    "last but one": wrong(hand_on=lambda trace: {"s0": trace.states[-2]}),
    "one piece late": one_piece_late,
    "take a new state from each piece": first_state_for_all,
    "the cell state is lost": wrong(hand_on=lossy),
    "h is lost": wrong(hand_on=without_h),
    "has a target too": wrong(
        piece_of=lambda codes, begin, length: codes[begin : begin + length], starts=lambda c, n: range(0, len(c) - 1, n)
    ),
    "step on by `length`": wrong(starts=lambda codes, length: range(0, len(codes) - 1, length + 1)),
    "one input too many": wrong(piece_of=lambda codes, begin, length: codes[begin : begin + length + 2]),
    "every length - 1": wrong(starts=lambda codes, length: range(0, len(codes) - 1, length - 1)),
    "the last piece is missing": wrong(starts=full),
    "filled up": wrong(starts=filled_up),
    "begin with codes[0]": wrong(starts=lambda codes, length: range(1, len(codes) - 1, length)),
    "not the character itself": wrong(pair=lambda piece: (piece[:-1], piece[:-1])),
    "exchanged": wrong(pair=lambda piece: (piece[1:], piece[:-1])),
    "the mean of the means": wrong(**ONE, **MEAN),
    "shorter at the end": wrong(weight=lambda piece, length: length),
    "as many characters as full pieces": wrong(divide=lambda codes, length, losses: len(losses) * length),
    "len(codes) - 1": wrong(divide=lambda codes, length, losses: len(codes)),
    "sum over all characters": wrong(divide=lambda codes, length, losses: 1),
    "divided by the number of pieces": wrong(**MEAN),
    "added and not divided": adds_means,
    "before you divide by all targets": wrong(**ONE),
    "one fewer than its characters": wrong(weight=lambda piece, length: len(piece)),
    "add them up": wrong(gather=lambda losses: losses[-1]),
    "replaces the one before": wrong(gather=lambda losses: losses[-1], **ONE, divide=lambda *_: 1),
    "only the first piece": wrong(gather=lambda losses: losses[0], **ONE, divide=lambda *_: 1),
    "natural logarithms": wrong(unit=lambda nats: nats),
    "by division": wrong(unit=lambda nats: nats * np.log(2)),
    "base 10": wrong(unit=lambda nats: nats / np.log(10)),
    "sign": wrong(unit=lambda nats: -nats / np.log(2)),
    "perplexity": wrong(unit=np.exp),
    "probability": wrong(unit=lambda nats: np.exp(-nats)),
}


@pytest.mark.parametrize("hint", MISTAKES)
def test_each_mistake_is_named(hint):
    feedback = check_pieces(MISTAKES[hint])
    assert not feedback.ok
    assert hint in feedback.sentence
    assert "one pass gets" in feedback.sentence


@pytest.mark.parametrize(
    ("hints", "answer"),
    [
        (("begins at zero", "natural"), wrong(hand_on=lambda trace: {}, unit=lambda nats: nats)),
        (("the cell state is lost", "mean of the means"), wrong(hand_on=lossy, **ONE, **MEAN)),
        (("has a target too", "begins at zero"), wrong(
            piece_of=lambda codes, begin, length: codes[begin : begin + length], hand_on=lambda trace: {}
        )),
    ],
)  # fmt: skip
def test_of_two_mistakes_one_is_named(hints, answer):
    assert any(hint in check_pieces(answer).sentence for hint in hints)


def test_no_two_single_mistakes_look_alike():
    cell, count, length = CASES[0]
    found = [pair for pair in wrong_bits(_network(cell, 0), _text(count, 0), length, cell) if len(pair[1]) <= 1]
    for (a, of_a), (b, of_b) in combinations(found, 2):
        assert of_a == of_b or abs(a - b) > 10 * EXACTLY * abs(b), (of_a, of_b)


def test_a_mistake_that_shows_in_a_later_case_only_is_named_too():
    """Right for the first case, whose pieces are not all full, and for no other."""

    def short_always(params, codes, length, cell):
        short = (len(codes) - 1) % length
        return reading(params, codes, length, cell, **({} if short else {"hand_on": lambda trace: {}}))

    assert "for 31 characters in pieces of 5 (cell 'gru')" in check_pieces(short_always).sentence
    assert "begins at zero" in check_pieces(short_always).sentence


def stub(*case):
    raise NotImplementedError


def nothing(*case):
    reading(*case)


def writes(params, codes, length, cell):
    bits = reading(params, codes, length, cell)
    codes[0] = 0
    codes[-1] = 1
    return bits


def trains(params, codes, length, cell):
    bits = reading(params, codes, length, cell)
    params.b_q[:] = 0
    return bits


def at_once(params, codes, length, cell):
    return in_one_pass(params, codes, cell)


def one_by_one(params, codes, length, cell):
    return reading(params, codes, 1, cell)


def empty_piece_at_the_end(params, codes, length, cell):
    return reading(params, codes, length, cell, starts=lambda codes, length: range(0, len(codes), length))


def forgets_the_cell(params, codes, length, cell):
    return reading(params, codes, length, "tanh")


def keeps_its_sum():
    total = []

    def answer(*case):
        total.append(reading(*case))
        return sum(total)

    return answer


def keeps_its_state():
    """The state of the text before, where the sizes allow it."""
    kept = {}

    def answer(params, codes, length, cell):
        last = kept.get(cell)

        def hand_on(trace):
            kept[cell] = {"s0": trace.states[-1]}
            return kept[cell]

        losses, state = 0, last or {}
        for begin in range(0, len(codes) - 1, length):
            piece = codes[begin : begin + length + 1]
            trace = forward(params, one_hot(piece[:-1], params.n_in)[:, None], cell=cell, **state)
            losses += (len(piece) - 1) * cross_entropy(trace.o, piece[1:])[0]
            state = hand_on(trace)
        return losses / (len(codes) - 1) / np.log(2)

    return answer


def test_a_state_that_is_left_from_the_text_before_is_found_at_the_first_check_and_at_the_second():
    answer = keeps_its_state()
    for _ in range(2):
        assert "something of the call before is left" in check_pieces(answer).sentence
    assert "something of the call before is left" in check_pieces(keeps_its_sum()).sentence


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (stub, "Not attempted yet"),
        (nothing, "is None; does your function end with `return`"),
        (lambda *case: "3.66", "want one real number, got the text '3.66'"),
        (lambda *case: [1.0, 2.0], "want one real number, got a list of length 2"),
        (lambda *case: np.nan, "is nan"),
        (lambda *case: (reading(*case), 0), "a tuple of length 2"),
        (writes, "your function changed codes"),
        (trains, "your function changed params"),
        (at_once, "reads 23 at once"),
        (one_by_one, "reads 1 at once"),
        (empty_piece_at_the_end, "with ValueError: x: want an array (T, B, d) with T, B >= 1"),
        (forgets_the_cell, "(here 24 characters, length = 7, d = 9, states 12 wide)"),
        (lambda *case: 2.0, "you get 2.0000, one pass over the whole text"),
    ],
)
def test_what_is_no_answer_is_told_in_a_sentence(answer, says):
    feedback = check_pieces(answer)
    assert not feedback.ok
    assert says in feedback.sentence


def test_the_judge_agrees_with_the_package_and_with_single_characters():
    vocabulary, text = Vocabulary("abcdefghi"), "".join("abcdefghi"[k] for k in _text(50, 3))
    for cell in ("tanh", "gru", "lstm"):
        params = init_params(9, 6, 9, cell=cell, rng=2)
        judged = in_one_pass(params, vocabulary.encode(text), cell)
        assert judged == pytest.approx(bits_per_character(params, text, vocabulary, cell=cell), rel=1e-12)
        assert judged == pytest.approx(one_by_one(params, vocabulary.encode(text), 7, cell), rel=1e-12)


def test_a_right_number_has_no_hint_and_a_random_one_none():
    for seed, (cell, count, length) in enumerate(CASES):
        case = _network(cell, seed), _text(count, seed), length, cell
        assert hint_for(in_one_pass(case[0], case[1], cell), *case) is None
        assert hint_for(0.123456, *case) is None
