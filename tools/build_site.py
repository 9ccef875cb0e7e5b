"""Build the site: `make site`. All notebooks from what they store, the package by rooms, docs, benchmarks, search.

The source of the pages is put together in build/source, the pages go to build/site, which any web server can serve. The
frames of an explorer are drawn again only when the package, its data or matplotlib is another one.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

import nbformat

from bptt_helpers.widgets import frames, pages, painter
from tools.site_api import pages as api_pages
from tools.site_notebooks import explorers_of, for_site, stage, write

ROOT = Path(__file__).parents[1]
COPIED = ("*.md", "LICENSE", "docs/*", "benchmarks/*.md", "benchmarks/*.png", "images/*", "site/*.*", "site/static/*")
# Of MathJax what is loaded for these formulas: 0.8 MB, where its complete file has 1.2 and the package 25.
MATHJAX = ("startup.js", "core.js", "input/tex.js", "input/tex/extensions/*.js", "a11y/assistive-mml.js")
MATHJAX += ("output/chtml.js", "output/chtml/fonts/tex.js", "output/chtml/fonts/woff-v2/*.woff")


def put_together(source, target, notebooks) -> None:
    """Fill the folder of the source: texts, notebooks, the pages of the package, scripts.

    Parameters
    ----------
    source, target : Path
        Folder of the source, and of the pages.
    notebooks : list of Path
    """
    for path in (path for pattern in COPIED for path in sorted(ROOT.glob(pattern))):
        name = path.relative_to(ROOT)
        name = name.relative_to("site") if name.parts[0] == "site" else name
        if path.suffix == ".md":
            write(source / name, for_site(path.read_text(encoding="utf-8")))
        elif path.is_file():
            _copy(path, source / name)
    for script in ("pages.js", "pages.css"):
        _copy(Path(pages.__file__).with_name(script), source / "static" / script)
    (spot,) = importlib.util.find_spec("mathjax").submodule_search_locations
    mathjax = Path(spot) / "static" / "mathjax" / "es5"
    for path in (path for pattern in MATHJAX for path in mathjax.glob(pattern)):
        _copy(path, source / "static" / "mathjax" / path.relative_to(mathjax))
    for name, text in api_pages().items():
        write(source / "api" / f"{name}.rst", text)
    for old in {path.name for path in (source / "notebooks").glob("*")} - {path.name for path in notebooks}:
        (source / "notebooks" / old).unlink()
    for path in notebooks:
        stage(path, source, target)


def _copy(path, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, to)


def draw_frames(target, notebooks, workers, whole=None) -> None:
    """Draw the frames of all explorers that the notebooks show, those that are not there already, side by side.

    Of an explorer that is not in `whole`, unless that is None, only the first one.
    """
    cells = [explorers_of(nbformat.read(path, as_version=4)).values() for path in notebooks]
    wanted = {frames.key_of(shown.name, shown.start): shown for group in cells for shown in group}
    present = drawn_from()
    with ProcessPoolExecutor(workers) as pool:
        jobs = []
        for key, shown in wanted.items():
            all_of_it, folder = whole is None or shown.name in whole, target / "frames" / key
            stamp = f"{present} {all_of_it}"
            if not (folder / "stamp").exists() or (folder / "stamp").read_text() != stamp:
                jobs.append(pool.submit(draw, shown, folder, stamp, all_of_it))
        for job in jobs:
            print(job.result(), flush=True)


def draw(shown, folder, stamp, whole) -> str:
    """Draw one explorer, note from what, and say how large it has become."""
    started = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    drawn = frames.draw(shown.name, folder, shown.start, whole)
    (folder / "stamp").write_text(stamp)
    count, size = len(drawn.values) * len(drawn.options), _size(folder)
    return f"{folder.name}: {count} frames, {size / count / 1e3:.0f} kB each, {time.perf_counter() - started:.1f} s"


def drawn_from() -> str:
    """A hash of all that decides how a frame looks: the package but for its widgets, its data, what draws."""
    digest = hashlib.sha256("".join(version(name) for name in ("matplotlib", "numpy", "pillow")).encode())
    draws = [Path(frames.__file__), Path(painter.__file__)]
    draws += [path for path in draws[0].parents[1].rglob("*.py") if path.parent != draws[0].parent]
    for path in sorted([*draws, *(ROOT / "data").iterdir()]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(build, notebooks, whole=None, workers=None) -> int:
    """Draw, put together, build with every warning as an error, and say how long it took and how large it is."""
    from sphinx.cmd.build import main as sphinx

    started, source, target = time.perf_counter(), build / "source", build / "site"
    draw_frames(target, notebooks, workers or os.cpu_count(), whole)
    drawn = time.perf_counter()
    put_together(source, target, notebooks)
    failed = sphinx(["-W", "--keep-going", "-q", "-j", "auto", "-d", str(build / "doctrees"), str(source), str(target)])
    seconds = time.perf_counter() - drawn
    print(f"frames {drawn - started:.0f} s, pages {seconds:.0f} s, {_size(target) / 1e6:.1f} MB in {target}")
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="folder for source and pages")
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted((ROOT / "notebooks").glob("*.ipynb")))
    text = "explorers that are drawn whole, the others only as they start: for a quick look at the pages"
    parser.add_argument("--whole", nargs="*", metavar="NAME", help=text)
    options = parser.parse_args()
    sys.exit(main(options.build, options.notebooks, options.whole))
