"""What is counted of the toy rules when solvers are compared."""

from __future__ import annotations

import numpy as np

from tests.statistical.battery import Sample
from tests.toy.run import column, run_toy

DAYS = (0, 2, 5, 8, 11)
"""Days whose evening counts are compared; declared here, before any run."""

PLACES = {
    "families at home": [("home", "family")],
    "lone women at home": [("home", "lone")],
    "kin left behind": [("home", "kin")],
    "stopped": [("stopped",)],
    "fathers stopped": [("stopped", "father")],
    "waiting at the gate": [("gate",)],
    "families through": [("safe", "family")],
    "others through": [("safe", "lone"), ("safe", "father")],
}
"""Stocks by name; who is through the gate counts wherever they settle, for settling is an ordered move."""

CAMPS = {"families through": [("camp", c, "family") for c in ("lower camp", "upper camp")]}
CAMPS["others through"] = [("camp", c, k) for c in ("lower camp", "upper camp") for k in ("lone", "father")]


def sample(solver: str, members: int, first: int, **changes) -> Sample:
    """Run the toy rules and count."""
    history, rules = run_toy(solver, members=members, first=first, days=max(DAYS) + 1, **changes)
    counted = []
    for name, meanings in PLACES.items():
        rows = [row for m in (*meanings, *CAMPS.get(name, ())) for row in column(rules, *m)]
        counted.append(history[:, DAYS][:, :, rows].sum(axis=2))
    # Who has left home, and the persons who came through, are sums of the above that planners would ask for.
    start = rules.start(**changes.get("start", {}))[0]
    at_home = counted[0] + counted[1]
    counted.append(start[rules.home[:2]].sum() - at_home)
    counted.append(5 * counted[6] + counted[7])
    return Sample((*PLACES, "left home", "persons through"), np.stack(counted, axis=2).astype(float))
