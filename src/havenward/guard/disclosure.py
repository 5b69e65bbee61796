"""Disclosure control: how figures about people may be written.

Pure functions, no tiers and no files. Counts of persons below ten are written `<10`, nought included, because a nought
in a table of origins and destinations tells as much as a one. A simulated figure has no more digits than half the width
of its 80 % interval bears, and is never written without that interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST_SHOWN = 10
"""Counts of persons below this are suppressed."""

SMALLEST_STEP = 10.0
"""Simulated counts of persons are never written finer than this."""

SMALLEST_HOME = 5_000
"""Who remains in, or left, a place with fewer people than this is told for its area only."""

FEWEST_DRAWS = 2
"""One draw has no spread, so nothing can be said of how sure it is."""


@dataclass(frozen=True)
class Interval:
    """A simulated figure: the middle of the draws and its 80 % interval, all in the same unit."""

    middle: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the width of the 80 % interval, in the unit of the figure."""
        return (self.high - self.low) / 2


class NoIntervalError(ValueError):
    """There are too few draws to say how sure a figure is, so it may not be shown."""


def quantiles(draws: ArrayLike, probabilities: Sequence[float], axis: int = 0) -> NDArray[np.float64]:
    """Quantiles over draws by i / (n + 1), so that an interval has the stated chance of holding one more draw.

    Parameters
    ----------
    draws
        Values of the draws along `axis`, any unit. Not-a-numbers are not looked for.
    probabilities
        (p,) between 0 and 1. Where n draws cannot reach a tail, the outermost draw stands for it.

    Returns
    -------
    (p, ...) the shape of `draws` without `axis`.
    """
    # sorted side by side, all tails are read off at once: three times as fast as NumPy's quantile along the first axis
    ordered = np.sort(np.ascontiguousarray(np.moveaxis(np.asarray(draws), axis, -1)), axis=-1)
    number = ordered.shape[-1]
    place = np.clip([number * share + share - 1 for share in probabilities], 0, number - 1)
    below = np.floor(place).astype(np.int64)
    part = place - below
    low, high = (ordered[..., at].astype(np.float64) for at in (below, np.minimum(below + 1, number - 1)))
    found = np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part))
    return np.asarray(np.moveaxis(found, -1, 0))


def held_share(draws: int, share: float = 0.8) -> float:
    """The chance that an interval of a given share holds one more draw: less than the share where it is the whole range."""
    return min(share, (draws - 1) / (draws + 1))


def interval(draws: ArrayLike) -> Interval:
    """The median and the 80 % interval of one figure.

    Raises
    ------
    NoIntervalError
        with fewer than two draws.
    """
    values = np.asarray(draws, dtype=np.float64).ravel()
    if len(values) < FEWEST_DRAWS:
        raise NoIntervalError("one simulated future has no interval: run with --members 10 or more")
    low, middle, high = quantiles(values, (0.1, 0.5, 0.9))
    return Interval(float(middle), float(low), float(high))


def digits(half_width: float) -> float:
    """The power of ten of the last digit that half an interval bears: the largest that does not exceed it."""
    return float(10 ** math.floor(math.log10(half_width)))


def step(figure: Interval) -> float:
    """What a count of persons is rounded to: what its interval bears, never less than ten.

    Where all draws agree, three digits are kept: a run says nothing finer about people, however sure it looks.
    """
    if figure.half_width > 0:
        return max(digits(figure.half_width), SMALLEST_STEP)
    return max(digits(max(figure.middle, 1.0)) / 100, SMALLEST_STEP)


def count(value: float, unit: float = 1.0) -> str:
    """A count of persons as text, rounded to a unit: `<10` below ten, `under 1,000` where it would round to nought.

    Sourced figures keep their own digits (unit 1); simulated ones go through `figure_text`.
    """
    if value < SMALLEST_SHOWN:
        return f"<{SMALLEST_SHOWN}"
    shown = round(value / unit) * unit
    return f"{shown:,.0f}" if shown > 0 else f"under {unit:,.0f}"


