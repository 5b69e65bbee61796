"""The page: it stands alone, says its tier, and can be read by a machine that reads aloud."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

from PIL import Image


class Outline(HTMLParser):
    """Every tag with its attributes, in order, and the text of the page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_nothing_is_loaded_from_anywhere(page: Path):
    outline = Outline(page)
    for _, attributes in outline.tags:
        for name in ("src", "href", "srcset", "data", "poster", "action", "xlink:href"):
            value = attributes.get(name, "data:")
            assert value.startswith(("data:image/", "#", "data:")), value[:80]
    assert not {tag for tag, _ in outline.tags} & {"script", "link", "iframe", "object", "embed", "base", "form"}
    css = re.findall(r"<style>(.*?)</style>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(css) == 1
    assert "url(" not in css[0]
    assert "@import" not in css[0]


def test_a_browser_is_told_to_load_nothing(page: Path):
    policies = [meta["content"] for meta in Outline(page).of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_tier_is_in_name_title_meta_and_banner(page: Path):
    outline = Outline(page)
    assert ".public." in page.name
    assert {"name": "havenward:tier", "content": "public"} in outline.of("meta")
    assert "report (public)" in outline.text
    assert "PUBLIC" in outline.text


def test_every_file_says_its_tier_run_and_calibration(page: Path):
    pictures = [path for path in page.parent.iterdir() if path.suffix in (".png", ".gif")]
    assert len(pictures) >= 9
    for path in pictures:
        assert path.name.split(".")[1] == "public"
        with Image.open(path) as image:
            told = (
                image.text
                if path.suffix == ".png"
                else dict(part.split(": ", 1) for part in image.info["comment"].decode().split("; ") if ": " in part)
            )
        assert told["Tier"] == "public", path.name
        assert told["Calibration"] == "Calibrated by hand.", path.name
        assert told["Run"], path.name
        assert "Not a statement that any way is safe" in told["Disclaimer"], path.name


def test_pictures_in_the_page_are_the_files_beside_it(page: Path):
    sources = [image["src"] for image in Outline(page).of("img")]
    embedded = {base64.b64decode(source.split(",", 1)[1]) for source in sources}
    assert embedded == {path.read_bytes() for path in page.parent.iterdir() if path.suffix in (".png", ".gif")}


def test_it_can_be_read_aloud(page: Path):
    outline = Outline(page)
    assert outline.of("html")[0]["lang"] == "en"
    assert len(outline.of("h1")) == 1
    assert not outline.of("h3")
    assert all(len(image["alt"]) > 40 for image in outline.of("img"))
    tables = len(outline.of("table"))
    assert tables >= 5
    assert len(outline.of("caption")) == tables
    assert all(head.get("scope") in ("col", "row") for head in outline.of("th"))
    anchors = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(anchors) == len(set(anchors))


def test_it_opens_with_how_many_when_where_and_how_sure(page: Path):
    text = page.read_text(encoding="utf-8")
    opening = re.search(r'<p class="headline">(.*?)</p>', text)
    assert opening
    words = opening.group(1)
    assert words.startswith("In 8 of 10 simulated futures ")
    assert re.search(r"[\d,]+ to [\d,]+ people reach the crossings, from \d+ \w+ \d{4} to", words)
    assert "busiest week begins" in words
    assert re.search(r"busiest crossing is|most come from", words)
    assert text.index('class="headline"') < text.index("<table")


def test_limits_and_responsible_use_are_there(page: Path):
    text = Outline(page).text
    assert "What this cannot tell you" in text
    assert "does not say that any way, corridor, crossing or camp is safe" in text
    assert "Responsible use." in text
    assert "Calibrated by hand." in text


def test_no_count_of_people_stands_without_an_interval(page: Path):
    text = page.read_text(encoding="utf-8")
    for table in re.findall(r"<table>.*?</table>", text, re.DOTALL):
        caption = re.search(r"<caption>(.*?)</caption>", table, re.DOTALL)
        assert caption
        if "interval" not in caption.group(1):
            continue
        heads = re.findall(r"<th scope=\"col\">(.*?)</th>", table)
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]:
            cells = re.findall(r"<t[hd](?: scope=\"row\")?>(.*?)</t[hd]>", row, re.DOTALL)
            for head, cell in zip(heads, cells, strict=True):
                if "ersons" in head and "Plots" not in head and "Nights" not in head:
                    assert re.search(r"\(.* to .*\)|fewer than 10", cell), (head, cell)


def test_needs_are_those_of_the_people_displaced(page: Path):
    text = page.read_text(encoding="utf-8")
    assert "15 litres a person a day" in text
    assert "Sphere Handbook" in text
    assert "Latrines" in text


def test_who_remains_is_told_by_area_and_never_by_home(toy_report: Path):
    text = Outline(toy_report).text
    assert "Quarter 0" not in text
    assert "East Harran" in text


def test_no_person_can_be_named_and_no_group_is_told_apart(page: Path):
    text = Outline(page).text.lower()
    for word in ("ethnic", "sect ", "tribe", "religion", "shia", "sunni", "yazidi"):
        assert word not in text
