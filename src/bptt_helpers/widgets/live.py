"""Controls, a picture that follows them, and a sentence.

slider → compute(**values) → picture.show(data) → bytes → the browser
"""

from __future__ import annotations

import asyncio
import base64
import html
import threading
import time

import ipywidgets as W
from traitlets import Unicode

from ..lessons.pictures import SCREEN_DPI
from .controls import IPYWIDGETS_7, panel, player_of, widget_for
from .in_page import InPage
from .painter import painter_of

# Seconds a value of a drag waits for a newer one; shorter than the 8 ms between two events of a fast mouse.
DELAY = 0.005
# Seconds between two values of a drag, at most: one that comes later, a key or a click, is drawn without waiting.
DRAGGED = 0.025
# Seconds after which a picture is drawn though newer values keep coming.
LONGEST_DELAY = 0.03
# Seconds without a new value after which a screen reader is told the sentence.
PAUSE = 0.5
PLAYING = "_playing" if IPYWIDGETS_7 else "playing"
HINT_STYLE = "line-height: 1.4; margin: 0; opacity: 0.75"
FITTING = "calc(100% - 4px)"  # a widget has a margin of 2 px
RESET_LAYOUT = {"width": "8em", "margin": "2px 2px 2px calc(11em + 10px)"}  # where the sliders begin


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of a notebook's kernel; None in plain Python."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Picture(W.Image):
    # ipywidgets 8.1 shows an image with a tooltip only if it has a description too
    description = Unicode("").tag(sync=True)


