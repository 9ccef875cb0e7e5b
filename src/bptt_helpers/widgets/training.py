"""A network that trains while its reader watches: a thread trains, and the loop of the kernel draws.

slider → settings, which the next update reads                (at once)
thread → updates … → `call_soon_threadsafe` → a new picture   (now and then)
"""

from __future__ import annotations

import sys
import threading
import time
import weakref

import ipywidgets as W

from ..lessons.language_model.training_explorer import settings_of
from .live import PAUSE, Live, running_loop

# After a picture that took d seconds, the next one that nobody asked for comes REST * d later: training keeps its pace.
REST = 20
SHORTEST = 0.1  # seconds between two of them
OLDEST = 0.1  # seconds: age of the run that a slider's picture shows, and that `run` gives
# Seconds that training waits for a picture to be drawn: two threads that both want Python hinder each other.
LONGEST_WAIT = 1.0
# Seconds that a thread may keep Python from the others while one trains, a fifth of what Python allows.
SWITCH = 0.001
QUIET = 0.1  # seconds that training waits after a slider was moved: its picture, in the page too, comes first

_TRAININGS = weakref.WeakSet()  # those on any page


class LiveTraining(Live):
    """A network that trains, with buttons Start, Pause and Stop; one at a time in a kernel.

    In plain Python, where no loop draws, it trains all the same, and ``sentence`` and ``data`` show how far it is. The
    thread ends with the program.

    Parameters
    ----------
    session : Session
    explorer : Explorer
        That of the session.

    Attributes
    ----------
    session : Session
    """

    def __init__(self, session, explorer):
        self.session = session
        self._thread = None
        self._leave = False  # whether the thread is to end
        self._asked = False  # whether the loop has been asked for a picture
        self._until, self._moved = 0.0, False  # when the run is to be brought up to date, and whether it has moved
        self._due, self._took = 0.0, 0.0  # when the next picture that nobody asks for may come; seconds of the last one
        self._quiet = 0.0  # training waits until then
        self._free = threading.Event()  # not while a picture is drawn
        self._free.set()
        session.state = "paused" if session.run.updates else "ready"
        super().__init__(explorer)
        self._loop = running_loop()
        self.buttons = {
            name: W.Button(description=name, tooltip=says, layout={"width": "8em"})
            for name, says in (("Start", "Train"), ("Pause", "Keep the run"), ("Stop", "End the run"))
        }
        for button, act in zip(self.buttons.values(), (self.start, self.pause, self.stop), strict=True):
            button.on_click(lambda _, act=act: act())
        first, *others = self.children
        self.children = [first, W.HBox([*self.buttons.values()]), *others]
        for training in list(_TRAININGS):  # a cell that is run again leaves one that nobody sees
            training.pause()
        _TRAININGS.add(self)

    @property
    def run(self):
        """The run, at most a tenth of a second old: `save_run` keeps it, and another session goes on from it."""
        return self.session.run

    @property
    def running(self) -> bool:
        """Whether it trains."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Train: go on with the run, or begin a new one if this one was ended. Any other training pauses."""
        with self._lock:
            if self.running and not self._leave:
                return
            self.pause()
            for training in list(_TRAININGS):
                training.pause()
            if self.session.state == "ended":
                self.session.begin()
            self._loop = running_loop() or self._loop
            self._leave, self._thread = False, threading.Thread(target=self._work, name=__name__, daemon=True)
            self._say("running")
            self._thread.start()

    def pause(self) -> None:
        """Let the thread end after the update that it is at, and wait for it; the run is kept."""
        self._leave = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def stop(self) -> None:
        """Pause, and let the next start begin a new run."""
        with self._lock:
            self.pause()
            self._say("ended")

    def close(self) -> None:
        """Stop, and take it off the page."""
        self.pause()
        super().close()

    def _work(self):
        """What the thread does."""
        state, switch = "paused", sys.getswitchinterval()
        sys.setswitchinterval(min(SWITCH, switch))
        try:
            while not self._leave:
                self._until, self._moved = time.monotonic() + OLDEST, False
                self.session.advance(self._enough)
                if self.session.run.overflow:
                    raise OverflowError(self.session.run.overflow)
                if self._wanted():
                    self._tell()
        except Exception as problem:  # nobody above would show it to the reader
            state = f"failed: {type(problem).__name__}: {problem}"
        finally:
            sys.setswitchinterval(switch)
        self.session.state = state
        self._tell()

    def _enough(self):
        """Asked between updates: a picture that is being drawn comes first; each call of `advance` makes an update."""
        self._free.wait(LONGEST_WAIT)
        time.sleep(max(0.0, self._quiet - time.monotonic()))
        moved, self._moved = self._moved, True
        return self._leave or (moved and (self._wanted() or time.monotonic() >= self._until))

    def _wanted(self):
        """Whether it is time for a picture, and none is on its way; the loop may be busy with a cell."""
        return not self._asked and time.monotonic() >= self._due

    def _tell(self):
        """From the thread: let the loop draw what is new."""
        self._asked = True
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._show_news)
        except RuntimeError:  # the loop is closed: of a page that was left
            self._loop = None

    def _say(self, state):
        """A new state, in the picture at once."""
        self.session.state = state
        self._show_news()

    def _show_news(self):
        with self._lock:
            self._asked = False
            if self.comm is None or self._drawn == self._values():  # closed, or drawn meanwhile
                return
            try:
                self._draw()
            except Exception as problem:
                self._show_problem(problem)

    def _draw(self, role="status"):
        """Draw while training waits; a reader who listens hears about a pause or a failure, not about every picture."""
        began, state = time.monotonic(), self.session.state
        if role is not None:
            role = None if state == "running" else "alert" if state.startswith("failed") else role
        self._free.clear()
        try:
            super()._draw(role)
        finally:
            now = time.monotonic()
            # one that took long alone, for new limits of an axis, is no reason to wait
            before, self._took = self._took, now - began
            self._due, self._asked = now + max(SHORTEST, REST * min(before, self._took)), False
            self._free.set()

    def _value_changed(self, change):
        """The next update reads the new settings; one more network that has learned nothing is shown at once."""
        with self._lock:
            values = dict(zip(self.controls, super()._values(), strict=True))
            values.pop("picked")
            session = self.session
            session.settings = settings_of(**values)
            new = (session.settings.cell, session.settings.layout) != (session.cell, session.layout)
            if new and session.state == "ready" and not session.run.updates:
                session.begin()
            self._quiet = time.monotonic() + QUIET
            super()._value_changed(change)

    def _values(self):
        """Those of the controls, and how far the training is: the picture is of all of them."""
        return (*super()._values(), (self.session.state, self.session.run.updates))

    def _compute(self):
        *values, _ = self._values()
        return self.compute(**dict(zip(self.controls, values, strict=True)))

    def _draw_late(self, values, loop):
        """As ever; what the training brought meanwhile is no newer value of a control."""
        super()._draw_late((*values[:-1], self._values()[-1]), loop)
        loop.call_later(PAUSE, self._speak, values)

    def _speak(self, values):
        with self._lock:
            if values[:-1] == self._values()[:-1]:
                self._write(self._sentence, "status")
