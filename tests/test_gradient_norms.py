"""Notebook 03: the exercise's judge, and the pictures that do not move."""

from itertools import combinations

import numpy as np
import pytest

from bptt_helpers.lessons.gradient_norms import check_log_profile, draw_enough, draw_rule, draw_transient
from bptt_helpers.lessons.gradient_norms.check import known_mistakes, numeric_profile
from bptt_helpers.lessons.gradient_pictures import gradient_colours


def log_profile(
    W_hh,
    slopes,
    signal,
    *,
    step=lambda W_hh, slope, signal: W_hh.T @ (slope * signal),
    journey=slice(None, 0, -1),
    log=np.log10,
    rescale=True,
):
    """A right answer, and by its options the wrong ones."""
    logs, size = [log(np.linalg.norm(signal))], 0.0
    for slope in slopes[journey]:
        if rescale:
            size, signal = logs[-1], signal / np.linalg.norm(signal)
        signal = step(W_hh, slope, signal)
        logs.append(size + log(np.linalg.norm(signal)))
    return np.array(logs)


def wrong(**options):
    return lambda W_hh, slopes, signal: log_profile(W_hh, slopes, signal, **options)


def wrong_step(step):
    return wrong(step=step)


def in_float32(W_hh, slopes, signal):
    """A right answer that adds up in float32."""
    W_hh, slopes, signal = (a.astype(np.float32) for a in (W_hh, slopes, signal))
    logs, taken = [], np.float32(0)
    for k in range(len(slopes)):
        if k > 0:
            signal = W_hh.T @ (slopes[-k] * signal)
        size = np.linalg.norm(signal)
        taken, signal = taken + np.log10(size), signal / size
        logs.append(taken)
    return np.array(logs)


def now_and_then(W_hh, slopes, signal, *, every=100, size=np.linalg.norm):
    """A right answer that takes away less often, or something else than the norm."""
    logs, taken = [], 0.0
    for k in range(len(slopes)):
        if k > 0:
            signal = W_hh.T @ (slopes[-k] * signal)
        if k % every == 0:
            taken, signal = taken + np.log10(size(signal)), signal / size(signal)
        logs.append(taken + np.log10(np.linalg.norm(signal)))
    return logs


@pytest.mark.parametrize(
    "answer",
    [
        log_profile,
        in_float32,
        now_and_then,
        lambda *a: now_and_then(*a, every=1, size=lambda v: np.abs(v).max()),
        lambda *a: now_and_then(*a, every=1, size=lambda v: 2.0 ** np.round(np.log2(np.abs(v).max()))),
    ],
)
def test_check_accepts_right_answers(answer):
    assert check_log_profile(answer).sentence.startswith("Right: ")


def plain_in_long_double(W_hh, slopes, signal):
    return wrong(rescale=False)(*(a.astype(np.longdouble) for a in (W_hh, slopes, signal)))


def by_norm(norm):
    def answer(W_hh, slopes, signal):
        logs = []
        for k in range(len(slopes)):
            if k > 0:
                signal = W_hh.T @ (slopes[-k] * signal)
            logs.append(np.log10(norm(signal)))
        return np.array(logs)

    return answer


def counted_twice(W_hh, slopes, signal, *, divide=True, twice=True):
    logs, taken = [], 0.0
    for k in range(len(slopes)):
        if k > 0:
            signal = W_hh.T @ (slopes[-k] * signal)
        size = np.linalg.norm(signal)
        taken += np.log10(size)
        signal = signal / size if divide else signal
        logs.append(taken + twice * np.log10(size))
    return np.array(logs)


def straight_line(W_hh, slopes, signal):
    return np.log10(np.linalg.norm(signal)) + np.arange(len(slopes)) * np.log10(np.abs(np.linalg.eigvals(W_hh)).max())


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (wrong(log=np.log), "natural logarithms"),
        (lambda *a: 10 ** log_profile(*a), "norms themselves"),
        (wrong_step(lambda W, slope, signal: W @ (slope * signal)), "multiplied by the transpose of W_hh"),
        (wrong_step(lambda W, slope, signal: slope * (W @ signal)), "by the Jacobian J_t; it must be"),
        (wrong_step(lambda W, slope, signal: slope * (W.T @ signal)), "before W_hh transposed, not after it"),
        (wrong_step(lambda W, slope, signal: W.T @ signal), "slopes are missing"),
        (wrong_step(lambda W, slope, signal: W.T * (slope * signal)), "it must be a matrix product"),
        (wrong(journey=slice(1, None)), "forward order"),
        (wrong(journey=slice(-2, None, -1)), "shifted by one"),
        (lambda *a: 2 * log_profile(*a), "squared norms"),
        (lambda *a: log_profile(*a)[::-1], "back to front"),
        (lambda *a: np.append(log_profile(*a)[0], np.diff(log_profile(*a))), "changes from lag to lag"),
        (lambda *a: log_profile(*a) - log_profile(*a)[0], "starts at 0"),
        (lambda *a: np.append(0, log_profile(*a)[:-1]), "one lag late"),
        (lambda *a: wrong(journey=slice(None, None, -1))(*a)[1:], "one lag too far"),
        (wrong(rescale=False), "for radius 3 and 1000 steps a number is not finite; keep the signal at a handy size"),
        (plain_in_long_double, "steps a number is not finite; keep the signal at a handy size"),
        (wrong(log=np.log2), "base 2"),
        (by_norm(lambda v: np.abs(v).max()), "the norm is the largest entry"),
        (by_norm(lambda v: np.abs(v).sum()), "the norm is the sum of the entries"),
        (by_norm(lambda v: np.sqrt((v**2).mean())), "the norm has the mean of the squares"),
        (counted_twice, "counted twice"),
        (lambda *a: counted_twice(*a, divide=False, twice=False), "the signal keeps its size"),
        (straight_line, "straight line of the spectral radius"),
        (wrong_step(lambda W, slope, signal: W.T @ slope * signal), "mind the parentheses"),
        (lambda *a: (log_profile(*a), 1.0), "got a tuple of length 2"),
        (lambda *a: log_profile(*a) if len(a[1]) < 1000 else (log_profile(*a), 1.0), "got a tuple of length 2"),
        (lambda *a: log_profile(*a) if len(a[1]) < 1000 else "inf", "got the text 'inf'"),
        (lambda *a: log_profile(*a) + 0.5, "at lag 0 you return 0.8940: too large by 0.5 (before any step back)."),
        (lambda *a: log_profile(*a) - 0.1 * np.arange(len(a[1])), "too small by 0.1 (lag 0 is right)."),
        (lambda *a: log_profile(*a)[1:], "shape (6,), want (7,)"),
        (lambda *a: None, "return"),
        (lambda *a: log_profile(*a) + (np.arange(len(a[1])) == 3), "too large by 1 (lags 0 to 2 are right)."),
        (lambda *a: log_profile(*a) if len(a[1]) < 1000 else log_profile(*a)[1:], "shape (999,), want (1000,)"),
        (lambda *a: np.minimum(log_profile(*a), 300), "for radius 3 and 1000 steps your last value is 300; want 477."),
    ],
)
def test_check_names_the_mistake(answer, hint):
    feedback = check_log_profile(answer)
    assert not feedback.ok
    assert hint in feedback.sentence


