"""How wrong a run is on each day: errors and no counts of people."""

from __future__ import annotations

import numpy as np

from havenward.fit.registered import Registered
from havenward.fit.reports import Floats
from havenward.fit.scores import Numbers, error_by_day, rescaled

MEANINGS = {
    "date": "the day",
    "day": "from the first day that is kept, which is 0",
    "error": "relative difference of the mean over members: sum over camps of |simulated - data| over the sum of data",
    "error_rescaled": "the same, simulation rescaled to the registered total of the day: twice the share in wrong camps",
    "members_mean": "mean of the members' own relative differences",
    "members_sd": "their standard deviation; empty with one member",
    "members_rescaled_mean": "mean of the members' own rescaled relative differences",
    "members_rescaled_sd": "their standard deviation; empty with one member",
}
"""Name of each column -> what it holds."""


def errors_by_day(simulated: Numbers, registered: Registered) -> dict[str, Floats]:
    """Columns of `MEANINGS` from `error` on, (day,) each; `simulated` is (draw, day, camp).

    A standard deviation over one member is not a number.
    """
    data, mean = registered.daily, simulated.mean(axis=0)
    own, split = error_by_day(simulated, data), error_by_day(rescaled(simulated, data), data)
    return {
        "error": error_by_day(mean, data),
        "error_rescaled": error_by_day(rescaled(mean, data), data),
        "members_mean": own.mean(axis=0),
        "members_sd": _spread(own),
        "members_rescaled_mean": split.mean(axis=0),
        "members_rescaled_sd": _spread(split),
    }


def _spread(members: Floats) -> Floats:
    return np.asarray(members.std(axis=0, ddof=1)) if len(members) > 1 else np.full(members.shape[1:], np.nan)
