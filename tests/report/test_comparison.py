"""The report of a comparison: right figures, nothing that may not be told, and one clear sentence where there is none."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.ensemble import reading
from havenward.ensemble.compared import DANGER
from havenward.ensemble.named import Key, keys_of, persons
from havenward.ensemble.reading import open_comparison
from havenward.ensemble.store import EnsembleStore
from havenward.guard.audit import audit_log
from havenward.guard.disclosure import change_text, figure_text, interval
from havenward.guard.warnings import OPENED_CORRIDOR
from havenward.report.compare.material import ComparisonMaterial, comparison_material
from havenward.report.compare.words import worth
from havenward.report.detail import WithheldError
from havenward.report.write import kind_in, write_report
from tests.browser import opened
from tests.report.ensembles import CAMP, DAYS, HOURS, MEMBERS, NORTH, SOUTH, called, comparison
from tests.report.test_page import Outline

NOTHING = "set_desks date=2010-09-01 crossing='Stone Bridge' desks=30"
"""Begins after the last day that is kept."""
TODAY = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edit that reaches people, and one that reaches nobody."""
    return comparison(tmp_path_factory.mktemp("compare") / "two", CAMP, NOTHING)


@pytest.fixture(scope="module")
def corridor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return comparison(tmp_path_factory.mktemp("compare") / "corridor", NORTH)


@pytest.fixture(scope="module")
def page(two: Path) -> Path:
    return write_report(two)


@pytest.fixture(scope="module")
def given(two: Path) -> ComparisonMaterial:
    return comparison_material(open_comparison(two), two, TODAY, "")


def totals(store: EnsembleStore, variable: str, quantity: str) -> np.ndarray:
    """(draw,) persons of a flow over all days, or of a stock on the last, straight from the store."""
    keys = [key for key in keys_of(store, variable) if key.quantity == quantity]
    values = persons(store, variable, keys, slice(MEMBERS)).sum(axis=1)
    return values.sum(axis=1) if variable == "flow" else values[:, -1]


def rows(page: Path, caption: str) -> list[list[str]]:
    """The rows of the tables whose caption begins so."""
    text = page.read_text(encoding="utf-8")
    tables = [table for table in re.findall(r"<table>.*?</table>", text, re.DOTALL) if f"<caption>{caption}" in table]
    return [
        [cell.replace("&lt;", "<").replace("&#39;", "'") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for table in tables
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    ]


def test_figures_are_those_of_the_stores(two: Path, page: Path):
    kept = open_comparison(two)
    known = {row[0]: row[1:] for row in rows(page, "Edit 1, persons")}
    for title, variable, quantity, measure in (
        ("In camps and emergency sites", "stock", "in_camp", "stock on the last day"),
        ("With host communities", "stock", "in_host", "stock on the last day"),
        ("Arrived at the crossings", "flow", "arrived", "flow over the run"),
    ):
        base, edited = (totals(side.store, variable, quantity) for side in (kept.base, kept.edited[0]))
        said = known[title]
        assert said[0] == measure
        assert said[1:4] == [
            figure_text(interval(base)),
            figure_text(interval(edited)),
            change_text(interval(edited - base)),
        ]
        falls = (edited < base).mean()
        assert said[4] in ("all", "none") or f"({falls:.0%})".replace("%", " %") in said[4]
        assert (said[4] == "all", said[4] == "none") == (falls == 1, falls == 0)
    assert known["In camps and emergency sites"][4] != "none"


def test_the_first_sentence_is_the_largest_change(page: Path):
    told = re.search(r'<p class="headline">(.*?)</p>', page.read_text(encoding="utf-8"))
    assert told
    start = r"With edit 1 \(set capacity, from 10 March 2010\), in 8 of 10 simulated futures "
    assert re.match(start + r"(under )?[\d,]+ to [\d,]+ (more|fewer) people .*; the number (rises|falls) in ", told.group(1))


def test_courses_are_paired_member_by_member(two: Path, given: ComparisonMaterial):
    kept = open_comparison(two)
    row = kept.base.store.labels["daily_stock_label"].index("Long Meadow|in_camp|stock")
    base, edited = (side.store.read("daily_stock", MEMBERS)[:, :, row] for side in (kept.base, kept.edited[0]))
    pair = given.pair(given.sides[0], lambda sums: sums.stocks.of("camp", "Long Meadow"))
    assert np.array_equal(pair.change, edited - base)
    before = given.sums.dates < np.datetime64("2010-03-10")
    assert not pair.change[:, before].any()
    assert pair.change.any()


def test_sides_that_are_the_same_differ_in_nothing(page: Path, given: ComparisonMaterial):
    """The control: figures of the other edit are found by the same means, and are not nought."""
    changed, same = given.sides
    assert all(not named.pair.change.any() for named in given.named(same))
    assert any(named.pair.change.any() for named in given.named(changed))
    assert {row[4] for row in rows(page, "Edit 2, persons")} == {"no change of 10 or more"}
    assert {tuple(row[5:]) for row in rows(page, "Edit 2, persons")} == {("none", "none")}
    assert not (page.parent / "toy.public.edit-2-places.png").exists()
    assert (page.parent / "toy.public.edit-1-places.png").exists()


def test_edits_stand_side_by_side(page: Path):
    side_by_side = {row[0]: row for row in rows(page, "Named quantities")}
    camps = side_by_side["In camps and emergency sites"]
    assert len(camps) == 5
    assert re.match(r"−[\d,]+ \(−[\d,]+ to .*\); falls in ", camps[3])
    assert camps[4] == "no change of 10 or more; the same in all futures"


def test_no_danger_is_told_of_edits_that_open_no_corridor(page: Path):
    text = Outline(page).text.lower()
    before = text[: text.index("the assumptions")]
    for name in DANGER:
        assert name not in before
        assert name.replace("_", " ") not in before
    assert "killed or lost" not in before
    assert OPENED_CORRIDOR.lower() not in text


def test_every_file_has_its_tier_and_the_report_is_in_the_audit_log(two: Path, tmp_path: Path):
    write_report(two, tmp_path / "again")
    line = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])
    assert (line["what"], line["tier"], line["where"]) == ("report", "public", str(tmp_path / "again"))
    for path in (tmp_path / "again").iterdir():
        assert path.name.split(".")[1] == "public"
        if path.suffix == ".png":
            with Image.open(path) as image:
                assert image.text["Tier"] == "public"
                assert "Not a statement that any way is safe" in image.text["Disclaimer"]


