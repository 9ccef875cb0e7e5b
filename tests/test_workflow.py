"""The workflow of GitHub Actions is valid and safe, and runs what a person would run; mistakes planted in it are found.

zizmor knows what is unsafe and check-jsonschema what GitHub accepts, of forms for issues and of the citation too.
Neither is asked for anything from outside.
"""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools import install

MISSING = "{0} is not installed: `make test` installs it, elsewhere `python -m pip install {0}`"
yaml = pytest.importorskip("yaml", reason=MISSING.format("pyyaml"))

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
CITATION = ROOT / "CITATION.cff"
TEXT = WORKFLOW.read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ZIZMOR = shutil.which("zizmor", path=sysconfig.get_path("scripts"))  # a program of its own, not a module

needs_zizmor = pytest.mark.skipif(ZIZMOR is None, reason=MISSING.format("zizmor"))
needs_schemas = pytest.mark.skipif(find_spec("check_jsonschema") is None, reason=MISSING.format("check-jsonschema"))


def workflow():
    return yaml.load(TEXT, Loader=yaml.BaseLoader)  # texts only: otherwise `on` is True and 3.10 is 3.1


def audit(*files):
    """The names of what zizmor finds, code smells included; only its rules that expect false alarms are left out."""
    command = [ZIZMOR, "--offline", "--no-progress", "--no-config", "--no-ignores", "--strict-collection"]
    command += ["--persona", "pedantic", "--format", "json", *files]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8")
    findings = {finding["ident"] for finding in json.loads(ran.stdout or "[]")}
    assert bool(findings) == bool(ran.returncode), ran.stderr
    return findings


def validate(schema, *files):
    """What keeps each file from being accepted by a schema that check-jsonschema brings along: {path: sentences}."""
    command = [sys.executable, "-m", "check_jsonschema", "--output-format", "json", "--builtin-schema", schema, *files]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8")
    said = json.loads(ran.stdout)
    assert not said.get("parse_errors"), said
    sentences = {file: "" for file in files}
    for error in said["errors"]:
        best = error.get("best_deep_match", error)  # the other names every way in which a job could have been valid
        sentences[Path(error["filename"])] += f"{best['path']}: {best['message']}\n"
    assert any(sentences.values()) == bool(ran.returncode), ran.stderr
    return sentences