def figure_text(figure: Interval) -> str:
    """A figure about persons with its 80 % interval, such as `210,000 (180,000 to 250,000)`."""
    return f"{count(figure.middle, step(figure))} ({span_text(figure)})"


def span_text(figure: Interval) -> str:
    """The 80 % interval alone, such as `180,000 to 250,000`, or `fewer than 10`."""
    if figure.high < SMALLEST_SHOWN:
        return f"fewer than {SMALLEST_SHOWN}"
    unit = step(figure)
    low = f"<{SMALLEST_SHOWN}" if figure.low < SMALLEST_SHOWN else outward(figure.low, unit, math.floor)
    return f"{low} to {outward(figure.high, unit, math.ceil)}"


def outward(value: float, unit: float, towards: Callable[[float], int]) -> str:
    """One end of an interval, rounded away from its middle, so that the printed span holds what the draws held."""
    shown = towards(value / unit) * unit
    return f"{shown:,.0f}" if shown > 0 else f"under {unit:,.0f}"


def change_text(figure: Interval) -> str:
    """A difference of persons with its 80 % interval, such as `−1,200 (−1,900 to −600)`.

    `±<10` is fewer than ten more or fewer, `about 0` what rounds to nought where an interval bears fewer digits.
    """
    ends = (figure.middle, figure.low, figure.high)
    if all(abs(end) < SMALLEST_SHOWN for end in ends):
        return f"no change of {SMALLEST_SHOWN} or more"
    unit = step(Interval(abs(figure.middle), figure.low, figure.high))
    middle = _signed(figure.middle, round, unit)
    return f"{middle} ({_signed(figure.low, math.floor, unit)} to {_signed(figure.high, math.ceil, unit)})"


def _signed(value: float, towards: Callable[[float], int], unit: float) -> str:
    shown = towards(value / unit) * unit
    if abs(value) < SMALLEST_SHOWN and unit <= SMALLEST_SHOWN:
        return f"±<{SMALLEST_SHOWN}"
    return f"{'+' if shown > 0 else '−'}{abs(shown):,.0f}" if shown else "about 0"


def change_span(figure: Interval) -> str:
    """The 80 % interval of a difference of persons in words, such as `600 to 1,900 fewer`."""
    if figure.low <= -SMALLEST_SHOWN and figure.high >= SMALLEST_SHOWN:
        unit = step(Interval(abs(figure.middle), figure.low, figure.high))
        return f"between {outward(-figure.low, unit, math.ceil)} fewer and {outward(figure.high, unit, math.ceil)} more"
    if figure.low + figure.high < 0:
        return f"{span_text(Interval(-figure.middle, -figure.high, -figure.low))} fewer"
    return f"{span_text(figure)} more"


def amount_text(figure: Interval) -> str:
    """An amount that is not a count of persons (litres, days), rounded to its interval, with the interval.

    Small amounts are kept: a tenth of the unit is the finest that is written.
    """
    unit = max(digits(figure.half_width), 0.1) if figure.half_width > 0 else 0.1
    middle, low, high = (round(value / unit) * unit for value in (figure.middle, figure.low, figure.high))
    whole = unit >= 1 or middle == low == high == round(middle)
    decimals = 0 if whole else 1
    return f"{middle:,.{decimals}f} ({low:,.{decimals}f} to {high:,.{decimals}f})"


def in_hundred(share: float) -> str:
    """A share of draws in per cent; `under 1 %` and `over 99 %` keep what is rare from being written as never or always."""
    if 0.0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1.0 else f"{share:.0%}".replace("%", " %")


def in_ten(share: float) -> str:
    """A share of draws as a natural frequency: `8 of 10`, with words for the ends.

    `fewer than 1 of 10` and `more than 9 of 10` keep what is rare from being written as never or always.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share lies between 0 and 1, not at {share}")
    if share == 0.0:
        return "none"
    if share == 1.0:
        return "all"
    tenths = round(share * 10)
    if tenths == 0:
        return "fewer than 1 of 10"
    if tenths == 10:
        return "more than 9 of 10"
    return f"{tenths} of 10"
