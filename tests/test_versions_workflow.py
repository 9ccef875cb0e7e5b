"""The weekly workflow of other versions is valid and safe, and runs what the Makefile and the README name."""

import re
from pathlib import Path

import pytest

from tests.test_workflow import PROJECT, audit, needs_schemas, needs_zizmor, rows, validate, with_mistake, yaml

ROOT = Path(__file__).parent.parent
HERE = ".github/workflows/versions.yml"
WORKFLOW = ROOT / HERE
TEXT = WORKFLOW.read_text(encoding="utf-8")
PARSED = yaml.load(TEXT, Loader=yaml.BaseLoader)
JOBS = PARSED["jobs"]


def commands(job):
    """What a job runs, in one text."""
    return "\n".join(step["run"] for step in JOBS[job]["steps"] if "run" in step)


@needs_zizmor
def test_nothing_is_unsafe():
    assert audit(WORKFLOW) == set()


@needs_zizmor
@pytest.mark.parametrize(
    ("pattern", "new", "found"),
    [
        ("@[0-9a-f]{40} # ", "@", "unpinned-uses"),
        (r"^permissions: \{\}", "permissions: write-all", "excessive-permissions"),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
        (r"\$TARGET", "${{ matrix.target }}", "template-injection"),
    ],
)
def test_an_unsafe_workflow_is_found(tmp_path, pattern, new, found):
    assert found in audit(with_mistake(pattern, new, tmp_path / HERE, WORKFLOW))


@needs_schemas
def test_github_accepts_the_workflow_and_no_mistake_in_it(tmp_path):
    broken = with_mistake("^    steps:", "    step:", tmp_path / HERE, WORKFLOW)
    sentences = validate("vendor.github-workflows", WORKFLOW, broken)
    assert sentences.pop(WORKFLOW) == ""
    assert "'step' was unexpected" in sentences[broken]


def test_it_may_only_read_and_ends_in_time():
    for job in JOBS.values():
        assert job["permissions"] == {"contents": "read"}
        assert int(job["timeout-minutes"]) <= 60
    assert set(PARSED["on"]) == {"schedule", "workflow_dispatch"}


def test_every_action_is_one_of_the_other_workflow_and_no_address_is_named():
    """There its version is held beside its commit."""
    tests = (WORKFLOW.parent / "tests.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"uses: *(.+)", TEXT)) <= set(re.findall(r"uses: *(.+)", tests))
    assert "//" not in TEXT


def test_each_set_of_versions_has_the_python_that_the_makefile_names():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(\w+): FOR := (.+)$", makefile, re.MULTILINE))
    listed = {row["target"]: row["python"] for row in rows(JOBS["pip"])}
    assert set(listed) == set(named) == {"oldest", "newest", "colab"}
    assert named.pop("newest") == "$(PYTHON)"
    assert {target: listed[target] for target in named} == named
    assert PROJECT["requires-python"] == f">={named['oldest']}"
    assert commands("pip") == 'make "$TARGET" PYTHON=python'


def test_conda_and_binder_take_environment_yml():
    assert "env create --quiet --file environment.yml" in commands("conda")
    assert "--name bptt python -m pytest" in commands("conda")
    assert re.search(r"^name: bptt$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.MULTILINE)
    # the folders in which repo2docker would look for another one
    assert not any((ROOT / name).exists() for name in ("binder", ".binder", "Dockerfile"))
    assert "repo2docker . python -m pytest notebooks" in commands("binder")
