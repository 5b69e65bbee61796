"""A run that is no siege: people without sex, age or household, in a world without homes, crossings and evidence."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
import zarr

from havenward.api import flow, persons, plot, stock
from havenward.run.folder import run_to_folder
from havenward.run.prepared import Course, Prepared
from havenward.run.reading import OUTCOME
from havenward.run.request import Request, RunError
from tests.run.conftest import Made, silent
from tests.toy.crowd import CAMPS, Crowd, CrowdCase

MONTHS = ["2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30"]


def make(folder, case, **request):
    """Run a case whose source has one file in a folder of its own and one that no case reads."""
    source = folder / "source"
    (source / "tables").mkdir(parents=True)
    (source / "tables" / "people.csv").write_text("name,persons\nVillage,5000\n", encoding="utf-8")
    (source / "notes.txt").write_text("mine", encoding="utf-8")
    out = folder / "run"
    run_to_folder(case, source, out, Request(**{"members": 3} | request), silent)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return Made(out, record, xr.open_zarr(out / OUTCOME, consolidated=False).load(), pd.read_csv(out / "summary.csv"), None)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    return make(tmp_path_factory.mktemp("crowd"), CrowdCase())


def test_a_folder_has_everything_that_a_siege_has(crowd, toy_run):
    assert {path.name for path in crowd.folder.iterdir()} == {path.name for path in toy_run.folder.iterdir()}
    assert list(crowd.record) == list(toy_run.record)


def test_the_record_says_by_which_rules_it_was_made(crowd, toy_run):
    assert (crowd.record["model"], crowd.record["level"]) == ("flee", "mended")
    assert (toy_run.record["model"], toy_run.record["level"]) == ("siege", "")
    for made in (crowd, toy_run):
        assert all(made.outcome.attrs[name] == made.record[name] for name in ("model", "level", "tier", "nature"))


def test_what_was_read_is_copied_with_its_folders(crowd):
    copied = [path for path in (crowd.folder / "scenario").rglob("*") if path.is_file()]
    assert [path.relative_to(crowd.folder / "scenario").as_posix() for path in copied] == ["tables/people.csv"]
    assert crowd.record["files"] == {"tables/people.csv": hashlib.sha256(copied[0].read_bytes()).hexdigest()}


def test_people_are_counted_by_the_groups_of_their_rules(crowd, toy_run):
    assert crowd.outcome["count"].values.tolist() == ["persons"]
    assert crowd.outcome["count_unit"].values.tolist() == ["individuals"]
    assert toy_run.outcome["count"].values.tolist() == ["men", "women", "boys", "girls", "households"]
    assert toy_run.outcome["count_unit"].values.tolist() == ["individuals"] * 4 + ["households"]
    assert crowd.outcome["stock"].attrs["long_name"] == "people by stage, site and origin"


def test_nobody_is_lost(crowd):
    assert crowd.record["conserved"] is True
    assert crowd.record["initial_persons"] == 5_040
    assert (persons(crowd.outcome["stock"]).sum("stock_series") == 5_040).all()
    assert sum(told["mean"] for told in crowd.record["final"].values()) == pytest.approx(5_040, abs=0.5)
    assert list(crowd.record["final"]) == ["not_yet_displaced", "on_the_road", "elsewhere", "in_camp"]


def test_without_ranges_members_differ_by_chance_only(crowd, tmp_path):
    assert crowd.record["interval"] == "over chance only"
    assert crowd.record["assumptions"] == "without ranges"
    with pytest.raises(RunError, match="no medians to take"):
        make(tmp_path, CrowdCase(), spread=0.0)


def test_another_level_is_another_run(crowd, tmp_path):
    assert make(tmp_path, CrowdCase(level="exact")).record["run_id"] != crowd.record["run_id"]


def test_a_table_has_one_row_of_all_persons(crowd):
    assert set(crowd.summary["group"]) == {"all"}
    assert set(crowd.summary["unit"]) == {"individuals"}
    assert not crowd.summary.duplicated(["date", "site", "quantity", "measure"]).any()


def test_camps_are_told_by_day_and_the_rest_by_month(crowd):
    table = crowd.summary
    at_camp = table["site"].isin(CAMPS)
    assert set(table[~at_camp]["date"]) == set(MONTHS)
    assert table[at_camp & (table["quantity"] == "in_camp") & (table["site"] == "Hill")]["date"].nunique() == 120


def test_a_place_bears_its_own_name_whether_people_come_or_go(crowd):
    sites = crowd.summary.groupby("quantity")["site"].agg(set)
    assert sites["to_camp"] == sites["from_camp"] == sites["new_arrivals"] == set(CAMPS)
    assert sites["displaced"] == {"Village"}


def test_the_table_is_the_outcome(crowd):
    table = crowd.summary.set_index(["date", "site", "quantity", "measure"])["mean"]
    came = persons(flow(crowd.outcome, "to_camp", end="Shore")).mean("draw")
    assert table["2030-01-05", "Shore", "to_camp", "flow"] == pytest.approx(came.values[4], abs=0.006)
    assert table["2030-03-05", "Shore", "to_camp", "cumulative"] == pytest.approx(came.values[:64].sum(), abs=0.006)
    left = persons(flow(crowd.outcome, "displaced")).mean("draw")
    assert table["2030-02-28", "Village", "displaced", "flow"] == pytest.approx(left.values[31:59].sum(), abs=0.006)
    there = persons(stock(crowd.outcome, "in_camp", "Hill")).mean("draw")
    assert table["2030-04-30", "Hill", "in_camp", "stock"] == pytest.approx(there.values[-1], abs=0.006)


def test_the_workbook_says_what_the_table_says(crowd):
    book = openpyxl.load_workbook(crowd.folder / "summary.xlsx", read_only=True)
    assert book.sheetnames == ["read me", "stock", "flow", "cumulative"]
    assert sum(len(list(book[name].iter_rows())) - 1 for name in book.sheetnames[1:]) == len(crowd.summary)
    told = [[str(cell) for cell in row] for row in book["read me"].iter_rows(values_only=True)]
    assert ["Limit", "Nobody is born."] in told
    assert ["Column group", "all"] in told
    assert not any("household" in cell or "crossing" in cell for row in told for cell in row)


@pytest.mark.parametrize("solver", ["individuals", "mean"])
def test_every_solver_carries_it(tmp_path, crowd, solver):
    made = make(tmp_path, CrowdCase(), solver=solver, last=dt.date(2030, 1, 20))
    assert (made.record["solver"], made.record["conserved"]) == (solver, True)
    here, there = (persons(stock(run.outcome, "in_camp")).isel(time=19).mean() for run in (made, crowd))
    assert float(here) == pytest.approx(float(there), rel=0.1)


def test_a_case_has_its_own_solver(tmp_path):
    made = make(tmp_path, CrowdCase(solver="individuals"), members=1, last=dt.date(2030, 1, 5))
    assert made.record["solver"] == "individuals"


def test_units_are_told_where_people_move_together(tmp_path):
    """Two groups, and a unit of three: one adult and two children."""
    rules = Crowd(groups=("adults", "children"), unit="families")
    made = make(tmp_path, CrowdCase(rules), last=dt.date(2030, 2, 9))
    assert made.outcome["count"].values.tolist() == ["adults", "children", "families"]
    assert made.record["initial_persons"] == 3 * 5_040
    stocks = made.outcome["stock"].values
    np.testing.assert_array_equal(stocks[..., 1], 2 * stocks[..., 0])
    np.testing.assert_array_equal(stocks[..., 2], stocks[..., 0])
    rows = made.summary[["group", "unit"]].drop_duplicates().apply(tuple, axis=1).tolist()
    assert set(rows) == {*((group, "individuals") for group in ("all", "adults", "children")), ("all", "families")}
    wide = made.summary[made.summary["quantity"] == "in_camp"].pivot_table(
        index=["date", "site"], columns=["group", "unit"], values="mean"
    )
    assert wide["all", "individuals"].to_numpy() == pytest.approx(3 * wide["all", "families"].to_numpy(), abs=0.02)


def test_in_memory_comes_what_comes_in_a_folder(crowd):
    import xarray as xr

    where = zarr.storage.MemoryStore()
    course = Course.begin(Prepared.of(CrowdCase(), Request(members=3), dt.date(2030, 6, 1)), where, {})
    course.turn(silent)
    course.finish()
    outcome = xr.open_zarr(where, consolidated=False)
    for name in crowd.outcome.data_vars:
        np.testing.assert_array_equal(outcome[name], crowd.outcome[name], err_msg=name)


def test_a_plot_is_drawn(crowd):
    import matplotlib

    matplotlib.use("Agg")
    assert "Hill" in plot(crowd.outcome, "in_camp", "Hill").get_title()
    assert "a day" in plot(crowd.outcome, "displaced").get_ylabel()
