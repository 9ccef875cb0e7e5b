"""How wrong an output is, and the gradient of that with respect to the output.

L = Σ w_{t,b} l(o_{t,b}, y_{t,b}) / Σ w_{t,b}, the sums over steps and sequences;    w = 1 unless given

Sequences of unequal lengths are padded at their ends to one length T. The loss leaves the padding out, by a weight of 0
or by an ignored label; a zero gradient is all that travels back from there.
"""

from __future__ import annotations

import numpy as np

from ..numbers.validate import COMPLEX, REAL, array, finite, label, plain, shape, shown


def cross_entropy(o, y, *, weight=None, ignore_label=None):
    """Softmax cross-entropy: minus the log-probability of the right class.

        l(o, y) = log Σ_k exp(o_k) - o_y,    dl/do = softmax(o) - onehot(y)

    Parameters
    ----------
    o : ndarray (T, B, q)
        Outputs (logits).
    y : array_like (T, B) of whole numbers 0 … q - 1, or `ignore_label`
        Right classes; see `full_labels` for the short forms (T,) and (B,).
    weight : array_like (T,) or (T, B), "last" or None
        How much each entry counts; see `entry_weights`. A padding mask is a weight. "last": the last step of each
        sequence whose label is not ignored, else step T. None: every entry counts alike.
    ignore_label : int, optional
        Entries with this label count nothing, and their gradient is exactly zero.

    Returns
    -------
    loss : float
        In nats.
    dL_do : ndarray (T, B, q)

    Raises
    ------
    ValueError
        If a shape does not fit, a label is not a class, an output or weight is not finite, or no entry counts.

    Examples
    --------
    >>> loss, dL_do = cross_entropy(np.zeros((1, 1, 4)), [[2]])
    >>> print(f"{loss:.4f}", dL_do.round(2))
    1.3863 [[[ 0.25 0.25 -0.75 0.25]]]

    Two sequences, of three steps and of one:

    >>> loss, dL_do = cross_entropy(np.zeros((3, 2, 2)), [[0, 1], [1, -1], [1, -1]], ignore_label=-1)
    >>> print(dL_do[:, 1])
    [[ 0.125 -0.125]
     [ 0. 0. ]
     [ 0. 0. ]]
    """
    return _classified(o, y, weight, ignore_label)[:2]


def cross_entropy_and_accuracy(o, y, *, weight=None, ignore_label=None):
    """What `cross_entropy` returns, and after it what `accuracy` does: one pass over the outputs finds both.

    Parameters
    ----------
    o, y, weight, ignore_label
        As in `cross_entropy`.

    Returns
    -------
    loss : float
    dL_do : ndarray (T, B, q)
    accuracy : float

    Raises
    ------
    ValueError
        As `cross_entropy` does.

    Examples
    --------
    >>> loss, dL_do, right = cross_entropy_and_accuracy(np.eye(3)[:, None], [0, 2, 2])
    >>> print(f"{loss:.4f} {right:.4f}")
    0.8848 0.6667
    """
    loss, dL_do, labels, counted, at_the_largest = _classified(o, y, weight, ignore_label)
    if at_the_largest is None:  # two largest outputs: the first of them is the answer
        return loss, dL_do, accuracy(o, y, weight=weight, ignore_label=ignore_label)
    if weight is None and counted is None:
        return loss, dL_do, np.count_nonzero(at_the_largest) / at_the_largest.size
    w = entry_weights(weight, counted, *labels.shape).ravel()
    return loss, dL_do, float(w[at_the_largest].sum() / w.sum())


def _classified(o, y, weight, ignore_label):
    """Loss, its gradient, labels, which of them count, and where the label's output is the largest.

    The last is None where two outputs of one entry are the largest.
    """
    T, B, q = _check_output(o)
    labels, counted = full_labels(y, T, B, q, weight=weight, ignore_label=ignore_label)
    scale = _shares(weight, counted, T, B, o.real.dtype)
    scale = scale.ravel() if scale.ndim else scale
    # classes along the first axis: the sums below then run over long contiguous rows
    p = o.reshape(T * B, q).T.copy()
    p -= p.real.max(0)
    every, right_class = p.reshape(-1), labels.ravel() * (T * B) + np.arange(T * B)  # one index a row: the quickest
    right = every[right_class]
    alone = np.count_nonzero(p == 0) == T * B
    np.exp(p, p)
    total = p.sum(0)
    loss = ((np.log(total) - right) * scale).sum()
    p *= scale / total
    every[right_class] -= scale
    return loss[()], p.T.reshape(T, B, q), labels, counted, right == 0 if alone else None


