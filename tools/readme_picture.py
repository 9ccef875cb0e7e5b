"""Draw the pictures of the README: the first explorer as a reader sees it at the start, and while ρ is moved."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from bptt_helpers.lessons.gradient_pictures import FADE, NOTHING
from bptt_helpers.lessons.pictures import GREY, INK, SCREEN_DPI, house_style
from bptt_helpers.lessons.start_here.explorer import FIRST_LOOK
from bptt_helpers.widgets.painter import painter_of

FOLDER = Path(__file__).parents[1] / "images"
STILL, MOVING = FOLDER / "first_look.png", FOLDER / "first_look.webp"
# ρ from its start value to both ends of its slider and back: the first frame is the still.
RADII = [k / 10 for k in (*range(10, 20), *range(20, 5, -1), *range(5, 10))]
# Three times through and it rests, for whoever reads on beside it; whoever wants no motion gets the still.
MILLISECONDS, ROUNDS = 180, 3
# Colours of the frames. Few are kept, since flat colours without loss take a third of what a lossy frame takes. Most of
# them are given to the scale of gradients: chosen by how often they occur, they would leave out its warm half.
OF_THE_SCALE, GREYS, OF_THE_REST = 72, 16, 40


def still() -> bytes:
    """PNG of the explorer at its start values."""
    return painter_of(FIRST_LOOK.picture).png(_data(FIRST_LOOK.controls["spectral_radius"].start))


def sentence() -> str:
    """What the still shows: its alternative text in the README."""
    return FIRST_LOOK.describe(_data(FIRST_LOOK.controls["spectral_radius"].start))


def frame(radius) -> Image.Image:
    """The explorer at a value of ρ, with the slider that moves it above."""
    picture = Image.open(io.BytesIO(painter_of(FIRST_LOOK.picture).png(_data(radius)))).convert("RGB")
    slider = _slider(radius, picture.width)
    whole = Image.new("RGB", (picture.width, slider.height + picture.height))
    whole.paste(slider, (0, 0))
    whole.paste(picture, (0, slider.height))
    return whole


def moving(frames) -> bytes:
    """Animated WebP, without loss but for the number of colours."""
    palette = _palette(frames)
    few = [one.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB") for one in frames]
    file = io.BytesIO()
    # by default Pillow takes method 0 for many frames, and nearly three times the bytes
    how = {"lossless": True, "method": 4, "minimize_size": True, "duration": MILLISECONDS, "loop": ROUNDS}
    few[0].save(file, "webp", save_all=True, append_images=few[1:], **how)
    return file.getvalue()


def _data(radius):
    return FIRST_LOOK.compute(**FIRST_LOOK.values(spectral_radius=radius))


def _palette(frames):
    """A Pillow image that holds the colours all frames share."""
    all_of_them = Image.fromarray(np.concatenate([np.asarray(one) for one in frames]))
    rest = all_of_them.quantize(OF_THE_REST, Image.Quantize.MAXCOVERAGE).getpalette()[: 3 * OF_THE_REST]
    scale = np.round(255 * FADE(np.linspace(0, 1, OF_THE_SCALE))[:, :3]).astype(int)
    greys = np.repeat([*np.linspace(0, 255, GREYS - 1).astype(int), NOTHING[0]], 3)
    palette = Image.new("P", (1, 1))
    palette.putpalette([*scale.ravel().tolist(), *greys.tolist(), *rest])
    return palette


def _slider(radius, width):
    """The slider of ρ as JupyterLab shows it, drawn by matplotlib."""
    control = FIRST_LOOK.controls["spectral_radius"]
    with house_style():
        figure = Figure(figsize=(width / SCREEN_DPI, 0.36), dpi=SCREEN_DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        ax = figure.add_axes((0.25, 0, 0.4, 1), xlim=(control.low, control.high), ylim=(-1, 1))
        ax.axis("off")
        ax.plot([control.low, control.high], [0, 0], color=GREY, lw=3, solid_capstyle="round", clip_on=False)
        ax.plot(radius, 0, "o", ms=11, mfc="white", mec=INK, mew=1.5, clip_on=False)
        figure.text(0.235, 0.5, control.label, ha="right", va="center", color=INK)
        figure.text(0.67, 0.5, f"{radius:.2f}", ha="left", va="center", color=INK)
        canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def main() -> None:
    """Store both pictures and print the sentence of the still."""
    STILL.write_bytes(still())
    MOVING.write_bytes(moving([frame(radius) for radius in RADII]))
    print(f"{MOVING.name}: {len(RADII)} frames, {MOVING.stat().st_size / 1000:.0f} kB")
    print(sentence())


if __name__ == "__main__":
    main()
