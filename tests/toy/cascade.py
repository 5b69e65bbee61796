"""Rules in which those who left draw others after them: the smallest feedback, at any size of population."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from havenward.core.cells import CellTable, CellTableBuilder
from havenward.core.orders import Counts, Move, Phase, Split
from tests.toy.run import solver_of, turn_days


@dataclass
class Cascade:
    """Everybody at home leaves with probability `base` + `pull` x the share that has left already.

    With a pull of 0 the rules are linear in counts: expectations are then exact under every solver.
    """

    members: int
    units: int
    base: float = 0.05
    pull: float = 0.6
    days: int = 30
    exact: frozenset[str] = frozenset({"chain", "individuals"})
    table: CellTable = field(init=False)

    def __post_init__(self) -> None:
        builder = CellTableBuilder()
        home, away = builder.row(("home",), (1, 1, 1, 1), 0), builder.row(("away",), (1, 1, 1, 1), 0)
        self.table = builder.table()
        self.leave = Move.build(self.table, "leave", np.array([home]), np.array([[[away]]]), ("away",))

    def start(self) -> np.ndarray:
        counts = np.zeros((self.members, 2), dtype=np.int64)
        counts[:, 0] = self.units
        return counts

    def phases(self, day: int, counts: Counts) -> Iterator[Phase]:
        yield self._night(counts)

    def _night(self, counts: Counts) -> Phase:
        yield Split(self.leave, (self.base + self.pull * counts[:, 1] / self.units)[:, None, None])


def run_cascade(solver: str, members: int, units: int, days: int, seed: int = 1, **changes) -> np.ndarray:
    """Return (M, days) units that have left at each day's end."""
    rules = Cascade(members, units, **changes)
    made = solver_of(solver, rules.table, seed, np.arange(members, dtype=np.uint32), rules.start())
    return turn_days(rules, made, days)[:, :, 1]
