"""Phase 2, life: supplies, prices, repression and violence make up the wish to leave; hope lowers it.

    D = ln(price / reference) + scarcity x (1 - stock / cover)+
    V = ln(1 + strikes per km2 and week)
    H = advice to stay x exp(-expected days to liberation / hope days)
    w = logistic(base + deprivation D + repression R + little V + much V^2 - hope H)

Sources of the form: Bohra-Mishra and Massey (2011) for the two signs of violence; Carling (2002) for wish times ability;
Revkin (2021) and Amnesty International (April 2017) for staying on advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from havenward.core.orders import Order, Phase
from havenward.model.siege.control import Control
from havenward.model.siege.world import World

F64 = NDArray[np.float64]
CAPTURE_MEMORY_DAYS = 30.0


@dataclass
class Life:
    """The wish to leave, for every member and home.

    Attributes:
        wish: (M, H, 2) share of those asked who wish to leave, behind the line and in contact.
        deprivation: (M, A).
        stock: (M, A) days of cover.
        repression: (M, A) captures per 100,000 people, fading over 30 days.
    """

    MEMORY: ClassVar = ("stock", "repression")

    world: World
    control: Control
    values: dict[str, F64]
    wish: F64 = field(init=False)
    deprivation: F64 = field(init=False)
    stock: F64 = field(init=False)
    repression: F64 = field(init=False)

    def __post_init__(self) -> None:
        members = len(self.values["stock_days"])
        areas, homes = len(self.world.areas), len(self.world.homes.names)
        self.stock = np.repeat(self.values["stock_days"][:, None], areas, axis=1)
        self.deprivation = np.zeros((members, areas))
        self.repression = np.zeros((members, areas))
        self.wish = np.zeros((members, homes, 2))
        steps = [self.values[f"strikes_{step}"] for step in ("sporadic", "sustained", "assault")]
        self._steps = np.stack([np.zeros(members), *steps], axis=1)

    def phase(self, day: int, captures: F64, people: F64) -> Phase:
        """Update the wish. `captures` (M, A): stopped last night; `people` (M, A): at home."""
        yield from _no_orders()
        world, value = self.world, self.values
        cover = value["stock_days"][:, None]
        self.stock = np.clip(self.stock + world.inflow[day] - 1.0, 0.0, cover)
        self.deprivation = np.log(world.price[day]) + value["scarcity_effect"][:, None] * (1.0 - self.stock / cover)
        fade = np.exp(-1.0 / CAPTURE_MEMORY_DAYS)
        self.repression = self.repression * fade + 1e5 * captures / np.maximum(people, 1.0)
        area = world.homes.area
        pressed = (
            value["wish_base"][:, None]
            + value["deprivation_effect"][:, None] * self.deprivation[:, area]
            + value["repression_effect"][:, None] * np.log1p(self.repression)[:, area]
            - value["hope_effect"][:, None] * world.advice[day, area] * self._hope()
        )
        strikes = self._strikes(day)
        behind = strikes * value["violence_behind"][:, None]
        violence = np.log1p(np.stack([behind, strikes], axis=2))
        little, much = value["violence_little"][:, None, None], value["violence_much"][:, None, None]
        self.wish = expit(pressed[:, :, None] + little * violence + much * violence**2)

    def _strikes(self, day: int) -> F64:
        """Return (M, H) strikes per km2 and week: the three steps, with straight lines between them."""
        level = self.world.intensity[day]
        below = np.minimum(level.astype(int), 2)
        least, most = self._steps[:, below], self._steps[:, below + 1]
        return np.asarray(least + (most - least) * (level - below))

    def _hope(self) -> F64:
        """Return (M, H): hope falls with the time that the nearest freed place is away at the expected advance."""
        freed = self.control.besieged < 0.5
        km = np.where(freed[:, None, :], self.world.front_km[None], np.inf).min(axis=2, initial=1e4)
        days = km / self.values["advance_km_a_day"][:, None]
        return np.asarray(np.exp(-days / self.values["hope_days"][:, None]))


def _no_orders() -> Iterator[Order]:
    """A phase that only looks is a phase all the same."""
    return iter(())
