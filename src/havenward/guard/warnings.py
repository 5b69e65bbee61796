"""What must be said beside certain results, word for word, wherever they are shown."""

from __future__ import annotations

from havenward.scenario.schema import Header

OPENED_CORRIDOR = (
    "This corridor needs the agreement of all parties to the conflict. Its safety is an assumption, with the range stated, "
    "and is not shown by this model. Those who cannot move (the old, the ill, the held, those without means) do not gain "
    "from it. Nobody may be made to use it. This is not a recommendation to open it."
)
"""Stands beside every result of a run in which a corridor opens, with the ranges of danger; also in RESPONSIBLE_USE.md."""


def caution(header: Header) -> str:
    """Return what must be said wherever a result of a scenario is shown, because of the edits made to it; else nothing."""
    return OPENED_CORRIDOR if any(line.startswith("open_corridor ") for line in header.edits) else ""
