"""Checks of dates: the scenario's span, what lies outside it, and what was known when."""

from __future__ import annotations

import datetime as dt

from havenward.scenario.draft import Draft
from havenward.scenario.header import FILE, Heading
from havenward.scenario.problems import Problems
from havenward.scenario.schema import Bend, Control, Evidence, Header, Observer

LONGEST_YEARS = 20
CLOSED_AFTER_YEARS = 5
"""A case may be called closed when its last day is at least this long past."""


def check_dates(draft: Draft, problems: Problems) -> None:
    """Every check of dates."""
    header = draft.heading.header
    if header is not None:
        check_span(draft.heading, header, problems)
        check_epochs(draft.heading, header, problems)
        check_inside(draft, header, problems)
        check_control_kind(draft, header, problems)
    for line, row in draft.control:
        check_range_of_date(draft.control.file, line, row, problems)
    for line, bend in draft.bends:
        check_bend(draft.bends.file, line, bend, problems)
    check_corridors(draft, problems)
    check_paces(draft, problems)
    for line, target in draft.targets:
        if target.end < target.start:
            wrong = "the target ends before it starts"
            problems.error(draft.targets.file, line, "end", target.end, wrong, "Change one of the two dates")
        if target.low > target.high:
            wrong = "the lowest value is above the highest"
            problems.error(draft.targets.file, line, "low", target.low, wrong, "Exchange low and high")
    observers = {row.name: row for row in draft.observers.rows}
    for line, observer in draft.observers:
        if observer.end is not None and observer.end < observer.start:
            wrong = f"the observer ends before it starts ({observer.start})"
            problems.error(draft.observers.file, line, "end", observer.end, wrong, "Change one of the two dates")
    for line, seen in draft.evidence:
        check_evidence(draft.evidence.file, line, seen, observers.get(seen.observer), problems)


def check_span(heading: Heading, header: Header, problems: Problems) -> None:
    """The scenario begins before it ends, is not too long, and is called closed only when it is old."""
    line = heading.line("end")
    if header.end <= header.start:
        problems.error(
            FILE,
            line,
            "end",
            header.end,
            f"the scenario ends before it starts ({header.start})",
            "Change one of the two dates",
        )
    elif header.end - header.start > dt.timedelta(days=LONGEST_YEARS * 366):
        wrong = f"the scenario lasts more than {LONGEST_YEARS} years"
        problems.error(FILE, line, "end", header.end, wrong, "Choose a shorter span")
    if header.nature == "closed_case" and _years_after(header.end, CLOSED_AFTER_YEARS) > dt.date.today():
        wrong = f"a case may be called closed only {CLOSED_AFTER_YEARS} years after its last day ({header.end})"
        problems.error(FILE, heading.line("nature"), "nature", header.nature, wrong, "Write 'live'")


def _years_after(day: dt.date, years: int) -> dt.date:
    return day + dt.timedelta(days=round(365.25 * years))


def check_epochs(heading: Heading, header: Header, problems: Problems) -> None:
    """Named spans have different names, begin before they end and lie within the scenario."""
    seen: set[str] = set()
    for index, epoch in enumerate(header.epochs):
        line = heading.line("epochs", index, "end")
        if epoch.name in seen:
            problems.error(FILE, line, "epochs.name", epoch.name, "the epoch stands twice", "Delete one of the two")
        if epoch.end < epoch.start:
            problems.error(
                FILE,
                line,
                "epochs.end",
                epoch.end,
                f"the epoch ends before it starts ({epoch.start})",
                "Change one of the two dates",
            )
        elif epoch.start < header.start or epoch.end > header.end:
            wrong = f"'{epoch.name}' reaches beyond the scenario ({header.start} to {header.end})"
            problems.warning(FILE, line, "epochs.end", epoch.end, wrong, "Check its dates")
        seen.add(epoch.name)


def check_inside(draft: Draft, header: Header, problems: Problems) -> None:
    """Dated rows lie within the scenario; earlier ones count from its first day, later ones never.

    Control is that of an evening, so that the eve of the first day belongs to it.
    """
    dated = (
        draft.control,
        draft.bends,
        draft.fighting,
        draft.offensives,
        draft.restrictions,
        draft.prices,
        draft.supplies,
        draft.crossings,
        draft.camps,
        draft.evidence,
    )
    for sheet in dated:
        for line, row in sheet:
            first = header.start - dt.timedelta(days=sheet is draft.control)
            if row.date > header.end:
                wrong = f"the date lies after the scenario's last day ({header.end}): the row has no effect"
            elif row.date < first:
                wrong = f"the date lies before the scenario's first day ({header.start})"
            else:
                continue
            problems.warning(sheet.file, line, "date", row.date, wrong, "Check the year, or delete the row")


