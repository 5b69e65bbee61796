"""The chain: draws counts. Exactly the law of the model with individuals, at a cost that people do not change.

Units in one cell are exchangeable and meet others only through totals, so the counts are a Markov chain of their own:
every split is a multinomial and every quota a multivariate hypergeometric (Kemeny and Snell's lumpability; Banisch 2016,
"Markov chain aggregation for agent-based models").
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenward.core.orders import Draw, Order, OrderError, Ordered, Quota, Realised, Split
from havenward.core.streams import step, uniforms
from havenward.solve import kernels


def checked(order: Split) -> NDArray[np.float64]:
    """Return a split's probabilities as a contiguous array.

    Raises:
        OrderError: a number is negative or not a number, or a unit's probabilities sum to more than one.
    """
    probability = np.ascontiguousarray(order.probability, dtype=np.float64)
    verdict = kernels.check_probability(probability)
    if verdict == kernels.NOT_A_PROBABILITY:
        raise OrderError(f"{order.move.name}: a probability is negative or not a number")
    if verdict == kernels.MORE_THAN_ONE:
        raise OrderError(f"{order.move.name}: the probabilities of a unit sum to more than one")
    return probability


def checked_budget(order: Quota) -> NDArray[np.int64]:
    """Return a quota's budget as a contiguous array.

    Raises:
        OrderError: a budget or a weight is negative.
    """
    if (order.budget < 0).any() or (order.weight < 0).any():
        raise OrderError(f"{order.move.name}: a budget or a weight is negative")
    return np.ascontiguousarray(order.budget, dtype=np.int64)


@dataclass
class Chain:
    """Draws counts.

    Attributes:
        counts: (M, C) units, changed in place.
        seed: 0 to 2**32 - 1.
        members: (M,) numbers of the members, the second word of their random streams.
    """

    counts: NDArray[np.int64]
    seed: int
    members: NDArray[np.uint32]
    approximations: set[str] = field(default_factory=set)

    def carry_out(self, order: Order, day: int) -> Realised:
        """Carry one order out; see `core.orders`."""
        at = step(day, order.wave)
        match order:
            case Draw():
                return uniforms(
                    self.seed, self.members, order.streams, at, np.zeros(len(order.streams), dtype=np.uint32)
                )
            case Split():
                flows = self._none(order)
                kernels.split_counts(
                    self.counts,
                    order.move.sources,
                    order.move.hashes,
                    order.move.tags,
                    checked(order),
                    self.seed,
                    self.members,
                    at,
                    flows,
                )
                return self._apply(order, flows)
            case Quota():
                flows = self._none(order)
                kernels.quota_counts(
                    self.counts,
                    order.move.sources,
                    order.move.hashes,
                    order.lane,
                    checked_budget(order),
                    order.weight,
                    self.seed,
                    self.members,
                    at,
                    flows[:, :, 0],
                )
                return self._apply(order, flows)[:, :, 0]
            case Ordered():
                flows = self._none(order)
                self.approximations.add(order.move.name)
                kernels.ordered_counts(
                    self.counts,
                    order.move.sources,
                    order.move.hashes,
                    order.move.tags,
                    order.rule,
                    order.totals,
                    order.gain,
                    order.fixed,
                    order.waves,
                    self.seed,
                    self.members,
                    at,
                    flows,
                )
                return self._apply(order, flows)

    def _none(self, order: Split | Quota | Ordered) -> NDArray[np.int64]:
        sources, targets, _ = order.move.rows.shape
        return np.zeros((len(self.members), sources, targets), dtype=np.int64)

    def _apply(self, order: Split | Quota | Ordered, flows: NDArray[np.int64]) -> NDArray[np.int64]:
        kernels.apply_flows(self.counts, order.move.sources, order.move.rows, flows)
        return flows
