"""Moves beside the way: people are let in at gates, leave the count of camps, and turn back on links that close."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havenward.core.orders import Move
from havenward.model.flee.ground import Ground
from havenward.model.flee.mends import Mend

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Moves:
    """Moves on some ground; None where nobody can ever make them."""

    ground: Ground

    @cached_property
    def turning(self) -> Move | None:
        """From a link that closes to being bound to turn back on it."""
        net = self.ground.net
        if not len(net.on_closable):
            return None
        return Move.build(net.table, "link closes", net.on_closable, net.turned[:, None, None], ["turned"])

    @cached_property
    def going_on(self) -> Move | None:
        """Mended: those bound to turn back go on where the link opens again before they come to its end."""
        net = self.ground.net
        if Mend.CLOSURES not in self.ground.mends or not len(net.turned):
            return None
        return Move.build(net.table, "link opens", net.turned, net.on_closable[:, None, None], ["on the road"])

    @cached_property
    def link_of_turning(self) -> I64:
        """Link of each source of `turning`."""
        net = self.ground.net
        return np.asarray(self.ground.ways.leg_link[net.states.at[net.on_closable]])

    @cached_property
    def admission(self) -> Move | None:
        """From the gates of camps to the inside."""
        net = self.ground.net
        if not len(net.at_gates):
            return None
        into = net.net.into[self._place_of_gate].astype(np.int64)
        return Move.build(net.table, "admitted", net.at_gates, net.admitted[:, None, None], ["inside"], into[:, None, None])

    @cached_property
    def lane(self) -> I64:
        """Place with a limit that each source of `admission` is at the gate of, by its rank among them."""
        return np.searchsorted(self.ground.limited, self._place_of_gate)

    @cached_property
    def _place_of_gate(self) -> I64:
        net = self.ground.net
        return self.ground.ways.stand_place[net.states.at[net.at_gates]]

    @cached_property
    def leaving_count(self) -> Move | None:
        """From camps to where people are who left the count."""
        net = self.ground.net
        if not len(net.in_sinks):
            return None
        return Move.build(net.table, "leaves the count", net.in_sinks, net.left[:, None, None], ["left"])

    def leaving_chance(self, day: int) -> F64:
        """Return the chance of each source of `leaving_count`: only camps are sinks."""
        ground = self.ground
        return np.asarray((ground.sinks * ground.course.camp[day])[ground.net.place[ground.net.in_sinks]])
