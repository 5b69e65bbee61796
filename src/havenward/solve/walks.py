"""Carries ordered moves out: for units one by one, or for counts in waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.orders import Choice, Ordered, OrderError, Passage
from havenward.core.streams import step
from havenward.solve import count_walks, unit_walks, walk_shares
from havenward.solve.checks import check_ordered


def keep_of(choice: Choice) -> NDArray[np.float64]:
    """Return (G,) factors below the best of a group from which options are not taken."""
    return np.zeros(len(choice.first) - 1) if choice.keep is None else choice.keep


@dataclass(frozen=True)
class Prepared:
    """What is the same for all units of an order.

    Attributes:
        share: (1 or M, K) shares of all options where every crowd leaves room.
        gated: (G,) whether a crowd may thin out a group's options.
        widest: the largest number of options of a group.
        totals: (P, M) units in each crowd.
    """

    share: NDArray[np.float64]
    gated: NDArray[np.bool_]
    widest: int
    totals: NDArray[np.float64]

    @classmethod
    def of(cls, order: Ordered, units: NDArray[Any]) -> Prepared:
        """Prepare an order for (C, M) counts."""
        choice, crowds = order.choice, order.crowds
        share = np.empty((choice.weight.shape[1], len(choice.weight)))
        gated = np.empty(len(choice.first) - 1, dtype=np.bool_)
        widest = walk_shares.prepare(choice.first, choice.weight, choice.crowd, crowds.free, keep_of(choice), share, gated)
        totals = np.zeros((len(crowds.free), units.shape[1]))
        rows = order.net.at_places
        count_walks.crowd_totals(units, rows[np.isfinite(crowds.free)[order.net.place[rows]]], order.net.place, totals)
        return cls(share, gated, widest, totals)

    @property
    def all(self) -> tuple[Any, ...]:
        """All of it, in the order in which kernels take it."""
        return self.share, self.gated, self.widest, self.totals


def _net_and_question(order: Ordered) -> tuple[Any, ...]:
    """Return what the kernels take of an order, in their order, but for draw numbers."""
    net, choice, crowds = order.net, order.choice, order.crowds
    return (
        (net.first, net.to, net.stay, net.through, net.place, net.links, net.into, net.out_of),
        (net.hashes, choice.group, choice.chance, choice.first, choice.weight, choice.crowd, choice.veto),
        (crowds.free, crowds.full, crowds.power, keep_of(choice)),
    )


def is_tight(
    order: Ordered, units: NDArray[Any], asked: NDArray[np.int64], totals: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return (M,) whether the crowd of an option may come to thin it out; where none can, one wave keeps the law exactly."""
    free = order.crowds.free
    if not np.isfinite(free).any():
        return np.zeros(units.shape[1], dtype=np.bool_)
    named = np.zeros((len(free), order.choice.weight.shape[1]), dtype=np.bool_)
    count_walks.name_crowds(order.choice.weight, order.choice.crowd, named)
    return np.asarray(((totals + units[asked].sum(axis=0) > free[:, None]) & named).any(axis=0))


def walk_counts(
    order: Ordered,
    day: int,
    units: NDArray[Any],
    seed: int,
    members: NDArray[np.uint32],
    ledger: Ledger,
    weight: NDArray[Any],
) -> tuple[Passage, bool]:
    """Let (C, M) counts walk, in place; return what passed, and whether the sequence had to be cut into waves.

    Raises:
        OrderError: the choice does not fit the net, or the net is a circle.
        Vanished: somebody was lost or invented.
    """
    check_ordered(order, len(members))
    ready = Prepared.of(order, units)
    asked = np.flatnonzero((order.choice.group >= 0) & ~order.net.through)
    tight = is_tight(order, units, asked, ready.totals)
    passed = np.zeros((len(order.net.people), len(members)), dtype=units.dtype)
    drift = np.zeros(len(members), dtype=weight.dtype)
    edges, question, crowds = _net_and_question(order)
    counted = (units, units.dtype == np.float64, *edges, order.net.tags, *question, *crowds, *ready.all)
    waves = np.where(tight, order.waves, 1).astype(np.int64)
    stream = (asked, waves, seed, members, step(day, order.wave))
    verdict = count_walks.walk_counts(*(*counted, *stream, weight, drift, passed))
    _judge(order, verdict)
    ledger.audit(order.net, drift, sound=True)
    return Passage(np.ascontiguousarray(passed.T), order.net.people), bool(tight.any())


def walk_units(
    order: Ordered,
    day: int,
    cells: NDArray[np.int32],
    awake: NDArray[np.int64],
    counts: NDArray[np.int64],
    seed: int,
    members: NDArray[np.uint32],
    ledger: Ledger,
) -> Passage:
    """Let the first units of each member walk, in the sequence of their numbers.

    Args:
        order: what they are asked.
        day: of the run.
        cells: (M, N) cells of the units, changed in place.
        awake: (M,) how many units there are to ask.
        counts: (C, M) units by cell, kept in step.
        seed: of the run.
        members: (M,) numbers of the members.
        ledger: audits the order.

    Raises:
        OrderError: the choice does not fit the net, or the net is a circle.
        Vanished: somebody was lost or invented.
    """
    check_ordered(order, len(members))
    ready = Prepared.of(order, counts)
    passed = np.zeros((len(members), len(order.net.people)), dtype=np.int64)
    drift = np.zeros(len(members), dtype=np.uint64)
    edges, question, crowds = _net_and_question(order)
    asked = (cells, awake, *edges, *question, *crowds, *ready.all)
    stream = (seed, members, step(day, order.wave))
    _, verdict = unit_walks.walk_units(*(*asked, *stream, counts, ledger.whole, drift, passed))
    _judge(order, verdict)
    ledger.audit(order.net, drift, sound=True)
    return Passage(passed, order.net.people)


def _judge(order: Ordered, verdict: int) -> None:
    if verdict == walk_shares.CIRCLE:
        raise OrderError(f"{order.net.name}: a unit went {walk_shares.MOST_STEPS} steps in one order without coming to rest")
    if verdict == walk_shares.MISFIT:
        raise OrderError(f"{order.net.name}: cells of a group need as many edges as the group has options")
