"""nbval compares the texts that a notebook prints; this compares its pictures too."""

import pytest

from tools.pictures import compared, stored_pictures_fit_these_versions


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After nbval has run a cell, hold its pictures and their sentences against the stored ones."""
    outcome = yield
    if getattr(item, "test_outputs", None) and stored_pictures_fit_these_versions():
        compared(item.cell.outputs, item.test_outputs)
    return outcome
