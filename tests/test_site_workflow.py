"""The workflow that publishes the site is valid and safe, and only the job that publishes may write."""

import re
from pathlib import Path

import pytest

from tests.test_workflow import audit, needs_schemas, needs_zizmor, validate, with_mistake, yaml

ROOT = Path(__file__).parent.parent
HERE = ".github/workflows/site.yml"
WORKFLOW = ROOT / HERE
TEXT = WORKFLOW.read_text(encoding="utf-8")
JOBS = yaml.load(TEXT, Loader=yaml.BaseLoader)["jobs"]


@needs_zizmor
def test_nothing_is_unsafe():
    assert audit(WORKFLOW) == set()


@needs_zizmor
@pytest.mark.parametrize(
    ("pattern", "new", "found"),
    [
        ("@[0-9a-f]{40} # ", "@", "unpinned-uses"),
        (r"^permissions: \{\}", "permissions: write-all", "excessive-permissions"),
        ("pages: write # .*", "pages: write", "undocumented-permissions"),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
    ],
)
def test_an_unsafe_workflow_is_found(tmp_path, pattern, new, found):
    assert found in audit(with_mistake(pattern, new, tmp_path / HERE, WORKFLOW))


@needs_schemas
def test_github_accepts_the_workflow():
    assert validate("vendor.github-workflows", WORKFLOW) == {WORKFLOW: ""}


def test_the_job_that_runs_code_of_the_repository_may_only_read():
    build, publish = JOBS["build"], JOBS["publish"]
    assert build["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert not any("run" in step or "checkout" in str(step) for step in publish["steps"])


def test_it_publishes_what_make_site_builds_from_main_alone():
    commands = [step["run"] for step in JOBS["build"]["steps"] if "run" in step]
    assert commands == ["make site"]
    (upload,) = [step for step in JOBS["build"]["steps"] if "upload-pages-artifact" in step.get("uses", "")]
    assert upload["with"]["path"] == "build/site"
    assert JOBS["publish"]["needs"] == "build"
    assert "github.ref == 'refs/heads/main'" in JOBS["publish"]["if"]


def test_every_action_names_its_version_and_no_address_is_named():
    for action in re.findall(r"uses: *(.+)", TEXT):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert "//" not in TEXT
