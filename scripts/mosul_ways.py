"""Ways out, crossings, camps, classes of households and observers of the `mosul` scenario."""

from __future__ import annotations

from collections.abc import Iterator

from mosul_front import homes
from mosul_tables import origin, read


def corridors() -> Iterator[dict[str, object]]:
    """Rows of `corridors.csv`, by home. Kilometres are left empty where the routes give them."""
    columns = ("crossing", "use", "km", "width_km", "patrols", "mines", "opened", "closed")
    order = homes()
    records = [(home, record) for record in read("assumed_corridors") for home in record["homes"].split(";")]
    for home, record in sorted(records, key=lambda pair: order.index(pair[0])):
        yield {"from_place": home, **{column: record[column] for column in columns}, **origin(record)}


def crossings() -> Iterator[dict[str, object]]:
    """Rows of `crossings.csv`."""
    for record in read("assumed_crossings"):
        plain = {k: v for k, v in record.items() if k not in ("label", "source", "reason")}
        yield {**plain, **origin(record)}


def camps() -> Iterator[dict[str, object]]:
    """Rows of `camps.csv`."""
    for record in read("assumed_camp_plots"):
        plain = {column: record[column] for column in ("camp", "date", "plots", "policy")}
        yield {**plain, **origin(record)}


def classes() -> Iterator[dict[str, object]]:
    """Rows of `classes.csv`: the share of a class is that of its size times its mobility times its means."""
    plain = ("name", "kind", "men", "women", "boys", "girls", "mobility", "means")
    for record in read("assumed_classes"):
        share = 1.0
        for part in ("size_share", "mobility_share", "means_share"):
            share *= float(record[part])
        row: dict[str, object] = {column: record[column] for column in plain}
        yield {**row, "share": round(share, 6), "label": "assumed", "note": record["reason"]}


def observers() -> Iterator[dict[str, object]]:
    """Rows of `observers.csv`."""
    for record in read("assumed_observers"):
        plain = {k: v for k, v in record.items() if k not in ("label", "source", "reason")}
        yield {**plain, **origin(record)}
