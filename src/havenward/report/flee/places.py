"""The table of places: what the map shows, in words."""

from __future__ import annotations

from collections.abc import Mapping

from havenward.report.flee.scene import FleeScene
from havenward.report.page import Table
from havenward.scenario.flee.schema import FleeScenario, Kind

KINDS: Mapping[Kind, str] = {
    "camp": "camp",
    "idpcamp": "camp of the internally displaced",
    "conflict": "conflict zone",
    "forward": "passed at once",
    "marker": "bend of a road",
    "flood_zone": "place that may be under water",
    "town": "town",
}


def places_table(scenario: FleeScenario, still: FleeScene, day: str) -> Table:
    """Every place with its kind in the folder, and whether it is struck on the last day."""
    what = "Under water" if still.flood else "Conflict"
    struck, once = set(still.struck.names), set(still.once.names)
    rows = [
        [
            place.name,
            KINDS[place.kind],
            place.region,
            place.country,
            "on this day" if place.name in struck else "earlier" if place.name in once else "–",
            f"{place.lat:.2f}, {place.lon:.2f}",
        ]
        for place in scenario.locations
    ]
    head = ["Place", "Kind in the folder", "Region", "Country", what, "Latitude, longitude"]
    return Table(f"Places of the map on {day}.", head, rows, folded=f"All {len(rows)} places")
