"""The page of a Flee run: it stands alone, opens with its answer, and has every camp."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from havenward.cli.main import app
from tests.report.test_page import Outline
from tests.report_flee.helpers import CAMPS, HASTEN, SOURCES

SECTIONS = ["camps", "errors", "map", "scores", "settings"]


def section(page: Path, anchor: str) -> str:
    """The HTML of one section."""
    text = page.read_text(encoding="utf-8")
    return text.split(f'<h2 id="{anchor}">', 1)[1].split("</section>", 1)[0]


def rows(text: str) -> list[list[str]]:
    """Cells of every row of tables."""
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    ]


def test_nothing_is_loaded_from_anywhere(page: Path):
    outline = Outline(page)
    for _, attributes in outline.tags:
        for name in ("src", "href", "srcset", "data", "poster", "action", "xlink:href"):
            assert attributes.get(name, "data:").startswith(("data:image/", "#", "data:"))
    assert not {tag for tag, _ in outline.tags} & {"script", "link", "iframe", "object", "embed", "base", "form"}
    policies = [meta["content"] for meta in outline.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    assert "url(" not in page.read_text(encoding="utf-8").split("<style>", 1)[1].split("</style>", 1)[0]


def test_its_parts_are_closed_and_can_be_read_aloud(page: Path):
    text, outline = page.read_text(encoding="utf-8"), Outline(page)
    for tag in ("section", "table", "figure", "details", "main", "p", "div", "dl"):
        assert len(re.findall(rf"<{tag}[ >]", text)) == text.count(f"</{tag}>"), tag
    assert all(len(image["alt"]) > 40 for image in outline.of("img"))
    assert all(head.get("scope") in ("col", "row") for head in outline.of("th"))
    anchors = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert [name for name in anchors if name != "main"] == ["glance", "limits", *SECTIONS, "run"]


def test_it_opens_with_how_many_where_when_and_how_sure(page: Path):
    text = page.read_text(encoding="utf-8")
    (words,) = re.findall(r'<p class="headline">(.*?)</p>', text)
    assert re.fullmatch(
        r"In 8 of 10 simulated futures [\d,]+ to [\d,]+ people are in the 3 camps on 29 February 2020, the last day of the "
        r"run; the fullest is Delta \(in all futures\), with [\d,]+ to [\d,]+ people, \d+ to \d+ % of its capacity\.",
        words,
    )
    assert "PUBLIC" in text.split("<header>", 1)[0]
    assert '<a href="#limits">What this cannot tell you</a>' in text.split("<header>", 1)[0]
    assert "The interval is that of chance only" in text
    assert "is taken from the registers of the camps and is not forecast" in text


def test_every_camp_has_its_people_with_an_interval_and_its_room(page: Path):
    table = {row[0]: row for row in rows(section(page, "camps"))}
    assert set(table) == {"Camp", *CAMPS}
    for camp in CAMPS:
        assert re.search(r"[\d,]+ \([\d,]+ to [\d,]+\)", table[camp][1]), table[camp]
    assert table["Epsilon"][3] == "no limit"
    assert (table["Delta"][3], table["Zeta"][3]) == ("400", "1,000")
    assert table["Delta"][-2:] == ["all", "1 January 2020"]
    assert table["Zeta"][-2:] == ["none", "–"]


def test_bands_measure_unit_and_dates_are_in_words(page: Path):
    text = section(page, "camps")
    assert "with 50, 80 and 95 % bands over members" in text
    stock = f"Stock at the end of the day, persons, moved in units of {HASTEN} persons"
    assert f"{stock}, 1 January 2020 to 29 February 2020" in text
    assert "thin lines join them and are no counts" in text


def test_errors_are_told_and_it_is_said_how_to_read_them(page: Path):
    text = section(page, "errors")
    assert re.search(r"Averaged over all 60 days the relative difference is \d\.\d{3}", text)
    assert re.search(r"At the 5 report dates from day 30 on, with 6 printed figures, it is \d\.\d{3}", text)
    assert "How to read it" in text
    assert re.search(r"is \d+\.\d\d times that of this rule", text)


def test_how_it_was_made_is_that_of_the_record(page: Path, flee_run: Path):
    text, record = section(page, "run"), json.loads((flee_run / "run.json").read_text(encoding="utf-8"))
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(record["files"].items()))
    for words in (
        record["run_id"],
        "exact: Flee&#39;s rules",
        html.escape(SOURCES),
        "individuals, 12",
        f"units of {HASTEN} persons",
        hashlib.sha256(sums.encode()).hexdigest(),
    ):
        assert words in text, words
    settings = {row[0]: row[1] for row in rows(section(page, "settings"))}
    assert settings["move_rules.max_move_speed"] == "200"
    assert settings["optimisations.hasten"] == str(HASTEN)
    assert all(settings[name] == digest for name, digest in record["files"].items())


def test_pictures_in_the_page_are_the_files_beside_it_and_say_what_they_are(page: Path):
    embedded = {base64.b64decode(image["src"].split(",", 1)[1]) for image in Outline(page).of("img")}
    pictures = sorted(page.parent.glob("*.png"))
    assert embedded == {path.read_bytes() for path in pictures}
    assert [path.name for path in pictures] == [f"valley.public.{what}.png" for what in ("camps", "errors", "map")]
    for path in pictures:
        with Image.open(path) as image:
            assert image.text["Tier"] == "public"
            assert "Flee's rules (exact)" in image.text["Description"]


def test_the_command_draws_it_beside_the_run(flee_run: Path):
    result = CliRunner().invoke(app, ["report", str(flee_run), "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert Path(answer["page"]) == flee_run.parent / "run.report" / "valley.public.report.html"
    assert answer["pictures"] == [f"valley.public.{what}.png" for what in ("camps", "errors", "map")]


def test_no_person_can_be_named_and_no_group_is_told_apart(page: Path):
    text = Outline(page).text.lower()
    for word in ("ethnic", "sect ", "tribe", "religion"):
        assert word not in text
