"""Doing a part of an ensemble: whoever can reach its place needs nothing else."""

from __future__ import annotations

import hashlib
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from havenward import __version__
from havenward.ensemble.design import DESIGN, Design
from havenward.ensemble.everything import keep
from havenward.ensemble.kept import Rules
from havenward.ensemble.place import Place
from havenward.ensemble.plan import EnsemblePlan
from havenward.ensemble.store import EDITS, PLAN, SCENARIO, Commit, Draft, EnsembleStore
from havenward.model.siege.requirements import SIEGE
from havenward.run.case import Case
from havenward.run.flee_case import FleeCase
from havenward.run.kinds import case_of
from havenward.run.request import RunError
from havenward.scenario.edits.read import edited, read_edits
from havenward.scenario.flee.folder import is_flee_folder
from havenward.scenario.flee.read import read_flee
from havenward.scenario.read import load


def do_block(url: str, block: int) -> Commit:
    """Turn the members of a block and commit it.

    Raises:
        RunError: there is no ensemble, it was planned by another release, its files are not those that it was planned with,
            or the store cannot be written.
        OrderError: the run cannot go on with these assumptions.
        Vanished: people were lost or invented.
    """
    store, rules = at_work(url)
    if store.plan.version != __version__:
        raise RunError(f"{url} was planned by release {store.plan.version}, and this is {__version__}; bits may differ")
    began = time.process_time()
    draft = Draft(store, rules, block)
    tally = keep(rules, store.plan.run(block), draft.write)
    return draft.commit(time.process_time() - began, sorted(tally.approximations))


def at_work(url: str) -> tuple[EnsembleStore, Rules]:
    """Return an ensemble and its compiled rules, which a process compiles once.

    The plan is read each time: another may lie there by now, or none, when the store was taken away.

    Raises:
        RunError: there is no ensemble, or its files are not those that it was planned with.
    """
    store = EnsembleStore.find(Place.at(url))
    if store is None:
        raise RunError(f"{url} holds no {PLAN}, so no ensemble lies there")
    return _compiled(store.place, store.plan.model_dump_json())


@lru_cache(maxsize=2)
def _compiled(place: Place, planned: str) -> tuple[EnsembleStore, Rules]:
    plan = EnsemblePlan.model_validate_json(planned)
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        for name, expected in plan.files.items():
            content = place.read(name)
            if content is None or hashlib.sha256(content).hexdigest() != expected:
                wrong = f"{place.url}/{name} is not the file that the ensemble was planned with"
                raise RunError(f"{wrong}; the same command with --resume puts it back")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        case = case_in(folder, plan.level, plan.public_sources, plan.name)
        design = Design.read(plan.study, (folder / DESIGN).read_bytes()).members if plan.study else None
        return EnsembleStore(place, plan), Rules.of(case, plan.run(), plan.changes, plan.store, design)


def case_in(folder: Path, level: str, public_sources: str, name: str) -> Case:
    """Return the case whose scenario and edits lie in a folder; a Flee folder has no name of its own, so it is given."""
    scenario = folder / SCENARIO
    if is_flee_folder(scenario):
        flee = FleeCase(name, read_flee(scenario))
        return case_of(flee, level or None, public_sources or None)  # type: ignore[arg-type]
    base = load(scenario, SIEGE)
    if not (folder / EDITS).exists():
        return case_of(base)
    edits = read_edits(folder / EDITS)
    made, _ = edited(base, edits, SIEGE)
    return case_of(made, edits=edits)
