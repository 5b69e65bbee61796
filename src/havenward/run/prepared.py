"""A run, from what is asked for to a finished outcome: the same in a folder and in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from zarr.storage import StoreLike

from havenward.core.rules import RuleSet
from havenward.run.attributes import attributes_of
from havenward.run.case import Case, Follower, Watcher
from havenward.run.engine import Batch, Plan, Progress, Tally, simulate
from havenward.run.outcome import Store
from havenward.run.record import Sink
from havenward.run.request import Request, plan_of


@dataclass(frozen=True)
class Together:
    """Hands what a batch brings to several sinks."""

    sinks: tuple[Sink, ...]

    def write(self, name: str, first_day: int, values: NDArray[Any]) -> None:
        """Write (M, days, ...) values of a variable to all."""
        for sink in self.sinks:
            sink.write(name, first_day, values)


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

    def turn(self, progress: Progress, *followers: Follower) -> Tally:
        """Turn all days of all members, for the outcome, the watches and more followers.

        Raises:
            Vanished: people were lost or invented; the run is worth nothing.
        """
        every = (self.store, *self.watches, *followers)

        def sink(batch: Batch) -> Sink:
            return Together(tuple(follower.part(batch) for follower in every))

        return simulate(self.run.ruleset, self.run.plan, sink, progress)

    def finish(self) -> None:
        """Write what was seen last."""
        for watch in self.watches:
            watch.finish()
