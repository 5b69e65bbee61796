"""People at the start: each home within its range, all homes together."""

from __future__ import annotations

import numpy as np
import pytest

from havenward.core.members import Members
from havenward.model.siege.parameters import TABLE, values
from havenward.model.siege.population import populations
from havenward.model.siege.world import compile_world
from havenward.scenario.read import load
from tests.model.worlds import home, siege

RANGED = home("Ranged", 1000.0, population_low=500.0, population_high=1500.0)
CERTAIN = home("Certain", 700.0)
DOWN_TO_NOBODY = home("Down to nobody", 100.0, population_low=0.0, population_high=300.0)
EMPTY = home("Empty", 0.0)
HOMES = compile_world(siege(locations=(RANGED, CERTAIN, DOWN_TO_NOBODY, EMPTY), corridors=(), crossings=(), camps=())).homes


def at(*errors, scale=1.0):
    error = np.array(errors, dtype=float)
    return populations(HOMES, {"population_error": error, "population_scale": np.full(len(error), scale)})


def test_the_ends_and_the_middle_of_the_ranges():
    assert at(-1.0, 0.0, 1.0) == pytest.approx(
        np.array([[500.0, 700.0, 0.0, 0.0], [1000.0, 700.0, 100.0, 0.0], [1500.0, 700.0, 300.0, 0.0]])
    )


def test_beyond_the_ends_nobody_is_less_than_nobody():
    assert at(-1.5) == pytest.approx(np.array([[1000.0 * 0.5**1.5, 700.0, 0.0, 0.0]]))


def test_a_factor_acts_on_all_homes():
    assert np.array_equal(at(0.0, 1.0, scale=2.0), 2.0 * at(0.0, 1.0))


def test_medians_are_the_scenarios_figures_to_the_bit():
    drawn = populations(HOMES, values(TABLE, 1, Members.alike(range(3)), spread=0.0))
    assert np.array_equal(drawn, np.repeat(HOMES.population[None], 3, axis=0))


def test_the_city_of_mosul_keeps_the_range_that_is_printed_for_it():
    """1.2 to 2 million: one number for all homes keeps it, independent ones would shrink it to less than half."""
    homes = compile_world(load("mosul")).homes
    people = populations(homes, values(TABLE, 1, Members.alike(range(4000)), spread=1.0))
    city = people[:, [name.startswith(("East Mosul", "West Mosul", "Old City")) for name in homes.names]].sum(axis=1)
    assert np.quantile(city, [0.05, 0.5, 0.95]) == pytest.approx([1.2e6, 1.75e6, 2.0e6], rel=0.02)
