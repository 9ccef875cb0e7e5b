"""A training step of a language model over characters, against PyTorch's: the gradient, and the whole update."""

from __future__ import annotations

import importlib.util
import time

import numpy as np

from bptt_helpers import Params, init_params
from bptt_helpers.tasks.sequences import Batch
from bptt_helpers.training.loop import train
from bptt_helpers.training.optimisers import Adam
from bptt_helpers.training.run import start

from .case import Case, DisagreementError
from .gradients import agreed_times, digits
from .peers import OURS, TorchModel, ours, torch_layer
from .timing import in_turns, ratios

CHARACTERS = 60  # d and q
LEARNING_RATE, CLIP_NORM = 1e-3, 1.0
GRID = [
    (cell, n, T, 32, dtype)
    for dtype in ("float64", "float32")
    for T in (35, 256)
    for cell, n in (("tanh", 256), ("lstm", 128), ("gru", 128))
] + [("tanh", 128, 5, 32, "float32"), ("lstm", 128, 5, 32, "float32"), ("gru", 128, 5, 32, "float32")]
QUICK = [("tanh", 3, 4, 2, "float32"), ("lstm", 3, 4, 2, "float64"), ("gru", 3, 4, 2, "float64")]
REPEATS = 3
PEER = "PyTorch"
STEPS_TIMED = 350  # of sequences, in one sample of updates: `train` looks at its arguments once for all of them
CHECKED = 3  # updates after which weights and moments are compared
# PyTorch clips to max_norm ‖g‖ / (‖g‖ + 1e-6); and Adam makes long steps of small entries, with their rounding
TOLERANCE, TOLERANCE_FLOAT32 = 1e-5, 1e-3


def make_case(cell, n, T, B, dtype, seed=0) -> Case:
    """A network and a batch of random characters, one-hot; each is to be followed by the next."""
    text = np.random.default_rng(seed).integers(0, CHARACTERS, (T + 1, B))
    params = init_params(CHARACTERS, n, CHARACTERS, cell=cell, init="orthogonal", rng=seed).astype(dtype)
    return Case(params, np.eye(CHARACTERS, dtype=dtype)[text[:-1]], text[1:], cell)


def our_updates(case, count):
    """This package: `train`, which also counts right answers."""
    batch, run = Batch(case.x, case.y, None), start(case.params)
    options = {"updates": count, "learning_rate": LEARNING_RATE, "clip_norm": CLIP_NORM, "cell": case.cell}

    def updated():
        after = train(run, lambda update: batch, optimiser=Adam(), **options)
        return after.params, after.moments[0]

    return updated


def torch_updates(case, count):
    """PyTorch: the layer and a linear readout, `clip_grad_norm_` and `optim.Adam` as they come.

    A further run goes on with the weights that the one before left.
    """
    import torch

    model = TorchModel(case)
    x, y = torch.tensor(case.x), torch.tensor(case.y).reshape(-1)
    optimiser = torch.optim.Adam(model.trained, lr=LEARNING_RATE)

    def run():
        for _ in range(count):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model.outputs(x), y).backward()
            torch.nn.utils.clip_grad_norm_(model.trained, CLIP_NORM)
            optimiser.step()
        return model.read(lambda weight: weight), model.read(lambda weight: optimiser.state[weight]["exp_avg"])

    return run


def check_updates(name, after, wanted, before) -> None:
    """Raise a DisagreementError unless weights have changed as wanted, and the means of the gradients are as wanted.

    The means tell on the clipping, of which a step of Adam sees little.
    """
    tolerance = TOLERANCE_FLOAT32 if before.W_hh.dtype == np.float32 else TOLERANCE
    for part, origin in ("weights", before), ("means", [np.zeros_like(w) for w in before]):
        answer, goal = ((of[0] if part == "weights" else of[1]) for of in (after, wanted))
        for field, a, w, b in zip(Params._fields, answer, goal, origin, strict=True):
            found = np.linalg.norm(a - w) / np.linalg.norm(w - b)
            if not found <= tolerance:  # nan is no agreement either
                raise DisagreementError(
                    f"{name}: want the same change of the {part} {field} in {CHECKED} updates to {tolerance:g}, got "
                    f"a difference of {found:.1e}"
                )


