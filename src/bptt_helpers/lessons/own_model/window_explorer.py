"""Explorer: a window moves over a page that five models read; how wrong is the gradient then, and when is it enough?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...measures.influence import influence
from ...passes.forward import forward
from ...tasks.losses import cross_entropy
from ...tasks.text import Vocabulary, load_text
from ...training.window_report import window_report
from ..explorer import Choice, Explorer, Whole
from ..kept import kept
from .models import MODELS, own_model, story_batch
from .window_picture import LONGEST, MARKED, WindowPicture, percent

BATCH = 8


class WindowData(NamedTuple):
    """What the picture shows; losses and states are counted from 1, T is `LONGEST`.

    Attributes
    ----------
    model : str
    loss, window : int
    shares : ndarray (T,)
        log10 of what the loss sends to each state, divided by what it sends to its own; nan behind it.
    lost : float
        Sum of what the window cuts off, divided by the sum of all that the loss sends.
    error, cosine, length : ndarray (T,)
        Of the gradient of windows 1 … T: distance to the exact one and length, both divided by its length; cosine.
    bound : ndarray (T,)
        What the bound says of the error; nan where it says nothing.
    needed, safe : tuple of int or None
        For the errors of `MARKED`: the smallest window that is enough, and what the bound chooses.
    """

    model: str
    loss: int
    window: int
    shares: np.ndarray
    lost: float
    error: np.ndarray
    cosine: np.ndarray
    length: np.ndarray
    bound: np.ndarray
    needed: tuple
    safe: tuple


class Measured(NamedTuple):
    """What is known of one model: of all losses of its first sequence, and of all windows for its batch.

    Attributes
    ----------
    sent : ndarray (T, T)
        log10 ‖dL_t/ds_s‖, row t, column s; nan for s > t.
    error, cosine, length, bound, needed, safe
        As in `WindowData`.
    """

    sent: np.ndarray
    error: np.ndarray
    cosine: np.ndarray
    length: np.ndarray
    bound: np.ndarray
    needed: tuple
    safe: tuple


@kept(len(MODELS))
def measured(model) -> Measured:
    """The `Measured` of a model of `MODELS`, which reads 8 sequences of 200 characters."""
    batch, network = story_batch(LONGEST, BATCH), own_model(model)
    trace = forward(network.params, batch.x, cell=network.cell)
    report = window_report(trace, cross_entropy(trace.o, batch.y)[1], errors=MARKED, progress=False)
    first = forward(network.params, batch.x[:, :1], cell=network.cell)
    sent = influence(first, cross_entropy(first.o, batch.y[:, :1])[1])[:, :, 0]
    bound = np.where(np.isinf(report.bound), np.nan, report.bound)
    # behind the last window of the report nothing is left out
    curves = [
        np.pad(values, (0, LONGEST - len(values)), constant_values=end)
        for values, end in ((report.error, 0), (report.cosine, 1), (report.length, 1), (bound, np.nan))
    ]
    return Measured(sent, *curves, report.needed, report.safe)


def page_text() -> str:
    """The characters of the first sequence."""
    return Vocabulary.of(load_text()).decode(story_batch(LONGEST, BATCH).x[:, 0].argmax(1))


def window_data(model, window, loss) -> WindowData:
    """What one window does to the gradient of one model.

    Parameters
    ----------
    model : str
        A name of `MODELS`.
    window, loss : int
        τ and t, 1 to 200.
    """
    known = measured(model)
    row = known.sent[loss - 1]
    sent = 10.0 ** (row[:loss] - row[:loss].max())
    cut = max(loss - window, 0)
    return WindowData(
        model,
        loss,
        window,
        row - row[loss - 1],
        float(sent[:cut].sum() / sent.sum()),
        *known[1:],
    )


def describe(data) -> str:
    """The numbers of the picture in one sentence."""
    k = data.window - 1
    enough = ", ".join(
        f"{needed or 'none'} for {percent(error)}" for needed, error in zip(data.needed, MARKED, strict=True)
    )
    safe = ", ".join(str(one or "none") for one in data.safe)
    return (
        f"{data.model}, window τ = {data.window}: error of the gradient {percent(data.error[k])}, cosine "
        f"{data.cosine[k]:.3f}, length {data.length[k]:.2f} of the exact one. Needed: {enough} (safe by the bound: "
        f"{safe}). Of what the loss at {data.loss} sends, {percent(data.lost)} is cut."
    )


OWN_WINDOW = Explorer(
    title="A window over a page that five models read: how wrong the gradient is, and where it points.",
    controls={
        "model": Choice("GRU, trained", MODELS, "Model", "Of 64 units: trained on the story, or untrained."),
        "window": Whole(
            5, 1, LONGEST, "Window τ", f"τ: steps that every loss looks back; {LONGEST} is exact.", plays=True
        ),
        "loss": Whole(110, 1, LONGEST, "Loss at character t", "The loss whose signals colour the page."),
    },
    leading=("window", "model"),
    compute=window_data,
    picture=lambda: WindowPicture(page_text()),
    describe=describe,
    touch="Click or drag: on the page where the window begins, on the curve the window.",
)
