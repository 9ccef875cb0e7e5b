"""Which module may import which, and what every public name must carry."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import bptt_helpers

SOURCE = Path(bptt_helpers.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))


def name_of(path):
    return ".".join(["bptt_helpers", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")


MODULES = {name_of(path): path for path in FILES}


def is_in(module, package):
    return module == package or module.startswith(package + ".")


def resolve(base, name):
    """The module that ``from base import name`` reads: base.name if that is one, else base."""
    return f"{base}.{name}" if f"{base}.{name}" in MODULES else base


def imports_of(module):
    """Names of the modules a file imports anywhere in it, relative ones written out."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {resolve(base, alias.name) for alias in node.names}
    return found


IMPORTS = {module: imports_of(module) for module in MODULES}
FIGURES, WIDGETS = "bptt_helpers.figures", "bptt_helpers.widgets"


def test_the_reader_of_imports_sees_relative_and_absolute_ones():
    assert "bptt_helpers.validate" in IMPORTS["bptt_helpers.parameters"]
    assert "bptt_helpers.forward" in IMPORTS["bptt_helpers"]
    assert "numpy" in IMPORTS["bptt_helpers.forward"]


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_in_one_direction_only(module):
    for imported in IMPORTS[module]:
        if not is_in(module, WIDGETS):
            assert not is_in(imported, WIDGETS), "only notebooks import widgets"
        if is_in(module, FIGURES):
            ours = is_in(imported, "bptt_helpers")
            allowed = is_in(imported, FIGURES) or imported == "bptt_helpers.validate"
            assert not ours or allowed, f"{imported}: a figure takes arrays, it does not compute them"
            top = imported.partition(".")[0]
            assert ours or top in {"numpy", "matplotlib"} | sys.stdlib_module_names, imported
        elif not is_in(module, WIDGETS):
            assert not is_in(imported, FIGURES)
            for drawing in ("matplotlib", "ipywidgets", "anywidget", "IPython"):
                assert not is_in(imported, drawing), "computing modules do not draw"


def test_there_is_no_import_cycle():
    inner = {module: {i for i in imported if i in MODULES} - {module} for module, imported in IMPORTS.items()}
    list(TopologicalSorter(inner).static_order())  # raises CycleError with the circle in its text


def test_importing_the_package_draws_nothing_in():
    drawing = {"matplotlib", "ipywidgets", "anywidget", "torch"}
    code = f"import sys, bptt_helpers; print(sorted({drawing} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_one_idea_and_says_which(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 300
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("name", bptt_helpers.__all__)
def test_every_public_name_is_documented(name):
    public = getattr(bptt_helpers, name)
    if isinstance(public, type(bptt_helpers)):
        assert public.__doc__
        return
    doc = public.__doc__
    heading = "Attributes" if isinstance(public, type) else "Parameters"
    assert f"{heading}\n" in doc
    assert doc.strip().splitlines()[0].rstrip().endswith((".", "?"))


def test_the_public_names_are_sorted_and_exist():
    assert sorted(bptt_helpers.__all__) == list(bptt_helpers.__all__)
    assert all(hasattr(bptt_helpers, name) for name in bptt_helpers.__all__)
