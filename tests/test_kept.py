"""What an explorer keeps, what the reader's settings and an interrupt do to it: nothing, nothing, nothing."""

import gc
import random
import re
import signal
import subprocess
import sys
import threading
import weakref

import matplotlib as mpl
import matplotlib.style
import numpy as np
import pytest

from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.lessons.gradient_norms import draw_rule
from bptt_helpers.widgets.live import Live
from bptt_helpers.widgets.painter import KEPT_PICTURES, Painter, painter_of

explorers = pytest.mark.parametrize("name", EXPLORERS)
SIZES = """
import gc, sys
from bptt_helpers.lessons.catalogue import EXPLORERS
from bptt_helpers.widgets.live import Live

def resident():
    gc.collect()
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * 4096 / 1e6

kept = []
def run():  # what IPython keeps of a cell that ends in an explorer
    kept.append(Live(EXPLORERS[sys.argv[1]]))
    kept[-1]._repr_mimebundle_()
for _ in range(3):
    run()
before = resident()
for _ in range(60):
    run()
print(resident() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the size of a process is read from /proc")
@pytest.mark.parametrize("name", ["first_look", "clipping"])
def test_sixty_runs_of_a_cell_keep_less_than_60_MB(name):
    ran = subprocess.run([sys.executable, "-c", SIZES, name], capture_output=True, encoding="utf-8", check=True)
    assert float(ran.stdout) < 60


@pytest.mark.parametrize("name", ["chain", "unrolling"])  # the second has a play button, linked to its slider
def test_a_closed_explorer_is_gone_with_all_its_parts(name):
    explorer = Live(EXPLORERS[name])
    parts = [*explorer._parts()]
    assert len(parts) >= 7
    links = [link for _, link in explorer._players.values()]
    assert len(links) == (name == "unrolling")
    seen = [weakref.ref(thing) for part in parts for thing in (part, part.layout, getattr(part, "style", part))]
    explorer.close()
    assert all(part.comm is None and part.layout.comm is None for part in parts)
    assert all(link.comm is None for link in links)
    del explorer, parts, links
    gc.collect()
    assert [thing() for thing in seen if thing() is not None] == []


def test_explorers_of_a_kind_share_one_picture_and_do_not_mix_it_up():
    one, two = Live(EXPLORERS["influence"]), Live(EXPLORERS["influence"], network=3, loss=40)
    assert one.painter is two.painter
    stored = one._repr_mimebundle_()["image/png"]
    two.update(spectral_radius=2.0)
    assert one._repr_mimebundle_()["image/png"] == stored
    painter_of.cache_clear()
    assert Live(EXPLORERS["influence"], network=3, loss=40, spectral_radius=2.0).image.value == two.image.value


def test_no_more_than_a_few_pictures_are_kept():
    for explorer in EXPLORERS.values():
        painter_of(explorer.picture)
    assert painter_of.cache_info().currsize == KEPT_PICTURES < len(EXPLORERS)


HOSTILE = {
    "font.size": 30,
    "text.usetex": True,
    "figure.autolayout": True,
    "path.sketch": (1, 100, 2),
    "path.simplify_threshold": 1.0,
    "lines.linewidth": 9,
    "axes.grid": True,
    "savefig.transparent": True,
    "savefig.bbox": "tight",
    "savefig.dpi": 33,
    "image.cmap": "gray",
}


@pytest.fixture
def hostile():
    """A reader's matplotlib set to what breaks pictures."""
    painter_of.cache_clear()
    with mpl.style.context(["dark_background", HOSTILE]):
        yield


def pixels_of(painter, explorer):
    data = explorer.compute(**explorer.values())
    other = {name: control.ends[-1] for name, control in explorer.controls.items()}
    return painter.png(explorer.compute(**other)), painter.png(data)


@explorers
def test_no_setting_of_the_reader_changes_a_picture(name, request):
    explorer = EXPLORERS[name]
    wanted = pixels_of(Painter(explorer.picture), explorer)
    kept_from_before = Painter(explorer.picture)
    pixels_of(kept_from_before, explorer)
    request.getfixturevalue("hostile")
    settings = dict(mpl.rcParams)
    assert pixels_of(Painter(explorer.picture), explorer) == wanted
    assert pixels_of(kept_from_before, explorer) == wanted
    assert dict(mpl.rcParams) == settings


def test_no_setting_of_the_reader_changes_a_still(request):
    def still():
        return draw_rule(np.array([0.5, 1.0]), np.ones((2, 3)), np.ones(2), "A sentence.")._repr_mimebundle_()

    wanted = still()
    request.getfixturevalue("hostile")
    assert still() == wanted


def test_every_function_that_draws_a_still_keeps_the_house_style():
    drawing = [
        function
        for name, module in sys.modules.items()
        if name.startswith("bptt_helpers.lessons.") and name.endswith("picture")
        for function_name, function in vars(module).items()
        if function_name.startswith("draw_")
    ]
    assert len(drawing) >= 8
    assert [function.__name__ for function in drawing if not hasattr(function, "__wrapped__")] == []


# An interrupt that falls into a callback of the garbage collector (other tests leave some) ends there, with a warning.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer that interrupts")
@pytest.mark.parametrize("name", ["influence"])
def test_after_an_interrupt_at_any_moment_the_picture_is_right(name):
    explorer, rng = Live(EXPLORERS[name]), random.Random(0)
    assert threading.current_thread() is threading.main_thread()
    wanted = {seed: Live(EXPLORERS[name], network=seed).image.value for seed in range(3)}
    interrupted, said = 0, []
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for k in range(40):
            seed = (k + 1) % 3
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0005, 0.02))
            try:
                explorer.update(network=seed)
            except KeyboardInterrupt:
                interrupted += 1
            except (TypeError, ValueError) as error:  # an interrupt inside of matplotlib's C++
                said.append(str(error))
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            explorer.update(network=seed)
            assert explorer.image.value == wanted[seed]
            assert str(explorer.sentence) in explorer.readout.value.replace("&#x27;", "'")
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert interrupted > 5
    assert [text for text in said if not re.search("affine|incompatible function arguments", text)] == []
