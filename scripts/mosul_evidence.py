"""Evidence of the `mosul` scenario: series kept apart, each figure with the day on which it was known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from mosul_tables import Record, published, read

LAST_IOM_DAY = "2017-06-22"
"""IOM's coverage of host families widened after this day, so its series stops here."""

NUMBERS = ("individuals", "individuals_low", "individuals_high", "families", "low", "high")
"""Columns of the sourced tables in which a printed figure may stand."""


def evidence() -> Iterator[dict[str, object]]:
    """Rows of `evidence.csv`, by series and date."""
    known = {r["source_id"]: r["source_date"] for r in [*read("sources"), *read("added_sources")]}
    rows = [*_displacement(), *_single(), *_al_hol(), *_occupancy()]
    for row in sorted(rows, key=lambda row: (str(row["series"]), str(row["date"]), str(row["source"]))):
        told = published(known[str(row["source"])])
        date = dt.date.fromisoformat(str(row["date"]))
        if told is not None and told < date:
            raise ValueError(f"{row['series']}, {date}: known on {told}, before its own date")
        yield {**row, "known_on": told, "label": "sourced"}


def _displacement() -> Iterator[dict[str, object]]:
    """The big series, by the rules that tell which code and metric make which series."""
    rules = {(rule["code"], rule["metric"]): rule for rule in read("evidence_rules")}
    exceptions = {(e["date"], e["code"], e["metric"], e["source"]): e for e in read("evidence_exceptions")}
    for record in read("displacement_series"):
        code, metric, source = record["series"], record["metric"], record["source_id"]
        if code == "ALL" and record["date"] > LAST_IOM_DAY:
            continue
        exception = exceptions.pop((record["date"], code, metric, source), None)
        if exception is not None and exception["action"] == "leave out":
            continue
        rule = rules[code, metric]
        value = float(record["individuals"])
        row: dict[str, object] = {
            "series": rule["series"],
            "observer": rule["observer"],
            "quantity": rule["quantity"],
            "measure": rule["measure"],
            "date": record["date"],
            "value": value / 100 if rule["quantity"] == "camp_share" else value,
            "source": source,
            "note": record["note"],
        }
        if exception is not None:
            row |= {"weak": True, "low": exception["low"], "high": exception["high"], "note": exception["reason"]}
        yield row
    if exceptions:
        raise ValueError(f"exceptions that meet no row: {sorted(exceptions)}")


def _single() -> Iterator[dict[str, object]]:
    """Figures that are picked one by one; each is looked up in its table, so that none can be mistyped."""
    for pick in read("evidence_rows"):
        note = pick["reason"]
        value = float(pick["printed"])
        if _printed_a_day(pick):
            days = (dt.date.fromisoformat(pick["date"]) - dt.date.fromisoformat(pick["from_date"])).days + 1
            note = f"printed as {int(value):,} a day over {days} days; {note}"
            value *= days
        yield {
            "series": pick["series"],
            "observer": pick["observer"],
            "quantity": pick["quantity"],
            "measure": pick["measure"],
            "unit": pick["unit"],
            "date": pick["date"],
            "from_date": pick["from_date"],
            "value": value,
            "low": pick["low"],
            "high": pick["high"],
            "site": pick["site"],
            "weak": pick["weak"] == "yes",
            "source": pick["source"],
            "note": note,
        }


def _printed_a_day(pick: Record) -> bool:
    """Whether the figure is a daily rate in its table. Raises where the table has no such figure."""
    if pick["table"] == "report":
        return False
    if pick["table"] == "notes":
        found = [r for r in read("displacement_series") if r["source_id"] == pick["source"]]
        found = [r for r in found if f"{int(pick['printed']):,}" in r["note"]]
    else:
        end = "end" if pick["table"] == "screening_flow" else "date"
        found = [
            r
            for r in read(pick["table"])
            if r["source_id"] == pick["source"]
            and pick["date"].startswith(r[end])
            and any(r.get(column) == pick["printed"] for column in NUMBERS)
        ]
    if not found:
        raise ValueError(f"{pick['table']} has no {pick['printed']} of {pick['source']} for {pick['date']}")
    return found[0].get("unit") == "per_day"


def _al_hol() -> Iterator[dict[str, object]]:
    """Arrivals at Al Hol; a figure printed again, or below an earlier one, is no news."""
    highest = 0.0
    for record in read("alhol_series"):
        value = float(record["cumulative_iraqis_since_2016-10-17"])
        if value <= highest:
            continue
        highest = value
        yield {
            "series": "Al Hol",
            "observer": "UNHCR Al Hol",
            "quantity": "arrivals",
            "measure": "cumulative",
            "date": record["date"],
            "value": value,
            "site": "Al Hol camp",
            "source": record["source_id"],
            "note": record["note"],
        }


OCCUPIED = {
    "Debaga": "Debaga camps",
    "Hasansham U3": "Hasansham U3",
    "Hammam al-Alil": "Hammam al-Alil camps",
    "Nazrawa (Kirkuk)": "Nazrawa and Daquq camps",
    "Qayyarah Airstrip": "Qayyarah Airstrip",
    "Qayyarah Jad'ah": "Jad'ah camps",
    "Zelikan": "Zelikan camp",
}
"""Sites whose occupancy covers the whole of a camp of the scenario -> that camp."""


def _occupancy() -> Iterator[dict[str, object]]:
    for record in read("camps_occupancy"):
        if record["measure"] != "occupancy" or record["site"] not in OCCUPIED:
            continue
        camp = OCCUPIED[record["site"]]
        persons = record["individuals"]
        yield {
            "series": f"Occupancy of {camp}" if persons else f"Families in {camp}",
            "observer": "Camp managers",
            "quantity": "occupancy",
            "measure": "stock",
            "unit": "individuals" if persons else "households",
            "date": record["date"],
            "value": float(persons or record["families"]),
            "site": camp,
            "source": record["source_id"],
            "note": record["note"],
        }
