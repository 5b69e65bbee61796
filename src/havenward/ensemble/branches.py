"""What-ifs branch off: members of a base are kept as they stood at some dawns, and an edit is turned from there on.

    base = Base.begin(case, Request(members=100))
    for snapshot in base.preview([Wanted("in_camp")]):
        ...
    branch = base.branch("set_desks date=2017-03-01 crossing=Scorpion desks=20")
    for snapshot in branch.preview([Wanted("in_camp")]):
        ...

Before its date an edit changes no bit, so a branch has the bits of a run from the start, and costs the days that are left.
What is kept of a dawn is what the chain needs to go on: units by cell, what phases remember, and what moved in the period.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.ensemble.kept import Arrays, Rules, arrays_of, kind_of
from havenward.ensemble.named import F64, Wanted, check, keys_told, summed
from havenward.ensemble.progress import InMemory, Snapshot, growing
from havenward.guard.warnings import caution
from havenward.model.siege.day import Memory, SiegeRules
from havenward.model.siege.requirements import SIEGE
from havenward.run.engine import Batch, Plan, people_at_start, solver_for, turn_days
from havenward.run.outcome import coordinates
from havenward.run.periods import PeriodsOfRun, PeriodsPart
from havenward.run.request import Request, RunError, plan_of
from havenward.run.siege_case import SiegeCase
from havenward.scenario.edits.read import Given, collect, edited


@dataclass(frozen=True)
class Sparse:
    """An array of which most is nought."""

    shape: tuple[int, ...]
    where: NDArray[np.int32]
    values: NDArray[Any]

    @classmethod
    def of(cls, whole: NDArray[Any]) -> Sparse:
        """Return what is not nought."""
        where = np.flatnonzero(whole)
        return cls(whole.shape, where.astype(np.int32), whole.ravel()[where])

    def whole(self) -> NDArray[Any]:
        """Return the array."""
        out = np.zeros(self.shape, dtype=self.values.dtype)
        out.ravel()[self.where] = self.values
        return out


@dataclass(frozen=True)
class Dawn:
    """Members before a day.

    Attributes:
        day: the day, counted from the scenario's start.
        counts: (M, C) units.
        memory: what the phases remember.
        begun: (links, counts, M) what moved since the last period ended.
    """

    day: int
    counts: Sparse
    memory: Memory
    begun: Sparse


@dataclass(frozen=True)
class Trunk:
    """Members of the base that were turned together, to the end.

    Attributes:
        numbers: (M,) of the members.
        rules: theirs.
        periods: what tables tell of them.
        dawns: in their order.
        told: what is kept of them.
    """

    numbers: NDArray[np.uint32]
    rules: SiegeRules
    periods: PeriodsPart
    dawns: Sequence[Dawn]
    told: Arrays

    def last_before(self, day: int) -> Dawn | None:
        """Return the last dawn from which a change on a day can be turned."""
        return max((dawn for dawn in self.dawns if dawn.day <= day), key=lambda dawn: dawn.day, default=None)


@dataclass
class Base:
    """A case whose members are kept at dawns, as far as they were turned.

    Attributes:
        case: what is run.
        request: how.
        dawns: days before which members are kept, counted from the scenario's start.
    """

    case: SiegeCase
    request: Request
    dawns: frozenset[int]
    _trunks: list[Trunk] = field(init=False, default_factory=list)

    @classmethod
    def begin(cls, case: SiegeCase, request: Request, dawns: Sequence[dt.date] | None = None) -> Base:
        """Return a base of which nobody is turned yet.

        Args:
            case: what is run.
            request: how.
            dawns: dates before which members are kept; by default the first of every month.

        Raises:
            RunError: the request is impossible, or its solver moves individuals, who cannot be kept as numbers.
        """
        plan = plan_of(case, request)
        if plan.solver == "individuals":
            raise RunError("what-ifs branch off under the solvers chain and mean; individuals are run from the start")
        every = (case.start + dt.timedelta(days=day) for day in range(plan.begin, plan.last + 1))
        days = [date for date in every if date.day == 1] if dawns is None else dawns
        return cls(case, request, frozenset((day - case.start).days for day in days))

    @cached_property
    def plan(self) -> Plan:
        """How it is run."""
        return plan_of(self.case, self.request)

    @cached_property
    def _rules(self) -> Rules:
        return Rules.of(self.case, self.plan, self.request.changes or {})

    def preview(self, wanted: Sequence[Wanted]) -> Iterator[Snapshot]:
        """Yield snapshots as members come: of those that are there at once, then batch by batch.

        Raises:
            RunError: a quantity is not told.
        """
        yield from _snapshots(self._rules, wanted, (trunk.told for trunk in self.turned()))

    def branch(self, *edits: Given) -> Branch:
        """Return the same members under what-ifs that are made over those of the base.

        Warnings are given for what is odd, and where a corridor opens for what must be said of it.

        Args:
            edits: as of `api.edit`.

        Raises:
            ScenarioError: with everything that is wrong with them.
            RunError: the base begins from stocks that are given after one of them.
        """
        more, odd = collect(edits, "edit")
        scenario, odder = edited(self.case.scenario, more, SIEGE)
        for said in (*odd, *odder, caution(scenario.header) if more.made else ""):
            if said:
                warnings.warn(str(said), stacklevel=2)
        case = SiegeCase(scenario, self.case.edits + more)
        first = min((edit.date for edit in more.made), default=case.end + dt.timedelta(days=1))
        rules = Rules.of(case, plan_of(case, self.request), self.request.changes or {})
        return Branch(self, rules, (first - case.start).days)

    def turned(self) -> Iterator[Trunk]:
        """Yield members that are there, then turn more."""
        parts = list(growing(self.plan, 1))
        for k, part in enumerate(parts):
            if k == len(self._trunks):
                self._trunks.append(self._turn(part))
            yield self._trunks[k]

    def _turn(self, part: Plan) -> Trunk:
        numbers = np.array(part.members, dtype=np.uint32)
        rules = self._rules.ruleset.for_members(part.drawn(numbers), part.seed, part.spread, part.begin)
        assert isinstance(rules, SiegeRules)
        initial = people_at_start(rules)
        gathered = PeriodsOfRun(coordinates(self._rules.ruleset, part, self.case.series), self._rules.ruleset, part)
        periods = gathered.part(Batch(slice(0, len(numbers)), numbers), rules)
        dawns = [
            Dawn(day + 1, Sparse.of(counts), rules.remembered(), Sparse.of(periods.begun))
            for day, counts in _days(part, rules, rules.start(), periods, part.begin)
            if day + 1 in self.dawns
        ]
        told = arrays_of(gathered.merge(len(numbers)), initial, kind_of(part))
        return Trunk(numbers, rules, periods, dawns, told)


@dataclass
class Branch:
    """Members of a base under further edits.

    Attributes:
        base: whose members they are.
        rules: with the edits.
        day: first day on which an edit holds.
        told: what is kept of the members, by the batches of the base.
    """

    base: Base
    rules: Rules
    day: int
    told: list[Arrays] = field(init=False, default_factory=list)

    def preview(self, wanted: Sequence[Wanted]) -> Iterator[Snapshot]:
        """Yield snapshots as members come; members that the base has not yet are turned there first.

        Raises:
            RunError: a quantity is not told.
        """
        yield from _snapshots(self.rules, wanted, self._turned())

    def _turned(self) -> Iterator[Arrays]:
        """Yield what is kept of the members of the base, once they are turned here too."""
        for k, trunk in enumerate(self.base.turned()):
            if k == len(self.told):
                self.told.append(self._turn(trunk))
            yield self.told[k]

    def _turn(self, trunk: Trunk) -> Arrays:
        """Return what is kept of some members, from the last dawn before the edits on."""
        plan = trunk.periods.plan
        ruleset = self.rules.ruleset
        rules = ruleset.for_members(plan.drawn(trunk.numbers), plan.seed, plan.spread, plan.begin)
        assert isinstance(rules, SiegeRules)
        gathered = PeriodsOfRun(coordinates(ruleset, plan, self.rules.case.series), ruleset, plan)
        batch = Batch(slice(0, len(trunk.numbers)), trunk.numbers)
        dawn = trunk.last_before(self.day)
        if dawn is None:
            start, first, periods = rules.start(), plan.begin, gathered.part(batch, rules)
        else:
            rules.recall(dawn.memory, trunk.rules)
            start, first = _placed(dawn.counts.whole(), trunk.rules, rules), dawn.day
            periods = gathered.take(trunk.periods.branch(rules, self.rules.layout, first, dawn.begun.whole()))
        for _ in _days(plan, rules, start, periods, first):
            pass
        return arrays_of(gathered.merge(len(trunk.numbers)), trunk.told["initial"], kind_of(plan))


def _days(
    plan: Plan, rules: SiegeRules, start: NDArray[Any], periods: PeriodsPart, first: int
) -> Iterator[tuple[int, NDArray[Any]]]:
    """Turn all days from one on; yield each, and (M, C) units at its end."""
    ledger = Ledger(rules.table)
    numbers = plan.drawn(np.array(plan.members, dtype=np.uint32)).numbers["chance"]
    solver = solver_for(plan.solver, start, plan.seed, numbers, ledger, 1)
    with periods:
        for day in turn_days(rules, solver, ledger, periods, range(first, plan.last + 1)):
            yield day, solver.counts


def _snapshots(rules: Rules, wanted: Sequence[Wanted], told: Iterator[Arrays]) -> Iterator[Snapshot]:
    """Yield snapshots of what is told, batch by batch as it comes."""
    check(keys_told(InMemory(rules.labels, {})), wanted)
    values: list[F64] = []
    for arrays in told:
        held = InMemory(rules.labels, arrays)
        values.append(np.stack([summed(held, slice(len(arrays["initial"])), one.of) for one in wanted], axis=1))
        yield Snapshot.of(wanted, np.concatenate(values))


def _placed(counts: NDArray[Any], old: SiegeRules, new: SiegeRules) -> NDArray[Any]:
    """Return (M, C) units in the cells of other rules, which hold all cells of these and perhaps more."""
    order = np.argsort(new.table.hashes)
    place = order[np.searchsorted(new.table.hashes, old.table.hashes, sorter=order).clip(max=len(order) - 1)]
    assert (new.table.hashes[place] == old.table.hashes)[counts.any(axis=0)].all()
    out = np.zeros((len(counts), len(new.table)), dtype=counts.dtype)
    known = new.table.hashes[place] == old.table.hashes
    out[:, place[known]] = counts[:, known]
    return out