def test_the_worth_of_pairs_is_that_of_the_comparison(two: Path, given: ComparisonMaterial):
    said = json.loads((two / "comparison.json").read_text(encoding="utf-8"))["edits"][CAMP]["variance_ratio"]
    assert given.sides[0].worth == said
    assert worth(given.sides[0]) == "", "twelve pairs do not bear it"


def test_a_corridor_has_its_words_and_its_three_parts(corridor: Path):
    page = write_report(corridor)
    text = page.read_text(encoding="utf-8")
    assert text.count(OPENED_CORRIDOR) == 3
    assert text.index(OPENED_CORRIDOR) < text.index("toy.public.changes.png")
    assert "interception" in Outline(page).text
    parts = {row[1]: row[3] for row in rows(page, "The parts of the corridor")}
    kept = open_comparison(corridor)
    base, edited = (totals(side.store, "flow", "left_home") for side in (kept.base, kept.edited[0]))
    lost = [
        sum(totals(side.store, "flow", name) for name in ("captured", "died_on_way")) for side in (kept.base, kept.edited[0])
    ]
    way = Key("Tarrow North>Stone Bridge", "left_home", "flow")
    this_way = [persons(side.store, "flow", [way], slice(MEMBERS)).sum(axis=(1, 2)) for side in (kept.base, kept.edited[0])]
    assert parts == {
        "Induction": change_text(interval(edited - base)),
        "Diversion": change_text(interval((this_way[1] - this_way[0]) - (edited - base))),
        "Danger": change_text(interval(lost[1] - lost[0])),
    }


