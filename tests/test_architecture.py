"""Which module may import which, and what every public name must carry."""

import ast
import importlib
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

# The rooms, and which other rooms each may use. Data flows one way: a room stands after all that it uses.
GROUND = {"numbers"}
CORE = GROUND | {"cells", "tasks", "passes"}
ALLOWED = {
    "numbers": set(),
    "cells": GROUND,
    "tasks": GROUND,
    "passes": GROUND | {"cells", "tasks"},
    "truncation": CORE,
    "measures": CORE,
    "training": CORE | {"truncation", "measures"},
    "lessons": CORE | {"truncation", "measures", "training"},
    "widgets": {"lessons"},
}
# what draws, and who may ask for it
DRAWING = {"matplotlib": {"lessons", "widgets"}, "PIL": {"widgets"}}
DRAWING |= {library: {"widgets"} for library in ("ipywidgets", "anywidget", "IPython", "traitlets")}


def room_of(module):
    """The room of a module of the package; None for the package's own face and for what is not ours."""
    parts = module.split(".")
    return parts[1] if parts[0] == "bptt_helpers" and len(parts) > 1 else None


def is_picture(module):
    """Whether a module of the lessons draws."""
    return room_of(module) == "lessons" and module.rpartition(".")[2].endswith(("picture", "pictures"))


def forbidden(imports):
    """(module, imported) for every import that the tables do not allow."""
    for module, imported in ((m, i) for m, names in imports.items() for i in sorted(names)):
        here, there = room_of(module), room_of(imported)
        if here is None:
            allowed = there in CORE | {"truncation", "measures", "training", None}
        elif is_in(imported, "bptt_helpers"):
            allowed = there == here or there in ALLOWED[here]
            if is_picture(module):  # a picture takes arrays, it does not compute them
                allowed = is_picture(imported) or there == "numbers"
        else:
            top = imported.partition(".")[0]
            allowed = here in DRAWING.get(top, ALLOWED)
            if top == "matplotlib" and here == "lessons":
                allowed = is_picture(module)
            if is_picture(module):
                allowed = top in {"numpy", "matplotlib"} | sys.stdlib_module_names
        if not allowed:
            yield module, imported


def test_the_reader_of_imports_sees_relative_and_absolute_ones():
    assert "bptt_helpers.numbers.validate" in IMPORTS["bptt_helpers.cells.base"]
    assert "bptt_helpers.passes" in IMPORTS["bptt_helpers"]
    assert "numpy" in IMPORTS["bptt_helpers.passes.forward"]


def test_imports_follow_the_table():
    assert list(forbidden(IMPORTS)) == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("bptt_helpers.cells.params", "bptt_helpers.passes.forward"),
        ("bptt_helpers.measures.spectra", "bptt_helpers.truncation.cost"),
        ("bptt_helpers.lessons.pictures", "bptt_helpers.passes.forward"),
        ("bptt_helpers.lessons.pictures", "PIL"),
        ("bptt_helpers.training.loop", "bptt_helpers.widgets.live"),
        ("bptt_helpers.training.loop", "matplotlib.figure"),
        ("bptt_helpers.lessons.feedback", "IPython"),
        ("bptt_helpers", "bptt_helpers.widgets"),
    ],
)
def test_an_import_against_the_table_is_found(module, imported):
    assert list(forbidden({module: {imported}})) == [(module, imported)]


def test_the_table_names_the_rooms_that_exist_and_has_no_circle():
    assert set(ALLOWED) == {room_of(module) for module in MODULES} - {None}
    assert len(ALLOWED) <= 9
    assert list(TopologicalSorter(ALLOWED).static_order())


# Who may multiply by W_hh: the cells, the textbook, and the mistakes that checks plant. All others ask a Cell, but for
# the picture of step sizes: a stack of networks in another floating-point type, forward only.
MULTIPLIES = (
    "bptt_helpers.cells",
    "bptt_helpers.passes.textbook",
    "bptt_helpers.passes.step_size",
    "bptt_helpers.lessons.gradient_norms.networks",  # twenty networks side by side, which no cell does
    "bptt_helpers.lessons.cures.lstm_step",  # one step of a reader's own, with nothing of a cell in its judge
    *(
        module
        for module in MODULES
        if module.startswith("bptt_helpers.lessons.") and module.endswith((".check", "mistakes"))
    ),
)
PRODUCTS = {
    "dot",
    "matmul",
    "einsum",
    "times",
    "rows_times",
    "vdot",
    "inner",
    "tensordot",
    "vecmat",
    "matvec",
    "multi_dot",
}


def mentions_W_hh(node):
    """Whether W_hh stands anywhere in an expression, as a name or an attribute, transposed or sliced too."""
    return any(
        (isinstance(part, ast.Name) and part.id == "W_hh") or (isinstance(part, ast.Attribute) and part.attr == "W_hh")
        for part in ast.walk(node)
    )


def products_with_W_hh(text):
    """Lines where W_hh stands in a matrix product."""
    for node in ast.walk(ast.parse(text)):
        factors = []
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.MatMult):
            factors = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.target, node.value]
        elif isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
            if name in PRODUCTS:  # of a method, what stands before the dot is a factor too
                factors = [function, *node.args, *(keyword.value for keyword in node.keywords)]
        if any(map(mentions_W_hh, factors)):
            yield node.lineno


def test_only_cells_multiply_by_the_recurrent_weights():
    found = {m: lines for m, p in MODULES.items() if (lines := [*products_with_W_hh(p.read_text(encoding="utf-8"))])}
    assert {m: lines for m, lines in found.items() if not any(is_in(m, allowed) for allowed in MULTIPLIES)} == {}
    for allowed in MULTIPLIES[:4]:  # and where it is allowed, the reader sees it
        assert any(is_in(module, allowed) for module in found)
    assert any(module.endswith(".check") for module in found)


@pytest.mark.parametrize(
    "line",
    [
        "signal @ params.W_hh",
        "W_hh.T @ signal",
        "signal @= trace.params.W_hh[:n].T",
        "signal.dot(params.W_hh)",
        "params.W_hh.T.dot(signal, out)",
        "np.dot(signal, W_hh)",
        "np.matmul(np.abs(params.W_hh), signal, out=signal)",
        'np.einsum("ij,bj->bi", W_hh, h)',
        "rows_times(signal, params.W_hh, before)",
        "base.rows_times(rows, W=params.W_hh)",
        "a + slope * (h @ (2 * p.W_hh).T)",
    ],
)
def test_a_product_with_the_recurrent_weights_is_found(line):
    assert [*products_with_W_hh(f"import numpy\n{line}")] == [2]


@pytest.mark.parametrize("line", ["params.W_hh.shape", "np.abs(params.W_hh)", "h @ params.W_qh.T", "dL.W_hh - W_hh"])
def test_another_use_of_the_recurrent_weights_is_no_product(line):
    assert [*products_with_W_hh(line)] == []


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_has_a_face_that_exports_what_it_names(room):
    face = importlib.import_module(f"bptt_helpers.{room}")
    assert face.__doc__
    assert all(hasattr(face, name) for name in getattr(face, "__all__", ()))


def test_there_is_no_import_cycle():
    inner = {module: {i for i in imported if i in MODULES} - {module} for module, imported in IMPORTS.items()}
    list(TopologicalSorter(inner).static_order())  # raises CycleError with the circle in its text


def test_importing_the_package_draws_nothing_in():
    drawing = {"matplotlib", "ipywidgets", "anywidget", "torch", "jax"}
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
