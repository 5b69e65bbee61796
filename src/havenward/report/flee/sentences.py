"""Plain words: what a Flee run says in one sentence, and its figures at a glance, each with its 80 % interval."""

from __future__ import annotations

import math

from havenward.guard.disclosure import FEWEST_DRAWS, count, figure_text, in_ten, interval, span_text
from havenward.report.facts import day_text
from havenward.report.flee.detail import SMALL_PLACES
from havenward.report.flee.occupancy import percent_span, shares_of_room
from havenward.report.flee.sums import FleeSums
from havenward.report.opening import SINGLE, Glance
from havenward.report.sentences import between_days, busiest

MEANINGS = {
    "over chance only": "The interval is that of chance only: settings, roads, conflicts and the numbers who set out are "
    "the same in every simulated future, so the truth may lie much further off.",
    "none: expected people": "The run has expected numbers and no chance, so its interval says nothing of how sure it is.",
}
"""What the spread of the draws is over, in a sentence."""


def headline(sums: FleeSums) -> str:
    """How many, where, when and how sure, in one sentence."""
    day = day_text(sums.dates[-1])
    if sums.draws < FEWEST_DRAWS:
        return SINGLE
    if not sums.total[:, -1].any():
        return f"In none of {sums.draws} simulated futures is anybody in a {sums.site} on {day}, the last day of the run."
    return (
        f"In 8 of 10 simulated futures {span_text(interval(sums.total[:, -1]))} people are in {all_of(sums)} on {day}, the "
        f"last day of the run{fullest(sums)}."
    )


def all_of(sums: FleeSums) -> str:
    """All camps in words."""
    if len(sums.camps) > 1:
        return f"the {len(sums.camps)} {sums.sites}"
    if sums.camps[0].startswith(SMALL_PLACES):
        return f"the {sums.camps[0].replace(SMALL_PLACES, SMALL_PLACES.lower())}"
    return f"all {sums.sites}" if sums.camps == [f"All {sums.sites}"] else f"the {sums.site} {sums.camps[0]}"


def fullest(sums: FleeSums) -> str:
    """The camp that is fullest against its room, or else holds the most people, and in how many futures it is.

    Of a single camp, or of all camps told as one, how full it is; nothing where it has no limit.
    """
    by_room = shares_of_room(sums)
    people = {name: sums.people[:, -1, number] for number, name in enumerate(sums.camps)}
    name, share = busiest(by_room or people)
    held = f"{span_text(interval(people[name]))} people"
    full = f"{percent_span(interval(by_room[name]))} % of its capacity" if name in by_room else ""
    if len(sums.camps) == 1:
        return f"; that is {full.replace('its capacity', 'the capacity')}" if full else ""
    what = "fullest" if by_room else "largest"
    return f"; the {what} is {name} (in {in_ten(share)} futures), with {held}" + (f", {full}" if full else "")


def against_registers(sums: FleeSums) -> str:
    """How the run compares with the registers, in one sentence; empty where it cannot be said."""
    if sums.compared is None or sums.draws < FEWEST_DRAWS:
        return ""
    card, daily = sums.compared.card, sums.compared.registered.daily
    text = (
        f"The registers of {len(card.camps)} {sums.sites} have {count(daily[-1].sum() * sums.hasten)} people on that day "
        f"(on straight lines between printed figures). The averaged relative difference over all days is "
        f"{card['ard'].members_mean:.2f}, where 0 is perfect"
    )
    return f"{text}; {inside(sums)}." if card.reports else f"{text}."


def inside(sums: FleeSums) -> str:
    """How many printed figures lie in the interval, and how many would if it were right."""
    if sums.compared is None or math.isnan(sums.compared.card.inside):
        return "no figure was printed from day 30 on that could be held against an interval"
    card = sums.compared.card
    met = round(card.inside * card.reports)
    return (
        f"{met} of {card.reports} printed figures from day 30 on {'lies' if met == 1 else 'lie'} in the model's 80 % "
        f"interval, where {in_ten(card.expected_inside)} would if the model were right"
    )


def glances(sums: FleeSums) -> list[Glance]:
    """The main figures; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    day, total = day_text(sums.dates[-1]), sums.total
    rows = []
    for what, stage in (
        (f"In {sums.sites}", "in_camp"),
        ("On the road", "on_the_road"),
        ("In towns, conflict zones, elsewhere", "elsewhere"),
    ):
        if sums.stages[stage][:, -1].any():
            rows.append(
                Glance(what, "stock", sums.unit, f"{day}, the last day", figure_text(interval(sums.stages[stage][:, -1])))
            )
    if total.any():
        when = between_days(sums.dates[total.argmax(axis=1)])
        rows.insert(
            1,
            Glance(
                f"In {sums.sites}, at the most", "stock, largest", sums.unit, when, figure_text(interval(total.max(axis=1)))
            ),
        )
    return rows
