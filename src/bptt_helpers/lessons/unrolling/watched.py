"""A weight matrix that knows what a reader's code does with it."""

from __future__ import annotations

import numpy as np

TAKES = {"W_hx": "an input, d = {} entries", "W_hh": "a state, n = {} entries"}


class Watched(np.ndarray):
    """A weight matrix that remembers a product entry by entry that was never added up; results are plain arrays.

    Attributes
    ----------
    name : str
    sizes : tuple of int
        Of the matrix as it was handed over.
    seen : list of str
        "product" and "sum", shared with all views.
    product : bool
        Whether this is such a product.
    """

    def __array_finalize__(self, parent):
        for key, missing in (("name", ""), ("sizes", self.shape), ("seen", []), ("product", False)):
            setattr(self, key, getattr(parent, key, missing))

    @classmethod
    def of(cls, name, W):
        """A copy of W that is watched."""
        watched = W.copy().view(cls)
        watched.name, watched.sizes, watched.seen = name, W.shape, []
        return watched

    @property
    def never_added_up(self):
        return "product" in self.seen and "sum" not in self.seen

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        plain = [v.view(np.ndarray) if isinstance(v, Watched) else v for v in inputs]
        if out is not None:
            options["out"] = tuple(v.view(np.ndarray) if isinstance(v, Watched) else v for v in out)
        try:
            result = getattr(ufunc, method)(*plain, **options)
        except ValueError:
            if ufunc is not np.matmul:
                raise
            raise ValueError(self._misfit(*inputs)) from None
        if ufunc is np.multiply and method == "__call__" and self.ndim == 2 and all(map(np.ndim, plain)):
            self.seen.append("product")
            result = result.view(Watched)
            result.name, result.sizes, result.seen, result.product = self.name, self.sizes, self.seen, True
        elif self.product and (method == "reduce" or ufunc is np.matmul or (ufunc is np.add and self.ndim == 1)):
            self.seen.append("sum")  # by .sum(), by a product with ones, or row by row by Python's sum
        return result

    def _misfit(self, left, right):
        """Why a matrix product with this matrix is impossible."""
        letters = "(n, d)" if self.name == "W_hx" else "(n, n)"
        shape, other = f"{letters} = {self.sizes}", np.shape(right if left is self else left)
        if self.shape == self.sizes[::-1] != self.sizes:
            return f"{self.name} is transposed; want it as it is, {shape}"
        if left is not self:
            return f"{self.name} stands to the right of @; in the equation it stands to the left"
        takes = TAKES.get(self.name, "{} entries").format(self.sizes[1])
        return f"{self.name} has shape {shape} and takes {takes}; what it multiplies here has shape {other}"
