"""A run or an ensemble once more, from the scenario, the edits and the plan that lie in its own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from havenward import __version__
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.place import Place
from havenward.ensemble.recorded import Difference, Recorded, differences
from havenward.ensemble.recorded_ensemble import RecordedEnsemble
from havenward.ensemble.recorded_run import RecordedRun
from havenward.ensemble.store import EnsembleStore
from havenward.run.engine import Progress
from havenward.run.folder import run_to_folder
from havenward.run.reading import SCENARIO
from havenward.run.request import RunError


def run_again(kept: RecordedRun, out: Path, progress: Progress) -> dict[str, Any]:
    """Run once more what lies in a run folder, into another; return its record.

    Raises:
        RunError: the scenario or the record is damaged, or the other folder is there already.
    """
    return run_to_folder(kept.prepared.case, kept.folder / SCENARIO, out, kept.request, progress)


def ensemble_again(kept: RecordedEnsemble, out: str) -> Ensemble:
    """Lay an ensemble out once more, at another place, with the same plan; or go on with one that was.

    Raises:
        RunError: its files are not those that it was planned with, or another ensemble lies at the other place.
    """
    rules, place = kept.rules, Place.at(out)
    plan = kept.store.plan.model_copy(update={"version": __version__})
    there = EnsembleStore.find(place)
    if there is not None and (differs := there.plan.differs(plan)):
        raise RunError(f"{out} holds another ensemble, which differs in {', '.join(differs)}; give another --out")
    files = {name: kept.store.place.read(name) or b"" for name in kept.store.plan.files}
    return Ensemble(EnsembleStore.begin(place, plan, rules, files))


def held_against(kept: Recorded, again: Recorded, progress: Progress) -> list[Difference]:
    """Return where members that were run once more differ in any bit, as far as the first run got.

    Raises:
        RunError: there are not as many.
    """
    if kept.members > again.members:
        raise RunError(f"{again.where} has {again.members} members, and {kept.where} {kept.members}; go on with --resume")
    if isinstance(kept, RecordedRun) and isinstance(again, RecordedRun):
        again = again.until(kept.record["days"])
    return differences(kept, range(kept.members), again.stored, progress)
