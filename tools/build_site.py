"""Build the site: `make site`. All notebooks from what they store, the package by rooms, docs, benchmarks, search.

The source of the pages is put together in build/source, the pages go to build/site, which any web server can serve. The
frames of an explorer are drawn again only when the package, its data or matplotlib is another one.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote

import nbformat

from bptt_helpers.widgets import frames, pages, painter
from tools.site_api import pages as api_pages
from tools.site_notebooks import explorers_of, for_site, stage, write

ROOT = Path(__file__).parents[1]
TEXTS = ("*.md", "docs/*.md", "benchmarks/*.md", "site/*.md")
SETTINGS = ("site/*.py", "site/static/*")
LINK = re.compile(r"""(?:\]\(|(?:src|href)=")(?![a-z]+:)([^)"\s#]+)""")
IN_HTML = re.compile(r"""(?:src|srcset)="(?![a-z]+:)([^"\s]+)""")  # Sphinx passes it on and copies nothing
# Of MathJax what is loaded for these formulas: 0.8 MB, where its complete file has 1.2 and the package 25.
MATHJAX = ("startup.js", "core.js", "input/tex.js", "input/tex/extensions/*.js", "a11y/assistive-mml.js")
MATHJAX += ("output/chtml.js", "output/chtml/fonts/tex.js", "output/chtml/fonts/woff-v2/*.woff")


def put_together(source, target, notebooks) -> None:
    """Fill the folder of the source, and clear it of what is there no more: texts, notebooks, the package, scripts.

    Parameters
    ----------
    source, target : Path
        Folder of the source, and of the pages.
    notebooks : list of Path
    """
    kept = {*_texts(source), *_files(source)}
    kept |= {write(source / "api" / f"{name}.rst", text) for name, text in api_pages().items()}
    kept |= {stage(path, source, target) for path in notebooks}
    for path in source.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


def _texts(source):
    """Put the texts, and every file of the repository that one of them links to, so that the link arrives."""
    listed = [path for pattern in TEXTS for path in sorted(ROOT.glob(pattern))]
    waiting, known = list(listed), set(listed)
    while waiting:
        path = waiting.pop()
        text = for_site(path.read_text(encoding="utf-8"))
        name = path.relative_to(ROOT / "site" if path.parent == ROOT / "site" else ROOT)
        yield write(source / name, text if path in listed else f"---\norphan: true\n---\n\n{text}")
        for link in IN_HTML.findall(text):
            yield _copy(path.parent / link, source / "extra" / (path.parent / link).resolve().relative_to(ROOT))
        for link in LINK.findall(text):
            linked = (path.parent / unquote(link)).resolve()
            if linked in known or not linked.is_file() or linked.suffix == ".ipynb":
                continue
            known.add(linked)
            if linked.suffix == ".md":
                waiting.append(linked)
            else:
                yield _copy(linked, source / linked.relative_to(ROOT))


def _files(source):
    """Put settings, looks, scripts and MathJax."""
    for path in (path for pattern in SETTINGS for path in ROOT.glob(pattern)):
        yield _copy(path, source / path.relative_to(ROOT / "site"))
    for script in ("pages.js", "pages.css"):
        yield _copy(Path(pages.__file__).with_name(script), source / "static" / script)
    (spot,) = importlib.util.find_spec("mathjax").submodule_search_locations
    mathjax = Path(spot) / "static" / "mathjax" / "es5"
    for path in (path for pattern in MATHJAX for path in mathjax.glob(pattern)):
        yield _copy(path, source / "static" / "mathjax" / path.relative_to(mathjax))


def _copy(path, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, to)
    return to


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
