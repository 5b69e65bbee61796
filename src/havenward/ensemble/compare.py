"""What a decision changes: a base and an edited ensemble of the same members, held against one another member by member.

Members of both draw the same random numbers wherever the edit does not reach, so that a difference within a member is far
less noisy than the members are; the variance ratio says by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenward.ensemble.named import AT_ONCE, F64, Key, Wanted, check, keys_of, keys_told, persons, summed, told
from havenward.ensemble.store import EnsembleStore
from havenward.guard.disclosure import FEWEST_DRAWS
from havenward.run.request import RunError

VARIABLES = ("stock", "flow", "cumulative")
LOST = ("captured", "died_on_way")
"""Flows of people whom a way does not bring across, but for those who turn back."""
Both = tuple[F64, F64]
"""Persons of each member, of the base and of the edit."""


@dataclass(frozen=True)
class Differences:
    """Figures under the base and under the edit, over members.

    Attributes:
        base, edited: (4, n) mean and quantiles at TAILS.
        change: (4, n) the same of the differences within members, edited less base.
        error: (n,) standard error of the mean change.
        lower, higher: (n,) share of members in which a figure falls, and in which it rises.
        variance_ratio: (n,) variance of the difference of two members that are no pair, over that of pairs; infinite where
            nothing changes in any member, and not a number where nothing varies.
    """

    base: F64
    edited: F64
    change: F64
    error: F64
    lower: F64
    higher: F64
    variance_ratio: F64

    @classmethod
    def of(cls, base: F64, edited: F64) -> Differences:
        """Return what (draw, n) values of figures differ by.

        Raises:
            RunError: there are too few members to say how sure it is.
        """
        if len(base) < FEWEST_DRAWS:
            raise RunError(f"a comparison needs at least {FEWEST_DRAWS} members: one alone says nothing of how sure it is")
        change = edited - base
        apart, paired = base.var(axis=0, ddof=1) + edited.var(axis=0, ddof=1), change.var(axis=0, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = apart / paired
        return cls(
            base=told(base),
            edited=told(edited),
            change=told(change),
            error=np.sqrt(paired / len(change)),
            lower=(change < 0).mean(axis=0),
            higher=(change > 0).mean(axis=0),
            variance_ratio=ratio,
        )


@dataclass(frozen=True)
class Comparison:
    """Two ensembles of the same members.

    Attributes:
        base: as things stand.
        edited: with the edits made.
        members: how many of both are compared.
    """

    base: EnsembleStore
    edited: EnsembleStore
    members: int

    @classmethod
    def of(cls, base: EnsembleStore, edited: EnsembleStore, members: int) -> Comparison:
        """Return a comparison of two stores.

        Raises:
            RunError: they do not hold the same members, or not the same days.
        """
        same = ("solver", "seed", "spread", "first", "last", "begin")
        differs = [name for name in same if getattr(base.plan, name) != getattr(edited.plan, name)]
        if differs:
            raise RunError(f"the two ensembles differ in {', '.join(differs)}, so their members are no pairs")
        return cls(base, edited, members)

    @property
    def periods(self) -> NDArray[np.datetime64]:
        """Days that end a period."""
        return np.array(self.base.labels["period"], dtype="datetime64[D]")

    def rows(self) -> Iterator[tuple[list[Key], Differences]]:
        """Yield all figures of persons at the ends of periods, some keys at a time: figures are (keys x periods,)."""
        for variable in VARIABLES:
            keys = self._keys(variable)
            for start in range(0, len(keys), AT_ONCE):
                some = keys[start : start + AT_ONCE]
                base, edited = (persons(store, variable, some, slice(self.members)) for store in (self.base, self.edited))
                yield some, Differences.of(base.reshape(self.members, -1), edited.reshape(self.members, -1))

    def _keys(self, variable: str) -> list[Key]:
        """Return what either side tells of; what an edit added stands last."""
        return list(dict.fromkeys([*keys_of(self.base, variable), *keys_of(self.edited, variable)]))

    def total(self, wanted: Wanted) -> Differences:
        """Return the difference of a named quantity: a flow over all days, or a stage on the last.

        Raises:
            RunError: neither side tells it.
        """
        self.check([wanted])
        return Differences.of(*self._both(wanted.of))

    def tells(self, wanted: Wanted) -> bool:
        """Return whether either side tells a quantity."""
        return any(map(wanted.of, [*keys_told(self.base), *keys_told(self.edited)]))

    def check(self, wanted: Iterable[Wanted]) -> None:
        """Refuse a quantity that neither side tells.

        Raises:
            RunError: there is one.
        """
        check([*keys_told(self.base), *keys_told(self.edited)], wanted)

    def _both(self, wanted: Callable[[Key], bool]) -> Both:
        """Return (draw, 1) persons of what is wanted, of the base and of the edit."""
        base, edited = (summed(store, slice(self.members), wanted)[:, None] for store in (self.base, self.edited))
        return base, edited

    def corridor(self, home: str, crossing: str) -> dict[str, Differences]:
        """Return the three parts of what an opened corridor does, in persons over all days.

            induction   more people set out, from anywhere
            diversion   people set out from this home to this crossing, by any use, who would have set out another way;
                        less than nought where fewer set out this way than more set out in all
            danger      more people are captured or die on the way, whichever way they went

        Danger rests on assumptions that are the same for all ways of a kind; it says nothing about this one.
        """
        way = f"{home}>{crossing}"
        out = self._both(lambda key: key.quantity == "left_home")
        this_way = self._both(lambda key: key.quantity == "left_home" and key.site == way)
        lost = self._both(lambda key: key.quantity in LOST and key.measure == "flow")
        return {name: Differences.of(*both) for name, both in parts_of(out, this_way, lost).items()}


def parts_of(out: Both, this_way: Both, lost: Both) -> dict[str, Both]:
    """Return the three parts of a corridor's effect, of the base and of the edit; see `Comparison.corridor`.

    Args:
        out: all who set out.
        this_way: those of them who set out from its home to its crossing.
        lost: all who are captured or die on the way.
    """
    return {"induction": out, "diversion": (this_way[0] - out[0], this_way[1] - out[1]), "danger": lost}
