"""The chain: draws counts. Exactly the law of the model with individuals, at a cost that people do not change.

Units in one cell are exchangeable and meet others only through totals, so the counts are a Markov chain of their own:
every split is a multinomial and every quota a multivariate hypergeometric (Kemeny and Snell's lumpability; Banisch 2016,
"Markov chain aggregation for agent-based models").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.orders import Draw, Order, Ordered, Passage, Quota, Split
from havenward.core.streams import step
from havenward.core.totals import Flows
from havenward.solve import kernels
from havenward.solve.checks import checked_budget, judge, shaped
from havenward.solve.desks import Desks
from havenward.solve.walks import walk_counts


@dataclass
class Chain:
    """Draws counts.

    Attributes:
        counts: (M, C) units, changed in place; a copy of those given.
        seed: 0 to 2**32 - 1.
        members: (M,) numbers of the members, the second word of their random streams.
        ledger: audits every order.
    """

    counts: NDArray[Any]
    seed: int
    members: NDArray[np.uint32]
    ledger: Ledger
    approximations: set[str] = field(default_factory=set)
    _units: NDArray[Any] = field(init=False)
    _desks: Desks = field(init=False)

    def __post_init__(self) -> None:
        # members of a cell stand side by side in memory, so that a cell that is empty in all of them costs little; most of
        # a day's work is to look at cells, so numbers are no wider than the people ask for
        people = (self.counts @ self.ledger.table.persons()).max(initial=0)
        kind = np.int32 if people <= np.iinfo(np.int32).max else np.int64
        self.counts = np.array(self.counts, dtype=kind, order="F")
        self._units = self.counts.T
        self._desks = Desks(self._units, self.ledger, self.ledger.whole)

    def carry_out(self, order: Order, day: int) -> Flows | Passage | NDArray[np.float64]:
        """Carry one order out; see `core.orders`. Flows stand until the same is asked again."""
        at = step(day, order.wave)
        match order:
            case Draw():
                return kernels.drawn(order.streams, self.seed, order.numbers(self.members), at)
            case Split():
                return self._split(order, at)
            case Quota():
                return self._quota(order, at)
            case Ordered():
                return self._ordered(order, day)

    def _split(self, order: Split, at: int) -> Flows:
        move = order.move
        chance = shaped(order, len(self.members))
        desk = self._desks.of(move)
        used, verdict = kernels.split_counts(
            self._units,
            move.sources,
            move.hashes,
            move.tags,
            chance,
            order.groups,
            self.seed,
            self.members,
            at,
            desk.where,
            desk.moved,
            *kernels.room_to_split(self._desks.sums(len(chance))),
        )
        judge(order, verdict)
        return self._desks.carry(move, used)

    def _quota(self, order: Quota, at: int) -> Flows:
        move = order.move
        budget = checked_budget(order, len(self.members))
        desk = self._desks.of(move)
        used = kernels.quota_counts(
            self._units,
            move.sources,
            move.hashes,
            order.lane,
            budget,
            order.weight,
            self.seed,
            self.members,
            at,
            desk.where,
            desk.moved,
            *kernels.room_for_quotas(len(move.sources), budget.shape[1], len(self.members)),
        )
        return self._desks.carry(move, used)

    def _ordered(self, order: Ordered, day: int) -> Passage:
        passage, cut = walk_counts(order, day, self._units, self.seed, self.members, self.ledger, self.ledger.whole)
        if cut:
            self.approximations.add(order.net.name)
        return passage
