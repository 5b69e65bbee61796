"""The columns of the table of a run, and what each holds."""

from __future__ import annotations

from havenward.core.rules import RuleSet

DAILY_UP_TO = 92
"""Days of a run up to which everything is told day by day."""
QUANTILES = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}
FIGURES = ("mean", "sd", *QUANTILES)
COLUMNS = ("date", "site", "group", "quantity", "measure", "unit", *FIGURES)


def meanings(ruleset: RuleSet) -> dict[str, str]:
    """Return what each column holds of a run of these rules, in words."""
    words = ruleset.telling.meanings
    return {
        "date": "the day that the row speaks of; where a month is told, its last day",
        "site": words["site"],
        "group": words["group"],
        "quantity": words["quantity"],
        "measure": "stock (at the end of the day), flow (since the row before: a day where the site is a "
        f"{ruleset.telling.places} and the row is of all persons, or the run has up to {DAILY_UP_TO} days; else a month) or "
        "cumulative (since the first day kept)",
        "unit": f"individuals or {ruleset.unit}" if ruleset.unit else "individuals",
        "mean": "mean over members",
        "sd": "standard deviation over members; empty with one member",
        **{
            name: f"{value:.1%} quantile over members, at i / (n + 1): an interval then holds a further member as often as "
            "it says, if there are enough of them (9 for 80 %, 39 for 95 %); empty with one member"
            for name, value in QUANTILES.items()
        },
    }
