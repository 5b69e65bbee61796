"""Nets and what is asked in them, put together from short lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from havenward.core.cells import NOBODY, CellTable
from havenward.core.orders import Choice, Crowds, Net
from havenward.core.streams import meaning, tag

Edge = tuple[int, int, str]
"""Row that an edge leaves, row that it leads to, and what it means."""


def net_of(
    table: CellTable,
    edges: Sequence[Edge],
    *,
    name: str = "settle",
    stay: Mapping[int, int] | None = None,
    through: Sequence[int] = (),
    place: Mapping[int, int] | None = None,
    counted: bool = False,
) -> Net:
    """Return a checked net; edges keep their sequence within a cell.

    Args:
        table: the cells.
        edges: in any sequence of cells.
        name: what is decided.
        stay: where who is asked and stays is then, if not where they were.
        through: cells in which units act again at once.
        place: crowd of each cell that is in one.
        counted: whether each edge has a flow series of its own, numbered as the edges of the net are.
    """
    cells = len(table)
    listed = sorted(edges, key=lambda edge: edge[0])
    first = np.searchsorted([source for source, _, _ in listed], np.arange(cells + 1))
    to = np.array([target for _, target, _ in listed], dtype=np.int32)
    stays, places = np.arange(cells, dtype=np.int32), np.full(cells, NOBODY, dtype=np.int32)
    for array, changes in ((stays, stay), (places, place)):
        for row, value in (changes or {}).items():
            array[row] = value
    crowds = int(places.max(initial=NOBODY)) + 1
    net = Net(
        name=name,
        first=first.astype(np.int64),
        to=to,
        stay=stays,
        through=np.isin(np.arange(cells), through),
        place=places,
        links=np.arange(len(to), dtype=np.int32) if counted else np.full(len(to), NOBODY, dtype=np.int32),
        into=np.full(crowds, NOBODY, dtype=np.int32),
        out_of=np.full(crowds, NOBODY, dtype=np.int32),
        people=table.people[to] if counted else np.zeros((0, table.people.shape[1]), dtype=np.int64),
        tags=np.array([tag(named) for _, _, named in listed], dtype=np.uint32),
        hashes=table.hashes ^ np.uint64(meaning("net", name)),
    )
    net.check(table)
    return net


def sources_of(net: Net) -> np.ndarray:
    """Return the cell that each edge of a net leaves."""
    return np.repeat(np.arange(len(net.stay)), np.diff(net.first))


def choice_of(
    net: Net, groups: Sequence[tuple[Sequence[int], float, Sequence[float]]], crowd: Sequence[int] = (), veto: float = 0.0
) -> Choice:
    """Return a choice that is the same for all members.

    Args:
        net: the cells.
        groups: cells of each group, their chance to go, and the weights of their options.
        crowd: crowd of each option; none if not given.
        veto: room below which who chose an option with a crowd stays.
    """
    group = np.full(len(net.stay), NOBODY, dtype=np.int32)
    for g, (rows, _, _) in enumerate(groups):
        group[list(rows)] = g
    weights = [weight for _, _, weights in groups for weight in weights]
    crowds = np.array(crowd if len(crowd) else [NOBODY] * len(weights), dtype=np.int32)
    return Choice(
        group=group,
        chance=np.array([chance for _, chance, _ in groups], dtype=float).reshape(-1, 1),
        first=np.cumsum([0, *(len(weights) for _, _, weights in groups)]),
        weight=np.array(weights, dtype=float).reshape(-1, 1),
        crowd=crowds,
        veto=np.where(crowds >= 0, veto, 0.0),
    )


def endless(net: Net) -> Crowds:
    """Return crowds in which there always is room."""
    nowhere = np.full(len(net.into), np.inf)
    return Crowds(nowhere, nowhere)
