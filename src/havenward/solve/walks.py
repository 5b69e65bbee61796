"""Carries ordered moves out: for units one by one, or for counts in waves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.orders import Choice, Ordered, OrderError, Passage
from havenward.core.streams import step
from havenward.solve import count_walks, unit_walks, walk_shares
from havenward.solve.checks import check_ordered
from havenward.solve.unit_walks import Laid
from havenward.solve.walk_arrays import Account, Answers, Question, Room, Ways


def keep_of(choice: Choice) -> NDArray[np.float64]:
    """Return (G,) factors below the best of a group from which options are not taken."""
    return np.zeros(len(choice.first) - 1) if choice.keep is None else choice.keep


def _arrays(order: Ordered) -> tuple[Ways, Question, Room]:
    """Return an order as kernels take it."""
    net, choice, crowds = order.net, order.choice, order.crowds
    places = (net.place, net.links, net.into, net.out_of)
    return (
        Ways(net.first, net.to, net.stay, net.through, *places, net.tags, net.hashes),
        Question(choice.group, choice.chance, choice.first, choice.weight, choice.crowd, choice.veto, keep_of(choice)),
        Room(crowds.free, crowds.full, crowds.power),
    )


def _answers(question: Question, room: Room) -> Answers:
    """Return what is the same for all units of an order."""
    share, among = np.empty((2, question.weight.shape[1], len(question.weight)))
    gated = np.empty(len(question.options) - 1, dtype=np.bool_)
    return Answers(share, among, gated, walk_shares.prepare(question, room.free, share, among, gated))


def _totals(order: Ordered, units: NDArray[Any]) -> NDArray[np.float64]:
    """Return (P, M) units in each crowd that may be full."""
    totals = np.zeros((len(order.crowds.free), units.shape[1]))
    rows = order.net.at_places
    limited = np.isfinite(order.crowds.free)[order.net.place[rows]]
    count_walks.crowd_totals(units, rows[limited], order.net.place, totals)
    return totals


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
    ways, question, room = _arrays(order)
    totals = _totals(order, units)
    asked = np.flatnonzero((order.choice.group >= 0) & ~order.net.through)
    tight = is_tight(order, units, asked, totals)
    passed = np.zeros((len(order.net.people), len(members)), dtype=units.dtype)
    drift = np.zeros(len(members), dtype=weight.dtype)
    account = Account(units, totals, weight, drift, passed)
    waves = np.where(tight, order.waves, 1).astype(np.int64)
    given = (ways, question, room, _answers(question, room))
    stream = (seed, members, step(day, order.wave))
    _judge(order, count_walks.walk_counts(units.dtype == np.float64, asked, waves, *given, *stream, account))
    ledger.audit(order.net, drift, sound=True)
    return Passage(np.ascontiguousarray(passed.T), order.net.people), bool(tight.any())


def walk_units(
    order: Ordered,
    day: int,
    cells: NDArray[np.int32],
    awake: NDArray[np.int64],
    laid: Laid,
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
        laid: what `unit_walks.lay_out` makes of the order's net.
        counts: (C, M) units by cell, kept in step.
        seed: of the run.
        members: (M,) numbers of the members.
        ledger: audits the order.

    Raises:
        OrderError: the choice does not fit the net, or the net is a circle.
        Vanished: somebody was lost or invented.
    """
    check_ordered(order, len(members))
    ways, question, room = _arrays(order)
    passed = np.zeros((len(order.net.people), len(members)), dtype=np.int64)
    drift = np.zeros(len(members), dtype=np.uint64)
    account = Account(counts, _totals(order, counts), ledger.whole, drift, passed)
    given = (laid, ways, question, room, _answers(question, room))
    stream = (seed, members, step(day, order.wave))
    _, verdict = unit_walks.walk_units(cells.view(np.uint32), awake, *given, *stream, account)
    _judge(order, verdict)
    ledger.audit(order.net, drift, sound=True)
    return Passage(np.ascontiguousarray(passed.T), order.net.people)


def _judge(order: Ordered, verdict: int) -> None:
    if verdict == walk_shares.CIRCLE:
        raise OrderError(f"{order.net.name}: a unit went {walk_shares.MOST_STEPS} steps in one order without coming to rest")
    if verdict == walk_shares.MISFIT:
        raise OrderError(f"{order.net.name}: cells of a group need as many edges as the group has options")
