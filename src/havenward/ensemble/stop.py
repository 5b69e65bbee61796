"""When enough members are known: a stop rule on named quantities, over a store that fills up.

The rule looks at the members from the first on without a gap, at the end of every block, and so stops at the same member
whoever does the blocks and in whatever sequence. Looked at often enough, a spread that is estimated from few members is
small by luck once: so none is believed below FEWEST members, and the rule must go on holding over LONGER more. Of rare and
large events even that does not hear in time: `tests/ensemble/test_stop.py` measures how often such a rule stops too early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, isfinite
from typing import Any

from havenward.ensemble.progress import Figure, Gathered, Of, Snapshot

FEWEST = 64
"""Members below which no spread is believed."""
LONGER = 32
"""Members over which the rule must hold, at the end of every block."""


@dataclass
class StopRule:
    """Holds once every quantity is known to within a share of itself.

    Attributes:
        share: half the width of a 95 % interval, over the figure; 0.02 for 2 %.
        of: whether the mean must be known so well, or the mean and the 90 % quantile.
    """

    share: float
    of: Of = "mean"
    _since: int | None = field(init=False, default=None)

    def holds(self, snapshot: Snapshot) -> bool:
        """Take the next snapshot, one of more members than those before; return whether enough is known."""
        if snapshot.members < FEWEST or not snapshot.is_precise(self.share, self.of):
            self._since = None
            return False
        self._since = self._since or snapshot.members
        return snapshot.members - self._since >= LONGER

    def more(self, snapshot: Snapshot) -> float:
        """Return how many more members it may take: intervals narrow with the root of them. Infinite: not known."""
        worst = max(figure.precision(self.of) for figure in snapshot.figures)
        if not isfinite(worst):
            return float("inf")
        needed = ceil(snapshot.members * (worst / self.share) ** 2)
        return max(needed, FEWEST, self._since or snapshot.members) + LONGER - snapshot.members


@dataclass
class Until:
    """A rule over a store that fills up.

    Attributes:
        gathered: the quantities.
        rule: when enough is known; None where they are told only.
        last: the latest snapshot; that at which the rule held, once it did.
        stopped: whether it held.
    """

    gathered: Gathered
    rule: StopRule | None
    last: Snapshot | None = field(init=False, default=None)
    stopped: bool = field(init=False, default=False)

    def look(self, blocks: int) -> bool:
        """Take in the first blocks of the store; return whether the rule holds, or has held.

        Raises:
            RunError: the store cannot be read.
        """
        if not self.stopped:
            for snapshot in self.gathered.up_to(blocks):
                self.last = snapshot
                if self.rule is not None and self.rule.holds(snapshot):
                    self.stopped = True
                    break
        return self.stopped

    def known(self) -> Known:
        """Return how well quantities are known."""
        figures = self.last.figures if self.last else ()
        return Known(
            members=self.last.members if self.last and self.stopped else None,
            precision={str(figure.wanted): _shares(figure) for figure in figures},
        )


@dataclass(frozen=True)
class Known:
    """How well quantities are known at the end of an ensemble.

    Attributes:
        members: that count, where a rule stopped it; None for all.
        precision: by quantity, half the width of the 95 % interval over the figure, of the mean and of the 90 % quantile;
            None where it is not known.
    """

    members: int | None = None
    precision: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Known:
        """Return what the record of an ensemble says of it."""
        return cls(record["members_done"] if record.get("stopped") else None, record.get("precision", {}))

    def record(self) -> dict[str, Any]:
        """Return what the record of an ensemble is to say of it."""
        return {
            "stopped": self.members is not None,
            "precision": {name: dict(told) for name, told in self.precision.items()},
        }


def _shares(figure: Figure) -> dict[str, float | None]:
    shares = {"mean": figure.precision("mean"), "q90": figure.precision_of_q90}
    return {name: round(share, 5) if isfinite(share) else None for name, share in shares.items()}
