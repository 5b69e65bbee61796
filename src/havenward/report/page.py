"""The page: one HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from havenward.guard.tiers import BANNERS
from havenward.report.facts import Facts, day_text
from havenward.report.opening import Opening

MEDIA = {".png": "image/png", ".gif": "image/gif", ".webp": "image/webp"}

LIMITS = (
    "It does not say that any way, corridor, crossing or camp is safe. Nobody should choose a way by it.",
    "It says nothing about any one person or family.",
)
"""What no run can tell, whatever its rules and its scenario."""

RESPONSIBLE = (
    "For planning reception and protection. Not for targeting, interdiction, the siting of checkpoints, decisions about a "
    "person, or claims that a way is safe. See RESPONSIBLE_USE.md."
)


@dataclass(frozen=True)
class Picture:
    """An image file and the words that go with it."""

    path: Path
    alt: str
    caption: str
    summary: str = ""
    """What the closed fold of a moving picture says."""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def data(self) -> Markup:
        """The file as a data URL."""
        coded = base64.b64encode(self.path.read_bytes()).decode("ascii")
        return Markup(f"data:{MEDIA[self.path.suffix]};base64,{coded}")

    @property
    def width(self) -> int:
        """Pixels across."""
        return self._size[0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self._size[1]

    @property
    def _size(self) -> tuple[int, int]:
        with Image.open(self.path) as image:
            return image.size


@dataclass(frozen=True)
class Table:
    """A table of text cells; the first `row_heads` cells of a row head it."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    row_heads: int = 1
    folded: str = ""
    """Words of the fold that hides a long table; empty: it stands open."""


@dataclass(frozen=True)
class Section:
    """One part of the page."""

    anchor: str
    title: str
    texts: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    moving: Picture | None = None
    tables: Sequence[Table] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def write_page(path: Path, facts: Facts, opening: Opening, sections: Sequence[Section]) -> Path:
    """Writes the page."""
    environment = Environment(
        loader=PackageLoader("havenward.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    css = environment.get_template("report.css").render()
    page = environment.get_template("report.html.j2").render(
        facts=facts,
        metadata=meta(facts),
        css=Markup(css),
        banner=f"{BANNERS[facts.tier]}. Figures are simulated, not counted.",
        opening=opening,
        glance_rows=[(row.what, row.measure, row.unit, row.when, row.figure) for row in opening.glances],
        limits=[*opening.limits, *LIMITS],
        sections=sections,
        about=[*about(facts), *opening.about],
        responsible=RESPONSIBLE,
    )
    path.write_text(page, encoding="utf-8")
    return path


def meta(facts: Facts) -> dict[str, str]:
    """Names and contents of the page's meta tags."""
    told = facts.metadata("report")
    return {
        "description": told["Description"],
        "generator": told["Software"],
        "havenward:tier": facts.tier,
        "havenward:scenario": facts.scenario,
        "havenward:run": facts.run,
        "havenward:source": told["Source"],
        "havenward:calibration": told["Calibration"],
        "referrer": "no-referrer",
        "robots": "noindex" if facts.tier != "public" else "index",
    }


def about(facts: Facts) -> list[tuple[str, str]]:
    """How the run was made, as terms and texts."""
    origin = day_text(facts.origin) if facts.origin else "none: the scenario's dates are given for the whole run"
    return [
        ("Scenario", f"{facts.title} ({facts.scenario}, {NATURES[facts.nature]})"),
        ("Run", facts.run or "without an id"),
        ("Dates", facts.span),
        ("Day of the forecast", origin),
        ("Solver and draws", f"{facts.solver}, {facts.draws}"),
        ("Intervals", facts.interval),
        ("Seed", facts.seed),
        ("Version", f"Havenward {facts.version}"),
        ("Calibration", facts.by_hand or "none stated"),
        ("Sensitivity tier", facts.tier),
    ]


NATURES = {"closed_case": "a closed case", "synthetic": "invented", "live": "live"}
