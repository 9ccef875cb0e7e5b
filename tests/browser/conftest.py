"""One server and one browser for all tests of this folder, and one notebook with every explorer, in each front end."""

import pytest

from .cells import CELLS
from .lab import FRONT_ENDS, find_browser, open_lab


@pytest.fixture(scope="package")  # not the session: where Playwright is at work, no other event loop can start
def lab(tmp_path_factory):
    """A page of JupyterLab; the test is skipped where there is no browser to show it."""
    if find_browser() is None:
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    with open_lab(tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="package")
def all_explorers(lab):
    """The notebook of `cells` in JupyterLab, and what went wrong in it."""
    with lab.notebook("all_explorers.ipynb", CELLS) as notebook:
        yield notebook, notebook.run_all()


@pytest.fixture(scope="package", params=FRONT_ENDS)
def notebook(all_explorers, lab, request):
    """The notebook of `cells` in each front end; a problem of our script fails when all is done."""
    if request.param == "JupyterLab":
        lab.page.bring_to_front()
        yield ready(*all_explorers)
        assert lab.problems == []
        return
    other = FRONT_ENDS[request.param](lab.page.context.new_page(), lab.address, lab.folder)
    other.page.set_default_timeout(30_000)
    with other.notebook(f"{request.param}.ipynb", CELLS) as opened:
        yield ready(opened, opened.run_all())
    assert other.problems == []
    other.page.close()
    lab.page.bring_to_front()


def ready(notebook, problems):
    from axe_playwright_python.base import AXE_SCRIPT

    assert problems == {}
    notebook.page.evaluate(AXE_SCRIPT)
    return notebook
