"""What the registers of a folder say of the days of a run, beside what the run says of the same camps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenward.fit.registered import Registered, registered
from havenward.fit.reports import Reports
from havenward.fit.scorecard import Scorecard
from havenward.fit.scores import HORIZON, Numbers
from havenward.fit.simulated import first_day, registered_during, stocks_at
from havenward.scenario.flee.schema import FleeScenario

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Compared:
    """Registered and simulated stocks of the same camps, on the days of a run, in the units that the run moves.

    Attributes:
        simulated: (draw, day, camp).
        registered: what it is scored against.
        printed: the figures as they stood in print, before corrections of the registers.
    """

    simulated: Numbers
    registered: Registered
    printed: Reports

    @cached_property
    def card(self) -> Scorecard:
        """All scores."""
        return Scorecard.of(self.simulated, self.registered)

    @property
    def late(self) -> Reports:
        """The printed figures that are scored: from day 30 on."""
        return self.registered.reports.since(HORIZON)

    @property
    def camps(self) -> tuple[str, ...]:
        """Camps that have a register."""
        return self.registered.camps

    @cached_property
    def rewritten(self) -> NDArray[np.bool_]:
        """(reports,) which printed figures a correction of the registers scales."""
        return ~np.isclose(self.printed.value, self.registered.reports.value)


def compared(outcome: xr.Dataset, scenario: FleeScenario) -> Compared | None:
    """The registers and the run; None where no camp of the folder has a register."""
    try:
        known = registered_during(outcome, scenario)
    except ValueError:
        return None
    first, days = first_day(outcome, scenario), outcome.sizes["time"]
    printed = registered(scenario, corrected=False).within(first, days).reports
    return Compared(stocks_at(outcome, known.camps), known, printed)
