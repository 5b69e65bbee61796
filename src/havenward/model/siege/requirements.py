"""What the siege model asks of a scenario that is to be run."""

from __future__ import annotations

from havenward.model.siege.cells import MOST_NIGHTS
from havenward.model.siege.classes import SLOW_BELOW
from havenward.model.siege.parameters import TABLE
from havenward.scenario.requirements import Requirements

SIEGE = Requirements(parameters=TABLE, most_nights=MOST_NIGHTS, slow_below=SLOW_BELOW)
