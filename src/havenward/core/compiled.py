"""How loops are compiled: lazily (nothing at import), cached, serial, and free of the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., object])
UNCOUNTED: dict[str, Any] = {"_nrt": False}


def kernel(loop: Loop) -> Loop:
    """Compile a loop that makes no arrays: references to its arguments are not counted, which would cost more than it."""
    return cast(Loop, njit(loop, cache=True, nogil=True, error_model="numpy", **UNCOUNTED))


def allocating_kernel(loop: Loop) -> Loop:
    """Compile a loop that makes arrays of its own."""
    return cast(Loop, njit(loop, cache=True, nogil=True, error_model="numpy"))