def squared_error(o, y, *, weight=None):
    """Squared distance to a target, summed over the outputs.

        l(o, y) = Σ_k (o_k - y_k)²,    dl/do = 2 (o - y)

    Parameters
    ----------
    o : ndarray (T, B, q)
        Outputs.
    y : array_like (T, B, q) of integers or floats
        Targets. ``(T, B)`` will do if q = 1, and ``(B, q)`` with ``weight="last"``; a shape that is both means the
        same both ways (T = B = 1). Padding holds any finite number.
    weight : array_like (T,) or (T, B), "last" or None
        How much each entry counts; see `entry_weights`. A padding mask is a weight. None: every entry counts alike.
        "last": step T, for a target cannot say that it is padding; for unequal lengths give a weight (T, B) that is
        1 at each sequence's own last step: ``np.arange(T)[:, None] == lengths - 1``.

    Returns
    -------
    loss : float
        In squared units of `o`.
    dL_do : ndarray (T, B, q)

    Raises
    ------
    ValueError
        If a shape does not fit, an output, target or weight is not finite, or no entry counts.

    Examples
    --------
    >>> loss, dL_do = squared_error(np.ones((2, 1, 1)), [[[0.0]], [[3.0]]])
    >>> print(loss, dL_do.ravel())
    2.5 [ 1. -2.]
    """
    T, B, q = _check_output(o)
    y = array("y", y, COMPLEX if o.dtype.kind == "c" else REAL)
    if isinstance(weight, str) and y.shape == (B, q):
        y = np.broadcast_to(y, (T, B, q))
    elif q == 1 and y.shape == (T, B):
        y = y[:, :, None]
    shape("y", y, (T, B, q), "(T, B, q)")
    difference = o - y.astype(o.dtype, copy=False)  # targets of float64 would turn a float32 network into one
    # weighted before it is squared: the square of a padded output may overflow, and 0 · inf is nan
    weighted = _shares(weight, None, T, B, o.real.dtype)[..., None] * difference
    return (weighted * difference).sum()[()], 2 * weighted


def accuracy(o, y, *, weight=None, ignore_label=None) -> float:
    """Share of right answers, each counted as `cross_entropy` counts it: Σ w [argmax o = y] / Σ w.

    Parameters
    ----------
    o : ndarray (T, B, q)
        Outputs; the largest one is the answer.
    y, weight, ignore_label
        As in `cross_entropy`.

    Returns
    -------
    float
        0 … 1; exactly 1 if every answer that counts is right.

    Raises
    ------
    ValueError
        As `cross_entropy` does.

    Examples
    --------
    >>> accuracy(np.eye(3)[:, None], [0, 2, 2])
    0.6666666666666666
    """
    T, B, q = _check_output(o)
    labels, counted = full_labels(y, T, B, q, weight=weight, ignore_label=ignore_label)
    w = entry_weights(weight, counted, T, B)
    asked = w > 0
    w = w[asked]
    right = o[asked].argmax(1) == labels[asked]
    return float((w * right).sum() / w.sum())


def full_labels(y, T, B, q, *, weight=None, ignore_label=None):
    """Labels of every step of every sequence, whichever short form they came in.

    Parameters
    ----------
    y : array_like (T, B), (T,) or (B,)
        Whole numbers 0 … q - 1, or `ignore_label`; floats that hold whole numbers will do. ``(B,)`` is read as the
        labels of step T, with ``weight="last"`` only; ``(T,)`` as the labels of every step, if B = 1 only. No shape
        has two readings: (B,) is (T,) for B = 1 only if T = 1, and both mean the one label there is.
    T, B, q : int
        Steps, sequences, classes.
    weight : array_like, "last" or None
        Only whether it is "last" matters here.
    ignore_label : int, optional

    Returns
    -------
    labels : ndarray of int (T, B)
        With 0 for the ignored ones.
    counted : ndarray of bool (T, B) or None
        Where a label is not ignored; None without an `ignore_label`.

    Raises
    ------
    ValueError
        If the shape does not fit, a label is not a class, or every label is ignored.
    """
    y = array("y", y, COMPLEX)
    if isinstance(weight, str) and y.shape == (B,):
        y = np.broadcast_to(y, (T, B))
    elif B == 1 and y.shape == (T,):
        y = y[:, None]
    shape("y", y, (T, B), "(T, B)")
    labels = _whole(y, q)
    counted = None
    if ignore_label is not None:
        counted = _not_ignored(y, ignore_label)
        labels[~counted] = 0
    if labels.view(np.uintp).max() >= q:  # a negative number, read without its sign, is a huge one
        wrong = y if counted is None else y[counted]
        raise ValueError(
            f"y: want classes from 0 to {q - 1}, got {wrong.min()} to {wrong.max()}; "
            "a label that shall count nothing is named by ignore_label"
        )
    return labels, counted


