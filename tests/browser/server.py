"""A server of JupyterLab and Notebook 7 on 127.0.0.1, with settings of its own.

The environment variable JUPYTER_PYTHON names another interpreter, whose JupyterLab, Notebook and kernel are taken then.
It needs this package, and the NumPy and matplotlib of the tests, since sentences and pictures are compared:

    JUPYTER_PYTHON=old/bin/python python -m pytest tests/browser
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

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
    "--JupyterNotebookApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",
]
# no pop-up may lie over what a test clicks on
SETTINGS = {"notification": {"fetchNews": "false", "checkForUpdates": False}}


def python() -> str:
    """The interpreter whose Jupyter is driven."""
    return os.environ.get("JUPYTER_PYTHON", sys.executable)


def has_voila() -> bool:
    """Whether it has Voilà too, which then answers at the same address."""
    look = "import importlib.util, sys; sys.exit(importlib.util.find_spec('voila') is None)"
    return subprocess.run([python(), "-c", look]).returncode == 0


@contextmanager
def jupyter(folder):
    """A server of `folder`; yields its address. It is ended with its kernels, also after SIGTERM."""
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
    command = [python(), "-m", "jupyterlab", *SERVER, f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
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
