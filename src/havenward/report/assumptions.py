"""The assumptions of a run: every parameter with its range, where it comes from, and what was calibrated by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from havenward.scenario.schema import Scenario


@dataclass(frozen=True)
class Assumed:
    """One parameter; `low` and `high` are the 5 % and 95 % quantiles of what is believed, None where it is fixed."""

    name: str
    median: float
    low: float | None
    high: float | None
    unit: str
    label: str
    said: str
    """Source, meaning or remark."""

    def cells(self) -> list[str]:
        """The row of the table."""
        fixed = self.low is None or self.high is None or self.low == self.high
        spread = "fixed" if fixed else f"{self.low:g} to {self.high:g}"
        label = "calibrated by hand" if self.label == "calibrated" else self.label
        return [self.name.replace("_", " "), f"{self.median:g}", spread, self.unit, label, self.said]


def assumed(record: Mapping[str, Any], scenario: Scenario) -> list[Assumed]:
    """Every parameter that the run's record lists; from the scenario alone where the record lists none."""
    titles = {
        source.id: ", ".join(part for part in (source.title, source.publisher, source.date) if part)
        for source in scenario.sources
    }
    listed = record.get("parameters")
    if listed:
        return [
            Assumed(
                name=name,
                median=float(row["median"]),
                low=row.get("low"),
                high=row.get("high"),
                unit=row.get("unit", ""),
                label=row.get("label", "assumed"),
                said=together(row.get("meaning", ""), titles.get(row.get("source", ""), row.get("source", ""))),
            )
            for name, row in listed.items()
        ]
    return [
        Assumed(
            row.name, row.median, row.low, row.high, row.unit, row.label,
            together(row.note, titles.get(row.source, row.source)),
        )
        for row in scenario.assumptions
    ]  # fmt: skip


def together(*parts: str) -> str:
    """The parts that say something, parted by semicolons."""
    return "; ".join(part for part in parts if part)
