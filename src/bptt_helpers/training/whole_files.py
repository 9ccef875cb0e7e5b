"""A file is replaced as a whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager


@contextmanager
def replacing(file):
    """A path beside `file` to write to, for a ``with`` block that puts it in the place of `file` in the end.

    A stop while writing, however hard, leaves the file that was there.

    Parameters
    ----------
    file : Path
    """
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        yield new
        os.replace(new, file)
    finally:
        new.unlink(missing_ok=True)
