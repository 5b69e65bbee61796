"""Whether what a run, an ensemble or a comparison holds is what its scenario gives.

First all that has a checksum is read, and what follows from the scenario and the members is worked out anew: id, names and
tables. Then some members are computed anew from the scenario that lies beside them, and every bit is compared. Whoever
alters a value and its checksum is found by the last alone, so the members are chosen by the one who asks: the members are
cut into as many stretches as are asked for, and one of each is drawn.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from havenward import __version__
from havenward.ensemble.compare import Comparison
from havenward.ensemble.compare_table import table
from havenward.ensemble.compared import figures_of, small_homes
from havenward.ensemble.entry import RECORDS, found, sides_of
from havenward.ensemble.named import Wanted
from havenward.ensemble.place import Place
from havenward.ensemble.recorded import Difference, Recorded, differences
from havenward.ensemble.recorded_ensemble import RecordedEnsemble
from havenward.ensemble.recorded_run import RecordedRun
from havenward.ensemble.tables import csv_of
from havenward.run.engine import Progress
from havenward.run.machine import libraries, processor
from havenward.run.request import RunError
from havenward.run.siege_case import SiegeCase


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        where: the folder or address.
        version: the release that made it.
        promise: what is promised of another computation here: the same bits, or only the same law.
        because: what differs between what made it and what is here.
        members: those that were computed anew; none where a fault was found before, or by another release.
        faults: what is damaged, or does not follow from the rest.
        differences: where members are not what the scenario gives.
    """

    where: str
    version: str
    promise: str
    because: list[str]
    members: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether members were computed anew, and nothing is wrong."""
        return bool(self.members) and not self.faults and not self.differences


def parts_of(where: str) -> list[Recorded]:
    """Return what lies at a place: one run or ensemble, or every side of a comparison.

    Raises:
        RunError: nothing that was finished, a study, or a record that is damaged.
    """
    place = Place.at(where)
    kind, _ = found(place)
    if kind == "study":
        wrong = f"{place.url} holds a sensitivity study, which is neither verified nor made again from its folder"
        raise RunError(f"{wrong}: the command that made it looks at every block when it is called with --resume")
    if kind == "comparison":
        return [RecordedEnsemble.of(f"{place.url}/{name}") for name in sides_of(place)]
    return [RecordedRun.of(Path(place.url)) if kind == "run" else RecordedEnsemble.of(place.url)]


def verify(kept: Recorded, number: int | None, seed: int, progress: Progress) -> Verdict:
    """Return what is found of members that are kept.

    Args:
        kept: where.
        number: how many are computed anew; None for all.
        seed: of the choice of members.
        progress: told of members, of those that are read and then of those that are computed.

    Raises:
        RunError: the place cannot be read.
    """
    because = differs(kept.record)
    same_release = kept.record["version"] == __version__
    verdict = Verdict(kept.where, str(kept.record["version"]), "law" if because else "bits", because)
    verdict.faults.extend(kept.damaged(progress))
    if same_release and not verdict.faults:
        verdict.faults.extend(kept.contradicted())
    if same_release and not verdict.faults:
        verdict.members.extend(sample(kept.members, number or kept.members, seed))
        verdict.differences.extend(differences(kept, verdict.members, kept.recomputed, progress))
    return verdict


def told_wrongly(where: str, sides: Sequence[Recorded]) -> list[str]:
    """Return what a comparison tells that its sides do not come to: its table, and its named quantities.

    Args:
        where: what lies there; of a run or an ensemble there is nothing to tell.
        sides: of `parts_of`; they hold.

    Raises:
        RunError: its record is damaged, or a side cannot be read.
    """
    place = Place.at(where)
    kind, content = found(place)
    if kind != "comparison":
        return []
    ensembles = [side for side in sides if isinstance(side, RecordedEnsemble)]
    base, *edited = [side.store for side in ensembles]
    cases = [side.rules.case for side in ensembles]
    small = {name for case in cases if isinstance(case, SiegeCase) for name in small_homes(case)}
    try:
        told, members = json.loads(content)["edits"], sides[0].members
        compared = {words: Comparison.of(base, side, members) for words, side in zip(told, edited, strict=True)}
        named = {words: {name: Wanted.read(name) for name in edit["quantities"]} for words, edit in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{place.url}/{RECORDS[kind]} is damaged ({error}); make the comparison anew") from error
    faults = []
    if place.read("comparison.csv") != csv_of(table(compared, small)):
        faults.append(f"{place.url}/comparison.csv is not what its sides come to")
    for words, comparison in compared.items():
        for name, wanted in named[words].items():
            if told[words]["quantities"][name] != figures_of(comparison.total(wanted)):
                faults.append(f"{place.url}/{RECORDS[kind]}: {name} with {words} is not what its sides come to")
    return faults


def sample(members: int, number: int, seed: int) -> list[int]:
    """Return the numbers of some members: one of each of `number` stretches, as even as can be."""
    drawn, number = random.Random(seed), min(number, members)
    edges = [k * members // number for k in range(number + 1)]
    return [drawn.randrange(start, stop) for start, stop in pairwise(edges)]


def differs(record: Mapping[str, Any]) -> list[str]:
    """Return in what this machine and its programs are not those that made a run; if in nothing, bits are promised."""
    here, cpu = processor(), record.get("cpu", {})
    told = {"release": (record.get("version"), __version__)}
    told |= {name: (record.get("libraries", {}).get(name), version) for name, version in libraries().items()}
    told |= {"processor": (cpu.get("family"), here["family"])}
    found = [f"{name} {then} then, {now} now" for name, (then, now) in told.items() if then != now]
    if not found and sorted(cpu.get("features", [])) != here["features"]:
        found.append("other features of the processor")
    return found
