"""Where the spread of an ensemble's figures comes from: a section of its page, from a sensitivity study of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.ensemble.named import Wanted, keys_of
from havenward.ensemble.shares import Share, Shares, Span
from havenward.ensemble.study_reading import KeptStudy
from havenward.guard.disclosure import Interval, figure_text, held_share
from havenward.report.fan_sheet import capital
from havenward.report.page import Picture, Section, Table
from havenward.report.shares_sheet import draw_sources, facts_of

if TYPE_CHECKING:
    from havenward.report.ensemble import EnsembleMaterial

TITLE = "Where the spread comes from"
ASK = (
    "How much of the spread comes from the population, from who holds what, from the other assumptions and from chance is "
    "told with a sensitivity study: havenward sensitivity SCENARIO --morris 0 --sobol 0 --out STUDY, with the --edit, "
    "--set, --from, --until and --solver of the ensemble, and then havenward report ENSEMBLE --sensitivity STUDY."
)
AT_MEDIANS = "All members have the assumptions at their medians, so all of their spread is chance."
LATER = "Where the spread comes from is told of whole runs only, and the last days of this one are not told yet."
READ = (
    "Alone: the part of the variance that would go, on average, if the source were known. With others: the part that would "
    "stay if all else were known. It is the spread of this model that is shared out; what has no stated range has no share."
)
MOST = 0.5
"""The share from which on a source brings most of a spread."""
SOURCE_WORDS = {
    "population": "how many people there are at the start",
    "control": "who holds what, and when",
    "parameters": "what is assumed about all else (the parameters)",
    "chance": "mere chance",
}
QUANTITY_WORDS = {
    "arrived": "arrivals at the crossings",
    "waiting": "people waiting at the crossings",
    "in_camp": "people in camps and emergency sites",
    "in_host": "people with host communities",
    "returned": "people who returned",
}


def spread(given: EnsembleMaterial) -> Section:
    """Shares of the variance of the study's quantities, in words, as a picture and as a table."""
    study = given.study
    if study is None:
        return Section("spread", TITLE, texts=[AT_MEDIANS if given.record.get("assumptions") == "at their medians" else ASK])
    known = replace(facts_of(study.found.record), tier=given.facts.tier)
    if given.facts.last < known.last:
        return Section("spread", TITLE, texts=[LATER])
    told, notes = study.told(lambda wanted: given.told.tells(wanted.site))
    rows = study.found.parts["sources"].study.rows
    about = (
        f"From a sensitivity study of the same scenario, edits, parameters, dates and solver: run {known.run}, {rows:,} "
        f"rows of {known.draws // rows} members each, seed {known.seed}."
    )
    texts = [*(sentence(study, one) for one in told), about]
    if not told:
        return Section("spread", TITLE, texts=texts, notes=notes)
    picture = Picture(
        draw_sources(told, rows, known, given.path("spread")),
        "Bars of the share of the variance that each source brings, alone and together with others, with 95 % intervals, "
        "one panel a quantity. The table below has the figures.",
        "Shares of the variance, with the 95 % intervals of the estimates.",
    )
    table = Table(
        "Shares of the variance that each source brings: estimate (95 % interval of the estimate).",
        ["Quantity", "Source", "Alone", "With all that it does together with others"],
        [
            [f"{capital(words_of(one.wanted))} ({measure(study, one.wanted)})", share.group, *shares_text(share)]
            for one in told
            for share in one.groups
        ],
        row_heads=2,
    )
    return Section("spread", TITLE, texts=texts, pictures=[picture], tables=[table], notes=[READ, *notes])


def sentence(study: KeptStudy, shares: Shares) -> str:
    """How far a quantity is spread, and where most of that comes from, as far as the estimates bear it."""
    futures = 2 * study.found.parts["sources"].study.rows
    figure = figure_text(Interval(shares.q50, shares.q05, shares.q95))
    of = f"the spread of {words_of(shares.wanted)}"
    held = f"median and {100 * held_share(futures, 0.9):.0f} % interval"
    return f"{_lead(of, shares.groups)} ({capital(measure(study, shares.wanted))}: {figure}, {held}.)"


def _lead(of: str, groups: Sequence[Share]) -> str:
    largest = max(groups, key=lambda share: share.total.value)
    if largest.total.low <= 0:
        return f"The estimates are too noisy to say where {of} comes from."
    words, alone = SOURCE_WORDS[largest.group], f"alone it brings {span_text(largest.first)} of the variance"
    noise = ", where more than 100 % is noise" if largest.first.value > 1 else ""
    if largest.first.low > MOST:
        return f"Most of {of} comes from {words}: {alone}{noise}."
    if largest.first.value > MOST:
        return f"Most of {of} seems to come from {words}, but that is not sure: {alone}{noise}."
    both = f"{alone}, and with others {span_text(largest.total)}"
    return f"No source alone brings most of {of}; the largest is {words}: {both}."


def words_of(wanted: Wanted) -> str:
    """A named quantity in words."""
    what = QUANTITY_WORDS.get(wanted.quantity, wanted.quantity.replace("_", " "))
    return what if wanted.site is None else f"{what} ({wanted.site.replace('>', ' to ')})"


def measure(study: KeptStudy, wanted: Wanted) -> str:
    """Measure and unit of a named quantity."""
    flows = keys_of(study.found.parts["sources"].store, "flow")
    return "persons, flow over the run" if any(map(wanted.of, flows)) else "persons, stock on the last day"


def shares_text(share: Share) -> tuple[str, str]:
    """What a source brings, alone and with others."""
    return span_text(share.first), span_text(share.total)


def span_text(span: Span) -> str:
    """An estimate with its interval, such as `62 % (40 to 84 %)`; below nought or above a hundred it is noise, and told."""
    value, low, high = (f"{100 * end:z.0f}".replace("-", "−") for end in span)
    return f"{value} % ({low} to {high} %)"
