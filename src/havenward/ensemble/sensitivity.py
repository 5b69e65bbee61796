"""A sensitivity study: where the spread of named quantities comes from, and which parameters they move with.

Each part is an ensemble of its own, in a folder below that of the study:

    sources      shares of the variance that population, control, parameters and chance bring
    screening    how far quantities move with each parameter
    parameters   shares that the parameters bring that matter, and all else
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from havenward.core.members import SOURCES
from havenward.ensemble.compared import TOLD, check_wanted
from havenward.ensemble.design import DANGER_ON_THE_WAY, Design, Study
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.named import Wanted, check, keys_told
from havenward.ensemble.place import Place
from havenward.ensemble.salib import salib
from havenward.ensemble.screening import Effect, effects_of, groups_of, that_matter, with_all_else
from havenward.ensemble.shares import Shares, shares_of
from havenward.ensemble.store import EnsembleStore
from havenward.ensemble.work import at_work
from havenward.run.request import Request, RunError
from havenward.run.siege_case import SiegeCase
from havenward.scenario.schema import Control

FEWEST_ROWS, FEWEST_TRAJECTORIES = 8, 4
"""Rows and trajectories below which nothing can be said."""

Turn = Callable[[Ensemble], None]
"""Do what is missing of an ensemble."""


class Sizes(NamedTuple):
    """How large the parts of a study are; nought leaves one out.

    Attributes:
        sources: rows of six members.
        screening: trajectories, of a member for each parameter and one more.
        parameters: rows of a member for each parameter that matters and three more.
    """

    sources: int
    screening: int
    parameters: int

    def check(self) -> None:
        """Refuse sizes that say nothing.

        Raises:
            RunError: they are too small, nought throughout, or do not go together.
        """
        if not (self.sources or self.screening):
            raise RunError("there is nothing to study: give --sources, or --morris, a size")
        if self.parameters and not self.screening:
            raise RunError("--sobol looks at the parameters that a screening finds: give --morris a size too, or --sobol 0")
        for option, size, fewest in (
            ("--sources", self.sources, FEWEST_ROWS),
            ("--morris", self.screening, FEWEST_TRAJECTORIES),
            ("--sobol", self.parameters, FEWEST_ROWS),
        ):
            if 0 < size < fewest:
                raise RunError(f"{option} {size} is too small to say anything: at least {fewest}, or 0 to leave it out")
        if self.parameters & (self.parameters - 1):
            nearest = 1 << self.parameters.bit_length()
            raise RunError(
                f"--sobol {self.parameters} is no power of two, as the ranges need to be covered evenly; try {nearest}"
            )


class Part(NamedTuple):
    """A part that is whole: where its members are, its design, and how it was made."""

    store: EnsembleStore
    study: Study
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """What a study came to.

    Attributes:
        wanted: the quantities.
        parts: by name, those that were asked for.
        sources: where the spread comes from; none where it was not asked.
        effects: of each parameter on each quantity, largest first; none where it was not asked.
        parameters: what the parameters bring that matter; none where it was not asked, or where none does.
    """

    wanted: Sequence[Wanted]
    parts: Mapping[str, Part]
    sources: Sequence[Shares]
    effects: Mapping[Wanted, Sequence[Effect]]
    parameters: Sequence[Shares]

    @property
    def record(self) -> Mapping[str, Any]:
        """How its first part was made."""
        return next(iter(self.parts.values())).record


@dataclass(frozen=True)
class Sensitivity:
    """A study that can be carried out.

    Attributes:
        case: what is studied.
        source: the folder that it was read from.
        url: where the study lies.
        request: solver, seed, days and changes; its members do not matter.
        turn: does what is missing of a part.
        resume: whether to go on with what lies there.
    """

    case: SiegeCase
    source: Path
    url: str
    request: Request
    turn: Turn
    resume: bool

    def carry_out(self, wanted: Sequence[Wanted], sizes: Sizes) -> Found:
        """Do all parts.

        Args:
            wanted: quantities; those of TOLD that the scenario tells where none is given.
            sizes: of the parts.

        Raises:
            RunError: the request is impossible, a quantity is not told, something else lies there, members are missing, or
                SALib is not installed.
        """
        sizes.check()
        check_wanted(self.case, wanted)
        # without it nothing that is run could be analysed
        salib("analyze.sobol")
        parts: dict[str, Part] = {}
        sources: Sequence[Shares] = ()
        effects: Mapping[Wanted, Sequence[Effect]] = {}
        parameters: Sequence[Shares] = ()
        if sizes.sources:
            study = Study(kind="shares", rows=sizes.sources, groups={source: [source] for source in SOURCES})
            parts["sources"] = part = self._part("sources", study, wanted)
            wanted = told_of(part.store, wanted)
            sources = shares_of(part.store, wanted)
        if sizes.screening:
            groups = self._groups(wanted)
            study = Study(kind="screening", rows=sizes.screening, groups=groups)
            parts["screening"] = part = self._part("screening", study, wanted)
            wanted = told_of(part.store, wanted)
            effects = effects_of(part.store, wanted)
            if sizes.parameters and (chosen := that_matter(effects)):
                study = Study(kind="shares", rows=sizes.parameters, groups=with_all_else(groups, chosen))
                parts["parameters"] = part = self._part("parameters", study, wanted)
                parameters = shares_of(part.store, wanted)
        return Found(wanted, parts, sources, effects, parameters)

    def _groups(self, wanted: Sequence[Wanted]) -> dict[str, list[str]]:
        """Return what is screened; at a single site danger is not told, or sites would be ranked by it.

        Raises:
            RunError: nothing has a range.
        """
        groups = groups_of(
            self.case.ruleset(self.request.changes or {}).table, danger=all(one.site is None for one in wanted)
        )
        if not groups:
            raise RunError("no parameter has a range, so there is nothing to screen: --morris 0 leaves it out")
        return groups

    def _part(self, name: str, study: Study, wanted: Sequence[Wanted]) -> Part:
        """Do a part, or what is missing of it; then with the design that lies there, whoever drew it.

        Raises:
            RunError: a quantity is not told, something else lies there, members are missing, or people were lost.
        """
        url = f"{self.url}/{name}"
        there = EnsembleStore.find(Place.at(url)) if self.resume else None
        kept = there.design() if there is not None and there.plan.study == study else None
        design = kept or Design.of(study, self.request.seed)
        ensemble = Ensemble.begin(self.case, self.source, url, self.request, resume=self.resume, design=design)
        check(keys_told(ensemble.store), wanted)
        self.turn(ensemble)
        return Part(ensemble.store, study, whole(ensemble))


def whole(part: Ensemble) -> Mapping[str, Any]:
    """Return how a part was made, and refuse one that tells nothing.

    Raises:
        RunError: not all members are there, or people were lost.
    """
    record, where = part.record(), part.store.place.url
    if record["status"] != "complete":
        missing = record["members"] - record["members_done"]
        raise RunError(f"{missing:,} of the {record['members']:,} members of {where} are not there; go on with --resume")
    if not record["conserved"]:
        raise RunError(f"the people at the end of {where} are not those of the start: a defect of the program")
    return record


def told_of(store: EnsembleStore, wanted: Sequence[Wanted]) -> Sequence[Wanted]:
    """Return the quantities that are wanted, or those of TOLD that a store tells where none is."""
    return wanted or [one for one in map(Wanted, TOLD) if any(map(one.of, keys_told(store)))]


def sources_at(url: str, wanted: Sequence[Wanted]) -> list[Shares]:
    """Return the shares that population, control, parameters and chance bring, from the folder of a finished study.

    Raises:
        RunError: there is no such study, it is not finished, or a quantity is not told.
    """
    where = f"{url.rstrip('/')}/sources"
    part = Ensemble.open(where)
    case = at_work(where)[1].case
    assert isinstance(case, SiegeCase)
    check_wanted(case, wanted)
    whole(part)
    return shares_of(part.store, wanted)


def _of_control(rows: Sequence[Control]) -> str:
    """Return how much of a given timeline is uncertain."""
    ranges = sum(row.earliest != row.latest for row in rows)
    if not ranges:
        return (
            "Control is a given timeline whose dates have no range: its share is nought for that reason, and says nothing "
            "of how sure the dates are."
        )
    return (
        f"Of the {len(rows)} dates of control {ranges} have a range; the others have no share for that reason, however "
        "unsure they are."
    )


def notes(case: SiegeCase, found: Found) -> Iterator[str]:
    """Yield what must be said of a study, sentence by sentence."""
    spans = [span for shares in (*found.sources, *found.parameters) for share in shares.groups for span in share[1:]]
    if any(span.value < 0 or span.value > 1 for span in spans):
        yield "Shares below 0 % or above 100 % are noise; with four times the rows, intervals are half as wide."
    still = [str(shares.wanted) for shares in found.sources if not shares.groups]
    if still:
        yield f"Too few people, or none that vary, so there is nothing to share out: {', '.join(still)}."
    if case.scenario.header.control == "timeline":
        yield _of_control(case.scenario.control)
    if found.record["starts_from"] != "the scenario's start":
        yield "The run begins from given stocks, which are certain: so is the population."
    if found.record["solver"] == "mean":
        yield "The solver expects people: the chance that people meet is not in it, only that of their surroundings."
    if found.effects and DANGER_ON_THE_WAY not in found.parts["screening"].study.groups:
        yield "Danger on the way is told of all sites together only; here it is a part of all else."
    elif found.effects:
        yield f"{DANGER_ON_THE_WAY.capitalize()} is one group of assumptions, alike for all ways: it says nothing of one."
