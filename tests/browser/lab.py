"""JupyterLab, Notebook 7 and Voilà in a headless Chromium: for tests beside this file, for pictures, for benchmarks.

Nothing leaves the machine: the server listens on 127.0.0.1 and the browser resolves no other name.
"""

from __future__ import annotations

import base64
import shutil
from contextlib import contextmanager
from pathlib import Path

import nbformat

from .server import TOKEN, has_voila, jupyter

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
CHROMIUM = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
]

# JavaScript functions; `panel` is the notebook at `path`
STARTED = "() => window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')"
OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    app.shell.collapseLeft();
}"""
PANEL = "[...window.jupyterapp.shell.widgets('main')].find(panel => panel.context?.path === path)"
IS_OPEN = f"path => Boolean({PANEL})"
WITH_PANEL = f"async ([path, argument]) => {{ const panel = {PANEL}; %s }}"
READY = "await panel.context.ready; await panel.sessionContext.ready; return panel.id;"
RUN_ALL = """
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
    return panel.context.model.toJSON().cells.map(cell => cell.outputs || []);
"""
SHOW_CELL = "await panel.content.scrollToItem(argument, 'start');"
CLOSE = "await panel.sessionContext.shutdown(); await panel.context.revert(); panel.dispose();"
FETCH = """async image => {
    const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}"""
AXE = """async box => {
    const found = await axe.run(box, {resultTypes: ['violations']});
    return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
        .map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' ')}`);
}"""
WIDGET = "application/vnd.jupyter.widget-view+json"


def find_browser() -> str | None:
    """Path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def sliders(explorer) -> dict:
    """All values of each slider of an explorer, from left to right, by name, in order: its handles in the page."""
    return {name: c.stops for name, c in explorer.explorer.controls.items() if hasattr(c, "stops")}


def write(path, cells) -> None:
    """A new notebook with these code `cells`."""
    new = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    new.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new, path)


class Lab:
    """One page of JupyterLab.

    Attributes
    ----------
    page : playwright Page
    address : str
        Of the server.
    folder : Path
        Served; notebooks are put there.
    problems : list of str
        Exceptions thrown in the page, and addresses it asked for outside this machine; none of the front end's `own`.
    """

    own = ("_runOnIdleTime",)  # JupyterLab's timer, which outlives a notebook closed soon after opening

    def __init__(self, page, address, folder):
        self.page, self.address, self.folder, self.problems = page, address, Path(folder), []
        page.on("pageerror", self._note_error)
        page.on("request", self._note_outside)
        self._start()

    def _start(self):
        self._go("lab")

    def _go(self, path):
        self.page.goto(f"{self.address}/{path}?token={TOKEN}", wait_until="domcontentloaded")
        self.page.wait_for_function(STARTED)

    def _open(self, name):
        self.page.evaluate(OPEN, name)

    def _note_error(self, error):
        self._note(error.stack)

    def _note_outside(self, request):
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self._note(request.url)

    def _note(self, text):
        if not any(part in text for part in self.own):
            self.problems.append(text)

    @contextmanager
    def notebook(self, name, cells=None):
        """Open a copy of the notebook at path `name`, or a new one with these code `cells`, and close it in the end."""
        if cells is None:
            shutil.copy(name, self.folder)
            name = Path(name).name
        else:
            write(self.folder / name, cells)
        self._open(name)
        self.page.wait_for_function(IS_OPEN, arg=name)
        notebook = Notebook(self.page, name)
        try:
            yield notebook
        finally:
            notebook.do(CLOSE)


class Notebook7(Lab):
    """One page of Notebook 7, which holds one notebook: it is opened by its address."""

    own = (*Lab.own, "/static/notebook/")

    def _start(self):
        pass

    def _open(self, name):
        self._go(f"notebooks/{name}")


class Voila(Lab):
    """One page of Voilà, which runs a notebook and shows what its cells show. It asks other machines for two things."""

    own = ("/fontawesome", "/mathjax/")

    def _start(self):
        pass

    @contextmanager
    def notebook(self, name, cells):
        """Show a new notebook with these code `cells`."""
        write(self.folder / name, cells)
        self.page.goto(f"{self.address}/voila/render/{name}?token={TOKEN}", wait_until="domcontentloaded")
        yield Dashboard(self.page)


# Voilà is there where the environment of the server has it.
FRONT_ENDS = {"JupyterLab": Lab, "Notebook 7": Notebook7} | ({"Voilà": Voila} if has_voila() else {})


class Notebook:
    """A notebook that is open in the page.

    Attributes
    ----------
    outputs : list
        Those of each cell, as stored in a notebook file; there after `run_all`.
    """

    def __init__(self, page, path):
        self.page, self.path, self.outputs = page, path, []
        self.id = self.do(READY)

    def do(self, action, argument=None):
        """Run JavaScript in the page, where `panel` is this notebook."""
        return self.page.evaluate(WITH_PANEL % action, [self.path, argument])

    def run_all(self) -> dict:
        """Run all cells, and return what went wrong by number of cell: the texts of exceptions and of stderr."""
        self.outputs = self.do(RUN_ALL)
        return {
            number: output.get("evalue", output.get("text"))
            for number, outputs in enumerate(self.outputs)
            for output in outputs
            if output["output_type"] == "error" or output.get("name") == "stderr"
        }

    def widget_cells(self) -> list:
        """Numbers of the cells that show a widget."""
        return [k for k, outputs in enumerate(self.outputs) if any(WIDGET in o.get("data", {}) for o in outputs)]

    def cell(self, number):
        """A cell, on screen: JupyterLab takes cells that are not in sight out of the page."""
        self.do(SHOW_CELL, number)
        return self.page.locator(f'[id="{self.id}"] .jp-Cell[data-windowed-list-index="{number}"]')

    def explorer(self, cell):
        """The explorer that this cell shows, with its picture loaded."""
        return Explorer(self.page, self.cell(cell).locator(".bptt-explorer"))


class Dashboard:
    """What Voilà shows of a notebook."""

    def __init__(self, page):
        self.page = page

    def run_all(self) -> dict:
        """Wait until the last cell shows its explorer, and return what went wrong, by number of cell."""
        self.cells = self.page.locator(".jp-Cell")
        self.page.locator("#voila-spinner, #loading").first.wait_for(state="hidden", timeout=120_000)
        wrong = self.cells.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']")
        return dict(enumerate(wrong.all_inner_texts()))

    def explorer(self, cell):
        """The explorer that this cell shows, with its picture loaded."""
        return Explorer(self.page, self.cells.nth(cell).locator(".bptt-explorer"))


class Explorer:
    """An explorer in the page: what a reader can do with it, and what there is to see and to hear."""

    def __init__(self, page, box):
        self.page, self.box = page, box
        self.image, self.readout = box.locator(".bptt-picture"), box.locator(".bptt-readout")
        self.image.wait_for()
        box.scroll_into_view_if_needed()
        image = self.image.element_handle()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image)

    def sentence(self) -> str:
        return self.readout.inner_text().strip()

    def picture(self) -> bytes:
        """The file that the page shows."""
        return base64.b64decode(self.image.evaluate(FETCH))

    def named(self, role, name):
        """The control of this name."""
        return self.box.get_by_role(role, name=name, exact=True)

    def handles(self) -> list:
        """The handles of the sliders, in order."""
        return self.box.locator(".noUi-handle").all()

    def press(self, handle, key, times=1) -> None:
        """Press a key on a slider."""
        handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def point(self, x, y, to=None) -> None:
        """Press the pointer on the picture at fractions of its width and height from below, and move it on to `to`."""
        box = self.image.bounding_box()
        places = [(box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"]) for x, y in ((x, y), to or (x, y))]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        self.page.mouse.move(*places[1], steps=20)
        self.page.mouse.up()

    def reset(self) -> None:
        """Click the reset button, and wait until the page has sent the start values: they would undo a key press."""
        self.box.get_by_role("button", name="Reset").click()
        self.page.wait_for_timeout(400)


@contextmanager
def open_lab(folder, width=1100, height=1200, front_end=Lab):
    """A server of `folder` and one Chromium page on it.

    Parameters
    ----------
    folder : path
        Empty; gets the notebooks and the settings.
    width, height : int
        Of the window.
    front_end : {Lab, Notebook7, Voila}

    Yields
    ------
    Lab
    """
    from playwright.sync_api import sync_playwright

    with jupyter(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM)
        try:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.set_default_timeout(30_000)
            yield front_end(page, address, folder)
        finally:
            browser.close()
