"""How the environment is made and kept: what installs, and what is said when nothing can be had."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import install

ROOT = Path(__file__).parent.parent
START = "-m jupyterlab --log-level=WARN {root}--no-browser notebooks/00_start_here.ipynb"


@pytest.fixture
def commands(monkeypatch):
    """The modules that would have been run, as lists of words; those whose words are all in one of `fail` end badly."""
    ran, fail = [], []

    def run(*words):
        ran.append(list(words))
        return not any(set(bad) <= set(words) for bad in fail)

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    return ran, fail


def asked_for(command):
    """What installs, and what: ("uv", "--offline", "--editable", ".[lab]"), for example."""
    words = [word for word in command if word in ("--offline", "--editable", "uv", "pip") or word[:2] == ".["]
    return tuple(words)


UV = ("uv", "pip", "--editable", ".[lab]")
OFFLINE = (*UV, "--offline")
PIP = ("pip", "--editable", ".[lab]")
GET_UV = ("pip", "uv")


@pytest.mark.parametrize(
    ("fail", "wanted", "good", "said"),
    [
        ([], [GET_UV, OFFLINE], True, ""),
        ([["--offline"]], [GET_UV, OFFLINE, UV], True, ""),
        ([["pip", "uv"]], [GET_UV, PIP], True, "uv cannot be had here: pip installs everything"),
        ([["uv", "--editable"]], [GET_UV, OFFLINE, UV, PIP], True, "uv did not do it: pip tries"),
        ([["install"]], [GET_UV, PIP], False, "uv cannot be had here"),
    ],
    ids=["cached", "new", "no uv", "uv fails", "nothing can be had"],
)
def test_uv_installs_and_pip_is_the_way_back(commands, capsys, fail, wanted, good, said):
    commands[1].extend(fail)
    assert install.install("lab") is good
    assert [asked_for(command) for command in commands[0]] == wanted
    assert said in capsys.readouterr().out


def test_pytorch_comes_by_pip_alone_and_everything_is_constrained(commands):
    ran, _ = commands
    assert install.install("torch")
    assert ran.pop()[-1] == "torch>=2.4"
    assert ran == []
    install.install("lab")
    assert all("constraints.txt" in command for command in ran)


def test_what_was_installed_is_noted_and_a_touch_installs_nothing(commands, tmp_path, capsys):
    ran, _ = commands
    assert install.main("test", tmp_path) == 0
    assert "Installing" in capsys.readouterr().out
    brought = ["lab.stamp", "site.stamp", "slides.stamp", "test.stamp"]
    assert sorted(path.name for path in tmp_path.iterdir()) == brought, "test brings the others"
    ran.clear()
    for extra in ("test", "lab", "site", "slides"):
        os.utime(tmp_path / f"{extra}.stamp", (0, 0))
        assert install.main(extra, tmp_path) == 0
        assert (tmp_path / f"{extra}.stamp").stat().st_mtime > 0, "make must not ask again"
    assert ran == []
    assert capsys.readouterr().out == ""


def test_a_failed_installation_is_not_noted_and_ends_in_a_way_out(commands, tmp_path, capsys):
    commands[1].append(["install"])
    assert install.main("lab", tmp_path) == 1
    assert list(tmp_path.iterdir()) == []
    assert "-m jupyterlab notebooks/00_start_here.ipynb" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "old", "new", "counts"),
    [
        ("pyproject.toml", '"pillow>=10.1"', '"pillow>=10.2"', True),
        ("pyproject.toml", "hatchling>=1.26", "hatchling>=1.27", True),
        ("pyproject.toml", "line-length = 120", "line-length = 100", False),
        ("constraints.txt", "numpy==", "numpy==9.", True),
        ("constraints.txt", "# This", "# That", False),
    ],
)
def test_only_what_decides_about_packages_counts(tmp_path, file, old, new, counts):
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    before = install.digest("lab", tmp_path)
    assert before == install.digest("lab")
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    assert (install.digest("lab", tmp_path) != before) is counts


def test_every_extra_can_be_installed_and_knows_what_it_includes():
    assert set(install.SAYS) == set(install.extras())
    assert install.included("bench") == {"bench", "test", "torch", "jax", "lab", "site", "slides"}
    assert install.included("lab") == {"lab"}


# make


def make(*arguments, cwd=ROOT, path=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    command = ["make", "--no-print-directory", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=True).stdout


needs_make = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="no make here, or one of Windows: the Makefile is for POSIX"
)


@needs_make
@pytest.mark.parametrize(("user", "option"), [(0, "--allow-root "), (1000, "")])
def test_a_warm_start_runs_nothing_but_jupyterlab(tmp_path, user, option):
    (tmp_path / "id").write_text(f"#!/bin/sh\necho {user}\n")
    (tmp_path / "id").chmod(0o755)
    for name in ("made", "lab.stamp"):
        (tmp_path / name).touch()
    said = make("-n", "lab", f"VENV={tmp_path}", "LAB_ARGS=--no-browser", path=tmp_path).splitlines()
    assert [" ".join(line.split()) for line in said if not line.startswith("echo")] == [
        f"{tmp_path}/bin/python " + START.format(root=option)
    ]
    os.utime(tmp_path / "lab.stamp", (0, 0))  # older than constraints.txt
    assert f"tools/install.py lab {tmp_path}\n" in make("-n", "lab", f"VENV={tmp_path}", path=tmp_path)


@needs_make
def test_pytorch_is_there_before_uv_could_choose_another(tmp_path):
    (tmp_path / "made").touch()
    said = make("-n", "bench", f"VENV={tmp_path}")
    assert said.index("install.py torch") < said.index("install.py bench")
    assert "install.py torch" not in make("-n", "test", f"VENV={tmp_path}")


@needs_make
@pytest.mark.parametrize(
    ("target", "option"),
    [("oldest", "--resolution lowest-direct"), ("newest", "'.[test]'"), ("colab", "--requirement tools/colab.txt")],
)
def test_other_versions_get_an_environment_of_their_own_without_constraints(tmp_path, target, option):
    for name in ("made", "test.stamp"):
        (tmp_path / name).touch()
    made, installed, tested = make("-n", target, f"VENV={tmp_path}").splitlines()
    assert made.endswith(f" build/{target}")
    assert f" --python build/{target} " in installed
    assert option in installed
    assert "constraint" not in installed
    assert tested.startswith(f"build/{target}/bin/python -m pytest ")


@needs_make
def test_a_touched_pyproject_needs_no_network(tmp_path):
    """In a copy, with addresses that lead nowhere: nothing is asked for."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "made").touch()
    (tmp_path / ".venv" / "lab.stamp").write_text(install.digest("lab"))
    os.utime(tmp_path / ".venv" / "lab.stamp", (0, 0))
    assert make(".venv/lab.stamp", cwd=tmp_path) == ""


# what pytest says of tests that could not run


@pytest.mark.parametrize("processes", [[], ["--numprocesses", "2"]])
@pytest.mark.parametrize("option", [[], ["--no-skips"]])
def test_skipped_tests_are_named_once_with_the_way_to_get_them(tmp_path, option, processes):
    if processes:
        pytest.importorskip("xdist", reason="pytest-xdist is not installed: the extra `test` installs it")
    skip = "pytest.importorskip('nothing', reason='no nothing')"
    tests = "".join(f"def test_{k}():\n    {skip}\n" for k in range(3))
    (tmp_path / "test_it.py").write_text(f"import pytest\n{tests}")
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfE", *option, *processes]
    ran = subprocess.run([*command, "test_it.py"], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert ran.stdout.count("no nothing") == 1
    assert "3 skipped: no nothing" in ran.stdout
    assert ran.returncode == len(option), ran.stdout
