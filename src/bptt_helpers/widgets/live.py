"""A picture that follows sliders.

slider → compute(**values) → picture.show(data) → bytes → the browser

Drawing a matplotlib figure anew takes 30 to 60 ms, almost all of it for axes and ticks that have not changed.
So the figure is kept, its frame is drawn once for each set of axis limits, and only the artists that move are
drawn on top. The picture is made at twice the screen's resolution, where JPEG at quality 90 shows no trace
and takes 3 ms where lossless WebP takes 14 and PNG more.
"""

from __future__ import annotations

import asyncio
import base64
import html
import io
import threading
import time

import ipywidgets as W
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from traitlets import Unicode

from ..figures.base import OVERSAMPLING, SCREEN_DPI
from .controls import IPYWIDGETS_7, check, panel
from .keys_and_names import KeysAndNames

# Seconds a value from the browser waits for a newer one; shorter than the 8 ms between two events of a fast mouse.
DELAY = 0.005
# Seconds after which a picture is drawn though newer values keep coming.
LONGEST_DELAY = 0.03
# Seconds without a new value after which a screen reader is told the sentence.
PAUSE = 0.5
# Frames kept, 5 MB each: going back to limits seen before costs no full draw.
KEPT_FRAMES = 8
FITTING = "calc(100% - 4px)"  # a widget has a margin of 2 px
RESET_LAYOUT = {"width": "8em", "margin": "2px 2px 2px calc(11em + 10px)"}  # where the sliders begin


class _Picture(W.Image):
    # ipywidgets 8.1 shows an image with a tooltip only if it has a description too
    description = Unicode("").tag(sync=True)


