"""Twenty balls beside the wall: who flies out, who arrives, and that the picture shows just that."""

import numpy as np
import pytest

from bptt_helpers.lessons.gradient_clipping import draw_training, draw_wall
from bptt_helpers.lessons.gradient_clipping.balls import (
    B_LIMITS,
    BALLS,
    BITS,
    LOW,
    START_W,
    VALLEY_W,
    W_LIMITS,
    in_valley,
    leaving,
    starts,
    steepest,
)
from bptt_helpers.lessons.gradient_clipping.explorer import (
    CLIPPING,
    DISTANCES,
    LEVELS,
    SEQUENCE_LENGTH,
    STEPS,
    describe,
    terrain,
)
from bptt_helpers.lessons.gradient_pictures import HIGH
from bptt_helpers.training.cliff import Descent, descend, error_and_gradient, wall

SETTINGS = [{}, {"step": 40, "distance": 0.01, "mode": "value", "learning_rate": 0.2, "ball": 5, "threshold": 1.0}]
settings = pytest.mark.parametrize("changed", SETTINGS, ids=["start", "other"])


def data_of(**changed):
    return CLIPPING.compute(**CLIPPING.values(**changed))


def inside(w, b):
    return W_LIMITS[0] <= w <= W_LIMITS[1] and B_LIMITS[0] <= b <= B_LIMITS[1]


@settings
def test_the_balls_are_those_of_descend_counted_one_by_one(changed):
    values, data = CLIPPING.values(**changed), data_of(**changed)
    for balls, threshold in ((data.free, None), (data.clipped, values["threshold"])):
        for k in range(BALLS):
            path = descend(
                START_W[k],
                wall(START_W[k]) + values["distance"],
                learning_rate=values["learning_rate"],
                threshold=threshold,
                mode=values["mode"],
                steps=values["step"],
                sequence_length=SEQUENCE_LENGTH,
                bits=BITS,
            )
            np.testing.assert_allclose(balls.w[: values["step"] + 1, k], path.w, rtol=1e-9)
            left = [s for s in range(values["step"] + 1) if not inside(path.w[s], path.b[s])]
            assert balls.gone[k] == bool(left)
            if left:
                assert balls.out[k] == left[0]
                jump = path.w[left[0]] - path.w[left[0] - 1], path.b[left[0]] - path.b[left[0] - 1]
                assert balls.far[k] == pytest.approx(np.hypot(*jump), rel=1e-6)
            assert balls.arrived[k] == (not left and path.error[-1] < LOW and path.w[-1] < VALLEY_W)


def test_right_of_the_valley_the_error_is_low_on_the_wall_only():
    """The bottom, where the state log(7/3) stays, meets the wall at VALLEY_W and lies below it further right."""
    for w, above in ((VALLEY_W - 0.01, True), (VALLEY_W + 0.01, False)):
        assert (np.log(7 / 3) - 0.7 * w > wall(w)) == above
    assert in_valley(4.2, 0.001)
    assert not in_valley(4.6, 0.001)
    assert not in_valley(4.2, 0.03)
    for (w, b), further in zip(terrain().shore, np.repeat([1, -1], 40), strict=True):  # the upper side, then the lower
        at, beyond = (error_and_gradient(w, b + step, SEQUENCE_LENGTH)[0] for step in (0, 0.002 * further))
        assert at < LOW
        assert beyond > LOW or b == B_LIMITS[1]


def counts(distance, threshold, mode="norm", learning_rate=0.5, seeds=12):
    """Fewest and most that have flown out, and that lie in the valley, after 200 steps from nudged starts."""
    nudges = np.random.default_rng(0).uniform(-1e-6, 1e-6, (seeds, BALLS))
    options = {"learning_rate": learning_rate, "threshold": threshold, "mode": mode, "steps": STEPS[-1]}
    path = descend(*starts(distance, nudges), sequence_length=SEQUENCE_LENGTH, bits=BITS, **options)
    gone = leaving(path) <= STEPS[-1]
    home = ~gone & in_valley(path.w[-1], path.error[-1])
    return (gone.sum(1).min(), gone.sum(1).max()), (home.sum(1).min(), home.sum(1).max())


