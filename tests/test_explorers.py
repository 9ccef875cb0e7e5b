"""Every explorer, at every corner of its controls. A picture nobody can compare is worth nothing: data are compared."""

import itertools
import math
import random

import numpy as np
import pytest

from bptt_helpers import widgets
from bptt_helpers.lessons.catalogue import EXPLORERS as EXPLORERS_AS_DATA
from bptt_helpers.lessons.explorer import Choice, Guess
from bptt_helpers.lessons.gradient_pictures import FADE, HIGH, LOW, HeatMap
from bptt_helpers.lessons.jacobian_spectra import spectrum_data
from bptt_helpers.lessons.truncation import network_on_text

EXPLORERS = [getattr(widgets, name) for name in widgets.EXPLORERS]
explorers = pytest.mark.parametrize("explore", EXPLORERS, ids=lambda e: e.__name__)


def arrays_of(data):
    """All numbers inside a NamedTuple of arrays, numbers, dicts and nested tuples, as one flat list of arrays."""
    if isinstance(data, dict):
        data = tuple(data.values())
    if isinstance(data, tuple | list):
        return [array for part in data for array in arrays_of(part)]
    return [] if data is None or isinstance(data, str | bool) else [np.asarray(data, float)]


def artist_data(explorer):
    """What matplotlib will draw: the data of all moving artists, as flat arrays and strings."""
    out = []
    for artist in explorer.painter.picture.artists:
        if hasattr(artist, "get_paths"):  # outlines in one collection
            out.append(np.concatenate([np.empty(0), *(path.vertices.ravel() for path in artist.get_paths())]))
        for getter in ("get_xydata", "get_array", "get_offsets", "get_text", "get_bbox", "get_path", "get_segments"):
            if hasattr(artist, getter):
                value = getattr(artist, getter)()
                value = getattr(value, "vertices", value)
                value = getattr(value, "bounds", value)
                out.append(value if isinstance(value, str) else np.ma.getdata(np.ma.asarray(value, float)).ravel())
                if getter == "get_xydata":
                    break
    return out


def same(a, b):
    return len(a) == len(b) and all(
        u == v if isinstance(u, str) else np.array_equal(u, v, equal_nan=True) for u, v in zip(a, b, strict=True)
    )


def ends_of(explorer, name):
    return explorer.explorer.controls[name].ends


CORNERS = 128  # drawn of an explorer that has more of them


def corners(explorer):
    """All corners; or many of them, among which any two ends of any two controls meet."""
    names, ends = list(explorer.controls), [control.ends for control in explorer.explorer.controls.values()]
    chosen = itertools.product(*ends)
    if math.prod(map(len, ends)) > CORNERS:
        rng = random.Random(0)
        chosen = [tuple(map(rng.choice, ends)) for _ in range(CORNERS)]
        for one, two in itertools.combinations(range(len(ends)), 2):
            met = {(values[one], values[two]) for values in chosen}
            assert len(met) == len(ends[one]) * len(ends[two]), (names[one], names[two])
    for values in chosen:
        yield dict(zip(names, values, strict=True))


COUNTS_STEPS = ("step", "character", "lag")  # an axis whose label has one of these words may follow T


def scales(picture):
    """Limits of all axes that do not count steps, and colour limits of all images."""
    limits = []
    for ax in picture.figure.axes:
        for label, limit in ((ax.get_xlabel(), ax.get_xlim()), (ax.get_ylabel(), ax.get_ylim())):
            limits.append(None if any(word in label for word in COUNTS_STEPS) else limit)
        limits += [(image.get_clim(), image.cmap.name) for image in ax.get_images()]
    return limits


