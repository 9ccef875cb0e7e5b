"""Peak memory of one gradient, by peer, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

from .case import make_case
from .peers import OURS, PEERS, installed

GRID = [(1000, 16, 1), (1000, 64, 32), (1000, 256, 32)]
QUICK = [(8, 3, 2)]


def run(progress, store, quick=False) -> list:
    """One row for each size: MiB by peer, measured, and what the states alone take."""
    rows = []
    names = [OURS, "textbook loop"] if quick else list(installed())
    for T, n, B in QUICK if quick else GRID:
        for name in names:
            progress(f"memory: T = {T}, n = {n}, B = {B}, {name}")
            store.get(f"memory {T} {n} {B} {name}", lambda: in_a_process(T, n, B, name))  # noqa: B023
        peak = {name: store.values[f"memory {T} {n} {B} {name}"] for name in names}
        rows.append({"T": T, "n": n, "B": B, "states": (T + 1) * n * B * 8 / 2**20, "peak": peak})
    return rows


def in_a_process(T, n, B, name) -> dict:
    """Start a process that measures one peer; it inherits the environment, and with it the single thread."""
    command = [sys.executable, "-m", "benchmarks.memory", str(T), str(n), str(B), name]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    if ran.returncode:
        raise RuntimeError(f"memory of {name}: the process failed: {ran.stderr[-500:]}")
    return json.loads(ran.stdout.splitlines()[-1])


def measure(T, n, B, name) -> dict:
    """In this process: MiB above what was resident before one gradient, at its peak.

    Data, weights and compiled code are there before; a gradient of two steps has been computed, so that libraries are
    loaded and thread pools started.
    """
    peer = PEERS[name][0]
    peer(make_case(2, n, B))[0]()
    run, _ = peer(make_case(T, n, B))
    before = restart_peak()
    answer = run()
    resident = (peak() - before) / 2**20
    del answer
    allocated = None
    if name in (OURS, "textbook loop"):
        tracemalloc.start()
        run()
        allocated = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
    return {"resident": resident, "allocated": allocated}


def restart_peak() -> int:
    """Resident bytes now; on Linux the kernel's record of the peak starts anew from here."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status("VmRSS") or peak()


def peak() -> int:
    """Most bytes resident since `restart_peak`, or since the start of the process where that cannot be known."""
    if (found := _status("VmHWM")) is not None:
        return found
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _status(field):
    path = Path("/proc/self/status")
    if not path.exists():
        return None
    line = next(line for line in path.read_text(encoding="ascii").splitlines() if line.startswith(field))
    return 1024 * int(line.split()[1])


def markdown(rows) -> str:
    """One table."""
    names = list(rows[0]["peak"])
    lines = [
        f"| T | n | B | states alone | {' | '.join(names)} | {OURS}: allocated | textbook loop: allocated |",
        "|--:|--:|--:|--:|" + "--:|" * (len(names) + 2),
    ]
    for row in rows:
        resident = " | ".join(f"{row['peak'][name]['resident']:.1f}" for name in names)
        allocated = " | ".join(f"{row['peak'][name]['allocated']:.1f}" for name in (OURS, "textbook loop"))
        lines.append(f"| {row['T']} | {row['n']} | {row['B']} | {row['states']:.1f} | {resident} | {allocated} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:4]), sys.argv[4])))
