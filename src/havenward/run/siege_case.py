"""The scenario of a siege as something to run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from havenward.guard.tiers import Nature, tier_of
from havenward.guard.warnings import caution
from havenward.model.siege.siege import Siege
from havenward.run.case import Model, Observed
from havenward.run.engine import SolverName
from havenward.run.observe import series_of
from havenward.run.request import RunError
from havenward.run.watch import Watch
from havenward.scenario.edits.edit import date_told
from havenward.scenario.edits.read import Edits
from havenward.scenario.folder import FILES
from havenward.scenario.schema import Scenario, Tier


@dataclass(frozen=True)
class SiegeCase:
    """A checked scenario; see `run.case.Case`.

    Attributes:
        scenario: what is run.
        edits: those that were made over its files, and that it holds already.
    """

    scenario: Scenario
    edits: Edits = field(default_factory=Edits)

    @property
    def name(self) -> str:
        """The name in its header, and whether edits were made."""
        return self.scenario.header.full_name

    @property
    def title(self) -> str:
        """The title in its header, and how many edits were made."""
        return self.scenario.header.full_title

    @property
    def model(self) -> Model:
        """The siege."""
        return "siege"

    @property
    def level(self) -> Literal[""]:
        """Nothing: there is one set of rules."""
        return ""

    @property
    def start(self) -> dt.date:
        """Its first day."""
        return self.scenario.header.start

    @property
    def end(self) -> dt.date:
        """Its last day."""
        return self.scenario.header.end

    @property
    def solver(self) -> SolverName:
        """The chain."""
        return "chain"

    @property
    def uncertain(self) -> bool:
        """Parameters of the siege have ranges."""
        return True

    @property
    def words(self) -> Mapping[str, str]:
        """The words for the group that seals the city, and what was edited."""
        header = self.scenario.header
        edits = {"edits": "\n".join(header.edits), "caution": caution(header)} if header.edits else {}
        return {"besieger": header.besieger, **edits}

    @property
    def limits(self) -> Sequence[str]:
        """The limits in its header."""
        return self.scenario.header.limits

    @property
    def series(self) -> Sequence[str]:
        """Every series of its evidence."""
        return list(series_of(self.scenario))

    def nature(self, _today: dt.date) -> Nature:
        """Return the nature in its header."""
        return self.scenario.header.nature

    def tier(self, today: dt.date) -> Tier:
        """Return how freely a run made on a day may be shown."""
        return tier_of(self.scenario, today)

    def files(self, source: Path) -> Sequence[str]:
        """Return the known files that are there."""
        return [name for name in FILES if (source / name).is_file()]

    def instead(self, _name: str) -> None:
        """Every file is copied as it stands: none holds records of persons."""
        return

    def stocks_given(self, day: int) -> bool:
        """Return whether `stocks.csv` gives the evening before a day."""
        return bool(self.scenario.stocks_before(day))

    def edits_before(self, day: int) -> Sequence[str]:
        """Return the edits that are dated before a day."""
        first = self.start + dt.timedelta(days=day)
        dated = ((line, date_told(line)) for line in self.scenario.header.edits)
        return [line for line, date in dated if date is not None and date < first]

    def ruleset(self, changes: Mapping[str, float]) -> Siege:
        """Return the siege, with some parameters set to one value.

        Raises:
            RunError: there is no parameter of a name, or it cannot have such a value.
        """
        try:
            return Siege.of(self.scenario, changes)
        except KeyError as error:
            raise RunError(f"there is no parameter {error}; `havenward parameters` lists them") from None
        except ValueError as error:
            raise RunError(str(error)) from None

    def watches(self, store: Observed) -> Sequence[Watch]:
        """Return what follows the series of the evidence."""
        return [Watch(store, self.scenario)]