@explorers
def test_every_corner_is_drawn_without_inf_nan_or_warning_and_on_the_same_scales(explore):
    explorer = explore()
    scales_at_start = scales(explorer.painter.picture)
    for values in corners(explorer):
        explorer.update(**values)
        expected = explorer.explorer.compute(**values)
        assert same(arrays_of(explorer.data), arrays_of(expected)), values
        assert not any(np.isposinf(a).any() for a in arrays_of(expected)), values
        words = explorer.sentence.replace("information", "").split()
        assert not {"nan", "inf", "-inf", "10^nan", "10^inf", "10^-inf"} & {w.strip(",.;:()") for w in words}, values
        assert explorer.image.tooltip == explorer.sentence
        assert scales(explorer.painter.picture) == scales_at_start, values
    # the frame drawn once and the artists on top make the same picture as a full draw
    assert max_difference_to_full_draw(explorer) <= 0.01


def max_difference_to_full_draw(explorer):
    live = np.asarray(explorer.painter._canvas.buffer_rgba()).astype(int).copy()
    artists = explorer.painter.picture.artists
    for artist in artists:
        artist.set_animated(False)
    explorer.painter._canvas.draw()
    full = np.asarray(explorer.painter._canvas.buffer_rgba()).astype(int)
    for artist in artists:
        artist.set_animated(True)
    return (np.abs(live - full).max(2) > 8).mean()


@explorers
def test_each_control_moves_the_picture_and_reset_brings_it_back(explore):
    explorer = explore()
    start, first_bytes, first = {n: c.value for n, c in explorer.controls.items()}, explorer.image.value, None
    for name, control in explorer.controls.items():
        before = artist_data(explorer)
        first = before if first is None else first
        other = next(end for end in reversed(ends_of(explorer, name)) if end != start[name])
        control.value = other
        assert not same(artist_data(explorer), before), f"{name} = {other} changed nothing"
        explorer.update(**start)
    assert same(artist_data(explorer), first)
    assert explorer.image.value == first_bytes


@explorers
def test_the_blitted_picture_equals_a_full_draw(explore):
    explorer = explore()
    assert max_difference_to_full_draw(explorer) <= 0.01
    for name in explorer.controls:
        explorer.update(**{name: ends_of(explorer, name)[-1]})
        assert max_difference_to_full_draw(explorer) <= 0.01, name


@explorers
def test_a_start_value_out_of_range_is_refused_by_name(explore):
    for name, control in explore().explorer.controls.items():
        if isinstance(control, Guess):
            continue  # takes any text
        bad = "no such thing" if isinstance(control, Choice) else control.ends[-1] + 1
        with pytest.raises(ValueError, match=rf"{name}: want .*got"):
            explore(**{name: bad})


@explorers
def test_the_stored_picture_is_the_same_in_every_run(explore):
    first, second = explore()._repr_mimebundle_(), explore()._repr_mimebundle_()
    assert first["image/png"] == second["image/png"]
    assert first["text/plain"] == explore().sentence


@pytest.mark.parametrize("name", EXPLORERS_AS_DATA)
def test_what_an_explorer_computes_can_not_be_spoilt_for_the_next_one(name):
    explorer = EXPLORERS_AS_DATA[name]
    wanted = [array.copy() for array in arrays_of(explorer.compute(**explorer.values()))]
    overwrite(explorer.compute(**explorer.values()))
    assert same(arrays_of(explorer.compute(**explorer.values())), wanted)


def overwrite(result):
    """What a reader may try: every array set to 7, where it lets itself be."""
    if isinstance(result, np.ndarray):
        try:
            result[...] = 7
        except ValueError:
            assert not result.flags.writeable
    elif isinstance(result, tuple | dict):
        for part in result.values() if isinstance(result, dict) else result:
            overwrite(part)


@pytest.mark.parametrize("function", [network_on_text, spectrum_data])
def test_what_notebooks_get_from_an_explorer_can_not_be_spoilt_either(function):
    arguments = {network_on_text: (20, 1.0, 0), spectrum_data: (0.9, 3.0, 0.05, "tanh", 4, 0, 20)}[function]
    overwrite(function(*arguments))
    kept, fresh = function(*arguments), function.__wrapped__(*arguments)
    assert same(numbers_in(kept), numbers_in(fresh))


def numbers_in(result):
    if isinstance(result, np.ndarray):
        return [result]
    return [array for part in result for array in numbers_in(part)] if isinstance(result, tuple) else []


