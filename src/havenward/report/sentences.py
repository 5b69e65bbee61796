"""Plain words: what a run says in one sentence, and its figures at a glance, each with its 80 % interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from havenward.guard.disclosure import (
    FEWEST_DRAWS,
    NoIntervalError,
    figure_text,
    held_share,
    in_ten,
    interval,
    quantiles,
    span_text,
)
from havenward.report.facts import Facts, day_text
from havenward.report.opening import SINGLE, Glance
from havenward.report.sums import Sums
from havenward.scenario.schema import Epoch

Values = NDArray[np.float64]

FEW_DRAWS = 9
"""Below this many draws fewer than 8 of 10 further draws would lie in their 80 % interval."""

MEANINGS = {
    "over assumptions and chance": "The interval holds what the model's chance and the ranges of its assumptions make of "
    "the scenario as given.",
    "over assumptions only": "The interval is that of the assumptions only: each draw of them is followed to its expected "
    "numbers. Chance is left out, so the truth may lie further off.",
    "over surroundings only": "The interval is that of the surroundings only (incidents, the course of control): all "
    "assumptions stand at their medians, and people are expected numbers. The truth may lie much further off.",
    "over chance only": "The interval is that of chance only: all assumptions stand at their medians, so the truth may lie "
    "much further off.",
}
"""What the spread of the draws is over, in a sentence."""


def headline(sums: Sums, facts: Facts) -> str:
    """How many, when, where and how sure, in one sentence."""
    total = sums.arrivals().sum(axis=1)
    if sums.draws < FEWEST_DRAWS:
        return SINGLE
    if not total.any():
        return f"In none of {sums.draws} simulated futures does anybody reach a crossing, from {facts.span}."
    peaks = peak_days(sums)
    known = len(sums.periods) > 1 and len(peaks) >= FEWEST_DRAWS
    when = f"; the busiest {sums.per} begins {between_days(peaks)}" if known else ""
    return (
        f"In 8 of 10 simulated futures {span_text(interval(total))} people reach the crossings, from {facts.span}"
        f"{when}; {where(sums)}."
    )


def peak_days(sums: Sums) -> NDArray[np.datetime64]:
    """(draw,) the first day of each draw's busiest period, for draws in which anybody arrives."""
    flow = sums.by_period(sums.arrivals())
    busiest_period = flow[flow.sum(axis=1) > 0].argmax(axis=1)
    return np.asarray(sums.periods[busiest_period])


def between_days(days: NDArray[np.datetime64]) -> str:
    """The 80 % interval of days in words."""
    if len(days) < FEWEST_DRAWS:
        raise NoIntervalError("one simulated future has no interval of days")
    numbers = days.astype("datetime64[D]").astype(np.int64)
    low, high = quantiles(numbers, (0.1, 0.9))
    first = np.datetime64(int(np.floor(low)), "D").item()
    last = np.datetime64(int(np.ceil(high)), "D").item()
    if first == last:
        return f"on {day_text(first)}"
    return f"between {day_text(first)} and {day_text(last)}"


def where(sums: Sums) -> str:
    """The crossing that most come through, and in how many futures it is the busiest; else the area most come from."""
    crossings = sums.over_run_of("arrived")
    if len(crossings) > 1:
        name, share = busiest(crossings)
        return f"the busiest crossing is {name} (in {in_ten(share)} futures)"
    name, share = busiest(sums.over_run_of("area"))
    return f"most come from {name} (in {in_ten(share)} futures)"


def busiest(totals: dict[str, Values]) -> tuple[str, float]:
    """The name that leads in most draws, and the share of draws in which it does."""
    names = list(totals)
    leaders = np.stack([totals[name] for name in names]).argmax(axis=0)
    leader = int(np.bincount(leaders).argmax())
    return names[leader], float((leaders == leader).mean())


def how_sure(draws: int, facts: Facts, meanings: Mapping[str, str] = MEANINGS) -> str:
    """What the interval means, and what it leaves out; empty where there is none."""
    if draws < FEWEST_DRAWS:
        return ""
    few = ""
    if draws < FEW_DRAWS:
        further = in_ten(held_share(draws))
        few = f" With {draws} draws the ends of the interval are rough: about {further} further draws would lie in it."
    kind = meanings.get(facts.interval, f"Intervals are {facts.interval}.")
    return f"{kind} A wrong scenario, or a wrong model, is not in it.{few}"


def reception(sums: Sums) -> str:
    """How many must be received at the worst moment; empty where nothing can be said."""
    displaced = sums.displaced()
    if sums.draws < FEWEST_DRAWS or not displaced.any():
        return ""
    days = sums.dates[displaced.argmax(axis=1)]
    camps = sums.stocks.of("stage", "in_camp")
    text = (
        f"At the peak, {between_days(days)}, {span_text(interval(displaced.max(axis=1)))} people are out of their homes and "
        "need to be received"
    )
    if camps.any():
        text += f"; camps and emergency sites hold {span_text(interval(camps.max(axis=1)))} at their fullest"
    return text + " (80 % intervals)."


def glances(sums: Sums, epochs: Sequence[Epoch], facts: Facts) -> list[Glance]:
    """The main figures; empty where there is one draw."""
    if sums.draws < FEWEST_DRAWS:
        return []
    arrivals = sums.arrivals()
    rows = [
        Glance("Arrivals at crossings", "cumulative", "persons", facts.span, figure_text(interval(arrivals.sum(axis=1))))
    ]
    for epoch in epochs:
        inside = (sums.dates >= np.datetime64(epoch.start)) & (sums.dates <= np.datetime64(epoch.end))
        if not inside.any():
            continue
        span = f"{day_text(sums.dates[inside][0])} to {day_text(sums.dates[inside][-1])}"
        figure = figure_text(interval(arrivals[:, inside].sum(axis=1)))
        rows.append(Glance(f"Arrivals: {epoch.name}", "cumulative", "persons", span, figure))
    flow = sums.by_period(arrivals)
    if len(sums.periods) > 1 and flow.any(axis=1).sum() >= FEWEST_DRAWS:
        figure = figure_text(interval(flow.max(axis=1)))
        when = f"begins {between_days(peak_days(sums))}"
        rows.append(Glance(f"Busiest {sums.per} at the crossings", f"flow, {sums.period} days", "persons", when, figure))
    for title, people in PEAKS.items():
        stock = sums.displaced() if people is None else sums.stocks.total(("stage", stage) for stage in people)
        if stock.any():
            when = between_days(sums.dates[stock.argmax(axis=1)])
            rows.append(Glance(title, "stock, largest", "persons", when, figure_text(interval(stock.max(axis=1)))))
    refused = sums.over_run("quantity", "overflow")
    if refused.any():
        rows.append(
            Glance("Sought a camp, found no plot", "cumulative", "persons", facts.span, figure_text(interval(refused)))
        )
    return rows


PEAKS: dict[str, tuple[str, ...] | None] = {
    "Out of their homes (crossings, camps, hosts)": None,
    "Waiting or in screening at crossings": ("waiting", "in_screening"),
    "In camps and emergency sites": ("in_camp",),
    "With host communities": ("in_host",),
}
"""Title -> stages; None for all who are displaced."""
