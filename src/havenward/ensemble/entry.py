"""What the catalogue remembers of a run: taken from the folder that holds it, which stays the truth.

Nothing is taken that the folder's tier would not let others see: figures are remembered of public runs alone, and of edits
only their kinds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from havenward.ensemble.place import Place
from havenward.guard.disclosure import SMALLEST_SHOWN, Interval, span_text
from havenward.run.request import RunError
from havenward.scenario.schema import Tier

Kind = Literal["run", "ensemble", "comparison", "study"]
State = Literal["here", "changed", "gone", "elsewhere"]
RECORDS: dict[Kind, str] = {
    "run": "run.json",
    "ensemble": "ensemble.json",
    "comparison": "comparison.json",
    "study": "sensitivity.json",
}
"""The file by which a folder of each kind is known."""
BASE = "base"
"""The side of a comparison in which nothing is edited; the others are edit-1, edit-2 and so on."""
PARTS = ("sources", "screening", "parameters")
"""The ensembles of a sensitivity study, as far as they were asked for."""
RECEIVED = ("waiting", "in_screening", "in_transit", "in_camp", "in_host", "onward")
"""Stages of people who are to be received."""
Told = TypeVar("Told", bound=BaseModel)


class Record(BaseModel):
    """The keys that the records of runs and ensembles share."""

    run_id: str
    version: str
    made: str
    model: str
    scenario: str
    title: str
    tier: Tier
    solver: str
    members: int
    members_done: int
    seed: int
    days: int
    first_day: str
    last_day: str
    status: str
    interval: str
    caution: str
    edits: list[dict[str, Any]]
    final: dict[str, dict[str, float | None]]
    outcome_sha256: str = ""


class StudyRecord(Record):
    """The same of a sensitivity study, whose members are no sample of futures."""

    members_done: int = 0
    interval: str = "none: the members of a study are no sample of futures"
    final: dict[str, dict[str, float | None]] = {}


@dataclass(frozen=True)
class Entry:
    """A run, an ensemble, a comparison or a study in the catalogue.

    Attributes:
        id: of this entry: a hash of kind, run and place.
        run_id: of the run; the same request gives the same, wherever it lies.
        place: the whole path of its folder, or its address.
        edits: kinds of the edits that were made, with commas between.
        made: when, in UTC, as ISO 8601 writes it.
        version: the release that made it.
        outcome: SHA-256 of what members came to: of a run of the files of its outcome, else of the checksums of all blocks.
        record: SHA-256 of the file by which the folder is known: whether it is still the same.
        interval: what an interval over its members is of.
        caution: what must be said wherever a result is shown.
        figures: people who are to be received on the last day, by stage: 90 % of members; of public runs only.
    """

    id: str
    run_id: str
    kind: str
    place: str
    scenario: str
    title: str
    model: str
    tier: str
    solver: str
    members: int
    members_done: int
    seed: int
    first_day: str
    last_day: str
    days: int
    edits: str
    status: str
    made: str
    version: str
    outcome: str
    record: str
    interval: str
    caution: str
    figures: dict[str, str]

    @classmethod
    def of(cls, where: str | Path) -> Entry:
        """Return the entry of a folder or an address.

        Raises:
            RunError: nothing that was finished lies there, or its record is damaged.
        """
        place = Place.at(str(where))
        kind, content = found(place)
        if kind == "comparison":
            return cls._compared(place, content)
        if kind == "study":
            study = _read(StudyRecord, f"{place.url}/{RECORDS[kind]}", content)
            outcomes = "".join(_committed(Place.at(f"{place.url}/{part}")) for part in PARTS)
            done = study.model_copy(update={"members_done": study.members})
            return cls._from(kind, place, content, done, study.run_id, _hash(outcomes))
        one = _read(Record, f"{place.url}/{RECORDS[kind]}", content)
        outcome = one.outcome_sha256 or _committed(place)
        return cls._from(kind, place, content, one, one.run_id, outcome)

    @classmethod
    def _compared(cls, place: Place, content: bytes) -> Entry:
        """Return the entry of a comparison: what its base says of itself, and what all sides came to."""
        sides = {name: Place.at(f"{place.url}/{name}") for name in sides_of(place)}
        records = {name: _side(side) for name, side in sides.items()}
        base = records[BASE]
        ids = "".join(record.run_id for record in records.values())
        told = base.model_copy(
            update={
                "title": _read(_Title, f"{place.url}/{RECORDS['comparison']}", content).title,
                "made": max(record.made for record in records.values()),
                "members_done": min(record.members_done for record in records.values()),
                "status": max((record.status for record in records.values()), key=lambda status: status != "complete"),
                "caution": "\n".join(dict.fromkeys(one.caution for one in records.values() if one.caution)),
                "edits": [edit for record in records.values() for edit in record.edits],
                "final": {},
            }
        )
        outcomes = "".join(_committed(side) for side in sides.values())
        return cls._from("comparison", place, content, told, _hash(ids)[:12], _hash(outcomes))

    @classmethod
    def _from(cls, kind: Kind, place: Place, content: bytes, told: Record, run_id: str, outcome: str) -> Entry:
        return cls(
            id=_hash(f"{kind} {run_id} {place.url}")[:12],
            run_id=run_id,
            kind=kind,
            place=place.url,
            scenario=told.scenario,
            title=told.title,
            model=told.model,
            tier=told.tier,
            solver=told.solver,
            members=told.members,
            members_done=told.members_done,
            seed=told.seed,
            first_day=told.first_day,
            last_day=told.last_day,
            days=told.days,
            edits=", ".join(dict.fromkeys(str(edit.get("edit", "")) for edit in told.edits)),
            status=told.status,
            made=told.made,
            version=told.version,
            outcome=outcome,
            record=hashlib.sha256(content).hexdigest(),
            interval=told.interval,
            caution=told.caution,
            figures=_figures(told) if told.tier == "public" else {},
        )

    @property
    def state(self) -> State:
        """Whether the folder is there as it was entered. What lies on another machine is not looked for there."""
        if "://" in self.place:
            return "elsewhere"
        try:
            content = (Path(self.place) / RECORDS[self.kind]).read_bytes()  # type: ignore[index]
        except (OSError, KeyError):
            return "gone"
        return "here" if hashlib.sha256(content).hexdigest() == self.record else "changed"


class _Title(BaseModel):
    title: str


def found(place: Place) -> tuple[Kind, bytes]:
    """Return what kind of thing lies at a place, and its record.

    Raises:
        RunError: nothing that was finished.
    """
    for kind, name in RECORDS.items():
        content = place.read(name)
        if content is not None:
            return kind, content
    raise RunError(f"{place.url} holds no {', '.join(RECORDS.values())}, so no finished run lies there; give another folder")


def sides_of(place: Place) -> list[str]:
    """Return the names of a comparison's sides, the base first.

    Raises:
        RunError: there is no base or nothing beside it.
    """
    names = place.names("")
    edited = [f"edit-{k}" for k in range(1, len(names)) if f"edit-{k}" in names]
    if BASE not in names or not edited:
        raise RunError(f"{place.url} lacks its side {BASE if BASE not in names else 'edit-1'}; make the comparison anew")
    return [BASE, *edited]


def _side(place: Place) -> Record:
    kind, content = found(place)
    return _read(Record, f"{place.url}/{RECORDS[kind]}", content)


def _read(kind: type[Told], name: str, content: bytes) -> Told:
    """Return a record that is checked.

    Raises:
        RunError: it is damaged; the message names its file and key.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise RunError(f"{name} is damaged{f' at {key}' if key else ''}: {fault['msg']}; make it anew") from error


def _committed(place: Place) -> str:
    """Return the hash of what the blocks of an ensemble came to, as their commits say."""
    digest = hashlib.sha256()
    for name, content in sorted(place.contents("commits").items()):
        try:
            sums: Mapping[str, str] = json.loads(content)["checksums"]
        except (ValueError, KeyError, TypeError):
            continue
        digest.update(json.dumps([name, sorted(sums.items())]).encode())
    return digest.hexdigest()


def _figures(told: Record) -> dict[str, str]:
    """Return the people of each stage who are to be received; none where members bear no interval."""
    if told.interval.startswith("none"):
        return {}
    figures = {}
    for stage in RECEIVED:
        final = told.final.get(stage, {})
        low, high = final.get("q05"), final.get("q95")
        if low is not None and high is not None and high >= SMALLEST_SHOWN:
            figures[stage] = span_text(Interval(final.get("mean") or 0.0, low, high))
    return figures


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
