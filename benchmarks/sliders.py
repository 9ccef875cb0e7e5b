"""How long a slider takes to answer: in the kernel for every explorer, and in JupyterLab from key press to picture.

The peer is what a course would use instead: `ipywidgets.interact` with a function that draws the same picture, from the
same data, on a new figure, shown by the inline back end. Both get values they have not seen, in turns, so that no cache
helps and both meet the same machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from statistics import median

from IPython.core.pylabtools import print_figure

from bptt_helpers import widgets
from bptt_helpers.widgets.painter import painter_of
from tests.browser.lab import find_browser, open_lab, sliders

VALUES = 10  # for each of the two rivals


def milliseconds(function, *arguments):
    """How long one call takes, and what it returns."""
    started = time.perf_counter()
    result = function(*arguments)
    return 1e3 * (time.perf_counter() - started), result


def nearest_values(stops, here, count):
    """Up to `count` values of a slider other than its present one, the nearest first."""
    place = stops.index(here)
    places = [place + sign * k for k in range(1, count + 1) for sign in (1, -1)]
    return [stops[k] for k in places if 0 <= k < len(stops)][:count]


def most_expensive(explorer):
    """The corner of the controls that takes longest to draw, found one control at a time."""
    controls = explorer.explorer.controls
    corner = {name: control.ends[-1] for name, control in controls.items()}
    start = {name: control.value for name, control in explorer.controls.items()}

    def cost(values):
        explorer.update(**values)  # draws the frame for its axis limits, if it is new
        explorer.update(**start)
        forget(explorer)
        return milliseconds(lambda: explorer.update(**values))[0]

    for name, control in controls.items():
        trials = [corner | {name: end} for end in control.ends]
        corner = max(trials, key=lambda values: min(cost(values), cost(values)))
    return corner


def forget(explorer):
    """Empty the cache of the explorer's results; parts cached below it are kept."""
    getattr(explorer.explorer.compute, "cache_clear", lambda: None)()


def interact_once(explorer, values):
    """What `interact` does for one value, without its messages: compute, draw a new figure, encode it as PNG."""
    picture, _ = explorer.explorer.shown(**values)
    picture.figure.set_dpi(100)  # the inline back end's default: a quarter of our pixels
    return print_figure(picture.figure)


def rivals(explorer):
    """Times of explorer and `interact` from a slider's value to picture bytes, at values near the present ones."""
    moves = []
    for name, stops in sliders(explorer).items():
        near = nearest_values(stops, explorer.controls[name].value, 2 * VALUES)
        moves += [(k, name, value) for k, value in enumerate(near)]
    start = {name: control.value for name, control in explorer.controls.items()}
    ours, theirs = [], []
    for _, name, value in sorted(moves, key=lambda move: move[0])[: 2 * VALUES]:  # each slider in turn
        explorer.update(**start)
        forget(explorer)
        if len(theirs) < len(ours):
            theirs.append(milliseconds(interact_once, explorer, start | {name: value})[0])
        else:
            ours.append(milliseconds(setattr, explorer.controls[name], "value", value)[0])
    explorer.update(**start)
    return median(ours), median(theirs)


def first_picture(explore):
    """Time until the first of its kind can be shown: widget, picture, and the picture stored in the notebook."""
    painter_of.cache_clear()
    took, explorer = milliseconds(explore)
    return took + milliseconds(explorer._repr_mimebundle_)[0], explorer


def kernel_rows(progress):
    """One row for each explorer: milliseconds in the kernel."""
    rows = []
    for name in widgets.EXPLORERS:
        progress(f"sliders: {name}")
        explore = getattr(widgets, name)
        explore()  # fonts and texts are read once a session
        first, explorer = first_picture(explore)
        frame = median(milliseconds(explorer.painter._canvas.draw)[0] for _ in range(5))
        ours, theirs = rivals(explorer)
        explorer.update(**(corner := most_expensive(explorer)))
        ours_worst, theirs_worst = rivals(explorer)
        rows.append(
            {
                "explorer": name,
                "first": first,
                "default": ours,
                "interact": theirs,
                "worst": ours_worst,
                "interact_worst": theirs_worst,
                "corner": corner,
                "new_limits": frame,
            }
        )
    return rows


