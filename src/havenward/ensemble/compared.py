"""What comparisons come to: named quantities, and the parts of a corridor's effect, with what may be told of them.

Nothing here may help to find where people could be stopped: danger is told of one corridor at a time and never by place, and
edits that close ways are not held side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from math import isfinite
from statistics import median
from typing import Any

from havenward.ensemble.compare import Comparison, Differences
from havenward.ensemble.named import Key, Wanted
from havenward.guard.disclosure import SMALLEST_HOME, held_share
from havenward.run.request import RunError
from havenward.run.siege_case import SiegeCase
from havenward.scenario.edits.ways import CloseCorridor, CloseCrossing, OpenCorridor

Opened = tuple[OpenCorridor, tuple[str, ...]]
"""A corridor that is opened, and the parts of its effect that are told."""
TOLD = ("arrived", "waiting", "in_camp", "in_host", "returned")
"""Quantities that are told where none is named."""
DANGER = frozenset({"captured", "died_on_way", "dead_or_lost", "turned_back", "released"})
"""Quantities that no comparison tells, but for the sum of two of them where one corridor is opened."""
TOGETHER = "The corridor is opened together with other edits: these are the effects of all of them."
FEWEST_FOR_RATIO = 20
"""Pairs below which a ratio of variances is not told."""


def check_edits(cases: Sequence[SiegeCase]) -> None:
    """Refuse edits whose results side by side would rank where people can be stopped, or say who left a small place.

    Raises:
        RunError: more than one closes ways, or one is about places with few people alone: as hardly anybody else is moved by
            it, whatever it changes would be told of them.
    """
    for case in cases:
        small, homes = small_homes(case), [place for place in case.scenario.locations if place.kind == "home"]
        areas = {place.area for place in homes} - {place.area for place in homes if place.name not in small}
        for edit in case.edits.made:
            named = [str(edit.said.get(key)) for key in ("place", "from_place", "area")]
            if few := [name for name in named if name in small | areas]:
                raise RunError(
                    f"{edit.told} is about {few[0]} alone, with fewer than {SMALLEST_HOME:,} "
                    "people: what it changes would say who left there. Compare an edit of larger places"
                )
    closing = [case for case in cases if any(isinstance(edit, CloseCorridor | CloseCrossing) for edit in case.edits.made)]
    if len(closing) > 1:
        raise RunError(
            "more than one of these edits closes ways, and side by side they would rank where people can be stopped: "
            "compare them one at a time"
        )


def check_wanted(case: SiegeCase, wanted: Sequence[Wanted]) -> None:
    """Refuse quantities that are not to be told.

    Raises:
        RunError: one tells of danger on the way, or of who stays in or leaves a place with few people.
    """
    small = small_homes(case)
    for one in wanted:
        if one.quantity in DANGER:
            raise RunError(
                f"{one.quantity} rests on assumptions about danger, which are not compared; name another quantity"
            )
        if one.quantity == "arrived" and one.site is not None and ">" in one.site:
            raise RunError(
                f"{one} beside who set out there says who was stopped on that way; name arrived alone, or new_arrivals at a "
                "crossing"
            )
        if one.site is not None and one.site.split(">")[0] in small:
            wrong = f"{one.site.split('>')[0]} has fewer than {SMALLEST_HOME:,} people, and who stays or leaves is not told"
            raise RunError(f"{wrong}; name its area's larger places, or leave the site out")


def is_told(key: Key, small: Set[str]) -> bool:
    """Return whether a comparison tells a figure, where some homes are small.

    How dangerous ways are is assumed, and never told by place; nor is who arrived by which way, which beside who set out
    there comes to the same. Who stays in, leaves or comes to a place with few people is not told either.
    """
    by_way = key.quantity == "arrived" and ">" in key.site
    return key.quantity not in DANGER and not by_way and small.isdisjoint(key.site.split(">"))


def record(
    cases: Mapping[str, SiegeCase], found: Mapping[str, Comparison], wanted: Sequence[Wanted], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what comparisons come to, by the words for each edit.

    Args:
        cases: the edited cases.
        found: the comparisons.
        wanted: quantities to be told of each; those that an edit's side does not know are left out.
        about: what is said of all: scenario, tier, banner, members, seed, interval.
    """
    told_of = parts_told(cases)
    edits = {}
    for words, comparison in found.items():
        told = {str(one): comparison.total(one) for one in wanted if comparison.tells(one)}
        parts = {
            f"{edit.from_place}>{edit.crossing}": {
                name: figures_of(part)
                for name, part in comparison.corridor(edit.from_place, edit.crossing).items()
                if name in names
            }
            for edit, names in told_of[words]
        }
        edits[words] = {
            "edits": cases[words].edits.rows(),
            "caution": cases[words].words.get("caution", ""),
            "quantities": {name: figures_of(one) for name, one in told.items()},
            "corridors": parts,
            "notes": notes(cases[words], told_of[words]),
            "variance_ratio": _ratio([float(one.variance_ratio[0]) for one in told.values()], comparison.members),
        }
    members = next(iter(found.values())).members
    return {**about, "interval_share": round(held_share(members, 0.9), 3), "edits": edits}


def parts_told(cases: Mapping[str, SiegeCase]) -> dict[str, list[Opened]]:
    """Return the corridors that each case opens, with the parts of their effect that are told.

    Danger is told of one corridor alone.
    """
    opened = {words: [edit for edit in case.edits.made if isinstance(edit, OpenCorridor)] for words, case in cases.items()}
    alone = sum(len(edits) for edits in opened.values()) == 1
    names = ("induction", "diversion", *(("danger",) if alone else ()))
    return {words: [(edit, names) for edit in edits] for words, edits in opened.items()}


def notes(case: SiegeCase, opened: Sequence[Opened]) -> list[str]:
    """Return what must be said of the parts of the corridors that a case opens, sentence by sentence."""
    return [TOGETHER] if opened and len(case.edits.made) > 1 else []


def small_homes(case: SiegeCase) -> set[str]:
    """Return the homes of which it is not told who stays or leaves."""
    return {place.name for place in case.scenario.locations if place.kind == "home" and place.population < SMALLEST_HOME}


def figures_of(found: Differences) -> dict[str, Any]:
    """Return one figure's differences as plain numbers."""
    spans = {"base": found.base, "edited": found.edited, "change": found.change}
    told: dict[str, Any] = {
        name: dict(zip(("mean", "q05", "q50", "q95"), span[:, 0].round(1).tolist(), strict=True))
        for name, span in spans.items()
    }
    shares = {"error": found.error, "lower": found.lower, "higher": found.higher, "variance_ratio": found.variance_ratio}
    return told | {name: _number(float(value[0])) for name, value in shares.items()}


def _ratio(ratios: Sequence[float], members: int) -> float | None:
    """Return the median of ratios that are numbers; none of few pairs, or where nothing changes in any member."""
    finite = [ratio for ratio in ratios if isfinite(ratio)]
    return _number(median(finite)) if finite and members >= FEWEST_FOR_RATIO else None


def _number(value: float) -> float | None:
    """Return a number that JSON knows; None where there is none."""
    return round(value, 4) if isfinite(value) else None