@pytest.mark.parametrize("distance", [DISTANCES[0], 0.01, DISTANCES[-1]])
def test_without_clipping_nearly_all_fly_and_with_it_all_arrive_wherever_the_starts_are_nudged(distance):
    (fewest, _), (_, most) = counts(distance, None)
    assert fewest >= 16
    assert most <= 4
    assert counts(distance, 0.3) == ((0, 0), (BALLS, BALLS))
    (_, flown), (_, home) = counts(distance, 0.3, "value")
    assert flown == 0
    assert 4 <= home <= 18  # cut entry by entry, many stop at the mouth of the valley


def test_the_clip_norm_has_a_range_that_helps():
    home = {threshold: counts(1e-5, threshold)[1] for threshold in (0.05, 0.2, 1.0)}
    assert home[0.05][1] <= 2  # steps too short for 200 of them
    assert home[0.2] == home[1.0] == (BALLS, BALLS)
    assert counts(1e-5, 2.0)[0][0] >= 15


def test_glued_to_the_wall_all_fly_in_the_first_step_and_their_gradient_is_then_next_to_nothing():
    assert data_of(step=1).free.gone.all()
    path = descend(*starts(1e-5), learning_rate=0.5, sequence_length=SEQUENCE_LENGTH, bits=BITS)
    assert (path.norm[0] > 9).all()
    assert (path.norm[1] < 1e-3).all()
    assert (path.norm[1] == 0).sum() >= 12


@settings
def test_the_steepest_place_is_the_longest_gradient_on_the_map_so_far(changed):
    values, data = CLIPPING.values(**changed), data_of(**changed)
    k, s, clip = data.ball, data.steepest, data.threshold
    assert k == values["ball"] - 1
    on_map = min(values["step"], data.clipped.out[k] - 1) + 1
    w, b = data.clipped.w[:on_map, k], data.clipped.b[:on_map, k]
    gradients = np.array(error_and_gradient(w, b, SEQUENCE_LENGTH)[1:])
    assert s.step == np.hypot(*gradients).argmax()
    np.testing.assert_array_equal(s.at, [w[s.step], b[s.step]])
    np.testing.assert_allclose(s.gradient, gradients[:, s.step], rtol=1e-9)
    assert s.norm == pytest.approx(np.hypot(*s.gradient))
    assert np.hypot(*s.by_norm) == pytest.approx(min(clip, s.norm))
    assert s.by_norm @ s.gradient == pytest.approx(np.hypot(*s.by_norm) * s.norm)
    np.testing.assert_array_equal(s.by_value, np.clip(s.gradient, -clip, clip))
    cosine = s.by_value @ s.gradient / np.hypot(*s.by_value) / s.norm
    assert s.turned == pytest.approx(np.degrees(np.arccos(min(1, cosine))), abs=1e-5)


