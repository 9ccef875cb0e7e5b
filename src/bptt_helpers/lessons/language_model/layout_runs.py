"""Which of the stored runs differ in nothing but the layout of the text and the state that a batch starts from."""

from __future__ import annotations

from operator import itemgetter

import numpy as np

# layout, and whether the state is carried
WAYS = {
    ("streams", True): "streams, carried",
    ("streams", False): "streams, from zero",
    ("shuffled", False): "shuffled, from zero",
    ("in_order", True): "in order, carried",
    ("shuffled", True): "shuffled, carried",
}
WRONG_WAYS = ("in order, carried", "shuffled, carried")  # the state comes from another place of the text


def bits_by_layout(runs, cell="gru", measure=itemgetter("bits")) -> dict[int, dict[str, np.ndarray]]:
    """Bits a character, by window and by layout.

    Parameters
    ----------
    runs : list of dict
        ``load_results("language_model")["runs"]``.
    cell : {"gru", "tanh"}
    measure : callable (dict) -> float
        What is asked of a run. Default: its bits on held-out text, in the end.

    Returns
    -------
    dict of int to dict of str to ndarray (seeds,)
        For every window that has been tried in all of `WAYS`, the shortest first: by name of the layout, the bits of
        each seed after the same number of updates, clipped, with the gradient of the whole window.
    """
    alike = [run for run in runs if (run["cell"], run["scheme"]) == (cell, "full") and run["clip_norm"]]
    found = {}
    for window, updates in sorted({(run["window"], run["updates"]) for run in alike}):
        here = [run for run in alike if (run["window"], run["updates"]) == (window, updates)]
        by_way = {name: [] for name in WAYS.values()}
        for run in sorted(here, key=lambda run: run["seed"]):
            by_way[WAYS[run["layout"], run["carried"]]].append(measure(run))
        if all(by_way.values()):
            found[window] = {name: np.array(bits) for name, bits in by_way.items()}
    return found
