"""What a sensitivity study came to as a record, and as a table with a row for each quantity and group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from havenward.ensemble.named import Wanted
from havenward.ensemble.screening import MOST_GROUPS, SHARE_OF_EFFECTS, Effect, that_matter
from havenward.ensemble.sensitivity import Found, notes
from havenward.ensemble.shares import Share, Shares, Span
from havenward.ensemble.tables import workbook
from havenward.guard.disclosure import held_share
from havenward.run.siege_case import SiegeCase

RULE = (
    f"to each quantity those that hold {SHARE_OF_EFFECTS:.0%} of the sum of all effects on it, largest first, and no more "
    f"than {MOST_GROUPS}"
)
"""Which parameters matter."""
MEANINGS = {
    "part": "sources: population, control, parameters, chance; screening: each parameter; parameters: those that matter",
    "quantity": "a flow over all days, or a stage on the last; at a site, or anywhere",
    "group": "what is uncertain, and varied together",
    "first": "share of the variance that would go, on average, if the group were known (first-order Sobol index)",
    "first_low": "lower end of its 95 % interval",
    "first_high": "upper end",
    "total": "share that would stay if all but the group were known (total Sobol index)",
    "total_low": "lower end of its 95 % interval",
    "total_high": "upper end",
    "effect": "mean absolute change, in persons, when the group goes through its 90 % range (mu* of Morris)",
    "effect_low": "lower end of its 95 % interval",
    "effect_high": "upper end",
}


def record(case: SiegeCase, found: Found) -> dict[str, Any]:
    """Return what a study came to."""
    head = ("scenario", "tier", "banner", "seed", "solver", "run_id", "version", "calibrated", "first_day", "last_day")
    how = ("made", "model", "days", "status")
    told: dict[str, Any] = {"title": f"{case.title}: where the spread comes from"}
    told |= {key: found.record[key] for key in (*head, *how, "edits", "caution", "changes")}
    told["members"] = sum(part.study.members for part in found.parts.values())
    told["quantities"] = [str(one) for one in found.wanted]
    for part, shares in (("sources", found.sources), ("parameters", found.parameters)):
        if shares:
            told[part] = _size(found, part) | {"quantities": {str(one.wanted): figures_of(one) for one in shares}}
            told[part]["interval_share"] = round(held_share(2 * found.parts[part].study.rows, 0.9), 3)
    if found.effects:
        told["screening"] = _size(found, "screening") | {
            "rule": RULE,
            "matter": that_matter(found.effects),
            "quantities": {
                str(one): {effect.group: _span(effect.size, 1) for effect in found.effects[one]} for one in found.wanted
            },
        }
    return told | {"notes": list(notes(case, found))}


def _size(found: Found, part: str) -> dict[str, Any]:
    study = found.parts[part].study
    return {"rows": study.rows, "members": study.members}


def figures_of(shares: Shares) -> dict[str, Any]:
    """Return where the spread of a quantity comes from as plain numbers."""
    spread = {key: round(getattr(shares, key), 1) for key in ("mean", "q05", "q50", "q95", "deviation")}
    groups = {share.group: {"first": _span(share.first, 4), "total": _span(share.total, 4)} for share in shares.groups}
    return spread | {"groups": groups}


def _span(span: Span, digits: int) -> dict[str, float]:
    return {key: round(value, digits) for key, value in span._asdict().items()}


def table(found: Found) -> pd.DataFrame:
    """Return a row for each part, quantity and group."""
    return pd.DataFrame([dict(zip(MEANINGS, row, strict=True)) for row in _rows(found)], columns=list(MEANINGS))


def _rows(found: Found) -> Iterator[Sequence[Any]]:
    blank = (None,) * 3
    for part, quantity, share in _all_shares(found):
        yield (part, quantity, share.group, *_rounded(share.first, 4), *_rounded(share.total, 4), *blank)
    for one, effect in _all_effects(found.effects):
        yield ("screening", str(one), effect.group, *blank, *blank, *_rounded(effect.size, 1))


def _all_shares(found: Found) -> Iterator[tuple[str, str, Share]]:
    for part, every in (("sources", found.sources), ("parameters", found.parameters)):
        for shares in every:
            for share in shares.groups:
                yield part, str(shares.wanted), share


def _all_effects(effects: Mapping[Wanted, Sequence[Effect]]) -> Iterator[tuple[Wanted, Effect]]:
    for one, every in effects.items():
        for effect in every:
            yield one, effect


def _rounded(span: Span, digits: int) -> tuple[float, ...]:
    return tuple(round(value, digits) for value in span)


def workbook_of(frame: pd.DataFrame, told: Mapping[str, Any]) -> bytes:
    """Return the table as a workbook."""
    about = {key: str(told[key]) for key in ("title", "scenario", "tier", "banner", "seed", "solver", "run_id", "members")}
    about |= {"caution": told["caution"]} if told["caution"] else {}
    about |= {f"note {k}": note for k, note in enumerate(told["notes"], 1)}
    return workbook(frame, "sensitivity", {**about, "": "", **MEANINGS}, about, frozen=3)
