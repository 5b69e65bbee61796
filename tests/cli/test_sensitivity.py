"""`havenward sensitivity`: a study from the command line, once more with --resume, and what is refused."""

from __future__ import annotations

import csv
import json
import shutil
import sys

import openpyxl
import pytest
from PIL import Image
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.guard.audit import audit_log
from havenward.model.siege.parameters import DANGER
from tests.scenario_flee.helpers import small, written

SHORT = ["--until", "2010-03-16", "--workers", "0"]
SMALL = ["--sources", "8", "--morris", "4", "--sobol", "8"]
SOURCES = ("population", "control", "parameters", "chance")


def sensitivity(*words, scenario="toy"):
    return CliRunner().invoke(app, ["sensitivity", str(scenario), *words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("sensitivity") / "toy"
    done = sensitivity(*SHORT, *SMALL, "--out", str(where))
    assert done.exit_code == 0, done.output
    return where, done.output


def test_shares_and_effects_are_told_with_their_intervals(folder):
    where, told = folder
    assert told.startswith("PUBLIC")
    assert "95 % interval; 8 rows, 48 members" in told
    assert "of futures" in told
    assert "Control is a given timeline" in told
    rows = list(csv.DictReader((where / "sensitivity.csv").read_text(encoding="utf-8").splitlines()))
    arrived = [row for row in rows if (row["part"], row["quantity"]) == ("sources", "arrived")]
    assert [row["group"] for row in arrived] == list(SOURCES)
    for row in arrived:
        for name in ("first", "total"):
            assert float(row[f"{name}_low"]) <= float(row[name]) <= float(row[f"{name}_high"])
    groups = {row["group"] for row in rows}
    assert "danger on the way" in groups
    assert not groups & DANGER, "what the group does to those who leave is never ranked"
    assert not any(">" in group for group in groups), "nor any way"


def test_what_is_written_has_its_tier_and_says_what_columns_mean(folder):
    where, _ = folder
    names = {path.name for path in where.iterdir()}
    assert names >= {"sensitivity.csv", "sensitivity.json", "sensitivity.xlsx", "sources", "screening", "parameters"}
    assert not any((where / part / "summary.csv").exists() for part in ("sources", "screening", "parameters"))
    told = json.loads((where / "sensitivity.json").read_text(encoding="utf-8"))
    assert told["tier"] == "public"
    assert told["screening"]["rule"].startswith("to each quantity those that hold 90%")
    assert set(told["sources"]["quantities"]["arrived"]["groups"]) == set(SOURCES)
    book = openpyxl.load_workbook(where / "sensitivity.xlsx")
    notes = " ".join(str(cell.value) for row in book["read me"].iter_rows() for cell in row)
    assert "mu* of Morris" in notes
    assert "Control is a given timeline" in notes
    assert "tier: public" in book.properties.keywords


@pytest.mark.parametrize("part", ["sources", "screening", "parameters"])
def test_pictures_say_where_they_come_from(folder, part):
    with Image.open(folder[0] / f"{part}.png") as picture:
        assert picture.width == 1500
        assert picture.text["Tier"] == "public"
        assert "Not a statement that any way is safe" in picture.text["Description"]
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 10, "there is something on it"


def test_it_is_the_same_once_more(folder):
    where, told = folder
    kept = {name: (where / name).read_bytes() for name in ("sensitivity.csv", "sensitivity.json", "sources.png")}
    before = audit_log().read_text(encoding="utf-8").splitlines()
    again = sensitivity(*SHORT, *SMALL, "--out", str(where), "--resume")
    assert again.exit_code == 0, again.output
    assert again.stdout.splitlines() == told.splitlines()
    assert {name: (where / name).read_bytes() for name in kept} == kept
    line = json.loads(audit_log().read_text(encoding="utf-8").splitlines()[len(before) :][-1])
    assert (line["where"], line["why"], line["tier"]) == (str(where), "sensitivity", "public")


def test_named_quantities_of_the_same_members_as_json(folder, tmp_path):
    where = shutil.copytree(folder[0], tmp_path / "copy")
    only = ["--sources", "8", "--morris", "0", "--sobol", "0", "--quantity", "in_camp@Long Meadow"]
    done = sensitivity(*SHORT, *only, "--out", str(where), "--resume", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["quantities"] == ["in_camp@Long Meadow"]
    assert (told["members"], told["sources"]["rows"]) == (48, 8)
    assert "screening" not in told
    assert "parameters" not in told
    assert [path.name for path in where.glob("*.png")] == ["sources.png"], "none of what is not told any more"


def test_an_edit_and_a_set_parameter_are_studied(tmp_path):
    corridor = "open_corridor date=2010-03-10 from_place='Tarrow North' crossing='Stone Bridge' use=front"
    words = ["--sources", "8", "--morris", "0", "--sobol", "0", "--edit", corridor, "--set", "reach_km=8"]
    done = sensitivity(*SHORT, *words, "--out", str(tmp_path / "edited"))
    assert done.exit_code == 0, done.output
    assert "not a recommendation" in done.output
    told = json.loads((tmp_path / "edited" / "sensitivity.json").read_text(encoding="utf-8"))
    assert told["changes"] == {"reach_km": 8.0}
    assert told["edits"][0]["from_place"] == "Tarrow North"


@pytest.mark.parametrize(
    ("words", "code", "wrong"),
    [
        (["--quantity", "captured"], 1, "rests on assumptions about danger"),
        (["--quantity", "turned_back@Stone Bridge"], 1, "rests on assumptions about danger"),
        (["--quantity", "home_held@Millfield"], 1, "Millfield has fewer than 5,000 people"),
        (["--quantity", "arivals"], 1, "no arivals is told; there are:"),
        (["--set", "interception=0.5"], 1, "cannot be edited"),
        (["--set", "reach=1"], 1, "did you mean"),
        (["--sources", "3"], 1, "--sources 3 is too small"),
        (["--sobol", "48"], 1, "no power of two"),
        (["--from", "2009-01-01"], 1, "does not lie within the scenario"),
        (["--edit", "set_desk date=2010-03-10"], 1, "is no kind of edit"),
        (["--sources", "many"], 2, "--sources"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(tmp_path, words, code, wrong):
    done = sensitivity(*SHORT, *words, "--out", str(tmp_path / "x"))
    assert done.exit_code == code
    assert wrong in " ".join(done.output.split())
    assert not list(tmp_path.rglob("commits/*")), "nothing was run"


def test_a_flee_folder_has_nothing_to_share_out(tmp_path):
    done = sensitivity(scenario=written(small(), tmp_path / "flee"))
    assert done.exit_code == 1
    assert "all its spread is chance" in done.output


def test_without_salib_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.analyze.sobol", None)
    monkeypatch.setitem(sys.modules, "SALib", None)
    done = sensitivity(*SHORT, *SMALL, "--out", str(tmp_path / "x"))
    assert done.exit_code == 1
    assert "pip install 'havenward[sensitivity]'" in done.output
    assert not (tmp_path / "x").exists()


def test_a_study_stands_in_the_catalogue_and_is_not_verified_from_it(folder):
    where, _ = folder
    listed = CliRunner().invoke(app, ["runs", "--kind", "study", "--json"])
    assert listed.exit_code == 0, listed.output
    (entry,) = [one for one in json.loads(listed.output)["runs"] if one["place"] == str(where)]
    assert (entry["scenario"], entry["kind"], entry["state"]) == ("toy", "study", "here")
    shown = CliRunner().invoke(app, ["runs", "show", entry["id"]])
    assert str(where) in shown.output.replace("\n", "")
    for words in (["verify"], ["runs", "again"]):
        refused = CliRunner().invoke(app, [*words, str(where)])
        assert refused.exit_code == 1
        assert "neither verified nor made again" in refused.output


def test_it_goes_into_no_folder_that_holds_anything_else(folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name, told in (("mine", "holds something else than a study (notes.txt)"), ("file", "is a file")):
        refused = sensitivity(*SHORT, *SMALL, "--out", str(tmp_path / name))
        assert refused.exit_code == 1
        assert told in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["notes.txt"]


def test_of_what_is_not_public_no_picture_lies_about(tmp_path):
    """The report of an ensemble draws it, with the tier in its name and a reason in the log."""
    assert CliRunner().invoke(app, ["init", str(tmp_path / "live"), "--from", "toy"]).exit_code == 0
    header = tmp_path / "live" / "scenario.yaml"
    header.write_text(header.read_text(encoding="utf-8").replace("nature: synthetic", "nature: live"), encoding="utf-8")
    done = sensitivity(
        *SHORT,
        "--sources",
        "8",
        "--morris",
        "0",
        "--sobol",
        "0",
        "--quantity",
        "arrived",
        "--out",
        str(tmp_path / "study"),
        scenario=tmp_path / "live",
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "study" / "sensitivity.csv").exists()
    assert not list((tmp_path / "study").glob("*.png"))


def test_the_report_of_a_study_is_that_of_an_ensemble(folder):
    where, _ = folder
    refused = CliRunner().invoke(app, ["report", str(where)])
    assert refused.exit_code == 1
    assert "report ENSEMBLE --sensitivity" in refused.output
