"""What decides bits beside the program itself: the processor and the libraries that compute."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from llvmlite import binding

LIBRARIES = ("numpy", "scipy", "numba", "llvmlite")


def processor() -> dict[str, Any]:
    """Return the machine, and the family and features for which kernels are compiled, as LLVM names them."""
    return {
        "machine": platform.machine(),
        "processor": platform.processor(),
        "system": platform.system(),
        "family": binding.get_host_cpu_name(),
        "features": sorted(name for name, there in binding.get_host_cpu_features().items() if there),
    }


def libraries() -> dict[str, str]:
    """Return the versions of the libraries that compute."""
    return {name: version(name) for name in LIBRARIES}
