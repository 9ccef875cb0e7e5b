"""The page of results: README.md and its pictures, from the rows of all sections."""

from __future__ import annotations

from pathlib import Path

from . import every_window, figures, floor, gated, gradients, machine, memory, own_model, training_step
from .case import TOLERANCE, TOLERANCE_FLOAT32

HEAD = """# Benchmarks

Made by `python -m benchmarks` (`make bench`): do not edit. An interrupted run goes on where it stopped.

{machine}

All peers are timed in turns, round after round, and a ratio is the median over the rounds of the peer's time divided by
ours in the same round: trust ratios, not milliseconds. What takes less than 20 ms is computed once untimed at its turn,
so that it finds its data in the cache, as in training; the garbage collector waits, as in `timeit`. Before anything is
timed, all peers must give the same loss and gradient to {tolerance:g}, in float32 to {float32:g}.
"""

GRADIENTS = """## One gradient

Forward pass, mean cross-entropy and backward pass of one tanh network with 8 inputs and 8 classes. The columns of the
peers are their time divided by the time of this package: above 1 this package is faster. JAX is timed compiled; how
long compiling takes, once for every shape, stands apart.

![Time of every peer over ours](ratios.png)

![Time against the number of steps](growth.png)

"""

GATED = """## Gated cells

The same for the LSTM and the GRU, against `nn.LSTM` and `nn.GRU`: PyTorch's time divided by the time of this package.

"""

TRAINING = """## A training step of a language model

A batch of 32 texts over 60 characters, one-hot, and 60 classes at every step. "Gradient" is forward pass, cross-entropy
and backward pass. "Whole update" is what a user calls: here `train`, which also counts right answers and keeps the
history, with the gradient shortened to norm {clip:g} and Adam; in PyTorch the layer, `nn.Linear`, `clip_grad_norm_` and
`optim.Adam`. PyTorch's time is divided by the time of this package, both in seconds of the processor. Gradients are
compared as above, and weights and means of Adam after {checked} updates to {tolerance:g}, in float32 to {float32:g}.
Measured {repeats} times over: the median, and in brackets the smallest and the largest.

"""

WINDOWS = """## Every window at once

Norm, direction and error of the truncated gradient for many windows τ, against PyTorch's truncated gradient once per
window. Sliding, in PyTorch: all losses as one batch, each started τ steps before it from the stored state. Chunked:
`nn.RNN` block by block with `detach`. Norms, cosines and errors are compared with PyTorch's before anything is timed.

"""

OWN_MODEL = """## The window of a network of one's own

`window_report` on a GRU as PyTorch draws it, float32, 60 characters drawn at random; with a larger bias of z, the gate
that keeps, it remembers longer. PyTorch runs every loss again from the detached state τ steps before it, for the same
windows: timed for 1, 2, 4, 8 … and the last, interpolated between them. Both in seconds of the processor; the errors of
these windows are compared before.

"""

MEMORY = """## Peak memory of one gradient

MiB that the process holds at its peak above what it held before, measured in a process for each peer (on Linux from
VmHWM, restarted before the gradient; elsewhere from the growth of the largest resident size). It includes what an
allocator holds back and what a library loads late; data, weights and compiled code are there before. "Allocated" is
what NumPy itself asked for at once, by tracemalloc. "States alone" are the T + 1 states, which every peer keeps.

![Peak memory over the size of the states](memory.png)

"""

FLOOR = """## The floor

One sequence, milliseconds. Where the network is small, time goes into calls, not into sums.

"""

SLIDERS = """## Sliders

"""


def write(folder, rows) -> None:
    """Write README.md and the pictures.

    Parameters
    ----------
    folder : Path
    rows : dict
        What the sections' `run` returned, by name: gradients, gated, training, windows, own model, memory, floor and,
        if measured, sliders.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    figures.save(figures.draw_ratios(rows["gradients"]), folder / "ratios.png")
    figures.save(figures.draw_growth(rows["gradients"], *_first_size(rows["gradients"])), folder / "growth.png")
    figures.save(figures.draw_memory(rows["memory"]), folder / "memory.png")
    parts = [
        HEAD.format(machine=machine.describe(), tolerance=TOLERANCE, float32=TOLERANCE_FLOAT32),
        GRADIENTS + gradients.markdown(rows["gradients"]),
        GATED + gated.markdown(rows["gated"]),
        training_section(rows["training"]),
        WINDOWS + every_window.markdown(rows["windows"]),
        OWN_MODEL + own_model.markdown(rows["own model"]),
        MEMORY + memory.markdown(rows["memory"]),
        FLOOR + floor.markdown(rows["floor"]),
    ]
    if "sliders" in rows:
        from . import sliders

        parts.append(SLIDERS + sliders.markdown(rows["sliders"]))
    (folder / "README.md").write_text("\n".join(parts), encoding="utf-8")


def training_section(rows) -> str:
    """The section of the training step."""
    head = TRAINING.format(
        clip=training_step.CLIP_NORM,
        checked=training_step.CHECKED,
        tolerance=training_step.TOLERANCE,
        float32=training_step.TOLERANCE_FLOAT32,
        repeats=training_step.REPEATS,
    )
    return head + training_step.markdown(rows)


def _first_size(rows):
    sizes = {(row["n"], row["B"]) for row in rows}
    return (16, 1) if (16, 1) in sizes else min(sizes)
