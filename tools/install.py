"""Install one extra of the project into the environment of the Python that runs this: the first step of `make lab`.

uv does the work, installed by the environment's own pip; where uv cannot be had or fails, pip does all of it. PyTorch
always comes by pip: uv does not read pip's settings, and those say where the small builds of PyTorch are.

What was installed is noted in a stamp file beside the environment's Python: a hash of all that decides about it. So a
file that was only touched, or changed in a place that does not matter here, costs nothing and needs no network.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ["--constraint", "constraints.txt"]
BY_PIP = {"torch"}
SAYS = {
    "lab": "Installing JupyterLab and what the notebooks need: 10 to 30 seconds, 380 MB",
    "slides": "Installing what slides need: a few seconds, 75 MB",
    "test": "Installing what the tests need: up to a minute",
    "site": "Installing what builds the site: up to half a minute, 100 MB",
    "torch": "Installing PyTorch with pip: on Linux without an index of CPU builds this takes gigabytes",
    "jax": "Installing JAX: up to a minute, 470 MB",
    "dask": "Installing Dask: a few seconds",
    "bench": "Installing the peers of the benchmarks",
}
FAILED = """\
Nothing could be installed; see above why. Without a network, what is installed already can be started by
{python} -m jupyterlab notebooks/00_start_here.ipynb"""


def extras() -> dict:
    """The requirements of each extra, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["optional-dependencies"]


def digest(extra, root=ROOT) -> str:
    """A hash of what decides which packages `extra` gets.

    Parameters
    ----------
    extra : str
    root : path
        Folder with pyproject.toml and constraints.txt.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    decides = [extra, project["build-system"], project["project"], project["tool"]["hatch"]]
    pins = [line for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return hashlib.sha256(json.dumps([decides, pins]).encode()).hexdigest()


def included(extra) -> set:
    """`extra` and the extras of the project that it names, as test names lab."""
    named = {name for text in extras()[extra] for name in extras() if f"[{name}]" in text}
    return {extra}.union(*map(included, named))


def run(*command) -> bool:
    """Run a module of this Python in the project's folder; did it end well?"""
    # by default pip asks six times for each package before it says that there is no network
    environment = {"PIP_RETRIES": "1"} | os.environ
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment).returncode == 0


def install(extra) -> bool:
    """Install the project in place with `extra`; of an extra that comes by pip alone, its requirements."""
    pip = ["pip", "install", "--quiet", "--disable-pip-version-check", *CONSTRAINTS]
    if extra in BY_PIP:
        return run(*pip, *extras()[extra])
    project = ["--editable", f".[{extra}]"]
    uv = ["uv", "pip", "install", "--quiet", "--python", sys.executable, *CONSTRAINTS, *project]
    if importlib.util.find_spec("uv") or run(*pip, "uv"):
        # what earlier installations left in uv's cache needs no network: that is tried first and quickly
        if run(*uv, "--offline", "--quiet") or run(*uv):
            return True
        print("uv did not do it: pip tries", flush=True)
    else:
        print("uv cannot be had here: pip installs everything, which takes a few minutes", flush=True)
    return run(*pip, *project)


def main(extra, stamps) -> int:
    """Install `extra` unless the stamp says that nothing has changed since; note what was installed."""
    wanted = {name: digest(name) for name in included(extra)}
    stamp = {name: stamps / f"{name}.stamp" for name in wanted}
    if not (stamp[extra].exists() and stamp[extra].read_text() == wanted[extra]):
        print(SAYS[extra], flush=True)
        if not install(extra):
            print(FAILED.format(python=os.path.relpath(sys.executable)), file=sys.stderr)
            return 1
    for name, value in wanted.items():
        stamp[name].write_text(value)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("extra", choices=SAYS)
    parser.add_argument("stamps", type=Path, help="folder of the stamp files")
    arguments = parser.parse_args()
    sys.exit(main(arguments.extra, arguments.stamps))
