"""The table of a comparison: a row for each date, site and quantity, for CSV and for a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import numpy as np
import pandas as pd

from havenward.ensemble.compare import Comparison
from havenward.ensemble.compared import is_told
from havenward.ensemble.tables import workbook

MEANINGS = {
    "edit": "what is compared with the base",
    "date": "last day of the period: every day of a short run, else month ends and the last day",
    "site": "a place, or from>to for a flow between places",
    "quantity": "a stage or a flow",
    "measure": "stock, flow in the period, or cumulative since the first day",
    "base_mean": "persons as things stand, mean over members",
    "base_q05": "5 % quantile over members",
    "base_q50": "median over members",
    "base_q95": "95 % quantile over members",
    "edited_mean": "persons with the edit, mean over members",
    "edited_q05": "5 % quantile over members",
    "edited_q50": "median over members",
    "edited_q95": "95 % quantile over members",
    "change_mean": "edited less base within each member, mean over members",
    "change_q05": "5 % quantile of the changes over members",
    "change_q50": "median of the changes",
    "change_q95": "95 % quantile of the changes",
    "change_error": "standard error of the mean change",
    "chance_lower": "share of members in which the figure falls",
    "chance_higher": "share of members in which it rises",
    "variance_ratio": "variance of the difference of members that are no pairs, over that of pairs",
}


def table(comparisons: Mapping[str, Comparison], small: Set[str]) -> pd.DataFrame:
    """Return the rows of some comparisons, by the words for the edit of each; `small` are homes with few people.

    Raises:
        RunError: there are too few members.
    """
    frames = [frame for words, one in comparisons.items() for frame in _frames(words, one, small)]
    return pd.concat(frames, ignore_index=True)


def _frames(words: str, comparison: Comparison, small: Set[str]) -> Iterator[pd.DataFrame]:
    """Yield the rows of a comparison that are told, and in which any member has anybody on either side."""
    periods = comparison.periods.astype(str)
    for keys, found in comparison.rows():
        site, quantity, measure = (np.repeat(column, len(periods)) for column in zip(*keys, strict=True))
        figures = np.concatenate([found.base, found.edited, found.change, found.error[None]]).round(2)
        shares = np.stack([found.lower, found.higher, found.variance_ratio]).round(4)
        head = [words, np.tile(periods, len(keys)), site, quantity, measure]
        frame = pd.DataFrame(dict(zip(MEANINGS, [*head, *figures, *shares], strict=True)))
        told = np.repeat([is_told(key, small) for key in keys], len(periods))
        yield frame[told & ((found.base[0] > 0) | (found.edited[0] > 0))]


def workbook_of(frame: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """Return the table as a workbook."""
    return workbook(frame.replace([float("inf")], "no change"), "comparison", {**about, "": "", **MEANINGS}, about, frozen=5)
