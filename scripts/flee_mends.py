"""Writes docs/explanation/flee_mends.md: what each mend changes on real instances, alone and all together.

    python scripts/flee_mends.py FLEE_DATA [--out docs/explanation]

FLEE_DATA holds `instances/` and `reference/`, as for scripts/parity.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scripts.parity import folder, turned

from havenward.fit.registered import registered
from havenward.fit.scores import averaged_relative_difference, rescaled
from havenward.model.flee.mends import WORDS, Mend, Mends

MEMBERS = 50
INSTANCES = ("burundi2015", "mali2012", "ssudan2013")
HEAD = """\
# Where the mended rules differ from Flee

Written by `scripts/flee_mends.py`. Each difference is a mend of its own (`havenward.model.flee.mends`), which can be had
alone: `Flee.of(scenario, frozenset({Mend.ARRIVALS}))`. No mend is `exact`, all are `mended`.

The figures: the largest change of the mean of any camp on any day, as a share of all who are displaced in the end, and the
rescaled averaged relative difference with that mend alone, in brackets; none: not a bit changes, as the folder has no
such thing (exact: """

KEPT = """\
What stays as in Flee in both levels: a second link on one day is travelled with a whole day's way; a link that is as long
as a day's way takes two days; every simple path is an option of its own, so that well-connected places are chosen more
often; falls of the registers are held against later arrivals; a path once chosen is followed until it is blocked. These are
choices of the model, not slips, and published results rest on them.
"""


def effect(people: NDArray[np.float64], base: NDArray[np.float64], displaced: float) -> float:
    """Return the largest change of the mean of a camp on a day, as a share of all displaced."""
    return float(np.abs(people.mean(axis=0) - base.mean(axis=0)).max() / displaced)


def main() -> None:
    """Run every mend alone, and all, on some instances."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/explanation"))
    asked = parser.parse_args()
    columns: dict[str, dict[str, str]] = {}
    exact: list[str] = []
    for name in INSTANCES:
        scenario = folder(asked.data, name)
        counts = registered(scenario).daily

        def error(people: NDArray[np.float64], counts: NDArray[np.float64] = counts) -> float:
            return float(np.mean(averaged_relative_difference(rescaled(people, counts), counts)))

        base = turned(scenario, "individuals", "exact", MEMBERS)
        again = turned(scenario, "individuals", "exact", 2 * MEMBERS).people[MEMBERS:]
        whole = base.displaced[-1]
        chance = effect(again, base.people, whole)
        exact.append(f"{name} {error(base.people):.3f}, with other members the means change by {chance:.2%}")
        column = columns.setdefault(name, {})
        for mend in [*Mend, None]:
            mends: Mends = frozenset(Mend) if mend is None else frozenset({mend})
            people = turned(scenario, "individuals", mends, MEMBERS).people
            same = np.array_equal(people, base.people)
            column[mend or "all"] = "none" if same else f"{effect(people, base.people, whole):.1%} ({error(people):.3f})"
            print(name, mend, column[mend or "all"], flush=True)
    lines = [HEAD + "; ".join(exact) + f"). {MEMBERS} members, at the hasten of Flee's published runs.", ""]
    lines += [f"| mend | Flee | mended | {' | '.join(INSTANCES)} |", f"|---|---|---|{'---|' * len(INSTANCES)}"]
    for mend, (flee, mended) in WORDS.items():
        lines.append(f"| `{mend}` | {flee} | {mended} | {' | '.join(columns[name][mend] for name in INSTANCES)} |")
    lines.append(f"| all | | | {' | '.join(columns[name]['all'] for name in INSTANCES)} |")
    lines += ["", KEPT]
    (asked.out / "flee_mends.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
