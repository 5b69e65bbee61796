"""A run, from what is asked for to a finished outcome: the same in a folder and in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from zarr.storage import MemoryStore, StoreLike

from havenward.core.rules import Rules, RuleSet
from havenward.run.attributes import attributes_of
from havenward.run.case import Case, Follower, Watcher
from havenward.run.chronicle import Together
from havenward.run.engine import Batch, Plan, Progress, Tally, simulate
from havenward.run.outcome import Store
from havenward.run.periods import PeriodsOfRun
from havenward.run.record import Recorder, Sink
from havenward.run.request import Request, plan_of


@dataclass(frozen=True)
class Sinks:
    """Hands what a batch brings to several sinks."""

    sinks: tuple[Sink, ...]

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable to all."""
        for sink in self.sinks:
            sink.write(name, first_day, values)


def chronicles(plan: Plan, followers: Sequence[Follower], *gathered: PeriodsOfRun) -> Callable[[Batch, Rules], Together]:
    """Return what keeps the days of each batch: everything for followers, if there are any, and what summaries tell."""

    def of(batch: Batch, rules: Rules) -> Together:
        sinks = Sinks(tuple(follower.part(batch) for follower in followers))
        recorders = [Recorder.of(rules, sinks, plan)] if followers else []
        return Together((*recorders, *(periods.part(batch, rules) for periods in gathered)))

    return of


@dataclass(frozen=True)
class Prepared:
    """A run that can begin.

    Attributes:
        case: what it is made from.
        plan: what is run.
        ruleset: the rules.
        attributes: what its outcome says of itself.
    """

    case: Case
    plan: Plan
    ruleset: RuleSet
    attributes: Mapping[str, str | int]

    @classmethod
    def of(cls, case: Case, request: Request, today: dt.date) -> Prepared:
        """Return what a request comes to, its tier as of today.

        Raises:
            RunError: the request is impossible.
        """
        plan = plan_of(case, request)
        ruleset = case.ruleset(request.changes or {})
        return cls(case, plan, ruleset, attributes_of(case, plan, ruleset, today))

    def in_memory(self) -> MemoryStore:
        """Turn everything in memory; return the store of the outcome.

        Raises:
            KeyboardInterrupt: it was broken off; nothing is kept then.
        """
        where = MemoryStore()
        course = Course.begin(self, where, {})
        tally = course.turn(lambda _done, _total: None)
        if (tally.members_done, tally.days_done) != (len(self.plan.members), self.plan.last - self.plan.first + 1):
            raise KeyboardInterrupt
        course.finish()
        return where


@dataclass(frozen=True)
class Course:
    """A run under way.

    Attributes:
        run: what is run.
        store: the outcome that is written.
        watches: who works out what counters would print.
    """

    run: Prepared
    store: Store
    watches: Sequence[Watcher]

    @classmethod
    def begin(cls, run: Prepared, where: StoreLike, attributes: Mapping[str, str]) -> Course:
        """Lay out the outcome at a path or in a zarr store; `attributes` are added to those of the run."""
        store = Store.create(where, run.ruleset, run.plan, run.case.series, run.plan.batch, {**run.attributes, **attributes})
        return cls(run, store, run.case.watches(store))

    def turn(self, progress: Progress, *gathered: PeriodsOfRun) -> Tally:
        """Turn all days of all members, for the outcome, the watches and, where one is wanted, the summary.

        Raises:
            Vanished: people were lost or invented; the run is worth nothing.
        """
        made = chronicles(self.run.plan, (self.store, *self.watches), *gathered)
        return simulate(self.run.ruleset, self.run.plan, made, progress)

    def finish(self) -> None:
        """Write what was seen last."""
        for watch in self.watches:
            watch.finish()
