"""The chain: draws counts. Exactly the law of the model with individuals, at a cost that people do not change.

Units in one cell are exchangeable and meet others only through totals, so the counts are a Markov chain of their own:
every split is a multinomial and every quota a multivariate hypergeometric (Kemeny and Snell's lumpability; Banisch 2016,
"Markov chain aggregation for agent-based models").
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenward.core.orders import Draw, Ledger, Move, Order, Ordered, OrderError, Quota, Realised, Split
from havenward.core.streams import step, uniforms
from havenward.solve import kernels


def checked(order: Split, members: int) -> NDArray[np.float64]:
    """Return a split's probabilities as a contiguous array.

    Raises:
        OrderError: a number is negative or not a number, a unit's probabilities sum to more than one, or the shape is
            not that of the move (compiled loops do not look at bounds).
    """
    probability = np.ascontiguousarray(order.probability, dtype=np.float64)
    sources, targets, _ = order.move.rows.shape
    groups = sources if order.group is None else order.probability.shape[1]
    if probability.shape not in ((1, groups, targets), (members, groups, targets)):
        expected = (members, groups, targets)
        raise OrderError(f"{order.move.name}: probabilities of shape {probability.shape}, not {expected}")
    group = order.groups
    if group.shape != (sources,) or ((group < 0) | (group >= groups)).any():
        raise OrderError(f"{order.move.name}: every source needs a group that has probabilities")
    verdict = kernels.check_probability(probability)
    if verdict == kernels.NOT_A_PROBABILITY:
        raise OrderError(f"{order.move.name}: a probability is negative or not a number")
    if verdict == kernels.MORE_THAN_ONE:
        raise OrderError(f"{order.move.name}: the probabilities of a unit sum to more than one")
    return probability


def checked_budget(order: Quota, members: int) -> NDArray[np.int64]:
    """Return a quota's budget as a contiguous array.

    Raises:
        OrderError: a budget or a weight is negative, a lane has no budget, or a shape is not that of the move.
    """
    sources, targets, _ = order.move.rows.shape
    if order.lane.shape != (sources,) or order.weight.shape != (sources,) or targets != 1:
        raise OrderError(f"{order.move.name}: a quota needs one target, and a lane and a weight for each source")
    lanes = order.budget.shape[-1]
    if order.budget.shape != (members, lanes) or ((order.lane < 0) | (order.lane >= lanes)).any():
        raise OrderError(f"{order.move.name}: a quota needs a budget for each member and lane")
    if (order.budget < 0).any() or (order.weight < 0).any():
        raise OrderError(f"{order.move.name}: a budget or a weight is negative")
    return np.ascontiguousarray(order.budget, dtype=np.int64)


def check_sequence(order: Ordered, members: int) -> None:
    """Raise where the totals of an ordered move are not there.

    Raises:
        OrderError: a shape is not that of the move, or there is no wave.
    """
    sources, targets, _ = order.move.rows.shape
    if order.totals.shape != (members, targets) or order.gain.shape != (sources, targets):
        raise OrderError(f"{order.move.name}: an ordered move needs totals and gains for each target")
    if len(order.fixed) != members or order.waves < 1:
        raise OrderError(f"{order.move.name}: an ordered move needs fixed numbers for each member, and a wave")


def found(flows: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the flat places of flows that are not zero."""
    hits = np.empty(flows.size, dtype=np.int64)
    return hits[: kernels.find_flows(flows, hits)]


@dataclass
class Chain:
    """Draws counts.

    Attributes:
        counts: (M, C) units, changed in place.
        seed: 0 to 2**32 - 1.
        members: (M,) numbers of the members, the second word of their random streams.
        ledger: audits every order.
    """

    counts: NDArray[np.int64]
    seed: int
    members: NDArray[np.uint32]
    ledger: Ledger
    approximations: set[str] = field(default_factory=set)
    _desks: dict[Move, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)
    _used: dict[Move, int] = field(default_factory=dict)

    def carry_out(self, order: Order, day: int) -> Realised:
        """Carry one order out; see `core.orders`. What a split realised stands until the same is asked again."""
        at = step(day, order.wave)
        match order:
            case Draw():
                return uniforms(self.seed, self.members, order.streams, at, np.zeros(len(order.streams), dtype=np.uint32))
            case Split():
                flows, hits = self._desk(order.move)
                number = kernels.split_counts(
                    self.counts,
                    order.move.sources,
                    order.move.hashes,
                    order.move.tags,
                    checked(order, len(self.members)),
                    order.groups,
                    self.seed,
                    self.members,
                    at,
                    flows,
                    hits,
                )
                self._used[order.move] = number
                return self._apply(order, flows, hits[:number])
            case Quota():
                flows = self._none(order)
                kernels.quota_counts(
                    self.counts,
                    order.move.sources,
                    order.move.hashes,
                    order.lane,
                    checked_budget(order, len(self.members)),
                    order.weight,
                    self.seed,
                    self.members,
                    at,
                    flows[:, :, 0],
                )
                return self._apply(order, flows, found(flows))[:, :, 0]
            case Ordered():
                check_sequence(order, len(self.members))
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
                return self._apply(order, flows, found(flows))

    def _desk(self, move: Move) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return a clear array for the flows of a move, and one for their places; the same every day, as room is dear."""
        if move not in self._desks:
            sources, targets, _ = move.rows.shape
            flows = np.zeros((len(self.members), sources, targets), dtype=np.int64)
            self._desks[move] = (flows, np.empty(flows.size, dtype=np.int64))
        flows, hits = self._desks[move]
        flows.ravel()[hits[: self._used.get(move, 0)]] = 0
        return flows, hits

    def _none(self, order: Split | Quota | Ordered) -> NDArray[np.int64]:
        sources, targets, _ = order.move.rows.shape
        return np.zeros((len(self.members), sources, targets), dtype=np.int64)

    def _apply(self, order: Split | Quota | Ordered, flows: NDArray[np.int64], hits: NDArray[np.int64]) -> NDArray[np.int64]:
        drift = np.zeros(len(self.members), dtype=np.uint64)
        move = order.move
        sound = kernels.apply_flows(self.counts, move.sources, move.rows, flows, hits, self.ledger.whole, drift)
        self.ledger.audit(move, drift, sound=sound)
        return flows