def with_mistake(pattern, new, file, workflow=WORKFLOW):
    """Copy a workflow to `file` with every match of a pattern replaced."""
    text, count = re.subn(pattern, new, workflow.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count, f"{pattern} is not in the workflow"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


# safe


@needs_zizmor
def test_nothing_is_unsafe():
    assert audit(WORKFLOW, DEPENDABOT) == set()


@needs_zizmor
@pytest.mark.parametrize(
    ("pattern", "new", "found"),
    [
        ("@[0-9a-f]{40} # ", "@", "unpinned-uses"),
        (r"^permissions: \{\}", "permissions: write-all", "excessive-permissions"),
        (r"^permissions: \{\}", "", "excessive-permissions"),
        ("contents: read", "contents: write", "undocumented-permissions"),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("^  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("run: bash .ci/run", "run: bash .ci/run ${{ github.head_ref }}", "template-injection"),
        (r"^concurrency:\n(  .*\n)+", "", "concurrency-limits"),
    ],
)
def test_an_unsafe_workflow_is_found(tmp_path, pattern, new, found):
    assert found in audit(with_mistake(pattern, new, tmp_path / ".github" / "workflows" / "tests.yml"))


def test_it_may_read_this_repository_and_nothing_else():
    """zizmor is content with a right to write that a comment explains; nothing here needs one."""
    assert workflow()["permissions"] == {}
    for job in workflow()["jobs"].values():
        assert job["permissions"] == {"contents": "read"}


def test_every_action_names_its_version_beside_the_commit():
    """Dependabot keeps the two together, and nobody can read a commit's version from its hash."""
    uses = re.findall(r"uses: *(.+)", TEXT)
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_no_address_is_named():
    assert "//" not in TEXT


# valid


@needs_schemas
def test_github_accepts_the_workflow_and_no_mistake_in_it(tmp_path):
    """All in one run, since half of it is the start."""
    mistakes = [
        ("^    runs-on: .*\n", "", "jobs.all: 'runs-on' is a required property"),
        ("^    steps:", "    step:", "jobs.plain: Additional properties are not allowed ('step' was unexpected)"),
        ("^permissions:", "permission:", "'permission' was unexpected"),
    ]
    planted = [with_mistake(*mistake[:2], tmp_path / f"{n}.yml") for n, mistake in enumerate(mistakes)]
    sentences = validate("vendor.github-workflows", WORKFLOW, *planted)
    assert sentences.pop(WORKFLOW) == ""
    for (pattern, _, said), sentence in zip(mistakes, sentences.values(), strict=True):
        assert said in sentence, pattern


@needs_schemas
def test_github_accepts_the_settings_of_dependabot():
    assert validate("vendor.dependabot", DEPENDABOT) == {DEPENDABOT: ""}


@needs_schemas
def test_github_accepts_the_forms_for_issues_and_no_mistake_in_one(tmp_path):
    assert [form.stem for form in FORMS] == ["bug", "own_model", "unclear"]
    broken = tmp_path / "bug.yml"
    broken.write_text(FORMS[0].read_text(encoding="utf-8").replace("label:", "title:", 1), encoding="utf-8")
    sentences = validate("vendor.github-issue-forms", *FORMS, broken)
    assert "label" in sentences.pop(broken)
    assert set(sentences.values()) == {""}


@needs_schemas
def test_the_citation_is_valid_and_a_mistake_in_it_is_found(tmp_path):
    broken = tmp_path / "CITATION.cff"
    broken.write_text(CITATION.read_text(encoding="utf-8").replace("authors:", "author:"), encoding="utf-8")
    sentences = validate("vendor.citation-file-format", CITATION, broken)
    assert sentences[CITATION] == ""
    assert "author" in sentences[broken]


def test_citation_and_changelog_name_the_version_and_the_licences_of_the_package():
    said = yaml.load(CITATION.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert said["version"] == PROJECT["version"]
    assert " AND ".join(said["license"]) == PROJECT["license"]
    assert said["authors"] == PROJECT["authors"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([\d.]+)", changelog, re.MULTILINE)[0] == PROJECT["version"]


# what it runs


def rows(job):
    """The entries of a job's matrix; one empty entry where there is none."""
    return job.get("strategy", {}).get("matrix", {}).get("include", [{}])


def fill_in(text, row):
    return re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda match: row[match[1]], text)


def machines():
    """(system, Python, commands) of every run."""
    for job in workflow()["jobs"].values():
        for row in rows(job):
            (python,) = [step["with"]["python-version"] for step in job["steps"] if "setup-python" in str(step)]
            system = fill_in(job["runs-on"], row)
            runner = {"ubuntu": "Linux", "macos": "macOS", "windows": "Windows"}[system.split("-")[0]]
            here = [step for step in job["steps"] if step.get("if", f"runner.os == '{runner}'").endswith(f"'{runner}'")]
            commands = "\n".join(step["run"] for step in here if "run" in step)
            yield system, fill_in(python, row), commands


def test_it_runs_on_changes_every_week_and_by_hand():
    assert set(workflow()["on"]) == {"push", "pull_request", "schedule", "workflow_dispatch"}
    assert workflow()["on"]["push"] == {"branches": ["main"]}


def test_no_run_outlives_its_use():
    assert workflow()["concurrency"]["cancel-in-progress"] == "true"
    for job in workflow()["jobs"].values():
        assert int(job["timeout-minutes"]) <= 60


def test_every_system_is_tried_and_linux_with_the_oldest_python_that_is_allowed():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert ("ubuntu-latest", oldest) in [machine[:2] for machine in machines()]
    assert {system.split("-")[0] for system, *_ in machines()} == {"ubuntu", "macos", "windows"}
    for _, python, _ in machines():
        assert tuple(map(int, python.split("."))) >= tuple(map(int, oldest.split("."))), python


def test_it_runs_what_the_course_says():
    """On Linux all that CI runs, on macOS what the README says; on Windows, which has no make, as much."""
    assert (ROOT / ".ci" / "run").exists()
    for system, _, commands in machines():
        if system.startswith("windows"):
            (extra,) = re.findall(r"--constraint constraints\.txt --editable '\.\[(\w+)\]'", commands)
            assert install.included(extra) >= {"test", "torch", "jax"}
            assert "-m pytest" in commands
        else:
            assert commands == ("bash .ci/run" if system.startswith("ubuntu") else "make torch jax test")
