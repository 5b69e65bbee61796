"""What the sections of any page are made from, and how they are made one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.report.detail import Detail
from havenward.report.facts import Facts

if TYPE_CHECKING:
    # what draws needs half a second to load, which a refused report is spared
    from havenward.report.page import Section

INTERVAL = "Median (80 % interval)"
ONE_DRAW = "The run has one simulated future, so no figure can be given with an interval, and none is given."

Make = Callable[[], "Section | None"]
Progress = Callable[[str, float], None]
"""Is told what is being done, and the share of the work that is done."""


@dataclass(frozen=True)
class Common:
    """What every section needs, whatever the rules of the run."""

    record: Mapping[str, Any]
    facts: Facts
    told: Detail
    folder: Path

    def path(self, what: str, extension: str = "png") -> Path:
        """Where a file of the report goes; its name carries the tier."""
        return self.folder / self.facts.name(what, extension)

    def withheld(self, anchor: str, title: str) -> Section | None:
        """The section that stands where the tier forbids one."""
        from havenward.report.page import Section

        if self.told.allows(anchor):
            return None
        return Section(anchor, title, texts=[self.told.withheld[anchor]])


def made(parts: Sequence[tuple[str, Make]], progress: Progress) -> list[Section]:
    """Makes section after section and says what is being done; a part that has nothing to say is left out."""
    sections = []
    for number, (what, make) in enumerate(parts):
        progress(what, (number + 1) / (len(parts) + 1))
        sections.append(make())
    return [section for section in sections if section is not None]
