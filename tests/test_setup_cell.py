"""The cell under the title, in real kernels whose environment lacks the package: one sentence, or Colab's installation.

The environment is that of the tests, by links, without bptt_helpers; pip may not use a network.
"""

import base64
import hashlib
import json
import os
import sysconfig
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook
from packaging.requirements import Requirement

from tools.notebooks import SETUP

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SENTENCE = (
    "The package bptt_helpers is not installed here: copy `%pip install {}` into a new cell, run it, "
    "then restart the kernel."
)
ON_COLAB = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')"


@pytest.fixture
def without(tmp_path, monkeypatch):
    """An environment without the package and a kernel in it; returns its site-packages."""
    home = tmp_path / "venv"
    venv.create(home, symlinks=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home), "platbase": str(home)}))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "bptt_helpers" not in entry.name and entry.name != "__pycache__":
            (site / entry.name).symlink_to(entry)
    kernel = tmp_path / "share" / "kernels" / "without"
    kernel.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "without", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    for name in ("PYTHONPATH", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return site


def client_of(notebook, folder):
    return NotebookClient(notebook, kernel_name="without", timeout=60, resources={"metadata": {"path": str(folder)}})


def said(cell):
    """What a failed cell shows, with every line of its traceback."""
    (output,) = cell.outputs
    assert output.output_type == "error"
    return output.traceback


@pytest.mark.parametrize(
    ("folder", "what"), [(FOLDER, "--editable .."), (None, "bptt-helpers")], ids=["clone", "alone"]
)
def test_every_notebook_says_one_sentence(without, tmp_path, folder, what):
    client = client_of(nbformat.read(NOTEBOOKS[0], as_version=4), folder or tmp_path)
    client.allow_errors = True  # or ipykernel 6 may refuse the next cell
    with client.setup_kernel():
        for path in NOTEBOOKS:
            client.nb = nbformat.read(path, as_version=4)
            first = next(number for number, cell in enumerate(client.nb.cells) if cell.cell_type == "code")
            client.nb.cells[first].outputs = []
            client.execute_cell(client.nb.cells[first], first)
            assert said(client.nb.cells[first]) == [SENTENCE.format(what)], path.name


def test_the_cells_after_it_do_not_run(without):
    notebook = nbformat.read(NOTEBOOKS[-1], as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.update(outputs=[], execution_count=None)
    with pytest.raises(CellExecutionError, match="is not installed here"):
        client_of(notebook, FOLDER).execute()
    assert [len(cell.outputs) for cell in cells] == [1] + [0] * (len(cells) - 1)
    assert all(cell.execution_count is None for cell in cells[1:])


# Colab


def wheel(folder):
    """The project as a wheel, with the dependencies that pyproject.toml names; hatchling is not needed for that."""
    name, version = PROJECT["name"].replace("-", "_"), PROJECT["version"]
    info = f"{name}-{version}.dist-info"
    files = {str(path.relative_to(ROOT / "src")): path.read_bytes() for path in (ROOT / "src" / name).rglob("*.py")}
    needs = "".join(f"Requires-Dist: {need}\n" for need in PROJECT["dependencies"])
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.append(f"{path},sha256={digest},{len(content)}\n")
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"]).encode()
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)


@pytest.mark.skipif(find_spec("pip") is None, reason="pip is not installed")
def test_on_colab_it_installs_the_package_and_touches_nothing_else(without, tmp_path, monkeypatch):
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    before = {entry: os.readlink(entry) for entry in without.iterdir()}
    use = "import bptt_helpers\nprint(bptt_helpers.__file__)"
    notebook = new_notebook(cells=[new_code_cell(source) for source in (ON_COLAB, SETUP, use)])
    client_of(notebook, tmp_path).execute()
    assert Path(notebook.cells[2].outputs[0].text.strip()).parent == without / "bptt_helpers"
    new = {entry for entry in without.iterdir() if not entry.is_symlink()}
    assert {entry.name for entry in new} == {"bptt_helpers", f"bptt_helpers-{PROJECT['version']}.dist-info"}
    assert {entry: os.readlink(entry) for entry in without.iterdir() if entry.is_symlink()} == before


def test_on_colab_without_success_it_says_the_sentence(without, tmp_path):
    notebook = new_notebook(cells=[new_code_cell(ON_COLAB), new_code_cell(SETUP)])
    with pytest.raises(CellExecutionError):
        client_of(notebook, tmp_path).execute()
    assert notebook.cells[1].outputs[-1].traceback == [SENTENCE.format("bptt-helpers")]


def test_no_dependency_can_ask_for_an_older_version():
    for need in map(Requirement, PROJECT["dependencies"]):
        assert {bound.operator for bound in need.specifier} == {">="}, need


def test_the_cell_is_short():
    lines = SETUP.splitlines()
    assert len(lines) <= 14
    assert max(map(len, lines)) <= 88


@pytest.mark.parametrize(("own", "found"), [(None, "1"), ("2", "2")])
def test_small_matrices_get_one_thread_unless_the_reader_chose_otherwise(monkeypatch, own, found):
    """NumPy's library asks when it is loaded: before that, the cell has to be run."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if own:
        monkeypatch.setenv("OMP_NUM_THREADS", own)
    look = "import sys, os\nprint('numpy' in sys.modules, os.environ['OMP_NUM_THREADS'])"
    notebook = new_notebook(cells=[new_code_cell(SETUP), new_code_cell(look)])
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert notebook.cells[1].outputs[0].text == f"False {found}\n"
