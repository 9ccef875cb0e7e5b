"""What a network is asked, and when it has answered well enough."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..numbers.validate import label, number, whole_number
from ..tasks.losses import cross_entropy_and_accuracy, squared_error


def classification(ignore_label=None) -> Callable:
    """Cross-entropy; the score is the share of right answers.

    Parameters
    ----------
    ignore_label : int, optional
        Entries with this label count nothing, neither in the loss nor among the right answers.

    Returns
    -------
    callable (o, batch) -> (loss, dL_do, score)
        As `train` takes it.

    Raises
    ------
    ValueError
        If `ignore_label` is no integer.
    """
    label("ignore_label", ignore_label)

    def ask(o, batch):
        return cross_entropy_and_accuracy(o, batch.y, weight=batch.weight, ignore_label=ignore_label)

    return ask


def regression() -> Callable:
    """Squared error; the score is the loss itself.

    Returns
    -------
    callable (o, batch) -> (loss, dL_do, score)
        As `train` takes it.
    """

    def ask(o, batch):
        loss, dL_do = squared_error(o, batch.y, weight=batch.weight)
        return loss, dL_do, loss

    return ask


def reached(*, at_least=None, at_most=None, lately=50) -> Callable:
    """A stop rule: the mean score of the last updates lies between two limits.

    Parameters
    ----------
    at_least, at_most : float, optional
        Limits of the mean score, one of them at least given.
    lately : int
        Updates over which the mean is taken; no run stops before it has as many.

    Returns
    -------
    callable (History) -> bool
        As `train` takes it.

    Raises
    ------
    ValueError
        If no limit is given, or one is no number.

    Examples
    --------
    >>> from bptt_helpers.training.run import History
    >>> scores = np.array([0.2, 0.9, 1.0])
    >>> reached(at_least=0.9, lately=2)(History(scores, scores, scores, scores))
    True
    """
    lately = whole_number("lately", lately)
    if at_least is None and at_most is None:
        raise ValueError("at_least, at_most: want one of them, got neither")
    low = -np.inf if at_least is None else number("at_least", at_least)
    high = np.inf if at_most is None else number("at_most", at_most)

    def stop(history) -> bool:
        score = history.score
        return len(score) >= lately and bool(low <= score[-lately:].mean() <= high)

    return stop
