"""What is counted of the toy rules when solvers are compared."""

from __future__ import annotations

import numpy as np

from tests.statistical.battery import Sample
from tests.toy.run import column, run_toy

DAYS = (0, 2, 5, 8, 11)
"""Days whose evening counts are compared; declared here, before any run."""

STOCKS = {
    "families at home": [("home", "family")],
    "lone women at home": [("home", "lone")],
    "kin left behind": [("home", "kin")],
    "stopped": [("stopped",)],
    "fathers stopped": [("stopped", "father")],
    "waiting at the gate": [("gate",)],
    "families through": [("safe", "family"), ("camp", "lower camp", "family"), ("camp", "upper camp", "family")],
    "others through": [
        (*place, kind)
        for place in (("safe",), ("camp", "lower camp"), ("camp", "upper camp"))
        for kind in ("lone", "father")
    ],
}
"""Cells of each stock. Who is through the gate counts wherever they settle, for settling is an ordered move."""

FAMILY_SIZE = 5


def sample(solver: str, members: int, first: int, **changes) -> Sample:
    """Run the toy rules and count every stock, who has left home, and the persons who came through."""
    history, rules = run_toy(solver, members=members, first=first, days=max(DAYS) + 1, **changes)
    evenings = history[:, DAYS]
    stocks = {
        name: evenings[:, :, [row for start in starts for row in column(rules, *start)]].sum(axis=2)
        for name, starts in STOCKS.items()
    }
    households = rules.start(**changes.get("start", {}))[0].sum()
    stocks["left home"] = households - stocks["families at home"] - stocks["lone women at home"]
    stocks["persons through"] = FAMILY_SIZE * stocks["families through"] + stocks["others through"]
    return Sample(tuple(stocks), np.stack(list(stocks.values()), axis=2).astype(float))
