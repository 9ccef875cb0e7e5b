"""What a cell must say about one step, so that every algorithm is written once for all cells.

    s_t = step(x_t, s_{t-1}),    h_t = the first n entries of the state s_t,    o_t = W_qh h_t + b_q

An LSTM carries more than h: its state is (h | c), 2 n numbers in one array. What the weights make of x_t and h_{t-1}
is called a_t, for all cells. One step back is linear in the signal dL/ds_t; it gives two things, dL/da_t for weights
and dL/ds_{t-1} for the step before: elsewhere called the vector–Jacobian product of the step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from ..numbers.validate import all_finite, finite, plain, shape
from .loops import one_is_small
from .params import Params, want_params

# Numbers in one segment of the way back: 256 kB each for states, slopes and signals, which a core keeps close.
SEGMENT = 2**15


def at(local, index):
    """The factors of some steps: `index` applied to every array of a `local`."""
    return type(local)(*[factor[index] for factor in local])


def each(local) -> list:
    """The factors of every step: made once, not in the loop."""
    return [type(local)(*factors) for factors in zip(*local, strict=True)]


def beside(local):
    """The same factors for many signals side by side: an axis of length 1 before the last, for (…, signals, m)."""
    return type(local)(*(factor[..., None, :] for factor in local))


def rows_times(rows, W, out=None) -> np.ndarray:
    """rows (…, k) times W (k, m) as one matrix product, into `out` (…, m), contiguous or with its last axes swapped."""
    if out is not None and not out.flags.c_contiguous:
        return np.matmul(rows, W, out=out)
    if rows.ndim == 2:
        return rows.dot(W, out)
    k, m = W.shape
    if out is None:
        return rows.reshape(-1, k).dot(W).reshape(*rows.shape[:-1], m)
    rows.reshape(-1, k).dot(W, out.reshape(-1, m))
    return out


def smallest(array) -> float:
    """The smallest absolute entry that is not zero; 1 if there is none."""
    size = np.abs(array[array != 0])
    return size.min(initial=np.inf) if size.size else 1.0


class Cell(ABC):
    """One step of a recurrent layer, forward and back; it holds no weights.

    Attributes
    ----------
    name : str
        As `forward` takes it.
    parts : int
        The state is ``m = parts * n`` numbers wide, h first.
    gates : int
        Blocks of n rows in ``W_hx`` and ``W_hh``.
    biases : int
        Blocks of n in ``b_h``; a_t is ``biases * n`` numbers wide.
    kept_blocks : int
        What `run` keeps of a step, as blocks of n numbers for each sequence; 0 if nothing.
    keeps, lets_in : int or None
        Block of ``b_h`` whose gate keeps the state, and block whose gate lets in what is new.
    """

    name: str
    parts = 1
    gates = 1
    biases = 1
    kept_blocks = 0
    keeps = lets_in = None

    @abstractmethod
    def run(self, params, x, states):
        """Fill ``states[1:]`` (T + 1, B, m) step by step; return what the way back needs and cannot read off them."""

    def stepper(self, params, states):
        """Walk on from `states` (B, m) one step at a time: for an input that is known only after the output before.

        Returns
        -------
        callable (x) -> ndarray (B, m)
            Takes x_t (B, d) and gives s_t, in memory that the next call but one overwrites. Cells override this to
            prepare their weights once.
        """
        now, then = np.array(states)[None], np.empty((2, *states.shape), states.dtype)

        def step(x):
            then[0] = now[0]
            self.run(params, x[None], then)
            now[0] = then[1]
            return now[0]

        return step

    @abstractmethod
    def local(self, trace, *, precise=False):
        """The factors of every step's Jacobian, a NamedTuple of arrays (T, B, …).

        From the states and what `run` kept, which costs next to nothing; or `precise`, from the pre-activations: right
        where a state has been rounded to ±1 and its slope to 0.
        """

    def scaled_local(self, trace):
        """The precise factors, and powers of two (T, B, n) that the slopes among them wait for; None if they fit.

        An elementwise cell has such powers: with each, its entry of a signal is multiplied on the way. The factors of
        the gated cells end with float64, at gates of ±745.
        """
        return self.local(trace, precise=True), None

    @abstractmethod
    def into_a(self, params, local, signal, dL_da=None):
        """The first half of `back`: dL/da_t (…, biases · n) from dL/ds_t (…, m)."""

    @abstractmethod
    def back(self, params, local, signal, dL_da=None, before=None):
        """One step back: dL/ds_t (…, m) → dL/da_t (…, biases · n) and dL/ds_{t-1} (…, m). Linear in the signal.

        The leading axes of `signal` are those of `local`, or those of `local` broadcast to them. The results are
        written into `dL_da` and `before` where these are given, contiguous or with the last two axes swapped. `before`
        may be the signal itself; so may `dL_da` for an elementwise cell, where both are equally wide.
        """

    @abstractmethod
    def ahead(self, params, local, tangent):
        """One step ahead: ds_{t-1} (…, m) → ds_t (…, m), the transpose of the second half of `back`.

        A small change of the state, followed forwards; elsewhere called the Jacobian–vector product.
        """

    @abstractmethod
    def reach(self, params, local) -> tuple[float, float]:
        """Bounds of what one step back can multiply an entry of a signal by, other than by exactly zero."""

    @abstractmethod
    def into_weights(self, trace, dL_da):
        """The sums over time and batch that turn dL/da (T, B, biases · n) into dL/d(W_hx, W_hh, b_h)."""

    def into_inputs(self, params, dL_da):
        """dL/dx (T, B, d): what the weights carry from dL/da back to the inputs."""
        rows = len(params.W_hx)
        return dL_da[..., :rows] @ params.W_hx

    def jacobians(self, params, local):
        """J_t = ds_t/ds_{t-1} of all steps, (…, m, m): one step back for every unit signal."""
        m = self.parts * params.n_hidden
        unit = np.broadcast_to(np.eye(m), (*local[0].shape[:-1], m, m))
        return self.back(params, beside(local), unit)[1]

    def most_stretch(self, params, local) -> float:
        """The largest singular value of any step's Jacobian, or a bound of it."""
        pieces = (at(local, slice(t, t + 64)) for t in range(0, len(local[0]), 64))  # less memory than all at once
        return max(bound_of_stretch(self.jacobians(params, piece)).max() for piece in pieces)

    def steps_at_once(self, trace) -> int:
        """How many steps `walk_back` is given at once: what they need should stay in the cache until it is summed."""
        T, B, q = trace.o.shape
        return T if one_is_small(B, trace.params.n_hidden, q) else max(16, SEGMENT // trace.states[0].size)

    def walk_back(self, trace, dL_do, dL_ds, from_later):
        """The whole way back over a trace: fill `dL_ds` (T, B, m) and return dL/da (T, B, biases · n).

            dL/ds_t = W_qhᵀ dL/do_t (in h) + what `back` brings from dL/ds_{t+1}

        Parameters
        ----------
        trace : Trace
        dL_do : ndarray (T, B, q)
        dL_ds : ndarray (T, B, m)
            Written.
        from_later : ndarray (B, m) or None
            The signal that enters after the last step.
        """
        params, steps = trace.params, each(self.local(trace))
        dL_ds[:] = own_signals(trace, dL_do)
        dL_da = np.empty((*dL_ds.shape[:2], self.biases * params.n_hidden), dL_ds.dtype)
        for t in reversed(range(len(dL_ds))):
            if from_later is not None:
                dL_ds[t] += from_later
            _, from_later = self.back(params, steps[t], dL_ds[t], dL_da[t])
        return dL_da

    def check(self, params, whose="params") -> None:
        """Raise a ValueError that names the weight whose shape, type or entries do not fit this cell."""
        want_params(whose, params)
        for name, w in zip(Params._fields, params, strict=True):
            ndim = 1 if name[0] == "b" else 2
            if not isinstance(w, np.ndarray) or w.ndim != ndim:
                axes = "1 axis" if ndim == 1 else "2 axes"
                raise ValueError(f"{whose}.{name}: want an array with {axes}, got {shape_or_type(w)}")
            if type(w) is not np.ndarray:
                plain(f"{whose}.{name}", w)
            if w.dtype.kind not in "fc" or w.dtype != params[0].dtype:
                raise ValueError(
                    f"{whose}.{name}: want floating-point numbers, of one type in all weights, got {w.dtype}"
                )
        n, d, q = params.n_hidden, params.n_in, params.n_out
        for name, wanted, axes in [
            ("W_hh", (self.gates * n, n), ("gates", "n")),
            ("W_hx", (self.gates * n, d), ("gates", "d")),
            ("b_h", (self.biases * n,), ("biases",)),
            ("W_qh", (q, n), ("q", "n")),
            ("b_q", (q,), ("q",)),
        ]:
            w = getattr(params, name)
            if w.shape != wanted:
                shape(f"{whose}.{name}", w, wanted, self._axes(axes))
            if not all_finite(w):
                finite(f"{whose}.{name}", w)

    def _axes(self, axes):
        """As a sentence names them: (4n, d), (n,)."""
        blocks = {"gates": self.gates, "biases": self.biases}
        names = [f"{blocks[a]}n".removeprefix("1") if a in blocks else a for a in axes]
        return f"({', '.join(names)}{',' * (len(names) == 1)})"


def own_signals(trace, dL_do) -> np.ndarray:
    """mask ⊙ W_qhᵀ dL/do_t: what each step's own loss sends into its state, ``(T, B, m)``, before time is involved."""
    n, m = trace.params.n_hidden, trace.states.shape[2]
    through_h = into_h(trace, dL_do)
    if m == n:
        return through_h
    own = np.zeros((*dL_do.shape[:2], m), through_h.dtype)
    own[..., :n] = through_h
    return own


def into_h(trace, dL_do, out=None) -> np.ndarray:
    """The part of `own_signals` that is h, ``(T, B, n)``, the only one that is not zero; into `out`, contiguous."""
    T, B, q = dL_do.shape
    if out is None:
        out = np.empty((T, B, trace.params.n_hidden), dL_do.dtype)
    np.dot(dL_do.reshape(T * B, q), trace.params.W_qh, out=out.reshape(T * B, -1))
    if trace.mask is not None:
        out *= trace.mask
    return out


def bound_of_stretch(J) -> np.ndarray:
    """A bound of the largest singular value of every matrix, (…, m, m) → (…): at most m^(1/16) times too large.

    ‖(JᵀJ)⁴‖_F^(1/8) is the 16-norm of the singular values; it takes a seventh of the time of finding them.
    """
    size = np.abs(J).max((-2, -1), keepdims=True)
    power = J / np.where(size > 0, size, 1)  # the 16th power of what is in reach of float64 need not be
    power = power.swapaxes(-2, -1) @ power
    power = power @ power
    power = power @ power
    return size[..., 0, 0] * np.linalg.norm(power, axis=(-2, -1)) ** (1 / 8)


def shape_or_type(x) -> str:
    """What came, for a sentence: the shape of an array, else the type."""
    return f"shape {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
