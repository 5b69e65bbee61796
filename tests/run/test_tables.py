"""The tables of a run: that they are the outcome, that they balance, and that CSV and workbook say the same."""

from __future__ import annotations

import datetime as dt

import numpy as np
import openpyxl
import pandas as pd
import pytest

from havenward.run.columns import COLUMNS
from havenward.run.periods import Label
from havenward.run.summary import Summary
from havenward.run.table_files import About, Texts, write_csv, write_workbook
from tests.run.conftest import make

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
    levels = daily[["q025", "q10", "q25", "q50", "q75", "q90", "q975"]].to_numpy()
    assert (np.diff(levels, axis=1) >= -1e-3).all()


MONTHS = ["2010-03-31", "2010-04-30", "2010-05-31", "2010-06-30", "2010-07-31", "2010-08-31", "2010-09-16"]


def test_a_short_run_is_told_by_day(daily):
    assert daily["date"].nunique() == 80
    assert daily[daily["group"] == "girls"]["date"].nunique() == 80


def receiving(made):
    """Crossings, camps and host towns of a run."""
    outcome = made.outcome
    hosts = outcome["stock_site"].values[outcome["stock_stage"].values == "in_host"]
    return {*outcome["crossing"].values, *outcome["camp"].values, *hosts}


def test_a_long_run_tells_all_persons_at_receiving_places_by_day_and_the_rest_by_month(toy_run):
    """The rule that the page of the run folder states, both ways."""
    table = toy_run.summary
    daily = (table["group"] == "all") & (table["unit"] == "individuals") & table["site"].isin(receiving(toy_run))
    assert set(table[~daily]["date"]) == set(MONTHS)
    for quantity, site in (("in_camp", "Long Meadow"), ("new_arrivals", "Stone Bridge"), ("cleared", "Stone Bridge")):
        told = table[daily & (table["quantity"] == quantity) & (table["site"] == site)]
        days = sorted(told["date"])
        assert len(days) > 30, quantity
        assert days == sorted(set(days))


def test_stocks_of_all_sites_sum_to_everybody(toy_run, daily):
    """Whenever all are told; to the two decimals of some hundred rows."""
    for table, start in ((toy_run.summary, toy_run.record["initial_persons"]), (daily, None)):
        people = total(table, measure="stock", group="all", unit="individuals")
        if table is toy_run.summary:
            people = people[MONTHS]
        assert people.to_numpy() == pytest.approx(start or people.iloc[0], abs=1)


def test_men_women_boys_and_girls_are_all(daily):
    """In the mean, for every quantity."""
    rows = daily[daily["unit"] == "individuals"]
    people = rows.pivot_table(index=["date", "site", "quantity", "measure"], columns="group", values="mean", fill_value=0)
    assert len(people) > 1000
    assert people[GROUPS].sum(axis=1).to_numpy() == pytest.approx(people["all"].to_numpy(), abs=0.03)


def test_what_families_do_is_told_by_group(daily, toy_run):
    for table in (daily, toy_run.summary):
        told = set(table[table["group"] == "girls"]["quantity"])
        assert {"in_camp", "in_host", "arrived", "new_arrivals", "to_camp", "home_held", "captured", "returned"} <= told


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
    by_month = outcome.sizes["time"] > 92
    days = outcome["time"].values.astype("datetime64[D]")
    ends = [int(np.flatnonzero(days == np.datetime64(date))[0]) for date in MONTHS] if by_month else list(range(len(days)))
    at_place = receiving(run)
    rng = np.random.default_rng(7)
    rows = [*table.iloc[rng.choice(len(table), 300, replace=False)].itertuples()]
    rows += table[table["quantity"] == "new_arrivals"].sample(100, random_state=7).itertuples()
    for row in rows:
        at = int(np.flatnonzero(days == np.datetime64(row.date))[0])
        told = ends
        if row.group == "all" and row.unit == "individuals" and row.site in at_place:
            told = list(range(len(days)))
        before = [end for end in told if end < at]
        since = before[-1] + 1 if before and row.measure != "cumulative" else 0
        if row.measure == "stock":
            mine = (outcome["stock_site"].values == row.site) & (outcome["stock_stage"].values == row.quantity)
            values = outcome["stock"].values[:, at, mine].sum(axis=1)
        else:
            values = sum(
                sign * outcome["flow"].values[:, since : at + 1, mine].sum(axis=(1, 2)) for sign, mine in links(outcome, row)
            )
        if row.unit == "households":
            count = values[:, 4]
        else:
            count = values[:, :4].sum(axis=1) if row.group == "all" else values[:, GROUPS.index(row.group)]
        assert row.mean == pytest.approx(count.mean(), abs=0.006)
        assert row.sd == pytest.approx(count.std(ddof=1), abs=0.006)
        assert row.q90 == pytest.approx(np.quantile(count, 0.9, method="weibull"), abs=0.006)


