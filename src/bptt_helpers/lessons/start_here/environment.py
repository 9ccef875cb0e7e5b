"""Is the reader's installation complete, and does it compute the right thing?"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import numpy as np

from ...cells.initial import init_params
from ...passes.backward import bptt
from ...passes.forward import forward
from ...passes.gradcheck import numerical_gradient, relative_error
from ...tasks.losses import cross_entropy
from ...tasks.text import load_text
from ..feedback import RIGHT, WRONG, Feedback

NEEDED = ("numpy", "matplotlib", "ipywidgets", "anywidget", "pillow", "pooch")


def check_environment() -> Feedback:
    """Look for the packages and the embedded text, and compare one gradient with a numeric one.

    Returns
    -------
    Feedback
        Names what is missing, if anything is.
    """
    missing = [name for name in NEEDED if not _installed(name)]
    if missing:
        return Feedback(
            False, f"Missing: {', '.join(missing)}. Run `make lab`, or install with `pip install -e .`.", WRONG
        )
    try:
        load_text()
    except (OSError, ValueError) as error:
        return Feedback(False, f"The embedded text cannot be read: {error}", WRONG)

    rng = np.random.default_rng(0)
    params = init_params(3, 4, 2, rng=rng)
    x, y = rng.normal(size=(5, 2, 3)), rng.integers(0, 2, (5, 2))
    trace = forward(params, x)
    _, dL_do = cross_entropy(trace.o, y)
    numeric = numerical_gradient(lambda p: cross_entropy(forward(p, x).o, y)[0], params)
    if relative_error(bptt(trace, dL_do).params, numeric) > 1e-9:
        return Feedback(
            False, "The gradient differs from the numeric one: please report this with your versions.", WRONG
        )
    return Feedback(
        True, "All packages found, the text can be read, and the gradient agrees with a numeric one.", RIGHT
    )


def _installed(name):
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False
