"""Tables of a run: summary.csv, the same as a workbook, and the stocks at the end.

One row for each date, site, group and quantity with a mean, a standard deviation and quantiles over members. Rows in which
every member has nobody are left out. Runs of up to half a year are told day
by day; longer ones at the ends of months, where a flow is the sum since the row before. Daily values are in the outcome.
Men, women, boys and girls are told apart where it matters to those who receive them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from havenward.model.siege.cells import STAGES
from havenward.scenario.schema import Scenario

DAILY_UP_TO = 183
QUANTILES = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}
COLUMNS = ("date", "site", "group", "quantity", "measure", "unit", "mean", "sd", *QUANTILES)
ROWS = (
    *((group, "individuals") for group in ("all", "men", "women", "boys", "girls")),
    ("all", "households"),
)
BY_GROUP = frozenset(
    {
        *("home_held", "home_contact", "home_free", "waiting", "held", "in_transit", "in_camp", "in_host", "returned"),
        *("arrived", "left_home", "to_camp", "to_host"),
    }
)
"""Quantities that are told by group; the others are told for all only."""
SHEET_ROWS = 1_000_000

Label = tuple[str, str, str]
"""Site, quantity and measure."""


@dataclass(frozen=True)
class Periods:
    """Some members of a run at the dates of the summary.

    Attributes:
        dates: (P,) days.
        labels: what is counted.
        values: (draw, P, labels, 5) men, women, boys, girls and households.
    """

    dates: NDArray[np.datetime64]
    labels: list[Label]
    values: NDArray[np.float64]

    @classmethod
    def of(cls, outcome: xr.Dataset) -> Periods:
        """Sum an outcome to its sites, links and periods."""
        ends = period_ends(outcome["time"].values)
        stock_keys = [
            (str(site), str(stage), "stock")
            for site, stage in zip(outcome["stock_site"].values, outcome["stock_stage"].values, strict=True)
        ]
        links = list(
            zip(outcome["link_from"].values, outcome["link_to"].values, outcome["link_quantity"].values, strict=True)
        )
        flow = np.add.reduceat(outcome["flow"].values, np.concatenate([[0], ends[:-1] + 1]), axis=1)
        arrived = [k for k, (_, _, quantity) in enumerate(links) if quantity == "arrived"]
        parts = [
            _by_label(outcome["stock"].values[:, ends], stock_keys),
            _by_label(flow, [(f"{start}>{end}", str(quantity), "flow") for start, end, quantity in links]),
            _by_label(
                np.cumsum(flow[:, :, arrived], axis=1), [(str(links[k][1]), "arrived", "cumulative") for k in arrived]
            ),
        ]
        return cls(
            outcome["time"].values[ends].astype("datetime64[D]"),
            [label for labels, _ in parts for label in labels],
            np.concatenate([values for _, values in parts], axis=2),
        )


def period_ends(time: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the places of the days that the summary speaks of: all, or the ends of months and the last."""
    if len(time) <= DAILY_UP_TO:
        return np.arange(len(time))
    month = time.astype("datetime64[M]")
    return np.append(np.flatnonzero(month[1:] != month[:-1]), len(time) - 1)


def _by_label(values: NDArray[Any], labels: list[Label]) -> tuple[list[Label], NDArray[np.float64]]:
    """Sum series of one label; return labels and (draw, time, label, count)."""
    names = list(dict.fromkeys(labels))
    place = {name: k for k, name in enumerate(names)}
    summed = np.zeros((*values.shape[:2], len(names), values.shape[3]))
    for k, label in enumerate(labels):
        summed[:, :, place[label]] += values[:, :, k]
    return names, summed


def summarise(parts: Sequence[Periods]) -> pd.DataFrame:
    """Return the table of COLUMNS over the members of all parts."""
    values = np.concatenate([part.values for part in parts])
    counted = np.concatenate([values[..., :4].sum(axis=-1, keepdims=True), values], axis=-1)
    dates, labels = parts[0].dates, parts[0].labels
    told = np.array([[group == "all" or label[1] in BY_GROUP for group, _ in ROWS] for label in labels])
    series, time, group = np.nonzero(np.swapaxes(np.any(counted, axis=0), 0, 1) & told[:, None, :])
    picked = counted[:, time, series, group]
    columns: dict[str, NDArray[Any]] = {"date": dates[time]}
    for k, name in enumerate(("site", "quantity", "measure")):
        columns[name] = np.array([label[k] for label in labels], dtype=object)[series]
    for k, name in enumerate(("group", "unit")):
        columns[name] = np.array([row[k] for row in ROWS], dtype=object)[group]
    columns["mean"] = picked.mean(axis=0)
    columns["sd"] = picked.std(axis=0, ddof=1) if len(picked) > 1 else np.zeros(len(time))
    columns |= dict(zip(QUANTILES, np.quantile(picked, list(QUANTILES.values()), axis=0), strict=True))
    return pd.DataFrame(columns)[list(COLUMNS)]


