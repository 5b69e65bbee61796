"""The mean: expected counts given the drawn surroundings. For previews, starting points and calibration.

It replaces every draw of people by its expectation. Near a threshold that is not the mean of the chain: the error falls
as one over the number of units (Kurtz 1970; Batkai and others 2011).
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
class Mean:
    """Expects counts.

    Attributes:
        counts: (M, C) expected units, changed in place; a copy of those given.
        seed: 0 to 2**32 - 1; used by draws of the surroundings only.
        members: (M,) numbers of the members.
        ledger: audits every order.
    """

    counts: NDArray[np.float64]
    seed: int
    members: NDArray[np.uint32]
    ledger: Ledger
    approximations: set[str] = field(default_factory=set)
    _units: NDArray[np.float64] = field(init=False)
    _desks: Desks = field(init=False)

    def __post_init__(self) -> None:
        # members of a cell stand side by side in memory, so that a cell that is empty in all of them costs nothing
        self.counts = np.array(self.counts, order="F")
        self._units = self.counts.T
        self._desks = Desks(self._units, self.ledger, self.ledger.real)

    def carry_out(self, order: Order, day: int) -> Flows | Passage | NDArray[np.float64]:
        """Carry one order out; see `core.orders`. Flows stand until the same is asked again."""
        match order:
            case Draw():
                at = step(day, order.wave)
                return kernels.drawn(order.streams, self.seed, order.numbers(self.members), at)
            case Split():
                return self._split(order)
            case Quota():
                return self._quota(order)
            case Ordered():
                return self._ordered(order, day)

    def _split(self, order: Split) -> Flows:
        chance = shaped(order, len(self.members))
        desk = self._desks.of(order.move)
        used, verdict = kernels.split_expected(self._units, order.move.sources, chance, order.groups, desk.where, desk.moved)
        judge(order, verdict)
        return self._desks.carry(order.move, used)

    def _quota(self, order: Quota) -> Flows:
        budget = checked_budget(order, len(self.members))
        waiting = self.counts[:, order.move.sources]
        needed = np.zeros(budget.shape)
        for member in range(len(self.members)):
            needed[member] = np.bincount(order.lane, weights=waiting[member] * order.weight, minlength=budget.shape[1])
        room = np.where(needed > budget, budget / np.maximum(needed, 1.0), 1.0)
        flows = (waiting * np.where(order.weight == 0, 1.0, room[:, order.lane]))[:, :, None]
        desk = self._desks.of(order.move)
        return self._desks.carry(order.move, kernels.list_flows(flows, desk.where, desk.moved))

    def _ordered(self, order: Ordered, day: int) -> Passage:
        passage, cut = walk_counts(order, day, self._units, self.seed, self.members, self.ledger, self.ledger.real)
        if cut:
            self.approximations.add(order.net.name)
        return passage
