"""Orders that cannot be carried out are refused before anybody moves: compiled loops do not look at bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenward.core.orders import Ordered, OrderError, Quota, Split
from havenward.core.streams import LAST_WAVE
from havenward.core.totals import members_last
from havenward.solve import kernels, walk_shares


def shaped(order: Split, members: int) -> NDArray[np.float64]:
    """Return a split's probabilities as (G, T, M or 1); whether they are probabilities is looked at where units stand.

    Raises:
        OrderError: the shape is not that of the move, or a source follows a group that has no probabilities.
    """
    probability = order.probability
    sources, targets, _ = order.move.rows.shape
    groups = sources if order.group is None else order.probability.shape[1]
    if probability.shape not in ((1, groups, targets), (members, groups, targets)):
        expected = (members, groups, targets)
        raise OrderError(f"{order.move.name}: probabilities of shape {probability.shape}, not {expected}")
    group = order.groups
    if group.shape != (sources,) or not kernels.lie_within(group, groups):
        raise OrderError(f"{order.move.name}: every source needs a group that has probabilities")
    return members_last(np.asarray(probability, dtype=np.float64))


def judge(order: Split, verdict: int) -> None:
    """Raise when a kernel found that some units have no probabilities.

    Raises:
        OrderError: a number is negative or not a number, or a unit's probabilities sum to more than one.
    """
    if verdict == kernels.NOT_A_PROBABILITY:
        raise OrderError(f"{order.move.name}: a probability is negative or not a number")
    if verdict == kernels.MORE_THAN_ONE:
        raise OrderError(f"{order.move.name}: the probabilities of a unit sum to more than one")


def checked_budget(order: Quota, members: int) -> NDArray[np.int64]:
    """Return a quota's budget as a contiguous array.

    Raises:
        OrderError: a budget or a weight is negative, a lane has no budget, or a shape is not that of the move.
    """
    sources, targets, _ = order.move.rows.shape
    if order.lane.shape != (sources,) or order.weight.shape != (sources,) or targets != 1:
        raise OrderError(f"{order.move.name}: a quota needs one target, and a lane and a weight for each source")
    lanes = order.budget.shape[-1]
    if order.budget.shape != (members, lanes) or not kernels.lie_within(order.lane, lanes):
        raise OrderError(f"{order.move.name}: a quota needs a budget for each member and lane")
    if (order.budget < 0).any() or (order.weight < 0).any():
        raise OrderError(f"{order.move.name}: a budget or a weight is negative")
    return np.ascontiguousarray(order.budget, dtype=np.int64)


def check_ordered(order: Ordered, members: int) -> None:
    """Raise where a choice has not the shape of its net, or a chance or weight is none.

    That the cells of a group have as many edges as it has options is looked at where units act.

    Raises:
        OrderError: it does not, or there are more waves than there are numbers for.
    """
    net, choice, crowds = order.net, order.choice, order.crowds
    groups, options, places, cells = len(choice.first) - 1, len(choice.weight), len(crowds.free), len(net.stay)
    name = net.name
    if choice.group.shape != (cells,) or choice.chance.shape[0] != groups or choice.group.max(initial=-1) >= groups:
        raise OrderError(f"{name}: a choice needs a group for each cell, and a chance for each group")
    if choice.first[0] != 0 or choice.first[-1] != options or (np.diff(choice.first) < 0).any():
        raise OrderError(f"{name}: a choice needs all options, group by group")
    if choice.crowd.shape != (options,) or choice.veto.shape != (options,) or choice.crowd.max(initial=-1) >= places:
        raise OrderError(f"{name}: every option needs a crowd or none, and a veto")
    if not ((choice.veto >= 0) & (choice.veto <= 1)).all():
        raise OrderError(f"{name}: a veto is a share of room")
    if choice.chance.shape[1] != choice.weight.shape[1] or choice.weight.shape[1] not in (1, members):
        raise OrderError(f"{name}: chances and weights are both for one member, or both for all {members}")
    if not ((choice.chance >= 0) & (choice.chance <= 1)).all() or not (choice.weight < np.inf).all():
        raise OrderError(f"{name}: a chance is no probability, or a weight is not a number")
    if crowds.full.shape != (places,) or not (crowds.full >= crowds.free).all() or len(net.into) != places:
        raise OrderError(f"{name}: a crowd must be full no earlier than it leaves room for all")
    if choice.keep is not None and (choice.keep.shape != (groups,) or not ((choice.keep >= 0) & (choice.keep <= 1)).all()):
        raise OrderError(f"{name}: what a group keeps is a share")
    if not crowds.power >= 0:
        raise OrderError(f"{name}: the power of crowds is at least 0")
    if order.waves < 1 or order.wave + order.waves * walk_shares.MOST_STEPS > LAST_WAVE + 1:
        raise OrderError(f"{name}: from 1 to {(LAST_WAVE + 1 - order.wave) // walk_shares.MOST_STEPS} waves have numbers")