def write_csv(table: pd.DataFrame, path: Path, attributes: Mapping[str, Any]) -> None:
    """Write the table as CSV, and beside it what its columns mean, with tier and run."""
    # two decimals, as in the workbook, and millions in full
    figures = table.round(dict.fromkeys(COLUMNS[6:], 2))
    figures.to_csv(path, index=False, float_format="%.12g", date_format="%Y-%m-%d")
    about = {
        "name": path.stem,
        "title": f"{attributes['title']}: summary over members",
        "tier": attributes["tier"],
        "scenario": attributes["scenario"],
        "run": attributes["run"],
        "calibrated": attributes["calibrated"],
        "columns": COLUMN_MEANINGS,
    }

    path.with_suffix(".json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


COLUMN_MEANINGS = {
    "date": "the day, or the last day of the month, that the row speaks of",
    "site": "a place, or from>to for a flow between places",
    "group": "all, or men and women of 15 and over, boys and girls under 15",
    "quantity": "a stage or a flow",
    "measure": "stock (at the end of the day), flow (since the date before) or cumulative (since the first day kept)",
    "unit": "individuals or households",
    "mean": "mean over members",
    "sd": "standard deviation over members",
    **{name: f"{value:.1%} quantile over members" for name, value in QUANTILES.items()},
}


def write_workbook(table: pd.DataFrame, path: Path, attributes: Mapping[str, Any], scenario: Scenario) -> None:
    """Write the same table as a workbook: a read-me sheet, then the facts, a sheet for each measure."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    book.set_properties(
        {
            "title": f"{attributes['title']} [{attributes['tier']}]",
            "keywords": f"tier: {attributes['tier']}; run: {attributes['run']}",
            "comments": f"Calibrated {attributes['calibrated']}" if attributes["calibrated"] else "",
        }
    )
    readme = book.add_worksheet("read me")
    lines = [
        (f"Tier: {attributes['tier']}", ""),
        ("Scenario", f"{attributes['scenario']}: {attributes['title']}"),
        ("Run", f"{attributes['run']}, solver {attributes['solver']}, seed {attributes['seed']}"),
        ("Calibrated", attributes["calibrated"] or "no"),
        ("Not listed", "zero in every member, or men, women, boys and girls of a quantity that is told for all only"),
        *((f"Column {name}", meaning) for name, meaning in COLUMN_MEANINGS.items()),
        *(("Limit", limit) for limit in scenario.header.limits),
    ]
    for row, (name, text) in enumerate(lines):
        readme.write_string(row, 0, name)
        readme.write_string(row, 1, text)
    for measure, part in table.groupby("measure", sort=False):
        for number, start in enumerate(range(0, max(len(part), 1), SHEET_ROWS)):
            sheet = book.add_worksheet(f"{measure}{'' if number == 0 else f' {number + 1}'}")
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, COLUMNS)
            page = part.iloc[start : start + SHEET_ROWS]
            serials = (page["date"].to_numpy().astype("datetime64[D]") - np.datetime64("1899-12-30")).astype(int)
            columns = [
                *(page[name].tolist() for name in COLUMNS[1:6]),
                *(np.round(page[name].to_numpy(), 2).tolist() for name in COLUMNS[6:]),
            ]
            for row, (serial, cells) in enumerate(zip(serials.tolist(), zip(*columns, strict=True), strict=True), start=1):
                sheet.write_number(row, 0, serial, as_date)
                sheet.write_row(row, 1, cells)
    try:
        book.close()
    except FileCreateError as fault:
        # a full disk, mostly; the library hides the error of the system in one of its own
        raise OSError(str(fault)) from fault


def final_stocks(outcome: xr.Dataset) -> dict[str, dict[str, float]]:
    """Return mean, q05, q50 and q95 persons of every stage on the last day."""
    last = outcome["stock"].isel(time=-1).values[..., :4].sum(axis=-1).astype(float)
    stages = outcome["stock_stage"].values
    result = {}
    for stage in STAGES:
        people = last[:, stages == stage].sum(axis=1)
        q05, q50, q95 = np.quantile(people, [0.05, 0.5, 0.95])
        result[stage] = {
            "mean": round(float(people.mean()), 1),
            "q05": round(float(q05), 1),
            "q50": round(float(q50), 1),
            "q95": round(float(q95), 1),
        }
    return result
