"""How many bytes does PyTorch's graph hold for the way back? Counted at the door, so PyTorch is not imported here."""

from __future__ import annotations

from collections import Counter


class GraphMemory:
    """A count of what a graph holds, for ``torch.autograd.graph.saved_tensors_hooks(memory.keep, memory.give)``.

    A storage that several operations hold, such as a weight that every step uses, counts once. What the graph lets go
    is no longer counted.

    Attributes
    ----------
    bytes : int
        What the graph holds now.
    """

    def __init__(self):
        self.bytes = 0
        self._holders = Counter()

    def keep(self, tensor):
        """What the graph is to hold in place of `tensor`."""
        return _Held(self, tensor)

    @staticmethod
    def give(held):
        """The tensor itself, when the way back asks for it."""
        return held.tensor

    def _come(self, storage):
        self._holders[storage] += 1
        if self._holders[storage] == 1:
            self.bytes += storage[1]

    def _gone(self, storage):
        self._holders[storage] -= 1
        if not self._holders[storage]:
            self.bytes -= storage[1]


class _Held:
    """A tensor that the graph holds; counted as long as this object lives."""

    def __init__(self, memory, tensor):
        storage = tensor.untyped_storage()
        self.tensor, self._memory, self._storage = tensor, memory, (storage.data_ptr(), storage.nbytes())
        memory._come(self._storage)

    def __del__(self):
        self._memory._gone(self._storage)
