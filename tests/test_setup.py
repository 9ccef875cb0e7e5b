"""The files that set the course up say the same thing: pyproject, environment.yml, constraints, Makefile, README."""

import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from PIL import Image

from tools import readme_picture
from tools.check_python import WANTED
from tools.pictures import SHARE, image_difference, stored_pictures_fit_these_versions

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # without the Qt that no notebook needs

needs_make = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="no make here, or one of Windows: the Makefile is for POSIX"
)
needs_pins = pytest.mark.skipif(not stored_pictures_fit_these_versions(), reason="not the pinned matplotlib and NumPy")


def bounds(*extras):
    """{name: Requirement} of the dependencies and of some extras, other than the project itself."""
    texts = PROJECT["dependencies"] + [text for extra in extras for text in PROJECT["optional-dependencies"][extra]]
    return {canonicalize_name(r.name): r for r in map(Requirement, texts) if r.name != PROJECT["name"]}


# environment.yml


def disagreements(rattler, environment):
    """Where a conda environment, as a dictionary, departs from pyproject.toml; `rattler` parses as conda does."""
    specs = [rattler.MatchSpec(text, strict=True) for text in environment["dependencies"] if isinstance(text, str)]
    conda = {spec.name.normalized: "" if spec.version is None else str(spec.version) for spec in specs}
    if not Requirement(f"python{PROJECT['requires-python']}").specifier.contains(conda.pop("python").rstrip(".*")):
        yield "python is older than requires-python"
    if environment["dependencies"][-1] != {"pip": ["-e ."]} or conda.pop("pip") != "":
        yield "pip does not install this folder"
    everything = {CONDA_NAMES.get(name, name): str(r.specifier) for name, r in bounds("lab", "test").items()}
    for name in {CONDA_NAMES.get(name, name) for name in bounds("lab")} - set(conda):
        yield f"{name} is missing"
    for name, version in conda.items():
        if version != everything.get(name):
            yield f"{name} is {version!r}, pyproject.toml wants {everything.get(name)!r}"


@pytest.fixture
def environment(yaml):
    """environment.yml as a dictionary."""
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_and_pip_agree_on_names_and_bounds(rattler, environment):
    assert environment["name"] == "bptt"
    assert environment["channels"] == ["conda-forge"]
    assert "python=3.12" in environment["dependencies"], "Binder reads python=X.Y only"
    assert list(disagreements(rattler, environment)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("numpy>=2.0", "numpy>=2.1"), ("numpy>=2.0", "numpy"), ("pooch>=1.8", "pip"), ("python=3.12", "python=3.10")]
    + [("numpy>=2.0", "matplotlib>=3.10"), ("ipykernel>=6.29", "tornado>=6"), ("pip", "pip>=24")],
)
def test_a_disagreement_is_found(rattler, environment, old, new):
    environment["dependencies"][environment["dependencies"].index(old)] = new
    assert list(disagreements(rattler, environment))


def test_parsing_is_strict(rattler):
    from rattler.exceptions import InvalidMatchSpecError

    with pytest.raises(InvalidMatchSpecError, match="incompatible"):
        rattler.MatchSpec("numpy>=2.0.*", strict=True)


# Binder. repo2docker itself is no package of the tests: its way of looking is short, and it brings a client of Docker.
FIRST = ["Dockerfile", "Project.toml", "JuliaProject.toml", "REQUIRE", "default.nix", "runtime.txt", "DESCRIPTION"]


def as_binder_reads(folder, environment):
    """What repo2docker 2026.4 makes of a repository: what it is built by, Python's version, when the folder is there.

    It looks in `binder/` or `.binder/`, if there is one, else at the top. Other files come before environment.yml.
    """
    place = next((folder / name for name in (".binder", "binder") if (folder / name).is_dir()), folder)
    kind = next((name for name in [*FIRST, "environment.yml"] if (place / name).exists()), None)
    texts = [text for text in environment["dependencies"] if isinstance(text, str)]
    pythons = [found[1] for text in texts if (found := re.match(r"python *=+ *([0-9.]*)", text))]
    version = ".".join(pythons[-1].split(".")[:2]) if pythons else "its own"
    by_pip = [line for part in environment["dependencies"] if isinstance(part, dict) for line in part.get("pip", [])]
    local = any(line.removeprefix("-e ").startswith(".") for line in by_pip)  # else the folder is copied too late
    return kind, version, "copied before" if local else "copied after"


def test_binder_takes_environment_yml_with_its_python_and_this_folder(environment):
    assert as_binder_reads(ROOT, environment) == ("environment.yml", "3.12", "copied before")


@pytest.mark.parametrize(("name", "kind"), [("Dockerfile", "Dockerfile"), ("binder/start", None)])
def test_a_file_that_binder_would_take_instead_is_seen(tmp_path, environment, name, kind):
    shutil.copy(ROOT / "environment.yml", tmp_path)
    assert as_binder_reads(tmp_path, environment)[0] == "environment.yml"
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert as_binder_reads(tmp_path, environment)[0] == kind


@pytest.mark.parametrize(("text", "read"), [("python=3.12.1", "3.12"), ("python>=3.12", "its own"), ("python=3", "3")])
def test_binder_reads_an_exact_python_only(environment, text, read):
    environment["dependencies"] = [text]
    assert as_binder_reads(ROOT, environment) == ("environment.yml", read, "copied after")


# constraints.txt


def pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_constraints_are_exact_versions_without_addresses():
    for pin in pinned():
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
        assert pin.url is None
    assert "//" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_dependency_is_pinned_once_within_its_bounds(python, platform):
    here = {"python_full_version": python, "python_version": python[:4], "sys_platform": platform}
    versions = [
        (canonicalize_name(p.name), str(p.specifier)[2:]) for p in pinned() if not p.marker or p.marker.evaluate(here)
    ]
    assert len(dict(versions)) == len(versions)
    for name, wanted in bounds(*PROJECT["optional-dependencies"]).items():
        assert wanted.specifier.contains(Version(dict(versions)[name])), wanted


def test_colab_has_what_the_package_needs():
    """Where a bound is above the version of Google Colab, pip replaces a package there; `make colab` installs these."""
    lines = (ROOT / "tools" / "colab.txt").read_text(encoding="utf-8").splitlines()
    listed = {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines[2:])}
    assert all(re.fullmatch(r"==[\w.]+", str(specifier)) for specifier in listed.values())
    for name, wanted in bounds().items():
        assert wanted.specifier.contains(str(listed[name])[2:]), wanted


# Makefile


def fake_python(folder, change):
    """An interpreter that runs a script after `change` was made to its `sys`."""
    script = folder / "python"
    code = f"import runpy, sys; {change}; runpy.run_path(sys.argv[1], run_name='__main__')"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script


def make(*arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8"
    )


@needs_make
@pytest.mark.parametrize("target", ["lab", "test"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "sys.version_info = (3, 9, 2)",
            r"want 3\.11 or newer, with venv; got .*, which is 3\.9\.2; name another one.*",
        ),
        ("sys.modules['ensurepip'] = None", r"want 3\.11 or newer, with venv; got .* without venv; install that .*"),
        (None, r"want 3\.11 or newer, with venv; found no .*"),
    ],
    ids=["too old", "without venv", "missing"],
)
def test_an_unfit_python_gets_one_sentence_and_makes_nothing(tmp_path, target, change, said):
    python = fake_python(tmp_path, change) if change else tmp_path / "python"
    ran = make(target, f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    sentence, by_make = ran.stderr.strip().splitlines()
    assert re.fullmatch(f"Python: {said}", sentence)
    assert by_make.startswith("make: ***")
    assert ran.returncode != 0
    assert not (tmp_path / "venv").exists()


def test_the_oldest_python_is_said_once():
    assert PROJECT["requires-python"] == ">=" + ".".join(map(str, WANTED))


@needs_make
def test_help_lists_every_target_and_setting():
    said = make("help").stdout
    assert set(re.findall(r"^make ([a-z]+)", said, re.MULTILINE)) == TARGETS
    for name, value in re.findall(r"^([A-Z_]+) \?= ?(.*?)##", MAKEFILE, re.MULTILINE):
        assert re.search(rf"^{name} .*\(now: {re.escape(value) or 'none'}\)$", said, re.MULTILINE), name


# README


def test_the_two_commands_come_first():
    commands = re.findall(r"^make (\w+)", README, re.MULTILINE)
    assert commands[:2] == ["lab", "test"]
    assert README.index("make lab") < README.index("conda env create")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_named_commands_and_files_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    commands = re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)
    assert commands
    assert set(commands) <= TARGETS
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / target).exists(), target


def test_the_table_lists_the_notebooks_that_exist():
    listed = re.findall(r"^\| \[.+?\]\(notebooks/(\w+\.ipynb)\)", README, re.MULTILINE)
    assert listed == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_the_example_in_the_readme_runs():
    ran = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert ran.attempted > 3
    assert ran.failed == 0


def test_the_hooks_are_valid(pre_commit):
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", ROOT / ".pre-commit-config.yaml"], check=True
    )


def test_the_picture_says_in_words_what_it_shows():
    """Whoever wants no motion gets the still, whose sentence stands in the alternative text of both."""
    ((still, moving, text),) = re.findall(
        r'<source media="\(prefers-reduced-motion: reduce\)" srcset="(.+?)">\s*<img src="(.+?)" alt="(.+?)">',
        README,
        re.DOTALL,
    )
    assert (ROOT / still, ROOT / moving) == (readme_picture.STILL, readme_picture.MOVING)
    assert text.replace("\n", " ").endswith(f"At 1: {readme_picture.sentence()}")


def same(stored, fresh):
    """Do two pictures agree as those of notebooks must?"""
    return image_difference(stored, fresh) <= SHARE


@needs_pins
def test_the_still_is_what_the_explorer_shows():
    assert same(Image.open(readme_picture.STILL), Image.open(io.BytesIO(readme_picture.still())))


def test_the_moving_picture_is_small_begins_like_the_still_and_comes_to_rest():
    assert readme_picture.MOVING.stat().st_size <= 350_000
    with Image.open(readme_picture.MOVING) as moving:
        assert moving.n_frames == len(readme_picture.RADII) == 30
        assert moving.info["loop"] == readme_picture.ROUNDS > 0
        picture = Image.open(readme_picture.STILL)
        begins = moving.convert("RGB").crop((0, moving.height - picture.height, *moving.size))
        assert same(begins, picture)


@needs_pins
def test_the_moving_picture_is_what_the_command_makes():
    """Frames at the start, at both ends of the slider and between; another one is found."""
    frames = {k: readme_picture.frame(readme_picture.RADII[k]) for k in (0, 5, 10, 18, 25)}
    with Image.open(readme_picture.MOVING) as moving:
        for k, fresh in frames.items():
            moving.seek(k)
            stored = moving.convert("RGB")
            assert [other for other, frame in frames.items() if same(stored, frame)] == [k]
            assert fresh.size == stored.size