def links(outcome, row):
    """Signs and masks of the links that make up a row of a flow."""
    quantity, start, end = (outcome[f"link_{name}"].values for name in ("quantity", "from", "to"))
    if row.quantity == "new_arrivals":
        came = np.isin(quantity, ["arrived", "to_camp", "to_host", "overflow", "sponsored"]) & (end == row.site)
        return [(1, came), (-1, (quantity == "overflow") & (start == row.site))]
    if row.measure == "cumulative":
        return [(1, (quantity == row.quantity) & (end == row.site))]
    first, _, last = row.site.partition(">")
    return [(1, (quantity == row.quantity) & (start == first) & (end == last))]


def test_a_flow_that_leads_to_no_place_bears_the_name_of_its_own(daily):
    sites = set(daily[daily["quantity"].isin(["captured", "killed_at_home", "died_on_way", "cleared"])]["site"])
    assert sites
    assert not any(">" in site for site in sites)
    assert not any(site.endswith(">") for site in daily["site"])


def test_people_in_a_camp_are_those_who_came_less_those_who_left(daily):
    """With `new_arrivals` a camp's occupancy can be followed from day to day; a man or two take up arms instead."""
    everybody = {"group": "all", "unit": "individuals"}
    dates = sorted(daily["date"].unique())
    camp = "Long Meadow"
    at = daily[daily["site"] == camp]
    level = total(at, measure="stock", quantity="in_camp", **everybody).reindex(dates, fill_value=0)
    came = total(at, measure="flow", quantity="new_arrivals", **everybody).reindex(dates, fill_value=0)
    out = daily[daily["site"].str.startswith(f"{camp}>") & daily["quantity"].isin(["returned", "sponsored", "went_back"])]
    left = total(out, **everybody).reindex(dates, fill_value=0)
    assert came.sum() > 500
    assert level.diff().iloc[1:].to_numpy() == pytest.approx((came - left).iloc[1:].to_numpy(), abs=2)


