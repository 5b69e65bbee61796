"""A Flee folder as something to run."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from havenward.core.rules import RuleSet
from havenward.guard.tiers import Nature, nature_of_flee, tier_of_flee
from havenward.model.flee.mends import Level
from havenward.run.case import Model, Observed, Watcher
from havenward.run.engine import SolverName
from havenward.run.request import RunError
from havenward.scenario.edits.read import Edits
from havenward.scenario.flee.draft import read_draft
from havenward.scenario.flee.folder import AGENTS, Files, in_folder
from havenward.scenario.flee.limits import limits_of
from havenward.scenario.flee.read import read_flee
from havenward.scenario.flee.schema import FleeScenario
from havenward.scenario.flee.write import agents_text
from havenward.scenario.problems import Problems, printable
from havenward.scenario.schema import Tier

LONGEST_NAME = 40


@dataclass(frozen=True)
class FleeCase:
    """A checked Flee folder, and how exactly Flee's rules are kept; see `run.case.Case`.

    Attributes:
        folder_name: name of the folder, which is all that a Flee folder says of itself.
        scenario: what it holds.
        level: Flee's rules as they are, or with their known faults mended.
        public_sources: what it was made from, where its user marks all of that as public; else empty.
    """

    folder_name: str
    scenario: FleeScenario
    level: Level = "mended"
    public_sources: str = ""

    @classmethod
    def of(cls, folder: Path, scenario: FleeScenario, level: Level | None = None) -> FleeCase:
        """Return the case of a folder that has been read."""
        return cls(folder.resolve().name, scenario, level or "mended")

    @classmethod
    def read(cls, folder: Path) -> FleeCase:
        """Return the case of a folder.

        Raises:
            ScenarioError: with every problem that was found.
        """
        return cls.of(folder, read_flee(folder))

    @property
    def name(self) -> str:
        """The folder's name in plain letters."""
        plain = unicodedata.normalize("NFKD", self.folder_name).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:LONGEST_NAME] or "flee"

    @property
    def title(self) -> str:
        """The folder's name as it stands."""
        return printable(self.folder_name) or "Flee"

    @property
    def model(self) -> Model:
        """Flee's rules."""
        return "flee"

    @property
    def start(self) -> dt.date:
        """Its first day."""
        return self.scenario.start

    @property
    def end(self) -> dt.date:
        """Its last day."""
        return self.scenario.start + dt.timedelta(days=self.scenario.days - 1)

    @property
    def solver(self) -> SolverName:
        """Moving every person where the order in which they move matters, else the chain."""
        return "individuals" if self.level == "exact" else "chain"

    @property
    def uncertain(self) -> bool:
        """Settings of Flee have no ranges."""
        return False

    @property
    def words(self) -> Mapping[str, str]:
        """The public sources that it was marked with."""
        return {"public_sources": self.public_sources}

    @property
    def limits(self) -> Sequence[str]:
        """What Flee's rules leave out."""
        return limits_of(self.scenario)

    @property
    def series(self) -> Sequence[str]:
        """None: registered people are compared with the camps later."""
        return ()

    @property
    def edits(self) -> Edits:
        """None: a Flee folder is edited by hand."""
        return Edits()

    def nature(self, today: dt.date) -> Nature:
        """Return a closed case where it is marked as one and over five years old, else a live one."""
        return nature_of_flee(self.scenario, today, self.public_sources)

    def tier(self, today: dt.date) -> Tier:
        """Return how freely a run made on a day may be shown."""
        return tier_of_flee(self.scenario, today, self.public_sources)

    def files(self, source: Path) -> Sequence[str]:
        """Return the files that are opened when the folder is read, and no other."""
        there = in_folder(source, Problems())
        opened: set[str] = set()

        def noted(name: str, problems: Problems) -> bytes | None:
            opened.add(name)
            return there.open(name, problems)

        read_draft(Files(there.names, noted), Problems())
        return sorted(opened)

    def instead(self, name: str) -> str | None:
        """Return the agents file written from its counts: no line about a person goes into the copy."""
        return agents_text(self.scenario.agents) if name in AGENTS else None

    def stocks_given(self, _day: int) -> bool:
        """A Flee folder gives no stocks of an evening."""
        return False

    def edits_before(self, _day: int) -> Sequence[str]:
        """Return nothing: a Flee folder is not edited."""
        return ()

    def ruleset(self, changes: Mapping[str, float]) -> RuleSet:
        """Return Flee's rules for this folder.

        Raises:
            RunError: a parameter is to be changed, or Flee's rules cannot be made for what the folder says.
        """
        if changes:
            raise RunError(f"{', '.join(changes)} cannot be set for a Flee folder: its simsetting.yml holds the values")
        from havenward.model.flee.flee import Flee

        try:
            ruleset: RuleSet = Flee.of(self.scenario, self.level)
        except ValueError as error:
            raise RunError(str(error)) from None
        return ruleset

    def watches(self, _store: Observed) -> Sequence[Watcher]:
        """Return nothing: no counters are watched."""
        return ()
