"""An ensemble from its plan to its summary: what is missing is done, by whomever, and nothing that is there is lost.

ensemble = Ensemble.begin(case, locate("toy"), "runs/toy", Request(members=1000))
for state in ensemble.turn(Processes(2)):
    print(state.done, "of", state.members)
ensemble.finish()
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from havenward.ensemble.design import DESIGN, Design
from havenward.ensemble.executors import Executor
from havenward.ensemble.kept import Keeping, Rules
from havenward.ensemble.place import Place
from havenward.ensemble.plan import BLOCK, EnsemblePlan
from havenward.ensemble.stop import Known
from havenward.ensemble.store import EDITS, OUTCOME, PLAN, SCENARIO, Commit, EnsembleStore
from havenward.ensemble.summary import summarise
from havenward.ensemble.work import at_work
from havenward.guard.audit import AuditError, log_export
from havenward.run.attributes import attributes_of
from havenward.run.case import Case
from havenward.run.columns import meanings
from havenward.run.described import conserved, how_made
from havenward.run.prepared import Prepared
from havenward.run.request import Request, RunError
from havenward.run.summary import final_stocks
from havenward.run.table_files import About, Texts, write_csv, write_workbook

RECORD, SUMMARY, WORKBOOK = "ensemble.json", "summary.csv", "summary.xlsx"
WHOLE = (0, 1)
"""The part that is everything."""
ALL = Known()
"""All members count."""
GIVE_UP = 8
"""Blocks that fail one after the other until the rest is not tried: a disk is full, or a store is away."""


@dataclass(frozen=True)
class State:
    """How far an ensemble is.

    Attributes:
        members: planned, of the part that is done.
        done: committed, with those that were there before.
        resumed: of them, those that were there before.
        failed: whose block failed.
        seconds: since work began.
        why: the last failure, if any.
    """

    members: int
    done: int
    resumed: int
    failed: int
    seconds: float
    why: str = ""

    @property
    def rate(self) -> float:
        """Members a second."""
        return (self.done - self.resumed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """Seconds until the rest is done at this rate; infinite where nothing is known."""
        left = self.members - self.done - self.failed
        return left / self.rate if self.rate > 0 else (0.0 if left == 0 else float("inf"))


@dataclass
class Ensemble:
    """An ensemble where it lies.

    Attributes:
        store: its plan and its members.
    """

    store: EnsembleStore
    _sound: set[int] = field(init=False, default_factory=set)
    _done: set[int] = field(init=False, default_factory=set)
    _state: State | None = field(init=False, default=None)

    @classmethod
    def begin(
        cls,
        case: Case,
        source: Path,
        url: str,
        request: Request,
        block: int = BLOCK,
        store: Keeping = "headline",
        *,
        resume: bool = False,
        design: Design | None = None,
    ) -> Ensemble:
        """Lay an ensemble out, or go on with the same one, which may be given more members.

        Args:
            case: what is run.
            source: the folder that it was read from.
            url: where the ensemble lies: a folder of this machine or of a store that fsspec knows.
            request: what is run.
            block: members that are turned and kept together.
            store: whether the figures of the summary are kept of each, or every day of every series too.
            resume: whether an ensemble that lies there already may be gone on with.
            design: a study whose rows are the members, however many are asked for.

        Raises:
            RunError: the request is impossible, or another ensemble lies there.
        """
        place = Place.at(url)
        if place.is_file:
            raise RunError(f"{url} is a file; give a folder by --out")
        files, study = _files(case, source), None
        if design is not None:
            files[DESIGN], study = design.text(), design.study
            request = replace(request, members=study.members)
        plan = EnsemblePlan.of(case, request, files, block, store, study)
        there = EnsembleStore.find(place)
        if there is None:
            begun = {SCENARIO, EDITS, DESIGN, OUTCOME} if resume else set()
            if not begun.issuperset(place.names("")):
                raise RunError(f"{url} is there already, and holds no {PLAN}; give another --out, or empty it")
        elif not resume:
            raise RunError(f"{url} holds an ensemble already; go on with it by --resume, or give another --out")
        elif differs := there.plan.differs(plan):
            wrong = f"{url} holds another ensemble, which differs in {', '.join(differs)}"
            raise RunError(f"{wrong}; ask for the same, or give another --out")
        elif there.plan.members > plan.members:
            wrong = f"{url} is planned with {there.plan.members:,} members, and an ensemble only grows"
            raise RunError(f"{wrong}; ask for as many or more, or give another --out")
        return cls(EnsembleStore.begin(place, plan, Rules.of(case, plan.run(), plan.changes, store), files))

    @classmethod
    def open(cls, url: str) -> Ensemble:
        """Return the ensemble that lies at a place.

        Raises:
            RunError: there is none.
        """
        return cls(at_work(url)[0])

    def look(self, part: tuple[int, int] = WHOLE) -> list[int]:
        """Return the blocks of a part that are not there, or not sound. Every value of the others is read once.

        Raises:
            RunError: the store cannot be read.
        """
        blocks = range(part[0], self.store.plan.blocks, part[1])
        for commit in self.store.commits():
            # one of a block that has grown since is as sound as it was, and too short
            whole = commit.members == len(self.store.plan.span(commit.block))
            if whole and commit.block in blocks and self.store.is_sound(commit):
                self._sound.add(commit.block)
        return [block for block in blocks if block not in self._sound]

    @property
    def gapless(self) -> int:
        """How many blocks are there from the first on without a gap: those that were found sound, and those done since."""
        there = self._sound | self._done
        return next(block for block in count() if block not in there)

    def turn(self, executor: Executor, part: tuple[int, int] = WHOLE, members: int | None = None) -> Generator[State]:
        """Do what is missing; yield how far it is, first before any work and then after every block.

        What is done is kept whenever this ends. It ends early when blocks fail one after the other.

        Args:
            executor: who does it.
            part: (k, n) to do every n-th block from the k-th on, where several machines share the work.
            members: do no more blocks than those of the first so many; None for all.

        Raises:
            RunError: the store cannot be read, or nobody is there to do it.
        """
        plan = self.store.plan
        last = plan.blocks if members is None else -(-members // plan.block)
        missing = [block for block in self.look(part) if block < last]
        size = {block: len(plan.span(block)) for block in range(part[0], last, part[1])}
        planned = sum(size.values())
        resumed = done = planned - sum(size[block] for block in missing)
        failed, in_a_row, why, began = 0, 0, "", time.monotonic()
        self._state = State(planned, done, resumed, 0, 0.0)
        yield self._state
        with closing(executor.do(self.store.place.url, missing)) as every:
            for told in every:
                if told.commit is not None:
                    self._done.add(told.block)
                    done, in_a_row = done + size[told.block], 0
                else:
                    failed, in_a_row, why = failed + size[told.block], in_a_row + 1, told.why
                self._state = State(planned, done, resumed, failed, time.monotonic() - began, why)
                yield self._state
                if in_a_row == GIVE_UP:
                    return

    def finish(self, known: Known = ALL) -> dict[str, Any]:
        """Write the summary over the members that are there, from the first on without a gap; return what the record holds.

        Args:
            known: how well quantities are known; where a rule stopped it, no more members count than it needed.

        Raises:
            RunError: no member is there, a block is damaged, the ensemble was given more members meanwhile, the store cannot
                be read or written, or the members are rows of a study, over which a summary would be none of futures.
        """
        if self.store.plan.study is not None:
            wrong = f"{self.store.place.url} holds a part of a sensitivity study, whose members are no sample of futures"
            raise RunError(f"{wrong}; `havenward sensitivity` with --resume writes what it comes to")
        record, (_, rules) = self.record(known), at_work(self.store.place.url)
        texts = Texts.of(summarise(self.store, rules.layout, record["members_done"]))
        attributes = attributes_of(rules.case, self.store.plan.run(), rules.ruleset, dt.date.today())
        self._write_tables(texts, About({**attributes, "run": record["run_id"]}, meanings(rules.ruleset), rules.case.limits))
        try:
            why = record["public_sources"] and f"public sources: {record['public_sources']}"
            where = self.store.place.url
            log_export("run", run=record["run_id"], scenario=record["scenario"], tier=record["tier"], why=why, where=where)
        except AuditError as error:
            raise RunError(str(error)) from error
        self.store.place.write(RECORD, (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode())
        return record

    def record(self, known: Known = ALL) -> dict[str, Any]:
        """Return how it is made, and what came of the members that are there, from the first on without a gap.

        Args:
            known: as of `finish`.

        Raises:
            RunError: no member is there, a block is damaged, the ensemble was given more members meanwhile, or the store
                cannot be read.
        """
        there, rules = at_work(self.store.place.url)
        plan = self.store.plan
        if there.plan != plan:
            raise RunError(f"{there.place.url} was planned anew by somebody else meanwhile; go on with it by --resume")
        used = self._unbroken(known.members or plan.members)
        members = sum(commit.members for commit in used)
        if members == 0:
            raise RunError("the first members are not there, so there is nothing to tell; go on with --resume")
        today = dt.date.today()
        attributes = attributes_of(rules.case, plan.run(), rules.ruleset, today)
        initial = self.store.read("initial", members).astype(np.int64)
        stages = self.store.read("stages", members)
        state = self._state or State(plan.members, members, members, 0, 0.0)
        return how_made(Prepared(rules.case, plan.run(), rules.ruleset, attributes), plan.changes, plan.files, today) | {
            "status": "complete" if members == (known.members or plan.members) else "broken off",
            "members_done": members,
            **known.record(),
            "done": state.done,
            "failed": state.failed,
            "resumed": state.resumed,
            "days": plan.days,
            "initial_persons": round(float(initial.mean())),
            "conserved": all(
                conserved(self.store.read("edges", part).swapaxes(0, 1), initial[part], whole=plan.solver != "mean")
                for part in (slice(start, min(start + plan.block, members)) for start in range(0, members, plan.block))
            ),
            "approximations": sorted({name for commit in used for name in commit.approximations}),
            "seconds": round(state.seconds, 2),
            "member_seconds": round(sum(commit.seconds for commit in used) / members, 4),
            "final": final_stocks(self.store.labels["stage_total"], stages, rules.ruleset.stages),
        }

    def _unbroken(self, members: int) -> list[Commit]:
        """Return the commits of so many members from the first block on without a gap.

        Those that nobody has looked at yet are held against their checksums.

        Raises:
            RunError: one is damaged.
        """
        commits = {commit.block: commit for commit in self.store.commits()}
        used = []
        for block in range(-(-members // self.store.plan.block)):
            if block not in commits:
                break
            if block not in self._sound and not self.store.is_sound(commits[block]):
                where = self.store.place.url
                raise RunError(f"block {block} of {where} is damaged; go on with --resume, which does it anew")
            used.append(commits[block])
            if commits[block].members < len(self.store.plan.span(block)):
                break
        return used

    def _write_tables(self, texts: Texts, about: About) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_csv(texts, Path(folder) / SUMMARY, about)
            write_workbook(texts, Path(folder) / WORKBOOK, about)
            for path in sorted(Path(folder).iterdir()):
                self.store.place.write(path.name, path.read_bytes())


def _files(case: Case, source: Path) -> dict[str, bytes]:
    """Return the files that an ensemble is made from, by name below its folder; those of persons as counts."""
    files = {}
    for name in case.files(source):
        instead = case.instead(name)
        files[f"{SCENARIO}/{name}"] = (source / name).read_bytes() if instead is None else instead.encode()
    if case.edits.made:
        files[EDITS] = case.edits.text().encode()
    return files
