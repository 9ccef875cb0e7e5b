"""Results so far, in a file that an interruption leaves behind and a finished run removes."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


class Store:
    """Remembers what has been measured.

    Parameters
    ----------
    path : Path
        The file; what it holds is not measured again.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.values = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}

    def get(self, key, measure):
        """The value called `key`: remembered, or measured now and written down at once."""
        if key not in self.values:
            self.values[key] = measure()
            unfinished = self.path.with_suffix(".new")
            unfinished.write_text(json.dumps(self.values), encoding="utf-8")
            unfinished.replace(self.path)  # an interruption leaves the old file or the new one, never half of one
        return self.values[key]

    def forget(self):
        """Remove the file."""
        self.path.unlink(missing_ok=True)


class Progress:
    """One line on the screen: what is being measured, and since when."""

    def __init__(self):
        self.started = time.perf_counter()

    def __call__(self, text):
        """Show `text`."""
        line = f"{time.perf_counter() - self.started:4.0f} s  {text}"
        print(f"\r{line[:100]:<100}", end="", file=sys.stderr, flush=True)
