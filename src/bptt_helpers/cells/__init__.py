"""What one step of a network is: its weights, what they do to a state, and one step back.

Read `base` for what a cell must say, then `elementwise`, `gru` and `lstm`, each with its equations beside the code.
`from_torch` takes the weights of a PyTorch layer.
"""

from .base import Cell
from .catalogue import CELLS, find_cell
from .from_torch import Imported, from_torch
from .initial import init_params
from .params import Params

__all__ = ["CELLS", "Cell", "Imported", "Params", "find_cell", "from_torch", "init_params"]