def test_corridors_side_by_side(tmp_path: Path):
    """No danger of two corridors."""
    page = write_report(comparison(tmp_path / "two", SOUTH, NORTH))
    told = [row[:2] for row in rows(page, "The parts of the corridor")]
    assert [part for _, part in told] == ["Induction", "Diversion"] * 2
    assert "Danger rests" not in Outline(page).text


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of an invented case that is said to be live."""
    folder = tmp_path_factory.mktemp("live")
    called("init", str(folder / "case"), "--from", "toy")
    header = folder / "case" / "scenario.yaml"
    text = header.read_text(encoding="utf-8")
    assert "nature: synthetic" in text
    header.write_text(text.replace("nature: synthetic", "nature: live\ntier: partner"), encoding="utf-8")
    named = ("--quantity", "in_camp@Long Meadow", "--quantity", "new_arrivals@Stone Bridge", "--quantity", "arrived")
    called("compare", str(folder / "case"), CAMP, HOURS, *named, *DAYS, "--out", str(folder / "found"))
    return folder / "found"


def of_tier(folder: Path, tier: str) -> Path:
    """The same, as if it were of another tier."""
    path = folder / "comparison.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"tier": tier}), encoding="utf-8")
    return folder


def test_a_partner_page_names_no_crossing(live: Path, tmp_path: Path):
    page = write_report(of_tier(live, "partner"), tmp_path, today=TODAY)
    text = page.read_text(encoding="utf-8")
    assert ".partner." in page.name
    assert "Stone Bridge" not in text
    assert "sector: waiting" in text
    assert "set_capacity date=2010-03-10 (where, and how much, is not told while a case is live)" in text
    named = [row[0] for row in rows(page, "Edit 1, persons")]
    assert named == ["In camps and emergency sites: Long Meadow", "Arrived at the crossings"]


def test_a_word_in_a_file_opens_nothing(live: Path, tmp_path: Path):
    """The scenario beside it says partner."""
    page = write_report(of_tier(live, "public"), tmp_path, today=TODAY)
    assert ".partner." in page.name
    assert "Stone Bridge" not in page.read_text(encoding="utf-8")


def test_a_public_page_is_late_and_names_no_place(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # as if it were no live case
    monkeypatch.setattr(reading, "stricter", lambda first, *_: first)
    page = write_report(of_tier(live, "public"), tmp_path, today=dt.date(2010, 5, 20))
    text = page.read_text(encoding="utf-8")
    assert not any(name in text for name in ("Stone Bridge", "Long Meadow", "Quarry", "Eastholm", "Tarrow North"))
    assert [row[0] for row in rows(page, "Edit 1, persons")] == ["Arrived at the crossings"]
    assert "1 March 2010 to 2 May 2010" in text
    assert not re.search(
        r"\d+ (May|June) 2010", text.replace("2 May 2010", "").replace("\n", " ").split("The assumptions")[0]
    )
    assert "What happens at single crossings is not told" in text


def test_a_restricted_page_needs_a_reason(live: Path, tmp_path: Path):
    folder = of_tier(live, "restricted")
    with pytest.raises(WithheldError, match="--reason"):
        write_report(folder, tmp_path / "page", today=TODAY)
    assert not (tmp_path / "page").exists()
    page = write_report(folder, tmp_path / "page", today=TODAY, reason="briefing on 3 May")
    assert ".restricted." in page.name
    assert json.loads(audit_log().read_text(encoding="utf-8").splitlines()[-1])["why"] == "briefing on 3 May"


def test_arrivals_at_a_crossing_say_of_which_days_they_are(tmp_path: Path):
    """102 days are fourteen whole weeks and four days: the row of a crossing says that it is of whole weeks."""
    page = write_report(comparison(tmp_path / "one", NORTH))
    text = " ".join(Outline(page).text.split())
    assert "Stone Bridge: arrivalsin all whole weeks" in text


def refused(folder: Path) -> str:
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 1
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def broken(two: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two, tmp_path / "copy"))


def test_one_that_is_not_finished_is_refused(two: Path, tmp_path: Path):
    folder = broken(two, tmp_path)
    (folder / "comparison.json").unlink()
    assert kind_in(folder) == "comparison"
    assert "is not finished, for it holds no comparison.json" in refused(folder)


def test_a_side_that_is_lost_is_found(two: Path, tmp_path: Path):
    folder = broken(two, tmp_path)
    shutil.rmtree(folder / "edit-2")
    assert "edit-2 holds no plan.json" in refused(folder)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda told: told["edits"][CAMP]["edits"][0].update(plots=999), "do not belong together"),
        (lambda told: told.update(run_id="0" * 12), "do not belong together"),
        (lambda told: told.update(tier="secret"), "the key tier is 'secret'"),
        (lambda told: told["edits"][CAMP]["quantities"].update(captured={}), "rests on assumptions about danger"),
        (lambda told: told["edits"][CAMP]["quantities"].update({"home_held@Millfield": {}}), "fewer than 5,000 people"),
    ],
)
def test_an_altered_comparison_is_refused(two: Path, tmp_path: Path, change, wrong: str):
    folder = broken(two, tmp_path)
    told = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    change(told)
    (folder / "comparison.json").write_text(json.dumps(told), encoding="utf-8")
    assert wrong in refused(folder)


@pytest.mark.parametrize("width", [1366, 390])
def test_it_opens_quietly_and_fits_the_window(page: Path, tmp_path: Path, width: int):
    with opened(page, tmp_path, width) as tab:
        assert tab.value("document.documentElement.scrollWidth") <= width
        whole = tab.value("Array.from(document.images, i => i.complete && i.naturalWidth > 0)")
        bottom = tab.value("document.querySelector('.headline').getBoundingClientRect().bottom")
        assert tab.complaints == []
        assert tab.requests == [page.as_uri()]
    assert whole == [True] * 4
    assert bottom < 768
