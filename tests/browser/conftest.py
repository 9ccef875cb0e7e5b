"""One JupyterLab and one browser page for all tests of a file."""

import pytest

from .lab import find_browser, open_lab


@pytest.fixture(scope="module")  # not the session: where Playwright is at work, no other event loop can start
def lab(tmp_path_factory):
    """A page of JupyterLab; the test is skipped where there is no browser to show it."""
    if find_browser() is None:
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    with open_lab(tmp_path_factory.mktemp("lab")) as opened:
        yield opened
