"""Small registers, and one thing changed in a Flee folder."""

from dataclasses import replace

import numpy as np

from havenward.fit.registered import Registered
from havenward.fit.reports import Reports


def reports(*rows):
    """Reports of (camp, day, value) rows."""
    camp, day, value = zip(*rows, strict=True) if rows else ((), (), ())
    return Reports(np.array(day, np.int64), np.array(camp, np.int64), np.array(value, np.float64))


def between(printed, days, camps):
    """Data on straight lines between printed figures, (day, camp), as Flee fills them in, fractions kept."""
    columns = [printed.camp == camp for camp in range(camps)]
    return np.stack([np.interp(np.arange(days), printed.day[own], printed.value[own]) for own in columns], axis=1)


def register(printed, days, camps):
    """What `registered` would give for these figures."""
    return Registered(tuple("ABCDEF"[:camps]), between(printed, days, camps), printed, True)


def hastened(scenario, hasten):
    """The scenario with so many persons to an agent."""
    optimisations = scenario.settings.optimisations.model_copy(update={"hasten": hasten})
    return replace(scenario, settings=scenario.settings.model_copy(update={"optimisations": optimisations}))
