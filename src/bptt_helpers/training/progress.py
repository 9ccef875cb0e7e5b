"""How far long work has come: a bar, a function of the caller's, or nothing."""

from __future__ import annotations

from contextlib import contextmanager

from ..numbers.validate import function


@contextmanager
def reporting(progress, done, wanted, unit="update"):
    """A function to call with the number done so far, for a ``with`` block.

    Parameters
    ----------
    progress : bool or callable (int, int)
        True shows a bar, False nothing; a function is called with the numbers done and wanted.
    done, wanted : int
        At the beginning, and in the end.
    unit : str
        What is counted.
    """
    if not isinstance(progress, bool):
        function("progress", progress, f"{unit}s done, {unit}s wanted; or True for a bar, False for none")
        yield lambda done: progress(done, wanted)
    elif progress:
        from tqdm.auto import tqdm  # in a notebook it draws widgets in: only for those who want a bar

        with tqdm(initial=done, total=wanted, unit=unit) as bar:
            yield lambda done: bar.update(done - bar.n)
    else:
        yield lambda done: None
