"""nbval compares the texts that a notebook prints; this compares its pictures too, and puts long tests first."""

import pytest

from tools.pictures import compared, stored_pictures_fit_these_versions


def pytest_collection_modifyitems(session, items):
    """Long tests first: `make test` hands whole files to processes, and the last ones to end should be short."""
    tests = session.config.rootpath / "tests"

    def rank(item):
        if item.path.is_relative_to(tests / "browser"):
            return 0
        return 1 if item.path.suffix == ".ipynb" else 2

    items.sort(key=rank)  # a stable sort: within a file the order stays


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After nbval has run a cell, hold its pictures and their sentences against the stored ones."""
    outcome = yield
    if getattr(item, "test_outputs", None) and stored_pictures_fit_these_versions():
        compared(item.cell.outputs, item.test_outputs)
    return outcome
