"""A JupyterLab and a headless Chromium: for the tests beside this file, the benchmark of sliders, and pictures.

    python tests/browser/lab.py FOLDER

puts a picture of each explorer into FOLDER, in a wide window, a narrow one and the dark theme, to be looked at.
Nothing leaves the machine: the server listens on 127.0.0.1 and the browser resolves no other name.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
TOKEN = "local"
START_SECONDS = 60
SERVER = [
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--ServerApp.terminals_enabled=False",
    "--ServerApp.shutdown_no_activity_timeout=600",  # ends an abandoned server, should this process be killed outright
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",
]
# no pop-up may lie over what a test clicks on
SETTINGS = {"notification": {"fetchNews": "false", "checkForUpdates": False}}
CHROMIUM = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
]

# JavaScript functions; `panel` is the notebook at `path`
OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.sessionContext.ready;
    app.shell.collapseLeft();
    return panel.id;
}"""
WITH_PANEL = """async ([path, argument]) => {
    const panel = [...window.jupyterapp.shell.widgets('main')].find(panel => panel.context?.path === path);
    %s
}"""
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
WIDGET = "application/vnd.jupyter.widget-view+json"


def find_browser() -> str | None:
    """Path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def jupyterlab(folder):
    """A JupyterLab that serves `folder`; yields its address. It is ended with its kernels, also after SIGTERM."""
    folder = Path(folder)
    private = folder / ".jupyter"  # the user's settings neither help nor suffer
    for name, values in SETTINGS.items():
        file = private / "JUPYTERLAB_SETTINGS_DIR" / f"@jupyterlab/apputils-extension/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values))
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    env = os.environ | {name: str(private / name) for name in folders} | {"OMP_NUM_THREADS": "1"}
    env.pop("MPLBACKEND", None)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]  # free a moment ago
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "jupyterlab", *SERVER, f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    with (private / "server.log").open("wb") as log, raise_on_sigterm():
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={folder}"], env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(address, server, private / "server.log")
            yield address
        finally:
            server.terminate()  # a server told to end ends its kernels first
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


@contextmanager
def raise_on_sigterm():
    """Turn SIGTERM into SystemExit, so that everything opened is closed on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait_for(address, server, log):
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=START_SECONDS).close()
            return
        except (urllib.error.URLError, ConnectionError):
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-2000:]}")


class Lab:
    """One page of JupyterLab.

    Attributes
    ----------
    page : playwright Page
    folder : Path
        Served by JupyterLab; notebooks are put there.
    problems : list of str
        Exceptions thrown in the page, and addresses it asked for outside this machine.
    """

    def __init__(self, page, folder):
        self.page, self.folder, self.problems = page, Path(folder), []
        page.on("pageerror", self._note_error)
        page.on("request", self._note_outside)

    def _note_error(self, error):
        if (
            "_runOnIdleTime" not in error.stack
        ):  # JupyterLab's timer, which outlives a notebook closed soon after opening
            self.problems.append(error.stack)

    def _note_outside(self, request):
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.problems.append(request.url)

    @contextmanager
    def notebook(self, name, cells=None):
        """Open a copy of the notebook at path `name`, or a new one with these code `cells`, and close it in the end."""
        if cells is None:
            shutil.copy(name, self.folder)
            name = Path(name).name
        else:
            new = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
            new.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(new, self.folder / name)
        notebook = Notebook(self.page, name, self.page.evaluate(OPEN, name))
        try:
            yield notebook
        finally:
            notebook.do(CLOSE)


class Notebook:
    """A notebook that is open in the page.

    Attributes
    ----------
    outputs : list
        Those of each cell, as stored in a notebook file; there after `run_all`.
    """

    def __init__(self, page, path, id):
        self.page, self.path, self.id, self.outputs = page, path, id, []

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

    def handles(self) -> list:
        """The handles of the sliders, in order."""
        return self.box.locator(".noUi-handle").all()

    def press(self, handle, key, times=1) -> None:
        """Press a key on a slider."""
        handle.focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def reset(self) -> None:
        """Click the reset button."""
        self.box.get_by_role("button", name="Reset").click()


@contextmanager
def open_lab(folder, width=1100, height=1200):
    """JupyterLab on `folder` and one Chromium page on it.

    Parameters
    ----------
    folder : path
        Empty; gets the notebooks and the settings.
    width, height : int
        Of the window.

    Yields
    ------
    Lab
    """
    from playwright.sync_api import sync_playwright

    with jupyterlab(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM)
        try:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.set_default_timeout(30_000)
            lab = Lab(page, folder)
            page.goto(f"{address}/lab?token={TOKEN}", wait_until="domcontentloaded")
            page.wait_for_function("window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')")
            yield lab
        finally:
            browser.close()


def main(folder):
    """Take the pictures."""
    from bptt_helpers import widgets

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    cells = [f"from bptt_helpers import widgets\nwidgets.{name}()" for name in widgets.__all__]
    with tempfile.TemporaryDirectory() as served, open_lab(served) as lab, lab.notebook("all.ipynb", cells) as notebook:
        problems = notebook.run_all()
        print(*(f"{widgets.__all__[cell]}: {text}" for cell, text in problems.items()), sep="\n", end="")
        for look, width, theme in (("wide", 1100, "Light"), ("narrow", 700, "Light"), ("dark", 1100, "Dark")):
            lab.page.set_viewport_size({"width": width, "height": 1200})
            notebook.do(
                f"await window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})"
            )
            for cell in notebook.widget_cells():
                explorer = notebook.explorer(cell)
                explorer.handles()[0].focus()
                explorer.box.screenshot(path=folder / f"{widgets.__all__[cell]}-{look}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