class Live(W.VBox):
    """Controls, a picture, and a sentence that says in words and numbers what the picture shows.

    Parameters
    ----------
    picture : object
        Has ``figure`` (a matplotlib Figure, not made by pyplot), ``artists`` (those that move, in drawing order)
        and ``show(data)``, which moves them.
    compute : callable (**values) -> data
        A pure function of the controls' values.
    describe : callable (data) -> str
        One sentence with the numbers: the text under the picture, its accessible name, and what a
        saved notebook keeps.
    controls : dict of str to widget
        Named as the arguments of `compute`.

    Attributes
    ----------
    controls : dict of str to widget
    image : ipywidgets.Image
    data
        What `compute` returned for the values on screen.
    sentence : str
    """

    def __init__(self, picture, compute, describe, controls):
        self.picture, self.compute, self.describe, self.controls = picture, compute, describe, controls
        self._start = {name: control.value for name, control in controls.items()}
        self._canvas = FigureCanvasAgg(picture.figure)
        self._frames = {}
        self._lock = threading.RLock()  # JupyterLab may run slider messages on a thread of their own
        self._setting = False  # several values are being set: draw after the last one
        # versions of the values: the newest, the last one drawn, and the last one answered, be it with a problem
        self._wanted, self._drawn, self._answered = 1, 0, 0
        self._since = 0.0  # when the oldest value not yet answered came
        for artist in picture.artists:
            artist.set_animated(True)

        width = f"{SCREEN_DPI * picture.figure.get_figwidth():.0f}px"
        self.image = _Picture(format="jpeg", layout={"width": width, "max_width": FITTING, "visibility": "visible"})
        self.image.add_class("bptt-picture")
        self.readout = W.HTML(layout={"max_width": f"min({width}, {FITTING})"})
        self.readout.add_class("bptt-readout")
        reset = W.Button(description="Reset", tooltip="Back to the start values", layout=RESET_LAYOUT)
        reset.on_click(self._reset)
        for control in controls.values():
            control.observe(self._value_changed, "value")
        self._draw()
        parts = [panel([*controls.values(), reset], width), self.image, self.readout]
        super().__init__(parts if IPYWIDGETS_7 else [*parts, KeysAndNames()])
        self.add_class("bptt-explorer")

    def update(self, **values) -> None:
        """Set controls by name and draw once, now.

        Raises
        ------
        ValueError
            If there is no control of that name, or it does not accept the value; nothing is set then.
        """
        for name, value in values.items():
            if name not in self.controls:
                raise ValueError(f"update: want one of the controls {', '.join(self.controls)}, got {name!r}")
            check(name, value, self.controls[name])
        with self._lock:
            self._set(values)
            self._finish()

    @property
    def data(self):
        """What `compute` returned for the values on screen."""
        self._finish()
        return self._data

    @property
    def sentence(self) -> str:
        """The numbers of the picture, in one sentence."""
        self._finish()
        return self._sentence

    def _reset(self, _):
        with self._lock:
            self._set(self._start)
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
            if self._answered == self._wanted:
                self._since = time.monotonic()
            self._wanted += 1
            if not self._setting:
                self._draw_soon()

    def _draw_soon(self):
        """Answer the message at once and draw when no newer value waits: a fast drag leaves no queue of pictures."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # plain Python: nothing to wait for
            self._finish()
        else:
            loop.call_later(DELAY, self._draw_late, self._wanted, loop)

    def _draw_late(self, version, loop):
        """Draw, unless a newer value waits or somebody asked for the picture before."""
        with self._lock:
            newest, late = version == self._wanted, time.monotonic() - self._since > LONGEST_DELAY
            if self._answered == self._wanted or not (newest or late):
                return
            try:
                self._draw(role=None)
            except Exception as problem:  # nobody above would show it to the reader
                self._show_problem(problem)
            else:
                loop.call_later(PAUSE, self._speak, self._drawn)

    def _speak(self, version):
        """Turn the sentence into a live region, which a screen reader reads out, once the values rest."""
        with self._lock:
            if version == self._wanted == self._drawn:
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
        self._answered = self._wanted

    def _finish(self):
        with self._lock:
            if self._drawn < self._wanted:
                self._draw()

    def _draw(self, role="status"):
        self._data = self.compute(**{name: control.value for name, control in self.controls.items()})
        self.picture.show(self._data)
        self._sentence = self.describe(self._data)
        self._paint()
        jpeg = io.BytesIO()
        self._pixels().save(jpeg, "jpeg", quality=90, subsampling=0)
        with self.image.hold_sync():  # one message
            self.image.value, self.image.tooltip = jpeg.getvalue(), self._sentence
        self.image.layout.visibility = "visible"
        self._write(self._sentence, role)
        self._drawn = self._answered = self._wanted

    def _paint(self):
        """Put the frame of the present limits on the canvas and draw the moving artists on it."""
        limits = tuple(limit for ax in self.picture.figure.axes for limit in (*ax.get_xlim(), *ax.get_ylim()))
        frame = self._frames.pop(limits, None)
        if frame is None:
            self._canvas.draw()  # leaves out what is animated
            frame = self._canvas.copy_from_bbox(self.picture.figure.bbox)
            if len(self._frames) == KEPT_FRAMES:
                self._frames.pop(next(iter(self._frames)))  # the one not used for longest
        self._frames[limits] = frame
        self._canvas.restore_region(frame)
        for artist in self.picture.artists:
            artist.axes.draw_artist(artist)

    def _pixels(self):
        """The canvas as a Pillow image that shares its memory; it is opaque, so the fourth byte says nothing."""
        return Image.frombuffer(
            "RGBX", self._canvas.get_width_height(), self._canvas.buffer_rgba(), "raw", "RGBX", 0, 1
        )

    # IPython would prefer this method, with which ipywidgets 7 shows the widget alone
    _ipython_display_ = None

    def _repr_mimebundle_(self, **kwargs):
        """The widget; and, for a page without a kernel, a PNG at the screen's resolution and the sentence."""
        self._finish()
        png = io.BytesIO()
        with self._lock:
            self._pixels().convert("RGB").reduce(OVERSAMPLING).save(png, "png")
        return {
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.model_id,
            },
            "text/plain": self._sentence,
            "image/png": base64.b64encode(png.getvalue()).decode(),
        }
