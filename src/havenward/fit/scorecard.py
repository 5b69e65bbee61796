"""All scores of one run or ensemble, for tables and for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from havenward.fit.registered import Registered
from havenward.fit.reports import Floats
from havenward.fit.scores import (
    HORIZON,
    Numbers,
    averaged_at_dates,
    averaged_relative_difference,
    change_score,
    error_at_reports,
    frozen_mase,
    rescaled,
    rolling_mase,
    share_inside,
)
from havenward.guard.disclosure import held_share

SHARE = 0.8

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "ard": "averaged relative difference over all days, data interpolated",
        "ard_rescaled": "the same, simulation rescaled to the registered total of each day: twice the share in wrong camps",
        "ard_dates": f"relative difference averaged over report dates from day {HORIZON}, over camps printed that day",
        "ard_dates_rescaled": "the same, simulation rescaled to the interpolated total of each day",
        "report_error": f"sum of errors over sum of figures, over figures printed from day {HORIZON}",
        "report_error_rescaled": "the same, simulation rescaled to the interpolated total of each day",
        "change": f"error of changes since the latest figure {HORIZON} or more days older; 1 is as bad as no change",
        "change_rescaled": "the same, simulation rescaled to the interpolated total of each day",
        "mase_rolling": f"error over that of the latest figure {HORIZON} or more days older; below 1 beats it",
        "mase_rolling_rescaled": "the same, simulation rescaled to the interpolated total of each day",
        "mase7_flat": "rescaled error over that of the data of day 7 kept for ever, all days",
        "mase7_ratio": "rescaled error over that of the shares of day 7 kept for ever, total known, all days",
        "mase30_flat": "rescaled error over that of the data of day 30 kept for ever, all days",
        "mase30_ratio": "rescaled error over that of the shares of day 30 kept for ever, total known, all days",
    }
)
"""Name of each score -> what it says. All are errors: 0 is perfect."""


@dataclass(frozen=True)
class Score:
    """A score: `value` is that of the mean over members, `members_mean` and `members_sd` of the members' own scores.

    Published scores of Flee are means over single runs, so they stand beside `members_mean`.
    """

    name: str
    value: float
    meaning: str
    members_mean: float
    members_sd: float


@dataclass(frozen=True)
class Scorecard:
    """Every score of a run or ensemble, in the order of `MEANINGS`, and what they rest on.

    `reports` and `dates` count the printed figures from day 30 on and their dates; `corrected` says whether corrections of
    the registers scaled them. `inside` is the share of them within the members' 80 % interval; `expected_inside` what a
    sound ensemble of this size would come to.
    """

    camps: tuple[str, ...]
    days: int
    members: int
    reports: int
    dates: int
    corrected: bool
    scores: tuple[Score, ...]
    inside: float
    expected_inside: float

    @classmethod
    def of(cls, simulated: Numbers, registered: Registered) -> Scorecard:
        """The scores of `simulated`, (draw, day, camp) or (day, camp).

        Raises ValueError where it has no draws, or other days or camps than the data.
        """
        if simulated.ndim not in (2, 3) or not len(simulated):
            raise ValueError(f"simulated stocks are (draw, day, camp) or (day, camp), not {simulated.shape}")
        members = simulated if simulated.ndim == 3 else simulated[np.newaxis]
        late = registered.reports.since(HORIZON)
        return cls(
            camps=registered.camps,
            days=members.shape[1],
            members=len(members),
            reports=len(late),
            dates=len(late.dates),
            corrected=registered.corrected,
            scores=_scores(members, registered),
            inside=share_inside(members, late, SHARE),
            expected_inside=held_share(len(members), SHARE) if len(members) > 1 else math.nan,
        )

    def __getitem__(self, name: str) -> Score:
        """The score of that name. Raises KeyError where there is none."""
        return {score.name: score for score in self.scores}[name]

    def rows(self) -> list[Score]:
        """Every score for a table, and last the share inside the interval, which has no spread over members."""
        meaning = f"share of printed figures within the members' 80 % interval; {self.expected_inside:.0%} is sound"
        if math.isnan(self.expected_inside):
            meaning = "share of printed figures within the members' 80 % interval: one member has none"
        return [*self.scores, Score("inside", self.inside, meaning, math.nan, math.nan)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, scores by name; what is not a number is None."""
        found = asdict(self) | {"camps": list(self.camps), "scores": {score.name: asdict(score) for score in self.scores}}
        for score in found["scores"].values():
            del score["name"]
        plain: dict[str, Any] = _without_nan(found)
        return plain


def _scores(members: Numbers, registered: Registered) -> tuple[Score, ...]:
    of_mean, own = _values(members.mean(axis=0), registered), _values(members, registered)
    return tuple(
        Score(
            name=name,
            value=float(of_mean[name]),
            meaning=meaning,
            members_mean=float(own[name].mean()),
            members_sd=float(own[name].std(ddof=1)) if len(members) > 1 else math.nan,
        )
        for name, meaning in MEANINGS.items()
    )


def _values(simulated: Numbers, registered: Registered) -> dict[str, Floats]:
    """Every score by name, (...)."""
    data, reports = registered.daily, registered.reports
    late = reports.since(HORIZON)
    split = rescaled(simulated, data)
    found: dict[str, Floats] = {}
    for ending, stock in (("", simulated), ("_rescaled", split)):
        found[f"ard{ending}"] = averaged_relative_difference(stock, data)
        found[f"ard_dates{ending}"] = averaged_at_dates(stock, late)
        found[f"report_error{ending}"] = error_at_reports(stock, late)
        found[f"change{ending}"] = change_score(stock, reports)
        found[f"mase_rolling{ending}"] = rolling_mase(stock, reports)
    for day in (7, 30):
        found[f"mase{day}_flat"] = frozen_mase(split, data, day, "flat")
        found[f"mase{day}_ratio"] = frozen_mase(split, data, day, "ratio")
    return found


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value
