"""The table of all scores."""

from __future__ import annotations

import math

from havenward.fit.scorecard import Score, Scorecard
from havenward.report.page import Table


def score_table(card: Scorecard, sites: str) -> Table:
    """Every score with what it says."""
    spread = f"Members: mean (standard deviation, {card.members} members)"
    corrected = " Reports are scaled by the folder's corrections." if card.corrected else ""
    caption = (
        f"Scores against the registers of {len(card.camps)} {sites} over {card.days} days, with {card.reports} printed "
        f"figures on {card.dates} dates from day 30 on. All but the last are errors: 0 is perfect.{corrected}"
    )
    head = ["Score", "Of the members' mean", spread, "What it says"]
    return Table(caption, head, [_row(score) for score in card.rows()])


def _row(score: Score) -> list[str]:
    return [score.name, number(score.value), _members(score), score.meaning]


def _members(score: Score) -> str:
    if math.isnan(score.members_mean):
        return "–"
    return number(score.members_mean) + ("" if math.isnan(score.members_sd) else f" ({score.members_sd:.4f})")


def number(value: float) -> str:
    """A score to three decimals; a dash where there is nothing to divide by."""
    return "–" if math.isnan(value) else f"{value:.3f}"
