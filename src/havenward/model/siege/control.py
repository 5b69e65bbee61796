"""Phase 1, control: who holds each home, where the front runs, which homes are in contact.

The front is a band that moves through a place. Its homes are behind the group's line, then in contact (two stages), then
free; when the group takes a place, the band runs the other way. Most of what came out of both halves of Mosul came out of
this band: the pace of the front times the share who leave on contact.

Control is a given timeline, or a contact process: a place next to a freed one becomes contested at the offensive's pace,
then falls within a Gamma time of shape 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from havenward.core.cells import NOBODY
from havenward.core.orders import Counts, Draw, Move, Phase, Split, streams_of
from havenward.core.totals import Total
from havenward.model.siege.cells import CONTACT_1, CONTACT_2, FRAILTY_NODES, HELD, LISTENERS, Cells
from havenward.model.siege.world import World

F64 = NDArray[np.float64]
GAMMA_SHAPE = 3.0


@dataclass
class Control:
    """Who holds what, for every member.

    Attributes:
        by: (M,) numbers of the members by which the course of control is drawn.
        besieged: (M, H) share of dwellings behind the group's line, at dusk.
        given: (D + 1, M, H) the same by the scenario, see `World.besieged_by`.
        taking: (M, H) whether the group's line last moved forward.
        free_days: (M, H) days since a place was wholly free, 0 while it is not.
        contact_share: (M, H) share of the households at home who are in contact, once the front has moved.
    """

    world: World
    cells: Cells
    values: dict[str, F64]
    node_share: F64
    by: NDArray[np.uint32]
    MEMORY: ClassVar = (
        *("besieged", "taking", "free_days", "contact_share"),
        *("_in_contact", "_contested_on", "_falls_after"),
    )

    besieged: F64 = field(init=False)
    given: F64 = field(init=False)
    taking: NDArray[np.bool_] = field(init=False)
    free_days: F64 = field(init=False)
    contact_share: F64 = field(init=False)

    def __post_init__(self) -> None:
        cells, homes = self.cells, len(self.world.homes.names)
        members = len(next(iter(self.values.values())))
        self.given = self.world.besieged_by(self.values["control_error"])
        self.besieged = np.broadcast_to(self.given[0], (members, homes)).copy()
        self.taking = np.zeros((members, homes), dtype=bool)
        self.free_days = np.zeros((members, homes))
        self.contact_share = np.zeros((members, homes))
        nodes = FRAILTY_NODES * LISTENERS
        held = np.concatenate([cells.home[:, HELD].ravel(), cells.follow[:, HELD].ravel()])
        first = np.concatenate([cells.home[:, CONTACT_1].ravel(), cells.follow[:, CONTACT_1].ravel()])
        second = np.concatenate([cells.home[:, CONTACT_2].ravel(), cells.follow[:, CONTACT_2].ravel()])
        free = np.concatenate([np.repeat(cells.free.ravel(), nodes), cells.follow_free.ravel()])
        place = np.arange(homes)
        self._place = np.concatenate(
            [np.repeat(place, cells.home[0, HELD].size), np.repeat(place, cells.follow[0, HELD].size)]
        )
        table = cells.table
        self._freed = Move.build(table, "front reaches homes", held, first[:, None, None], ("contact",))
        onto = np.full((cells.free.size + cells.follow_free.size, nodes), NOBODY)
        onto[: cells.free.size] = cells.home[:, CONTACT_1].reshape(-1, nodes)
        onto[cells.free.size :, 0] = cells.follow[:, CONTACT_1].ravel()
        self._taken = Move.build(
            table,
            "group reaches homes",
            np.concatenate([cells.free.ravel(), cells.follow_free.ravel()]),
            onto[:, :, None],
            tuple(f"contact {node}" for node in range(nodes)),
        )
        self._taken_place = np.concatenate(
            [np.repeat(place, cells.free.shape[1]), np.repeat(place, cells.follow_free.shape[1])]
        )
        # those who decide spread over the nodes, those who follow have one
        self._onto_share = np.stack([self.node_share.ravel(), np.eye(nodes)[0]])
        self._taken_group = np.concatenate(
            [np.repeat(2 * place, cells.free.shape[1]), np.repeat(2 * place + 1, cells.follow_free.shape[1])]
        )
        self._through = Move.build(table, "contact deepens", first, second[:, None, None], ("second stage",))
        self._out = Move.build(table, "contact ends", second, np.stack([free, held], axis=1)[:, :, None], ("free", "held"))
        contact = [np.concatenate([cells.home[h, 1:].ravel(), cells.follow[h, 1:].ravel()]) for h in range(homes)]
        self._contact = Total.by(np.repeat(place, len(contact[0])), homes, np.concatenate(contact))
        everybody = [cells.at_home(h) for h in range(homes)]
        self._everybody = Total.by(np.repeat(place, len(everybody[0])), homes, np.concatenate(everybody))
        # gathering every home's cells is dear, and most days no home is in contact
        self._in_contact = False
        names = self.world.homes.names
        self._contest = streams_of(*(("contested", name) for name in names))
        self._length = streams_of(*(("siege length", name) for name in names))
        self._contested_on = np.full((members, homes), np.inf)
        self._falls_after = np.ones((members, homes))

    def phase(self, day: int, counts: Counts, joined: F64) -> Phase:
        """Move the front, then the homes that it passes. `joined` (M, A): people who took up arms."""
        before = self.besieged
        if self.world.stochastic:
            yield from self._contact_process(day, joined)
        else:
            self.besieged = np.broadcast_to(self.given[day + 1], before.shape).copy()
        back = np.clip(before - self.besieged, 0.0, 1.0)
        forward = np.clip(self.besieged - before, 0.0, 1.0)
        self.taking = np.where(forward > 0, True, np.where(back > 0, False, self.taking))
        self.free_days = np.where(self.besieged > 0, 0.0, self.free_days + 1.0)
        if self._in_contact:
            leave = np.minimum(2.0 / self.values["contact_days"], 1.0)
            ends = np.stack([~self.taking, self.taking], axis=2).astype(float) * leave[:, None, None]
            yield Split(self._out, ends, group=self._place)
            yield Split(self._through, leave[:, None, None], group=np.zeros_like(self._place))
        if back.any():
            share = back / np.where(before > 0, before, 1.0)
            yield Split(self._freed, share[:, :, None], group=self._place)
        if forward.any():
            share = forward / np.where(before < 1, 1.0 - before, 1.0)
            onto = share[:, :, None, None] * self._onto_share
            yield Split(self._taken, onto.reshape(len(before), -1, onto.shape[-1]), group=self._taken_group)
        self._in_contact |= bool(back.any() or forward.any())
        if self._in_contact:
            inside = self._contact.of(counts)
            self.contact_share = inside / np.maximum(self._everybody.of(counts), 1)
            self._in_contact = bool(inside.any())

    def _contact_process(self, day: int, joined: F64) -> Phase:
        world, area = self.world, self.world.homes.area
        uniform = yield Draw(self._contest, by=self.by)
        length = yield Draw(self._length, by=self.by)
        freed_next_door = (self.besieged < 0.5).astype(np.int64) @ world.neighbours.T.astype(np.int64)
        help_of_joined = 1.0 + self.values["joined_effect"][:, None] * np.log1p(joined / 100.0)
        pace = (world.pace[day] * help_of_joined)[:, area] * np.maximum(freed_next_door, 0.0)
        begins = (self.besieged > 0) & np.isinf(self._contested_on) & (uniform < -np.expm1(-pace))
        begins &= self.given[day + 1] > 0
        scale = self.values["siege_days"][:, None] / GAMMA_SHAPE
        self._falls_after = np.where(begins, np.maximum(gammaincinv(GAMMA_SHAPE, length) * scale, 1.0), self._falls_after)
        self._contested_on = np.where(begins, float(day), self._contested_on)
        fallen = np.clip((day + 1 - self._contested_on) / self._falls_after, 0.0, 1.0)
        given = np.maximum(self.given[day + 1], 0.0)
        # the timeline still says when the group takes a place; the contact process says when it loses it
        self.besieged = np.where(np.isinf(self._contested_on), given, given * (1.0 - fallen))
