"""What a run is made from: all that running and keeping a run needs to know of a scenario, whatever its kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from havenward.core.rules import RuleSet
from havenward.guard.tiers import Nature
from havenward.model.flee.mends import Level
from havenward.scenario.edits.read import Edits
from havenward.scenario.schema import Tier

if TYPE_CHECKING:
    # whoever only reads a run needs no compiler
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from havenward.run.engine import Batch, Plan, SolverName
    from havenward.run.record import Sink

Model = Literal["siege", "flee"]
"""Which rules a run was made by."""


class Follower(Protocol):
    """Follows a run batch by batch."""

    def part(self, batch: Batch) -> Sink:
        """Return what takes the days of a batch."""
        ...


class Watcher(Follower, Protocol):
    """A follower that writes into the outcome what it saw."""

    def finish(self) -> None:
        """Write what was seen of the last batch, as far as it got."""
        ...


class Observed(Protocol):
    """Takes what the counters of the evidence would print."""

    @property
    def plan(self) -> Plan:
        """What is run."""
        ...

    @property
    def frame(self) -> xr.Dataset:
        """Coordinates of the outcome."""
        ...

    def write_observed(self, place: slice, values: NDArray[np.float32]) -> None:
        """Write (M, days, series) of some members, from the first day on."""
        ...


class Case(Protocol):
    """A scenario as something to run."""

    @property
    def name(self) -> str:
        """A plain name, fit for a folder."""
        ...

    @property
    def title(self) -> str:
        """What it is called in tables and pictures."""
        ...

    @property
    def model(self) -> Model:
        """Which rules it is run by."""
        ...

    @property
    def level(self) -> Level | Literal[""]:
        """How exactly the rules are those of their model; empty where there is one set of rules."""
        ...

    @property
    def start(self) -> dt.date:
        """Its first day."""
        ...

    @property
    def end(self) -> dt.date:
        """Its last day."""
        ...

    @property
    def solver(self) -> SolverName:
        """The solver of a run for which none is named."""
        ...

    @property
    def uncertain(self) -> bool:
        """Whether members draw assumptions from their ranges: without ranges they differ by chance only."""
        ...

    @property
    def words(self) -> Mapping[str, str]:
        """Further attributes of its outcomes."""
        ...

    @property
    def limits(self) -> Sequence[str]:
        """What it cannot tell, sentence by sentence."""
        ...

    @property
    def series(self) -> Sequence[str]:
        """Series of its evidence that are watched."""
        ...

    @property
    def edits(self) -> Edits:
        """What-ifs that were made over the files that it was read from."""
        ...

    def nature(self, today: dt.date) -> Nature:
        """Return what kind of case it is, as of a day."""
        ...

    def tier(self, today: dt.date) -> Tier:
        """Return how freely a run made on a day may be shown."""
        ...

    def files(self, source: Path) -> Sequence[str]:
        """Return the files below a source folder that it was read from, with `/` between folder and name."""
        ...

    def instead(self, name: str) -> str | None:
        """Return what the copy has in place of one of these files; None where the file is copied as it stands."""
        ...

    def stocks_given(self, day: int) -> bool:
        """Return whether the stocks of the evening before a day are given; days are counted from the start."""
        ...

    def edits_before(self, day: int) -> Sequence[str]:
        """Return the edits, each in a line, that are dated before a day; days are counted from the start."""
        ...

    def ruleset(self, changes: Mapping[str, float]) -> RuleSet:
        """Return its rules, with some parameters set to one value.

        Raises:
            RunError: the rules cannot be made, or a parameter cannot be set so.
        """
        ...

    def watches(self, store: Observed) -> Sequence[Watcher]:
        """Return the followers that work out what the counters of its evidence would print."""
        ...
