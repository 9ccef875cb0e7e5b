"""The cells by name."""

from __future__ import annotations

from ..numbers.validate import shown
from .activations import ACTIVATIONS
from .base import Cell
from .elementwise import Elementwise
from .gru import GRU
from .lstm import LSTM

CELLS = {cell.name: cell for cell in (*map(Elementwise, ACTIVATIONS), GRU(), LSTM())}


def find_cell(cell, name="cell") -> Cell:
    """The cell called `cell`, or `cell` itself if it is one; else a ValueError that lists the names."""
    found = CELLS.get(cell) if isinstance(cell, str) else cell
    if not isinstance(found, Cell):
        raise ValueError(f"{name}: want one of {', '.join(map(repr, CELLS))}, or a Cell, got {shown(cell)}")
    return found
