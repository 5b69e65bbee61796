"""Writes the course of a run's error over time as a table."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenward.fit.by_day import MEANINGS, errors_by_day
from havenward.fit.registered import Registered
from havenward.fit.scores import Numbers
from havenward.guard.audit import log_export
from havenward.guard.tiers import BANNERS
from havenward.report.beside import about_of, beside, free_to_write, write_table
from havenward.report.permit import permit
from havenward.run.reading import Run
from havenward.scenario.flee.schema import FleeScenario

DIGITS = 4


def write_course(
    run: Run[FleeScenario],
    simulated: Numbers,
    registered: Registered,
    out: Path,
    *,
    reason: str = "",
    today: dt.date | None = None,
) -> None:
    """Write the errors of each day to a CSV file, with what its columns mean beside it.

    It holds no counts; but where there is one camp, an error and a register give its stock. So it is guarded as one.

    Raises
    ------
    ExportError
        if it cannot be written.
    WithheldError
        if it may not leave the screen like this.
    AuditError
        if the audit log cannot be written.
    """
    sources = run.record["public_sources"]
    tier = permit(run.scenario, run.record["tier"], out, reason, today or dt.date.today(), public_sources=sources)
    free_to_write(out, beside(out))
    text = course_csv(run.outcome["time"].values.astype("datetime64[D]"), simulated, registered)
    log_export("export", run=run.record["run_id"], scenario=run.record["scenario"], tier=tier, why=reason, where=out)
    about = about_of(run.record, tier=tier, banner=BANNERS[tier], members=len(simulated), columns=MEANINGS)
    write_table(out, text, about)


def course_csv(dates: NDArray[np.datetime64], simulated: Numbers, registered: Registered) -> str:
    """The table as text; `dates` is (day,), `simulated` (draw, day, camp). What is not a number is an empty cell."""
    columns = [column.tolist() for column in errors_by_day(simulated, registered).values()]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(MEANINGS)
    for day, (date, *errors) in enumerate(zip(dates, *columns, strict=True)):
        writer.writerow([date, day, *("" if math.isnan(error) else round(error, DIGITS) for error in errors)])
    return text.getvalue()
