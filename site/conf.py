"""Settings of Sphinx for the site, which `tools/build_site.py` puts together and builds."""

import re
from pathlib import Path

project = "Backpropagation through time"
author = "The bptt_helpers authors"
copyright = "the bptt_helpers authors. Text and figures CC BY 4.0, code MIT"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["README.md"]  # the front page includes it

# Notebooks are shown as they are stored: nothing runs here.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["amsmath", "dollarmath", "html_image"]
myst_heading_anchors = 4

# The package, from its numpydoc docstrings
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say more, with shapes
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# Formulas without asking anyone: the parts of MathJax 3 that lie in static/mathjax
mathjax_path = "mathjax/startup.js"
mathjax3_config = {
    "loader": {"load": ["input/tex", "output/chtml", "a11y/assistive-mml"]},
}

html_theme = "furo"
html_title = project
html_favicon = "static/icon.svg"
html_static_path = ["static"]
html_extra_path = ["extra"]  # what HTML in a text shows, where it looks for it
html_css_files = ["pages.css", "site.css"]
html_js_files = [("pages.js", {"defer": "defer"}), ("site.js", {"defer": "defer"})]
html_search_scorer = str(Path(__file__).with_name("static") / "scorer.js")
html_copy_source = False
html_show_sphinx = False
# colours whose contrast is high enough for every word
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def as_written(app, what, name, thing, options, lines):
    """Docstrings are to be read as they are: |x| is an absolute value and a star a sign of Python, no markup.

    What is indented after an empty line, such as equations, keeps its lines; so do examples.
    """
    text = re.sub(r"^( *)(.*[^:\n]):\n\n(?=\1 +\S)", r"\1\2::\n\n", "\n".join(lines), flags=re.MULTILINE)
    text = re.sub(r"^(\S.*[^:\n]\n\n)(?= +\S)", r"\1::\n\n", text, flags=re.MULTILINE)
    kept = r"``.*?``|`[^`\n]*`|^ *>>>(?:.+\n?)+|(?<=::\n\n)(?:(?: +.*)?\n?)+"  # literals, examples, indented blocks
    pieces = re.split(f"({kept})", text, flags=re.MULTILINE)
    pieces[::2] = [re.sub(r"([|*])", r"\\\1", piece) for piece in pieces[::2]]
    lines[:] = "".join(pieces).split("\n")


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", as_written, priority=400)  # before numpydoc, which makes names bold
