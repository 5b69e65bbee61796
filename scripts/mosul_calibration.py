"""Parameters set by hand, and the rates that the model is held against, of the `mosul` scenario."""

from __future__ import annotations

from collections.abc import Iterator

from mosul_tables import origin, read


def assumptions() -> Iterator[dict[str, object]]:
    """Rows of `assumptions.csv`."""
    return _plain("calibrated")


def targets() -> Iterator[dict[str, object]]:
    """Rows of `targets.csv`."""
    return _plain("targets")


def _plain(stem: str) -> Iterator[dict[str, object]]:
    for record in read(stem):
        plain = {k: v for k, v in record.items() if k not in ("label", "source", "reason")}
        yield {**plain, **origin(record)}
