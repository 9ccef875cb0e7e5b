"""The function of a notebook that trains a language model before the reader's eyes."""

from __future__ import annotations

from ..lessons.language_model.session import Session
from ..lessons.language_model.training_explorer import start_settings, training_explorer
from .training import LiveTraining


def watch_training(
    text=None,
    *,
    cell=None,
    n_hidden=128,
    sequence_length=35,
    batch_size=32,
    scheme="full",
    window=None,
    layout="streams, carried",
    clip_norm=1.0,
    learning_rate=None,
    dropout=None,
    seed=0,
    baselines=(),
    run=None,
) -> LiveTraining:
    """Train a character model and watch it: start, pause, stop, and change how its gradient is made on the way.

    Nine tenths of the text are learned by Adam, the last tenth is held out. Truncation, window, clip norm and learning
    rate take effect with the next update, cell and layout with the next run. One training at a time runs in a kernel:
    making or starting another lets it pause. A kernel's interrupt does not end it; Pause and Stop do.

    Parameters
    ----------
    text : str, optional
        What is learned. Default: the embedded story, ``load_text()``.
    cell : {"tanh", "gru", "lstm"}, optional
        Default: that of `run`, or "gru".
    n_hidden : int
        Units n, of a new run.
    sequence_length : int
        T, characters of a sequence of one update.
    batch_size : int
        B, sequences side by side.
    scheme : {"full", "sliding", "stride τ/2", "chunked", "random"}
        How the gradient of an update is cut short; no scheme reaches beyond its T characters.
    window : int, optional
        τ of the scheme, at most T; with "random" the mean length of a piece. Default: 10, or T if that is less.
    layout : str
        "streams, carried", "streams, from zero", "in order, carried", "shuffled, carried" or "shuffled, from zero":
        where the sequences stand in the text (`text_batches`), and whether a state goes on to the next update.
    clip_norm : float, optional
        Longest gradient let through; None: any.
    learning_rate : float, optional
        Default: 0.01 for cells with gates, 0.002 for tanh.
    dropout : float, optional
        Of the outputs. Default: 0.3 for cells with gates, else none.
    seed : int
        Draws weights, batches, dropout and random cuts.
    baselines : sequence of (str, float)
        Names and bits a character of other guessers, drawn as lines.
    run : Run, optional
        To go on from, as `load_run` reads it: with the same arguments the losses are those of a training that was
        never interrupted, to the last bit.

    Returns
    -------
    LiveTraining
        A widget with ``run``, which `save_run` keeps, ``start()``, ``pause()``, ``stop()``, ``update(**values)`` and
        ``sentence``.

    Raises
    ------
    ValueError
        If the text is empty, has only one character or is too short for T and B, the run does not fit it, or an
        argument is out of range.
    """
    settings = start_settings(cell, layout, scheme, window, clip_norm, learning_rate, sequence_length, run)
    sizes = {"n_hidden": n_hidden, "sequence_length": sequence_length, "batch_size": batch_size}
    session = Session(text, settings, **sizes, dropout=dropout, seed=seed, run=run)
    return LiveTraining(session, training_explorer(session, baselines))
