"""Draws the picture of an explorer, fast: what does not move is drawn once.

Drawing a matplotlib figure anew takes 30 to 60 ms, almost all of it for axes and ticks that have not changed.
So the figure is kept, its frame is drawn once for each set of axis limits, and only the artists that move are
drawn on top. The picture is made at twice the screen's resolution, where JPEG at quality 90, colours at the screen's
own resolution, shows no trace and takes 3 ms where lossless WebP takes 14 and PNG more.
"""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager, nullcontext
from functools import lru_cache

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from ..lessons.pictures import OVERSAMPLING, house_style

# Frames kept, 5 MB each: going back to limits seen before costs no full draw.
KEPT_FRAMES = 8
# Pictures kept, up to 45 MB each with their frames; one that was dropped is made again when it is moved.
KEPT_PICTURES = 6
# All that a moving artist asks of the reader's settings when it is drawn.
READ_LATE = {name: mpl.rcParamsDefault[name] for name in ("path.simplify", "path.simplify_threshold")}


class Painter:
    """One picture with its canvas and frames. It draws for every explorer of its kind, on whatever page.

    Parameters
    ----------
    make : callable () -> picture
        As in `lessons.explorer.Explorer`.
    """

    def __init__(self, make):
        self._make = make
        self._lock = threading.RLock()  # JupyterLab may run slider messages on threads of their own
        self._forget()

    def _forget(self):
        self.picture, self._canvas, self._frames = None, None, {}

    def width(self) -> float:
        """Of the figure, in inches."""
        with self._lock:
            self._be_ready()
            return self.picture.figure.get_figwidth()

    def jpeg(self, data) -> bytes:
        """The picture of `data` for a dense screen."""
        file = io.BytesIO()
        with self._painted(data) as image:
            image.save(file, "jpeg", quality=90, subsampling="4:2:0")
        return file.getvalue()

    def png(self, data) -> bytes:
        """The picture of `data` at the screen's resolution, without loss."""
        file = io.BytesIO()
        self.pixels(data).save(file, "png")
        return file.getvalue()

    def pixels(self, data) -> Image.Image:
        """The picture of `data` at the screen's resolution, as an image of its own."""
        with self._painted(data) as image:
            return image.convert("RGB").reduce(OVERSAMPLING)

    def touched(self, data, x, y) -> dict:
        """The values of controls that belong to a point of the picture of `data`."""
        with self._lock:
            try:
                self._be_ready()
                self.picture.show(data)
                return self.picture.touched(x, y)
            except BaseException:
                self._forget()
                raise

    @contextmanager
    def _painted(self, data):
        """The canvas as a Pillow image that shares its memory; it is opaque, so the fourth byte says nothing."""
        with self._lock:
            try:
                self._be_ready()
                self.picture.show(data)
                self._paint()
                size = self._canvas.get_width_height()
                yield Image.frombuffer("RGBX", size, self._canvas.buffer_rgba(), "raw", "RGBX", 0, 1)
            except BaseException:  # an interrupt too: nobody knows what is half drawn, so all is made anew
                self._forget()
                raise

    def _be_ready(self):
        if self.picture is None:
            with house_style():
                picture = self._make()
            for artist in picture.artists:
                artist.set_animated(True)
            self._canvas = FigureCanvasAgg(picture.figure)
            self.picture = picture

    def _paint(self):
        """Put the frame of the present limits on the canvas and draw the moving artists on it."""
        limits = tuple(limit for ax in self.picture.figure.axes for limit in (*ax.get_xlim(), *ax.get_ylim()))
        frame = self._frames.pop(limits, None)
        if frame is None:
            with house_style():
                self._canvas.draw()  # leaves out what is animated
            frame = self._canvas.copy_from_bbox(self.picture.figure.bbox)
            if len(self._frames) == KEPT_FRAMES:
                self._frames.pop(next(iter(self._frames)))  # the one not used for longest
        self._frames[limits] = frame
        self._canvas.restore_region(frame)
        own = all(mpl.rcParams[name] == value for name, value in READ_LATE.items())
        with nullcontext() if own else mpl.rc_context(READ_LATE):  # which copies all settings
            for artist in self.picture.artists:
                artist.axes.draw_artist(artist)


# By `Explorer.picture`: running a notebook's cell again, or two explorers of a kind, takes no second figure.
painter_of = lru_cache(maxsize=KEPT_PICTURES)(Painter)
