"""What the report of a comparison is made from: both sides of each edit, as far as the tier lets them be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from havenward.ensemble.compare import LOST, parts_of
from havenward.ensemble.compared import Opened, check_edits, check_wanted, notes, parts_told
from havenward.ensemble.named import Wanted
from havenward.ensemble.reading import KeptComparison
from havenward.guard.warnings import caution
from havenward.report.compare.pair import Pair
from havenward.report.detail import Detail
from havenward.report.ensemble import case_of, facts_of, summed
from havenward.report.facts import day_text
from havenward.report.siege import Material, edits_told
from havenward.report.stored import Key, Memory, StoredSums
from havenward.report.sums import Values
from havenward.run.siege_case import SiegeCase
from havenward.scenario.edits.ways import OpenCorridor

TITLES = {
    "arrived": "Arrived at the crossings",
    "waiting": "Waiting at the crossings",
    "in_camp": "In camps and emergency sites",
    "in_host": "With host communities",
    "returned": "Returned",
}
"""Quantities that are told unless others are named, as a reader calls them."""


@dataclass(frozen=True)
class Side:
    """The scenario with some edits made to it."""

    number: int
    case: SiegeCase
    sums: StoredSums
    told: Detail
    worth: float | None
    """Variance of the difference of members that are no pairs, over that of pairs; None where that cannot be said."""
    corridors: Sequence[Opened]
    """Those that it opens, and the parts of their effect that may be told."""

    @property
    def name(self) -> str:
        """Short, for charts and the heads of tables."""
        return f"Edit {self.number}"

    @property
    def what(self) -> str:
        """What it does, in a few words."""
        made = self.case.edits.made
        return made[0].edit.replace("_", " ") if len(made) == 1 else f"{len(made)} edits made together"

    @property
    def title(self) -> str:
        """Its name, what it does, and from when."""
        return f"{self.name}: {self.what}, from {day_text(self.first)}"

    @property
    def first(self) -> dt.date:
        """The first day on which anything is changed."""
        return min(edit.date for edit in self.case.edits.made)

    @property
    def lines(self) -> list[str]:
        """Its edits, a line each, as far as they may be told."""
        return edits_told([edit.told for edit in self.case.edits.made], self.told)

    @property
    def notes(self) -> list[str]:
        """What must be said of the parts of its corridors' effects."""
        return notes(self.case, self.corridors)

    @property
    def caution(self) -> str:
        """What must be said beside its results."""
        return caution(self.case.scenario.header)


@dataclass(frozen=True)
class Named:
    """A named quantity of one side."""

    wanted: Wanted
    flow: bool
    """Whether it is a flow over all days; else a stock on the last."""
    pair: Pair

    @property
    def title(self) -> str:
        """What it is, in words."""
        what = TITLES.get(self.wanted.quantity, self.wanted.quantity.replace("_", " ").capitalize())
        return what if self.wanted.site is None else f"{what}: {self.wanted.site.replace('>', ' to ')}"


@dataclass(frozen=True)
class ComparisonMaterial(Material):
    """What every section is made from; `record`, `scenario` and `sums` are those of the base."""

    sums: StoredSums
    sides: Sequence[Side]
    wanted: Sequence[Wanted]

    def named(self, side: Side) -> list[Named]:
        """The named quantities that may be told of a side, and of which there is anybody."""
        found = [self._named(side, one) for one in self.wanted if side.told.tells(one.site)]
        return [one for one in found if one.pair.anybody]

    def _named(self, side: Side, wanted: Wanted) -> Named:
        kinds = ("quantity", "stage") if wanted.site is None else ("at", "at")
        name = (wanted.quantity,) if wanted.site is None else (wanted.site, wanted.quantity)
        moves, stands = ((kind, *name) for kind in kinds)
        # some stages have the name of the flow that leads there; these are told once
        flow = any(moves in sums.flows_at_ends.rows for sums in (self.sums, side.sums))
        read = over_run(moves) if flow else at_last(stands)
        return Named(wanted, flow, self.pair(side, read))

    def pair(self, side: Side, read: Callable[[StoredSums], Values]) -> Pair:
        """Persons on both sides, as they are read."""
        return Pair(read(self.sums), read(side.sums))

    def parts(self, side: Side, corridor: OpenCorridor, names: Sequence[str]) -> dict[str, Pair]:
        """The parts of what an opened corridor does that may be told, of persons over the whole run."""
        out = self.pair(side, over_run(("quantity", "left_home")))
        this_way = self.pair(side, over_run(("way", "left_home", corridor.from_place, corridor.crossing, "")))
        lost = self.pair(side, over_run(*(("quantity", name) for name in LOST)))
        parts = parts_of(*((both.base, both.edited) for both in (out, this_way, lost)))
        # how many set out by one way is not told by tiers that join ways
        told = names if side.told.full else [name for name in names if name != "diversion"]
        return {name: Pair(*parts[name]) for name in told}


def over_run(*keys: Key) -> Callable[[StoredSums], Values]:
    """Reads (draw,) persons of some flows over the whole run."""
    return lambda sums: np.asarray(sums.flows_at_ends.over_time(keys).sum(axis=1))


def at_last(key: Key) -> Callable[[StoredSums], Values]:
    """Reads (draw,) persons of a stock on the last day."""
    return lambda sums: sums.stocks_at_ends.of(*key)[:, -1]


def comparison_material(kept: KeptComparison, folder: Path, today: dt.date, reason: str) -> ComparisonMaterial:
    """What the report of a comparison is made from, as far as its tier lets it be told.

    Raises
    ------
    RunError
        if what was compared may not stand side by side.
    WithheldError
        if the tier forbids the report.
    """
    members = kept.told.members
    base_case, *cases = (case_of(side) for side in (kept.base, *kept.edited))
    check_edits(cases)
    corridors = parts_told(dict(zip(kept.told.edits, cases, strict=True)))
    wanted = [
        Wanted.read(text) for text in dict.fromkeys(name for edit in kept.told.edits.values() for name in edit.quantities)
    ]
    check_wanted(base_case, wanted)
    base, told = summed(replace(kept.base, members=members), kept.told.tier, today, reason, memory := Memory())
    sides = []
    for number, (words, case, side) in enumerate(zip(kept.told.edits, cases, kept.edited, strict=True), 1):
        sums, told_of_side = summed(replace(side, members=members), kept.told.tier, today, reason, memory)
        worth = kept.told.edits[words].variance_ratio
        sides.append(Side(number, case, sums, told_of_side, worth, corridors[words]))
    known = facts_of(kept.base, base)
    facts = replace(known, title=f"{known.title}: what edits change", tier=kept.told.tier)
    return ComparisonMaterial(kept.base.record, facts, told, folder, base_case.scenario, base, sides, wanted)
