"""Named quantities: what a figure speaks of, and the persons of each member, in a store or in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import quantiles
from havenward.run.request import RunError

F64 = NDArray[np.float64]
TAILS = (0.05, 0.5, 0.95)
AT_ONCE = 64
"""Keys that are held together."""


class Key(NamedTuple):
    """What a figure speaks of."""

    site: str
    quantity: str
    measure: str


class Wanted(NamedTuple):
    """A named quantity: a flow over all days, or a stage on the last; at a site, or anywhere."""

    quantity: str
    site: str | None = None

    @classmethod
    def read(cls, text: str) -> Wanted:
        """Return what `arrived` or `in_camp@Long Meadow` names.

        Raises:
            RunError: it names no quantity.
        """
        quantity, _, site = text.partition("@")
        if not quantity.strip():
            raise RunError(f"{text!r} names no quantity; write it as arrived, or in_camp@SITE")
        return cls(quantity.strip(), site.strip() or None)

    def of(self, key: Key) -> bool:
        """Return whether a key speaks of it."""
        return key.quantity == self.quantity and self.site in (None, key.site)

    def __str__(self) -> str:
        """As it is written."""
        return self.quantity if self.site is None else f"{self.quantity}@{self.site}"


class Source(Protocol):
    """Members of an ensemble: names along every axis, and values."""

    @property
    def labels(self) -> Mapping[str, Sequence[str]]:
        """Names along every axis."""
        ...

    def read(self, name: str, members: slice, labels: slice) -> NDArray[Any]:
        """Return (draw, ..., labels, ...) of some members and labels of a variable."""
        ...


def keys_of(source: Source, variable: str) -> list[Key]:
    """Return what a variable speaks of, label by label."""
    return [Key(*label.split("|")) for label in source.labels[f"{variable}_label"]]


def persons(source: Source, variable: str, keys: Sequence[Key], members: slice) -> F64:
    """Return (draw, key, period) persons of what keys speak of; nobody where a source does not know one."""
    place = {key: k for k, key in enumerate(keys_of(source, variable))}
    known = [(k, place[key]) for k, key in enumerate(keys) if key in place]
    found = np.zeros((members.stop - (members.start or 0), len(keys), len(source.labels["period"])))
    if known:
        rows = [row for _, row in known]
        first, groups = min(rows), len(source.labels["group"])
        values = source.read(variable, members, slice(first, max(rows) + 1))[..., :groups].sum(axis=-1)
        found[:, [k for k, _ in known]] = values[:, :, [row - first for row in rows]].transpose(0, 2, 1)
    return found


def summed(source: Source, members: slice, wanted: Callable[[Key], bool]) -> F64:
    """Return (draw,) persons of all that is wanted: flows over all days; stages on the last day where no flow is wanted.

    Some stages have the name of the flow that leads there (returned, held); these are told once.
    """
    total = np.zeros(members.stop - (members.start or 0))
    for variable in ("flow", "stock"):
        keys = [key for key in keys_of(source, variable) if wanted(key)]
        for start in range(0, len(keys), AT_ONCE):
            values = persons(source, variable, keys[start : start + AT_ONCE], members).sum(axis=1)
            total += values[:, -1] if variable == "stock" else values.sum(axis=1)
        if keys:
            break
    return total


def keys_told(source: Source) -> list[Key]:
    """Return what stocks and flows speak of."""
    return [key for variable in ("stock", "flow") for key in keys_of(source, variable)]


def check(keys: Sequence[Key], wanted: Iterable[Wanted]) -> None:
    """Refuse a quantity that no key speaks of, by naming those that are told.

    Raises:
        RunError: there is one.
    """
    for one in wanted:
        if any(map(one.of, keys)):
            continue
        names = sorted({key.quantity for key in keys if one.site in (None, key.site)})
        if not names:
            sites = ", ".join(sorted({key.site for key in keys}))
            raise RunError(f"nothing is told of {one.site}; there are: {sites}")
        where = f" at {one.site}" if one.site else ""
        raise RunError(f"no {one.quantity} is told{where}; there are{where}: {', '.join(names)}")


def told(values: F64) -> F64:
    """Return (4, n) mean and quantiles at TAILS of (draw, n) values."""
    return np.concatenate([values.mean(axis=0)[None], quantiles(values, TAILS)])
