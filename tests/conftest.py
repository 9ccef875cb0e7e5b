"""Fixtures that several test files share: a random network with its data, comparisons, and optional packages.

A test that needs a package outside environment.yml takes a fixture of that name, so that it is skipped where the
package is missing, with the way to get it: one line of the summary for all such tests.
"""

import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import pytest

from bptt_helpers import Params, Trace, cross_entropy, forward, squared_error
from bptt_helpers.lessons.pictures import Still

LOSSES = {"squared_error": squared_error, "cross_entropy": cross_entropy}


class Case(NamedTuple):
    """A network, its data and its forward pass; `loss_of` repeats the whole way from weights to loss."""

    params: Params
    x: np.ndarray
    y: np.ndarray
    h0: np.ndarray | None
    activation: str
    loss: str
    weight: object
    trace: Trace
    dL_do: np.ndarray

    def loss_of(self, params):
        o = forward(params, self.x, h0=self.h0, activation=self.activation).o
        return LOSSES[self.loss](o, self.y, weight=self.weight)[0]


def _make_case(
    T=6,
    B=2,
    sizes=(3, 5, 2),
    activation="tanh",
    loss="squared_error",
    weight=None,
    h0=False,
    seed=0,
    scale=1.0,
):
    rng = np.random.default_rng(seed)
    d, n, q = sizes
    params = Params(
        rng.normal(size=(n, d)) / np.sqrt(d),
        scale * rng.normal(size=(n, n)) / np.sqrt(n),  # not symmetric, unless n = 1
        rng.normal(size=n),  # biases other than zero, or a wrong bias would go unseen
        rng.normal(size=(q, n)) / np.sqrt(n),
        rng.normal(size=q),
    )
    x = rng.normal(size=(T, B, d))
    h0 = rng.normal(size=(B, n)) if h0 else None
    y = rng.normal(size=(T, B, q)) if loss == "squared_error" else rng.integers(0, q, (T, B))
    if isinstance(weight, str) and weight == "array":
        weight = rng.uniform(0, 2, T)
    trace = forward(params, x, h0=h0, activation=activation)
    dL_do = LOSSES[loss](trace.o, y, weight=weight)[1]
    return Case(params, x, y, h0, activation, loss, weight, trace, dL_do)


def _transposed_jacobians(case):
    """J_tᵀ = W_hhᵀ diag(f′(a_t)), (T, B, n, n), with slopes from the pre-activations, by formula."""
    p, h = case.params, case.trace.h
    a = case.x @ p.W_hx.T + h[:-1] @ p.W_hh.T + p.b_h
    slope = {
        "tanh": lambda a: 1 / np.cosh(a) ** 2,
        "sigmoid": lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
        "relu": lambda a: np.where(a > 0, 1.0, 0.0),
        "identity": lambda a: np.ones_like(a),
    }[case.activation](a)
    return slope, p.W_hh.T[None, None] * slope[:, :, None, :]


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="fail if a test was skipped: CI runs everything")


def pytest_terminal_summary(terminalreporter):
    """One line for each reason, not one for each test."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in Counter(report.longrepr[2] for report in skipped).items():
        terminalreporter.line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


def pytest_sessionfinish(session):
    """With --no-skips, a skipped test fails the run."""
    skipped = session.config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped")
    if skipped and session.config.getoption("no_skips") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _optional(module, way):
    """A fixture: the module, or a skip with the `way` to get it."""

    def load():
        return pytest.importorskip(module, reason=f"{module} is not installed: {way}")

    return pytest.fixture(load, scope="session", name=module)


BY_TEST = "the extra `test` of this package installs it"
torch = _optional("torch", "no comparison with PyTorch; `make torch` installs it, see CONTRIBUTING.md")
hypothesis = _optional("hypothesis", BY_TEST)
rattler = _optional("rattler", BY_TEST)
yaml = _optional("yaml", BY_TEST)
pre_commit = _optional("pre_commit", BY_TEST)


@pytest.fixture(scope="session")
def jax():
    """A function that runs Python source with JAX in another process and returns what it printed.

    Not in this one: JAX starts threads, and after that every process pool of a later test would warn of a fork.
    """
    if find_spec("jax") is None:
        pytest.skip("jax is not installed: no comparison with JAX; `make jax` installs it")

    def run(source):
        ran = subprocess.run([sys.executable, "-c", source], capture_output=True, encoding="utf-8")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


@pytest.fixture(autouse=True)
def _close_widgets():
    """ipywidgets holds every widget until it is closed, and an explorer its arrays: gigabytes, over all tests."""
    yield
    if ipywidgets := sys.modules.get("ipywidgets"):
        ipywidgets.Widget.close_all()


@pytest.fixture
def make_case():
    """A function that draws a network with data: every number other than the seed has a default."""
    return _make_case


@pytest.fixture
def transposed_jacobians():
    return _transposed_jacobians


@pytest.fixture
def assert_same():
    """A function that compares two Params field by field, relative to the size of each field."""

    def compare(got, wanted, rtol=1e-10):
        for name in Params._fields:
            g, w = getattr(got, name), getattr(wanted, name)
            assert g.shape == w.shape, name
            assert np.abs(g - w).max() <= rtol * max(np.abs(w).max(), 1e-30), name

    return compare


@pytest.fixture(scope="session")
def stills():
    """All stills drawn in a test so far that nobody has looked at yet."""
    drawn, make = [], Still.__init__

    def remember(self, *args, **kwargs):
        make(self, *args, **kwargs)
        drawn.append(self)

    Still.__init__ = remember
    yield drawn
    Still.__init__ = make


@pytest.fixture(autouse=True)
def colours_of_stills(stills):
    """Every still that a test draws can be read on a bright screen, and its colours told apart with any vision."""
    yield
    if stills:
        from tools.colour_vision import close_marks, pale_words

        drawn = stills.copy()
        stills.clear()
        assert [words for still in drawn for words in pale_words(still)] == []
        assert [marks for still in drawn for marks in close_marks(still)] == []
