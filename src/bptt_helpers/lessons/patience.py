"""An endless loop in a reader's code is ended as the Stop button would end it."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from contextlib import contextmanager, suppress

SECONDS = 10.0  # of work, not of waiting: a debugger may hold the code as long as it likes


class Endless(Exception):
    """Raised in place of the interrupt, from which its traceback is taken."""


@contextmanager
def patience(seconds=None):
    """A block of code that may work for so many seconds; an `Endless` ends it.

    Only Python's own handling of interrupts can do that, in the main thread, and only between two lines of Python.
    Anywhere else, and in a browser, which has no threads, the block runs as long as it runs.
    """
    seconds = SECONDS if seconds is None else seconds
    ended, interrupted, lock = threading.Event(), threading.Event(), threading.Lock()

    def watch():
        begun = time.process_time()
        while not ended.wait(min(0.25, seconds)):
            with lock:  # so that no interrupt comes after the end
                if time.process_time() - begun > seconds and not ended.is_set():
                    interrupted.set()
                    _thread.interrupt_main()
                    return

    in_reach = threading.current_thread() is threading.main_thread()
    if in_reach and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with suppress(RuntimeError):  # no threads in a browser
            threading.Thread(target=watch, daemon=True).start()
    try:
        try:
            yield
        finally:
            with lock:
                ended.set()
    except KeyboardInterrupt as interrupt:
        if not interrupted.is_set():
            raise
        raise Endless(f"{seconds:g}").with_traceback(interrupt.__traceback__) from None
