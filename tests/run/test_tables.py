"""The tables of a run: that they are the outcome, that they balance, and that CSV and workbook say the same."""

from __future__ import annotations

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

from havenward.run.summary import COLUMNS, write_csv

HEAD = "date,site,group,quantity,measure,unit,mean,sd,q025,q10,q25,q50,q75,q90,q975"
KEY = ["date", "site", "group", "quantity", "measure", "unit"]
GROUPS = ["men", "women", "boys", "girls"]


@pytest.fixture(scope="module")
def daily(toy_weeks):
    return toy_weeks.summary


def total(table, **where):
    """Sum of means by date."""
    for name, value in where.items():
        table = table[table[name].isin([value] if isinstance(value, str) else value)]
    return table.groupby("date")["mean"].sum()


def test_the_columns_are_exactly_these(toy_run, toy_weeks):
    for made in (toy_run, toy_weeks):
        assert (made.folder / "summary.csv").read_text(encoding="utf-8").splitlines()[0] == HEAD
    assert ",".join(COLUMNS) == HEAD


def test_no_row_stands_twice_and_no_figure_is_missing(daily):
    assert not daily.duplicated(KEY).any()
    assert not daily.isna().any().any()
    assert (daily[["mean", "sd", "q025"]] >= 0).all().all()


def test_quantiles_are_in_order(daily):
    quantiles = daily[["q025", "q10", "q25", "q50", "q75", "q90", "q975"]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= -1e-3).all()


def test_half_a_year_is_told_by_day_and_more_by_month(toy_run, daily):
    assert daily["date"].nunique() == 80
    told = sorted(toy_run.summary["date"].unique())
    assert told == ["2010-03-31", "2010-04-30", "2010-05-31", "2010-06-30", "2010-07-31", "2010-08-31", "2010-09-16"]


def test_stocks_of_all_sites_sum_to_everybody(toy_run, daily):
    """Every day; to the two decimals of some hundred rows."""
    for table, start in ((toy_run.summary, toy_run.record["initial_persons"]), (daily, None)):
        people = total(table, measure="stock", group="all", unit="individuals")
        assert people.to_numpy() == pytest.approx(start or people.iloc[0], abs=1)


def test_men_women_boys_and_girls_are_all(daily):
    """In the mean, wherever a quantity is told by group."""
    rows = daily[daily["unit"] == "individuals"]
    people = rows.pivot_table(index=["date", "site", "quantity", "measure"], columns="group", values="mean", fill_value=0)
    by_group = people[people[GROUPS].sum(axis=1) > 0]
    assert len(by_group) > 1000
    assert by_group[GROUPS].sum(axis=1).to_numpy() == pytest.approx(by_group["all"].to_numpy(), abs=0.03)


def test_quantities_that_planners_share_out_are_told_by_group(daily):
    told = set(daily[daily["group"] == "girls"]["quantity"])
    assert {"in_camp", "in_host", "waiting", "arrived", "to_camp", "home_held"} <= told


def test_households_and_individuals_are_never_in_one_row(daily):
    """A household has one person or more."""
    wide = daily[daily["group"] == "all"].pivot_table(
        index=["date", "site", "quantity", "measure"], columns="unit", values="mean"
    )
    assert (wide["individuals"] >= wide["households"] - 1e-3).all()
    assert set(daily["unit"]) == {"individuals", "households"}
    assert set(daily["measure"]) == {"stock", "flow", "cumulative"}


@pytest.mark.parametrize("made", ["toy_run", "toy_weeks"])
def test_a_row_is_the_outcome(made, request):
    """Stocks at the date, flows summed since the date before, from the arrays themselves."""
    run = request.getfixturevalue(made)
    outcome, table = run.outcome, run.summary
    dates = np.array(sorted(table["date"].unique()), dtype="datetime64[D]")
    days = outcome["time"].values.astype("datetime64[D]")
    rng = np.random.default_rng(7)
    for row in table.iloc[rng.choice(len(table), 300, replace=False)].itertuples():
        at = int(np.flatnonzero(days == np.datetime64(row.date))[0])
        before = np.flatnonzero(dates == np.datetime64(row.date))[0]
        since = 0 if before == 0 or row.measure == "cumulative" else int(np.flatnonzero(days == dates[before - 1])[0]) + 1
        if row.measure == "stock":
            mine = (outcome["stock_site"].values == row.site) & (outcome["stock_stage"].values == row.quantity)
            values = outcome["stock"].values[:, at, mine].sum(axis=1)
        else:
            if row.measure == "cumulative":
                mine = outcome["link_to"].values == row.site
            else:
                start, end = row.site.split(">")
                mine = (outcome["link_from"].values == start) & (outcome["link_to"].values == end)
            mine = mine & (outcome["link_quantity"].values == row.quantity)
            values = outcome["flow"].values[:, since : at + 1, mine].sum(axis=(1, 2))
        if row.unit == "households":
            count = values[:, 4]
        else:
            count = values[:, :4].sum(axis=1) if row.group == "all" else values[:, GROUPS.index(row.group)]
        assert row.mean == pytest.approx(count.mean(), abs=0.006)
        assert row.sd == pytest.approx(count.std(ddof=1), abs=0.006)
        assert row.q90 == pytest.approx(np.quantile(count, 0.9), abs=0.006)