def check_control_kind(draft: Draft, header: Header, problems: Problems) -> None:
    """A front that moves by chance needs a pace."""
    if header.control == "stochastic" and draft.offensives.whole and not any(row.pace for row in draft.offensives.rows):
        line = draft.heading.line("control")
        wrong = "the front is to move by chance, and offensives.csv gives it no pace: it will never move"
        problems.warning(FILE, line, "control", header.control, wrong, "Add rows to offensives.csv, or write 'timeline'")


def check_range_of_date(file: str, line: int, row: Control, problems: Problems) -> None:
    """A date has a range on both sides or on none, and lies within it."""
    if (row.earliest is None) != (row.latest is None):
        empty = "earliest" if row.earliest is None else "latest"
        wrong = "only one end of the date's range is given"
        problems.error(
            file, line, empty, "", wrong, "Write both ends, or neither; the date itself where it is certain on one side"
        )
    elif row.earliest is not None and row.earliest > row.date:
        wrong = f"the earliest date lies after the date ({row.date})"
        problems.error(file, line, "earliest", row.earliest, wrong, "Write an earlier date")
    elif row.latest is not None and row.latest < row.date:
        wrong = f"the latest date lies before the date ({row.date})"
        problems.error(file, line, "latest", row.latest, wrong, "Write a later date")


def check_bend(file: str, line: int, row: Bend, problems: Problems) -> None:
    """A change of a front moves it somewhere, in time, or reschedules what comes; not both."""
    if row.besieged_share is None:
        told = "arrives" if row.arrives is not None else "until"
        if row.arrives is not None or row.until is not None:
            wrong = "the row does not say where the front goes"
            problems.error(file, line, "besieged_share", "", wrong, f"Write a share, or empty '{told}'")
    elif row.late or row.pace != 1.0:
        wrong = "the row moves the front and reschedules it at once"
        problems.error(file, line, "besieged_share", f"{row.besieged_share:g}", wrong, "Write a row for each")
    elif row.arrives is not None and row.arrives < row.date:
        wrong = f"the front is there before the row's date ({row.date})"
        problems.error(file, line, "arrives", row.arrives, wrong, "Change one of the two dates")
    elif row.until is not None and row.until < (row.arrives or row.date):
        wrong = f"the front has not come there by then ({row.arrives or row.date})"
        problems.error(file, line, "until", row.until, wrong, "Write a later date")


def check_paces(draft: Draft, problems: Problems) -> None:
    """The pace of an offensive is a rate a day: above one it is next to certain at once, and often a per cent."""
    for line, row in draft.offensives:
        if row.pace > 1:
            wrong = "a pace above 1 makes a home contested on nearly the first day next to a liberated one"
            problems.warning(draft.offensives.file, line, "pace", f"{row.pace:g}", wrong, "Check that it is a rate a day")


def check_corridors(draft: Draft, problems: Problems) -> None:
    """A corridor opens before it closes."""
    for line, corridor in draft.corridors:
        if corridor.opened and corridor.closed and corridor.opened > corridor.closed:
            wrong = f"the corridor closes before it opens ({corridor.opened})"
            problems.error(draft.corridors.file, line, "closed", corridor.closed, wrong, "Change one of the two dates")


def check_evidence(file: str, line: int, seen: Evidence, observer: Observer | None, problems: Problems) -> None:
    """A figure was known after the day it speaks of, and its dates fit its measure and its observer."""
    if seen.known_on is None:
        wrong = "nobody knows when the figure became known, so no forecast may use it"
        problems.warning(file, line, "known_on", "", wrong, "Write its day of publication")
    elif seen.known_on < seen.date:
        wrong = f"the figure was known before the day it speaks of ({seen.date})"
        problems.error(
            file,
            line,
            "known_on",
            seen.known_on,
            wrong,
            "Write its day of publication; a month means its last day",
        )
    if seen.measure == "flow" and seen.from_date is None:
        wrong = "a flow needs the first day of its span"
        problems.error(file, line, "from_date", "", wrong, "Write it; for a flow of one day it is the same as 'date'")
    elif seen.measure == "flow" and seen.from_date is not None and seen.from_date > seen.date:
        wrong = f"the flow begins after its last day ({seen.date})"
        problems.error(file, line, "from_date", seen.from_date, wrong, "Change one of the two dates")
    elif seen.measure != "flow" and seen.from_date is not None:
        wrong = f"only a flow has a first day, and this is a '{seen.measure}' figure"
        problems.error(file, line, "from_date", seen.from_date, wrong, "Empty the cell, or write 'flow' as measure")
    if seen.quantity == "camp_share" and seen.value > 1:
        problems.error(
            file,
            line,
            "value",
            f"{seen.value:g}",
            "a share is at most 1",
            f"Write {seen.value / 100:g} if per cent was meant",
        )
    if observer is None:
        return
    if seen.date < observer.start or (observer.end is not None and seen.date > observer.end):
        wrong = f"the date lies outside the days on which '{observer.name}' counts"
        problems.warning(file, line, "date", seen.date, wrong, "Check the date, or the observer's start and end")
