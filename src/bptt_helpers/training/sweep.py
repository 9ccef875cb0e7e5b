"""The same work for many settings, here or on other machines: each result is written as it arrives."""

from __future__ import annotations

import json
import os
from concurrent.futures import as_completed
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..numbers.validate import function, shown
from .progress import reporting
from .whole_files import replacing


class Sweep(NamedTuple):
    """What came of all settings.

    Attributes
    ----------
    runs : list of dict
        Setting and result of every finished job, in the order of the settings.
    failed : list of (dict, str)
        Settings whose job raised an exception, and what it said; the next call tries these again.
    """

    runs: list
    failed: list


def grid(**values) -> list[dict]:
    """All combinations of some values, the last name changing quickest.

    Examples
    --------
    >>> grid(T=[20, 30], seed=[0, 1])
    [{'T': 20, 'seed': 0}, {'T': 20, 'seed': 1}, {'T': 30, 'seed': 0}, {'T': 30, 'seed': 1}]
    """
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def sweep(job, settings, file, *, shared=None, executor=None, progress=False) -> Sweep:
    """Do a job for every setting that the file does not hold yet.

    Killed at any moment and called again it goes on, and the file in the end is the same, byte by byte: the order of
    its lines is that of `settings`, whatever came first. A job that fails stops no other.

    Parameters
    ----------
    job : callable (**setting) -> dict
        For processes and other machines a function of a module, which can be imported there. Its result is kept as
        JSON: numbers, texts, lists and dicts; arrays and numbers of NumPy become lists and numbers.
    settings : list of dict
        As `grid` makes them: what the jobs differ in. Values as for results.
    file : str or Path
        JSON: ``{"settings": shared, "runs": [{**setting, **result}, …]}``, a line for each run.
    shared : dict, optional
        What all jobs have in common and the file should say; a file that says something else is not touched.
    executor : concurrent.futures.Executor, optional
        Where the jobs run: `ProcessPoolExecutor()` for all cores, Dask's ``client.get_executor()`` for a cluster.
        Default: here, one after the other.
    progress : bool or callable (int, int)
        True shows a bar; a function is called with the numbers of settings done and wanted.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        If an argument is of another kind, two settings are the same, a result repeats the name of a setting, or the
        file belongs to other shared settings or is damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sweep(lambda a: {"square": a * a}, grid(a=[1, 2]), folder + "/squares.json").runs
    [{'a': 1, 'square': 1}, {'a': 2, 'square': 4}]
    """
    function("job", job, "**setting -> dict")
    if shared is not None and not isinstance(shared, dict):
        raise ValueError(f"shared: want a dict or None, got {shown(shared)}")
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise ValueError(f"executor: want a concurrent.futures.Executor or None, got {shown(executor)}")
    settings = _settings(settings)
    store = _Store(_named(file), settings, _as_json("shared", shared or {}))
    todo, failed = [setting for setting in settings if not store.has(setting)], []
    with reporting(progress, len(settings) - len(todo), len(settings), "job") as report:
        for setting, result, problem in _results(job, todo, executor):
            if problem:
                failed.append((setting, problem))
            else:
                store.add(setting, result)
            report(len(store.runs) + len(failed))
    failed.sort(key=lambda pair: settings.index(pair[0]))
    return Sweep(store.in_order(), failed)


def _results(job, todo, executor):
    """(setting, result, problem) of each job as it comes, one of the last two empty."""
    if executor is None:
        for setting in todo:
            yield setting, *_tried(job, setting)
        return
    futures = {executor.submit(_tried, job, setting): setting for setting in todo}
    try:
        for future in as_completed(futures):
            try:
                yield futures[future], *future.result()
            except Exception as error:  # of the executor: a worker that died, a job that cannot be sent
                yield futures[future], None, _said(error)
    finally:  # interrupted
        for future in futures:
            future.cancel()


def _tried(job, setting):
    """Result and problem of one job, where it runs: exceptions of any kind come back as text."""
    try:
        result = _plain(job(**setting))
        if not isinstance(result, dict):
            raise TypeError(f"job: want a function that returns a dict, got {shown(result)}")
        if same := sorted(result.keys() & setting.keys()):
            raise ValueError(f"job: want a result without the names of the setting, got {', '.join(same)}")
        return result, ""
    except Exception as error:
        return None, _said(error)


def _said(error):
    return f"{type(error).__name__}: {error}"


class _Store:
    """The file: the runs so far, by setting."""

    def __init__(self, file, settings, shared):
        self.file, self.shared = file, shared
        self.keys = {_key(setting): setting for setting in settings}
        if len(self.keys) < len(settings):
            raise ValueError("settings: want different ones, got the same setting twice")
        self.runs = {}
        if file.exists():
            names = set().union(*settings)
            self.runs = {_key({name: run[name] for name in names if name in run}): run for run in self._read()}

    def _read(self):
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            shared, runs = dict(kept["settings"]), kept["runs"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"file: want a file of `sweep`, got {str(self.file)!r}, damaged ({error})") from error
        if shared != self.shared:
            differs = ", ".join(sorted(k for k in shared | self.shared if shared.get(k) != self.shared.get(k)))
            raise ValueError(
                f"file: want one made with the same shared settings, got {str(self.file)!r}, which differs in "
                f"{differs}: remove it to start again, or name another"
            )
        return runs

    def has(self, setting) -> bool:
        return _key(setting) in self.runs

    def in_order(self) -> list:
        """The runs that were asked for, in the order of their settings."""
        return [self.runs[key] for key in self.keys if key in self.runs]

    def add(self, setting, result) -> None:
        """Write the file anew, whole or not at all."""
        self.runs[_key(setting)] = setting | result
        others = [run for key, run in self.runs.items() if key not in self.keys]  # of an earlier, larger grid
        lines = ",\n".join(json.dumps(run, separators=(",", ":")) for run in self.in_order() + others)
        text = f'{{"settings":{json.dumps(self.shared, separators=(",", ":"))},"runs":[\n{lines}\n]}}\n'
        with replacing(self.file) as new:
            new.write_text(text, encoding="utf-8")


def _key(setting) -> str:
    return json.dumps(setting, sort_keys=True)


def _named(file) -> Path:
    if not isinstance(file, str | os.PathLike) or not os.fspath(file).endswith(".json"):
        raise ValueError(f"file: want a name that ends with .json, got {shown(file)}")
    return Path(file)


def _as_json(name, value):
    try:
        return _plain(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: want what JSON can keep, got {shown(value)} ({error})") from error


def _settings(settings):
    if not isinstance(settings, list | tuple) or not all(isinstance(setting, dict) for setting in settings):
        raise ValueError(f"settings: want a list of dicts, as grid makes it, got {shown(settings)}")
    return [_as_json("settings", setting) for setting in settings]


def _plain(value):
    """As JSON keeps it; what JSON has no word for, such as nan, is an error."""
    return json.loads(json.dumps(value, default=_from_numpy, allow_nan=False))


def _from_numpy(value):
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"want numbers, texts, lists and dicts, got {type(value).__name__}")