# In the page: milliseconds from a key press to the frame that shows another picture.
WATCH = """box => {
    const source = () => { const image = box.querySelector('img'); return image?.complete && image.src; };
    const before = source();
    window.answer = new Promise(resolve => document.addEventListener('keydown', () => {
        const start = performance.now();
        setTimeout(() => resolve(null), 5000);
        const look = () => {
            const changed = source() && source() !== before;
            requestAnimationFrame(changed ? () => resolve(performance.now() - start) : look);
        };
        look();
    }, {once: true, capture: true}));
}"""
# 100 key presses in the page, `gap` ms apart; then by how much the last picture came later than the last press, and how
# many pictures came.
BURST = """async ([box, handle, key, gap]) => {
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    let last = performance.now(), seen = 0;
    const source = () => box.querySelector('img')?.src;
    let before = source();
    const watch = new MutationObserver(() => {
        if (source() && source() !== before) { before = source(); last = performance.now(); seen += 1; }
    });
    watch.observe(box, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
    for (let k = 0; k < 100; k++) {
        handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
        await pause(gap);
    }
    const end = performance.now();
    while (performance.now() - Math.max(last, end) < 2000) await pause(50);
    watch.disconnect();
    return [Math.max(last - end, 0), seen];
}"""
GAP = 8  # ms between two events of a fast mouse
INTERACT = """
%matplotlib inline
import ipywidgets
from IPython.display import display
from bptt_helpers import widgets
explorer = widgets.explore_influence()
values = {name: control.value for name, control in explorer.controls.items()}

def draw(loss):
    picture, _ = explorer.explorer.shown(**values | {"loss": loss})
    picture.figure.set_dpi(100)
    display(picture.figure)

ipywidgets.interactive(draw, loss=explorer.controls["loss"])
"""


def longest_slider(explorer):
    """Number of the slider with the most values, and the key that leads to most of them."""
    number, (name, stops) = max(enumerate(sliders(explorer).items()), key=lambda one: len(one[1][1]))
    place = stops.index(explorer.controls[name].value)
    return number, "ArrowRight" if place < len(stops) / 2 else "ArrowLeft"


def watch(page, box, number, key, presses=15):
    """Median time from key press to picture, and what a burst leads to, on one slider of one picture in the page."""
    handle, times = box.query_selector_all(".noUi-handle")[number], []
    for _ in range(presses):
        page.evaluate(WATCH, box)
        handle.press(key)
        times.append(page.evaluate("window.answer"))
        page.wait_for_timeout(100)
    handle.press("Home" if key == "ArrowRight" else "End")
    page.wait_for_timeout(1000)
    late, seen = page.evaluate(BURST, [box, handle, key, GAP])
    return {"key": median(t for t in times if t is not None), "late": late, "seen": seen}


def browser_rows(progress):
    """One row for each explorer, and one for `interact`: milliseconds in JupyterLab. Empty without a browser."""
    if find_browser() is None:
        return []
    longest = [longest_slider(getattr(widgets, name)()) for name in widgets.EXPLORERS]
    cells = [f"from bptt_helpers import widgets\nwidgets.{name}()" for name in widgets.EXPLORERS]
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        open_lab(folder) as lab,
        lab.notebook("sliders.ipynb", [*cells, INTERACT]) as notebook,
    ):
        if problems := notebook.run_all():
            raise RuntimeError(f"an explorer does not run: {problems}")
        names = [*widgets.EXPLORERS, "`interact`, drawing explore_influence"]
        for cell, (name, slider) in enumerate(zip(names, [*longest, (0, "ArrowRight")], strict=True)):
            progress(f"sliders in the browser: {name}")
            box = notebook.cell(cell).locator(".bptt-explorer, .widget-interact").element_handle()
            rows.append({"explorer": name, **watch(lab.page, box, *slider)})
    return rows


def run(progress) -> dict:
    """Measure everything.

    Parameters
    ----------
    progress : callable (str)
        Told what is being measured.

    Returns
    -------
    dict
        ``kernel`` and ``browser``, lists of rows; all times in milliseconds.
    """
    return {"kernel": kernel_rows(progress), "browser": browser_rows(progress)}


def markdown(rows) -> str:
    """The results of `run` as two tables."""
    lines = [
        "Kernel: milliseconds from a slider's value to the bytes of the picture, medians over values not seen before.",
        "The corner is the most expensive one of the controls. `interact` computes the same data, draws the same",
        "picture on a new figure and encodes it as PNG with a quarter of the pixels; its messages are left out.",
        "",
        "| explorer | first picture | default | `interact` | ratio | corner | `interact` | ratio | new axis limits |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows["kernel"]:
        default, worst = row["interact"] / row["default"], row["interact_worst"] / row["worst"]
        lines.append(
            f"| {row['explorer']} | {row['first']:.0f} | {row['default']:.1f} | {row['interact']:.0f} | {default:.0f} "
            f"| {row['worst']:.1f} | {row['interact_worst']:.0f} | {worst:.0f} | + {row['new_limits']:.0f} |"
        )
    lines += [
        "",
        "JupyterLab in headless Chromium: milliseconds from a key press to the frame with another picture, median;",
        f"then 100 values {GAP} ms apart: how long after the last one the last picture came, and how many came.",
        "",
        "| explorer | key press to picture | last picture after a burst | pictures in the burst |",
        "|---|--:|--:|--:|",
    ]
    lines += [
        f"| {row['explorer']} | {row['key']:.0f} | {row['late']:.0f} | {row['seen']} |" for row in rows["browser"]
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(run(lambda text: print(text, file=sys.stderr))))
