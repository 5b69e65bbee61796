"""Tables of a run: summary.csv, the same as a workbook, and the stocks at the end.

One row for each date, site, group and quantity with a mean, a standard deviation and quantiles over members. Rows in which
every member has nobody are left out: what is not listed is zero in every member. Runs of up to DAILY_UP_TO days are told
day by day; longer ones at the end of every week, where a flow is the week's sum. Daily values are in the outcome.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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
GROUPS = ("all", "men", "women", "boys", "girls")
SHEET_ROWS = 1_000_000


def summarise(outcome: xr.Dataset) -> pd.DataFrame:
    """Return the table of COLUMNS: stocks by site, flows from site to site, and cumulative arrivals at crossings."""
    days = outcome.sizes["time"]
    every = 1 if days <= DAILY_UP_TO else 7
    ends = np.arange(days - 1, -1, -every)[::-1]
    dates = outcome["time"].values[ends].astype("datetime64[D]")
    stock_labels, stock = _by_label(
        outcome["stock"].values[:, ends],
        [(str(a), str(b)) for a, b in zip(outcome["stock_site"].values, outcome["stock_stage"].values, strict=True)],
    )
    daily = outcome["flow"].values
    sums = np.add.reduceat(daily, np.concatenate([[0], ends[:-1] + 1]), axis=1) if every > 1 else daily
    ways = zip(outcome["link_from"].values, outcome["link_to"].values, outcome["link_quantity"].values, strict=True)
    link_labels, flow = _by_label(sums, [(f"{start}>{end}", str(quantity)) for start, end, quantity in ways])
    arrivals = [k for k, (_, quantity) in enumerate(link_labels) if quantity == "arrived"]
    return pd.concat(
        [
            _rows(dates, stock_labels, stock, "stock"),
            _rows(dates, link_labels, flow, "flow"),
            _rows(dates, [link_labels[k] for k in arrivals], np.cumsum(flow[:, :, arrivals], axis=1), "cumulative"),
        ],
        ignore_index=True,
    )


def _by_label(values: NDArray[Any], labels: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], NDArray[np.float64]]:
    """Sum series of one label (they differ in origin); return labels and (draw, time, label, count)."""
    names = sorted(set(labels))
    place = {name: k for k, name in enumerate(names)}
    summed = np.zeros((*values.shape[:2], len(names), values.shape[3]))
    for k, label in enumerate(labels):
        summed[:, :, place[label]] += values[:, :, k]
    return names, summed


def _rows(
    dates: NDArray[np.datetime64], labels: list[tuple[str, str]], values: NDArray[np.float64], measure: str
) -> pd.DataFrame:
    """Return the rows of some series, without those in which every member has nobody."""
    groups = np.concatenate([values[..., :4].sum(axis=-1, keepdims=True), values], axis=-1)
    names = [*((group, "individuals") for group in GROUPS), ("all", "households")]
    time, series, group = np.nonzero(groups.any(axis=0))
    picked = groups[:, time, series, group]
    sites = np.array([site for site, _ in labels], dtype=object)
    quantities = np.array([quantity for _, quantity in labels], dtype=object)
    frame = pd.DataFrame(
        {
            "date": dates[time] if len(time) else np.array([], dtype="datetime64[D]"),
            "site": sites[series] if len(labels) else [],
            "group": np.array([name for name, _ in names], dtype=object)[group],
            "quantity": quantities[series] if len(labels) else [],
            "measure": measure,
            "unit": np.array([unit for _, unit in names], dtype=object)[group],
            "mean": picked.mean(axis=0),
            "sd": picked.std(axis=0, ddof=1) if len(picked) > 1 else np.zeros(len(time)),
        }
    )
    quantiles = np.quantile(picked, list(QUANTILES.values()), axis=0) if len(time) else np.zeros((len(QUANTILES), 0))
    return frame.assign(**dict(zip(QUANTILES, quantiles, strict=True)))


def write_csv(table: pd.DataFrame, path: Path, attributes: Mapping[str, Any]) -> None:
    """Write the table as CSV, and beside it what its columns mean, with tier and run."""
    table.to_csv(path, index=False, float_format="%.6g", date_format="%Y-%m-%d")
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
    "date": "end of the day, or of the week, that the row speaks of",
    "site": "a place, or from>to for a flow between places",
    "group": "all, or men and women of 15 and over, boys and girls under 15",
    "quantity": "a stage or a flow",
    "measure": "stock (at the end of the day), flow (since the row before) or cumulative (since the first day kept)",
    "unit": "individuals or households",
    "mean": "mean over members",
    "sd": "standard deviation over members",
    **{name: f"{value:.1%} quantile over members" for name, value in QUANTILES.items()},
}


def write_workbook(table: pd.DataFrame, path: Path, attributes: Mapping[str, Any], scenario: Scenario) -> None:
    """Write the same table as a workbook: a read-me sheet, then the facts, a sheet for each measure."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
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
        ("Not listed", "what is not listed is zero in every member"),
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
            columns = [
                [value.date() for value in page["date"]],
                *(page[name].tolist() for name in COLUMNS[1:6]),
                *(np.round(page[name].to_numpy(), 2).tolist() for name in COLUMNS[6:]),
            ]
            for row, cells in enumerate(zip(*columns, strict=True), start=1):
                sheet.write_row(row, 0, cells)
    book.close()


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
