"""How wrong an output is, and the gradient of that with respect to the output.

L = Σ_t weight_t · (mean over the batch of l(o_t, y_t)),    weight_t = 1/T unless given
"""

from __future__ import annotations

import numpy as np

from .validate import finite, shape


def cross_entropy(o, y, *, weight=None):
    """Softmax cross-entropy: minus the log-probability of the right class.

        l(o, y) = log Σ_k exp(o_k) - o_y,    dl/do = softmax(o) - onehot(y)

    Parameters
    ----------
    o : ndarray (T, B, q)
        Outputs (logits).
    y : array_like (T, B) of whole numbers 0 … q - 1
        Right classes; integers, or floats that hold whole numbers. ``(T,)`` will do if B = 1, and
        ``(B,)`` with ``weight="last"``.
    weight : array_like (T,), "last" or None
        Weight of each step's loss. None: every step counts 1/T. "last": only the last step counts.

    Returns
    -------
    loss : float
        In nats.
    dL_do : ndarray (T, B, q)

    Raises
    ------
    ValueError
        If a shape does not fit, a label is not a class, or an output or weight is not finite.

    Examples
    --------
    >>> loss, dL_do = cross_entropy(np.zeros((1, 1, 4)), [[2]])
    >>> print(f"{loss:.4f}", dL_do.round(2))
    1.3863 [[[ 0.25 0.25 -0.75 0.25]]]
    """
    T, B, q = _check_output(o)
    labels = _classes(y, T, B, q, last_only=isinstance(weight, str))
    weight = _step_weights(weight, T, o)
    # classes along the first axis: the sums below then run over long contiguous rows
    p = o.reshape(T * B, q).T.copy()
    p -= p.real.max(0)
    every, right_class = p.reshape(-1), labels * (T * B) + np.arange(T * B)  # one index a row is quicker than two
    right = every[right_class]
    np.exp(p, p)
    total = p.sum(0)
    scale = np.repeat(weight / B, B) if weight.ndim else weight / B
    loss = ((np.log(total) - right) * scale).sum()
    p *= scale / total
    every[right_class] -= scale
    return loss[()], p.T.reshape(T, B, q)


def squared_error(o, y, *, weight=None):
    """Squared distance to a target, summed over the outputs.

        l(o, y) = Σ_k (o_k - y_k)²,    dl/do = 2 (o - y)

    Parameters
    ----------
    o : ndarray (T, B, q)
        Outputs.
    y : array_like (T, B, q) of integers or floats
        Targets. ``(T, B)`` will do if q = 1, and ``(B, q)`` with ``weight="last"``.
    weight : array_like (T,), "last" or None
        Weight of each step's loss. None: every step counts 1/T. "last": only the last step counts.

    Returns
    -------
    loss : float
        In squared units of `o`.
    dL_do : ndarray (T, B, q)

    Raises
    ------
    ValueError
        If a shape does not fit, or an output, target or weight is not finite.

    Examples
    --------
    >>> loss, dL_do = squared_error(np.ones((2, 1, 1)), [[[0.0]], [[3.0]]])
    >>> print(loss, dL_do.ravel())
    2.5 [ 1. -2.]
    """
    T, B, q = _check_output(o)
    last_only = isinstance(weight, str)
    weight = _step_weights(weight, T, o)
    y = np.asarray(y)
    finite("y", y)
    if last_only and y.shape == (B, q):
        y = np.broadcast_to(y, (T, B, q))
    elif q == 1 and y.shape == (T, B):
        y = y[:, :, None]
    shape("y", y, (T, B, q), "(T, B, q)")
    difference = o - y.astype(o.dtype, copy=False)  # targets of float64 would turn a float32 network into one
    scale = weight[..., None, None] / B
    return (difference**2 * scale).sum()[()], 2 * scale * difference


def _check_output(o):
    if not isinstance(o, np.ndarray) or o.ndim != 3:
        raise ValueError(f"o: want an array (T, B, q), got {getattr(o, 'shape', type(o).__name__)}")
    finite("o", o)
    if o.dtype.kind not in "fc":
        raise ValueError(f"o: want floating-point numbers, got {o.dtype}")
    return o.shape


def _step_weights(weight, T, o):
    dtype = o.real.dtype
    if weight is None:
        return dtype.type(1 / T)  # one number for all steps
    if isinstance(weight, str):
        if weight != "last":
            raise ValueError(f'weight: want an array (T,), "last" or None, got {weight!r}')
        return np.append(np.zeros(T - 1, dtype), np.ones(1, dtype))
    weight = np.asarray(weight, dtype)
    shape("weight", weight, (T,), "(T,)")
    finite("weight", weight)
    return weight


def _classes(y, T, B, q, last_only):
    y = np.asarray(y)
    finite("y", y)
    if last_only and y.shape == (B,):
        y = np.broadcast_to(y, (T, B))
    elif B == 1 and y.shape == (T,):
        y = y[:, None]
    shape("y", y, (T, B), "(T, B)")
    labels = y.astype(np.intp)
    if (y.dtype.kind == "f" and (labels != y).any()) or y.dtype.kind not in "iuf":
        raise ValueError(f"y: want whole numbers from 0 to {q - 1}, got {y.dtype} entries such as {y.flat[0]}")
    if labels.view(np.uintp).max() >= q:  # a negative number, read without its sign, is a huge one
        raise ValueError(f"y: want classes from 0 to {q - 1}, got {labels.min()} to {labels.max()}")
    return labels.ravel()
