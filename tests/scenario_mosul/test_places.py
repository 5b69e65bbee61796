"""Places, people, ways, crossings and camps of `mosul`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest

from havenward.scenario.schema import Scenario

Record = dict[str, str]


def test_counts_of_places(mosul: Scenario) -> None:
    kinds = Counter(place.kind for place in mosul.locations)
    assert 60 <= kinds.total() <= 75
    assert 20 <= kinds["home"] <= 24
    assert kinds["crossing"] >= 12
    assert kinds["camp"] + kinds["emergency"] >= 18
    assert 4 <= kinds["host"] <= 8


def test_coordinates_are_those_of_the_sourced_table(mosul: Scenario, table: Callable[[str], list[Record]]) -> None:
    sourced = {record["name"]: record for record in table("locations")}
    chosen = {record["name"]: record for record in table("assumed_places")}
    compared = 0
    for place in mosul.locations:
        base = sourced.get(chosen[place.name]["base"])
        if base is not None and base["lat"]:
            assert (place.lat, place.lon) == (float(base["lat"]), float(base["lon"]))
            compared += 1
        else:
            assert place.label == "assumed"
            assert "coordinate" in place.note or "all figures assumed" in place.note
    assert compared >= 50


def test_the_city_sums_to_its_total(mosul: Scenario) -> None:
    city = [place for place in mosul.locations if place.area in ("east Mosul", "west Mosul")]
    west = sum(place.population for place in city if place.area == "west Mosul")
    assert sum(place.population for place in city) == pytest.approx(1_750_000, rel=0.001)
    assert west == pytest.approx(0.60 * 1_750_000, rel=0.001)
    assert sum(place.population_low or 0 for place in city) == pytest.approx(1_200_000, rel=0.001)
    assert sum(place.population_high or 0 for place in city) == pytest.approx(2_000_000, rel=0.001)


def test_people_live_in_homes_only_and_have_a_range(mosul: Scenario) -> None:
    for place in mosul.locations:
        if place.kind == "home":
            assert place.population_low is not None
            assert place.population_high is not None
            assert place.population_low < place.population < place.population_high
        else:
            assert place.population == 0


def test_households_are_as_large_as_head_counts_say(mosul: Scenario) -> None:
    assert len(mosul.classes) == 13
    assert sum(row.share for row in mosul.classes) == pytest.approx(1)
    size = sum(row.share * (row.men + row.women + row.boys + row.girls) for row in mosul.classes)
    assert 4.5 <= size <= 5.75
    men = sum(row.share * row.men for row in mosul.classes)
    assert 0.23 <= men / size <= 0.30


@pytest.mark.parametrize(
    ("day", "printed", "with_chamakor"),
    [
        (dt.date(2016, 11, 27), 9_097, False),
        (dt.date(2017, 2, 2), 10_105, True),
        (dt.date(2017, 2, 6), 11_497, True),
    ],
)
def test_unhcr_built_camps_add_up_to_the_printed_total(
    mosul: Scenario, day: dt.date, printed: int, with_chamakor: bool
) -> None:
    built = ["Hasansham U3", "Zelikan camp", "Qaymawa camp", "Laylan camp", "Nazrawa and Daquq camps"]
    if with_chamakor:
        built.append("Chamakor camp")
    assert sum(plots(mosul, camp, day) for camp in built) == printed


def test_later_totals_of_unhcr_built_camps_rise_as_hammam_al_alil_does(mosul: Scenario) -> None:
    first, last = dt.date(2017, 4, 4), dt.date(2017, 5, 11)
    rise = plots(mosul, "Hammam al-Alil camps", last) - plots(mosul, "Hammam al-Alil camps", first)
    assert rise == 18_736 - 12_497


def plots(mosul: Scenario, camp: str, day: dt.date) -> int:
    """Plots of a camp in force on a day."""
    rows = [row for row in mosul.camps if row.camp == camp and row.date <= day]
    return max(rows, key=lambda row: row.date).plots


def test_all_camps_together_hold_what_was_printed(mosul: Scenario) -> None:
    """Families in camps at six people each, and free plots, on 1 January 2017 (OCHA situation report 14)."""
    before = {"Debaga camps", "Makhmur emergency sites", "Garmawa camp", "Al-Alam camp", "Al-Shahama camp"}
    camps = {row.camp for row in mosul.camps} - before - {"Al Hol camp"}
    total = sum(plots(mosul, camp, dt.date(2017, 1, 1)) for camp in camps)
    assert total == pytest.approx(112_000 / 6 + 7_524, rel=0.15)


def throughput(mosul: Scenario, crossing: str, day: dt.date) -> float:
    """Persons a day that the desks can take, if a quarter are men and boys of 15 and over."""
    rows = [row for row in mosul.crossings if row.crossing == crossing and row.date <= day]
    row = max(rows, key=lambda row: row.date)
    return row.desks * row.hours * 60 / (0.25 * row.minutes_per_man + 0.75 * row.minutes_per_other)


def test_crossings_can_take_what_was_printed(mosul: Scenario) -> None:
    assert 12_000 <= throughput(mosul, "Hammam al-Alil screening", dt.date(2017, 4, 10)) <= 18_000
    assert throughput(mosul, "Hammam al-Alil screening", dt.date(2017, 5, 18)) > 16_100
    assert throughput(mosul, "Makhmur crossing", dt.date(2016, 3, 31)) > 2_000


def test_limits_of_2017_do_not_hold_back_the_flight_of_2014(mosul: Scenario) -> None:
    day = dt.date(2014, 6, 12)
    assert throughput(mosul, "Kalak crossing", day) + throughput(mosul, "Faidah crossing", day) > 500_000
    for row in mosul.crossings:
        if row.crossing in ("Kalak crossing", "Faidah crossing", "Dibis checkpoint") and row.date <= day:
            assert row.bus_seats > 500_000


def test_every_home_has_a_free_way_out_before_the_bar_and_a_secret_one_after(mosul: Scenario) -> None:
    start = mosul.header.start
    for home in (place.name for place in mosul.locations if place.kind == "home"):
        ways = [row for row in mosul.corridors if row.from_place == home]
        assert any(row.use == "road" and (row.opened or start) <= start for row in ways), home
        assert any(row.use == "night" for row in ways), home
        assert any(row.use == "front" for row in ways), home
