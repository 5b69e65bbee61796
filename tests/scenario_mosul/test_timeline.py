"""Control, fighting, bans, advice and prices of `mosul`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from havenward.scenario.schema import TABLES, Scenario

Record = dict[str, str]

KEPT = 0.79
"""Share of the west's people of June 2014 still there in February 2017: about 830,000 of 1.05 million."""


def held(mosul: Scenario, home: str, day: dt.date) -> float:
    """Share of a home behind the group's line, on straight lines between the rows."""
    rows = [(row.date.toordinal(), row.besieged_share) for row in mosul.control if row.place == home]
    days, shares = zip(*rows, strict=True)
    return float(np.interp(day.toordinal(), days, shares))


def test_each_home_is_taken_once_and_the_front_never_goes_back(mosul: Scenario) -> None:
    homes = [place.name for place in mosul.locations if place.kind == "home"]
    for home in homes:
        shares = [row.besieged_share for row in mosul.control if row.place == home]
        assert shares[:2] == [0, 1]
        assert all(later <= earlier for earlier, later in pairwise(shares[1:])), home
        assert any(row.place == home and row.date == mosul.header.start for row in mosul.fighting)


def test_retake_dates_are_the_printed_ones(mosul: Scenario, table: Callable[[str], list[Record]]) -> None:
    printed = {row["place"]: row["to"] for row in table("control_timeline")}
    compared = 0
    for home in (place.name for place in mosul.locations if place.kind == "home"):
        free = [row for row in mosul.control if row.place == home and row.besieged_share == 0][1:]
        if home in printed and printed[home] and free:
            assert str(free[0].date) == printed[home]
            compared += 1
    assert compared >= 10


@pytest.mark.parametrize(
    ("day", "homes", "printed"),
    [
        (dt.date(2017, 4, 18), None, 500_000),
        (dt.date(2017, 4, 18), ["Old City of Mosul"], 400_000),
        (dt.date(2017, 5, 10), None, 360_000),
        (dt.date(2017, 5, 21), ["Old City of Mosul"], 200_000),
        (dt.date(2017, 5, 28), ["Old City of Mosul", "West Mosul, north-west"], 180_000),
        (dt.date(2017, 7, 6), None, 17_500),
    ],
)
def test_people_out_of_reach_in_the_west(mosul: Scenario, day: dt.date, homes: list[str] | None, printed: float) -> None:
    west = [place for place in mosul.locations if place.area == "west Mosul"]
    chosen = [place for place in west if homes is None or place.name in homes]
    people = sum(KEPT * place.population * held(mosul, place.name, day) for place in chosen)
    assert people == pytest.approx(printed, rel=0.10)


def test_the_city_fell_and_was_retaken_on_the_printed_days(mosul: Scenario) -> None:
    for place in mosul.locations:
        if place.area in ("east Mosul", "west Mosul"):
            assert held(mosul, place.name, dt.date(2014, 6, 10)) == 1
            assert held(mosul, place.name, dt.date(2016, 10, 31)) == 1
            assert held(mosul, place.name, dt.date(2017, 7, 10)) == 0
        if place.area == "east Mosul":
            assert held(mosul, place.name, dt.date(2017, 1, 24)) == 0
        if place.area == "west Mosul":
            assert held(mosul, place.name, dt.date(2017, 2, 19)) == 1


def test_hawija_stays_held_to_the_end(mosul: Scenario) -> None:
    assert held(mosul, "Hawija", mosul.header.end) == 1


def test_fighting_stays_on_the_steps_of_the_scale(mosul: Scenario) -> None:
    assert {row.intensity for row in mosul.fighting} == {0, 1, 2, 3}


def test_only_surroundings_are_dated(mosul: Scenario) -> None:
    """No table can hold a rate of departure or a multiplier by date."""
    dated = {name for name, model in TABLES.items() if "date" in model.model_fields} - {"sources"}
    surroundings = {"control", "bends", "fighting", "restrictions", "prices", "supplies", "offensives"}
    assert dated == surroundings | {"crossings", "camps", "evidence", "stocks"}
    assert mosul.bends == mosul.offensives == mosul.stocks == ()
    assert {row.kind for row in mosul.restrictions} == {"exit", "telephones", "advice"}


def test_exit_is_free_then_bonded_then_barred(mosul: Scenario) -> None:
    for area in (area.name for area in mosul.header.areas):
        levels = [row.level for row in mosul.restrictions if (row.area, row.kind) == (area, "exit")]
        assert levels == [0, 0.2, 0.5, 1]


def test_food_costs_twice_as_much_in_the_west_in_january_2017(mosul: Scenario) -> None:
    def price(area: str, day: dt.date) -> float:
        rows = [(row.date.toordinal(), np.log(row.index)) for row in mosul.prices if row.area == area]
        days, logs = zip(*rows, strict=True)
        return float(np.exp(np.interp(day.toordinal(), days, logs)))

    day = dt.date(2017, 1, 24)
    assert price("west Mosul", day) / price("east Mosul", day) == pytest.approx(2, rel=0.1)
    assert price("west Mosul", dt.date(2017, 4, 25)) >= 10
