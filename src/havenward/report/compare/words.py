"""What a comparison says in sentences."""

from __future__ import annotations

from havenward.guard.disclosure import SMALLEST_SHOWN, change_span
from havenward.report.compare.material import ComparisonMaterial, Named, Side
from havenward.report.compare.pair import Effect
from havenward.report.facts import day_text

PHRASES = {
    "arrived": "reach the crossings",
    "waiting": "wait at the crossings",
    "in_camp": "are in camps and emergency sites",
    "in_host": "stay with host communities",
    "returned": "return",
}
MOST_TIMES = 1_000
"""Beyond so many times as many futures the number says nothing more."""

PAIRS = (
    "Every future is run once as it is and once with each edit, with the same assumptions and the same luck, so that within "
    "a future only the edit makes a difference. Changes are such differences."
)

WORTH = (
    "How many times as many futures would be needed without pairs: the variance of the difference of two futures that are "
    "no pair over that of a pair, median of the named quantities; told from twenty pairs on."
)


def headline(given: ComparisonMaterial) -> str:
    """The largest change of a named quantity, in one sentence."""
    found = [(side, named, Effect.of(named.pair)) for side in given.sides for named in given.named(side)]
    side, named, effect = max(found, key=lambda one: abs(one[2].change.middle), default=(None, None, None))
    if side is None or named is None or effect is None or abs(effect.change.middle) < SMALLEST_SHOWN:
        few = f"by {SMALLEST_SHOWN} people or more"
        return f"In half of {given.sums.draws:,} simulated futures, or more, no edit changes a named quantity {few}."
    return (
        f"With {side.name.lower()} ({side.what}, from {day_text(side.first)}), in 8 of 10 simulated futures "
        f"{change_span(effect.change)} people {phrase(named)} {when(given, named)}; the number {effect.chance}."
    )


def phrase(named: Named) -> str:
    """What people do, in words."""
    wanted = named.wanted
    what = PHRASES.get(wanted.quantity, f"are counted as {wanted.quantity.replace('_', ' ')}")
    return what if wanted.site is None else f"{what} ({wanted.site.replace('>', ' to ')})"


def when(given: ComparisonMaterial, named: Named) -> str:
    """The days that a named quantity speaks of, in words."""
    return f"from {given.facts.span}" if named.flow else f"on {day_text(given.sums.ends[-1])}"


def measure(named: Named) -> str:
    """Measure of a named quantity."""
    return "flow over the run" if named.flow else "stock on the last day"


def worth(side: Side) -> str:
    """What pairing gives, in a sentence; empty where it cannot be said."""
    if side.worth is None:
        return ""
    times = f"more than {MOST_TIMES:,}" if side.worth > MOST_TIMES else f"about {rounded(side.worth)}"
    return f"{side.name}: without such pairs {times} times as many futures would be needed to know its changes as surely."


def rounded(value: float) -> str:
    """A number of two digits or so."""
    return f"{value:.1f}" if value < 10 else f"{float(f'{value:.2g}'):,.0f}"
