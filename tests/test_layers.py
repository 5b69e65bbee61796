"""Who may import whom, and what `import havenward` may cost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("numba", "matplotlib", "pandas", "xarray", "zarr", "scipy", "networkx")
"""Libraries that take longer to import than the 0.3 seconds that `havenward --help` may take."""


def python(code: str) -> str:
    """Run a line in a fresh interpreter, in an empty environment as far as Python is concerned."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean, capture_output=True, text=True, check=True
    ).stdout


def test_the_contracts_of_the_layers_are_kept():
    """The contracts stand in pyproject.toml, section tool.importlinter."""
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("module", ["havenward", "havenward.cli", "havenward.cli.main", "havenward.core.orders"])
def test_importing_is_cheap(module):
    loaded = python(f"import {module}, sys; print(*sys.modules)").split()
    assert module in loaded
    assert not [name for name in HEAVY if name in loaded]


def test_nothing_is_compiled_at_import():
    """Kernels are compiled at their first call, not when a program starts."""
    modules = "havenward.solve.kernels", "havenward.solve.quantiles"
    lines = "; ".join(
        f"import {module} as m; print(sum(len(made.signatures) for made in vars(m).values() if hasattr(made, 'py_func')))"
        for module in modules
    )
    assert python(lines).split() == ["0", "0"]
