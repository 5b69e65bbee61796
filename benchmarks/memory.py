"""Memory of a process, for drivers of any interpreter: needs the standard library only."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_mib() -> float:
    """Return the largest memory of this process so far. (Linux's `getrusage` also tells of the process that started it.)"""
    about = Path("/proc/self/status")
    if about.is_file():
        return int(about.read_text(encoding="ascii").split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
