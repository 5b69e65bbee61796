"""SALib, which is an extra: samples and analyses of sensitivity studies."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from havenward.run.request import RunError


def salib(part: str) -> Any:
    """Return a part of SALib, such as `analyze.sobol`.

    Raises:
        RunError: it is not installed.
    """
    try:
        return import_module(f"SALib.{part}")
    except ImportError:
        raise RunError("a sensitivity study needs SALib: pip install 'havenward[sensitivity]'") from None
