"""The stored pictures of the notebooks are held against fresh ones: what is noticed, and what is let pass."""

import base64
import io
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import pictures
from tools.pictures import SHARE, compared, difference, lighter

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "03_gradient_norms.ipynb"


def stored():
    """All pictures stored in the notebooks, as PNG in base64."""
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    yield output.data["image/png"]


STORED = list(stored())


def changed(picture, change):
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))
    file = io.BytesIO()
    Image.fromarray(change(pixels.copy())).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def test_a_stored_picture_has_fewer_colours_than_an_eye_could_tell():
    whole = np.asarray(Image.effect_noise((90, 60), 80).convert("RGB"))
    before = changed(STORED[0], lambda _: whole)
    after = np.asarray(Image.open(io.BytesIO(base64.b64decode(lighter(before)))))
    assert 1 <= np.abs(after.astype(int) - whole).max() <= 2
    assert len(np.unique(after)) <= 64
    assert {0, 255} <= set(np.unique(after))
    assert all(lighter(picture) == picture for picture in STORED[::5]), "stored twice is stored once"


def without_top(pixels):
    """The top sixth: titles, or what stands there in their place."""
    pixels[: len(pixels) // 6] = 255
    return pixels


def without_a_colour(pixels):
    """The commonest colour of a picture, left out."""
    coloured = pixels[pixels.max(2).astype(int) - pixels.min(2) > 60].astype(int)
    shades, counts = np.unique(coloured // 16, axis=0, return_counts=True)
    commonest = 16 * shades[counts.argmax()] + 8
    pixels[np.abs(pixels.astype(int) - commonest).max(2) < 60] = 255
    return pixels


@pytest.mark.parametrize(
    ("change", "least"),
    [
        (lambda pixels: pixels[::-1, ::-1], len(STORED)),
        (lambda pixels: np.roll(pixels, 3, 0), len(STORED)),
        (without_a_colour, len(STORED)),
        (without_top, len(STORED)),
    ],
    ids=["turned", "moved", "one colour left out", "top left out"],
)
def test_a_changed_picture_is_noticed(change, least):
    assert len(STORED) > 15
    assert sum(difference(picture, changed(picture, change)) > SHARE for picture in STORED) >= least


def test_the_same_picture_and_one_with_a_mark_moved_by_rounding_pass():
    def mark(pixels, x):
        pixels[100:108, x : x + 8] = 0
        return pixels

    for picture in STORED:
        assert difference(picture, picture) == 0
        one, other = (changed(picture, lambda pixels, x=x: mark(pixels, x)) for x in (200, 202))
        assert difference(one, other) <= SHARE


def test_another_size_is_another_picture():
    assert difference(STORED[0], changed(STORED[0], lambda pixels: pixels[:-4])) == 1


def output(picture, sentence="It shows a line."):
    return {"output_type": "display_data", "data": {"image/png": picture, "text/plain": sentence}}


@pytest.mark.parametrize(
    ("fresh", "message"),
    [
        ([], "picture 1 that is stored is not drawn any more"),
        ([output(STORED[0]), output(STORED[0])], "picture 2 of the cell is not stored"),
        ([output(STORED[0], "It shows two lines.")], "stored is the sentence 'It shows a line.', now"),
        ([output(STORED[1])], "of its area differ"),
    ],
)
def test_what_differs_is_said(fresh, message):
    compared([output(STORED[0])], [output(STORED[0])])
    with pytest.raises(AssertionError, match=message):
        compared([output(STORED[0])], fresh)


@pytest.mark.parametrize("other", ["matplotlib", "numpy"])
def test_pictures_of_another_matplotlib_or_numpy_are_not_compared(monkeypatch, tmp_path, other):
    monkeypatch.setattr(pictures, "PINS", tmp_path / "pins.txt")
    installed = {name: version(name) for name in ("matplotlib", "numpy")}
    for pins, fit in ((installed, True), (installed | {other: "0.1"}, False)):
        pictures.PINS.write_text("".join(f"{name}=={pin}\n" for name, pin in pins.items()))
        pictures.stored_pictures_fit_these_versions.cache_clear()
        assert pictures.stored_pictures_fit_these_versions() is fit
    pictures.stored_pictures_fit_these_versions.cache_clear()


@pytest.mark.skipif(not pictures.stored_pictures_fit_these_versions(), reason="not the pinned matplotlib and NumPy")
def test_a_notebook_with_a_picture_turned_round_fails(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    number = next(k for k, cell in enumerate(notebook.cells) if "explore_influence(" in cell.source)
    notebook.cells = notebook.cells[: number + 1]
    data = next(output.data for output in notebook.cells[number].outputs if "image/png" in output.get("data", {}))
    data["image/png"] = changed(data["image/png"], lambda pixels: pixels[::-1, ::-1])
    nbformat.write(notebook, tmp_path / "turned.ipynb")
    arguments = ["-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-q", tmp_path / "turned.ipynb"]
    ran = subprocess.run(
        [sys.executable, *arguments, f"--rootdir={ROOT}", "-c", ROOT / "pyproject.toml"],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    assert "1 failed" in ran.stdout, ran.stdout + ran.stderr
    assert "of its area differ from the stored one" in ran.stdout
