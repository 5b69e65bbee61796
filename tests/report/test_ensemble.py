"""The report of an ensemble: the figures of its store, and those of a run of the same members."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.ensemble.ensemble import RECORD
from havenward.ensemble.place import Place
from havenward.ensemble.reading import open_ensemble
from havenward.ensemble.store import EnsembleStore
from havenward.guard.disclosure import interval, span_text
from havenward.report import stored
from havenward.report.detail import detail
from havenward.report.digest import Digest, digest
from havenward.report.ensemble import NOT_KEPT, facts_of, material, opening
from havenward.report.fan_sheet import fan_of, fan_sheet
from havenward.report.stored import Memory, StoredSums, links_of, sums_of
from havenward.report.write import kind_in, write_report
from havenward.run.reading import open_siege
from havenward.run.request import RunError
from havenward.scenario.read import load
from tests.report.conftest import TODAY
from tests.report.ensembles import DAYS, MEMBERS, called, ensemble
from tests.report.test_page import Outline

CAMP = "Long Meadow|in_camp|stock"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensemble(tmp_path_factory.mktemp("ensemble") / "toy", "--block", "5")


@pytest.fixture(scope="module")
def sums(kept: Path) -> StoredSums:
    given = load("toy")
    return sums_of(open_ensemble(str(kept)), given, detail(given, "public", TODAY), Memory())


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """A run of the same members, every day of every place."""
    folder = tmp_path_factory.mktemp("run") / "toy"
    called("run", "toy", *DAYS[:4], "--out", str(folder))
    run = open_siege(folder, "report")
    return digest(run.outcome, run.scenario, detail(run.scenario, "public", TODAY))


@pytest.fixture(scope="module")
def page(kept: Path) -> Path:
    return write_report(kept)


def read(kept: Path, variable: str, label: str) -> np.ndarray:
    """(draw, time) persons of a label, straight from the store."""
    store = EnsembleStore.find(Place.at(str(kept)))
    assert store is not None
    names = {"daily_stock": "daily_stock_label", "daily_cumulative": "cumulative_label"}
    row = store.labels[names[variable]].index(label)
    return store.read(variable, MEMBERS)[:, :, row]


def test_it_is_told_from_a_run_and_a_comparison(kept: Path, tmp_path: Path):
    assert kind_in(kept) == "ensemble"
    assert kind_in("s3://bucket/toy") == "ensemble"
    assert kind_in(tmp_path) == "run", "and is refused as such"


def test_days_are_those_of_a_run_of_the_same_members(sums: StoredSums, ran: Digest):
    assert np.array_equal(sums.dates, ran.dates)
    assert np.array_equal(sums.capacity, ran.capacity)
    assert (sums.period, sums.camps, sums.crossings) == (ran.period, ran.camps, ran.crossings)
    assert sums.arrivals().any()
    assert np.array_equal(sums.arrivals(), ran.arrivals())
    assert np.array_equal(sums.displaced(), ran.displaced())
    for key in [("stage", "in_camp"), ("stage", "held"), *(("camp", name) for name in ran.camps), ("queue", "Stone Bridge")]:
        assert np.array_equal(sums.stocks.of(*key), ran.stocks.of(*key)), key
    assert np.array_equal(sums.flows.of("arrived", "Stone Bridge"), ran.flows.of("arrived", "Stone Bridge"))


def test_what_is_kept_at_ends_of_months_is_that_of_a_run_on_those_days(sums: StoredSums, ran: Digest):
    ends = np.searchsorted(ran.dates, sums.ends)
    assert 1 < len(ends) < len(ran.dates)
    for stages in (("home_held",), ("returned",), ("killed_at_home", "dead_or_lost")):
        dates, persons = sums.standing(stages)
        assert np.array_equal(dates, sums.ends)
        assert np.array_equal(persons, ran.standing(stages)[1][:, ends])
    assert np.array_equal(sums.standing(("waiting", "in_camp"))[0], ran.dates)
    for kind in ("arrived", "area"):
        assert {name: total.tolist() for name, total in sums.over_run_of(kind).items()} == {
            name: total.tolist() for name, total in ran.over_run_of(kind).items()
        }


def test_ways_are_those_of_a_run_without_their_origin(sums: StoredSums, ran: Digest):
    def by_way(links: object) -> dict[tuple[str, ...], float]:
        found: dict[tuple[str, ...], float] = {}
        for key, total in zip(links.keys, links.totals.sum(axis=0), strict=True):  # type: ignore[attr-defined]
            if key[0] in ("arrived", "to_camp", "to_host", "overflow") and total > 0:
                found[key[:3]] = found.get(key[:3], 0.0) + float(total)
        return found

    assert by_way(links_of(sums)) == pytest.approx(by_way(ran.links))


def test_the_fan_of_a_site_is_its_quantiles(kept: Path, sums: StoredSums):
    """What is drawn, against quantiles worked out here from what is kept."""
    facts = facts_of(open_ensemble(str(kept)), sums)
    sheet, places = fan_sheet("", "", 1, sums.draws, facts, counted=False)
    fan_of(sheet, places[0], sums.dates, sums.stocks.of("camp", "Long Meadow"), "", "")
    values = np.sort(read(kept, "daily_stock", CAMP), axis=0)
    drawn = [shape for shape in sheet.shapes if type(shape).__name__ == "Polygon"]
    for shape, (low, high) in zip(drawn, ((0.025, 0.975), (0.1, 0.9), (0.25, 0.75)), strict=True):
        edges = shape.get_xy()[: 2 * len(sums.dates), 1]  # type: ignore[attr-defined]
        for share, edge in ((low, edges[: len(sums.dates)]), (high, edges[len(sums.dates) :][::-1])):
            place = min(max(share * (MEMBERS + 1), 1), MEMBERS) - 1
            below, above = values[int(place)], values[min(int(place) + 1, MEMBERS - 1)]
            assert edge == pytest.approx(below + (place - int(place)) * (above - below))


def test_the_page_opens_with_the_figures_of_the_store(kept: Path, page: Path):
    arrived = read(kept, "daily_cumulative", "Stone Bridge|arrived|cumulative")[:, -1]
    text = page.read_text(encoding="utf-8")
    assert f"In 8 of 10 simulated futures {span_text(interval(arrived))} people reach the crossings" in text
    assert "12 draws" in text


def test_the_page_has_what_is_kept_and_says_what_is_not(page: Path):
    outline = Outline(page)
    anchors = [attributes["id"] for tag, attributes in outline.tags if tag == "h2"]
    assert anchors[2:-1] == ["arrivals", "stocks", "crossings", "camps", "flows", "needs", "spread", "assumptions"]
    assert NOT_KEPT in outline.text
    assert "Longest wait" not in outline.text
    assert "Largest queue, persons" in outline.text
    assert not list(page.parent.glob("*map*"))
    assert [path.name.split(".")[1] for path in page.parent.iterdir()] == ["public"] * 6


def test_reading_in_parts_changes_nothing(kept: Path, sums: StoredSums, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stored, "AT_ONCE", 1)
    given = load("toy")
    memory = Memory(1)
    again = sums_of(open_ensemble(str(kept)), given, detail(given, "public", TODAY), memory)
    assert np.array_equal(again.displaced(), sums.displaced())
    assert np.array_equal(again.standing(("home_held",))[1], sums.standing(("home_held",))[1])
    assert len(memory._held) == 1, "no more than the last is kept"


def test_what_a_store_lacks_is_nought(sums: StoredSums):
    assert sums.stocks.of("camp", "nowhere").shape == (MEMBERS, len(sums.dates))
    assert not sums.flows_at_ends.of("quantity", "nothing").any()
    assert sums.flows_at_ends.over_time([]).shape == (MEMBERS, 0)
    assert sums.over_run("quantity", "nothing").tolist() == [0] * MEMBERS


def test_of_very_many_members_the_first_are_drawn(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stored, "MOST_DRAWS", 8)
    given = material(open_ensemble(str(kept)), tmp_path, TODAY, "")
    assert given.facts.draws == 8
    assert np.array_equal(given.sums.stocks.of("camp", "Long Meadow"), read(kept, "daily_stock", CAMP)[:8])
    assert dict(opening(given).about)["Members"].startswith("12, of which the first 8 are drawn")


def copied(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "copy"))


def refused(folder: Path) -> str:
    """What the command says of a folder that it refuses, in one line."""
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 1
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert not Path(f"{folder}.report").exists()
    return done.stderr


def test_one_that_is_not_finished_is_refused(kept: Path, tmp_path: Path):
    folder = copied(kept, tmp_path)
    (folder / RECORD).unlink()
    assert "is not finished, for it holds no ensemble.json; the command that began it goes on with --resume" in refused(
        folder
    )


def test_a_lost_shard_is_found(kept: Path, tmp_path: Path):
    folder = copied(kept, tmp_path)
    (folder / "outcome.zarr" / "daily_stock" / "c" / "1" / "0" / "0").unlink()
    assert "block 1 of" in refused(folder)


def test_a_lost_commit_is_found(kept: Path, tmp_path: Path):
    folder = copied(kept, tmp_path)
    (folder / "commits" / "000002.json").unlink()
    assert "block 2 of" in refused(folder)


def test_a_record_that_is_damaged_is_refused_with_its_key(kept: Path, tmp_path: Path):
    folder = copied(kept, tmp_path)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    del record["tier"]
    (folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    assert "ensemble.json is damaged: it lacks the key tier" in refused(folder)


def test_an_altered_chunk_is_found_when_it_is_read(kept: Path, tmp_path: Path):
    folder = copied(kept, tmp_path)
    shard = folder / "outcome.zarr" / "daily_stock" / "c" / "0" / "0" / "0"
    content = bytearray(shard.read_bytes())
    for place in range(0, len(content) // 2, 7):
        content[place] ^= 0xFF
    shard.write_bytes(content)
    kept_there = open_ensemble(str(folder))
    with pytest.raises(RunError, match="cannot be read"):
        material(kept_there, tmp_path, TODAY, "").sums.displaced()


def test_an_address_elsewhere_is_read_too(kept: Path, tmp_path: Path):
    page = write_report(f"file://{kept}", tmp_path / "elsewhere")
    assert re.search(r"In 8 of 10 simulated futures", page.read_text(encoding="utf-8"))
