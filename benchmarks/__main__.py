"""`python -m benchmarks`: measure everything and write the page."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def one_thread() -> None:
    """One thread for every library: before any of them is imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"


def main(arguments=None) -> int:
    """Read the command line, run the sections, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that everything works")
    parser.add_argument("--fresh", action="store_true", help="forget what an interrupted run has measured")
    parser.add_argument("--no-sliders", action="store_true", help="leave the sliders out")
    parser.add_argument("--output", type=Path, default=HERE, help="folder for README.md and the pictures")
    options = parser.parse_args(arguments)
    one_thread()
    from . import every_window, floor, gated, gradients, memory, own_model, page, training_step
    from .store import Progress, Store

    options.output.mkdir(parents=True, exist_ok=True)
    store, progress = Store(options.output / ("quick.json" if options.quick else "partial.json")), Progress()
    if options.fresh:
        store.forget()
        store.values.clear()
    sections = {
        "gradients": gradients,
        "gated": gated,
        "training": training_step,
        "windows": every_window,
        "own model": own_model,
        "memory": memory,
        "floor": floor,
    }
    try:
        rows = {name: section.run(progress, store, options.quick) for name, section in sections.items()}
        if not (options.quick or options.no_sliders) and importlib.util.find_spec("benchmarks.sliders"):
            from . import sliders

            rows["sliders"] = store.get("sliders", lambda: sliders.run(progress))
    except KeyboardInterrupt:
        print(f"\ninterrupted; the same command goes on from {store.path.name}", file=sys.stderr)
        return 130
    page.write(options.output, rows)
    store.forget()
    progress(f"written: {options.output / 'README.md'}")
    print(file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
