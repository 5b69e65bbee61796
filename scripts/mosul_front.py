"""What is dated in the `mosul` scenario, besides crossings and camps: control, fighting, bans, advice, prices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from mosul_tables import Record, names, origin, read

AREAS = (
    "east Mosul",
    "west Mosul",
    "ring",
    "Qayyarah corridor",
    "Shirqat",
    "Hawija",
    "western Ninewa",
)
"""Origin areas, in the order of the header."""


def homes() -> list[str]:
    """Names of the homes, in the order of the table of places."""
    return [place["name"] for place in read("assumed_places") if place["kind"] == "home"]


def control() -> Iterator[dict[str, object]]:
    """Rows of `control.csv`: takeover, then the passage of the front, for every home in date order."""
    points: dict[str, list[dict[str, object]]] = {home: [] for home in homes()}
    for takeover in read("assumed_takeover"):
        for place in takeover["places"].split(";"):
            points[place] += _takeover(place, takeover)
    for passage in read("assumed_passage"):
        points[passage["place"]] += _passage(passage)
    for point in read("assumed_front"):
        plain = {column: point[column] for column in ("place", "date", "earliest", "latest", "besieged_share")}
        points[point["place"]].append({**plain, **origin(point)})
    for home, rows in points.items():
        if not rows:
            raise ValueError(f"no control for {home}")
        yield from sorted(rows, key=lambda row: str(row["date"]))


def _takeover(place: str, takeover: Record) -> Iterator[dict[str, object]]:
    free, held = (dt.date.fromisoformat(takeover[column]) for column in ("free_until", "held_from"))
    ends = {end: takeover[f"held_{end}"] for end in ("earliest", "latest")}
    for date, share in ((free, 0), (held, 1)):
        yield {
            "place": place,
            "date": str(date),
            # a takeover that came earlier or later took as long
            **{end: day and str(dt.date.fromisoformat(day) - (held - date)) for end, day in ends.items()},
            "besieged_share": share,
            "label": "assumed",
            "note": takeover["reason"],
        }


def _passage(passage: Record) -> Iterator[dict[str, object]]:
    """The front passes a small town in a few days that end on the retake date of the control table."""
    place = passage["place"]
    held = next(row for row in read("control_timeline") if row["place"] == place)
    sourced = held["to"] != ""
    if sourced == (passage["retaken"] != ""):
        raise ValueError(f"{place}: one retake date is needed, in the control table or by hand")
    retaken = dt.date.fromisoformat(held["to"] or passage["retaken"])
    yield {
        "place": place,
        "date": str(retaken - dt.timedelta(days=int(passage["days"]))),
        "earliest": passage["begins_earliest"],
        "latest": passage["begins_latest"],
        "besieged_share": 1,
        "label": "assumed",
        "note": passage["reason"],
    }
    yield {
        "place": place,
        "date": str(retaken),
        "earliest": passage["retaken_earliest"],
        "latest": passage["retaken_latest"],
        "besieged_share": 0,
        "label": "sourced" if sourced else "assumed",
        "source": held["source_id"],
        "note": held["note"] if sourced else passage["reason"],
    }


def fighting() -> Iterator[dict[str, object]]:
    """Rows of `fighting.csv`; every intensity is assumed, on the three steps of the format."""
    order = homes()
    spells = [(place, spell) for spell in read("assumed_fighting") for place in names(spell["places"], order)]
    for place, spell in sorted(spells, key=lambda pair: (order.index(pair[0]), pair[1]["date"])):
        yield {
            "place": place,
            "date": spell["date"],
            "intensity": spell["intensity"],
            "label": "assumed",
            "note": spell["reason"],
        }


def restrictions() -> Iterator[dict[str, object]]:
    """Rows of `restrictions.csv`."""
    return _by_area("assumed_restrictions", ("kind", "date", "level"))


def prices() -> Iterator[dict[str, object]]:
    """Rows of `prices.csv`."""
    return _by_area("assumed_prices", ("date", "index"))


def supplies() -> Iterator[dict[str, object]]:
    """Rows of `supplies.csv`."""
    return _by_area("assumed_supplies", ("date", "inflow"))


def _by_area(stem: str, columns: tuple[str, ...]) -> Iterator[dict[str, object]]:
    """One row for each area of a hand-written row, by area, kind and date."""
    records = [(area, record) for record in read(stem) for area in names(record["areas"], AREAS)]
    order = sorted(records, key=lambda pair: (AREAS.index(pair[0]), pair[1].get("kind", ""), pair[1]["date"]))
    for area, record in order:
        yield {"area": area, **{column: record[column] for column in columns}, **origin(record)}