def entry_weights(weight, counted, T, B) -> np.ndarray:
    """How much every step of every sequence counts in the mean, the largest 1.

    Parameters
    ----------
    weight : array_like (T,) or (T, B), "last" or None
        Numbers >= 0, or booleans; only their ratios matter. One axis is always the steps, also if T = B; a weight for
        each sequence, ``(B,)``, is given as ``np.broadcast_to(weight, (T, B))``. "last": the last entry of each
        sequence that is in `counted`; a sequence without one counts nothing. None: 1 for every entry.
    counted : ndarray of bool (T, B) or None
        Entries that may count; None: all.
    T, B : int

    Returns
    -------
    ndarray (T, B)

    Raises
    ------
    ValueError
        If the shape does not fit, a weight is negative or not finite, or no entry counts.
    """
    counted = np.ones((T, B), bool) if counted is None else counted
    if weight is None:
        return counted.astype(float)
    if not isinstance(weight, str):
        return _given_weights(weight, counted, T, B)
    if weight != "last":
        raise ValueError(f'weight: want an array (T,) or (T, B), "last" or None, got {shown(weight)}')
    own_last = T - 1 - counted[::-1].argmax(0)  # argmax finds the first True
    w = np.zeros((T, B))
    w[own_last, np.arange(B)] = counted.any(0)
    return w


def _given_weights(weight, counted, T, B):
    w = plain("weight", weight)
    if w.shape not in ((T,), (T, B)):
        way_on = "; one weight for each sequence is np.broadcast_to(weight, (T, B))" if w.shape == (B,) else ""
        raise ValueError(f"weight: want shape (T,) or (T, B) = {(T,)} or {(T, B)}, got {w.shape}{way_on}")
    finite("weight", w)
    if w.dtype.kind == "c":
        raise ValueError(f"weight: want real numbers, got {w.dtype}")
    if w.min() < 0:  # no mean: it would reward wrong answers without limit, and the sum may be zero by cancellation
        where = tuple(int(i) for i in np.argwhere(w < 0)[0])
        raise ValueError(f"weight: want numbers >= 0, got {w[where]} at index {where}; 0 leaves an entry out")
    w = (w if w.ndim == 2 else w[:, None]) * counted.astype(float)
    largest = w.max()
    if largest == 0:
        raise ValueError(
            "weight: want a number > 0 where a label counts, got none; leave out a batch with nothing to average"
        )
    return w / largest  # or the sum of large ones could overflow


def _shares(weight, counted, T, B, dtype):
    """Share of each entry in the mean, (T, B); one number if all count alike, which is quicker."""
    if weight is None and counted is None:
        return dtype.type(1 / T) / B
    w = entry_weights(weight, counted, T, B)
    return (w / w.sum()).astype(dtype)


def _check_output(o):
    if not isinstance(o, np.ndarray) or o.ndim != 3 or 0 in o.shape:
        raise ValueError(f"o: want an array (T, B, q) with T, B, q >= 1, got {getattr(o, 'shape', type(o).__name__)}")
    finite("o", plain("o", o))
    if o.dtype.kind not in "fc":
        raise ValueError(f"o: want floating-point numbers, got {o.dtype}")
    return o.shape


def _whole(y, q):
    """`y` as integers, a copy, or a ValueError."""
    if y.dtype.kind in "iu":
        return y.astype(np.intp)
    with np.errstate(invalid="ignore"):  # 1e300 as an integer: found out below
        labels = y.astype(np.intp) if y.dtype.kind == "f" else None
    if labels is None or (labels != y).any():
        raise ValueError(f"y: want whole numbers from 0 to {q - 1}, got {y.dtype} entries such as {y.flat[0]}")
    return labels


def _not_ignored(y, ignore_label):
    label("ignore_label", ignore_label)
    counted = y != ignore_label
    if not counted.any():
        raise ValueError(
            f"y: want a label other than ignore_label = {ignore_label}, got none; "
            "leave out a batch with nothing to average"
        )
    return counted
