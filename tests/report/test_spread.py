"""Where the spread comes from, on the page of an ensemble: the figures of its study, and no study of anything else."""

from __future__ import annotations

import html
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from havenward.cli.main import app
from havenward.core.members import SOURCES
from havenward.ensemble.named import Wanted
from havenward.ensemble.place import Place
from havenward.ensemble.reading import open_ensemble
from havenward.ensemble.shares import Share, Shares, Span
from havenward.ensemble.store import EnsembleStore
from havenward.ensemble.study_reading import STUDIED, differing, open_study
from havenward.report.detail import detail
from havenward.report.ensemble import EnsembleMaterial, material
from havenward.report.spread import ASK, AT_MEDIANS, LATER, sentence, span_text, spread
from havenward.run.request import RunError
from havenward.scenario.folder import locate
from havenward.scenario.read import load
from tests.report.conftest import TODAY
from tests.report.ensembles import CAMP, called

SHORT = ("--until", "2010-04-15", "--workers", "0")
STUDY = ("--sources", "16", "--morris", "0", "--sobol", "0")
FEW = ("--sources", "8", "--morris", "0", "--sobol", "0")
AT = "in_camp@Long Meadow"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ensemble") / "toy"
    called("ensemble", "toy", *SHORT, "--members", "6", "--out", str(folder))
    return folder


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "toy"
    called("sensitivity", "toy", *SHORT, *STUDY, "--quantity", "arrived", "--quantity", AT, "--out", str(folder))
    return folder


@pytest.fixture(scope="module")
def given(kept: Path, study: Path, tmp_path_factory: pytest.TempPathFactory) -> EnsembleMaterial:
    return material(open_ensemble(str(kept)), tmp_path_factory.mktemp("report"), TODAY, "", str(study))


def indices(study: Path, variable: str, ends: str) -> tuple[np.ndarray, np.ndarray]:
    """First-order shares (Saltelli and others 2010) and total ones (Jansen 1999), written out over what is kept."""
    store = EnsembleStore.find(Place.at(f"{study}/sources"))
    assert store is not None
    rows = [row for row, label in enumerate(store.labels[f"{variable}_label"]) if label.endswith(ends)]
    persons = store.read(variable, 96)[:, :, rows, :4].sum(axis=(2, 3))
    values = (persons.sum(axis=1) if variable == "flow" else persons[:, -1]).reshape(16, 6)
    a, b, mixed = values[:, 0], values[:, 5], values[:, 1:5]
    whole = np.concatenate([a, b]).var()
    # as the estimator of the first order asks for, about the mean
    b = b - values.mean()
    return (b[:, None] * (mixed - a[:, None])).mean(axis=0) / whole, ((a[:, None] - mixed) ** 2).mean(axis=0) / 2 / whole


def test_the_page_has_the_shares_of_the_study(kept: Path, study: Path, tmp_path: Path):
    out = tmp_path / "out"
    told = json.loads(called("report", str(kept), "--sensitivity", str(study), "--out", str(out), "--json"))
    assert "toy.public.spread.png" in told["pictures"]
    page = html.unescape(Path(told["page"]).read_text(encoding="utf-8"))
    part = page[page.index('id="spread"') : page.index('id="assumptions"')]
    assert page.index('id="needs"') < page.index('id="spread"')
    rows = [row.split("</tr>")[0] for row in part.split("<tr>")]
    for title, variable, ends in (
        ("Arrivals at the crossings (persons, flow over the run)", "flow", "|arrived|flow"),
        ("(Long Meadow) (persons, stock on the last day)", "stock", "Long Meadow|in_camp|stock"),
    ):
        first, total = indices(study, variable, ends)
        assert first.max() > 0.2
        of_it = [row for row in rows if title in row]
        assert len(of_it) == 4
        for k, source in enumerate(SOURCES):
            row = next(row for row in of_it if f">{source}<" in row)
            alone, both = (cell.split("</td>")[0] for cell in row.split("<td>")[1:])
            assert alone.startswith(f"{100 * first[k]:z.0f} % (".replace("-", "−"))
            assert both.startswith(f"{100 * total[k]:z.0f} % (")
    assert "Control is a given timeline whose dates have no range" in part
    assert "captured" not in part
    with Image.open(out / "toy.public.spread.png") as picture:
        assert picture.text["Tier"] == "public"  # type: ignore[attr-defined]
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 10


