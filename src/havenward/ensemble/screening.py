"""Which parameters a named quantity moves with: Morris' trajectories, in which one parameter after the other changes.

The effect of a parameter is the mean absolute change over a trajectory's steps, scaled to its whole 90 % range (mu* of
Campolongo and others 2007, Environmental Modelling & Software 22(10), 1509-1518). Danger on the way is one group: what the
group does to those who leave is assumed, and parts of it are never ranked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from havenward.core.members import SOURCES
from havenward.ensemble.design import DANGER_ON_THE_WAY, DESIGN, LEVELS, problem_of
from havenward.ensemble.named import Wanted, check, keys_told, summed
from havenward.ensemble.salib import salib
from havenward.ensemble.shares import RESAMPLES, RESAMPLING_SEED, Span
from havenward.ensemble.store import EnsembleStore
from havenward.guard.disclosure import SMALLEST_SHOWN
from havenward.model.siege.parameters import Parameter
from havenward.run.request import RunError

ALL_ELSE = "all else"
SHARE_OF_EFFECTS = 0.9
"""The parameters that matter to a quantity are the fewest that hold this share of all effects on it."""
MOST_GROUPS = 10
"""As many of them as are taken on for one quantity."""


class Effect(NamedTuple):
    """What a parameter does to a quantity: persons over its 90 % range."""

    group: str
    size: Span


def groups_of(table: Mapping[str, Parameter], *, danger: bool) -> dict[str, list[str]]:
    """Return the parameters that have a range, each a group of its own, and danger on the way as one where it is told."""
    uncertain = [row for row in table.values() if row.low < row.high]
    groups = {row.name: [row.name] for row in uncertain if not row.danger}
    dangers = [row.name for row in uncertain if row.danger]
    return groups | ({DANGER_ON_THE_WAY: dangers} if danger and dangers else {})


def effects_of(store: EnsembleStore, wanted: Sequence[Wanted]) -> dict[Wanted, list[Effect]]:
    """Return the effects on some quantities, largest first, of a screening all of whose members are there.

    A quantity of fewer people than are told, in all members, has none.

    Raises:
        RunError: it is no screening, a quantity is not told, or not of one site, SALib is not installed, or the store
            cannot be read.
    """
    study = store.plan.study
    if study is None or study.kind != "screening":
        raise RunError(f"{store.place.url} holds no screening; `havenward sensitivity` makes one")
    check(keys_told(store), wanted)
    study.check_sites(wanted)
    design = store.design()
    if design is None:
        raise RunError(f"{store.place.url}/{DESIGN} is missing or altered; the same command with --resume puts it back")
    sample = np.stack([design.members.quantiles[name] for name in study.parameters], axis=1)
    found: dict[Wanted, list[Effect]] = {}
    for one in wanted:
        values = summed(store, slice(study.members), one.of)
        if values.max() < SMALLEST_SHOWN:
            found[one] = []
            continue
        told = salib("analyze.morris").analyze(
            problem_of(study), sample, values, num_resamples=RESAMPLES, num_levels=LEVELS, seed=RESAMPLING_SEED
        )
        names, sizes, halves = (told[key].tolist() for key in ("names", "mu_star", "mu_star_conf"))
        effects = [
            Effect(name, Span(size, max(size - half, 0.0), size + half))
            for name, size, half in zip(names, sizes, halves, strict=True)
        ]
        found[one] = sorted(effects, key=lambda effect: -effect.size.value)
    return found


def that_matter(effects: Mapping[Wanted, Sequence[Effect]]) -> list[str]:
    """Return the groups that matter to any of the quantities, in the order of their largest share of effects."""
    largest: dict[str, float] = {}
    for found in effects.values():
        whole, held = sum(effect.size.value for effect in found), 0.0
        for effect in found[:MOST_GROUPS]:
            if held >= SHARE_OF_EFFECTS * whole:
                break
            held += effect.size.value
            largest[effect.group] = max(largest.get(effect.group, 0.0), effect.size.value / whole)
    return sorted(largest, key=lambda group: -largest[group])


def with_all_else(groups: Mapping[str, list[str]], chosen: Sequence[str]) -> dict[str, list[str]]:
    """Return the groups of a study of shares: those chosen, and all else that is uncertain as one."""
    return {group: groups[group] for group in chosen} | {ALL_ELSE: list(SOURCES)}
