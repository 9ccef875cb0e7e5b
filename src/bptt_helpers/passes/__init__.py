"""Forward in time and back again: the passes themselves, and how they are checked.

Read `textbook` first; `forward` and `backward` compute the same numbers with the fast loops of the room `cells`.
"""

from . import textbook
from .backward import Gradients, bptt
from .forward import Trace, forward
from .gradcheck import numerical_gradient, relative_error

__all__ = ["Gradients", "Trace", "bptt", "forward", "numerical_gradient", "relative_error", "textbook"]