def test_what_is_said_follows_the_estimates(given: EnsembleMaterial):
    study = given.study
    assert study is not None

    def said(population: tuple[Span, Span], chance: tuple[Span, Span]) -> str:
        groups = (Share("population", *population), Share("chance", *chance))
        return sentence(study, Shares(Wanted("arrived"), 1000.0, 100.0, 900.0, 2000.0, 500.0, groups))

    small = (Span.of(0.1, 0.1), Span.of(0.1, 0.1))
    sure = said((Span.of(0.9, 0.1), Span.of(0.95, 0.1)), small)
    assert "Most of the spread of arrivals at the crossings comes from how many people there are at the start: alone" in sure
    assert "alone it brings 90 % (80 to 100 %) of the variance" in sure
    assert "noise" not in sure
    assert "where more than 100 % is noise" in said((Span.of(1.2, 0.1), Span.of(1.2, 0.1)), small)
    assert "seems to come from how many" in said((Span.of(0.6, 0.3), Span.of(0.7, 0.3)), small)
    even = (Span.of(0.3, 0.1), Span.of(0.6, 0.2))
    assert said(even, (Span.of(0.3, 0.1), Span.of(0.7, 0.2))).startswith(
        "No source alone brings most of the spread of arrivals at the crossings; the largest is mere chance"
    )
    assert "too noisy to say" in said((Span.of(0.3, 0.9), Span.of(0.2, 0.9)), (Span.of(-0.3, 0.9), Span.of(0.1, 0.9)))
    assert span_text(Span.of(-0.31, 0.9)) == "−31 % (−121 to 59 %)"
    assert span_text(Span.of(-0.001, 0.001)) == "0 % (0 to 0 %)"


def test_what_a_tier_withholds_is_not_shared_out(given: EnsembleMaterial):
    scenario = load("toy")
    live = scenario.model_copy(update={"header": scenario.header.model_copy(update={"nature": "live"})})
    partner = detail(live, "partner", TODAY)
    at_crossing = replace(given, told=replace(partner, camps={}))
    section = spread(at_crossing)
    cells = [cell for table in section.tables for row in table.rows for cell in row]
    words = " ".join([*section.texts, *section.notes, *cells])
    assert "Arrivals at the crossings" in words
    assert "Long Meadow" not in words
    early = replace(given, facts=replace(given.facts, last=given.facts.first))
    assert spread(early).texts == [LATER]
    assert not spread(early).pictures


def test_without_a_study_it_says_how_to_make_one(kept: Path, given: EnsembleMaterial):
    alone = replace(given, study=None)
    assert spread(alone).texts == [ASK]
    medians = replace(alone, record={**given.record, "assumptions": "at their medians"})
    assert spread(medians).texts == [AT_MEDIANS]


@pytest.mark.parametrize(
    ("words", "differs"),
    [
        (("--edit", CAMP), "the edits;"),
        (("--set", "reach_km=8"), r"parameters that are set \(reach_km\);"),
        (("--until", "2010-04-14"), "the dates;"),
    ],
)
def test_a_study_of_another_run_is_refused(kept: Path, tmp_path: Path, words: tuple[str, ...], differs: str):
    called("sensitivity", "toy", *SHORT, *FEW, *words, "--quantity", "arrived", "--out", str(tmp_path / "study"))
    with pytest.raises(RunError, match=f"they differ in {differs} give `havenward sensitivity`"):
        open_study(str(tmp_path / "study")).check_same(open_ensemble(str(kept)))


def test_another_solver_and_medians_are_told_apart_and_another_seed_is_not(given: EnsembleMaterial):
    assert given.study is not None
    plan = given.study.plan
    assert differing(plan, plan.model_copy(update={"seed": 7, "members": 9, "block": 3, "study": None})) == []
    assert differing(plan, plan.model_copy(update={"solver": "mean", "spread": 0.0})) == [
        "the solver (chain, not mean)",
        "whether assumptions are drawn from their ranges",
    ]


def test_a_study_of_another_scenario_is_refused_by_the_command(kept: Path, tmp_path: Path):
    scenario = Path(shutil.copytree(locate("toy"), tmp_path / "toy"))
    table = scenario / "locations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",13000,", ",12900,"), encoding="utf-8")
    called("sensitivity", str(scenario), *SHORT, *FEW, "--quantity", "arrived", "--out", str(tmp_path / "study"))
    done = CliRunner().invoke(app, ["report", str(kept), "--sensitivity", str(tmp_path / "study")])
    assert done.exit_code == 1
    assert "they differ in the scenario (locations.csv); give" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not Path(f"{kept}.report").exists()


@pytest.mark.parametrize(
    ("file", "wrong"),
    [(STUDIED, "holds no sensitivity.json"), ("sources", "does not share the spread out to its sources")],
)
def test_one_that_is_not_whole_is_refused(study: Path, tmp_path: Path, file: str, wrong: str):
    folder = Path(shutil.copytree(study, tmp_path / "copy"))
    (shutil.rmtree if (folder / file).is_dir() else Path.unlink)(folder / file)  # type: ignore[operator]
    with pytest.raises(RunError, match=wrong):
        open_study(str(folder))


def test_what_rests_on_danger_is_not_told_whatever_the_record_says(study: Path, tmp_path: Path):
    folder = Path(shutil.copytree(study, tmp_path / "copy"))
    told = json.loads((folder / STUDIED).read_text(encoding="utf-8"))
    for quantity, wrong in (("captured", "about danger"), ("home_held@Millfield", "fewer than 5,000 people")):
        (folder / STUDIED).write_text(json.dumps({**told, "quantities": [quantity]}), encoding="utf-8")
        with pytest.raises(RunError, match=wrong):
            open_study(str(folder))


def test_it_is_told_of_ensembles_only(study: Path, tmp_path: Path):
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--sensitivity", str(study)])
    assert done.exit_code == 1
    assert "told of ensembles only" in done.stderr
    assert len(done.stderr.splitlines()) == 1
