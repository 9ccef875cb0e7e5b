"""One server and one browser for all tests of this folder, and one notebook with every explorer."""

import pytest

from .cells import CELLS
from .lab import find_browser, open_lab


@pytest.fixture(scope="package")  # not the session: where Playwright is at work, no other event loop can start
def lab(tmp_path_factory):
    """A page of JupyterLab; the test is skipped where there is no browser to show it."""
    if find_browser() is None:
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    with open_lab(tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="package")
def all_explorers(lab):
    """The notebook of `cells`, and what went wrong in it."""
    with lab.notebook("all_explorers.ipynb", CELLS) as notebook:
        yield notebook, notebook.run_all()