def measure(cell, n, T, B, dtype, budget, updates=None) -> dict:
    """One row: gradients and updated weights are compared before anything is timed.

    Parameters
    ----------
    cell : {"tanh", "lstm", "gru"}
    n, T, B : int
        Hidden units, steps, batch.
    dtype : str
    budget : float
        Seconds for each of the two.
    updates : dict of callable, optional
        Functions of a case and of a number of updates, `OURS` first. Default: `installed_updates`.

    Returns
    -------
    dict
        ``gradient`` and ``update``: ms of this package and, with PyTorch, its ratio to that.

    Raises
    ------
    DisagreementError
        If a gradient or an updated weight is not ours.
    """
    case = make_case(cell, n, T, B, dtype)
    updates = installed_updates() if updates is None else updates
    peers = {OURS: ours} | ({PEER: torch_layer} if PEER in updates else {})
    wanted = None
    for name, peer in updates.items():
        after = peer(case, CHECKED)()
        wanted = after if wanted is None else wanted
        check_updates(f"{name}, {cell} at T = {T}, n = {n}, B = {B}", after, wanted, case.params)
    gradient = agreed_times(case, peers, budget, time.process_time)
    count = max(1, STEPS_TIMED // T)
    runs = {name: peer(case, count) for name, peer in updates.items()}
    update = {name: t / count for name, t in in_turns(runs, budget, clock=time.process_time).items()}
    row = {"cell": cell, "dtype": dtype, "T": T, "n": n}
    for part, times in ("gradient", gradient), ("update", update):
        row[part] = {"ms": 1e3 * float(np.median(times[OURS])), "ratio": ratios(times, OURS).get(PEER)}
    return row


def installed_updates() -> dict:
    """This package and, where it can be imported, PyTorch."""
    return {OURS: our_updates} | ({PEER: torch_updates} if importlib.util.find_spec("torch") else {})


def run(progress, store, quick=False) -> list:
    """All rows, one dict each (see `measure`), where every number is a list: one of each time round the grid."""
    rows, budget, grid, repeats = {}, *((0.05, QUICK, 1) if quick else (4, GRID, REPEATS))
    for again in range(repeats):
        for size in grid:
            cell, n, T, _, dtype = size
            progress(f"training step: {cell}, T = {T}, n = {n}, {dtype}, {again + 1} of {repeats}")
            key = " ".join(map(str, ("training step", *size, again)))
            rows.setdefault(size, []).append(store.get(key, lambda: measure(*size, budget)))  # noqa: B023
    return [_together(repeats) for repeats in rows.values()]


def _together(repeats):
    row = dict(repeats[0])
    for part in ("gradient", "update"):
        row[part] = {name: [repeat[part][name] for repeat in repeats] for name in ("ms", "ratio")}
    return row


def markdown(rows) -> str:
    """The rows as a table; without PyTorch its columns are empty."""
    lines = [
        f"| cell | type | T | n | gradient: {OURS}, ms | PyTorch | whole update: {OURS}, ms | PyTorch |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        cells = [row["cell"], row["dtype"], str(row["T"]), str(row["n"])]
        for part in ("gradient", "update"):
            cells += [digits(float(np.median(row[part]["ms"])), 3), _spread(row[part]["ratio"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _spread(values) -> str:
    """The median, and the smallest and the largest beside it where they are printed differently."""
    if None in values:
        return ""
    middle, low, high = (f"{float(of(values)):.2f}" for of in (np.median, np.min, np.max))
    return middle if low == high else f"{middle} ({low}–{high})"