@settings
def test_what_is_drawn_is_what_was_computed(changed):
    picture, data = CLIPPING.shown(**changed)
    for part, balls in ((picture.free, data.free), (picture.clipped, data.clipped)):
        here = [min(data.step, out - 1) for out in balls.out]
        places = np.array([[balls.w[s, k], balls.b[s, k]] for k, s in enumerate(here)])
        np.testing.assert_array_equal(part.starts.get_xydata(), np.column_stack([balls.w[0], balls.b[0]]))
        np.testing.assert_array_equal(part.home.get_xydata(), places[balls.arrived])
        np.testing.assert_array_equal(part.rolling.get_xydata(), places[~balls.gone & ~balls.arrived])
        trail = np.column_stack([balls.w[:, data.ball], balls.b[:, data.ball]])[: here[data.ball] + 1]
        np.testing.assert_array_equal(part.trail.get_xydata(), trail)
        tail = part.trails.get_segments()[data.ball]
        np.testing.assert_array_equal(tail[-len(trail) :], trail[-len(tail) :])
        assert part.gone.get_text() == str(balls.gone.sum())
        assert part.arrived.get_text() == str(balls.arrived.sum())
        assert sum(int(words.get_text()) for words in (part.gone, part.arrived, part.on_way)) == BALLS
        tips = np.array([path.vertices[0] for path in part.heads.get_paths()]).reshape(-1, 2)
        assert len(tips) == balls.gone.sum() == len(part.flights.get_segments())
        for tip, flight, k in zip(tips, part.flights.get_segments(), np.flatnonzero(balls.gone), strict=True):
            np.testing.assert_array_equal(flight[0], places[k])
            on_edge = np.isclose(tip[0], W_LIMITS).any() or np.isclose(tip[1], B_LIMITS).any()
            assert on_edge
            assert inside(*(tip + 1e-9 * (places[k] - tip)))
            jump = np.array([balls.w[balls.out[k], k], balls.b[balls.out[k], k]]) - places[k]
            assert np.arctan2(*(tip - places[k])) == pytest.approx(np.arctan2(*jump), abs=1e-9)
        written = [label.get_text() for label in part.labels if label.get_text()]
        assert bool(written) == bool(part.farthest.get_text()) == bool(part.unit.get_text()) == balls.gone.any()
        if written:
            farthest = balls.far.max()
            assert part.farthest.get_text() == f"by up to {written[0]}"
            assert float(written[0].replace(",", "")) == pytest.approx(farthest, abs=0.5 if farthest >= 10 else 0.05)
    assert picture.clipped.limit.get_text() == f"{data.mode} {data.threshold:g}"


@settings
def test_the_arrows_are_the_gradient_and_both_cuts_in_units_of_the_clip_norm(changed):
    picture, data = CLIPPING.shown(**changed)
    arrows, s = picture.arrows, data.steepest
    np.testing.assert_array_equal(arrows.ring.get_xydata(), [s.at])
    for arrow, gradient, name in ((arrows.by_norm, s.by_norm, "norm"), (arrows.by_value, s.by_value, "value")):
        start, end = arrow._posA_posB
        assert start == (0, 0)
        np.testing.assert_allclose(end, -gradient / data.threshold)
        assert (arrow.get_alpha() == 1) == (name == data.mode)
    end = np.array(arrows.before._posA_posB[1])
    assert np.arctan2(*end) == pytest.approx(np.arctan2(*-s.gradient), abs=1e-9)
    assert abs(end).max() <= arrows.ax.get_xlim()[1] * (1 + 1e-12)
    assert arrows.lengths[3].get_text() == f"{s.turned:.0f}°"


def test_the_pointer_takes_a_ball_or_its_start_on_either_map():
    picture, data = CLIPPING.shown(step=60)
    for part, step, k in (
        (picture.free, 0, 0),
        (picture.free, 0, 19),
        (picture.clipped, 0, 19),
        (picture.clipped, 60, 12),
    ):
        balls = data.free if part is picture.free else data.clipped
        pixels = part.ax.transData.transform([balls.w[step, k], balls.b[step, k]])
        assert picture.touched(*picture.figure.transFigure.inverted().transform(pixels)) == {"ball": k + 1}
        corner = part.ax.transData.transform([W_LIMITS[0] + 0.1, B_LIMITS[0] + 0.1])
        assert picture.touched(*picture.figure.transFigure.inverted().transform(corner)) == {}
    assert picture.touched(0.99, 0.99) == {}


