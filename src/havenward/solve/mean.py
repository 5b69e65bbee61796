"""The mean: expected counts given the drawn surroundings. For previews, starting points and calibration.

It replaces every draw of people by its expectation. Near a threshold that is not the mean of the chain: the error falls
as one over the number of units (Kurtz 1970; Batkai and others 2011).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenward.core.orders import Draw, Ledger, Order, Ordered, Quota, Realised, Split
from havenward.core.streams import step, uniforms
from havenward.solve import kernels
from havenward.solve.chain import check_sequence, checked, checked_budget, found


@dataclass
class Mean:
    """Expects counts.

    Attributes:
        counts: (M, C) expected units, changed in place.
        seed: 0 to 2**32 - 1; used by draws of the surroundings only.
        members: (M,) numbers of the members.
        ledger: audits every order.
    """

    counts: NDArray[np.float64]
    seed: int
    members: NDArray[np.uint32]
    ledger: Ledger
    approximations: set[str] = field(default_factory=set)

    def carry_out(self, order: Order, day: int) -> Realised:
        """Carry one order out; see `core.orders`."""
        match order:
            case Draw():
                at = step(day, order.wave)
                return uniforms(self.seed, self.members, order.streams, at, np.zeros(len(order.streams), dtype=np.uint32))
            case Split():
                flows = np.zeros((len(self.members), *order.move.rows.shape[:2]))
                chance = checked(order, len(self.members))
                kernels.split_expected(self.counts, order.move.sources, chance, order.groups, flows)
                return self._apply(order, flows)
            case Quota():
                return self._apply(order, self._admitted(order)[:, :, None])[:, :, 0]
            case Ordered():
                check_sequence(order, len(self.members))
                self.approximations.add(order.move.name)
                return self._apply(order, self._in_waves(order))

    def _admitted(self, order: Quota) -> NDArray[np.float64]:
        budget = checked_budget(order, len(self.members))
        waiting = self.counts[:, order.move.sources]
        needed = np.zeros(order.budget.shape)
        for member in range(len(self.members)):
            needed[member] = np.bincount(order.lane, weights=waiting[member] * order.weight, minlength=order.budget.shape[1])
        room = budget / np.maximum(np.maximum(needed, budget), 1.0)
        room = np.where(needed > budget, room, 1.0)
        return np.asarray(waiting * np.where(order.weight == 0, 1.0, room[:, order.lane]))

    def _in_waves(self, order: Ordered) -> NDArray[np.float64]:
        sources, targets, _ = order.move.rows.shape
        flows = np.zeros((len(self.members), sources, targets))
        probability = np.zeros(targets)
        for member in range(len(self.members)):
            running = order.totals[member].copy()
            turn = self.counts[member, order.move.sources] / order.waves
            for _ in range(order.waves):
                wave = np.zeros((sources, targets))
                for source in np.flatnonzero(turn):
                    order.rule(int(source), running, order.fixed[member], probability)
                    wave[source] = turn[source] * probability
                running = running + (wave * order.gain).sum(axis=0)
                flows[member] += wave
        return flows

    def _apply(self, order: Split | Quota | Ordered, flows: NDArray[np.float64]) -> NDArray[np.float64]:
        drift = np.zeros(len(self.members))
        move = order.move
        sound = kernels.apply_flows(self.counts, move.sources, move.rows, flows, found(flows), self.ledger.real, drift)
        self.ledger.audit(move, drift, sound=sound)
        return flows
