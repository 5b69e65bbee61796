"""The plan of an ensemble: one file that says all that decides its bits. Whoever has it can do any part, in any order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pydantic import Field

from havenward import __version__
from havenward.ensemble.design import Study
from havenward.ensemble.kept import Keeping
from havenward.run.case import Case
from havenward.run.engine import Plan, SolverName
from havenward.run.request import Request, plan_of
from havenward.scenario.schema import Strict

BLOCK = 32
"""Members that are turned together and kept together."""


class EnsemblePlan(Strict):
    """What an ensemble is. Its scenario and edits lie beside it; their hashes tell whether they are still the same."""

    format: int = Field(1, ge=1, le=1)
    version: str = Field(description="release that made it")
    name: str = Field(description="of the scenario, with its edits")
    level: str = Field(description="how exactly Flee's rules are kept; empty for a siege")
    public_sources: str = Field(description="named where a Flee folder is made from public sources alone")
    solver: SolverName
    members: int = Field(ge=1, le=10_000_000)
    block: int = Field(ge=1, le=4096, description="members that are turned and kept together")
    seed: int = Field(ge=0, le=0xFFFFFFFF)
    spread: float = Field(ge=0, le=1, description="1: assumptions are drawn from their ranges; 0: at their medians")
    first: int = Field(ge=0, description="first day that is kept, counted from the scenario's start")
    last: int = Field(ge=0)
    begin: int = Field(ge=0, description="first day that is turned")
    store: Keeping = Field("headline", description="headline: figures of the summary; all: every day of every series too")
    changes: dict[str, float] = Field(default_factory=dict, description="parameters set to one value")
    files: dict[str, str] = Field(description="SHA-256 of every file below scenario/, of edits.yaml, and of design.csv")
    study: Study | None = Field(None, description="its rows, in design.csv, are the members: no sample of futures")

    @classmethod
    def of(
        cls,
        case: Case,
        request: Request,
        files: Mapping[str, bytes],
        block: int = BLOCK,
        store: Keeping = "headline",
        study: Study | None = None,
    ) -> EnsemblePlan:
        """Return the plan of a request.

        Args:
            case: what is run.
            request: how.
            files: what the case is read from, by name below the ensemble's folder.
            block: members that are turned together.
            store: what is kept of each.
            study: for which the members are rows of a design.

        Raises:
            RunError: the request is impossible.
        """
        plan = plan_of(case, request)
        return cls(
            version=__version__,
            name=case.name,
            level=case.level,
            public_sources=case.words.get("public_sources", ""),
            solver=plan.solver,
            members=len(plan.members),
            block=block,
            seed=plan.seed,
            spread=plan.spread,
            first=plan.first,
            last=plan.last,
            begin=plan.begin,
            store=store,
            changes=dict(request.changes or {}),
            files={name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
            study=study,
        )

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.members // self.block)

    @property
    def days(self) -> int:
        """Days that are kept."""
        return self.last - self.first + 1

    def span(self, block: int) -> range:
        """Return the numbers of a block's members."""
        return range(block * self.block, min((block + 1) * self.block, self.members))

    def run(self, block: int | None = None) -> Plan:
        """Return how a block is run, or all members."""
        members = range(self.members) if block is None else self.span(block)
        return Plan(self.solver, members, self.seed, self.spread, self.first, self.last, begin=self.begin, batch=self.block)

    def differs(self, other: EnsemblePlan) -> list[str]:
        """Return the keys in which another plan would give other figures of the same members, or keep them otherwise.

        How many members there are is none of them: the figures of a member do not depend on it.
        """
        mine, theirs = (plan.model_dump(exclude={"members"}) for plan in (self, other))
        return sorted(key for key in mine if mine[key] != theirs[key])
