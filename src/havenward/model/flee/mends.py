"""Mends: where the mended rules differ from what Flee does, one by one, so that each can be had alone and measured.

docs/explanation/flee_mends.md, which `scripts/flee_mends.py` writes, says what each changes on a real instance.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

Level = Literal["exact", "mended"]
"""Flee's rules as Flee carries them out, or with its known faults mended."""


class Mend(StrEnum):
    """A difference from Flee."""

    ARRIVALS = "arrivals"
    MORNING = "morning"
    DAY_0 = "day_0"
    INTENSITY = "intensity"
    CAMPS = "camps"
    TODAY = "today"
    CLOSURES = "closures"
    ROUNDING = "rounding"
    HASTEN = "hasten"
    FIXED_ROUTES = "fixed_routes"
    FORECASTS = "forecasts"
    HUNGER = "hunger"
    NEARNESS = "nearness"
    AWARENESS = "awareness"
    GRAIN = "grain"


Mends = frozenset[Mend]

LEVELS: Final[dict[Level, Mends]] = {"exact": frozenset(), "mended": frozenset(Mend)}

WORDS: Final[dict[Mend, tuple[str, str]]] = {
    Mend.ARRIVALS: (
        "Nobody looks at a camp's capacity when people arrive, and those on the way are not counted: camps overshoot.",
        "Arrivals wait at the gate, and as many as there is room for are let in each evening, drawn evenly; "
        "who waits may turn elsewhere with a town's chance to leave.",
    ),
    Mend.MORNING: (
        "People act one after the other and see camps as those before them left them; all leave before anybody travels.",
        "All know camps as they were in the morning, so that nobody's number in a list matters; people set "
        "off for a camp as long as it attracts them (in Flee not once it is 95 % full).",
    ),
    Mend.DAY_0: (
        "Those registered on day 0 are counted twice in the sum, and are taken off the capacity of camps "
        "while they stand in them; a capacity that falls below one is then none.",
        "They are counted once, and take the places that they take.",
    ),
    Mend.INTENSITY: (
        "The intensity of a conflict is read when it begins, and never again.",
        "It is read every day.",
    ),
    Mend.CAMPS: (
        "A camp that was a conflict zone comes out of it as half a town, which people leave like one.",
        "It is the camp again that it was.",
    ),
    Mend.TODAY: (
        "Where people set out from is weighed with the conflicts of the day before, unless one begins or ends.",
        "It is weighed with those of the day.",
    ),
    Mend.CLOSURES: (
        "Reopening undoes every closure of a link; closures of type link do nothing; who is on a link that "
        "closes is sent back from its end even if it has reopened.",
        "A link is open once all its closures have ended; closures of type link work; who is on a link that "
        "reopens goes on.",
    ),
    Mend.ROUNDING: (
        "Every register is cut to a whole number before the sum is taken.",
        "The sum is rounded once.",
    ),
    Mend.HASTEN: (
        "People of `initial_idps`, of conflict- and flood-driven spawning, and `capacity_per_day` are not "
        "divided by hasten.",
        "They are.",
    ),
    Mend.FIXED_ROUTES: (
        "With fixed routes a place's attractiveness counts twice, partly as it was the day before, and full "
        "camps attract as empty ones do.",
        "It counts once, as it is, and full camps attract nobody.",
    ),
    Mend.FORECASTS: (
        "With a flood forecast nobody leaves a place without one, and nobody goes there; the level of a flood"
        " counts twice for flood zones.",
        "A forecast acts on places that it speaks of, and a level counts once.",
    ),
    Mend.HUNGER: (
        "On day 0 hunger makes no place less attractive.",
        "It does.",
    ),
    Mend.NEARNESS: (
        "Staying close to home takes latitude for longitude.",
        "It takes each for itself. Distances are still measured from where people stand.",
    ),
    Mend.AWARENESS: (
        "With an awareness of 0 nobody ever moves.",
        "It counts as 1.",
    ),
    Mend.GRAIN: (
        "How far people have travelled of late is remembered to the last digit (in exact mode here: to a 16th"
        " of a day's way).",
        "It is remembered to a quarter of a day's way, the way of a day to an eighth (finer where links are "
        "short), which leaves the chain fewer cells.",
    ),
}
"""What Flee does, and what the mended rules do."""
