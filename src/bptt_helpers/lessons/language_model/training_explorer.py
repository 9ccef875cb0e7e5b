"""The live training as an explorer: its controls, and its view in one sentence."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from ...numbers.validate import choice, items, positive, shown, whole_number
from ...training.run import Run
from ..explorer import Choice, Explorer, Stages, Whole
from .page_picture import felt, share
from .schemes import SCHEMES
from .session import CELLS, LAYOUTS, LONGEST, Settings, cell_of
from .training_picture import TrainingPicture

WINDOWS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 50, 70, 100, 150, 200, 300)
RATES = (0.0001, 0.0003, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
LIMITS = (3.0, 1.0, 0.5, 0.3, 0.2, 0.1)
WANTED = "pairs of a name and bits a character"
RATE = {"RNN": 0.002, "GRU": 0.01, "LSTM": 0.01}
PICKED = 175  # at the start: the last of its sequence, if T = 35
WINDOW = "τ, characters that a loss looks back, or the mean length of a piece; never beyond its sequence."


def training_explorer(session, baselines=()) -> Explorer:
    """The explorer of a session; a view depends on its run as well as on the controls' values."""
    settings = session.settings
    windows = sorted({*(stage for stage in WINDOWS if stage < session.length), session.length, settings.window})
    limits = sorted({*LIMITS, settings.clip_norm} - {np.inf}, reverse=True)
    last = len(session.page) - 1
    controls = {
        "scheme": Choice(settings.scheme, SCHEMES, "Truncation", "How the gradient of an update is cut short."),
        "window": Stages(settings.window, tuple(windows), "Window τ, unless full", WINDOW),
        "clip_norm": Choice(
            named(settings.clip_norm), ("none", *map(named, limits)), "Clip norm", "Longest gradient let through."
        ),
        "learning_rate": Stages(
            settings.learning_rate, tuple(sorted({*RATES, settings.learning_rate})), "Learning rate η", "Of Adam."
        ),
        "picked": Whole(min(PICKED, last), 1, last, "Picked character", "Whose loss is looked at, counted from 1."),
        "cell": Choice(settings.cell, tuple(CELLS), "Cell", "Of the next run."),
        "layout": Choice(settings.layout, tuple(LAYOUTS), "Layout, state", "How the next run reads the text."),
    }
    return Explorer(
        title="A character model while it trains: how far back one of its losses listens.",
        controls=controls,
        leading=("window", "scheme"),
        compute=lambda picked, **values: session.view(picked - 1, settings_of(**values)),
        picture=_picture(session.page, _pairs(baselines)),
        describe=partial(describe, session.page),
        touch="Click on a page: the character whose loss is looked at.",
    )


@lru_cache(8)
def _picture(page, baselines):
    """One function a page, so that widgets of the same text share a figure."""
    return partial(TrainingPicture, page, baselines)


def _pairs(baselines):
    """Names and bits, if they are such."""
    pairs = []
    for pair in items("baselines", baselines, WANTED):
        if not (isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str)):
            raise ValueError(f"baselines: want {WANTED}, got {shown(pair)} among them")
        pairs.append((pair[0], positive("baselines", pair[1])))
    return tuple(pairs)


def named(clip_norm) -> str:
    """A clip norm as the menu shows it."""
    return "none" if clip_norm == np.inf else f"{clip_norm:g}"


def settings_of(cell, layout, scheme, window, clip_norm, learning_rate) -> Settings:
    """What the controls say."""
    return Settings(cell, layout, scheme, window, np.inf if clip_norm == "none" else float(clip_norm), learning_rate)


def start_settings(cell, layout, scheme, window, clip_norm, learning_rate, length, run) -> Settings:
    """What the arguments of `watch_training` say; None stands for what it documents."""
    length = whole_number("sequence_length", length, 1, LONGEST)
    names = {engine: name for name, engine in CELLS.items()}
    if cell is not None:
        name = names[choice("cell", cell, tuple(names))]
    else:
        name = cell_of(run.params) if isinstance(run, Run) else "GRU"
    window = min(10, length) if window is None else whole_number("window", window, 1, length)
    rate = RATE[name] if learning_rate is None else learning_rate
    return Settings(name, layout, scheme, window, np.inf if clip_norm is None else clip_norm, rate).checked()


STATES = {
    "ready": "Ready: Start lets it train",
    "running": "It trains",
    "paused": "Paused: Start goes on",
    "ended": "Ended: Start begins a new run",
}


def describe(page, view) -> str:
    """The numbers of the picture, in a few sentences."""
    state = STATES.get(view.state, f"{view.state[:1].upper()}{view.state[1:]}")
    tested, best = view.tested[1, -1], ""
    if len(view.updates):
        best = f", {view.bits[-1]:.2f} on what it learns"
        best += f"; {view.clipped:.0%} of the last gradients were clipped" if view.clip_norm < np.inf else ""
    shares = share(view.exact, view.picked)
    kept = felt(np.where(np.isfinite(view.windowed), shares, -np.inf), view.picked)
    letter = page[view.picked].replace("\n", "a line end").replace(" ", "a space")
    listens = f"The loss after {letter!r} (character {view.picked + 1}) feels {felt(shares, view.picked)} characters"
    return (
        f"{state}. {view.cell}, {view.done} updates: {tested:.2f} bits a character on held-out text{best}. "
        f"{listens}, of which the training sees {kept}."
    )