class Live(W.VBox):
    """Controls, a picture, and a sentence that says in words and numbers what the picture shows.

    Figure and frames belong to a `Painter`, which all explorers of a kind share; an explorer itself keeps only what
    the browser has of it, so running its cell again and again costs next to nothing.

    Parameters
    ----------
    explorer : lessons.explorer.Explorer
    **start
        Values to start with, by name of the control.

    Attributes
    ----------
    explorer : lessons.explorer.Explorer
    controls : dict of str to widget
    image : ipywidgets.Image

    Raises
    ------
    ValueError
        If there is no control of a name in `start`, or it cannot take the value.
    """

    def __init__(self, explorer, **start):
        self._players = {}  # first: Python closes one that was refused below, too
        self.explorer, self._start = explorer, explorer.values(**start)
        self.painter = painter_of(explorer.picture)
        self.controls = {
            name: widget_for(control, name, self._start[name]) for name, control in explorer.controls.items()
        }
        self._lock = threading.RLock()  # JupyterLab may run slider messages on a thread of their own
        self._setting = False  # several values are being set: draw after the last one
        # the values on screen, and those last answered, be it with a problem
        self._drawn = self._answered = None
        self._since = None  # when the oldest value not yet answered came
        self._came = 0.0  # when the newest one came

        width = f"{SCREEN_DPI * self.painter.width():.0f}px"
        self.image = _Picture(format="jpeg", layout={"width": width, "max_width": FITTING, "visibility": "visible"})
        self.image.add_class("bptt-picture")
        self.readout = W.HTML(layout={"max_width": f"min({width}, {FITTING})"})
        self.readout.add_class("bptt-readout")
        reset = W.Button(description="Reset", tooltip="Back to the start values", layout=RESET_LAYOUT)
        reset.on_click(self._reset)
        for control in self.controls.values():
            control.observe(self._value_changed, "value")
        self._players = {
            name: player_of(widget)
            for name, widget in self.controls.items()
            if getattr(explorer.controls[name], "plays", False)
        }
        self._draw()
        parts = [panel([*map(self._line, self.controls), reset], width), self.image, self.readout]
        self._page = None
        if not IPYWIDGETS_7:
            links = [link for _, link in self._players.values()]
            self._page = InPage(self._touched if explorer.touch else None, links)
            parts.append(self._page)
            if explorer.touch:
                parts.insert(1, W.HTML(f'<p class="bptt-touch" style="{HINT_STYLE}">{html.escape(explorer.touch)}</p>'))
        super().__init__(parts)
        self.add_class("bptt-explorer")

    def _line(self, name):
        """A control as it stands in the panel: with its buttons, if it plays."""
        if name not in self._players:
            return self.controls[name]
        # over the whole row, since beside two buttons a slider of one column would be a stump; ipywidgets loses
        # grid_column, which it sets before it clears grid_area
        return W.HBox([self.controls[name], self._players[name][0]], layout={"grid_area": "auto / 1 / auto / -1"})

    def update(self, **values) -> None:
        """Set controls by name and draw once, now.

        Raises
        ------
        ValueError
            If there is no control of that name, or it does not accept the value; nothing is set then.
        """
        checked = self.explorer.values(**values)
        with self._lock:
            try:
                self._set({name: checked[name] for name in values})
                self._finish()
            except BaseException:  # interrupted: once the cell has ended, the picture follows the sliders
                self._draw_later()
                raise

    def close(self) -> None:
        """Take the explorer off the page, and free it with all its parts."""
        for part in (*self._parts(), *(link for _, link in self._players.values())):
            for thing in (part, getattr(part, "layout", None), getattr(part, "style", None)):  # a link has neither
                if thing is not None:
                    W.Widget.close(thing)

    def _parts(self):
        """All widgets of this one, itself included."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            waiting += getattr(part, "children", ())
            yield part

    @property
    def compute(self):
        """The function behind the picture, values → data: for other values than those on screen."""
        return self.explorer.compute

    @property
    def data(self):
        """What is computed from the values on screen."""
        self._finish()
        return self._compute()

    @property
    def sentence(self) -> str:
        """The numbers of the picture, in one sentence."""
        self._finish()
        return self._sentence

    def _values(self):
        return tuple(control.value for control in self.controls.values())

    def _compute(self):
        return self.compute(**dict(zip(self.controls, self._values(), strict=True)))

    def _reset(self, _):
        with self._lock:
            for play, _link in self._players.values():
                setattr(play, PLAYING, False)
            self._set(self._start)
            if self._page is not None:
                self._page.set({self.controls[name]: value for name, value in self._start.items()})
            self._draw_soon()

    def _touched(self, x, y):
        with self._lock:
            values = self.painter.touched(self._compute(), x, y)
            self._set({name: self.explorer.controls[name].nearest(value) for name, value in values.items()})
            if self._drawn != self._values():
                self._draw_soon()

    def _set(self, values):
        self._setting = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._setting = False

    def _value_changed(self, _):
        with self._lock:
            if self._since is None:
                self._since = time.monotonic()
            if self._setting:
                return
            self._draw_soon()

    def _draw_soon(self):
        """Answer the message at once and draw when no newer value waits: a fast drag leaves no queue of pictures."""
        if not self._draw_later():  # plain Python: nothing to wait for
            self._finish()

    def _draw_later(self) -> bool:
        """Whether there is a loop that draws once the present message is answered."""
        if (loop := running_loop()) is None:
            return False
        before, self._came = self._came, time.monotonic()
        delay = DELAY if self._came - before < DRAGGED else 0
        loop.call_later(delay, self._draw_late, self._values(), loop)
        return True

    def _draw_late(self, values, loop):
        """Draw, unless newer values wait or somebody asked for the picture before."""
        with self._lock:
            if self._answered == self._values():
                self._since = None
                return
            if values != self._values() and time.monotonic() - (self._since or 0) < LONGEST_DELAY:
                return
            try:
                self._draw(role=None)
            except Exception as problem:  # nobody above would show it to the reader
                self._show_problem(problem)
            else:
                loop.call_later(PAUSE, self._speak, self._drawn)

    def _speak(self, values):
        """Turn the sentence into a live region, which a screen reader reads out, once the values rest."""
        with self._lock:
            if values == self._values() == self._drawn:
                self._write(self._sentence, "status")

    def _write(self, text, role):
        role = f'role="{role}"' if role else ""
        self.readout.value = f'<p {role} style="line-height: 1.4; margin: 0">{html.escape(text)}</p>'

    def _show_problem(self, problem):
        """Say what went wrong where the sentence stands, and hide the picture, which shows other values.

        `sentence`, `data` and `update` raise the exception itself.
        """
        text = f"No picture for these values. {type(problem).__name__}: {problem}"
        self.image.layout.visibility = "hidden"
        self.image.tooltip = text
        self._write(text, "alert")
        self._answered, self._since = self._values(), None

    def _finish(self):
        with self._lock:
            if self._drawn != self._values():
                try:
                    self._draw()
                except Exception as problem:
                    self._show_problem(problem)
                    raise

    def _draw(self, role="status"):
        values = self._values()
        data = self._compute()
        sentence, jpeg = self.explorer.describe(data), self.painter.jpeg(data)
        with self.image.hold_sync():  # one message
            self.image.value, self.image.tooltip = jpeg, sentence
        self.image.layout.visibility = "visible"
        self._sentence = sentence
        self._write(sentence, role)
        self._drawn, self._answered, self._since = values, values, None
        if self.explorer.idle is not None:
            idle = self.explorer.idle(**dict(zip(self.controls, values, strict=True)))
            for name, control in self.controls.items():
                control.disabled = name in idle

    # IPython would prefer this method, with which ipywidgets 7 shows the widget alone
    _ipython_display_ = None

    def _repr_mimebundle_(self, **kwargs):
        """The widget; and, for a page without a kernel, a PNG at the screen's resolution and the sentence."""
        with self._lock:
            self._finish()
            png = self.painter.png(self._compute())
        return {
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.model_id,
            },
            "text/plain": self._sentence,
            "image/png": base64.b64encode(png).decode(),
        }
