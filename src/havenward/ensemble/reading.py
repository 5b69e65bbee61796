"""Opens an ensemble, or a comparison, for whoever looks at what it came to.

Nothing is believed unseen: what is not finished, or damaged, is refused in one sentence. Values are read later, a few labels
at a time; every chunk bears a sum of its own, by which an altered one is found then. What a store cannot tell by itself is
that a shard is lost, which it reads as nought: whether all are there is looked at here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from havenward.ensemble.compare import Comparison
from havenward.ensemble.ensemble import RECORD
from havenward.ensemble.kept import Rules, kind_of
from havenward.ensemble.layout import Checksum, shards_of
from havenward.ensemble.place import Place
from havenward.ensemble.store import OUTCOME, Commit, EnsembleStore
from havenward.ensemble.work import at_work
from havenward.guard.tiers import BANNERS, stricter
from havenward.run.case import Case
from havenward.run.outcome import coordinates
from havenward.run.reading import Said, faults_of
from havenward.run.request import RunError
from havenward.scenario.schema import Tier

COMPARED, BASE = "comparison.json", "base"
"""What a comparison comes to, and the folder of its base; those of its edits are edit-1, edit-2 and so on."""

MEND = "the command that began it goes on with --resume"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Kept:
    """A finished ensemble.

    Attributes:
        store: where its members are read.
        record: what ensemble.json holds.
        case: what was run.
        frame: coordinates of an outcome with its days, and the capacity of its camps.
        members: that are there, from the first on.
    """

    store: EnsembleStore
    record: Mapping[str, Any]
    case: Case
    frame: xr.Dataset
    members: int


class EditTold(BaseModel):
    """What a comparison says of an edit."""

    model_config = ConfigDict(extra="allow")

    edits: list[dict[str, Any]]
    quantities: dict[str, Any]
    variance_ratio: float | None


class ComparisonTold(BaseModel):
    """The keys of comparison.json without which a comparison cannot be told."""

    model_config = ConfigDict(extra="allow")

    tier: Tier
    run_id: str
    members: int = Field(ge=2)
    edits: dict[str, EditTold] = Field(min_length=1)


@dataclass(frozen=True)
class KeptComparison:
    """A finished comparison.

    Attributes:
        told: what comparison.json holds.
        base: the scenario as it is.
        edited: a side for each edit, in their order.
    """

    told: ComparisonTold
    base: Kept
    edited: Sequence[Kept]


def open_ensemble(url: str) -> Kept:
    """Return the ensemble in a place.

    Raises:
        RunError: there is none, it is not finished, or it is damaged.
    """
    store, rules = at_work(url)
    record = checked(store.place, RECORD, Said, f"{url} is not finished, for it holds no {RECORD}; {MEND}")
    members: int = record["members_done"]
    check_there(store, rules, members)
    # a word in a file opens nothing that the scenario beside it keeps closed
    tier = stricter(record["tier"], rules.case.tier(dt.date.today()))
    record |= {"tier": tier, "banner": BANNERS[tier]}
    return Kept(store, record, rules.case, coordinates(rules.ruleset, store.plan.run(), rules.case.series), members)


def open_comparison(folder: Path) -> KeptComparison:
    """Return the comparison in a folder.

    Raises:
        RunError: it is not finished, or damaged.
    """
    place = Place.at(str(folder))
    lacking = f"{folder} is not finished, for it holds no {COMPARED}; {MEND}"
    told = ComparisonTold.model_validate(checked(place, COMPARED, ComparisonTold, lacking))
    sides = [open_ensemble(str(folder / name)) for name in (BASE, *(f"edit-{k + 1}" for k in range(len(told.edits))))]
    for side in sides[1:]:
        Comparison.of(sides[0].store, side.store, told.members)
    for side, edits in zip(sides, ([], *(edit.edits for edit in told.edits.values())), strict=True):
        if side.case.edits.rows() != edits or side.members < told.members:
            raise RunError(f"{folder / COMPARED} and {side.store.place.url} do not belong together; {MEND}")
    if sides[0].record["run_id"] != told.run_id:
        raise RunError(f"{folder / COMPARED} and {sides[0].store.place.url} do not belong together; {MEND}")
    tier = stricter(told.tier, *(side.record["tier"] for side in sides))
    return KeptComparison(told.model_copy(update={"tier": tier}), sides[0], sides[1:])


def checked(place: Place, name: str, model: type[Model], lacking: str) -> dict[str, Any]:
    """Return what a file holds that must be there."""
    content = place.read(name)
    if content is None:
        raise RunError(lacking)
    try:
        return model.model_validate_json(content).model_dump()
    except ValidationError as error:
        raise RunError(f"{place.url}/{name} is damaged: {faults_of(error)}; {MEND}") from error


def check_there(store: EnsembleStore, rules: Rules, members: int) -> None:
    """Refuse a store from which a block or a shard is lost; a shard that would hold nothing but noughts is never written."""
    commits = {commit.block: commit for commit in store.commits()}
    files = store.place.below(OUTCOME)

    @cache
    def noughts(name: str, draws: int) -> str:
        nobody = np.zeros((draws, *rules.shape(name)), dtype=kind_of(store.plan.run(), rules.variables[name]))
        return Checksum(nobody.shape, nobody.dtype).add(nobody).told

    def there(commit: Commit, name: str) -> bool:
        lacking = [shard for shard in shards_of(rules, commit.block, name) if shard not in files]
        # where shards are lacking that held nothing, the rest has to have the sum that was committed
        return not lacking or commit.checksums.get(name) == noughts(name, commit.members) or store.is_sound(commit)

    for block in range(-(-members // store.plan.block)):
        if block not in commits or not all(there(commits[block], name) for name in rules.variables):
            raise RunError(f"block {block} of {store.place.url} is lost or damaged; {MEND}")
