"""The first screen of the page of a comparison."""

from __future__ import annotations

from havenward.guard.disclosure import change_text, interval
from havenward.report.compare.material import ComparisonMaterial
from havenward.report.compare.words import PAIRS, headline, measure, when, worth
from havenward.report.opening import Glance, Opening
from havenward.report.sentences import how_sure
from havenward.report.siege import LIMITS

NOT_SHOWN = "It does not say that an edit can be made or is agreed to, nor what it costs."
SIGNS = (
    "Changes are with the edit less as it is, future by future; ±<10 is fewer than ten more or fewer, and about 0 what "
    "rounds to nought."
)


def comparison_opening(given: ComparisonMaterial) -> Opening:
    """The first screen."""
    glances = [
        Glance(
            f"{side.name}: {named.title}",
            f"change of a {measure(named)}",
            "persons",
            when(given, named),
            change_text(interval(named.pair.change)),
        )
        for side in given.sides
        for named in given.named(side)
    ]
    return Opening(
        headline=headline(given),
        second=" ".join([PAIRS, *filter(None, map(worth, given.sides))]),
        sure=how_sure(given.sums.draws, given.facts),
        glances=glances,
        glance_note=SIGNS,
        limits=[*given.scenario.header.limits, *LIMITS, NOT_SHOWN],
        about=[(side.title, "; ".join(side.lines)) for side in given.sides],
    )