NORM, LAG = r"$\log_{10}$ of gradient norm", "lag: steps back from the last loss"
AXES = {  # what the axes of each picture count, across and up, in order
    "first_look": [],
    "unrolling": [],
    "nudge": [("nudge", "loss L")],
    "gradient_cost": [("sequence length T (steps)", "")],
    "backward_pass": [],
    "gradient_check": [("step ε", r"relative error of $dL/dW_{hh}$")],
    "profiles": [
        (LAG, "gradient norm ÷ norm at lag 0"),
        ("$a_t$: what goes into a unit\nwhite: steep, passes   grey: flat, blocks", "$f(a_t)$"),
    ],
    "influence": [("state at step s", "loss at step t"), ("state at step s", ""), ("vanishes", "")],
    "matrix_powers": [("steps k", "stretched by")],
    "jacobian_spectrum": [
        ("real part", "imaginary part"),
        ("lag k: number of Jacobians multiplied", "norm of the product"),
    ],
    "chaos": [("", "state of one unit"), ("steps: forwards for the runs, back for the gradient", "grown by a factor")],
    "truncation": [
        ("state of character s", "loss at character t"),
        ("vanishes", ""),
        ("window τ (steps)", "cosine to the exact gradient"),
    ],
    "pushes": [("steps since the push, k", "arrives at unit 1"), ("window τ (steps)", "sum that is counted")],
    "randomized": [("component along the exact gradient (exact: 1)", "")],
    "chain": [("steps t", "z, the gradient so far"), ("factor c of one step", "chance π of no cut")],
    "clipping": [("weight w", "bias b"), ("weight w", "")],
    "defaults": [],
    "cells": [
        ("state at step s", "loss at step t"),
        ("state at step s", ""),
        ("state at step s", ""),
        ("lag: steps back", ""),
    ],
    "attention": [("length T (steps)", "norm")],
    "sensitivity": [
        ("λ", "error ÷ variance"),
        ("rate η", "memory"),
        ("λ", ""),
        ("rate η", ""),
        ("w", ""),
        ("rate η", ""),
        ("ν", ""),
        ("rate η", ""),
    ],
    "writing": [],
    "own_window": [("vanishes", ""), ("window τ (steps)", "error")],
    "playground": [
        ("vanishes", ""),
        ("state at step s", "loss at step t"),
        ("window τ (steps)", "error of the gradient"),
        ("", "norm"),
    ],
}


@pytest.mark.parametrize("name", EXPLORERS_AS_DATA)
def test_every_axis_says_what_it_counts(name):
    """Comparing pictures does not see every label: what each says is held here, and changed together with it."""
    axes = EXPLORERS_AS_DATA[name].picture().figure.axes
    labels = [(ax.get_xlabel(), ax.get_ylabel()) for ax in axes]
    assert [pair for pair in labels if pair != ("", "")] == AXES[name]


@pytest.mark.parametrize("name", EXPLORERS_AS_DATA)
def test_a_map_of_gradient_sizes_has_the_scale_of_all(name):
    for ax in EXPLORERS_AS_DATA[name].picture().figure.axes:
        for image in ax.get_images():
            if isinstance(image, HeatMap) and image.cmap is FADE:
                assert image.get_clim() == (LOW, HIGH)


TOUCHED = [name for name, explorer in EXPLORERS_AS_DATA.items() if explorer.touch]


@pytest.mark.parametrize("name", TOUCHED)
def test_the_pointer_gives_values_that_the_controls_can_take_anywhere_on_the_picture(name):
    explorer, moved = EXPLORERS_AS_DATA[name], False
    picture, _ = explorer.shown()
    for x, y in itertools.product(np.linspace(-0.05, 1.05, 56), repeat=2):
        for control, value in picture.touched(x, y).items():
            nearest = explorer.controls[control].nearest(value)
            assert explorer.controls[control].check(control, nearest) == nearest
            moved = moved or nearest != explorer.controls[control].start
    assert moved, "the pointer moves nothing"
