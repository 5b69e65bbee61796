"""Carries walks out: for units one by one, or for counts in waves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenward.core.ledger import Ledger
from havenward.core.orders import Counts, OrderError, Passage, Walk
from havenward.core.streams import step
from havenward.solve import walk_kernels
from havenward.solve.checks import check_walk


def waves_of(order: Walk, units: Counts) -> NDArray[np.int64]:
    """Return (M,) waves: one where no crowd can grow beyond what leaves room for all, and the law is then kept exactly."""
    members = units.shape[1]
    crowds = order.crowds
    if not np.isfinite(crowds.free).any():
        return np.ones(members, dtype=np.int64)
    totals = np.zeros((len(crowds.free), members))
    walk_kernels.crowd_totals(units, order.net.place, totals)
    acting = units[order.choice.group >= 0].sum(axis=0)
    tight = (totals + acting > crowds.free[:, None]).any(axis=0)
    return np.where(tight, order.waves, 1).astype(np.int64)


def walk_counts(
    order: Walk, day: int, units: NDArray[Any], seed: int, members: NDArray[np.uint32], ledger: Ledger, weight: NDArray[Any]
) -> tuple[Passage, bool]:
    """Let (C, M) counts walk, in place; return what passed, and whether the sequence was cut into waves.

    Raises:
        OrderError: the choice does not fit the net, or the net is a circle.
        Vanished: somebody was lost or invented.
    """
    check_walk(order, len(members))
    net, choice, crowds = order.net, order.choice, order.crowds
    waves = waves_of(order, units)
    passed = np.zeros((len(net.people), len(members)), dtype=units.dtype)
    drift = np.zeros(len(members), dtype=weight.dtype)
    verdict = walk_kernels.walk_counts(
        units,
        units.dtype == np.float64,
        net.first,
        net.to,
        net.stay,
        net.through,
        net.place,
        net.links,
        net.into,
        net.out_of,
        net.tags,
        net.hashes,
        choice.group,
        choice.chance,
        choice.first,
        choice.weight,
        choice.crowd,
        choice.veto,
        crowds.free,
        crowds.full,
        crowds.power,
        crowds.keep,
        waves,
        seed,
        members,
        step(day, order.wave),
        weight,
        drift,
        passed,
    )
    _judge(order, verdict)
    ledger.audit(net, drift, sound=True)
    return Passage(np.ascontiguousarray(passed.T), net.people), bool((waves > 1).any())


def walk_units(
    order: Walk, day: int, cell: NDArray[np.int32], awake: int, counts: NDArray[np.int64], seed: int, member: int, m: int,
    ledger: Ledger,
) -> tuple[NDArray[np.int64], int]:
    """Let the first `awake` units of one member walk, in the sequence of their numbers.

    Args:
        cell: (N,) cells of the units, changed in place.
        counts: (C,) units by cell, kept in step.
        m: which of the members.

    Returns:
        (L,) units that passed each flow series, and how many units acted.
    """
    net, choice, crowds = order.net, order.choice, order.crowds
    passed = np.zeros(len(net.people), dtype=np.int64)
    drift = np.zeros(1, dtype=np.uint64)
    totals = np.zeros((len(crowds.free), 1))
    walk_kernels.crowd_totals(counts[:, None], net.place, totals)
    acted, verdict = walk_kernels.walk_units(
        cell,
        awake,
        net.first,
        net.to,
        net.stay,
        net.through,
        net.place,
        net.links,
        net.into,
        net.out_of,
        net.hashes,
        choice.group,
        choice.chance,
        choice.first,
        choice.weight,
        choice.crowd,
        choice.veto,
        crowds.free,
        crowds.full,
        crowds.power,
        crowds.keep,
        totals[:, 0],
        seed,
        member,
        step(day, order.wave),
        m if choice.weight.shape[1] > 1 else 0,
        counts,
        ledger.whole,
        drift,
        passed,
    )
    _judge(order, verdict)
    ledger.audit(net, drift, sound=True)
    return passed, acted


def _judge(order: Walk, verdict: int) -> None:
    if verdict == walk_kernels.CIRCLE:
        raise OrderError(f"{order.net.name}: a unit went {walk_kernels.MOST_STEPS} steps in one order without coming to rest")