def test_the_map_is_the_error_in_steps_and_the_sentence_has_the_counts():
    ground = terrain()
    for (row, column), (w, b) in {(0, 0): (3.7, -1.5), (-1, 0): (3.7, -3.9), (0, -1): (6.7, -1.5)}.items():
        error = error_and_gradient(w, b, SEQUENCE_LENGTH)[0]
        assert ground.bands[row, column] ** 2 == pytest.approx(LEVELS[error >= LEVELS].max())
    np.testing.assert_array_equal(ground.wall[1], wall(ground.wall[0]))
    figure = CLIPPING.picture().figure
    bar = figure.axes[-1]
    for tick, error in zip(bar.get_xticks(), (0, 0.1, 0.4), strict=True):
        assert tick == pytest.approx(np.sqrt(error))
    shown, there = bar.get_images()[0], figure.axes[0].get_images()[0]
    assert (shown.get_clim(), shown.get_cmap().name) == (there.get_clim(), there.get_cmap().name)
    np.testing.assert_array_equal(np.unique(shown.get_array()), np.unique(ground.bands))
    data = data_of(step=200)
    sentence = describe(data)
    assert f"without clipping 20 of 20 balls have flown out, the farthest by {data.free.far.max():,.0f}," in sentence
    assert (
        "clipped by norm to 0.3, 0 of 20 balls have flown out, 20 lie in the valley, and 0 are still on the way"
        in sentence
    )
    assert f"turned by {data.steepest.turned:.0f} degrees" in sentence


def test_the_wall_and_its_steepest_slope_are_drawn_and_the_guess_beside_it():
    b, near = np.linspace(-3, -2, 11), np.linspace(-1e-4, 1e-4, 5)
    errors = {"T = 10": b**2 / 20, "T = 50": b**2 / 30}
    figure = draw_wall(b, errors, near, 0.2 - 5000 * near, -5000.0, "Words.", guess=1000)
    left, right = figure.axes
    for line, (name, error) in zip(left.lines, errors.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), error)
    labels = [line.get_label() for line in right.lines[1:]]
    assert labels == ["steepest: 5,000", "your guess: 1,000"]
    assert [line.get_slope() for line in right.lines[1:]] == [-5000.0, -1000.0]
    assert len(draw_wall(b, errors, near, 0.2 - 5000 * near, -5000.0, "Words.").axes[1].lines) == 2
    assert figure.sentence == "Words."


def test_training_runs_end_where_they_are_solved_and_all_axes_are_alike():
    runs = {
        "no clipping": [{"correct": [0.2, 0.3], "norm": [10.0, 1e9], "solved": False, "updates": 40}],
        "clipped": [{"correct": [0.5, 1.0], "norm": [1.0, 5.0], "solved": True, "updates": 33}],
    }
    figure = draw_training(runs, "Words.", every=20, updates=40, clip_norm=1.0, chance=0.25)
    top, bottom = figure.axes[:2], figure.axes[2:4]
    assert [ax.get_title() for ax in top] == ["no clipping: 0 of 1 runs solve it", "clipped: 1 of 1 runs solve it"]
    assert {ax.get_xlim() for ax in figure.axes} == {(0, 40)}
    for ax, below, setting in zip(top, bottom, runs.values(), strict=True):
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), setting[0]["correct"])
        norms = next(line for line in below.lines if len(line.get_xdata()) == 2 and line.get_xdata()[0] == 20)
        np.testing.assert_allclose(norms.get_ydata(), np.minimum(np.log10(setting[0]["norm"]), HIGH))
    solved = [line for line in top[1].lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [line.get_xydata().tolist() for line in solved] == [[[33.0, 1.0]]]
    assert not any(line.get_marker() == "o" for line in top[0].lines)


def test_a_gradient_met_beyond_the_map_is_not_the_steepest():
    w, b = np.array([[5.0], [5.1], [9.0]]), np.array([[-2.6], [-2.7], [-5.0]])
    path = Descent(w, b, error=w, norm=np.array([[1.0], [3.0], [7.0]]), turned=w)
    assert leaving(path).tolist() == [2]
    assert steepest(2, 0, path, leaving(path), 1.0, SEQUENCE_LENGTH).step == 1
    assert steepest(0, 0, path, leaving(path), 1.0, SEQUENCE_LENGTH).step == 0
