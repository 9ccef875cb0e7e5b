"""What one step of a network is: its weights, what they do to a state, and one step back.

Read `base` for what a cell must say, then `elementwise`, `gru` and `lstm`, each with its equations beside the code.
"""

from .base import Cell
from .catalogue import CELLS, find_cell
from .initial import init_params
from .params import Params

__all__ = ["CELLS", "Cell", "Params", "find_cell", "init_params"]