def test_flows_and_stocks_balance(daily):
    """What a stage gained from one evening to the next is what came in less what went out, in means."""
    everybody = {"group": "all", "unit": "individuals"}

    def stock(*stages):
        return total(daily, measure="stock", quantity=stages, **everybody)

    def flow(*quantities):
        return total(daily, measure="flow", quantity=quantities, **everybody)

    dates = sorted(daily["date"].unique())
    for stages, gains, losses in (
        (("waiting", "in_screening"), ("arrived",), ("cleared", "held")),
        (("held",), ("held",), ("freed", "handed_over")),
        (("returned",), ("returned",), ()),
        (("dead_or_lost",), ("died_on_way",), ()),
        (
            ("in_transit", "in_camp", "in_host"),
            ("cleared", "freed"),
            ("returned", "onward", "joined_fight", "went_back"),
        ),
    ):
        level = stock(*stages).reindex(dates, fill_value=0)
        change = flow(*gains).reindex(dates, fill_value=0) - flow(*losses).reindex(dates, fill_value=0)
        assert level.diff().iloc[1:].to_numpy() == pytest.approx(change.iloc[1:].to_numpy(), abs=0.6), stages


def test_cumulative_arrivals_are_the_sum_of_arrivals(daily):
    everybody = {"group": "all", "unit": "individuals", "quantity": "arrived"}
    flows = total(daily, measure="flow", **everybody).cumsum()
    assert total(daily, measure="cumulative", **everybody).to_numpy() == pytest.approx(flows.to_numpy(), abs=2)


@pytest.mark.parametrize("made", ["toy_run", "toy_weeks"])
def test_the_workbook_says_what_the_table_says(made, request):
    """The same rows in the same order, and the same figures to two decimals."""
    run = request.getfixturevalue(made)
    book = openpyxl.load_workbook(run.folder / "summary.xlsx", read_only=True)
    parts = []
    for measure in ("stock", "flow", "cumulative"):
        rows = list(book[measure].iter_rows(values_only=True))
        assert ",".join(rows[0]) == HEAD
        parts.append(pd.DataFrame(rows[1:], columns=list(COLUMNS)))
    found = pd.concat(parts, ignore_index=True)
    found["date"] = found["date"].dt.strftime("%Y-%m-%d")
    assert found[KEY].astype(str).to_numpy().tolist() == run.summary[KEY].astype(str).to_numpy().tolist()
    for name in COLUMNS[6:]:
        np.testing.assert_allclose(found[name].astype(float), run.summary[name], rtol=0, atol=1e-6)


def test_the_workbook_tells_its_tier_and_how_to_read_it(toy_run):
    book = openpyxl.load_workbook(toy_run.folder / "summary.xlsx")
    assert "[public]" in book.properties.title
    assert "tier: public" in book.properties.keywords
    assert toy_run.record["run_id"] in book.properties.keywords
    text = "\n".join(str(cell) for row in book["read me"].iter_rows(values_only=True) for cell in row)
    assert "Tier: public" in text
    assert "zero in every member" in text
    for limit in toy_run.scenario.header.limits:
        assert limit in text


def test_the_table_has_its_meanings_and_its_tier_beside_it(toy_run):
    import json

    about = json.loads((toy_run.folder / "summary.json").read_text(encoding="utf-8"))
    assert about["tier"] == "public"
    assert about["run"] == toy_run.record["run_id"]
    assert list(about["columns"]) == list(COLUMNS)


@pytest.mark.parametrize("count", [1_234_567, 10_000_001, 2_000_000.25])
def test_millions_are_written_in_full(tmp_path, count):
    """A city has more than a million people: 1.23457e+06 is no count of persons."""
    row = dict.fromkeys(COLUMNS[6:], float(count)) | dict(
        zip(COLUMNS[:6], (dt.datetime(2020, 1, 1), "Town", "all", "home_held", "stock", "individuals"), strict=True)
    )
    about = {"title": "t", "tier": "public", "scenario": "s", "run": "r", "calibrated": ""}
    write_csv(pd.DataFrame([row])[list(COLUMNS)], tmp_path / "summary.csv", about)
    text = (tmp_path / "summary.csv").read_text(encoding="utf-8").splitlines()[1]
    assert "e+" not in text
    assert float(text.split(",")[6]) == pytest.approx(count, abs=0.3)


def test_final_stocks_are_those_of_the_last_day(toy_run):
    last = toy_run.outcome["stock"].isel(time=-1, count=slice(0, 4)).sum("count")
    for stage, told in toy_run.record["final"].items():
        people = last.values[:, toy_run.outcome["stock_stage"].values == stage].sum(axis=1)
        assert told["mean"] == pytest.approx(people.mean(), abs=0.06)
        assert told["q05"] == pytest.approx(np.quantile(people, 0.05), abs=0.06)
    total_mean = sum(told["mean"] for told in toy_run.record["final"].values())
    assert total_mean == pytest.approx(toy_run.record["initial_persons"], abs=2)
