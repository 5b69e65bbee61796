"""Opens a finished sensitivity study for whoever tells, beside an ensemble, where the spread of its figures comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from havenward.ensemble.design import DESIGN
from havenward.ensemble.ensemble import Ensemble
from havenward.ensemble.named import Wanted
from havenward.ensemble.place import Place
from havenward.ensemble.plan import EnsemblePlan
from havenward.ensemble.reading import MEND, Kept, checked
from havenward.ensemble.sensitivity import Found, Part, notes, sources_at, whole
from havenward.ensemble.shares import Shares
from havenward.ensemble.store import EDITS, SCENARIO, EnsembleStore
from havenward.ensemble.work import at_work
from havenward.run.request import RunError
from havenward.run.siege_case import SiegeCase

STUDIED = "sensitivity.json"
"""What a study comes to."""


class StudyTold(BaseModel):
    """The key of sensitivity.json without which a study cannot be told."""

    model_config = ConfigDict(extra="allow")

    quantities: list[str] = Field(min_length=1)


@dataclass(frozen=True)
class KeptStudy:
    """Where the spread comes from, of a finished study.

    Attributes:
        url: the study's folder or address.
        case: what was studied.
        plan: of the part that shares the spread out to population, control, parameters and chance.
        found: what that part came to, and nothing of the others.
    """

    url: str
    case: SiegeCase
    plan: EnsemblePlan
    found: Found

    def told(self, allowed: Callable[[Wanted], bool]) -> tuple[list[Shares], list[str]]:
        """Return the shares of the quantities that may be told and of which there are any, and what must be said of them."""
        shares = [one for one in self.found.sources if allowed(one.wanted)]
        return [one for one in shares if one.groups], list(notes(self.case, replace(self.found, sources=shares)))

    def check_same(self, kept: Kept) -> None:
        """Refuse the study of another run than that of an ensemble: its spread is not the ensemble's.

        Raises:
            RunError: they differ in anything but seed and members; the message names it.
        """
        if differs := differing(self.plan, kept.store.plan):
            raise RunError(
                f"{self.url} is not a study of what {kept.store.place.url} ran: they differ in {'; '.join(differs)}; give "
                "`havenward sensitivity` the scenario, --edit, --set, --from, --until and --solver of the ensemble"
            )


def open_study(url: str) -> KeptStudy:
    """Return the study in a place.

    Raises:
        RunError: there is none, it shares no spread out, it is not finished or damaged, what it studied may not be told, or
            SALib is not installed.
    """
    url = url.rstrip("/")
    lacking = f"{url} holds no {STUDIED}, so no finished study lies there; `havenward sensitivity` makes one"
    told = StudyTold.model_validate(checked(Place.at(url), STUDIED, StudyTold, lacking))
    store = EnsembleStore.find(Place.at(f"{url}/sources"))
    if store is None:
        raise RunError(f"{url} does not share the spread out to its sources: {MEND} and with --sources 64")
    if store.plan.study is None:
        raise RunError(f"{store.place.url} holds no study of shares; `havenward sensitivity` makes one")
    wanted = [Wanted.read(text) for text in told.quantities]
    shares = sources_at(url, wanted)
    part = Part(store, store.plan.study, whole(Ensemble.open(store.place.url)))
    case = at_work(store.place.url)[1].case
    assert isinstance(case, SiegeCase)
    return KeptStudy(url, case, store.plan, Found(wanted, {"sources": part}, shares, {}, ()))


def differing(study: EnsemblePlan, other: EnsemblePlan) -> list[str]:
    """Return in words what two plans differ in, so that the spread of one is not that of the other."""
    files = {
        name
        for name in (study.files.keys() | other.files.keys()) - {DESIGN}
        if study.files.get(name) != other.files.get(name)
    }
    tables = sorted(name.removeprefix(f"{SCENARIO}/") for name in files - {EDITS})
    changed = sorted(
        name for name in study.changes.keys() | other.changes.keys() if study.changes.get(name) != other.changes.get(name)
    )
    days = [(plan.begin, plan.first, plan.last) for plan in (study, other)]
    found = (
        (f"the scenario ({', '.join(tables)})", bool(tables)),
        ("the edits", EDITS in files),
        (f"parameters that are set ({', '.join(changed)})", bool(changed)),
        ("the dates", days[0] != days[1]),
        (f"the solver ({study.solver}, not {other.solver})", study.solver != other.solver),
        ("whether assumptions are drawn from their ranges", study.spread != other.spread),
    )
    return [words for words, differs in found if differs]
