"""What the numbers were measured on, without any private name."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np


def describe() -> str:
    """Processor, number of cores, system, Python, BLAS and the versions of all peers, as one paragraph."""
    versions = []
    for package in ("numpy", "torch", "jax", "autograd", "matplotlib", "ipywidgets"):
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"{package} not installed")
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"{', '.join(versions)}, BLAS of NumPy: {blas['name']} {blas['version']}. "
        f"One thread for BLAS, PyTorch and JAX; float64."
    )


def _processor():
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = dict(line.split(":", 1) for line in info.read_text(encoding="utf-8").splitlines() if ":" in line)
        fields = {name.strip(): value.strip() for name, value in lines.items()}
        if "model name" in fields:
            cache = fields.get("cache size", "")
            return fields["model name"] + (f" ({cache} of cache a core)" if cache else "")
    return platform.processor() or platform.machine()
