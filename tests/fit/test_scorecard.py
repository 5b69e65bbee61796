"""All scores of an ensemble together."""

import json

import numpy as np
import pytest

from havenward.fit.scorecard import MEANINGS, Scorecard
from havenward.fit.scores import (
    averaged_at_dates,
    averaged_relative_difference,
    change_score,
    error_at_reports,
    frozen_mase,
    rescaled,
    rolling_mase,
)
from tests.fit.helpers import register, reports

DAYS = 81
PRINTED = reports((0, 0, 100), (0, 40, 100), (0, 80, 500), (1, 0, 50), (1, 20, 100), (1, 80, 180))
REGISTER = register(PRINTED, DAYS, 2)
ENSEMBLE = np.random.default_rng(5).poisson(100, (12, DAYS, 2))


def test_the_mean_and_the_members_are_scored_apart():
    """Two members that miss in opposite directions: their mean is perfect, each of them is not."""
    off = np.stack([REGISTER.daily * 1.5, REGISTER.daily * 0.5])
    card = Scorecard.of(off, REGISTER)
    assert card["ard"].value == pytest.approx(0)
    assert card["ard"].members_mean == pytest.approx(0.5)
    assert card["ard"].members_sd == pytest.approx(0)
    assert card["ard_rescaled"].members_mean == pytest.approx(0)


DATA, LATE = REGISTER.daily, PRINTED.since(30)
EACH = {
    "ard": lambda plain, split: averaged_relative_difference(plain, DATA),
    "ard_rescaled": lambda plain, split: averaged_relative_difference(split, DATA),
    "ard_dates": lambda plain, split: averaged_at_dates(plain, LATE),
    "ard_dates_rescaled": lambda plain, split: averaged_at_dates(split, LATE),
    "report_error": lambda plain, split: error_at_reports(plain, LATE),
    "report_error_rescaled": lambda plain, split: error_at_reports(split, LATE),
    "change": lambda plain, split: change_score(plain, PRINTED),
    "change_rescaled": lambda plain, split: change_score(split, PRINTED),
    "mase_rolling": lambda plain, split: rolling_mase(plain, PRINTED),
    "mase_rolling_rescaled": lambda plain, split: rolling_mase(split, PRINTED),
    "mase7_flat": lambda plain, split: frozen_mase(split, DATA, 7, "flat"),
    "mase7_ratio": lambda plain, split: frozen_mase(split, DATA, 7, "ratio"),
    "mase30_flat": lambda plain, split: frozen_mase(split, DATA, 30, "flat"),
    "mase30_ratio": lambda plain, split: frozen_mase(split, DATA, 30, "ratio"),
}


def test_no_score_is_left_out():
    assert list(MEANINGS) == list(EACH) == [score.name for score in Scorecard.of(ENSEMBLE, REGISTER).scores]


@pytest.mark.parametrize("name", EACH)
def test_every_score_is_that_of_its_function(name):
    score, mean = Scorecard.of(ENSEMBLE, REGISTER)[name], ENSEMBLE.mean(axis=0)
    own = EACH[name](ENSEMBLE, rescaled(ENSEMBLE, DATA))
    assert (score.members_mean, score.members_sd) == (own.mean(), own.std(ddof=1))
    assert score.value == EACH[name](mean, rescaled(mean, DATA))
    assert score.meaning == MEANINGS[name]


def test_figures_of_the_first_month_do_not_count_as_forecasts():
    card = Scorecard.of(ENSEMBLE, REGISTER)
    assert (card.members, card.days, card.reports, card.dates) == (12, DAYS, 3, 2)


def test_the_interval_is_that_of_the_members():
    """From day 30 on 100, 500 and 180 were printed, and the members lie about 100, as other figures before day 30 do."""
    card = Scorecard.of(ENSEMBLE, REGISTER)
    assert card.inside == pytest.approx(1 / 3)
    assert card.expected_inside == 0.8
    assert Scorecard.of(ENSEMBLE[:3], REGISTER).expected_inside == 0.5
    assert card.rows()[-1].value == card.inside


def test_one_run_has_neither_spread_nor_interval():
    card = Scorecard.of(ENSEMBLE[0], REGISTER)
    assert card.members == 1
    assert card["ard"].value == card["ard"].members_mean == averaged_relative_difference(ENSEMBLE[0], REGISTER.daily)
    assert np.isnan([card["ard"].members_sd, card.inside, card.expected_inside]).all()
    assert "one member" in card.rows()[-1].meaning


def test_json_has_no_numbers_that_are_none():
    found = Scorecard.of(ENSEMBLE[0], REGISTER).to_dict()
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again == found
    assert again["inside"] is None
    assert again["camps"] == ["A", "B"]
    assert set(again["scores"]["change"]) == {"value", "meaning", "members_mean", "members_sd"}


def test_rows_say_what_each_number_is():
    rows = Scorecard.of(ENSEMBLE, REGISTER).rows()
    assert all(row.name and row.meaning for row in rows)
    assert len({row.name for row in rows}) == len(rows) == len(MEANINGS) + 1


def test_an_unknown_score_is_refused():
    with pytest.raises(KeyError):
        Scorecard.of(ENSEMBLE, REGISTER)["skill"]


def test_a_simulation_of_other_days_is_refused():
    with pytest.raises(ValueError, match="days and camps"):
        Scorecard.of(ENSEMBLE[:, 1:], REGISTER)


def test_no_draws_are_refused():
    for wrong in (ENSEMBLE[:0], ENSEMBLE[np.newaxis]):
        with pytest.raises(ValueError, match="draw, day, camp"):
            Scorecard.of(wrong, REGISTER)