def test_no_two_known_mistakes_look_alike():
    rng = np.random.default_rng(0)
    case = rng.normal(size=(4, 4)), rng.uniform(0.2, 1, (7, 4)), rng.normal(size=4)
    right = numeric_profile(*case)
    np.testing.assert_allclose(right, log_profile(*case), rtol=1e-12)
    profiles = {"right": right} | known_mistakes(*case, right)
    for (first, a), (second, b) in combinations(profiles.items(), 2):
        assert np.abs(a - b).max() > 1e-3 * np.abs(a).max(), (first, second)


def test_check_says_not_attempted_yet():
    def stub(W_hh, slopes, signal):
        raise NotImplementedError

    assert check_log_profile(stub).sentence.startswith("Not attempted yet")


def test_the_still_shows_every_network_the_median_and_both_guesses():
    radius, guess = np.array([0.9, 1.5]), np.array([0.8, 0.95])
    growth = np.array([[0.8, 0.7, 0.95], [1.2, 0.9, 1.0]])
    still = draw_rule(radius, growth, guess, "what is seen")
    lines = {line.get_label(): line.get_xydata() for line in still.axes[0].lines}
    assert np.array_equal(lines["measured: each network"], np.column_stack([np.repeat(radius, 3), growth.ravel()]))
    assert np.array_equal(lines["measured: median"], np.column_stack([radius, [0.8, 1.0]]))
    assert np.array_equal(lines["rule: radius"][:, 1], radius)
    assert np.array_equal(lines["radius × mean slope"][:, 1], guess)
    low, high = still.axes[0].get_ylim()
    assert low < growth.min()
    assert high > radius.max()
    assert still._repr_mimebundle_()["text/plain"] == "what is seen"


def test_the_radii_that_are_enough_are_framed_and_no_others():
    radius = np.array([1.0, 1.1, 1.2, 1.3])
    change = np.array([[-1.0, 0.0, 2.0, -0.1], [-1, -1, -1, 1], [-9, -1, -1, -1]])
    (ax,) = draw_enough(radius, change, 50, "what is seen").axes
    np.testing.assert_array_equal(ax.images[0].get_array(), gradient_colours(change))
    frames = [collection.get_datalim(ax.transData) for collection in ax.collections]
    framed = [(frame.x0, frame.x1, round((frame.y0 + frame.y1) / 2)) for frame in frames]
    np.testing.assert_allclose(framed, [(1.05, 1.25, 0), (1.25, 1.35, 1)])


def test_the_vector_and_its_norm_are_drawn_with_the_peak():
    W = np.array([[0.9, 10.0], [0.0, 0.9]])
    signals = np.array([np.linalg.matrix_power(W.T, k) @ [1.0, 0.0] for k in range(101)])
    still = draw_transient(signals, 0.9, "what is seen")
    plane, ax = still.axes
    tips = {text.get_text(): text.xy for text in plane.texts if text.get_text()}
    assert {int(label.split()[1]) for label in tips} >= {0, 9, 63}
    for label, tip in tips.items():
        np.testing.assert_array_equal(tip, signals[int(label.split()[1])])
    norm, rule, *dots = (line.get_xydata() for line in ax.lines if len(line.get_xdata()) != 2)
    np.testing.assert_allclose(norm[:, 1], np.log10(np.linalg.norm(signals, axis=1)))
    np.testing.assert_allclose(rule[:, 1], np.arange(101) * np.log10(0.9))
    np.testing.assert_allclose(np.concatenate(dots)[:, 0], [9, 63])
    assert {"38.7 at lag 9", "below 1 from lag 63 on"} <= {text.get_text() for text in ax.texts}