def test_flows_and_stocks_balance(daily):
    """What a stage gained from one evening to the next is what came in less what went out, in means."""
    everybody = {"group": "all", "unit": "individuals"}

    def stock(*stages):
        return total(daily, measure="stock", quantity=stages, **everybody)

    def flow(*quantities):
        return total(daily, measure="flow", quantity=quantities, **everybody)

    dates = sorted(daily["date"].unique())
    for stages, gains, losses in (
        (("waiting", "in_screening"), ("arrived",), ("cleared", "held", "held_apart")),
        (("held", "held_apart"), ("held", "held_apart"), ("freed", "handed_over")),
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


ABOUT = About(
    {
        "title": "t",
        "tier": "public",
        "scenario": "s",
        "run": "r",
        "calibrated": "",
        "interval": "none: one member",
        "solver": "chain",
        "seed": 1,
    },
    dict.fromkeys(COLUMNS, "meant"),
    (),
)
ROWS = (("all", "individuals"),)


def one_row(figure, site="Town"):
    """A table of one row that holds the same figure nine times."""
    zero = np.zeros(1, dtype=np.int64)
    day = np.array(["2020-01-01"], dtype="datetime64[D]")
    return Summary(ROWS, [Label(site, "home_held", "stock")], zero, day, zero, np.full((1, 9), float(figure)))


@pytest.mark.parametrize("count", [1_234_567, 10_000_001, 2_000_000.25])
def test_millions_are_written_in_full(tmp_path, count):
    """A city has more than a million people: 1.23457e+06 is no count of persons."""
    write_csv(Texts.of(one_row(count)), tmp_path / "summary.csv", ABOUT)
    text = (tmp_path / "summary.csv").read_text(encoding="utf-8").splitlines()[1]
    assert "e+" not in text
    assert float(text.split(",")[6]) == pytest.approx(count, abs=0.3)


def test_final_stocks_are_those_of_the_last_day(toy_run):
    last = toy_run.outcome["stock"].isel(time=-1, count=slice(0, 4)).sum("count")
    for stage, told in toy_run.record["final"].items():
        people = last.values[:, toy_run.outcome["stock_stage"].values == stage].sum(axis=1)
        assert told["mean"] == pytest.approx(people.mean(), abs=0.06)
        assert told["q05"] == pytest.approx(np.quantile(people, 0.05, method="weibull"), abs=0.06)
    total_mean = sum(told["mean"] for told in toy_run.record["final"].values())
    assert total_mean == pytest.approx(toy_run.record["initial_persons"], abs=2)


def test_one_member_has_neither_spread_nor_quantiles(tmp_path):
    """Nought would say that nothing is uncertain."""
    alone = make(tmp_path / "alone", members=1, last=dt.date(2010, 4, 15))
    assert alone.summary["mean"].notna().all()
    assert alone.summary[[*COLUMNS[7:]]].isna().all().all()
    assert all(told["q05"] is told["q95"] is None for told in alone.record["final"].values())
    sheet = openpyxl.load_workbook(alone.folder / "summary.xlsx")["stock"]
    assert sheet["G2"].value > 0
    assert [sheet.cell(2, column).value for column in range(8, 16)] == [None] * 8


@pytest.mark.parametrize("site", ["A & B <west>".replace(">", ")"), 'He said "stop", once', "=1+1", "مخيم"])
def test_any_name_of_a_place_is_kept_as_it_is(tmp_path, site):
    """Commas, quotation marks and marks of XML; what looks like a formula stays text."""
    texts = Texts.of(one_row(12.5, site))
    write_csv(texts, tmp_path / "summary.csv", ABOUT)
    assert pd.read_csv(tmp_path / "summary.csv")["site"].tolist() == [site]
    write_workbook(texts, tmp_path / "summary.xlsx", ABOUT)
    cell = openpyxl.load_workbook(tmp_path / "summary.xlsx")["stock"]["B2"]
    assert (cell.value, cell.data_type) == (site, "s")


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.run.table_files.SHEET_ROWS", 4)
    many = Summary(
        ROWS,
        [Label("Town", "home_held", "stock"), Label("Gate", "arrived", "flow")],
        np.array([0] * 10 + [1] * 3),
        np.datetime64("2020-01-01") + np.arange(13),
        np.zeros(13, dtype=np.int64),
        np.repeat(np.arange(13.0)[:, None], 9, axis=1),
    )
    write_workbook(Texts.of(many), tmp_path / "summary.xlsx", ABOUT)
    book = openpyxl.load_workbook(tmp_path / "summary.xlsx")
    assert book.sheetnames == ["read me", "stock", "stock 2", "stock 3", "flow"]
    found = [[row[6] for row in book[name].iter_rows(min_row=2, values_only=True)] for name in book.sheetnames[1:]]
    assert found == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [10, 11, 12]]


def test_what_an_interval_is_of_stands_beside_the_table(toy_run, tmp_path):
    import json

    mean = make(tmp_path / "mean", solver="mean", last=dt.date(2010, 3, 5))
    for made, interval in ((toy_run, "over assumptions and chance"), (mean, "over assumptions only")):
        assert made.record["interval"] == interval
        assert made.outcome.attrs["interval"] == interval
        assert json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))["interval"] == interval
        text = [[str(cell) for cell in row] for row in
                openpyxl.load_workbook(made.folder / "summary.xlsx")["read me"].iter_rows(values_only=True)]  # fmt: skip
        assert ["Interval", interval] in text
