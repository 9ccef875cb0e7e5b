"""A picture that follows sliders.

slider → compute(**values) → picture.show(data) → bytes → the browser

Drawing a matplotlib figure anew takes a tenth of a second, almost all of it for axes and ticks that have not changed.
So the figure is kept, its frame is drawn once for each set of axis limits, and only the artists that move are
drawn on top. The picture is made at twice the screen's resolution, where JPEG at quality 90 shows no trace
and is four times faster to encode than PNG.
"""

from __future__ import annotations

import asyncio
import base64
import html
import io
import threading

import ipywidgets as W
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from traitlets import Unicode

from ..validate import choice, number, whole_number

# Seconds a value from the browser waits for a newer one; shorter than the 8 ms between two events of a fast mouse.
DELAY = 0.005
# Frames kept, 5 MB each: going back to limits seen before costs no full draw.
KEPT_FRAMES = 8


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
        self._wanted, self._drawn = 1, 0  # versions: drawing version k serves all requests up to k
        for artist in picture.artists:
            artist.set_animated(True)

        width = f"{100 * picture.figure.get_figwidth():.0f}px"
        self.image = _Picture(format="jpeg", layout={"width": width, "max_width": "100%"})
        self.image.add_class("bptt-picture")
        self.readout = W.HTML(layout={"max_width": width})
        self.readout.add_class("bptt-readout")
        reset = W.Button(description="Reset", tooltip="Back to the start values", layout={"width": "8em"})
        reset.on_click(lambda _: self.update(**self._start))
        for control in controls.values():
            control.observe(self._value_changed, "value")
        self._draw()
        panel = W.Box([*controls.values(), reset], layout={"flex_flow": "row wrap"})
        super().__init__([panel, self.image, self.readout])
        self.add_class("bptt-explorer")

    def update(self, **values) -> None:
        """Set controls by name and draw once, now.

        Raises
        ------
        ValueError
            If there is no control of that name, or it does not accept the value.
        """
        with self._lock:
            for name, value in values.items():
                self._set(name, value)
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

    def _set(self, name, value):
        if name not in self.controls:
            raise ValueError(f"update: want one of the controls {', '.join(self.controls)}, got {name!r}")
        control = self.controls[name]
        if isinstance(control, W.Dropdown):
            choice(name, value, control.options)
        elif isinstance(control, W.IntSlider):
            whole_number(name, value, control.min, control.max)
        else:
            number(name, value, control.min, control.max)
        control.value = value

    def _value_changed(self, _):
        """Answer the message at once and draw when no newer value waits: a fast drag leaves no queue of pictures."""
        with self._lock:
            self._wanted += 1
            version = self._wanted
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # plain Python: nothing to wait for
            self._finish()
        else:
            loop.call_later(DELAY, lambda: self._finish() if version == self._wanted else None)

    def _finish(self):
        with self._lock:
            if self._drawn < self._wanted:
                self._draw()

    def _draw(self):
        version = self._wanted
        self._data = self.compute(**{name: control.value for name, control in self.controls.items()})
        self.picture.show(self._data)
        self._sentence = self.describe(self._data)
        self._drawn = version
        self._paint()
        out = io.BytesIO()
        picture = Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB")
        picture.save(out, "jpeg", quality=90, subsampling=0)
        with self.image.hold_sync():  # one message
            self.image.value, self.image.tooltip = out.getvalue(), self._sentence
        self.readout.value = f'<p role="status" style="line-height: 1.4">{html.escape(self._sentence)}</p>'

    def _paint(self):
        """Put the frame of the present limits on the canvas and draw the moving artists on it."""
        limits = tuple(limit for ax in self.picture.figure.axes for limit in (*ax.get_xlim(), *ax.get_ylim()))
        if limits not in self._frames:
            if len(self._frames) == KEPT_FRAMES:
                self._frames.pop(next(iter(self._frames)))
            self._canvas.draw()
            self._frames[limits] = self._canvas.copy_from_bbox(self.picture.figure.bbox)
        self._canvas.restore_region(self._frames[limits])
        for artist in self.picture.artists:
            artist.axes.draw_artist(artist)

    def _repr_mimebundle_(self, **kwargs):
        """The widget; and, for a page without a kernel, a PNG and the sentence."""
        self._finish()
        bundle = super()._repr_mimebundle_(**kwargs)
        png = io.BytesIO()
        with self._lock:
            # only savefig draws animated artists; without Software the same picture gives the same bytes
            self.picture.figure.savefig(png, format="png", dpi=100, metadata={"Software": None})
        return {
            **bundle,
            "text/plain": self._sentence,
            "image/png": base64.b64encode(png.getvalue()).decode(),
        }
